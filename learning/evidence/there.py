"""Which pieces of evidence are there, for the checklists of events: they know documents, and nothing of the rest.

Each function takes the keys of events and an instant, and returns what shows that a piece was there then.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from events.checklists import kept_elsewhere, trace
from events.models import EvidenceKind, Session
from registrations.models import Invitation, ScannedList, SignedList

from ..models import Feedback


def connect() -> None:
    """Answer for what is more than a document."""
    kept_elsewhere(EvidenceKind.FEEDBACK, feedback)
    kept_elsewhere(EvidenceKind.INVITATION, invitations)
    kept_elsewhere(EvidenceKind.AGENDA, programmes)
    kept_elsewhere(EvidenceKind.SIGNED_LISTS, signed_days)


def feedback(events: Collection[int], at: datetime) -> list[QuerySet]:
    given = Feedback.objects.filter(registration__event__in=events, given_at__lte=at)
    return [trace(given, Value(EvidenceKind.FEEDBACK.value), event="registration__event")]


def invitations(events: Collection[int], at: datetime) -> list[QuerySet]:
    return [trace(Invitation.objects.filter(event__in=events, sent_at__lte=at), Value(EvidenceKind.INVITATION.value))]


def programmes(events: Collection[int], at: datetime) -> list[QuerySet]:
    """As it reads now: sessions have no history."""
    return [trace(Session.objects.filter(event__in=events), Value(EvidenceKind.AGENDA.value))]


def signed_days(events: Collection[int], at: datetime) -> list[QuerySet]:
    """Days that have their signatures: on a scan, or on a screen of all who are frozen as in the room."""
    signed_lists = Value(EvidenceKind.SIGNED_LISTS.value)
    scanned = ScannedList.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at), event__in=events, uploaded_at__lte=at
    )
    frozen = SignedList.objects.filter(frozen_at__lte=at)
    # The latest version of a day says it.
    later = frozen.filter(event=OuterRef("event"), day=OuterRef("day"), version__gt=OuterRef("version"))
    signed = frozen.filter(~Exists(later), event__in=events, unsigned=0)
    return [trace(found, signed_lists, day=F("day")) for found in (scanned, signed)]
