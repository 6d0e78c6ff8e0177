"""What the projects of a programme did to date, counted by the database up to an instant.

The same rules as learning/reports/records/, which reads each row: here there may be a million of them. A test holds
the two together. An event that projects share counts for the one whose it is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import FirstValue, RowNumber
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Event, EventKind
from projects.models import Programme, Project
from registrations.models import AttendanceRecord, Registration
from registrations.models.attendance import What
from registrations.proof.canonical import plain

from ..models import Feedback, OutcomeRating
from .document import FORMAT, fact, instant, table
from .records.events import event_counts
from .subject import Kind, Subject


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project. `people` and what follows are None where nobody ever registered or was recorded."""

    project: Project
    events: int
    countings: dict[str, int]
    participations: int | None
    people: int | None
    learned: int | None
    feedback: int | None
    reported: int | None


@dataclass(frozen=True)
class ProgrammeReport:
    """The projects of a programme, by acronym."""

    programme: Programme
    at: datetime
    projects: tuple[ProjectRow, ...]

    @cached_property
    def totals(self) -> list[tuple[str, str, str, int | None]]:
        """Each number over all projects: its key, name, rule and value; None where no project knows it."""
        once = _("Each person once in each project: whoever took part in two projects counts in both.")
        countings = [
            (
                f"counting-{value}",
                str(label),
                _("Events whose kind counts like this."),
                sum(row.countings[value] for row in self.projects),
            )
            for value, label in EventKind.Counting.choices
        ]
        return [
            ("projects", _("Projects"), _("All projects of the programme."), len(self.projects)),
            ("events", _("Events held"), _("Each event once, for the project whose it is."), self._sum("events")),
            *countings,
            (
                "participations",
                _("Participations"),
                _("One person at one event, recorded as present on at least one day."),
                self._sum("participations"),
            ),
            ("people", _("People"), once, self._sum("people")),
            ("learned", _("People who say they learned"), once, self._sum("learned")),
            (
                "feedback",
                _("Feedback by participants"),
                _("Answers by people who are recorded as present."),
                self._sum("feedback"),
            ),
            (
                "reported",
                _("Participants as reported"),
                _("Head counts from hosts and sources, apart from the people counted here."),
                self._sum("reported"),
            ),
        ]

    def _sum(self, field: str) -> int | None:
        values = [value for row in self.projects if (value := getattr(row, field)) is not None]
        return sum(values) if values else None


def programme_report(programme: Programme, *, at: datetime) -> ProgrammeReport:
    """Count all projects of a programme from what was recorded up to `at` (aware). Nine queries, whatever the size."""
    projects = list(programme.projects.prefetch_related("phases", "semesters").order_by("acronym"))
    by_key = {project.pk: project for project in projects}
    events: dict[int, list[Event]] = defaultdict(list)
    left_out = []
    for event in Event.objects.filter(project__programme=programme).published().select_related("kind"):
        event.project = by_key[event.project_id]
        if event_counts(event, Subject(Kind.PROJECT, event.project), at=at):
            events[event.project_id].append(event)
        else:
            left_out.append(event.pk)
    known = Registration.objects.filter(event__project__programme=programme, joined_at__lte=at)
    known = known.exclude(event__in=left_out).exclude(event__status=Event.Status.DRAFT)
    registered = _by_project(known, Count("pk"))
    attended = known.filter(_not_cancelled(at), pk__in=_present(programme, at=at))
    participations = _by_project(attended, Count("pk"))
    people = _by_project(attended, Count("person", distinct=True))
    said = Feedback.objects.filter(given_at__lte=at, registration__in=attended.values("pk"))
    answers = dict(said.order_by().values_list("registration__event__project").annotate(n=Count("pk")))
    ratings = OutcomeRating.objects.learned().filter(
        feedback__in=said.values("pk"), outcome__event=F("feedback__registration__event")
    )
    learned = dict(
        ratings.order_by()
        .values_list("feedback__registration__event__project")
        .annotate(n=Count("feedback__registration__person", distinct=True))
    )

    def row(project: Project) -> ProjectRow:
        counted = events[project.pk]
        countings = Counter(event.kind.counts_as for event in counted)
        reported = [event.reported_participants for event in counted if event.reported_participants is not None]
        # Where nobody registered, how many came is not known, rather than none.
        is_known = bool(registered.get(project.pk)) or not counted

        def number(of_projects: dict[int, int]) -> int | None:
            return of_projects.get(project.pk, 0) if is_known else None

        return ProjectRow(
            project,
            len(counted),
            {value: countings[value] for value in EventKind.Counting.values},
            number(participations),
            number(people),
            number(learned),
            number(answers),
            sum(reported) if reported else None,
        )

    return ProgrammeReport(programme, at, tuple(row(project) for project in projects))


def _by_project(registrations: QuerySet[Registration], counted: Count) -> dict[int, int]:
    return dict(registrations.order_by().values_list("event__project").annotate(n=counted))


def _not_cancelled(at: datetime) -> Q:
    return Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=at)


def _present(programme: Programme, *, at: datetime) -> QuerySet[Any]:
    """The registrations that were present on a day: of the acts on it that nobody took back, the last one says so."""
    undos = AttendanceRecord.objects.filter(
        undoes=OuterRef("act"), registration=OuterRef("registration"), recorded_at__lte=at
    )
    of_a_day: dict[str, Any] = {
        "partition_by": [F("registration"), F("day")],
        "order_by": [F("happened_at").desc(), F("weight").desc(), F("what").desc()],
    }
    records = AttendanceRecord.objects.weighed().filter(
        registration__event__project__programme=programme,
        session__isnull=True,
        recorded_at__lte=at,
        what__in=(What.IN, What.ABSENT),
    )
    # What is filtered on beside a window is taken out before it looks, so the act itself comes through a window, too.
    last = records.exclude(Exists(undos)).annotate(
        place=Window(RowNumber(), **of_a_day), last=Window(FirstValue("what"), **of_a_day)
    )
    return last.filter(place=1, last=What.IN).values("registration")


def programme_document(report: ProgrammeReport) -> dict[str, Any]:
    """Return what a report of a programme says, as learning/reports/document.py describes it."""
    return dict(
        plain(
            {
                "format": FORMAT,
                "language": get_language() or "en",
                "kind": Kind.PROGRAMME,
                "title": _("Report: %(about)s") % {"about": report.programme.name},
                "at": instant(report.at),
                "facts": [fact("programme", _("Programme"), report.programme.name)],
                "numbers": [
                    {"key": key, "title": title, "rule": rule, "value": value}
                    for key, title, rule, value in report.totals
                ],
                "indicators": [],
                "gaps": [],
                "tables": [_projects(report)],
            }
        )
    )


def _projects(report: ProgrammeReport) -> dict[str, Any]:
    columns = [
        ("project", _("Project"), "text"),
        ("events", _("Events"), "number"),
        *((value, str(label), "number") for value, label in EventKind.Counting.choices),
        ("participations", _("Participations"), "number"),
        ("people", _("People"), "number"),
        ("learned", _("People who say they learned"), "number"),
        ("feedback", _("Feedback"), "number"),
        ("reported", _("As reported"), "number"),
    ]
    return table("projects", _("Projects"), columns, _cells(report))


def _cells(report: ProgrammeReport) -> Iterable[tuple[str, list[Any]]]:
    for row in report.projects:
        counts = [row.participations, row.people, row.learned, row.feedback, row.reported]
        yield row.project.slug, [row.project.acronym, row.events, *row.countings.values(), *counts]
