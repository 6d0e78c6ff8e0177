"""Counting the projects of a programme: as many queries for two projects as for two hundred, and no row is kept."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractYear

from events.models import Event, EventKind
from projects.models import GoodPractice, Partner, Programme, Project
from projects.search import fold
from registrations.models import AttendanceRecord, Registration
from registrations.models.attendance import What

from ...models import (
    Action,
    ActionPlan,
    Indicator,
    IndicatorTarget,
    LearningSurvey,
    OutcomeRating,
    Progress,
    SurveyAnswer,
)
from ..records.events import event_counts
from ..subject import Kind, Subject
from .rows import KindByYear, ProgrammeReport, ProjectRow, Reached

Rule = Indicator.Rule

# A number of each project by its key; where there is none, nothing was counted.
Numbers = Mapping[int, int]

_PROJECT = "event__project"
# What says whether an event counts, and no long text.
_OF_EVENTS = (
    *("project", "kind", "status", "date_precision", "starts_on", "ends_on", "start_time", "end_time", "time_zone"),
    *("stated_semester", "reported_participants"),
)


# Of two persons who were joined the other one keeps a registration where both have one for the same event.
_HUMAN = Coalesce("person__merged_into", "person")


@dataclass
class _Events:
    """What the events of one project come to that count."""

    # By the keys of kinds, and the years in which they began.
    by_year: Counter[tuple[int, int | None]] = field(default_factory=Counter)
    reported: int | None = None
    without_records: int = 0
    not_noted_as_held: int = 0
    without_date: int = 0
    is_recorded: bool = False

    @property
    def number(self) -> int:
        return self.by_year.total()

    @cached_property
    def of_kind(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for (kind, _year), number in self.by_year.items():
            found[kind] += number
        return found

    def add_reported(self, participants: int | None) -> None:
        if participants is not None:
            self.reported = (self.reported or 0) + participants


def programme_report(programme: Programme, *, at: datetime) -> ProgrammeReport:
    """Count all projects of a programme from what was recorded up to `at` (aware).

    Eleven queries, whatever the size, one more where persons were joined who are at one event twice, and one or two for
    what some indicators ask for.
    """
    projects = {
        project.pk: project
        for project in programme.projects.prefetch_related("phases", "semesters").order_by("acronym")
    }
    kinds = EventKind.objects.in_bulk()
    indicators = tuple(Indicator.objects.filter(programme=programme, is_used=True).order_by("position", "code"))
    events, left_out = _events(programme, projects, at=at)
    known = Registration.objects.filter(event__project__programme=programme, joined_at__lte=at).order_by()
    known = known.exclude(event__in=left_out).exclude(event__status=Event.Status.DRAFT)
    attended = known.filter(_not_cancelled(at), Exists(_present(at=at)))
    contradictions = known.filter(cancelled_at__lte=at).filter(Exists(_present(at=at)))
    # Whoever was there with two registrations took part once, but may have said something with either of them.
    once = ~Q(pk__in=doubles) if (doubles := _doubles(known, attended)) else Q()
    of_kinds = _kinds_of(indicators, kinds.values())
    # Who was present is the dear part, so that one query counts all that asks for it.
    with _at_once():
        numbers = _grouped(
            attended.annotate(learned=_learned(at=at)),
            _PROJECT,
            participations=Count("pk", filter=once),
            people=Count(_HUMAN, distinct=True),
            learners=Count(_HUMAN, distinct=True, filter=Q(learned=True)),
            answers=Count("feedback", filter=Q(feedback__given_at__lte=at)),
            **_aggregates(indicators, of_kinds, kinds, once),
        )
    contradicted = _grouped(contradictions, _PROJECT, n=Count("pk"))
    targets = _targets(programme)
    first = attended.filter(once)
    counted = {one.pk: _counted(one, programme, first, of_kinds.get(one.pk, set()), at=at) for one in indicators}
    asked = frozenset(_asked(programme, at=at)) if any(one.rule == Rule.SURVEYED for one in indicators) else frozenset()

    def row(project: Project) -> ProjectRow:
        of_events, of_people = events[project.pk], numbers.get(project.pk, {})
        # Where nobody registered or was recorded, how many came is not known, rather than none.
        is_known = of_events.is_recorded or not of_events.number

        def number(value: int) -> int | None:
            return value if is_known else None

        def value_of(indicator: Indicator) -> int | None:
            if indicator.rule == Rule.ELSEWHERE:
                return None
            if indicator.rule == Rule.EVENTS:
                return sum(of_events.of_kind[kind] for kind in of_kinds[indicator.pk])
            if indicator.rule == Rule.SURVEYED and project.pk not in asked:
                return None
            if indicator.rule in _AGGREGATED:
                return number(of_people.get(_name(indicator), 0))
            value = counted[indicator.pk].get(project.pk, 0)
            return number(value) if indicator.rule in Indicator.OF_EVENTS else value

        return ProjectRow(
            project=project,
            events=of_events.number,
            kinds={kinds[kind].slug: n for kind, n in of_events.of_kind.items()},
            countings={
                each: sum(n for kind, n in of_events.of_kind.items() if kinds[kind].counts_as == each)
                for each in EventKind.Counting.values
            },
            participations=number(of_people.get("participations", 0)),
            people=number(of_people.get("people", 0)),
            learned=number(of_people.get("learners", 0)),
            feedback=number(of_people.get("answers", 0)),
            reported=of_events.reported,
            without_records=of_events.without_records,
            not_noted_as_held=of_events.not_noted_as_held,
            without_date=of_events.without_date,
            contradictions=contradicted.get(project.pk, {}).get("n", 0),
            indicators={one.pk: Reached(value_of(one), targets.get((one.pk, project.pk))) for one in indicators},
        )

    rows = tuple(row(project) for project in projects.values())
    return ProgrammeReport(programme, at, indicators, rows, _by_kind(events.values(), kinds))


def _by_kind(events: Iterable[_Events], kinds: Mapping[int, EventKind]) -> tuple[KindByYear, ...]:
    found: dict[int, Counter[int | None]] = defaultdict(Counter)
    for tally in events:
        for (kind, year), number in tally.by_year.items():
            found[kind][year] += number
    rows = [KindByYear(kinds[kind], years) for kind, years in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.events, row.kind.position, row.kind.slug)))


@contextmanager
def _at_once() -> Iterator[None]:
    """Let PostgreSQL run a large query as it is: compiling it first takes longer than running it."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
        yield


