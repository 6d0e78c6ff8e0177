"""Changing what somebody answered."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.models import Event

from .. import emails
from ..exceptions import NoFreePlace
from ..models import Person, Registration
from . import counting
from .counting import mode_at, needs_no_place
from .settling import settled


@transaction.atomic
def change(registration: Registration, *, at: datetime | None = None, **answers: Any) -> Registration:
    """Change what a person answered. A new address gets the mail with the link, the old one is told.

    Raises NotRegistered for a cancelled registration, and NoFreePlace when somebody who takes part online wants to
    come to a room that is full.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.live(event, registration)
    old_address = registration.email
    if answers.get("email", old_address).casefold() != old_address.casefold():
        registration.address_changed_at = at
    assign(event, registration, answers, at=at)
    if old_address.casefold() != registration.email.casefold():
        emails.state(registration)
        emails.address_changed(registration, old_address)
    return registration


def assign(event: Event, registration: Registration, answers: dict[str, Any], *, at: datetime) -> None:
    mode = mode_at(event, answers.get("mode") or registration.mode)
    was_online = needs_no_place(event, registration.mode)
    becomes_online = needs_no_place(event, mode)
    if was_online and not becomes_online and not settled(event, at).has_place_for_a_newcomer(event):
        raise NoFreePlace(registration)
    for name, value in answers.items():
        setattr(registration, name, value)
    registration.mode = mode
    # Under a name and address that are registered already they stay the person they were: nothing is said about it.
    known = event.registrations.live().of_person(email=registration.email, name=registration.name)
    if not known.exclude(pk=registration.pk).exists():
        registration.person = Person.objects.recognised(event.project, email=registration.email, name=registration.name)
    if becomes_online and not was_online and not registration.is_confirmed:
        registration.take_part_online(at=at)
        emails.state(registration)
    else:
        registration.save()
    if becomes_online and not was_online:
        settled(event, at)
