"""Changing what somebody answered."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.models import Event

from .. import emails
from ..exceptions import NoFreePlace, TooLate
from ..models import Person, Registration
from . import choosing, counting
from .counting import mode_at
from .seating import seat
from .settling import settled


@transaction.atomic
def change(
    registration: Registration, *, by_host: bool = False, at: datetime | None = None, **answers: Any
) -> Registration:
    """Change what a person answered. A new address gets the mail with the link, the old one is told.

    Who has a place and wants to take part in the other way gets a place there or keeps the one they have; who waits
    leaves their line for the end of the other one, or for a place. `by_host`: the host does it, or was asked, and may
    do so at any time. Raises NotRegistered for a cancelled registration, NoFreePlace for somebody with a place when the
    room, or the places online, are full, and TooLate when the event is over, or changes are asked for by now.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.live(event, registration)
    if not by_host and (event.changes_are_asked_for(at=at) or not registration.can_be_changed(at=at)):
        raise TooLate(registration)
    old_address = registration.email
    if answers.get("email", old_address).casefold() != old_address.casefold():
        registration.address_changed_at = at
    assign(event, registration, answers, at=at)
    if old_address.casefold() != registration.email.casefold():
        emails.state(registration)
        emails.address_changed(registration, old_address)
    return registration


def assign(event: Event, registration: Registration, answers: dict[str, Any], *, at: datetime) -> None:
    """Change answers under the lock that the caller holds. Raises NoFreePlace as `change` does."""
    mode = mode_at(event, answers.get("mode") or registration.mode)
    goes_elsewhere = event.mode == Event.Mode.HYBRID and mode != registration.mode
    if goes_elsewhere:
        # Time may have ended what they had, or given them what they waited for.
        counted = settled(event, at)
        registration.refresh_from_db(fields=["state", "cancelled_at", "cancelled_by", "seat_held_until"])
        has_place = counted.has_place_for_a_newcomer(counted.line(mode, registration.delegation_id))
        if registration.has_seat and not has_place:
            raise NoFreePlace(registration)
    for name, value in answers.items():
        setattr(registration, name, value)
    registration.mode = mode
    # Under a name and address that are registered already they stay the person they were: nothing is said about it.
    known = event.registrations.live().of_person(email=registration.email, name=registration.name)
    if not known.exclude(pk=registration.pk).exists():
        registration.person = Person.objects.recognised(event.project, email=registration.email, name=registration.name)
    if goes_elsewhere and registration.state in (Registration.State.OFFERED, Registration.State.WAITING):
        if registration.is_waiting:
            seat(registration, counted, at=at)
        else:
            registration.take_another_place(at=at)
        choosing.give_free_choices(event, at=at, untold=registration)
        emails.state(registration)
    else:
        registration.save()
    if goes_elsewhere:
        settled(event, at)
