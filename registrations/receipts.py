"""What somebody has just registered, remembered for half an hour in their own browser and nowhere else.

The confirmation shows what was typed, not what is stored: whoever types the name and address of somebody who is
registered already must not learn so from it. A signed cookie, because a session would cost five queries.
"""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from events.models import Event

from .compiled import add
from .models import Registration, TypedAnswers

KEPT = timedelta(minutes=30)
_SALT = "registrations.receipt"
_SALT_LENGTH = 16


@dataclass(frozen=True)
class Beside:
    """`again` is everything as it was typed, by the names of the inputs; `shown` are pairs of question and answer."""

    again: dict[str, list[str]] = field(default_factory=dict)
    shown: list[list[str]] = field(default_factory=list)


def keep_beside_the_core(event: Event, beside: Beside) -> str:
    """Keep what was typed beside the core for half an hour, and return the code that a receipt holds."""
    kept = TypedAnswers(event=event, typed=asdict(beside))
    add(kept)
    return kept.code


@dataclass(frozen=True)
class Receipt:
    """`typed` holds the core of the form, `mark` tells whether the registration was made here (see `mark`).

    `kept` is the code of what was typed beside the core, which no cookie has room for: see `beside_the_core`.
    """

    has_place: bool
    typed: dict[str, Any] = field(default_factory=dict)
    mark: str = ""
    kept: str = ""

    def beside_the_core(self, event: Event) -> "Beside":
        """Return what was typed beside the core; nothing where the event asked nothing more. At most one query."""
        if not self.kept:
            return Beside()
        found = TypedAnswers.objects.filter(code=self.kept, event=event).first()
        return Beside(**found.typed) if found else Beside()

    def own_registration(self, event: Event) -> Registration | None:
        """Return the registration that was made in this browser, or None when there was one before."""
        mine = event.registrations.of_person(email=self.typed["email"], name=self.typed["name"])
        return next(
            (found for found in mine if constant_time_compare(self.mark, _mark(found, self.mark[:_SALT_LENGTH]))), None
        )


def mark(registration: Registration | None) -> str:
    """Return what a receipt keeps of a registration that was made here; None gives a mark that fits nothing.

    A cookie can be read by whoever has it, so the one mark must look like the other: a key, or a missing one, would
    tell whether the name and address that were typed had been registered before.
    """
    salt = secrets.token_hex(_SALT_LENGTH // 2)
    return _mark(registration, salt) if registration else salt + secrets.token_hex(32)


def _mark(registration: Registration, salt: str) -> str:
    return salt + salted_hmac(_SALT + salt, str(registration.pk), algorithm="sha256").hexdigest()


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
