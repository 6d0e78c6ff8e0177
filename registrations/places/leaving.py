"""Giving a place back, coming back, and answering an offer."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event

from .. import emails
from ..exceptions import NoOpenOffer, UndoTooLate
from ..models import Decision, Registration
from . import choosing, counting
from .settling import settled


@transaction.atomic
def cancel(
    registration: Registration,
    *,
    by: Registration.CancelledBy,
    reason: str = "",
    at: datetime | None = None,
    decided_by: User | None = None,
) -> Registration:
    """Cancel, tell the person, and offer what became free in the same transaction.

    A confirmed seat that its person gives back is held for ten minutes, with what they chose, and offered when they are
    over. What the host cancels is kept as a decision, taken by `decided_by`. Raises NotRegistered when it was cancelled
    before.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.live(event, registration)
    registration.cancel(by=by, reason=reason, at=at)
    if by == Registration.CancelledBy.HOST:
        registration.decisions.create(kind=Decision.Kind.CANCELLED, reason=reason, taken_by=decided_by, taken_at=at)
    emails.cancelled(registration)
    leave(event, registration, at=at)
    return registration


def leave(event: Event, registration: Registration, *, at: datetime) -> None:
    """Give to others what a cancelled registration no longer holds."""
    settled(event, at)
    if registration.seat_held_until is None:
        choosing.let_go(registration.choices.all())
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

    Raises NoOpenOffer when there is none, or its time is over.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.fresh(event, registration)
    if not event.can_be_joined(at=at):
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
    if registration.open_offer(at=at) is None:
        raise NoOpenOffer(registration)
    return cancel(registration, by=Registration.CancelledBy.PERSON, at=at)
