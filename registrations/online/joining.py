"""Joining the meeting of an event by a personal link, which records that somebody came.

The link is not the link of the registration: whoever forwards it gives away a seat in the meeting, as with the address
of the meeting itself, and nobody can read or change the registration with it.
"""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.letters import absolute_url
from events.models import Event
from projects.typed import typed_key

from ..attendance import check_in
from ..models import AttendanceRecord, Registration

# People test their microphone before the start, and some meetings run late.
NOTED_BEFORE = timedelta(hours=1)
NOTED_AFTER = timedelta(hours=1)
_SALT = "registrations.online.joining"
_DIGITS = 32


def join_code(registration: Registration) -> str:
    """Return what the link of one person has in it: their number and 128 bits that follow from their own link."""
    return f"{registration.pk or 0}-{_mark(registration.code)}"


def join_address(registration: Registration) -> str:
    """Return the personal link to the meeting, in the person's language; "" while there is no meeting to join."""
    if not registration.event.join_url:
        return ""
    return absolute_url("registrations:join", join_code(registration), language=registration.language)


def _mark(code: str) -> str:
    return salted_hmac(_SALT, code, algorithm="sha256").hexdigest()[:_DIGITS]


def find(code: str) -> Registration | None:
    """Return the registration whose link this is, or None. What it shows is fetched with it, in one query."""
    number, _dash, mark = code.partition("-")
    if (key := typed_key(number)) is None:
        return None
    registration = Registration.objects.with_page_data().filter(pk=key).first()
    if registration is None or not constant_time_compare(mark, _mark(registration.code)):
        return None
    return registration


def may_join(registration: Registration) -> bool:
    """Whether this person is let into the meeting: they have a place, and there is a meeting."""
    event = registration.event
    return registration.is_confirmed and bool(event.join_url) and not event.is_cancelled and not event.is_postponed


def is_noted(event: Event, *, at: datetime | None = None) -> bool:
    """Whether joining at an instant counts as coming: on a day of the event, around the hours of its programme."""
    at = at or timezone.now()
    if event.starts_at is None or event.ends_at is None or at.astimezone(event.zone).date() not in event.days:
        return False
    return event.starts_at - NOTED_BEFORE <= at <= event.ends_at + NOTED_AFTER


def noted_from(event: Event) -> datetime | None:
    """Return the instant from which joining counts; None without an exact date."""
    if event.starts_at is None:
        return None
    # Never on the day before: the day is that of the record.
    midnight = event.starts_at.replace(hour=0, minute=0)
    return max(midnight, event.starts_at - NOTED_BEFORE)


def join(registration: Registration, *, act: uuid.UUID, at: datetime | None = None) -> AttendanceRecord | None:
    """Record that somebody joined by their own link; None when joining does not count at that instant.

    The same act again is one record. Raises as `attendance.check_in` does.
    """
    at = at or timezone.now()
    if not may_join(registration) or not is_noted(registration.event, at=at):
        return None
    day = at.astimezone(registration.event.zone).date()
    return check_in(registration, day, how=AttendanceRecord.How.JOINED, act=act, at=at)
