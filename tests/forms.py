"""What tests read from the forms on the pages that they got, and how they fill one in."""

import re
from datetime import timedelta

ALICE = {
    "name": "Alice Ödegård",
    "email": "alice@example.org",
    "organisation_name": "City of Gävle",
    "country": "SE",
}


def opened_in(response) -> str:
    """Return the signed instant at which a form was opened, as its page sends it back."""
    return re.search(r'name="opened" value="([^"]+)"', response.content.decode())[1]


def fill_in(client, address: str, clock, **answers):
    """Open the form of registering at an address, take some seconds, send it; Alice's answers unless told."""
    opened = opened_in(client.get(address))
    clock.shift(timedelta(seconds=3))
    return client.post(address, {**ALICE, "opened": opened, **answers})
