"""How often somebody may register or ask for their link: by the network they come from, and by mailbox."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from accounts import limits
from accounts.limits import Act, Limit, client_address

WINDOW = timedelta(hours=1)
# Enough for a shared office mailbox; too few to fill a stranger's.
PER_MAILBOX = 10
# Anybody may send a file without an account.
FILES_PER_NETWORK = 20


def closed_until(request: HttpRequest, email: str, *, at: datetime | None = None) -> datetime | None:
    """Return when this network and this mailbox may act again, or None when they may now."""
    return limits.closed_until(_acts(request, email), at=at)


def count(request: HttpRequest, email: str, *, at: datetime | None = None) -> None:
    """Count one act of this network for this mailbox."""
    limits.count(_acts(request, email), at=at)


def _acts(request: HttpRequest, email: str) -> list[Act]:
    per_network = Limit("registering-network", settings.REGISTRATIONS_PER_HOUR, WINDOW)
    per_mailbox = Limit("registering-mailbox", PER_MAILBOX, WINDOW)
    return [Act(per_network, client_address(request)), Act(per_mailbox, email.casefold())]


def may_send_a_file(request: HttpRequest) -> bool:
    """Count one file of this network, and say whether it is within the limit."""
    return limits.allow([Act(Limit("file-of-an-answer", FILES_PER_NETWORK, WINDOW), client_address(request))])
