"""Reports of online meetings from the upload until they count: kept, checked, confirmed, and taken back."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models.signals import post_delete
from django.http import FileResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from events.models import Event, Session
from events.times import instant_in_words

from ..attendance import Act, record
from ..attendance.recording import is_session_of
from ..exceptions import RegistrationRefused
from ..models import AttendanceRecord, OnlineReport, Registration
from .kept import to_keep
from .matching import How, Match, match
from .reports import MeetingReport, NotAReport, read
from .reports.reading import Interval, merged, minutes_of
from .reports.rows import MOST_OCTETS

What = AttendanceRecord.What
_HOW = AttendanceRecord.How.ONLINE_REPORT
CLOCKS_DIFFER = timedelta(minutes=15)


class ReportIsThere(RegistrationRefused):
    """The same file was uploaded for this event before; the first argument is that report."""


class ReportChanged(RegistrationRefused):
    """Somebody else confirmed this report meanwhile, or took it back."""


# --- Keeping -----------------------------------------------------------------------------------------------------


def keep(
    event: Event,
    file: BinaryIO,
    *,
    name: str,
    clocks: str,
    session: Session | None = None,
    by: Any = None,
    at: datetime | None = None,
) -> OnlineReport:
    """Keep a report of an event, or of one of its sessions, for checking.

    Raises NotAReport, and ReportIsThere for the same file again.
    """
    content, at = file.read(MOST_OCTETS + 1), at or timezone.now()
    found = _read(event, content, clocks)
    _must_be_over(found, event, at=at)
    report = OnlineReport(
        event=event,
        session=session,
        file_name="".join(letter for letter in name if letter.isprintable())[-200:] or "report.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        octets=len(content),
        product=found.product,
        clocks=clocks,
        uploaded_at=at,
        uploaded_by=by,
    )
    same = OnlineReport.objects.filter(event=event, sha256=report.sha256, taken_back_at=None)
    if (there := same.first()) is not None:
        raise ReportIsThere(there)
    report.file.save(report.file_name, ContentFile(content), save=False)
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError as error:
        # By a double click, or by two people at once.
        report.file.storage.delete(str(report.file.name))
        raise ReportIsThere(same.get()) from error
    return report


def read_again(report: OnlineReport, *, clocks: str) -> None:
    """Read the times of a report that does not count yet on another clock. Raises NotAReport and ReportChanged."""
    _must_be_over(_read(report.event, _content(report), clocks), report.event, at=timezone.now())
    if not OnlineReport.objects.filter(pk=report.pk, confirmed_at=None).update(clocks=clocks):
        raise ReportChanged(report)
    report.clocks = clocks


def discard(report: OnlineReport) -> None:
    """Delete a report that nobody confirmed. Raises ReportChanged when somebody did."""
    deleted, _by_model = OnlineReport.objects.filter(pk=report.pk, confirmed_at=None).delete()
    if not deleted:
        raise ReportChanged(report)


def hand_out(report: OnlineReport) -> FileResponse:
    """Answer with the file as it came, to be saved and never to be opened by the browser here."""
    response = FileResponse(report.file.open("rb"), content_type="text/csv")
    response["Content-Disposition"] = content_disposition_header(True, report.file_name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def connect() -> None:
    """Let files go with their rows."""
    post_delete.connect(_delete_file, sender=OnlineReport, dispatch_uid="files go with OnlineReport")


def _delete_file(instance: OnlineReport, **kwargs: object) -> None:
    if instance.file.name:
        transaction.on_commit(partial(instance.file.storage.delete, instance.file.name))


def _content(report: OnlineReport) -> bytes:
    with report.file.open("rb") as file:
        return bytes(file.read())


def _read(event: Event, content: bytes, clocks: str) -> MeetingReport:
    return read(content, days=event.days, zone=event.zone, clocks=ZoneInfo(clocks), starts_at=event.start_time)


def _must_be_over(found: MeetingReport, event: Event, *, at: datetime) -> None:
    """Raise NotAReport where somebody came later than now: that is no record of what was."""
    begins = max((begins for attendee in found.attendees for begins, _ends in attendee.stays), default=at)
    if begins > at + CLOCKS_DIFFER:
        refusal = gettext(
            "This report tells of %(instant)s, which is still to come. Choose the file of the meeting that was held, "
            "or the clocks that its times were read from."
        )
        raise NotAReport(refusal % {"instant": instant_in_words(begins, event)})


# --- Checking ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckedDay:
    """One day of one person: from when to when on the clocks of the event, and how many minutes of it."""

    day: date
    hours: str
    minutes: int


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One person of a report: what the file says, and who it is as far as that is known.

    `code` names them in the form. `is_sure` rows are chosen already; `place_missing` is of somebody whose registration
    was found and has no place, so that nothing of theirs counts.
    """

    code: str
    match: Match
    days: tuple[CheckedDay, ...]
    minutes: int

    @property
    def name(self) -> str:
        return self.match.attendee.name

    @property
    def other_names(self) -> tuple[str, ...]:
        return self.match.attendee.names[1:]

    @property
    def email(self) -> str:
        return self.match.attendee.email

    @property
    def place_missing(self) -> bool:
        return self.match.registration is not None and not self.match.registration.is_confirmed

    @property
    def is_sure(self) -> bool:
        return self.match.registration is not None and self.match.registration.is_confirmed

    @property
    def is_doubtful(self) -> bool:
        return self.match.how == How.LIKELY


