"""Whom a partner's coordinator names for the seats of its delegation: name, replace, take out.

Each of them is a registration like any other, with its own mails and link, and their consents are theirs to give. A
coordinator never learns how somebody stands who is not in their own delegation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from accounts.models import User
from events.models import Event
from projects.models import Organisation
from projects.search import fold, fold_name

from . import places
from .asking import Asking, asking_now
from .compiled import Compiled
from .delegations import Standing
from .exceptions import NotRegistered
from .forms import known_organisations
from .models import Because, Delegation, Registration

State = Registration.State


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to name, as their coordinator wrote them."""

    name: str
    email: str
    organisation_name: str
    participant_kind: str = Registration.ParticipantKind.DELEGATE

    @property
    def key(self) -> tuple[str, str]:
        """What somebody is recognised by in a list, where sheets turn names round: the address and the words."""
        return self.email.casefold(), fold_name(self.name)


class Outcome(Enum):
    """What naming somebody comes to, or is expected to."""

    SEAT = "seat"
    WAITS = "waits"
    # In this delegation already: nothing is to be done.
    KNOWN = "known"
    # Registered in another way. Nothing is changed, and the coordinator does not see how they stand.
    ELSEWHERE = "elsewhere"


def may_name(event: Event, *, at: datetime | None = None) -> bool:
    """Whether people can be named at an instant (default: now): until the event starts, open for others or not."""
    return event.status == Event.Status.ANNOUNCED and event.is_ahead(at=at)


# --- Before it is saved ------------------------------------------------------------------------------------------


def known_in(delegation: Delegation, *, colleague: Colleague | None = None) -> set[tuple[str, str]]:
    """Return the keys of everybody who is in a delegation now; with a `colleague`, of those who could be them."""
    found: Iterable[tuple[str, str, str, str]]
    if colleague:
        found = _ALIKE.tuples(delegation=delegation.pk, email=colleague.email, key=colleague.email.casefold())
    else:
        found = _people(delegation.pk).iterator()
    keys = set()
    for email, name_key, typed_email, typed_name in found:
        keys |= {(email, fold_name(name_key)), (typed_email.casefold(), fold_name(typed_name))}
    return keys


def _people(delegation: int) -> QuerySet[Registration, Any]:
    live = Registration.objects.live().filter(delegation=delegation).order_by()
    return live.values_list("person__email", "person__name_key", "email", "name")


# Asked whenever somebody is named. `iexact` would put signs of its own into the address.
_ALIKE = Compiled(
    lambda delegation, email, key: _people(delegation).filter(
        Q(person__email=key) | Q(Exact(Upper("email"), Upper(Value(email))))
    ),
    "delegation",
    email=str,
    key=str,
)


def expect(standing: Standing, colleagues: Iterable[Colleague], known: set[tuple[str, str]]) -> list[Outcome]:
    """Return what naming each of some people would come to, in their order, if nothing else happens meanwhile."""
    seats = 0 if standing.waiting else standing.to_follow
    outcomes = []
    for colleague in colleagues:
        if colleague.key in known:
            outcomes.append(Outcome.KNOWN)
        else:
            outcomes.append(Outcome.SEAT if seats else Outcome.WAITS)
            seats = max(0, seats - 1)
    return outcomes


def expected_in_words(standing: Standing, outcomes: Sequence[Outcome]) -> str:
    """Say before saving who gets a seat and who waits."""
    new = sum(outcome != Outcome.KNOWN for outcome in outcomes)
    if standing.is_released:
        return ngettext(
            "The seats of this delegation are released: %(n)s person gets a free place of the event, or waits for one.",
            "The seats of this delegation are released: %(n)s people get free places of the event, or wait for one.",
            new,
        ) % {"n": new}
    seats, waits = outcomes.count(Outcome.SEAT), outcomes.count(Outcome.WAITS)
    said = [ngettext("%(n)s person gets a seat.", "%(n)s people get a seat.", seats) % {"n": seats}] if seats else []
    if waits:
        line = ngettext(
            "%(n)s person waits in the line of your delegation until a seat is free.",
            "%(n)s people wait in the line of your delegation until a seat is free.",
            waits,
        )
        said.append(line % {"n": waits})
    return " ".join(said)


# --- Naming ------------------------------------------------------------------------------------------------------


def name_one(
    delegation: Delegation,
    colleague: Colleague,
    *,
    by: User,
    known: Mapping[str, Organisation | None] | None = None,
    asking: Asking | None = None,
    at: datetime | None = None,
) -> Outcome:
    """Name somebody for a delegation: for one of its seats, or in its line. They are told by mail.

    `known` are organisations by what was typed and `asking` is what the event asks, where the caller looked that up for
    many at once. Whoever registered by
    themselves gets into the delegation if it has a free seat. Raises RegistrationClosed.
    """
    answers: dict[str, Any] = {
        "name": colleague.name,
        "email": colleague.email,
        "participant_kind": colleague.participant_kind,
        "delegation": delegation,
        "language": translation.get_language() or "en",
        **_organisation(delegation, colleague, known=known),
    }
    event = delegation.event
    answers["not_asked_yet"] = asking_now(event) if asking is None else asking
    expected = places.expected(event, at=at, **answers)
    done = places.register(event, expected=expected, is_approved=True, by=by, at=at, **answers)
    registration = done.registration
    if registration.delegation_id != delegation.pk:
        return Outcome.ELSEWHERE
    return Outcome.WAITS if registration.state == State.WAITING else Outcome.SEAT


