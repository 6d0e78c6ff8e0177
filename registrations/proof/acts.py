"""What a frozen list was made of: its acts of attendance, so that one that was changed by hand is seen afterwards."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from events.models import Event

from ..models import AttendanceRecord
from .canonical import canonical, hash_of, instant

# Of a SHA-256, in hexadecimal digits: enough to see a change, and half as long in the list.
_DIGITS = 16


def digests(event: Event, day: date) -> dict[str, str]:
    """Return a short hash of what each act about a day says, by its id. One query.

    Who recorded it is left out: a user who is deleted is taken out of what they made.
    """
    records = AttendanceRecord.objects.of_days().filter(registration__event=event, day=day).order_by()
    rows = records.values_list(
        "act", "registration", "what", "how", "happened_at", "came_at", "recorded_at", "undoes", "reason"
    )
    return {
        str(act): hash_of(
            canonical(
                [pk, what, how, _exact(happened_at), _exact(came_at), instant(recorded_at), str(undoes or ""), reason]
            )
        )[:_DIGITS]
        for act, pk, what, how, happened_at, came_at, recorded_at, undoes, reason in rows
    }


def _exact(at: Any) -> str | None:
    return f"{instant(at)}.{at.microsecond:06}" if at else None


def changed(content: dict[str, Any], now: Mapping[str, str]) -> int:
    """Return how many acts that a list was made of say something else now, or are gone.

    The first versions did not note their acts: of those none is known to be changed.
    """
    acts = content.get("acts")
    return sum(now.get(act) != digest for act, digest in acts.items()) if isinstance(acts, dict) else 0
