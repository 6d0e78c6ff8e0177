"""Giving a place back, coming back, and answering an offer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event

from .. import emails, wording
from ..compiled import add
from ..exceptions import NoOpenOffer, TooLate, UndoTooLate
from ..models import Decision, Registration
from . import choosing, counting
from .settling import settled


@dataclass(frozen=True, slots=True)
class _Expected:
    """The mail that says that a registration is cancelled, written before the lock, and what it was written of."""

    changed_at: datetime
    event_changed_at: datetime
    held_until: datetime | None
    mail: emails.Written

    def fits(self, before: datetime, cancelled: Registration) -> bool:
        """Whether it says what there is to say of a registration that was last changed `before` it was cancelled."""
        is_the_same = (self.changed_at, self.event_changed_at) == (before, cancelled.event.changed_at)
        return is_the_same and _minute(self.held_until) == _minute(cancelled.seat_held_until)


def _minute(at: datetime | None) -> datetime | None:
    # So exactly does a mail say until when something can be undone.
    return at and at.replace(second=0, microsecond=0)


def _expected(
    registration: Registration,
    *,
    by: Registration.CancelledBy,
    reason: str,
    because: dict[str, str] | None,
    at: datetime | None,
) -> _Expected | None:
    if not registration.is_live:
        return None
    event = registration.event
    # Whatever the mail will be, under the lock it need not be asked for.
    wording.read(event)
    cancelled = registration.as_cancelled(by=by, reason=reason, because=because, at=at or timezone.now())
    mail = emails.cancellation(cancelled)
    return _Expected(registration.changed_at, event.changed_at, cancelled.seat_held_until, mail)


def cancel(
    registration: Registration,
    *,
    by: Registration.CancelledBy,
    reason: str = "",
    because: dict[str, str] | None = None,
    at: datetime | None = None,
    decided_by: User | None = None,
    until_the_start: bool = False,
) -> Registration:
    """Cancel, tell the person, and offer what became free in the same transaction.

    A confirmed seat that its person gives back is held for ten minutes, with what they chose, and offered when they are
    over. What the host cancels is kept as a decision, taken by `decided_by`. `reason` is what somebody typed, `because`
    what the program says of it (Because.of). Until the event begins its person may do
    so, and the coordinator who named them (`until_the_start`); the host may at any time. Raises NotRegistered when it
    was cancelled before, and TooLate.
    """
    until_the_start = until_the_start or by == Registration.CancelledBy.PERSON
    # What is done under the lock keeps everybody else waiting, and the mail is most of it.
    expected = _expected(registration, by=by, reason=reason, because=because, at=at)
    with transaction.atomic():
        event = counting.lock(registration.event)
        at = at or timezone.now()
        registration = counting.live(event, registration)
        if until_the_start and not registration.can_be_given_up(at=at):
            raise TooLate(registration)
        before = registration.changed_at
        registration.cancel(by=by, reason=reason, because=because, at=at)
        if by == Registration.CancelledBy.HOST:
            decided = {"reason": reason, "because": because or {}, "taken_by": decided_by, "taken_at": at}
            add(Decision(registration=registration, kind=Decision.Kind.CANCELLED, **decided))
        fits = expected is not None and expected.fits(before, registration)
        emails.cancelled(registration, written=expected.mail if expected and fits else None)
        leave(event, registration, at=at)
    return registration


def leave(event: Event, registration: Registration, *, at: datetime) -> None:
    """Give to others what a cancelled registration no longer holds."""
    settled(event, at)
    if registration.seat_held_until is None and choosing.let_go(registration.choices.all()):
        choosing.give_free_choices(event, at=at)


@transaction.atomic
def undo_cancelling(registration: Registration, *, at: datetime | None = None) -> Registration:
    """Give the held seat back to whoever cancelled it, and what they wait for and is free by now.

    Raises UndoTooLate when it is held no longer.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.fresh(event, registration)
    if event.registrations.live().filter(person=registration.person).exists():
        raise UndoTooLate(registration)
    undone = registration.cancelled_at or at
    registration.undo_cancelling(at=at)
    choosing.give_free_choices(event, at=at, untold=registration)
    emails.back_again(registration, undone)
    return registration


@transaction.atomic
def accept_offer(registration: Registration, *, at: datetime | None = None) -> Registration:
    """Take the offered place, and what was chosen as far as it is free.

    Raises NoOpenOffer when there is none, or its time is over: no later than when the event begins.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.fresh(event, registration)
    if not event.is_ahead(at=at):
        raise NoOpenOffer(registration)
    registration.accept_offer(at=at)
    choosing.give_free_choices(event, at=at, untold=registration)
    emails.state(registration)
    return registration


@transaction.atomic
def decline_offer(registration: Registration, *, at: datetime | None = None) -> Registration:
    """Give the offered place up, and offer it to whoever is next. Raises NoOpenOffer as `accept_offer` does."""
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.fresh(event, registration)
    if registration.open_offer(at=at) is None or not event.is_ahead(at=at):
        raise NoOpenOffer(registration)
    return cancel(registration, by=Registration.CancelledBy.PERSON, at=at)
