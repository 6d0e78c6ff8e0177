"""The seats that the study visit holds for three partners: some named, some to follow, one named more than it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from events.models import Event
from projects.models import Partner
from registrations.models import Delegation, Registration

State = Registration.State
TO_FOLLOW = 2


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for the partner of a town, and how many people of it have a seat and wait for one."""

    town: str
    seats: int
    named: int
    waiting: int = 0
    note: str = ""


_HELD = [
    Held("Maastricht", 6, 6 - TO_FOLLOW, note="Two people who work at a counter, please."),
    Held("Linköping", 4, 4),
    # It had four seats until the host needed one of them.
    Held("Lousada", 3, 4, waiting=1),
]


def hold_seats(visit: Event, partners: dict[str, Partner], registrations: Iterable[Registration]) -> None:
    """Store the delegations of an event, and put people who are registered for it into them."""
    left = list(registrations)
    last_day = visit.starts_on - timedelta(days=14)
    until = datetime.combine(last_day, time(23, 59), visit.zone)
    for held in _HELD:
        partner = partners[held.town]
        delegation = Delegation.objects.create(
            event=visit, partner=partner, seats=held.seats, releases_at=until, note=held.note
        )
        for state, number in ((State.CONFIRMED, held.named), (State.WAITING, held.waiting)):
            for registration in _nearest(left, partner, state)[:number]:
                left.remove(registration)
                registration.delegation = delegation
                registration.participant_kind = Registration.ParticipantKind.DELEGATE
                Registration.objects.filter(pk=registration.pk).update(
                    delegation=delegation, participant_kind=registration.participant_kind
                )


def _nearest(registrations: list[Registration], partner: Partner, state: str) -> list[Registration]:
    """People of the partner's organisation first, then of its country."""
    ours = partner.organisation
    return sorted(
        (registration for registration in registrations if registration.state == state),
        key=lambda each: (each.organisation_id != ours.pk, each.country != ours.country, each.joined_at),
    )
