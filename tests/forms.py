"""What tests read from the forms on the pages that they got."""

import re


def opened_in(response) -> str:
    """Return the signed instant at which a form was opened, as its page sends it back."""
    return re.search(r'name="opened" value="([^"]+)"', response.content.decode())[1]
