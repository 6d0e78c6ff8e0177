"""Which pieces of evidence are there, for the checklists of events: they know documents, and nothing of the rest.

Each function takes events and an instant, and returns the keys of the events for which a piece was there then.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from events.checklists import kept_elsewhere
from events.models import Event, EvidenceKind, Session
from registrations.models import Invitation, ScannedList, SignedList

from ..models import Feedback


def connect() -> None:
    """Answer for what is more than a document."""
    kept_elsewhere(EvidenceKind.FEEDBACK, with_feedback)
    kept_elsewhere(EvidenceKind.INVITATION, with_invitations)
    kept_elsewhere(EvidenceKind.AGENDA, with_programme)
    kept_elsewhere(EvidenceKind.SIGNED_LISTS, with_every_list)


def with_feedback(events: Collection[Event], at: datetime) -> set[int]:
    given = Feedback.objects.filter(registration__event__in=_keys(events), given_at__lte=at)
    return set(given.order_by().values_list("registration__event", flat=True).distinct())


def with_invitations(events: Collection[Event], at: datetime) -> set[int]:
    sent = Invitation.objects.filter(event__in=_keys(events), sent_at__lte=at)
    return set(sent.order_by().values_list("event", flat=True).distinct())


def with_programme(events: Collection[Event], at: datetime) -> set[int]:
    """As it reads now: sessions have no history."""
    return set(Session.objects.filter(event__in=_keys(events)).order_by().values_list("event", flat=True).distinct())


def with_every_list(events: Collection[Event], at: datetime) -> set[int]:
    """Those of which each day has its signatures: on a scan, or on a screen of all who are frozen as in the room."""
    frozen = SignedList.objects.filter(event__in=_keys(events), frozen_at__lte=at).order_by("version")
    scanned = ScannedList.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at), event__in=_keys(events), uploaded_at__lte=at
    )
    days: dict[int, set[date]] = defaultdict(set)
    for event, day in scanned.order_by().values_list("event", "day"):
        days[event].add(day)
    # The latest version of a day says it.
    unsigned = {(event, day): unsigned for event, day, unsigned in frozen.values_list("event", "day", "unsigned")}
    for (event, day), number in unsigned.items():
        if not number:
            days[event].add(day)
    return {event.pk for event in events if event.days and days[event.pk].issuperset(event.days)}


def _keys(events: Collection[Event]) -> list[int]:
    return [event.pk for event in events]
