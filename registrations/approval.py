"""Which registrations the host looks at before they get a place."""

from enum import Enum

from events.models import Event
from projects.models import GroupMember


class Approval(Enum):
    """Whether a registration waits for the host."""

    NONE = "none"
    ALWAYS = "always"
    # Members of stakeholder groups do not. Who is one, nobody is told.
    UNLESS_MEMBER = "unless_member"


def approval_of(event: Event) -> Approval:
    """Return whom the host decides about. No query."""
    if event.needs_approval:
        return Approval.ALWAYS
    return Approval.UNLESS_MEMBER if event.admission == Event.Admission.GROUPS else Approval.NONE


def needs_approval(event: Event, email: str) -> bool:
    """Whether the host decides about whoever registers with this address."""
    match approval_of(event):
        case Approval.ALWAYS:
            return True
        case Approval.UNLESS_MEMBER:
            return not GroupMember.objects.of_project(event.project_id).with_address(email).exists()
    return False