def _events(
    programme: Programme, projects: Mapping[int, Project], *, at: datetime
) -> tuple[Mapping[int, _Events], list[int]]:
    """Return what the events of each project come to, and the keys of those that do not count."""
    recorded = AttendanceRecord.objects.of_days().filter(registration__event=OuterRef("pk"), recorded_at__lte=at)
    places = Registration.objects.filter(_not_cancelled(at), event=OuterRef("pk"), joined_at__lte=at)
    events = (
        Event.objects.filter(project__programme=programme)
        .published()
        .annotate(has_records=Exists(recorded), has_places=Exists(places.filter(confirmed_at__lte=at)))
        .order_by()
    )
    # What was noted as held and began so long ago counts, in whatever time zone: most events, so the database adds up.
    settled = Q(status=Event.Status.HELD, starts_on__lt=at.astimezone(UTC).date() - timedelta(days=1))
    found: dict[int, _Events] = defaultdict(_Events)
    groups = events.filter(settled).values("project", "kind", year=ExtractYear("starts_on"))
    for group in groups.annotate(
        number=Count("pk"),
        unrecorded=Count("pk", filter=Q(has_records=False)),
        known=Count("pk", filter=Q(has_records=True) | Q(has_places=True)),
        reported=Sum("reported_participants"),
    ):
        tally = found[group["project"]]
        tally.by_year[group["kind"], group["year"]] += group["number"]
        tally.without_records += group["unrecorded"]
        tally.is_recorded = tally.is_recorded or group["known"] > 0
        tally.add_reported(group["reported"])
    left_out = []
    for event in events.exclude(settled).only(*_OF_EVENTS).iterator(chunk_size=2_000):
        event.project = projects[event.project_id]
        if not event_counts(event, Subject(Kind.PROJECT, event.project), at=at):
            left_out.append(event.pk)
            continue
        tally = found[event.project_id]
        tally.by_year[event.kind_id, event.starts_on.year if event.starts_on else None] += 1
        tally.without_records += not event.has_records
        tally.not_noted_as_held += event.status != Event.Status.HELD
        tally.without_date += event.starts_on is None
        tally.is_recorded = tally.is_recorded or event.has_records or event.has_places
        tally.add_reported(event.reported_participants)
    return found, left_out


