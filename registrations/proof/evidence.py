"""Which files of registrations are evidence that the database keeps (events/evidence_guard.py)."""

from django.db.models import Q

from events.evidence_guard import Guard, guard

from ..models import OnlineReport, ScannedList, SignedList


def connect() -> None:
    """Guard frozen and scanned lists, and reports of online meetings from the moment that they count."""
    of_file = ("event_id", "file", "sha256")
    guard(Guard(SignedList, of_file))
    guard(Guard(ScannedList, (*of_file, "day")))
    matched = (*of_file, "matches")
    guard(Guard(OnlineReport, matched, Q(confirmed_at__isnull=False), "OLD.confirmed_at IS NOT NULL"))
