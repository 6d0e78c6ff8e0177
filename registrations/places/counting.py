"""The lock of an event, and how many of its places are taken, waited for and free, in each line.

What takes a place is said by `holds_a_place`, who stands in which line by `Registration.line`; here both are counted in
one query, which is built once, because it is asked at every reading of an event's page.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, Model, Q, QuerySet, Value, When
from django.utils import timezone

from events.models import Event, Session

from .. import wording
from ..compiled import Compiled
from ..exceptions import NotRegistered
from ..models import Delegation, Option, Registration
from ..models.registrations import ONLINE, ROOM, Line, holds_a_place

State, Mode = Registration.State, Registration.Mode


# --- The lock ----------------------------------------------------------------------------------------------------


_EVENT = Compiled(lambda event: Event.objects.locked().filter(pk=event), "event")


def lock(event: Event) -> Event:
    """Return the event as it is now, and let nobody else give a place of it before this transaction ends.

    PostgreSQL locks the event's row. SQLite has no row locks: there the transaction itself is the lock, because it
    takes the write lock when it begins (`transaction_mode` in the settings).
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Places are counted and given in one transaction.")
    rows = _EVENT.rows(event=event.pk)
    if not rows:
        raise Event.DoesNotExist
    locked = rows[0]
    _hand_on(event, locked, "project", "kind", "venue", "host")
    wording.hand_on(event, locked)
    return locked


_REGISTRATION = Compiled(
    lambda event, registration: Registration.objects.filter(event=event, pk=registration), "event", "registration"
)


def fresh(event: Event, registration: Registration) -> Registration:
    """The registration as it is under the lock: whoever came before us may have changed it."""
    found = find(event, registration.pk)
    if found is None:
        raise Registration.DoesNotExist
    _hand_on(registration, found, "person", "organisation", "delegation")
    return found


def find(event: Event, registration: int) -> Registration | None:
    """The registration with a key at an event, alone, or None. One query."""
    rows = _REGISTRATION.rows(event=event.pk, registration=registration)
    for row in rows:
        row.event = event
    return rows[0] if rows else None


def _hand_on(earlier: Model, now: Model, *names: str) -> None:
    """What stands around something need not be read again under the lock, as long as it is the same."""
    known = earlier._state.fields_cache
    for name in names:
        if name in known and getattr(earlier, f"{name}_id") == getattr(now, f"{name}_id"):
            now._state.fields_cache[name] = known[name]


def live(event: Event, registration: Registration) -> Registration:
    """The same, of a registration that is not cancelled. Raises NotRegistered."""
    registration = fresh(event, registration)
    if not registration.is_live:
        raise NotRegistered(registration)
    return registration


def mode_at(event: Event, mode: str | None) -> str:
    """How somebody takes part: as they say at a hybrid event, else as the event is held."""
    if event.mode == Event.Mode.HYBRID and mode:
        return mode
    return Mode.ONLINE if event.mode == Event.Mode.ONLINE else Mode.ROOM


def has_limit(event: Event, mode: str) -> bool:
    """Whether there is a limit to how many take part in this way."""
    is_online = event.mode == Event.Mode.HYBRID and mode == Mode.ONLINE
    return (event.online_places if is_online else event.places) is not None


