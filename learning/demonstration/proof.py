"""Frozen lists and certificates of a held event: one day is as it was frozen, one was corrected and frozen again."""

import uuid
from datetime import date, datetime, timedelta

from accounts.models import User
from events.models import Event
from projects.models import Project
from registrations.attendance import day_list, programme_begins_at
from registrations.models import AttendanceRecord, Certificate, ScannedList, SignedList
from registrations.proof import freeze
from registrations.proof.certificates import issue_to_all

from .project import SOURCE_KEY


def prove(project: Project, *, by: User | None, at: datetime) -> None:
    """Freeze the days of the event that was held last, correct the first one, and freeze that again."""
    held = project.events.with_page_data().filter(status=Event.Status.HELD, ends_on__lt=at.date())
    event = held.exclude(mode=Event.Mode.ONLINE).order_by("-starts_on", "pk").first()
    if event is None:
        return
    frozen = [freeze(event, day, by=by, at=at - timedelta(hours=20)) for day in event.days if _is_attended(event, day)]
    if not frozen:
        return
    first = frozen[0]
    missed = next((row.registration for row in day_list(event, first.day) if row.first_in is None), None)
    if missed is not None:
        corrected_at = at - timedelta(hours=3)
        AttendanceRecord.objects.create(
            # The same whenever the demonstration is built.
            act=uuid.uuid5(event.uid, f"correction {missed.email}"),
            registration=missed,
            day=first.day,
            what=AttendanceRecord.What.IN,
            how=AttendanceRecord.How.CORRECTION,
            reason="Signed on paper, and was not ticked at the door",
            happened_at=corrected_at,
            came_at=programme_begins_at(event, first.day),
            recorded_at=corrected_at,
            recorded_by=by,
        )
        freeze(event, first.day, by=by, at=at - timedelta(hours=2))
    issue_to_all(event, by=by, at=at - timedelta(hours=1))


def _is_attended(event: Event, day: date) -> bool:
    return any(row.first_in for row in day_list(event, day))


def take_away() -> None:
    """Delete what was frozen, issued and scanned of the demonstration, the latest first, with its files."""
    for signed_list in SignedList.objects.filter(event__project__source_key=SOURCE_KEY).order_by("-version"):
        signed_list.file.delete(save=False)
        signed_list.delete()
    for scan in ScannedList.objects.filter(event__project__source_key=SOURCE_KEY):
        scan.file.delete(save=False)
        scan.delete()
    certificates = Certificate.objects.filter(registration__event__project__source_key=SOURCE_KEY)
    for certificate in certificates.order_by("-number"):
        certificate.delete()
