"""What somebody has just registered, remembered for half an hour in their own browser and nowhere else.

The confirmation shows what was typed, not what is stored: whoever types the name and address of somebody who is
registered already must not learn so from it. A signed cookie, because a session would cost five queries.
"""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from events.models import Event

KEPT = timedelta(minutes=30)
_SALT = "registrations.receipt"


@dataclass(frozen=True)
class Receipt:
    """`typed` holds the fields of the form. `registration` is its key if it was made here, else None."""

    has_place: bool
    typed: dict[str, Any] = field(default_factory=dict)
    registration: int | None = None


def remember(response: HttpResponse, event: Event, receipt: Receipt) -> None:
    response.set_cookie(
        _name(event),
        signing.dumps({**asdict(receipt), "event": event.pk}, salt=_SALT, compress=True),
        max_age=KEPT,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def recall(request: HttpRequest, event: Event) -> Receipt | None:
    """Return what was registered for an event in this browser in the last half hour, or None."""
    try:
        kept = signing.loads(request.COOKIES[_name(event)], salt=_SALT, max_age=KEPT)
    except (KeyError, signing.BadSignature):
        return None
    return Receipt(**kept) if kept.pop("event") == event.pk else None


def _name(event: Event) -> str:
    return f"registered-{event.pk}"
