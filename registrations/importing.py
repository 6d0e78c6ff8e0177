"""Registering people from the rows of a sheet, for organisers: one after the other, each as if typed by hand.

Whether there is a place is decided by places for each row anew, so the order of the rows is the order of the line, and
whoever registers meanwhile is counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.utils.translation import gettext, ngettext

from accounts.models import User
from events.models import Event
from projects.models import Organisation
from projects.search import fold

from . import places
from .asking import asking_now


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One person to register. `mode` is "" where the sheet does not say it; `organisation` None where none is known."""

    name: str
    email: str
    organisation_name: str
    organisation: Organisation | None
    country: str
    participant_kind: str
    language: str
    mode: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What somebody is recognised by, see PersonQuerySet.recognised."""
        return self.email.casefold(), fold(self.name)

    @property
    def answers(self) -> dict[str, Any]:
        """The fields of a registration; how they take part only where the sheet says it."""
        names = ("name", "email", "organisation_name", "organisation", "country", "participant_kind", "language")
        return {name: getattr(self, name) for name in names} | ({"mode": self.mode} if self.mode else {})


class Outcome(Enum):
    """What came of one row."""

    PLACE = "place"
    WAITS = "waits"
    # Registered before: nothing was changed, and no mail was written.
    KNOWN = "known"


def known(event: Event) -> set[tuple[str, str]]:
    """Return the keys of everybody who is registered for an event now. One query."""
    people = event.registrations.live().values_list("person__email", "person__name_key", "email", "name")
    keys = set()
    for email, name_key, typed_email, typed_name in people:
        keys |= {(email, name_key), (typed_email.casefold(), fold(typed_name))}
    return keys


def register_all(event: Event, newcomers: Iterable[Newcomer], *, by: User, at: datetime | None = None) -> list[Outcome]:
    """Register people in their order; who is registered already stays as they are. The same rows again change nothing.

    Nobody waits for approval: whoever imports them has decided. Raises RegistrationClosed, after which those before it
    are registered.
    """
    asking = asking_now(event)
    outcomes = []
    for newcomer in newcomers:
        done = places.register(event, **newcomer.answers, is_approved=True, by=by, not_asked_yet=asking, at=at)
        if not done.is_new:
            outcomes.append(Outcome.KNOWN)
        else:
            outcomes.append(Outcome.WAITS if done.registration.is_waiting else Outcome.PLACE)
    return outcomes


def done_in_words(outcomes: Sequence[Outcome]) -> list[str]:
    """Say what came of it, a sentence for each outcome."""
    sentences = []
    if number := outcomes.count(Outcome.PLACE):
        words = ngettext(
            "%(number)s person is registered and gets a mail with the link.",
            "%(number)s people are registered and get a mail with the link.",
            number,
        )
        sentences.append(words % {"number": number})
    if number := outcomes.count(Outcome.WAITS):
        words = ngettext(
            "%(number)s person is on the waiting list: no place was free. A mail says so.",
            "%(number)s people are on the waiting list, in the order of the rows: no place was free. Mails say so.",
            number,
        )
        sentences.append(words % {"number": number})
    if number := outcomes.count(Outcome.KNOWN):
        words = ngettext(
            "%(number)s person was registered already. Nothing was changed.",
            "%(number)s people were registered already. Nothing was changed.",
            number,
        )
        sentences.append(words % {"number": number})
    return sentences or [gettext("Nobody was registered.")]
