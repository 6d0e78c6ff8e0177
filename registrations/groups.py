"""Stakeholder groups, as the coordinators of partners keep them: who is in them registers at once where others wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.periodic import every
from projects.models import GroupMember, Organisation, Partner, Project, StakeholderGroup

# Who is on a list registers at once; after the last events of the project nobody needs it any more.
KEPT_AFTER_PROJECT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody to put on a list. `organisation` is None where none of that name is known."""

    name: str
    email: str
    organisation: Organisation | None = None


def groups_of(user):
    """Return the groups of the partners that a user coordinates, by partner and name."""
    partners = Partner.objects.coordinated_by(user).values("pk")
    groups = StakeholderGroup.objects.filter(partner__in=partners).select_related(
        "partner__organisation", "partner__project"
    )
    return groups.order_by("partner__project__acronym", "partner__number", "name", "pk")


@transaction.atomic
def put_on_list(group: StakeholderGroup, members: Iterable[Member]) -> tuple[int, int]:
    """Add members to a group, known by their addresses; return how many are new, and of how many the name was changed.

    Whoever was on the list already keeps their row; a name or an organisation that is given replaces an older one.
    """
    StakeholderGroup.objects.select_for_update().get(pk=group.pk)
    there = {member.email: member for member in group.members.all()}
    new = changed = 0
    for member in members:
        known = there.get(member.email.casefold())
        if known is None:
            there[member.email.casefold()] = GroupMember.objects.create(
                group=group, name=member.name, email=member.email, organisation=member.organisation
            )
            new += 1
            continue
        name, organisation = member.name or known.name, member.organisation or known.organisation
        if (name, organisation) != (known.name, known.organisation):
            known.name, known.organisation = name, organisation
            known.save()
            changed += 1
    return new, changed


def deleted_on(group: StakeholderGroup) -> date | None:
    """Return the day on which the members of a group are deleted; None while nobody knows when its project ends."""
    ends_on = group.partner.project.ends_on
    return ends_on + KEPT_AFTER_PROJECT if ends_on else None


@every(minutes=60)
def forget_members(*, at: datetime | None = None) -> int:
    """Delete the members of groups whose day has come, and return how many. Groups and registrations stay."""
    today = (at or timezone.now()).date()
    over = Project.objects.ended(on=today - KEPT_AFTER_PROJECT + timedelta(days=1))
    number, _by_model = GroupMember.objects.filter(group__partner__project__in=over).delete()
    return number
