"""Whoever comes without being registered: registered at the door, for a place that is free or that the host gives."""

from datetime import datetime

from django.db import transaction

from events.models import Event

from .. import emails
from ..exceptions import NoFreePlace
from ..models import Registration
from ..places import register
from .access import AtTheDoor


@transaction.atomic
def walk_in(
    event: Event,
    *,
    name: str,
    organisation: str,
    country: str,
    email: str,
    language: str,
    by: AtTheDoor,
    over_limit: bool,
    at: datetime,
) -> Registration:
    """Register somebody at the door; whoever is registered already under this name and address stays who they are.

    An address is not needed; without one the name alone tells people apart. `over_limit`: the host lets them in
    although every place is taken. Raises NoFreePlace when it is full, and RegistrationClosed when the event is over.
    """
    done = register(
        event,
        name=name,
        email=email,
        organisation_name=organisation,
        country=country,
        language=language,
        by=by.in_charge,
        at_the_door=True,
        over_limit=over_limit,
        at=at,
    )
    registration = done.registration
    if not registration.is_confirmed:
        # Somebody who waits, or is to be approved: whether they come in is for the host to say.
        if not over_limit:
            raise NoFreePlace(event)
        registration.take_another_place(at=at)
        emails.state(registration)
    return registration