def name_all(
    delegation: Delegation, colleagues: Iterable[Colleague], *, by: User, at: datetime | None = None
) -> list[Outcome]:
    """Name one after the other; whoever is in the delegation already stays as they are and gets no mail.

    Raises RegistrationClosed.
    """
    colleagues = list(colleagues)
    # One person is looked up alone: each of two hundred who are named at once would read all the others.
    known = known_in(delegation, colleague=colleagues[0] if len(colleagues) == 1 else None)
    organisations = known_organisations(colleague.organisation_name for colleague in colleagues)
    asking = asking_now(delegation.event)
    outcomes = []
    for colleague in colleagues:
        if colleague.key in known:
            outcomes.append(Outcome.KNOWN)
        else:
            outcomes.append(name_one(delegation, colleague, by=by, known=organisations, asking=asking, at=at))
            known.add(colleague.key)
    return outcomes


def done_in_words(colleagues: Sequence[Colleague], outcomes: Sequence[Outcome]) -> list[str]:
    """Say after saving what came of it, a sentence for each outcome."""
    sentences = []
    if seats := outcomes.count(Outcome.SEAT):
        said = ngettext("%(n)s person is named and told by mail.", "%(n)s people are named and told by mail.", seats)
        sentences.append(said % {"n": seats})
    if waits := outcomes.count(Outcome.WAITS):
        said = ngettext(
            "%(n)s person waits in the line of your delegation and is told by mail.",
            "%(n)s people wait in the line of your delegation and are told by mail.",
            waits,
        )
        sentences.append(said % {"n": waits})
    elsewhere = [c.name for c, outcome in zip(colleagues, outcomes, strict=True) if outcome == Outcome.ELSEWHERE]
    if elsewhere:
        said = gettext(
            "Not in your delegation: %(names)s. Whoever is registered for this event already stays as they are: ask "
            "them."
        )
        sentences.append(said % {"names": ", ".join(elsewhere)})
    return sentences or [gettext("They are all in your delegation already.")]


# --- Replacing, taking out ---------------------------------------------------------------------------------------


def replace(registration: Registration, colleague: Colleague, *, by: User, at: datetime | None = None) -> Registration:
    """Give somebody's seat, or place in the line, to a colleague; both are told. Raises RegistrationRefused."""
    delegation = registration.delegation
    if delegation is None:
        raise NotRegistered(registration)
    return places.hand_over(
        registration,
        name=colleague.name,
        email=colleague.email,
        participant_kind=colleague.participant_kind,
        by=by,
        because=Because.REPLACED.of(partner=str(delegation.partner)),
        at=at,
        **_organisation(delegation, colleague),
    )


def take_out(registration: Registration, *, by: User, reason: str = "", at: datetime | None = None) -> Registration:
    """Take somebody out of a delegation and tell them; the seat is free for another name.

    Raises NotRegistered when they had left before, and TooLate once the event has begun.
    """
    delegation = registration.delegation
    if delegation is None:
        raise NotRegistered(registration)
    return places.cancel(
        registration,
        by=Registration.CancelledBy.HOST,
        reason=reason,
        because=Because.TAKEN_OUT.of(partner=str(delegation.partner)),
        decided_by=by,
        until_the_start=True,
        at=at,
    )


def _organisation(
    delegation: Delegation, colleague: Colleague, *, known: Mapping[str, Organisation | None] | None = None
) -> dict[str, Any]:
    """The organisation that was typed, and its country: that of the partner where we do not know it."""
    ours = delegation.partner.organisation
    name = colleague.organisation_name
    theirs = ours if fold(name) == fold(ours.name) else None
    theirs = theirs or (known_organisations([name]) if known is None else known)[name]
    return {
        "organisation_name": name,
        "organisation": theirs,
        "country": str((theirs or ours).country),
    }


# --- As the page shows them --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """One person of a delegation; `word` and `tone` say how they stand, as a tag."""

    registration: Registration
    word: str
    tone: str
    can_be_changed: bool


def people_of(delegation: Delegation, *, at: datetime | None = None) -> list[Named]:
    """Return everybody in a delegation: who has a seat, then its line in order. Two queries."""
    at = at or timezone.now()
    may_change = delegation.event.is_ahead(at=at)
    seated = delegation.registrations.live().exclude(state=State.WAITING).order_by("joined_at", "pk")
    rows = [Named(r, str(r.get_state_display()), _TONES[r.state], may_change) for r in seated]
    for place, registration in enumerate(delegation.registrations.waiting(), start=1):
        word = gettext("Waits for a seat, place %(place)s") % {"place": place}
        rows.append(Named(registration, word, "info", may_change))
    return rows


_TONES = {State.CONFIRMED.value: "ok", State.OFFERED.value: "warn", State.FOR_APPROVAL.value: "info"}
