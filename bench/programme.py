"""A whole funding programme: 250 projects, 16,000 events, 400,000 registrations and 1,000,000 records of presence.

The database writes the rows itself, from a series of numbers, because a million rows through the models would take an
hour. Measured are the pages of reports over HTTP; a programme of two projects stands beside, whose report may need no
query less.
"""

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock
from statistics import median

from django.conf import settings
from django.db import connection, models, transaction
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from events.loading import load_kinds
from events.models import Event, EventKind
from learning.loading import load_indicators, sets
from learning.models import Feedback, Indicator, IndicatorTarget, LearningOutcome, OutcomeRating
from projects.models import Membership, Organisation, Partner, Programme, Project, Semester
from registrations.models import AttendanceRecord, Person, Registration

from . import data
from .client import Client
from .server import Server

PROJECTS = int(os.environ.get("BENCH_PROJECTS", "250"))
# Of each project. 64 × 25 × 2.5 are the 1,000,000 records of 250 projects.
EVENTS, SEMESTERS, PARTNERS, PERSONS = 64, 6, 8, 600
# Of each event.
PEOPLE = 25
SMALL = 2
# Rows that are made here have keys from here on, so that none has to be asked for.
FIRST = 10_000_000
SEMESTER_SECONDS, PROGRAMME_SECONDS, MAKING_SECONDS = 1, 5, 120
# Kinds that count as targeted, public and internal, as often as it is in reality.
KINDS = ("interregional-event", "stakeholder-meeting", "dissemination-event", "kick-off", "partner-meeting")

# What is reported: words, the figure, what was wanted, whether that was reached, queries, memory in MB.
Report = Callable[[str, str, str, bool | None, int | None, float | None], None]


def measure(server: Server, report: Report) -> None:
    seconds = _timed(make)
    rows = PROJECTS * EVENTS * PEOPLE
    report(
        f"Making {PROJECTS} projects, {PROJECTS * EVENTS:,} events, {rows:,} registrations, {rows * 5 // 2:,} records",
        f"{seconds:.0f} s",
        f"≤ {MAKING_SECONDS} s",
        seconds <= MAKING_SECONDS,
        None,
        None,
    )
    key = data.session_of(User.objects.get(email="officer@example.org"))
    of_two = queries_of("/en/reports/programmes/programme-of-two/", key)
    for what, path, wanted, at_most in (
        ("Report of a semester", "/en/reports/scale-7/3/", SEMESTER_SECONDS, None),
        ("Report of a project to date", "/en/reports/scale-7/to-date/", None, None),
        (
            f"Report of the programme, {PROJECTS} projects",
            "/en/reports/programmes/at-scale/",
            PROGRAMME_SECONDS,
            of_two,
        ),
        ("The same as JSON", "/en/reports/programmes/at-scale/report.json", PROGRAMME_SECONDS, None),
    ):
        client = Client(server.port)
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        _ask(client, "/en/reports/programmes/programme-of-two/")
        with server.peak_memory() as peak:
            seconds = median(_timed(lambda client=client, path=path: _ask(client, path)) for _turn in range(3))
        queries = queries_of(path, key)
        said = [] if wanted is None else [f"≤ {wanted} s"]
        said += [] if at_most is None else [f"≤ {at_most} queries, as of {SMALL} projects"]
        reached = None
        if said:
            reached = (wanted is None or seconds <= wanted) and (at_most is None or queries <= at_most)
        report(what, f"{seconds:.2f} s", ", ".join(said), reached, queries, peak[0])


def _ask(client: Client, path: str) -> None:
    status = client.get(path).status
    assert status == 200, f"{path} answered {status}"