@dataclass(frozen=True, slots=True)
class Checked:
    """A report beside the registrations of its event. `at_odd_hours`: most were there outside the event's hours."""

    meeting: MeetingReport
    rows: tuple[CheckedRow, ...]
    registrations: tuple[Registration, ...]
    at_odd_hours: bool

    @property
    def sure(self) -> int:
        return sum(row.is_sure for row in self.rows)

    @property
    def doubtful(self) -> int:
        return sum(row.is_doubtful for row in self.rows)

    @property
    def unknown(self) -> int:
        return len(self.rows) - self.sure - self.doubtful


def check(report: OnlineReport) -> Checked:
    """Read a report and say who of it is which registration. One query; raises NotAReport when the event has moved."""
    event = report.event
    meeting = _read(event, _content(report), report.clocks)
    registrations = tuple(event.registrations.order_by("name", "pk"))
    rows = [_checked(one, report) for one in match(meeting.attendees, registrations)]
    # What needs somebody comes first.
    rows.sort(key=lambda row: 0 if row.is_doubtful else 1 if not row.is_sure else 2)
    confirmed = tuple(one for one in registrations if one.is_confirmed)
    return Checked(meeting, tuple(rows), confirmed, _at_odd_hours(meeting, event))


def code_of(key: str) -> str:
    """Return what names a person of a report in a form and in `decisions`: no address, and always the same."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _checked(one: Match, report: OnlineReport) -> CheckedRow:
    days = tuple(
        CheckedDay(day, _hours(stays[0][0], stays[-1][1], report.event), minutes_of(stays))
        for day, stays in _by_day(one.attendee.stays, report).items()
    )
    minutes = sum(day.minutes for day in days) if report.session else one.attendee.minutes
    return CheckedRow(code_of(one.attendee.key), one, days, minutes)


def _by_day(stays: Iterable[Interval], report: OnlineReport) -> dict[date, list[Interval]]:
    """Return the stays of each day; those of another day than that of the report's session do not count."""
    event, session = report.event, report.session
    found: dict[date, list[Interval]] = defaultdict(list)
    for begin, end in stays:
        day = begin.astimezone(event.zone).date()
        if session is None or is_session_of(event, session, day):
            found[day].append((begin, end))
    return dict(sorted(found.items()))


def _hours(begin: datetime, end: datetime, event: Event) -> str:
    return f"{begin.astimezone(event.zone):%H:%M}–{end.astimezone(event.zone):%H:%M}"


def _at_odd_hours(meeting: MeetingReport, event: Event) -> bool:
    """Whether fewer than half of the people were there during the hours of the event: then a clock is likely wrong."""
    if event.start_time is None or event.end_time is None or event.end_time <= event.start_time:
        return False
    there = 0
    for attendee in meeting.attendees:
        for begin, end in attendee.stays:
            day = begin.astimezone(event.zone).date()
            opens = datetime.combine(day, event.start_time, event.zone)
            closes = datetime.combine(day, event.end_time, event.zone)
            if begin < closes and end > opens:
                there += 1
                break
    return there * 2 < len(meeting.attendees)


