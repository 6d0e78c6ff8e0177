"""Whoever has not waited, and what they get: a place, or the end of its line."""

from datetime import datetime

from ..models import Registration
from ..models.registrations import ROOM
from . import waiting_list
from .counting import Counted
from .settling import settled


def seat(registration: Registration, counted: Counted, *, at: datetime) -> None:
    """Confirm a registration if there is a place for somebody who has not waited, else put it at the end of its line.

    The caller holds the lock of the event, and has counted under it.
    """
    event = registration.event
    line = counted.line_of(registration)
    if counted.has_place_for_a_newcomer(line):
        registration.confirm(at=at)
        if line == ROOM:
            waiting_list.note_who_was_passed_over(event, [registration], counted, at=at)
    else:
        registration.put_on_waiting_list(at=at)
        if not counted.of(line).is_full:
            # Released seats go through the line; whoever stands alone in it is offered one at once.
            settled(event, at)
            registration.refresh_from_db(fields=["state"])
