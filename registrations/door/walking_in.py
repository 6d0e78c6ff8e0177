"""Whoever comes without being registered: registered at the door, for a place that is free or that the host gives."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from events.models import Event

from .. import emails
from ..exceptions import NoFreePlace, NotRegistered
from ..models import AttendanceRecord, Because, Registration
from ..places import cancel, register
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


def take_back_walk_ins(event: Event, acts: Collection[UUID], *, at: datetime) -> None:
    """Give back the places of those whom some of these acts wrote in, where that was undone.

    Whoever was registered before keeps their place, and so does whoever is here by another act. One query, and those of
    cancelling where somebody was written in by mistake.
    """
    undos = AttendanceRecord.objects.filter(undoes=OuterRef("act"), registration=OuterRef("registration"))
    still_here = AttendanceRecord.objects.standing().filter(
        registration=OuterRef("registration"), what=AttendanceRecord.What.IN
    )
    undone = AttendanceRecord.objects.filter(
        Exists(undos),
        ~Exists(still_here),
        act__in=acts,
        how=AttendanceRecord.How.WALK_IN,
        registration__event=event,
        registration__state=Registration.State.CONFIRMED,
        # Who is written in is registered and recorded in one moment; whoever was registered before, was so before.
        registration__joined_at=F("recorded_at"),
    )
    for record in undone.select_related("registration__event", "registration__person").order_by():
        because = Because.WRITTEN_IN_BY_MISTAKE.of()
        try:
            cancel(record.registration, by=Registration.CancelledBy.HOST, because=because, at=at)
        except NotRegistered:
            # Another request saw the same undo.
            continue
