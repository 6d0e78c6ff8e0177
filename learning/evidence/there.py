"""Which pieces of evidence are there, for the checklists of events: they know documents, and nothing of the rest."""

from events.checklists import kept_elsewhere
from events.models import Event, EvidenceKind
from registrations.models import ScannedList, SignedList

from ..feedback import has_feedback


def connect() -> None:
    """Answer for what is more than a document."""
    kept_elsewhere(EvidenceKind.FEEDBACK, has_feedback)
    kept_elsewhere(EvidenceKind.INVITATION, was_sent)
    kept_elsewhere(EvidenceKind.AGENDA, has_programme)
    kept_elsewhere(EvidenceKind.SIGNED_LISTS, has_every_list)


def was_sent(event: Event) -> bool:
    return event.invitations.filter(sent_at__isnull=False).exists()


def has_programme(event: Event) -> bool:
    return event.sessions.exists()


def has_every_list(event: Event) -> bool:
    """Whether each day has a frozen list, or one that was signed on paper."""
    days = set(SignedList.objects.filter(event=event).values_list("day", flat=True))
    days |= set(ScannedList.objects.standing().filter(event=event).values_list("day", flat=True))
    return bool(event.days) and days.issuperset(event.days)