# --- Counting ----------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(
    report: OnlineReport, decisions: Mapping[str, Registration], *, by: Any = None, at: datetime | None = None
) -> int:
    """Put on record when each chosen registration was in the meeting; return how many people count.

    `decisions` says whose registration each person of the report is, by their code; who is not in it does not count.
    Several persons of a report may be one registration. Repeating it changes nothing. Raises ReportChanged when it was
    confirmed otherwise meanwhile or taken back, and NotAReport as `check` does.
    """
    at = at or timezone.now()
    report = OnlineReport.objects.select_for_update(of=("self",)).select_related("event").get(pk=report.pk)
    chosen = {code: registration.pk for code, registration in decisions.items() if registration.is_confirmed}
    if not report.is_waiting:
        if report.taken_back_at is None and report.decisions == chosen:
            return report.counted
        raise ReportChanged(report)
    people = {registration.pk: registration for registration in decisions.values()}
    checked = check(report)
    acts = list(_acts(report, checked.meeting, chosen, people, by))
    outcomes = record(report.event, acts, at=at)
    recorded = [act for act, outcome in zip(acts, outcomes, strict=True) if outcome.counted]
    counted = len({act.registration.pk for act in recorded if act.registration})
    report.confirm(
        decisions=chosen,
        matches=to_keep(checked, chosen),
        acts=[str(act.act) for act in recorded],
        counted=counted,
        by=by,
        at=at,
    )
    return counted


@transaction.atomic
def take_back(report: OnlineReport, *, reason: str, by: Any = None, at: datetime | None = None) -> None:
    """Take back what followed from a report, with a reason: each of its acts is undone by another one.

    Raises ReportChanged for a report that does not count.
    """
    at = at or timezone.now()
    report = OnlineReport.objects.select_for_update(of=("self",)).select_related("event").get(pk=report.pk)
    if not report.counts:
        raise ReportChanged(report)
    records = AttendanceRecord.objects.filter(registration__event=report.event, how=_HOW)
    records = records.select_related("registration", "session")
    mine = set(report.acts)
    undos = [
        Act(
            act=uuid.uuid5(one.act, "undo"),
            what=What.UNDO,
            registration=one.registration,
            day=one.day,
            session=one.session,
            happened_at=at,
            how=_HOW,
            by=by,
            reason=reason,
            undoes=one.act,
        )
        for one in records
        if str(one.act) in mine
    ]
    record(report.event, undos, at=at)
    report.take_back(reason=reason, by=by, at=at)


def _acts(
    report: OnlineReport,
    meeting: MeetingReport,
    chosen: Mapping[str, int],
    people: Mapping[int, Registration],
    by: Any,
) -> Iterator[Act]:
    """Give the acts that follow from a report: in and out for each stay, with ids that are the same each time.

    Whoever was in the meeting of a session was there on its day, too.
    """
    stays: dict[int, list[Interval]] = defaultdict(list)
    for attendee in meeting.attendees:
        if (pk := chosen.get(code_of(attendee.key))) in people:
            stays[pk].extend(attendee.stays)  # type: ignore[index]
    for pk, found in stays.items():
        for day, ones in _by_day(merged(found), report).items():
            for number, (begin, end) in enumerate(ones):
                # Somebody who was seen once only must not leave before they came.
                for what, when in ((What.IN, begin), (What.OUT, max(end, begin + timedelta(seconds=1)))):
                    for session in (None, report.session) if report.session else (None,):
                        name = f"{pk}:{day}:{number}:{what}{':session' if session else ''}"
                        yield Act(
                            act=uuid.uuid5(report.act, name),
                            what=what,
                            registration=people[pk],
                            day=day,
                            session=session,
                            happened_at=when,
                            how=_HOW,
                            device=(report.product or report.file_name)[:100],
                            by=by,
                        )