def _not_cancelled(at: datetime) -> Q:
    return Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=at)


def _present(*, at: datetime) -> QuerySet[AttendanceRecord]:
    """Records by which a registration (OuterRef) was present on a day: nobody took them back or said otherwise later.

    See also AttendanceQuerySet.present, which has no cut-off.
    """
    recorded = AttendanceRecord.objects.of_days().filter(recorded_at__lte=at).order_by()
    undos = AttendanceRecord.objects.filter(
        undoes=OuterRef("act"), registration=OuterRef("registration"), recorded_at__lte=at
    )
    standing = recorded.filter(~Exists(undos.order_by())).weighed()
    absent = standing.filter(
        Q(happened_at__gt=OuterRef("happened_at"))
        | Q(happened_at=OuterRef("happened_at"), weight__gt=OuterRef("weight")),
        what=What.ABSENT,
        registration=OuterRef("registration"),
        day=OuterRef("day"),
    )
    return standing.filter(~Exists(absent), what=What.IN, registration=OuterRef("pk"))


def _doubles(known: QuerySet[Registration], attended: QuerySet[Registration]) -> list[int]:
    """Return the keys of registrations of people who were at that event with an earlier one, too.

    Only who was joined with another person may have two. One query, and one more where there are such. See also Guest.
    """
    joined = known.filter(person__merged_into__isnull=False)
    pairs = set(joined.values_list("event", "person__merged_into"))
    if not pairs:
        return []
    humans = {human for _event, human in pairs}
    of_them = attended.filter(event__in={event for event, _human in pairs}).filter(
        Q(person__in=humans) | Q(person__merged_into__in=humans)
    )
    seen, found = set(), []
    for pk, event, human in (
        of_them.annotate(human=_HUMAN).order_by("joined_at", "pk").values_list("pk", "event", "human")
    ):
        if (event, human) in seen:
            found.append(pk)
        seen.add((event, human))
    return found


def _learned(*, at: datetime) -> Exists:
    """Whether a registration rated an outcome of its event higher after it than before."""
    ratings = OutcomeRating.objects.learned().filter(
        feedback=OuterRef("feedback"), feedback__given_at__lte=at, outcome__event=OuterRef("event")
    )
    return Exists(ratings.order_by())


# --- Indicators --------------------------------------------------------------------------------------------------

# Those that one query counts for all projects and indicators together.
_AGGREGATED = (Rule.PARTICIPATIONS, Rule.PEOPLE, Rule.COUNTRIES, Rule.LEARNERS)


def _name(indicator: Indicator) -> str:
    return f"indicator_{indicator.pk}"


def _kinds_of(indicators: Collection[Indicator], kinds: Collection[EventKind]) -> dict[int, set[int]]:
    """Return of which kinds each indicator counts events. Those that exclude each other share no kind.

    See also learning/reports/indicators.py, which says the same of the events of one report.
    """
    found = {}
    taken: dict[str, set[int]] = defaultdict(set)
    for indicator in indicators:
        if indicator.rule not in Indicator.OF_EVENTS:
            continue
        fitting = {kind.pk for kind in kinds if indicator.fits(kind)}
        if indicator.excludes:
            fitting -= taken[indicator.excludes]
            taken[indicator.excludes] |= fitting
        found[indicator.pk] = fitting
    return found


def _aggregates(
    indicators: Collection[Indicator], of_kinds: Mapping[int, set[int]], kinds: Collection[int], once: Q
) -> dict[str, Count]:
    """Return what is counted of registrations for each indicator of _AGGREGATED; `once` leaves each person one."""
    found = {}
    for indicator in indicators:
        if indicator.rule not in _AGGREGATED:
            continue
        only = Q() if of_kinds[indicator.pk] == set(kinds) else Q(event__kind__in=of_kinds[indicator.pk])
        if indicator.rule == Rule.PARTICIPATIONS:
            found[_name(indicator)] = Count("pk", filter=only & once)
        elif indicator.rule == Rule.PEOPLE:
            found[_name(indicator)] = Count(_HUMAN, distinct=True, filter=only)
        elif indicator.rule == Rule.LEARNERS:
            found[_name(indicator)] = Count(_HUMAN, distinct=True, filter=only & Q(learned=True))
        else:
            found[_name(indicator)] = Count("country", distinct=True, filter=only & once & ~Q(country=""))
    return found


