"""What the projects of a programme did to date: counted by the database, the same as their own reports, and frozen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from events.models import Event
from learning.models import FrozenReport, Indicator, IndicatorTarget, LearningSurvey
from learning.reports.counted import counted, says
from learning.reports.figures import figure
from learning.reports.freezing import document_in, freeze, records_say_the_same
from learning.reports.indicators import indicator_rows
from learning.reports.programme import programme_figure, programme_gaps, programme_plots, programme_report
from learning.reports.programme.figures import programme_figures
from learning.reports.semester import report_on
from learning.reports.subject import Kind, ProgrammeSubject, Subject
from projects.models import Membership
from registrations.merging import merge
from registrations.models import Registration
from tests.factories import (
    create_action,
    create_feedback,
    create_kind,
    create_lead,
    create_organisation,
    create_outcome,
    create_partner,
    create_plan,
    create_practice,
    create_programme,
    create_project,
    create_registration,
    create_semester,
    create_user,
    record_attendance,
    say,
)

from .held import FEBRUARY, create_held_event

pytestmark = pytest.mark.django_db

CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = CUT_OFF + timedelta(hours=1)


def register(event, person="Alice", **fields):
    return create_registration(event, person, **{"joined_at": FEBRUARY, "confirmed_at": FEBRUARY, **fields})


def came(registration, *, what="in", minute=0, at=FEBRUARY, **fields):
    happened_at = FEBRUARY + timedelta(minutes=minute)
    return record_attendance(registration, what=what, happened_at=happened_at, recorded_at=at, **fields)


def create_everything(programme):
    """Two projects with each thing that makes somebody count or not, and one without any record."""
    for _n in range(2):
        project = create_project(programme=programme)
        create_semester(project)
        event, second = create_held_event(project, reported_participants=30), create_held_event(project)
        outcome = create_outcome(event)
        alice = register(event, "Alice")
        came(alice)
        came(alice, day=date(2027, 2, 11))
        came(register(second, "Alice"))
        create_feedback(alice, (outcome, 1, 5), given_at=FEBRUARY)
        absent = register(event, "Ben")
        came(absent)
        came(absent, what="absent", minute=5)
        create_feedback(absent, (outcome, 1, 5), given_at=FEBRUARY)
        back = register(event, "Cor")
        came(back, what="absent")
        came(back, minute=5)
        create_feedback(back, (outcome, 3, 3), given_at=FEBRUARY)
        undone = register(event, "Dee")
        act = came(undone)
        came(undone, what="undo", undoes=act.act)
        late = register(event, "Eve")
        act = came(late)
        came(late, what="undo", undoes=act.act, at=LATER)
        came(register(event, "Flo"), at=LATER)
        gone = register(event, "Gus")
        came(gone)
        gone.cancel(by=Registration.CancelledBy.PERSON, at=FEBRUARY)
        cancelled = create_held_event(project, status=Event.Status.CANCELLED, cancelled_at=FEBRUARY)
        came(register(cancelled, "Hal"))
        create_held_event(project, status=Event.Status.DRAFT)
    create_held_event(create_project(programme=programme), reported_participants=12)


def test_programme_counts_as_the_reports_of_its_projects_do():
    programme = create_programme()
    create_everything(programme)
    create_everything(create_programme())

    report = programme_report(programme, at=CUT_OFF)

    assert len(report.projects) == 3
    for row in report.projects:
        own = report_on(Subject(Kind.PROJECT, row.project), at=CUT_OFF)
        assert row.events == figure(own, "events").value
        if row.people is None:
            assert not own.has_records
            continue
        for slug in ("participations", "people", "learned", "feedback"):
            assert getattr(row, slug) == figure(own, slug).value, slug
        assert row.reported == figure(own, "reported").value
    assert sorted(row.people or 0 for row in report.projects) == [0, 3, 3]
    totals = {figure.slug: figure.value for figure in programme_figures(report)}
    assert totals["events"] == 5
    assert (totals["participations"], totals["people"], totals["learned"], totals["reported"]) == (8, 6, 2, 72)


def ask_for_everything(programme):
    """An indicator of each rule, for all kinds of events and for some, and two that share no event."""
    for position, rule in enumerate(Indicator.Rule.values):
        Indicator.objects.create(programme=programme, code=rule, name=rule, unit="n", rule=rule, position=position)
        if rule in Indicator.OF_EVENTS:
            fields = {"programme": programme, "name": rule, "unit": "n", "rule": rule, "excludes": "each-other"}
            Indicator.objects.create(code=f"{rule}-a", kinds=["study-visit"], position=100, **fields)
            Indicator.objects.create(code=f"{rule}-b", counts_as=["targeted"], position=101, **fields)


def create_what_indicators_count(project):
    """Plans, practices, partners and answers to a survey, some of them after the cut-off."""
    partner = create_partner(project, organisation=create_organisation(nuts="NL423"))
    for published_at in (None, FEBRUARY, LATER):
        create_practice(project, published_at=published_at)
    plan = create_plan(partner)
    create_plan(partner, policy_instrument="Later", adopted_on=LATER.date() + timedelta(days=5))
    done, undone, late = (create_action(plan) for _n in range(3))
    create_action(plan, added_on=LATER.date() + timedelta(days=5))
    say(done, "going_on", date(2027, 2, 1), noted_at=FEBRUARY)
    say(done, "done", date(2027, 2, 20), noted_at=FEBRUARY)
    say(undone, "done", date(2027, 2, 1), noted_at=FEBRUARY)
    say(undone, "changed", date(2027, 2, 20), why="Too dear", noted_at=FEBRUARY)
    say(late, "done", date(2027, 2, 20), noted_at=LATER)
    event = create_held_event(project, kind=create_kind("study-visit", counts_as="targeted"))
    came(register(event, "Ida", organisation=partner.organisation))
    for name, typed in (("Jo", "Université  de Liège"), ("Kim", "universite de liege"), ("Lou", "ULB")):
        came(register(event, name, organisation_name=typed, country="BE"))
    survey = LearningSurvey.objects.create(
        project=project, title="What you learned", opened_at=FEBRUARY, closes_on=date(2027, 3, 31)
    )
    question = survey.questions.create(position=1, text="I can do more", counts_from=4)
    for name, rating, answered_at in (("Ida", 5, FEBRUARY), ("Jo", 3, FEBRUARY), ("Kim", 5, LATER)):
        person = project.persons.get(name=name)
        invitation = survey.invitations.create(
            person=person, email=person.email, asked_at=FEBRUARY, answered_at=answered_at
        )
        invitation.answers.create(question=question, rating=rating)


def test_indicators_count_as_in_the_reports_of_the_projects():
    programme = create_programme()
    create_everything(programme)
    ask_for_everything(programme)
    create_what_indicators_count(programme.projects.order_by("pk")[0])
    create_what_indicators_count(create_project(programme=programme))

    report = programme_report(programme, at=CUT_OFF)

    assert [row.project.acronym for row in report.projects] == sorted(row.project.acronym for row in report.projects)
    for row in report.projects:
        own = indicator_rows(report_on(Subject(Kind.PROJECT, row.project), at=CUT_OFF))
        assert {one.indicator.code: row.indicators[one.indicator.pk].value for one in own} == {
            one.indicator.code: one.value for one in own
        }
    assert programme_figure(report, "indicator-actions-done").value == 2
    assert programme_figure(report, "indicator-surveyed").value == 2
    assert programme_figure(report, "indicator-elsewhere").value is None


def test_events_of_which_it_takes_a_look_to_say_whether_they_count():
    programme = create_programme()
    project = create_project(programme=programme)
    create_semester(project)
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    today = {"starts_on": CUT_OFF.date(), "ends_on": CUT_OFF.date()}
    register(create_held_event(project, reported_participants=5))
    create_held_event(project, reported_participants=7, **today)
    create_held_event(project, time_zone="Pacific/Kiritimati", starts_on=date(2027, 3, 2), ends_on=date(2027, 3, 2))
    create_held_event(project, status=Event.Status.ANNOUNCED)
    create_held_event(project, stated_semester=1, **unknown)
    create_held_event(project, status=Event.Status.POSTPONED)

    for at in (CUT_OFF, CUT_OFF + timedelta(hours=2), CUT_OFF + timedelta(days=3)):
        (row,) = programme_report(programme, at=at).projects
        own = report_on(Subject(Kind.PROJECT, project), at=at)
        gaps = ("without-records", "not-noted-as-held", "without-date")
        assert [row.events, row.reported, row.without_records, row.not_noted_as_held, row.without_date] == [
            figure(own, slug).value for slug in ("events", "reported", *gaps)
        ]
    assert (row.events, row.reported) == (5, 12)


def test_target_of_a_programme_is_what_its_projects_promised():
    programme = create_programme()
    create_everything(programme)
    indicator = Indicator.objects.create(programme=programme, code="P", name="Visits", unit="n", rule="participations")
    first, second, _third = programme.projects.order_by("pk")
    IndicatorTarget.objects.create(indicator=indicator, project=first, value=10)
    IndicatorTarget.objects.create(indicator=indicator, project=second, value=6)

    report = programme_report(programme, at=CUT_OFF)

    shown = programme_figure(report, "indicator-P")
    assert (shown.value, shown.target, shown.reached) == (8, 16, 50)
    assert {gap.slug: gap.count for gap in programme_gaps(report)} == {
        "unknown": 1,
        "without-records": 1,
        "contradictions": 2,
        "without-targets": 1,
    }


def extra():
    """PostgreSQL is told to run the largest query as it is."""
    return 1 if connection.vendor == "postgresql" else 0


def test_queries_are_the_same_for_any_number_of_projects_and_events(django_assert_num_queries):
    programme = create_programme()
    for _n in range(3):
        create_everything(programme)
        with django_assert_num_queries(11 + extra()):
            programme_report(programme, at=CUT_OFF)
    ask_for_everything(programme)
    with django_assert_num_queries(20 + extra()):
        programme_report(programme, at=CUT_OFF)


def test_page_takes_as_many_queries_for_three_projects_as_for_six(client, django_assert_num_queries):
    programme = create_programme(slug="europe")
    client.force_login(create_officer(programme))
    for _n in range(2):
        create_everything(programme)
        with django_assert_num_queries(16 + extra()):
            client.get(reverse("learning:report", kwargs={"programme": "europe"}))


def test_each_number_and_gap_opens_the_projects_and_their_own_numbers(client, clock):
    programme = create_programme(slug="europe")
    create_everything(programme)
    ask_for_everything(programme)
    client.force_login(create_officer(programme))
    report = counted(ProgrammeSubject(programme), at=CUT_OFF)

    slugs = [each["key"] for each in says(report)["numbers"]]
    slugs += [f"indicator-{one.code}" for one in report.indicators]
    slugs += [gap.slug for gap in programme_gaps(report) if gap.slug != "not-counted-here"]
    for slug in slugs:
        address = reverse("learning:report_rows", kwargs={"programme": "europe", "figure": slug})
        page = client.get(address, {"at": "2027-03-01T09:00:00Z"})
        assert page.status_code == 200, slug
        for part in page.context["figure"].parts:
            address = reverse("learning:report", kwargs={"project": part.project.project.slug})
            if part.opens:
                address = reverse("learning:report_rows", kwargs={"project": part.project.project.slug, "figure": slug})
                own = client.get(address, {"at": "2027-03-01T09:00:00Z"})
                assert (own.status_code, own.context["figure"].value) == (200, part.value), slug
            assert f'href="{address}?at=2027-03-01T09:00:00Z"' in page.content.decode()
    assert client.get(reverse("learning:report_rows", args=["europe", "nothing"])).status_code == 404


# --- Who reads it, and hands it in --------------------------------------------------------------------------------


def create_officer(programme):
    officer = create_user()
    Membership.objects.create(user=officer, role=Membership.Role.OFFICER, programme=programme)
    return officer


def address(page="report", **more):
    return reverse(f"learning:{page}", kwargs={"programme": "europe", **more})


def test_officers_read_and_download_it_and_nobody_else(client, clock):
    programme = create_programme(slug="europe")
    project = create_project(programme=programme, acronym="S3CHEM")
    create_held_event(project)
    pages = [address(), address("freeze_report"), address("report_table", table="projects")]
    pages += [address("report_file", extension=extension) for extension in ("pdf", "odt", "xlsx", "csv", "json")]
    client.force_login(create_officer(programme))

    assert [client.get(path).status_code for path in pages] == [200] * 8
    assert "S3CHEM" in client.get(address()).content.decode()
    assert address() in client.get(reverse("learning:reports")).content.decode()
    assert client.get(address("report_file", extension="exe")).status_code == 404
    assert client.get(address("report_rows", figure="targets")).status_code == 404

    # The lead of a project of the programme, and the officer of another one.
    for charlie in (create_lead(project), create_officer(create_programme())):
        client.force_login(charlie)
        assert [client.get(path).status_code for path in pages] == [404] * 8
        assert client.post(address("freeze_report")).status_code == 404
    assert not FrozenReport.objects.exists()


def test_programme_is_frozen_and_the_next_version_says_what_changed_and_why(client, clock):
    programme = create_programme(slug="europe")
    create_everything(programme)
    officer = create_officer(programme)
    client.force_login(officer)

    clock.move_to(CUT_OFF)
    assert client.post(address("freeze_report")).status_code == 302
    first = FrozenReport.objects.get()
    assert (first.kind, first.programme, first.project, first.version) == ("programme", programme, None, 1)
    assert document_in(first) == says(programme_report(programme, at=CUT_OFF))
    # Again is the same, and nothing new.
    assert client.post(address("freeze_report")).status_code == 422

    clock.move_to(LATER)
    project = programme.projects.order_by("pk")[0]
    came(register(project.events.filter(status="held").first(), "Zoe"), at=LATER)
    refused = client.post(address("freeze_report"))
    assert refused.status_code == 422
    assert client.post(address("freeze_report"), {"because": "Zoe was forgotten"}).status_code == 302

    changes = client.get(address("frozen_report_changes", version=2))
    assert "Zoe was forgotten" in changes.content.decode()
    said = {change.title: (change.before.text, change.after.text) for change in changes.context["changes"].numbers}
    assert said["Participations"] == ("8", "9")
    ((_version, between),) = changes.context["between"]
    assert {row["event"]: row["texts"] for row in between}[project.acronym] == ["3 records of attendance"]
    assert client.get(address("frozen_report", version=1)).status_code == 200
    content = client.get(address("frozen_report_file", version=1, extension="json")).content.decode()
    assert content == first.content
    # A border that moves, or a project that joins, changes no frozen report.
    create_held_event(create_project(programme=programme))
    assert client.get(address("frozen_report_file", version=1, extension="json")).content.decode() == first.content
    assert not records_say_the_same(first, programme_report(programme, at=first.at))


def test_what_was_frozen_says_the_same_when_it_is_counted_again():
    programme = create_programme()
    create_everything(programme)
    ask_for_everything(programme)
    frozen = freeze(programme_report(programme, at=CUT_OFF), by=None)

    came(register(programme.projects.first().events.first(), "Zoe", joined_at=LATER, confirmed_at=LATER), at=LATER)

    assert records_say_the_same(frozen, programme_report(programme, at=CUT_OFF))


# --- Joined persons ---------------------------------------------------------------------------------------------


def test_person_who_was_joined_with_another_takes_part_once_in_an_event_where_both_were(django_assert_num_queries):
    programme = create_programme()
    project = create_project(programme=programme)
    event, second = create_held_event(project), create_held_event(project)
    outcome = create_outcome(event)
    kept = register(event, "Alice", country="NL")
    # Registered again before, under another name; only a double is left out.
    again = register(event, "Alicia", country="SE", joined_at=FEBRUARY - timedelta(days=1))
    for registration in (kept, again, register(second, "Alicia", country="SE"), register(event, "Ben", country="IT")):
        came(registration)
        if registration.event == event:
            create_feedback(registration, (outcome, 1, 5), given_at=FEBRUARY)
    for rule in ("participations", "people", "countries", "organisations", "learners"):
        Indicator.objects.create(programme=programme, code=rule, name=rule, unit="", rule=rule)
    merge(kept.person, again.person)

    with django_assert_num_queries(13 + extra()):
        row = programme_report(programme, at=CUT_OFF).projects[0]
    own = report_on(Subject(Kind.PROJECT, project), at=CUT_OFF)

    assert (row.participations, row.people, row.learned, row.feedback) == (3, 2, 2, 3)
    assert [(guest.country, len(guest.registrations)) for guest in own.participations if guest.event == event] == [
        ("SE", 2),
        ("IT", 1),
    ]
    for slug in ("participations", "people", "learned", "feedback"):
        assert getattr(row, slug) == figure(own, slug).value, slug
    of_own = {each.indicator.code: each.value for each in indicator_rows(own)}
    assert {one.code: row.indicators[one.pk].value for one in Indicator.objects.all()} == of_own
    assert of_own["countries"] == 2
    # Two answers of one person and one of another are those of both who came there, of three participations.
    assert own.answer_rate == 2 / 3


# --- Plots -------------------------------------------------------------------------------------------------------


def drawn_of(programme, at=CUT_OFF):
    return {plot.slug: plot for plot in programme_plots(programme_report(programme, at=at))}


def test_events_of_a_programme_are_stacked_by_the_year_in_which_they_began():
    programme = create_programme()
    first, second = create_project(programme=programme), create_project(programme=programme)
    visit, seminar = create_kind("study-visit"), create_kind("seminar")
    for project, kind, day in (
        (first, visit, date(2025, 5, 1)),
        (first, seminar, date(2026, 5, 1)),
        (second, seminar, date(2026, 6, 1)),
        # Over, and nobody noted it: looked at one by one.
        (second, seminar, date(2027, 2, 20)),
    ):
        status = Event.Status.ANNOUNCED if day.year == 2027 else Event.Status.HELD
        create_held_event(project, kind=kind, starts_on=day, ends_on=day, status=status)
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_held_event(second, kind=visit, **unknown)

    plot = drawn_of(programme)["kinds"]

    assert (plot.finding, plot.n) == ("Most frequent: Seminars, 3 of 5", 5)
    assert plot.shape.columns == [("’25", "2025"), ("’26", "2026"), ("’27", "2027"), ("–", "Date not known")]
    assert plot.shape.rows == [("Seminars", [0, 2, 1, 0]), ("Study visits", [1, 0, 0, 1])]
    opened = programme_figure(programme_report(programme, at=CUT_OFF), plot.numbers.rows[0][-1].figure)
    assert (opened.value, [part.value for part in opened.parts]) == (3, [1, 2])


def test_targets_of_a_programme_are_drawn_as_far_as_they_are_reached():
    programme = create_programme()
    projects = [create_project(programme=programme) for _n in range(2)]
    for name, rule, target in (("Events", "events", 2), ("Partners", "partners", 4), ("Plans", "plans", None)):
        one = Indicator.objects.create(programme=programme, code=rule, name=name, unit="", rule=rule)
        for project in projects if target else ():
            IndicatorTarget.objects.create(indicator=one, project=project, value=target)
    for _n in range(5):
        create_held_event(projects[0])
    create_partner(projects[1])

    plot = drawn_of(programme)["targets"]

    assert (plot.finding, plot.n) == ("1 of 2 targets are reached", 2)
    assert [(label, value.number, value.text) for label, [value] in plot.shape.rows] == [
        ("events: Events", 125, "5 of 4 (125 %)"),
        ("partners: Partners", 12, "1 of 8 (12 %)"),
    ]


def test_projects_of_a_programme_are_drawn_by_their_participations_and_listed_whole(monkeypatch):
    monkeypatch.setattr("learning.reports.programme.plots.MOST_PROJECTS", 2)
    programme = create_programme()
    for acronym, people in (("ALPHA", 1), ("BETA", 3), ("GAMMA", 2), ("DELTA", 0)):
        event = create_held_event(create_project(programme=programme, acronym=acronym))
        for n in range(people):
            came(register(event, f"Guest {n}"))

    plot = drawn_of(programme)["projects"]

    assert (plot.finding, plot.n) == ("Most participations: BETA, 3 of 6", 6)
    assert [(label, [value.text for value in values]) for label, values in plot.shape.rows] == [
        ("BETA", ["3 participations", "3 people"]),
        ("GAMMA", ["2 participations", "2 people"]),
    ]
    assert [row[0].text for row in plot.numbers.rows] == ["BETA", "GAMMA", "ALPHA"]


def test_plots_of_a_programme_are_on_its_page_in_its_files_and_in_its_versions(client, clock):
    programme = create_programme()
    create_everything(programme)
    client.force_login(create_officer(programme))
    address = {"programme": programme.slug}

    page = client.get(reverse("learning:report", kwargs=address)).content.decode()
    drawing = client.get(reverse("learning:report_plot", kwargs={**address, "plot": "kinds", "extension": "svg"}))
    version = freeze(programme_report(programme, at=CUT_OFF), by=None)

    assert ('id="plot-kinds"' in page, 'id="plot-projects"' in page) == (True, True)
    assert (drawing.status_code, drawing.headers["Content-Type"]) == (200, "image/svg+xml")
    assert [plot["key"] for plot in document_in(version)["plots"]] == ["kinds", "projects"]
    nothing = client.get(reverse("learning:report_plot", kwargs={**address, "plot": "countries", "extension": "svg"}))
    assert nothing.status_code == 404
