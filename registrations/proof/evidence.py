"""Which files of registrations are evidence that the database keeps (events/evidence_guard.py)."""

from django.db.models import Q

from events.evidence_guard import Guard, guard

from ..models import AttendanceRecord, Certificate, OnlineReport, Registration, ScannedList, SignedList


def connect() -> None:
    """Guard frozen and scanned lists, reports of online meetings from the moment that they count, and what all are of.

    Records of attendance and certificates change never (migration 0002), and go no sooner than the folder that they
    prove: what was wrong is put right by another record.
    """
    of_file = ("event_id", "file", "sha256")
    guard(Guard(SignedList, of_file))
    guard(Guard(ScannedList, (*of_file, "day")))
    matched = (*of_file, "matches")
    guard(Guard(OnlineReport, matched, Q(confirmed_at__isnull=False), "OLD.confirmed_at IS NOT NULL"))
    event = f"(SELECT event_id FROM {Registration._meta.db_table} WHERE id = OLD.registration_id)"  # noqa: S608 - a name of ours
    for model in (AttendanceRecord, Certificate):
        guard(Guard(model, (), goes_with_reason=False, of_event=event))
