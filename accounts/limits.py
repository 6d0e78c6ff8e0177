"""How often somebody may do something: the one place where it is counted.

Acts are rows of a table and not numbers in the cache: the cache of the default set-up is a table as well, in which a
counter takes six queries and two take twelve, and whatever empties it would open every limit. Here several limits are
looked up in one query and counted in one, in every process alike. A window moves with the clock, so nobody gets twice
as much around a full hour.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import Attempt
from .periodic import every

# No limit looks back further, so that nothing is kept for longer.
LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many acts of one kind in any stretch of this length, by one who: a network, a mailbox."""

    what: str
    times: int
    within: timedelta

    def __post_init__(self) -> None:
        if self.within > LONGEST:
            raise ValueError(f"What is older than {LONGEST} is not counted.")


@dataclass(frozen=True, slots=True)
class Act:
    """One act under a limit. `who` is stored as a keyed hash only."""

    limit: Limit
    who: str

    @property
    def key(self) -> str:
        return salted_hmac(f"accounts.limits.{self.limit.what}", self.who, algorithm="sha256").hexdigest()


def closed_until(acts: Sequence[Act], *, at: datetime | None = None) -> datetime | None:
    """Return when all of these acts will be allowed, or None when they are now. One query; nothing is counted."""
    at = at or timezone.now()
    by_key = {act.key: act.limit for act in acts}
    # Written out: this is asked for each registration, and Django takes thirty times as long to build the same query.
    query = f"""
        SELECT who, COUNT(*), MIN(made_at) FROM {Attempt._meta.db_table}
        WHERE {" OR ".join(["who = %s AND made_at > %s"] * len(by_key))} GROUP BY who
    """  # noqa: S608 - nothing in it comes from outside
    values: list[Any] = []
    for key, limit in by_key.items():
        values += [key, connection.ops.adapt_datetimefield_value(at - limit.within)]
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        made = cursor.fetchall()
    ends = [_instant(oldest) + by_key[key].within for key, times, oldest in made if times >= by_key[key].times]
    return max(ends, default=None)


def _instant(value: datetime | str) -> datetime:
    # What is computed comes from SQLite as text, in UTC.
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def count(acts: Sequence[Act], *, at: datetime | None = None) -> None:
    """Count these acts, in the transaction that is open."""
    made_at = connection.ops.adapt_datetimefield_value(at or timezone.now())
    # Written out as well: it is done under the lock for which everybody waits who registers.
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Attempt._meta.db_table} (who, made_at) VALUES {', '.join(['(%s, %s)'] * len(acts))}",  # noqa: S608 - nothing in it comes from outside
            [value for act in acts for value in (act.key, made_at)],
        )


@transaction.atomic
def allow(acts: Sequence[Act], *, at: datetime | None = None) -> bool:
    """Count these acts if all of them are within their limits, and say whether they are; a refused one counts nothing.

    However many ask at the same moment, no more are allowed than the limit says.
    """
    _one_after_another(acts)
    if closed_until(acts, at=at):
        return False
    count(acts, at=at)
    return True


def _one_after_another(acts: Sequence[Act]) -> None:
    # On SQLite the transaction took the write lock when it began (`transaction_mode` in the settings).
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # In the same order for everybody, so that no two wait for each other.
            for number in sorted(int(act.key[:15], 16) for act in acts):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@every(minutes=60)
def forget_old_attempts() -> None:
    Attempt.objects.filter(made_at__lt=timezone.now() - LONGEST).delete()


# --- Who it is ---------------------------------------------------------------------------------------------------


def client_address(request: HttpRequest) -> str:
    """Return the network address to count a client by: IPv4, or the /64 network of an IPv6 address.

    Behind settings.TRUSTED_PROXIES proxies it is the one that the outermost of them saw. What a client writes into
    X-Forwarded-For itself stands further left and is not believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        address = hops[-settings.TRUSTED_PROXIES]
    try:
        ip = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        # A household or an office has a whole /64 to choose addresses from.
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
