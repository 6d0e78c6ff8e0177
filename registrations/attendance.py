"""Who was there: ticking presence day by day, and reading it back from the records.

A record is added for every act and none is ever changed, so presence is what the latest act says, in whatever order
the acts arrived. An act has an id of its own: sent twice, or by two at once, it is one record.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from events.models import Event

from .exceptions import ActUsedElsewhere, DayNotBegun, NotADayOfTheEvent, NotConfirmed
from .models import AttendanceRecord, Registration


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


def _folded(records) -> dict[int, tuple[date, ...]]:
    # In the order of the acts, so that the last one stands. Twenty thousand people share a handful of sets of days.
    present: dict[int, frozenset[date]] = {}
    none: frozenset[date] = frozenset()
    known: dict[tuple[frozenset[date], date, bool], frozenset[date]] = {}
    rows = records.order_by("happened_at", "act").values_list("registration_id", "day", "is_present")
    for pk, day, is_present in rows.iterator(chunk_size=2_000):
        before = present.get(pk, none)
        key = (before, day, is_present)
        if key not in known:
            known[key] = before | {day} if is_present else before - {day}
        present[pk] = known[key]
    in_order = {days: tuple(sorted(days)) for days in set(present.values())}
    return {pk: in_order[days] for pk, days in present.items() if days}


def begun_days(event: Event, *, at: datetime | None = None) -> list[date]:
    """Return the days of an event that have begun where it takes place: those whose attendance can be ticked."""
    today = (at or timezone.now()).astimezone(event.zone).date()
    return [day for day in event.days if day <= today]


def last_records(registrations: Iterable[Registration], day: date) -> dict[int, AttendanceRecord]:
    """Return the record that counts for each of these registrations on a day, by the registration's primary key."""
    records = AttendanceRecord.objects.of_days().filter(
        registration__in=[registration.pk for registration in registrations], day=day
    )
    # In the order of the acts, so that the last one stands.
    return {record.registration_id: record for record in records.order_by("happened_at", "act")}


def check_in(
    registration: Registration,
    day: date,
    *,
    by=None,
    how: str = AttendanceRecord.How.NAME_SEARCH,
    act: uuid.UUID | None = None,
    at: datetime | None = None,
    reason: str = "",
) -> AttendanceRecord:
    """Record that somebody is present on a day of their event; the same act again returns its record.

    `at` is when they were seen, an aware datetime that defaults to now. Raises NotConfirmed without a place,
    NotADayOfTheEvent, DayNotBegun before that day begins in the event's zone, and ActUsedElsewhere when the act's id
    belongs to another act.
    """
    return _record(registration, day, is_present=True, by=by, how=how, act=act, at=at, reason=reason)


def check_out(
    registration: Registration,
    day: date,
    *,
    by=None,
    how: str = AttendanceRecord.How.NAME_SEARCH,
    act: uuid.UUID | None = None,
    at: datetime | None = None,
    reason: str = "",
) -> AttendanceRecord:
    """Record that somebody is not present after all; the earlier record stays. Raises as `check_in` does."""
    return _record(registration, day, is_present=False, by=by, how=how, act=act, at=at, reason=reason)


@transaction.atomic
def _record(registration, day, *, is_present, by, how, act, at, reason) -> AttendanceRecord:
    at = at or timezone.now()
    act = act or uuid.uuid4()
    if (known := AttendanceRecord.objects.filter(act=act).first()) is None:
        if not registration.is_confirmed:
            raise NotConfirmed(registration)
        _must_have_begun(registration.event, day, at)
        # The same act may have arrived by another way in the meantime: then its record is returned.
        known, _created = AttendanceRecord.objects.get_or_create(
            act=act,
            defaults={
                "registration": registration,
                "day": day,
                "is_present": is_present,
                "happened_at": at,
                "how": how,
                "reason": reason,
                "recorded_by": by,
            },
        )
    if (known.registration_id, known.day, known.is_present) != (registration.pk, day, is_present):
        raise ActUsedElsewhere(act)
    return known


@dataclass(frozen=True, slots=True)
class SignedList:
    """What became of a signed list: who is ticked, and who was left out because they have no place."""

    ticked: tuple[Registration, ...]
    without_place: tuple[Registration, ...]


@transaction.atomic
def record_signed_list(
    event: Event,
    day: date,
    registrations: Iterable[Registration],
    *,
    act: uuid.UUID,
    by=None,
    at: datetime | None = None,
) -> SignedList:
    """Record that these people of an event signed the list of a day; the same list sent again adds nothing.

    `act` stands for the whole list. Raises NotADayOfTheEvent and DayNotBegun as `check_in` does.
    """
    at = at or timezone.now()
    _must_have_begun(event, day, at)
    registrations = tuple(registrations)
    ticked = tuple(registration for registration in registrations if registration.is_confirmed)
    AttendanceRecord.objects.bulk_create(
        [
            AttendanceRecord(
                # The same person in the same list is the same act.
                act=uuid.uuid5(act, str(registration.pk)),
                registration=registration,
                day=day,
                is_present=True,
                happened_at=at,
                how=AttendanceRecord.How.SIGNED_LIST,
                recorded_by=by,
            )
            for registration in ticked
        ],
        ignore_conflicts=True,
    )
    return SignedList(ticked, tuple(registration for registration in registrations if not registration.is_confirmed))


def _must_have_begun(event: Event, day: date, at: datetime) -> None:
    if day not in event.days:
        raise NotADayOfTheEvent(day)
    if at.astimezone(event.zone).date() < day:
        raise DayNotBegun(day)
