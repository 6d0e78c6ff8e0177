"""Reports of one event, of one partner, and of a project to date: the same counting, of other records."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from events.models import Event
from learning.models import FrozenReport, Indicator, IndicatorTarget
from learning.reports.document import document
from learning.reports.figures import headline
from learning.reports.freezing import freeze
from learning.reports.indicators import indicator_rows
from learning.reports.semester import report_on
from learning.reports.subject import Kind, Subject
from projects.models import Membership
from tests.factories import (
    create_coordinator,
    create_delegation,
    create_event,
    create_feedback,
    create_lead,
    create_outcome,
    create_partner,
    create_project,
    create_semester,
    create_user,
)

from .held import FEBRUARY, attend, create_held_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def project():
    project = create_project(acronym="S3CHEM", slug="s3chem")
    create_semester(project, number=1, starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31))
    create_semester(project, number=2)
    return project


def numbers(subject):
    return {figure.slug: figure.value for figure in headline(report_on(subject, at=CUT_OFF))}


def address(view, project, **parts):
    return reverse(f"learning:{view}", kwargs={"project": project.slug, **parts})


def test_project_to_date_counts_each_person_once_over_all_semesters(project):
    attend(create_held_event(project, starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 2)))
    attend(create_held_event(project))
    attend(create_held_event(project, starts_on=date(2025, 1, 1), ends_on=date(2025, 1, 1)), "Bob")
    create_held_event(create_project())

    counted = numbers(Subject(Kind.PROJECT, project))

    assert (counted["events"], counted["participations"], counted["people"]) == (3, 3, 2)


def test_held_event_without_a_date_counts_once_its_stated_semester_began(project):
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_held_event(project, stated_semester=1, **unknown)
    create_held_event(project, stated_semester=2, **unknown)
    create_held_event(project, **unknown)
    subject = Subject(Kind.PROJECT, project)

    assert len(report_on(subject, at=datetime(2026, 12, 1, tzinfo=UTC)).events) == 2
    assert len(report_on(subject, at=CUT_OFF).events) == 3


def test_project_has_its_own_target(project):
    indicator = Indicator.objects.create(programme=project.programme, code="E", name="E", unit="events", rule="events")
    for semester, value in ((None, 20), (project.semesters.first(), 3)):
        IndicatorTarget.objects.create(indicator=indicator, project=project, semester=semester, value=value)

    (row,) = indicator_rows(report_on(Subject(Kind.PROJECT, project), at=CUT_OFF))

    assert row.target == 20


def test_event_is_reported_alone(project):
    event = create_held_event(project)
    attend(event)
    attend(create_held_event(project), "Bob")

    counted = numbers(Subject(Kind.EVENT, project, event=event))

    assert (counted["events"], counted["participations"]) == (1, 1)


def test_participation_of_a_partner_is_its_delegation_and_its_organisation(project):
    partner = create_partner(project)
    event = create_held_event(project)
    attend(event, "Ann", delegation=create_delegation(event, partner=partner))
    attend(event, "Ben", organisation=partner.organisation)
    attend(event, "Cor", delegation=create_delegation(event))
    attend(event, "Dee")

    report = report_on(Subject(Kind.PARTNER, project, partner=partner), at=CUT_OFF)

    assert [guest.name for guest in report.participations] == ["Ann", "Ben"]
    assert (report.evidence, report.indicators) == ((), ())


@pytest.mark.parametrize(("answers", "is_withheld"), [(4, True), (5, False), (0, False)])
def test_what_few_people_said_of_one_event_is_withheld(project, answers, is_withheld):
    event = create_held_event(project)
    outcome = create_outcome(event)
    for number in range(6):
        registration = attend(event, f"Person {number}")
        if number < answers:
            create_feedback(registration, (outcome, 1, 5), will_use="Mine", given_at=FEBRUARY)

    report = report_on(Subject(Kind.EVENT, project, event=event), at=CUT_OFF)
    said = {number["key"]: number["value"] for number in document(report)["numbers"]}

    assert report.is_withheld == is_withheld
    assert said["learned"] == said["feedback"] == (None if is_withheld else answers)
    assert (said["answer-rate"] is None) == is_withheld
    assert ("learned" in {figure.slug for figure in headline(report)}) != is_withheld
    if is_withheld:
        assert report.answers == ()


@pytest.mark.parametrize("about", ["project", "event", "partner"])
def test_each_report_is_opened_downloaded_and_frozen(client, project, about):
    client.force_login(create_lead(project))
    event, partner = create_held_event(project), create_partner(project)
    attend(event, organisation=partner.organisation)
    parts = {"project": {}, "event": {"event": event.slug}, "partner": {"partner": partner.slug}}[about]

    page = client.get(address("report", project, **parts))
    rows = client.get(address("report_rows", project, figure="people", **parts))
    file = client.get(address("report_file", project, extension="odt", **parts))
    done = client.post(address("freeze_report", project, **parts))

    assert [response.status_code for response in (page, rows, file, done)] == [200, 200, 200, 302]
    assert rows.context["figure"].value == 1
    frozen = FrozenReport.objects.get()
    assert (frozen.kind, frozen.semester) == (about, None)
    assert (frozen.event, frozen.partner) == (
        event if about == "event" else None,
        partner if about == "partner" else None,
    )
    assert client.get(done["Location"]).status_code == 200


def test_versions_of_different_reports_are_counted_apart(project):
    event = create_held_event(project)
    subjects = [
        Subject(Kind.PROJECT, project),
        Subject(Kind.EVENT, project, event=event),
        Subject(Kind.SEMESTER, project, semester=project.semesters.get(number=2)),
    ]

    frozen = [freeze(report_on(subject, at=CUT_OFF), by=None) for subject in subjects]

    assert [each.version for each in frozen] == [1, 1, 1]
    assert len({each.subject for each in frozen}) == 3


@pytest.mark.parametrize(
    ("role", "status"), [("lead", 200), ("itself", 200), ("officer", 200), ("another", 404), ("elsewhere", 404)]
)
def test_participation_of_a_partner_is_nothing_for_other_partners(client, project, role, status):
    partner = create_partner(project)
    user = {
        "lead": lambda: create_lead(project),
        "itself": lambda: create_coordinator(partner),
        "officer": lambda: create_user(),
        "another": lambda: create_coordinator(create_partner(project)),
        "elsewhere": lambda: create_lead(create_project()),
    }[role]()
    if role == "officer":
        Membership.objects.create(user=user, role=Membership.Role.OFFICER, programme=project.programme)
    client.force_login(user)

    assert client.get(address("report", project, partner=partner.slug)).status_code == status
    listed = client.get(reverse("learning:reports")).content.decode()
    assert (address("report", project, partner=partner.slug) in listed) == (status == 200)


def test_drafts_and_events_of_others_have_no_report(client, project):
    client.force_login(create_lead(project))
    draft = create_event(project, status=Event.Status.DRAFT)
    other = create_held_event(create_project())

    for event in (draft, other):
        assert client.get(address("report", project, event=event.slug)).status_code == 404