# --- Counting ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of something limited; `places` are None where there is no limit."""

    places: int | None
    taken: int = 0
    waiting: int = 0

    @property
    def free(self) -> int | None:
        """How many more are given. A limit that was lowered below what is taken leaves none; nobody loses a place."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def is_full(self) -> bool:
        return self.free == 0


@dataclass(frozen=True, slots=True)
class Counted:
    """The people of an event at an instant. `seats` are those of each delegation, `holding` the ones still held.

    `taken` and `waiting` are by the delegation that somebody is of, `of()` brings them into the lines there are now.
    `sessions` and `options` are what is left of each, by its key, where `count` was asked for them too, else empty.
    """

    event: Event
    seats: Mapping[int, int]
    holding: frozenset[int]
    taken: Counter[Line]
    waiting: Counter[Line]
    offered: int = 0
    holds_ended: int = 0
    is_release_due: bool = False
    sessions: Mapping[int, Left] = field(default_factory=dict)
    options: Mapping[int, Left] = field(default_factory=dict)

    def line(self, mode: str, delegation: int | None) -> Line:
        """The line of whoever takes part like this. See also Registration.line."""
        if self.event.mode == Event.Mode.HYBRID and mode == Mode.ONLINE:
            return ONLINE
        return Line(delegation=delegation) if delegation in self.holding else ROOM

    def line_of(self, registration: Registration) -> Line:
        return self.line(registration.mode, registration.delegation_id)

    def lines_with_people_waiting(self) -> Iterator[Line]:
        """The lines in which somebody waits, delegations first: their seats are nobody else's."""
        lines = {self._now(line) for line, people in self.waiting.items() if people}
        yield from sorted(lines, key=lambda line: (line.delegation is None, line.delegation or 0, line.is_online))

    def of(self, line: Line) -> Left:
        """Return what is left for one line, and how many people have or wait for it."""
        taken, waiting = self._in(line, self.taken), self._in(line, self.waiting)
        if line.is_online:
            return Left(self.event.online_places, taken, waiting)
        in_room = Left(self.event.places, self.people_in_room)
        if line.delegation is None:
            return Left(self.event.places, in_room.taken + self.to_follow, waiting)
        # Where the limit of the event was lowered, or more seats were promised than there are, they do not all exist.
        seats = self.seats[line.delegation]
        return Left(seats if in_room.free is None else min(seats, taken + in_room.free), taken, waiting)

    def has_place_for_a_newcomer(self, line: Line) -> bool:
        """Whether somebody who has not waited may have a place: one is free, and nobody waits for it."""
        left = self.of(line)
        if left.waiting or left.is_full:
            return False
        return line != ROOM or left.free is None or left.free > self.only_for_the_line

    def place_at_the_end(self, line: Line) -> int:
        """The place in a line, from 1, of whoever joins it now."""
        return self.of(line).waiting + 1

    def note_offered(self, registration: Registration) -> None:
        """Count a place as given to somebody who waited for it."""
        is_online = self.event.mode == Event.Mode.HYBRID and registration.mode == Mode.ONLINE
        line = ONLINE if is_online else Line(delegation=registration.delegation_id)
        self.waiting[line] -= 1
        self.taken[line] += 1

    @property
    def people_in_room(self) -> int:
        return sum(people for line, people in self.taken.items() if not line.is_online)

    @property
    def to_follow(self) -> int:
        """How many seats are held for delegations that have named nobody for them."""
        return sum(max(0, self.seats[of] - self.taken[Line(delegation=of)]) for of in self.holding)

    @property
    def only_for_the_line(self) -> int:
        """How many seats were released by delegations and are, by the host's rule, given to the waiting list only."""
        if self.event.released_seats_go_to != Event.ReleasedSeats.WAITING:
            return 0
        released = self.seats.keys() - self.holding
        return sum(max(0, self.seats[of] - self.taken[Line(delegation=of)]) for of in released)

    def _in(self, line: Line, people: Counter[Line]) -> int:
        return sum(number for stored, number in people.items() if self._now(stored) == line)

    def _now(self, line: Line) -> Line:
        return ROOM if line.delegation is not None and line.delegation not in self.holding else line


# See also Delegation.holds_seats. When an event starts is computed, so only `count` can say whether that is over.
_NOT, _UNTIL_A_DATE, _UNTIL_THE_START = 0, 1, 2