def queries_of(path: str, key: str) -> int:
    client = TestClient(headers={"host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


# --- Making ------------------------------------------------------------------------------------------------------


def make() -> None:
    """Make both programmes, with somebody who reads the reports of both."""
    load_kinds()
    with transaction.atomic():
        officer = User.objects.create_user("officer@example.org", name="Officer")
        for slug in ("at-scale", "programme-of-two"):
            programme = Programme.objects.create(name=f"Programme {slug}", slug=slug)
            load_indicators(programme, sets()["interreg-2021-2027"])
            Membership.objects.create(user=officer, role=Membership.Role.OFFICER, programme=programme)
        _projects()
        _events()
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Every key that is written here exists: asking for each of them takes longer than writing.
            cursor.execute("SET LOCAL session_replication_role = replica")
        _people()
        _presence()
        _feedback()
    with connection.cursor() as cursor:
        # What a database in use does by itself.
        cursor.execute("ANALYZE")


def _projects() -> None:
    large, small = Programme.objects.get(slug="at-scale"), Programme.objects.get(slug="programme-of-two")
    projects = Project.objects.bulk_create(
        Project(
            pk=FIRST + n,
            programme=large if n < PROJECTS else small,
            acronym=f"SCALE{n}",
            slug=f"scale-{n}",
            full_name=f"Project {n}: what regions learn from each other",
        )
        for n in range(PROJECTS + SMALL)
    )
    Semester.objects.bulk_create(
        Semester(
            project=project,
            number=number,
            starts_on=_first_day() + timedelta(days=182 * (number - 1)),
            ends_on=_first_day() + timedelta(days=182 * number - 1),
        )
        for project in projects
        for number in range(1, SEMESTERS + 1)
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(pk=FIRST + n, name=f"Region {n}", city=f"Town {n}", country="NL", nuts=f"NL{n % 100:02}")
        for n in range(len(projects) * PARTNERS)
    )
    Partner.objects.bulk_create(
        Partner(
            pk=organisation.pk,
            project=projects[n // PARTNERS],
            organisation=organisation,
            number=n % PARTNERS + 1,
            is_lead=n % PARTNERS == 0,
            slug=f"scale-partner-{n}",
        )
        for n, organisation in enumerate(organisations)
    )
    indicators = list(Indicator.objects.filter(programme__in=(large, small), code="RCO81"))
    IndicatorTarget.objects.bulk_create(
        IndicatorTarget(indicator=indicator, project=project, value=1_000)
        for project in projects
        for indicator in indicators
        if indicator.programme_id == project.programme_id
    )


def _first_day() -> date:
    """So long ago that the last semester has just ended."""
    return timezone.now().date() - timedelta(days=182 * SEMESTERS)


def _events() -> None:
    kinds = list(EventKind.objects.filter(slug__in=KINDS).order_by("position"))
    Event.objects.bulk_create(
        (
            Event(
                pk=FIRST + n,
                slug=f"scale-event-{n}",
                title=f"Event {n}: bio-waste, innovation and what the regions make of them",
                summary="Two days on what the partner regions learned from each other, and what they carry home.",
                project_id=FIRST + n // EVENTS,
                kind=kinds[n % len(kinds)],
                host_id=FIRST + n // EVENTS * PARTNERS + n % PARTNERS,
                status=Event.Status.HELD,
                date_precision=Event.DatePrecision.DAY,
                starts_on=(day := _first_day() + timedelta(days=n % EVENTS * 17)),
                ends_on=day + timedelta(days=1),
                start_time=clock(9),
                end_time=clock(16),
                time_zone="Europe/Amsterdam",
                mode=Event.Mode.ON_SITE,
                reported_participants=PEOPLE if n % 8 == 0 else None,
            )
            for n in range((PROJECTS + SMALL) * EVENTS)
        ),
        batch_size=1_000,
    )
    LearningOutcome.objects.bulk_create(
        (
            LearningOutcome(pk=FIRST + n, event_id=FIRST + n, position=1, text="I can explain how others do it")
            for n in range((PROJECTS + SMALL) * EVENTS)
        ),
        batch_size=2_000,
    )


def _people() -> None:
    _fill(
        Person,
        (PROJECTS + SMALL) * PERSONS,
        id=f"{FIRST} + n",
        project_id=f"{FIRST} + n / {PERSONS}",
        name="'Ágnes Kovács ' || n",
        email="'scale-' || n || '@example.org'",
        name_key="'agnes kovacs ' || n",
    )
    of_project = EVENTS * PEOPLE
    _fill(
        Registration,
        _registrations(),
        id=f"{FIRST} + n",
        event_id=f"{FIRST} + n / {PEOPLE}",
        # Everybody comes to one event after another, and to none twice.
        person_id=f"{FIRST} + n / {of_project} * {PERSONS} + (n / {PEOPLE} * 13 + n % {PEOPLE}) % {PERSONS}",
        code="'scale-' || n",
        ticket_code="'scale-' || n",
        ticket_number=f"'N' || (1000000 + n % {PEOPLE})",
        name="'Ágnes Kovács ' || n",
        email="'scale-' || n || '@example.org'",
        organisation_name="'Regional Development Agency of Town ' || n % 40",
        organisation_id=(
            f"CASE WHEN n % 3 = 0 THEN NULL ELSE {FIRST} + n / {of_project} * {PARTNERS} + n % {PARTNERS} END"
        ),
        country="substr('NLSEHUPTGRBG', 1 + n % 6 * 2, 2)",
        state="'confirmed'",
        joined_at=_instant("held.starts_on"),
        confirmed_at=_instant("held.starts_on"),
        changed_at=_instant("held.starts_on"),
    )


def _registrations() -> int:
    return (PROJECTS + SMALL) * EVENTS * PEOPLE


def _presence() -> None:
    """Who came, on both days; some were scanned twice, some turn out to be absent, some are taken back."""
    number = _registrations()
    acts = 0
    for count, of_registration, day, what in (
        (number, "n", "held.starts_on", "in"),
        (number, "n", "held.ends_on", "in"),
        (number * 9 // 20, "n * 2", "held.starts_on", "in"),
        (number // 40, "n * 40 + 1", "held.starts_on", "absent"),
        (number // 40, "n * 40", "held.starts_on", "undo"),
    ):
        _fill(
            AttendanceRecord,
            count,
            of_registration=of_registration,
            id=f"{FIRST + acts} + n",
            act=_uuid(f"{acts} + n"),
            registration_id=f"{FIRST} + {of_registration}",
            day=day,
            what=f"'{what}'",
            undoes=_uuid("n * 40") if what == "undo" else "NULL",
            happened_at=_instant(day, hour=9 if what == "in" else 10),
            recorded_at=_instant(day, hour=10),
            how="'scan'",
        )
        acts += count


def _feedback() -> None:
    number = _registrations() // 4
    _fill(
        Feedback,
        number,
        of_registration="n * 4",
        id=f"{FIRST} + n",
        registration_id=f"{FIRST} + n * 4",
        given_at=_instant("held.ends_on", hour=18),
        changed_at=_instant("held.ends_on", hour=18),
        relevance="4",
        satisfaction="4",
    )
    _fill(
        OutcomeRating,
        number,
        id=f"{FIRST} + n",
        feedback_id=f"{FIRST} + n",
        outcome_id=f"{FIRST} + n * 4 / {PEOPLE}",
        before="2",
        after="2 + n % 3",
    )


def _fill(model: type[models.Model], count: int, *, of_registration: str = "n", **said: str) -> None:
    """Make rows of a model: for each of its columns an SQL expression of `n`, from 0 on; the others get their default.

    `held` is the event of the registration with the number that `of_registration` says.
    """
    columns, expressions, values = [], [], []
    for field in model._meta.concrete_fields:
        columns.append(f'"{field.column}"')
        # A per cent sign would be taken for the place of a value.
        expressions.append(said.pop(field.column, "%s").replace("%", "%%") if field.column in said else "%s")
        if expressions[-1] == "%s":
            values.append(field.get_db_prep_save(field.get_default(), connection))
    assert not said, f"{model.__name__} has no {', '.join(said)}"
    event = f"JOIN {Event._meta.db_table} held ON held.id = {FIRST} + ({of_registration}) / {PEOPLE}"
    needs_event = any("held." in expression for expression in expressions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {model._meta.db_table} ({", ".join(columns)})
            WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})
            SELECT {", ".join(expressions)} FROM numbers {event if needs_event else ""}
            """,  # noqa: S608 (the names are those of our own tables)
            values,
        )


def _instant(day: str, *, hour: int = 9) -> str:
    instant = f"({day} || ' {hour:02}:00:00')"
    # SQLite keeps an instant as this text, in UTC.
    return f"{instant[:-1]} || '+00')::timestamptz" if connection.vendor == "postgresql" else instant


def _uuid(number: str) -> str:
    # Spread over the index as those of devices are: the multiplication meets each of 2³² numbers once.
    number = f"({number}) * 2654435761 % 4294967296"
    if connection.vendor == "postgresql":
        return f"(lpad(to_hex({number}), 8, '0') || repeat('0', 24))::uuid"
    return f"printf('%08x%024x', {number}, 0)"
