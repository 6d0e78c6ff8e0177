"""The waiting list: lines in strict order of joining, and offers that hold a place until a deadline.

There is one line for the room, one for taking part online, and one for each delegation while its seats are held. Nobody
in one of them keeps those in another from a place. But whoever waits for a seat of their delegation, and sees somebody
who came later get a place for everybody, is owed a reason: a decision says it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Case, When

from events.models import Event

from .. import emails
from ..compiled import Compiled
from ..models import Because, Decision, Delegation, Offer, Registration
from ..models.registrations import OFFER_LASTS, ROOM
from .counting import Counted


def may_offer(event: Event, *, at: datetime) -> bool:
    """Whether a place may be offered at an instant: as long as the host set, never after the start.

    That registration has closed keeps nobody who waits from a place.
    """
    starts_at = event.starts_at
    if event.status != Event.Status.ANNOUNCED or starts_at is None:
        return False
    return at < min(starts_at, event.offers_until or starts_at)


def _first_in_room(mode: str) -> Compiled[Registration]:
    """Who stands first in the line for the room before the event begins: asked for each place that is given up."""
    return Compiled(
        lambda event, at: Registration.objects.waiting().in_line(ROOM, Event(pk=event, mode=mode), at=at)[:1],
        "event",
        at=datetime,
    )


_FIRST_IN_ROOM = {False: _first_in_room(Event.Mode.ON_SITE), True: _first_in_room(Event.Mode.HYBRID)}


def offer_free_places(event: Event, counted: Counted, *, at: datetime) -> None:
    """Offer what is free in each line to those who stand first in it, and count it as theirs.

    An offer is open for 48 hours, but never longer than until the event starts.
    """
    starts_at = event.starts_at
    if starts_at is None or not may_offer(event, at=at):
        return
    until = min(at + OFFER_LASTS, starts_at)
    for line in counted.lines_with_people_waiting():
        left = counted.of(line)
        if left.is_full:
            continue
        if line == ROOM and left.free == 1:
            first = _FIRST_IN_ROOM[event.mode == Event.Mode.HYBRID].rows(event=event.pk, at=at)
        else:
            first = list(Registration.objects.waiting().in_line(line, event, at=at)[: left.free])
        for registration in first:
            registration.event = event
            emails.offer(registration.offer_place(until=until, at=at))
            counted.note_offered(registration)
        if line == ROOM:
            note_who_was_passed_over(event, first, counted, at=at)


# Asked whenever somebody registers or leaves while an offer is open, and most often for nothing.
_PASSED = Compiled(
    lambda event, at: Offer.objects.filter(registration__event=event, outcome="", expires_at__lte=at).values_list("pk"),
    "event",
    at=datetime,
)


def expire_offers(event: Event, *, at: datetime) -> int:
    """End the offers whose deadline has passed; return how many. Their people leave the list and are told."""
    passed = [offer for (offer,) in _PASSED.tuples(event=event.pk, at=at)]
    if not passed:
        return 0
    offers = list(Offer.objects.filter(pk__in=passed).select_related("registration"))
    for offer in offers:
        offer.registration.event = event
        offer.registration.lose_offer(offer, at=at)
        emails.offer_expired(offer)
    return len(offers)


def note_who_was_passed_over(event: Event, served: Iterable[Registration], counted: Counted, *, at: datetime) -> None:
    """Tell whoever waits in the line of a delegation why these people got a place for everybody before them. Once."""
    if not any(line.delegation in counted.holding for line, people in counted.waiting.items() if people):
        return
    latest = max((registration.joined_at for registration in served), default=None)
    if latest is None:
        return
    told = Decision.objects.filter(kind=Decision.Kind.PASSED_OVER, registration__event=event).values("registration")
    passed = event.registrations.waiting().filter(delegation__in=counted.holding, joined_at__lte=latest)
    if event.mode == Event.Mode.HYBRID:
        passed = passed.exclude(mode=Registration.Mode.ONLINE)
    Decision.objects.bulk_create(
        Decision(
            registration=registration, kind=Decision.Kind.PASSED_OVER, because=Because.PASSED_OVER.of(), taken_at=at
        )
        for registration in passed.exclude(pk__in=told)
    )


def place_of_each(event: Event) -> dict[int, int]:
    """Return, for everybody who waits, their place in their own line, by the key of their registration. One query."""
    places: dict[int, int] = {}
    lines: dict[tuple[str, int | None], int] = {}
    held = Case(When(delegation__in=Delegation.objects.holding(event).values("pk"), then="delegation"))
    for key, mode, delegation in event.registrations.waiting().values_list("pk", "mode", held):
        line = (
            (mode, None) if event.mode == Event.Mode.HYBRID and mode == Registration.Mode.ONLINE else ("", delegation)
        )
        lines[line] = places[key] = lines.get(line, 0) + 1
    return places
