"""Which events a report counts, and what is there of their evidence."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from events.checklists import evidence_missing_of
from events.models import Event
from projects.models import Project, Semester

from ..rows import EvidenceRow
from ..subject import Subject


def published_events(subject: Subject) -> list[Event]:
    """Return the published events of the project, or the one event, counted or not, in their order; one query."""
    project = subject.project
    events = Event.objects.of_project(project)
    if subject.event is not None:
        events = events.filter(pk=subject.event.pk)
    published = list(events.published().select_related("project", "kind", "venue").in_order())
    for event in published:
        # Whether an open date will still be given depends on the project's end: asked of one object, not of each event.
        if event.project_id == project.pk:
            event.project = project
    return published


def is_in(event: Event, semester: Semester) -> bool:
    """Whether an event of its project counts in a semester. See also EventQuerySet.in_semester."""
    if event.starts_on is not None:
        return semester.starts_on <= event.starts_on <= semester.ends_on
    return event.project_id == semester.project_id and event.stated_semester == semester.number


def event_counts(event: Event, subject: Subject, *, at: datetime) -> bool:
    """Whether a published event had taken place at an instant, as far as anybody has said.

    An event that is noted as held counts from its first day, not before: the note may have come after the cut-off. One
    without a date cannot be placed better than in its semester.
    """
    if event.is_cancelled or event.is_postponed:
        return False
    if event.status != Event.Status.HELD:
        return event.is_over(at=at)
    first_day = event.starts_on or _first_day(event, subject)
    return first_day is None or first_day <= at.astimezone(event.zone).date()


def _first_day(event: Event, subject: Subject) -> date | None:
    """The first day of the semester that holds an event without a date, as its source states."""
    if subject.semester:
        return subject.semester.starts_on
    semesters = subject.project.semesters.all()
    return next((each.starts_on for each in semesters if each.number == event.stated_semester), None)


def events_outside(project: Project, events: Iterable[Event], *, at: datetime) -> tuple[Event, ...]:
    """Return the held ones of a project's events that no semester holds, so that no report shows them."""
    semesters = project.semesters.all()
    return tuple(
        event
        for event in events
        if event.status == Event.Status.HELD
        and (event.starts_on is None or event.starts_on <= at.astimezone(event.zone).date())
        and not any(is_in(event, semester) for semester in semesters)
    )


def evidence_of(events: Collection[Event], *, at: datetime) -> tuple[EvidenceRow, ...]:
    """Return what is due and what is missing of the events whose kind asks for evidence; at most one query."""
    missing = evidence_missing_of(events, at=at)
    return tuple(
        EvidenceRow(
            event,
            due=tuple(str(each.name) for each in event.kind.evidence),
            missing=tuple(str(each.name) for each in missing[event.pk]),
        )
        for event in events
        if event.kind.evidence
    )