def _counted(
    indicator: Indicator, programme: Programme, attended: QuerySet[Registration], kinds: set[int], *, at: datetime
) -> Numbers:
    """Return what each project has of an indicator that has a query of its own; nothing for the others."""
    day = at.astimezone(UTC).date()
    plans = ActionPlan.objects.filter(partner__project__programme=programme).exclude(adopted_on__gt=day)
    actions = Action.objects.filter(plan__in=plans.order_by().values("pk")).exclude(added_on__gt=day)
    of_kinds = attended.filter(event__kind__in=kinds)
    match indicator.rule:
        case Rule.ORGANISATIONS:
            return _organisations(of_kinds)
        case Rule.REGIONS:
            return _regions(of_kinds)
        case Rule.PARTNERS:
            return _by_project(Partner.objects.filter(project__programme=programme), "project")
        case Rule.PRACTICES:
            return _by_project(GoodPractice.objects.filter(project__programme=programme).public_at(at), "project")
        case Rule.PLANS:
            return _by_project(plans, "partner__project")
        case Rule.ACTIONS:
            return _by_project(actions, "plan__partner__project")
        case Rule.ACTIONS_DONE:
            said = Progress.objects.on(day).filter(action=OuterRef("pk"), noted_at__lte=at).reverse()
            done = actions.annotate(last=Subquery(said.values("status")[:1])).filter(last=Progress.Status.DONE)
            return _by_project(done, "plan__partner__project")
        case Rule.SURVEYED:
            return _surveyed(programme, at=at)
    return {}


def _organisations(attended: QuerySet[Registration]) -> Numbers:
    """See also Guest.organisation_key: the match, else the typed name without case, accents and spaces."""
    found: dict[int, set[Any]] = defaultdict(set)
    rows = attended.values_list(_PROJECT, "organisation", "organisation_name").distinct()
    for project, matched, typed in rows.iterator():
        if matched is not None:
            found[project].add(matched)
        elif typed:
            found[project].add(" ".join(fold(typed).split()))
    return {project: len(those) for project, those in found.items()}


def _regions(attended: QuerySet[Registration]) -> Numbers:
    found: dict[int, set[str]] = defaultdict(set)
    rows = attended.exclude(organisation=None).values_list(_PROJECT, "organisation__nuts").distinct()
    for project, nuts in rows.iterator():
        if nuts:
            found[project].add(nuts[:4])
    return {project: len(those) for project, those in found.items()}


def _asked(programme: Programme, *, at: datetime) -> QuerySet[Any]:
    """Return the keys of the projects in which a learning survey was opened until an instant."""
    surveys = LearningSurvey.objects.filter(project__programme=programme, opened_at__lte=at, follows=None)
    return surveys.order_by().values_list("project", flat=True).distinct()


def _surveyed(programme: Programme, *, at: datetime) -> Numbers:
    """See also learning/surveys.py, `learners`: each person once, whatever they were merged into."""
    said = SurveyAnswer.objects.filter(
        invitation__survey__project__programme=programme,
        invitation__survey__follows=None,
        invitation__answered_at__lte=at,
        question__counts_from__isnull=False,
        rating__gte=F("question__counts_from"),
    )
    somebody = Coalesce("invitation__person__merged_into", "invitation__person")
    return _by_project(said, "invitation__survey__project", Count(somebody, distinct=True))


def _targets(programme: Programme) -> dict[tuple[int, int], int]:
    targets = IndicatorTarget.objects.filter(indicator__programme=programme, semester=None)
    return {(one, project): value for one, project, value in targets.values_list("indicator", "project", "value")}


def _by_project(rows: QuerySet[Any], project: str, counted: Count | None = None) -> Numbers:
    return {key: each["n"] for key, each in _grouped(rows, project, n=counted or Count("pk")).items()}


def _grouped(rows: QuerySet[Any], project: str, **counted: Count) -> dict[int, dict[str, int]]:
    return {row.pop(project): row for row in rows.order_by().values(project).annotate(**counted)}
