"""Whether people may register, and for how many places."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils import timezone

from events.models import Event

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
    opening: Opening
    places: int | None = None
    free: int | None = None
    waiting: int = 0

    @property
    def state(self) -> str:
        return self.opening.value

    @property
    def is_open(self) -> bool:
        """Whether a registration is taken: for a place or, when full, for the waiting list."""
        return self.opening in (Opening.OPEN, Opening.FULL)


def availability(event: Event, *, at: datetime | None = None) -> Availability:
    """Return whether people may register now (default), and for how many places. At most one query, no lock."""
    at = at or timezone.now()
    if event.takes_registrations(at=at):
        counted = counting.count(event, at)
        return Availability(
            opening=Opening.OPEN if counted.has_place_for_a_newcomer(event) else Opening.FULL,
            places=event.places,
            free=counted.free(event),
            waiting=counted.waiting,
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
