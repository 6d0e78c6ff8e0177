"""Who was there, read back from the records."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from events.models import Event

from ..models import AttendanceRecord, Registration
from ..models.attendance import AttendanceQuerySet

What = AttendanceRecord.What


@dataclass(frozen=True, slots=True)
class DayPresence:
    """How many of the people with a place are present on one day."""

    day: date
    here: int
    expected: int


@dataclass(frozen=True, slots=True)
class Presence:
    """The presence of an event: its days in order, and how many people with a place came on any of them."""

    days: tuple[DayPresence, ...]
    attended: int
    expected: int

    def on(self, day: date) -> DayPresence:
        return next(presence for presence in self.days if presence.day == day)


def presence(event: Event) -> Presence:
    """Count who is present, from the records as they are now. Only confirmed registrations count."""
    expected = event.registrations.confirmed().count()
    present = AttendanceRecord.objects.of_days().filter(
        registration__event=event, registration__state=Registration.State.CONFIRMED
    )
    here: dict[date, int] = dict.fromkeys(event.days, 0)
    attended = 0
    for days in _folded(present).values():
        attended += bool(days)
        for day in days:
            if day in here:
                here[day] += 1
    return Presence(
        days=tuple(DayPresence(day=day, here=here[day], expected=expected) for day in event.days),
        attended=attended,
        expected=expected,
    )


def attended_days(event: Event, registrations: Iterable[Registration] | None = None) -> dict[int, tuple[date, ...]]:
    """Return the days on which each registration was present, by its primary key; who never was is not in it.

    One query, for the whole event or for these registrations.
    """
    records = AttendanceRecord.objects.of_days().filter(registration__event=event)
    if registrations is not None:
        records = records.filter(registration__in=[registration.pk for registration in registrations])
    return _folded(records)


def _folded(records: AttendanceQuerySet) -> dict[int, tuple[date, ...]]:
    # See also folding.fold. Twenty thousand people share a handful of sets of days, and days alone need no times.
    present: dict[int, frozenset[date]] = {}
    none: frozenset[date] = frozenset()
    known: dict[tuple[frozenset[date], date, bool], frozenset[date]] = {}
    standing = records.standing().filter(what__in=(What.IN, What.ABSENT)).in_order()
    for pk, day, what in standing.values_list("registration_id", "day", "what").iterator(chunk_size=2_000):
        before = present.get(pk, none)
        key = (before, day, what == What.IN)
        if key not in known:
            known[key] = before | {day} if what == What.IN else before - {day}
        present[pk] = known[key]
    in_order = {days: tuple(sorted(days)) for days in set(present.values())}
    return {pk: in_order[days] for pk, days in present.items() if days}


def begun_days(event: Event, *, at: datetime | None = None) -> list[date]:
    """Return the days of an event that have begun where it takes place: those whose attendance can be ticked."""
    today = (at or timezone.now()).astimezone(event.zone).date()
    return [day for day in event.days if day <= today]
