"""What a project did in a semester or to date, at one event, or by one partner, counted up to an instant.

Reads only. The rules of counting are explained in docs/decisions/semester-report.md. Everything a page shows is a row
(rows.py), and every number is how many rows there are or, for head counts that somebody else reported, their sum
(report.py). Which records make a row is said in records/.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language

from events.models import Event
from projects.models import Project, Semester

from ..models import LearningOutcome
from .records.answers import answers_of
from .records.asked_for import asked_for, indicators_of
from .records.assessed import assessed_in
from .records.coming import coming_of
from .records.events import event_counts, events_outside, evidence_of, is_in, published_events
from .records.guests import guests_of, invited, presence
from .records.newcomers import attended_at, people_by_semester
from .records.practices import practices_of
from .report import Report
from .rows import MINIMUM_ANSWERS, EventRow, Guest, OutcomeRow
from .subject import Kind, Subject


def semester_report(project: Project, semester: Semester, *, at: datetime) -> Report:
    """Count one semester of a project from what was recorded up to `at` (aware). See `report_on`."""
    return report_on(Subject(Kind.SEMESTER, project, semester=semester), at=at)


def report_on(subject: Subject, *, at: datetime) -> Report:
    """Count what a subject is about from what was recorded up to `at` (aware).

    The same records and the same instant give the same report, in whatever order the records arrived. What was
    registered, recorded or said after `at` is not seen. Eleven queries, four more where regions are rated, one more
    where other semesters had events, two where some are ahead, at most four where surveys and plans are asked for, and
    at most six for the evidence, whatever the size, once the phases and semesters of the project are there.
    """
    project, semester = subject.project, subject.semester
    everything = published_events(subject)
    published = [event for event in everything if semester is None or is_in(event, semester)]
    counted = {event.pk: event for event in published if event_counts(event, subject, at=at)}
    # Also what happened in other semesters of the project: who came for the first time, and which practices were seen.
    to_date = Subject(Kind.PROJECT, project)
    happened = {event.pk: event for event in everything if event.pk in counted or event_counts(event, to_date, at=at)}
    days, with_records = presence(happened, at=at)
    guests, contradictions = guests_of(subject, counted, days, at=at)
    outcomes = list(LearningOutcome.objects.filter(event__in=counted).order_by("position"))
    language = get_language() or "en"
    texts = {outcome.pk: outcome.in_language("text", language) for outcome in outcomes}
    answers, ratings = answers_of(subject, counted, guests, days, texts, at=at)
    # Of one event or one partner so few may have answered that everybody knows who they are.
    is_withheld = (
        subject.kind in (Kind.EVENT, Kind.PARTNER)
        and 0 < sum(answer.has_attended for answer in answers) < MINIMUM_ANSWERS
    )
    if is_withheld:
        answers, ratings = (), {}
    registered = Counter(guest.event.pk for guest in guests if guest.is_registered)
    attended = Counter(guest.event.pk for guest in guests if guest.has_attended)
    answered = Counter(answer.event.pk for answer in answers if answer.has_attended)
    set_out = Counter(outcome.event_id for outcome in outcomes)
    invitations = invited(counted, at=at) if subject.kind != Kind.PARTNER else {}
    indicators = indicators_of(subject)
    partners = tuple(project.partners.select_related("organisation").order_by("number"))

    return Report(
        subject=subject,
        at=at,
        events=tuple(
            EventRow(
                event=event,
                invited=invitations.get(pk, 0),
                registered=registered[pk],
                attended=attended[pk],
                answers=answered[pk],
                outcomes=set_out[pk],
                has_records=pk in with_records,
            )
            for pk, event in counted.items()
        ),
        not_counted=tuple(event for event in published if event.pk not in counted),
        outside=events_outside(project, everything, at=at) if semester else (),
        guests=guests,
        contradictions=contradictions,
        answers=answers,
        outcomes=tuple(
            OutcomeRow(outcome.pk, texts[outcome.pk], event, tuple(sorted(ratings.get(outcome.pk, ()))))
            for event in counted.values()
            for outcome in outcomes
            if outcome.event_id == event.pk
        ),
        # A partner owes no evidence for events of others.
        evidence=() if subject.kind == Kind.PARTNER else evidence_of(counted.values(), at=at),
        indicators=indicators,
        partners=partners,
        is_withheld=is_withheld,
        assessed=assessed_in(subject, partners, at=at) if subject.kind in (Kind.SEMESTER, Kind.PROJECT) else (),
        **_of_the_whole(subject, happened, published, guests, days, at=at),
        **asked_for(subject, [indicator for indicator, _target in indicators], at=at),
    )


def _of_the_whole(
    subject: Subject,
    happened: dict[int, Event],
    published: Iterable[Event],
    guests: Iterable[Guest],
    days: dict[int, set[date]],
    *,
    at: datetime,
) -> dict[str, Any]:
    """Return what a semester or a project has and one event or partner has not, by the names of a report's fields."""
    if subject.kind not in (Kind.SEMESTER, Kind.PROJECT):
        return {}
    attended = [(guest.event.pk, guest.person_id) for guest in guests if guest.has_attended]
    if subject.semester is not None:
        before = [pk for pk, event in happened.items() if not is_in(event, subject.semester)]
        attended += attended_at(before, days, at=at)
    return {
        "by_semester": people_by_semester(subject, happened.values(), attended),
        "practice_rows": practices_of(subject.project, happened, at=at),
        "coming": coming_of(published, at=at),
    }
