"""Who may register for an event, at once or for approval, and whom to ask otherwise.

Whether registration is open is another question (places.availability). What is said here never depends on the address
that somebody types: only those who ask with an invitation, or signed in, are told apart
(docs/decisions/registration-in-depth.md).
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from events import passes
from events.models import Event
from projects.models import Project

from .approval import Approval, approval_of
from .models import Delegation, Invitation, Registration
from .models.registrations import could_be_code

# Where the form of registering finds the invitation by which somebody comes.
PARAMETER = "invitation"
_INVITATION, _REGISTRATION = "invitation:", "registration:"


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether whoever asks may register, and by what.

    `why_not` is “” for those who may, else words that say what to do. `invitation` is the one by which they come.
    `is_registered`: they named an invitation by which somebody is registered, so there is nothing left to do with it.
    `terms` go into places.register() as they are.
    """

    approval: Approval = Approval.NONE
    why_not: str = ""
    invitation: Invitation | None = None
    delegation: Delegation | None = None
    is_registered: bool = False

    @property
    def may_register(self) -> bool:
        return not self.why_not

    @property
    def terms(self) -> dict[str, Any]:
        """What places.register() needs to know beside the answers; nothing for those who come like everybody."""
        terms: dict[str, Any] = {}
        if self.invitation is not None:
            # The host chose this person, so nobody needs to look at them again.
            terms |= {
                "invitation": self.invitation,
                "participant_kind": self.invitation.participant_kind,
                "is_approved": True,
            }
        if self.delegation is not None:
            terms["delegation"] = self.delegation
        return terms

    @property
    def typed_before(self) -> dict[str, Any]:
        """What the form begins with, by its fields: what the host wrote of the person who is invited."""
        if self.invitation is None:
            return {}
        known = ("name", "email", "organisation_name", "language")
        return {name: value for name in known if (value := getattr(self.invitation, name))}

    @property
    def about_approval(self) -> str:
        """What the form and the page after it say about approval, the same for everybody; “” where there is none."""
        match self.approval:
            case Approval.ALWAYS:
                return gettext("The host looks at each registration and decides. You get a mail when it is decided.")
            case Approval.UNLESS_MEMBER:
                return gettext(
                    "Members of the partners’ stakeholder groups, known by their email address, get a place at once if "
                    "one is free. About everybody else the host decides. The mail says where you stand."
                )
        return ""


def admission_of(request: HttpRequest, event: Event) -> Admission:
    """Return whether whoever sends this request may register for an event.

    An invitation is named in the address (`?invitation=`), so that its link also works in a browser that keeps no
    cookies. No query where everybody may register and nobody names one.
    """
    invitation = invitation_of(request, event)
    if invitation is not None and invitation.may_be_used():
        return Admission(invitation=invitation)
    approval = approval_of(event)
    if invitation is not None and invitation.is_in_use:
        return Admission(approval, why_not=_used(), is_registered=True)
    match event.admission:
        case Event.Admission.INVITED if invitation is not None:
            return Admission(approval, why_not=_no_longer())
        case Event.Admission.INVITED:
            return Admission(approval, why_not=_by_invitation())
        case Event.Admission.PARTNERS if not has_a_role(request.user, event):
            return Admission(approval, why_not=_partners_only(is_signed_in=request.user.is_authenticated))
    return Admission(approval)


def invitation_of(request: HttpRequest, event: Event) -> Invitation | None:
    """Return the invitation to this event that an address names, whatever became of it, or None."""
    code = request.GET.get(PARAMETER, "")
    if not could_be_code(code):
        return None
    return event.invitations.select_related("registration").filter(code=code).first()


def has_a_role(user, event: Event) -> bool:
    """Whether a user has a role in a project of an event, so that it is among their own partners."""
    projects = Project.objects.with_member(user)
    return projects.filter(pk=event.project_id).exists() or projects.filter(shared_events=event).exists()


def _by_invitation() -> str:
    return gettext(
        "This event is by invitation. If you are invited, register with the link in your invitation mail. If you think "
        "that you should be invited, ask the host."
    )


def _used() -> str:
    return gettext(
        "Somebody is registered with this invitation already. If that is you, the link to see and change your "
        "registration is in your mail."
    )


def _no_longer() -> str:
    return gettext("This invitation is not open any more. If you still want to come, ask the host.")


def _partners_only(*, is_signed_in: bool) -> str:
    if is_signed_in:
        return gettext(
            "This event is for the partners of the project. You have no role in it: ask the coordinator of your "
            "partner to name you."
        )
    return gettext(
        "This event is for the partners of the project. If you have a role in it, sign in to register. Everybody else "
        "is named by the coordinator of their partner: ask them."
    )


# --- Seeing what is unlisted -------------------------------------------------------------------------------------


def pass_of(holder: Invitation | Registration) -> str:
    """Return the key by which whoever opened a personal link may see the event of it (events/passes.py)."""
    return f"{_INVITATION if isinstance(holder, Invitation) else _REGISTRATION}{holder.code}"


def passes_of(request: HttpRequest) -> list[int]:
    """Return the keys of the unlisted events that a request may see: by its cookies, or by the invitation it names."""
    found = passes.held(request)
    code = request.GET.get(PARAMETER, "")
    if could_be_code(code):
        found += Invitation.objects.filter(code=code, withdrawn_at__isnull=True).values_list("event", flat=True)
    return found


@passes.checks_passes
def _opens(event: int, key: str) -> bool:
    """An invitation that was not withdrawn opens its event, and so does a registration, cancelled ones too."""
    if key.startswith(_INVITATION):
        code = key.removeprefix(_INVITATION)
        return Invitation.objects.filter(event=event, code=code, withdrawn_at__isnull=True).exists()
    if key.startswith(_REGISTRATION):
        return Registration.objects.filter(event=event, code=key.removeprefix(_REGISTRATION)).exists()
    return False
