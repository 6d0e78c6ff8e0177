"""How often somebody may register or ask for their link: by the network they come from, and by mailbox.

Counted in a table of its own and not in the cache of accounts/limits.py: two counters there are a dozen queries on the
default cache, here they are two. docs/decisions/registering.md has the numbers.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.limits import client_address
from accounts.periodic import every

from .models import Attempt

WINDOW = timedelta(hours=1)
# Enough for a shared office mailbox; too few to fill a stranger's.
PER_MAILBOX = 10


# Written out for the reason given in places.py.
_MADE = f"""
    SELECT
        COUNT(*) FILTER (WHERE network = %(network)s), MIN(made_at) FILTER (WHERE network = %(network)s),
        COUNT(*) FILTER (WHERE mailbox = %(mailbox)s), MIN(made_at) FILTER (WHERE mailbox = %(mailbox)s)
    FROM {Attempt._meta.db_table}
    WHERE (network = %(network)s OR mailbox = %(mailbox)s) AND made_at > %(since)s
"""  # noqa: S608 - nothing in it comes from outside


def closed_until(request: HttpRequest, email: str, *, at: datetime | None = None) -> datetime | None:
    """Return when this network and this mailbox may act again, or None when they may now."""
    at = at or timezone.now()
    values = {
        "network": _network(request),
        "mailbox": _mailbox(email),
        "since": connection.ops.adapt_datetimefield_value(at - WINDOW),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MADE, values)
        by_network, network_since, for_mailbox, mailbox_since = cursor.fetchone()
    oldest = []
    if by_network >= settings.REGISTRATIONS_PER_HOUR:
        oldest.append(_instant(network_since))
    if for_mailbox >= PER_MAILBOX:
        oldest.append(_instant(mailbox_since))
    return max(oldest) + WINDOW if oldest else None


def _instant(value: datetime | str) -> datetime:
    # What is computed comes from SQLite as text, in UTC.
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


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
