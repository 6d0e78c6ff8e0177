"""How often the form behind the QR code of an event may be sent: by network, and for one address."""

from datetime import timedelta

from django.http import HttpRequest

from accounts.limits import Act, Limit, client_address

WINDOW = timedelta(hours=1)
# A whole conference answers from the network of its hall.
PER_NETWORK = Limit("feedback-network", 600, WINDOW)
PER_ADDRESS = Limit("feedback-address", 10, WINDOW)


def acts_of(request: HttpRequest, email: str) -> list[Act]:
    """What sending the form once counts as; `email` is empty where none was given."""
    acts = [Act(PER_NETWORK, client_address(request))]
    return [*acts, Act(PER_ADDRESS, email.casefold())] if email else acts
