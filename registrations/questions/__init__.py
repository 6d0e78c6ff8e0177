"""What a host asks beside the fixed core.

From one definition, models/questions.py, come the fields of the form, what the server checks, what the page shows and
hides, and the words in which an answer is read years later.
"""
