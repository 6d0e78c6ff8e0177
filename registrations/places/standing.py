"""Whether people may register, and for how many places."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils import timezone

from events.models import Event

from ..models import Delegation, Registration
from ..models.registrations import ONLINE
from . import counting


class Opening(Enum):
    """Whether an event takes registrations, and if not, why."""

    OPEN = "open"
    FULL = "full"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    # No opening is set, so people register elsewhere or not at all.
    NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether people may register. `places`, `free` and `waiting` are those of the room; None: no limit.

    At a hybrid event `online_places`, `online_free` and `online_waiting` say the same of taking part online. Of a
    delegation, `places` and `free` are its seats. `only_waits`: whoever registers now waits, in the room and online.
    """

    opening: Opening
    places: int | None = None
    free: int | None = None
    waiting: int = 0
    online_places: int | None = None
    online_free: int | None = None
    online_waiting: int = 0
    only_waits: bool = False

    @property
    def state(self) -> str:
        return self.opening.value

    @property
    def is_open(self) -> bool:
        """Whether a registration is taken: for a place or, when full, for the waiting list."""
        return self.opening in (Opening.OPEN, Opening.FULL)


def availability(event: Event, *, at: datetime | None = None, delegation: Delegation | None = None) -> Availability:
    """Return whether people may register now (default), and for how many places. At most one query, no lock.

    With a delegation, for a seat of it.
    """
    at = at or timezone.now()
    if event.takes_registrations(at=at):
        counted = counting.count(event, at)
        line = counted.line(Registration.Mode.ROOM, delegation.pk if delegation else None)
        in_room, online = counted.of(line), counted.of(ONLINE)
        has_place = counted.has_place_for_a_newcomer(line)
        return Availability(
            opening=Opening.OPEN if has_place else Opening.FULL,
            places=in_room.places,
            free=in_room.free,
            waiting=in_room.waiting,
            online_places=online.places,
            online_free=online.free,
            online_waiting=online.waiting,
            only_waits=not has_place
            and not (event.mode == Event.Mode.HYBRID and counted.has_place_for_a_newcomer(ONLINE)),
        )
    if event.is_cancelled:
        return Availability(Opening.CANCELLED)
    if event.is_over(at=at):
        return Availability(Opening.OVER)
    if event.is_postponed:
        return Availability(Opening.POSTPONED)
    if event.registration_opens_at is None and event.status == Event.Status.ANNOUNCED:
        return Availability(Opening.NOT_HERE)
    closes = event.registration_closes
    return Availability(Opening.CLOSED if closes and closes <= at else Opening.NOT_YET)
