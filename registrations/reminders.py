"""Mails that only time causes: reminders of the event and of questions, thanks the day after, a reminder of feedback.

Each has a key that names the registration and, for reminders, the day of the event, so that it is written once whatever
is stopped and started again; an event that is moved gets reminders of its new day. Who is to get one is asked anew in
each round, under the lock of the event, CHUNK people at a time: nothing else is kept about how far they have come.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.models import Mail
from accounts.periodic import every
from events.models import Event

from . import emails, places
from .asking import read_asking
from .batches import CHUNK, one_by_one
from .models import Answer, Choice, Decision, Registration, RegistrationQuerySet
from .people import who_attended
from .unanswered import unanswered

logger = logging.getLogger(__name__)

# Whoever got their place less than this before a reminder has just read all of it, and so has who was told of a change.
JUST_READ_IT = timedelta(days=1)
# Whoever was registered by somebody else has so long to answer what the host asks, and hears of it once more before the
# event, early enough for a caterer.
ANSWERED_WITHIN, LAST_CALL = timedelta(days=2), timedelta(days=10)
# An event without a time begins its day here.
MORNING = time(9)
# Where nothing ran for longer than this, nobody is thanked any more.
THANKED_FOR = timedelta(days=7)
# Who has said nothing a week after the end hears of it once more, or so long before feedback closes if that is sooner:
# never right behind the thanks, and not when nothing ran for days.
ASKED_AGAIN_AFTER, ASKED_AGAIN_BEFORE = timedelta(days=7), timedelta(days=2)
NOT_BEFORE, ASKED_AGAIN_FOR = timedelta(days=3), timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder so many days before the start, at the hour of the start; `kind` is its name in wording.py.

    One that could not be written in `late` is not written any more.
    """

    kind: str
    days: int
    late: timedelta

    def due_at(self, event: Event) -> datetime | None:
        """When it is due; None for an event without an exact date."""
        if event.starts_on is None or not event.has_exact_date:
            return None
        return datetime.combine(event.starts_on - timedelta(days=self.days), event.start_time or MORNING, event.zone)

    def is_due(self, event: Event, *, at: datetime) -> bool:
        due = self.due_at(event)
        if due is None or event.status != Event.Status.ANNOUNCED:
            return False
        return due <= at < due + self.late and (event.starts_at is None or at < event.starts_at)


REMINDERS = (
    Reminder("reminder_week", days=7, late=timedelta(days=2)),
    Reminder("reminder_day", days=1, late=timedelta(days=1)),
)


# --- Reminders ---------------------------------------------------------------------------------------------------


@every(minutes=10)
def remind(*, at: datetime | None = None) -> int:
    """Write the reminders that are due at an instant (default: now); return how many."""
    at = at or timezone.now()
    near = Event.objects.filter(
        status=Event.Status.ANNOUNCED,
        date_precision=Event.DatePrecision.DAY,
        # A day more on both sides: a day begins and ends at different instants around the earth.
        starts_on__range=(at.date() - timedelta(days=1), at.date() + timedelta(days=8)),
    )
    written = 0
    for event in near.with_page_data().order_by("starts_on", "pk"):
        for reminder in REMINDERS:
            if reminder.is_due(event, at=at):
                written += _all_of(event, partial(_remind, event, reminder, at))
    return written


@transaction.atomic
def _remind(event: Event, reminder: Reminder, at: datetime, last: int) -> "_Done | None":
    event = places.lock(event)
    due = reminder.due_at(event)
    if due is None or not reminder.is_due(event, at=at) or _was_changed_lately(event, since=due - JUST_READ_IT):
        return None
    knew_before = Q(confirmed_at__lte=due - JUST_READ_IT, joined_at__lte=due - JUST_READ_IT)
    people = _not_written(
        event.registrations.confirmed().filter(knew_before), f"{reminder.kind}:", f":{event.starts_on}"
    )
    starts_on: date = event.starts_on or at.date()
    days = (starts_on - at.astimezone(event.zone).date()).days

    def write(person: Registration, key: str) -> Mail | None:
        return emails.reminder(person, kind=reminder.kind, whole_key=key, days=days)

    return _write(event, people, last, write)


