"""Which events a report counts, and what is there of their evidence."""

import operator
from collections.abc import Collection
from datetime import date, datetime
from functools import reduce

from events.checklists import evidence_missing_of
from events.models import Event
from events.models.event_queries import EventQuerySet
from projects.models import Project

from ..rows import EvidenceRow
from ..subject import Subject


def published_events(subject: Subject) -> list[Event]:
    """Return the published events that a subject is about, counted or not, in their order; one query."""
    project = subject.project
    published = list(_events_of(subject).published().select_related("project", "kind", "venue").in_order())
    for event in published:
        # Whether an open date will still be given depends on the project's end: asked of one object, not of each event.
        if event.project_id == project.pk:
            event.project = project
    return published


def _events_of(subject: Subject) -> EventQuerySet:
    if subject.semester is not None:
        return Event.objects.in_semester(subject.semester)
    events = Event.objects.of_project(subject.project)
    return events if subject.event is None else events.filter(pk=subject.event.pk)


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


def events_outside(project: Project, *, at: datetime) -> tuple[Event, ...]:
    """Return the held events of a project that no semester holds, so that no report shows them; one query."""
    in_semesters = [Event.objects.in_semester(semester) for semester in project.semesters.all()]
    events = Event.objects.of_project(project).filter(status=Event.Status.HELD)
    if in_semesters:
        events = events.exclude(pk__in=reduce(operator.or_, in_semesters).values("pk"))
    found = []
    for event in events.select_related("project", "kind", "venue").in_order():
        if event.project_id == project.pk:
            event.project = project
        if event.starts_on is None or event.starts_on <= at.astimezone(event.zone).date():
            found.append(event)
    return tuple(found)


def evidence_of(events: Collection[Event], *, at: datetime) -> tuple[EvidenceRow, ...]:
    """Return what is due and what is missing of the events whose kind asks for evidence; at most six queries."""
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
