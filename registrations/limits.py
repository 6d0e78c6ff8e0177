"""How often somebody may register or ask for their link: by the network they come from, and by mailbox.

Counted in a table of its own and not in the cache of accounts/limits.py: two counters there are a dozen queries on the
default cache, here they are two. docs/decisions/registering.md has the numbers.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.limits import client_address
from accounts.periodic import every

from .models import Attempt

WINDOW = timedelta(hours=1)
# Enough for a shared office mailbox; too few to fill a stranger's.
PER_MAILBOX = 10


def closed_until(request: HttpRequest, email: str, *, at: datetime | None = None) -> datetime | None:
    """Return when this network and this mailbox may act again, or None when they may now."""
    at = at or timezone.now()
    network, mailbox = Q(network=_network(request)), Q(mailbox=_mailbox(email))
    made = Attempt.objects.filter(network | mailbox, made_at__gt=at - WINDOW).aggregate(
        by_network=Count("pk", filter=network),
        network_since=Min("made_at", filter=network),
        for_mailbox=Count("pk", filter=mailbox),
        mailbox_since=Min("made_at", filter=mailbox),
    )
    oldest = []
    if made["by_network"] >= settings.REGISTRATIONS_PER_HOUR:
        oldest.append(made["network_since"])
    if made["for_mailbox"] >= PER_MAILBOX:
        oldest.append(made["mailbox_since"])
    return max(oldest) + WINDOW if oldest else None


def count(request: HttpRequest, email: str, *, at: datetime | None = None) -> None:
    """Count one act of this network for this mailbox."""
    Attempt.objects.create(network=_network(request), mailbox=_mailbox(email), made_at=at or timezone.now())


@every(minutes=60)
def forget_old_attempts() -> None:
    Attempt.forget_before(timezone.now() - WINDOW)


def _network(request: HttpRequest) -> str:
    return _hash("network", client_address(request))


def _mailbox(email: str) -> str:
    return _hash("mailbox", email.casefold())


def _hash(kind: str, value: str) -> str:
    return salted_hmac(f"registrations.limits.{kind}", value, algorithm="sha256").hexdigest()
