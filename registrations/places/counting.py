"""The lock of an event, and what is taken of its places."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from events.models import Event

from ..compiled import Compiled
from ..exceptions import NotRegistered
from ..models import Registration

State = Registration.State

_EVENT = Compiled(lambda event: Event.objects.select_for_update().filter(pk=event), "event")


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
    # What stands around an event need not be read again under the lock, as long as it is the same.
    known = event._state.fields_cache
    for name in ("project", "kind", "venue", "host"):
        if name in known and getattr(event, f"{name}_id") == getattr(locked, f"{name}_id"):
            locked._state.fields_cache[name] = known[name]
    return locked


def taken(event: Event, at: datetime | None = None) -> int:
    """How many places are taken or held at an instant (default: now)."""
    return count(event, at or timezone.now()).taken


def free(event: Event, at: datetime | None = None) -> int | None:
    """How many places are free at an instant (default: now); None when the event has no limit.

    Whoever wants to give one must hold the lock of the event and see that nobody waits.
    """
    return count(event, at or timezone.now()).free(event)


@dataclass(frozen=True, slots=True)
class Counted:
    taken: int
    waiting: int
    offered: int
    holds_ended: int

    def free(self, event: Event) -> int | None:
        # A limit that was lowered below what is taken leaves none free; nobody loses a place for it.
        return None if event.places is None else max(0, event.places - self.taken)

    def has_place_for_a_newcomer(self, event: Event) -> bool:
        return self.free(event) != 0 and not self.waiting


# Written out, because this is asked at every reading of an event's page, and Django takes thirty times as long to build
# the same query. What holds a place is said by `holds_a_place`; a test keeps the two the same.
_COUNT = f"""
    SELECT
        COUNT(*) FILTER (
            WHERE (NOT %(only_the_room)s OR mode = '{Registration.Mode.ROOM}')
            AND (state IN ('{State.CONFIRMED}', '{State.OFFERED}')
                OR state = '{State.CANCELLED}' AND seat_held_until > %(at)s)
        ),
        COUNT(*) FILTER (WHERE state = '{State.WAITING}'),
        COUNT(*) FILTER (WHERE state = '{State.OFFERED}'),
        COUNT(*) FILTER (WHERE state = '{State.CANCELLED}' AND seat_held_until <= %(at)s)
    FROM {Registration._meta.db_table}
    WHERE event_id = %(event)s
"""  # noqa: S608 - nothing in it comes from outside


def count(event: Event, at: datetime) -> Counted:
    with connection.cursor() as cursor:
        values = {
            "at": connection.ops.adapt_datetimefield_value(at),
            "event": event.pk,
            "only_the_room": event.mode == Event.Mode.HYBRID,
        }
        cursor.execute(_COUNT, values)
        return Counted(*cursor.fetchone())


def mode_at(event: Event, mode: str | None) -> str:
    """How somebody takes part: as they say at a hybrid event, else as the event is held."""
    if event.mode == Event.Mode.HYBRID and mode:
        return mode
    return Registration.Mode.ONLINE if event.mode == Event.Mode.ONLINE else Registration.Mode.ROOM


def needs_no_place(event: Event, mode: str) -> bool:
    return event.mode == Event.Mode.HYBRID and mode == Registration.Mode.ONLINE


def fresh(event: Event, registration: Registration) -> Registration:
    """The registration as it is under the lock: whoever came before us may have changed it."""
    registration = event.registrations.select_related("person", "organisation").get(pk=registration.pk)
    registration.event = event
    return registration


def live(event: Event, registration: Registration) -> Registration:
    registration = fresh(event, registration)
    if not registration.is_live:
        raise NotRegistered(registration)
    return registration
