"""The check-in desk: tickets and their codes, who may stand there, what they are shown, and what they send."""