def _was_changed_lately(event: Event, *, since: datetime) -> bool:
    """Whether people were told of a change a moment ago, or are to be: that mail says when and where, too."""
    told = event.changes.filter(tell_at__isnull=False, undoes=None, undone_by=None)
    return told.filter(Q(told_at=None) | Q(told_at__gt=since)).exists()


# --- Questions that were not asked yet --------------------------------------------------------------------------------


@every(minutes=30)
def remind_of_questions(*, at: datetime | None = None) -> int:
    """Write to those with a place whom somebody else registered, and who answered nothing; return how many mails.

    Only where something must be answered that nobody could answer for them. Each is asked ANSWERED_WITHIN after they
    got their place, and once more LAST_CALL before the start.
    """
    at = at or timezone.now()
    people = _registered_by_others().filter(
        event__status=Event.Status.ANNOUNCED, confirmed_at__lte=at - ANSWERED_WITHIN
    )
    written = 0
    for event in Event.objects.filter(pk__in=people.order_by().values("event")).with_page_data().order_by("pk"):
        for is_last in (False, True):
            written += _all_of(event, partial(_remind_of_questions, event, is_last, at))
    return written


@transaction.atomic
def _remind_of_questions(event: Event, is_last: bool, at: datetime, last: int) -> "_Done | None":
    event = places.lock(event)
    is_too_late = event.changes_are_asked_for(at=at) or not event.is_ahead(at=at)
    if is_too_late or (is_last and event.starts_at is None):
        return None
    people = _registered_by_others().filter(event=event, confirmed_at__lte=at - ANSWERED_WITHIN)
    if event.starts_at is not None:
        call = event.starts_at - LAST_CALL
        if is_last and at < call:
            return None
        # Whoever was asked before the last call hears it; it is the only mail to them from then on.
        asked_before = Q(confirmed_at__lte=call - ANSWERED_WITHIN)
        if is_last or at >= call:
            people = people.filter(asked_before if is_last else ~asked_before)
    asking = read_asking(event)

    def write(person: Registration, key: str) -> Mail | None:
        # Nobody of them answered anything.
        return emails.questions_to_answer(person, whole_key=key) if unanswered(person, asking) else None

    mark = f"questions:{event.starts_on}:" if is_last else "questions:"
    return _write(event, _not_written(people, mark, ""), last, write)


def _registered_by_others() -> RegistrationQuerySet:
    """Those with a place who never saw the form: named, added or sent instead of somebody, and nothing is answered."""
    kinds = (Decision.Kind.NAMED, Decision.Kind.ADDED, Decision.Kind.SWAPPED)
    by_others = Decision.objects.filter(registration=OuterRef("pk"), kind__in=kinds)
    answers = Answer.objects.filter(registration=OuterRef("pk"))
    choices = Choice.objects.filter(registration=OuterRef("pk"))
    return Registration.objects.confirmed().filter(Exists(by_others), ~Exists(answers), ~Exists(choices))


# --- Thanks ------------------------------------------------------------------------------------------------------


@every(minutes=60)
def thank(*, at: datetime | None = None) -> int:
    """Write the thanks that are due at an instant (default: now), with the link to feedback; return how many."""
    at = at or timezone.now()
    over = Event.objects.filter(
        status=Event.Status.HELD,
        date_precision=Event.DatePrecision.DAY,
        ends_on__range=(at.date() - THANKED_FOR - timedelta(days=2), at.date()),
    )
    written = 0
    for event in over.with_page_data().order_by("ends_on", "pk"):
        if _is_day_after(event, at=at):
            written += _all_of(event, partial(_thank, event, at))
    return written


def _is_day_after(event: Event, *, at: datetime) -> bool:
    if event.ends_on is None or event.status != Event.Status.HELD:
        return False
    due = datetime.combine(event.ends_on + timedelta(days=1), MORNING, event.zone)
    return due <= at < due + THANKED_FOR


@transaction.atomic
def _thank(event: Event, at: datetime, last: int) -> "_Done | None":
    event = places.lock(event)
    if not _is_day_after(event, at=at):
        return None
    until = _feedback_until(event)
    is_open = until is None or at <= until

    def write(person: Registration, key: str) -> Mail | None:
        return emails.thank_you(person, whole_key=key, until=until, feedback_is_open=is_open)

    return _write(event, _not_written(_were_there(event), "thank_you:", ""), last, write)