def _people(event: int, at: datetime) -> QuerySet[Registration, Any]:
    ended = Q(state=State.CANCELLED, seat_held_until__lte=at)
    return (
        Registration.objects.filter(event=event)
        .order_by()
        .values_list("delegation", "mode")
        .annotate(
            held=Count("pk", filter=holds_a_place(at)),
            waiting=Count("pk", filter=Q(state=State.WAITING)),
            offered=Count("pk", filter=Q(state=State.OFFERED)),
            ended=Count("pk", filter=ended),
        )
    )


def _delegations(event: int, at: datetime) -> QuerySet[Delegation, Any]:
    held = Case(
        When(releases_at__isnull=True, then=Value(_UNTIL_THE_START)),
        When(releases_at__gt=at, then=Value(_UNTIL_A_DATE)),
        default=Value(_NOT),
    )
    is_due = Case(When(releases_at__lte=at, released_at__isnull=True, then=Value(1)), default=Value(0))
    of_event = Delegation.objects.filter(event=event).order_by()
    return of_event.values_list("pk", Value(""), F("seats"), held, is_due, Value(0))


_SESSION, _OPTION = "session", "option"


def _picked(limited: QuerySet[Any, Any], what: str) -> QuerySet[Any, Any]:
    waiting = Q(choices__has_place=False, choices__registration__state=State.CONFIRMED)
    return (
        limited.order_by()
        .values_list("pk", Value(what), "places")
        .annotate(
            taken=Count("choices", filter=Q(choices__has_place=True)),
            waits=Count("choices", filter=waiting),
            nothing=Value(0),
        )
    )


def _choices(event: int) -> list[QuerySet[Any, Any]]:
    sessions, options = Session.objects.filter(event=event), Option.objects.filter(question__event=event)
    return [_picked(sessions, _SESSION), _picked(options, _OPTION)]


# Without an order: that of the model is of columns that are not counted.
_COUNTED = Compiled(
    lambda event, at: _people(event, at).union(_delegations(event, at), all=True).order_by(), "event", at=datetime
)
_COUNTED_WITH_CHOICES = Compiled(
    lambda event, at: _people(event, at).union(_delegations(event, at), *_choices(event), all=True).order_by(),
    "event",
    at=datetime,
)


def count(event: Event, at: datetime, *, with_choices: bool = False) -> Counted:
    """Count the people and seats of an event at an instant, `with_choices` those of what is picked too. One query."""
    counted = _COUNTED_WITH_CHOICES if with_choices else _COUNTED
    seats, holding = {}, set()
    left: dict[str, dict[int, Left]] = {_SESSION: {}, _OPTION: {}}
    taken: Counter[Line] = Counter()
    waiting: Counter[Line] = Counter()
    offered = ended = 0
    is_due = False
    has_begun = event.has_begun(at=at)
    for delegation, mode, *numbers in counted.tuples(event=event.pk, at=at):
        if mode in left:
            left[mode][delegation] = Left(*numbers[:3])
            continue
        if not mode:
            seats[delegation], held, due, _nothing = numbers
            if held == _UNTIL_A_DATE or (held == _UNTIL_THE_START and not has_begun):
                holding.add(delegation)
            is_due = is_due or bool(due)
            continue
        is_online = event.mode == Event.Mode.HYBRID and mode == Mode.ONLINE
        line = ONLINE if is_online else Line(delegation=delegation)
        taken[line] += numbers[0]
        waiting[line] += numbers[1]
        offered += numbers[2]
        ended += numbers[3]
    lines = (event, seats, frozenset(holding), taken, waiting, offered, ended, is_due)
    return Counted(*lines, sessions=left[_SESSION], options=left[_OPTION])


def taken(event: Event, at: datetime | None = None) -> int:
    """How many places are taken or held at an instant (default: now): at a hybrid event, those in the room."""
    return count(event, at or timezone.now()).of(ROOM).taken


def free(event: Event, at: datetime | None = None) -> int | None:
    """How many of these are free for everybody at an instant (default: now); None when the event has no limit.

    Whoever wants to give one must hold the lock of the event and see that nobody waits.
    """
    return count(event, at or timezone.now()).of(ROOM).free
