"""Who may come to the events of the demonstration that are not open to everybody: the invited, and those to approve.

Made of people who are there already, so that nobody is made up twice.
"""

from datetime import datetime, timedelta
from typing import Any

from projects.models import GroupMember, Project, StakeholderGroup
from registrations.models import Decision, Invitation, Person, Registration

from .project import SOURCE_KEY

State = Registration.State


def admit(project: Project, *, at: datetime, organiser: Any = None) -> None:
    """Store invitations to one event, registrations that wait for the host of another, and a stakeholder group."""
    # The last ones of the list come seldom elsewhere.
    people = list(project.persons.order_by("-pk")[:14])
    _invite(project, people[:6], at=at, organiser=organiser)
    _wait_for_approval(project, people[6:10], at=at, organiser=organiser)
    _group(project, people[10:])


def _invite(project: Project, people: list[Person], *, at: datetime, organiser: Any) -> None:
    event = project.events.get(source_key=f"{SOURCE_KEY}-breakfast")
    sent = at - timedelta(days=9)
    first = _registered(event, people[0], state=State.CONFIRMED, at=at - timedelta(days=8))
    how: list[dict[str, Any]] = [
        {"registration": first, "participant_kind": Registration.ParticipantKind.SPEAKER},
        {"declined_at": at - timedelta(days=6), "decline_reason": "I am in Thessaloniki that week. Pity!"},
        {"reminded_at": at - timedelta(days=2)},
        {"note": "We would like to hear how your town counts what is repaired."},
        {"withdrawn_at": at - timedelta(days=3)},
        {"sent_at": None},
    ]
    for person, values in zip(people, how, strict=True):
        values = {"sent_at": sent, **values}
        Invitation.objects.create(
            event=event, name=person.name, email=person.email, made_at=sent, made_by=organiser, **values
        )


def _wait_for_approval(project: Project, people: list[Person], *, at: datetime, organiser: Any) -> None:
    event = project.events.get(source_key=f"{SOURCE_KEY}-lab")
    *waiting, approved = people
    for n, person in enumerate(waiting, 1):
        _registered(event, person, state=State.FOR_APPROVAL, at=at - timedelta(days=n))
    registration = _registered(event, approved, state=State.CONFIRMED, at=at - timedelta(days=5))
    registration.decisions.create(
        kind=Decision.Kind.APPROVED, reason="Welcome to the lab!", taken_at=at - timedelta(days=4), taken_by=organiser
    )


def _registered(event, person: Person, *, state: str, at: datetime) -> Registration:
    # What they typed for another event, they type again.
    known = person.registrations.order_by("pk")[0]
    return Registration.objects.create(
        event=event,
        person=person,
        state=state,
        name=person.name,
        email=person.email,
        organisation_name=known.organisation_name,
        organisation=known.organisation,
        country=known.country,
        language=known.language,
        joined_at=at,
        confirmed_at=at if state == State.CONFIRMED else None,
    )


def _group(project: Project, people: list[Person]) -> None:
    group = StakeholderGroup.objects.create(
        partner=project.partners.get(organisation__city="Maastricht"),
        name="Repair and reuse around the Meuse",
        policy_instrument="Regional programme for circular towns 2021-2027 (made up)",
    )
    for person in people:
        organisation = person.registrations.order_by("pk")[0].organisation
        GroupMember.objects.create(group=group, name=person.name, email=person.email, organisation=organisation)