def _were_there(event: Event) -> RegistrationQuerySet:
    """Those who attended; everybody with a place where attendance is not kept. Who is ticked later comes in later."""
    people = event.registrations.confirmed()
    return who_attended(people) if who_attended(people).exists() else people


def _feedback_until(event: Event) -> datetime | None:
    closes = event.feedback_closes_on
    return datetime.combine(closes, time(23, 59), event.zone) if closes else None


# --- Feedback that was not given yet -----------------------------------------------------------------------------


@every(minutes=60)
def remind_of_feedback(*, at: datetime | None = None) -> int:
    """Ask those once more who were thanked and said nothing; return how many mails were written."""
    at = at or timezone.now()
    over = Event.objects.filter(
        status=Event.Status.HELD,
        date_precision=Event.DatePrecision.DAY,
        ends_on__range=(at.date() - ASKED_AGAIN_AFTER - ASKED_AGAIN_FOR - timedelta(days=2), at.date()),
    )
    written = 0
    for event in over.with_page_data().order_by("ends_on", "pk"):
        if _feedback_is_asked_again(event, at=at):
            written += _all_of(event, partial(_remind_of_feedback, event, at))
    return written


def _feedback_is_asked_again(event: Event, *, at: datetime) -> bool:
    if event.ends_on is None or event.status != Event.Status.HELD:
        return False
    end = datetime.combine(event.ends_on, MORNING, event.zone)
    due, until = end + ASKED_AGAIN_AFTER, _feedback_until(event)
    if event.feedback_closes_on is not None:
        last_call = datetime.combine(event.feedback_closes_on, MORNING, event.zone) - ASKED_AGAIN_BEFORE
        due = min(due, last_call)
    return due >= end + NOT_BEFORE and due <= at < due + ASKED_AGAIN_FOR and (until is None or at < until)


@transaction.atomic
def _remind_of_feedback(event: Event, at: datetime, last: int) -> "_Done | None":
    event = places.lock(event)
    if not _feedback_is_asked_again(event, at=at):
        return None
    thanked = Concat(Value("thank_you:"), Cast("pk", CharField()), output_field=CharField())
    # Feedback stands above registrations, so it is known by its name alone.
    people = (
        _were_there(event)
        .filter(feedback=None)
        .annotate(thanked=thanked)
        .filter(Exists(Mail.objects.filter(key=OuterRef("thanked"), created_at__lte=at - ASKED_AGAIN_BEFORE)))
    )
    until = _feedback_until(event)

    def write(person: Registration, key: str) -> Mail | None:
        return emails.feedback_reminder(person, whole_key=key, until=until)

    return _write(event, _not_written(people, "feedback_reminder:", ""), last, write)


# --- Both --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Done:
    """The last registration of a chunk, and how many mails were written."""

    last: int
    written: int


def _all_of(event: Event, chunk: Callable[[int], _Done | None]) -> int:
    return sum(done.written for done in _chunks(event, chunk))


def _chunks(event: Event, chunk: Callable[[int], _Done | None]) -> Iterator[_Done]:
    try:
        yield from one_by_one(lambda done: chunk(done.last), _Done(0, 0))
    except Exception:
        # The people of other events wait for their mails too.
        logger.exception("The people of event %s could not all be written to; it is tried again.", event.pk)


def _not_written(people: RegistrationQuerySet, before: str, after: str) -> QuerySet[Registration]:
    """Keep those to whom a mail with the key “before, number of the registration, after” was not written yet."""
    key = Concat(Value(before), Cast("pk", CharField()), Value(after), output_field=CharField())
    people = people.annotate(mail_key=key)
    return people.filter(~Exists(Mail.objects.filter(key=OuterRef("mail_key"))))


def _write(
    event: Event, people: QuerySet[Registration], last: int, write: Callable[[Registration, str], Mail | None]
) -> _Done | None:
    chunk = list(people.filter(pk__gt=last).select_related("person").order_by("pk")[:CHUNK])
    if not chunk:
        return None
    prefetch_related_objects([event], "mail_texts")
    written = 0
    for person in chunk:
        person.event = event
        try:
            written += write(person, person.mail_key) is not None  # type: ignore[attr-defined]
        except ValidationError:
            # One address that is none, from some file, must not keep everybody else from being written to.
            logger.warning("Registration %s has no address that can be written to.", person.pk)
    return _Done(chunk[-1].pk, written)
