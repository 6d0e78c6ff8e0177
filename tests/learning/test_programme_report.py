"""What the projects of a programme did to date: counted by the database, and the same as their own reports."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from events.models import Event
from learning.reports.figures import figure
from learning.reports.programme import programme_report
from learning.reports.semester import report_on
from learning.reports.subject import Kind, Subject
from projects.models import Membership
from registrations.models import Registration
from tests.factories import (
    create_event,
    create_feedback,
    create_lead,
    create_outcome,
    create_programme,
    create_project,
    create_registration,
    create_semester,
    create_user,
    record_attendance,
)

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2027, 2, 15, 12, tzinfo=UTC)
CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = CUT_OFF + timedelta(hours=1)


def create_held_event(project, **fields):
    held = {"status": Event.Status.HELD, "starts_on": date(2027, 2, 10), "ends_on": date(2027, 2, 11)}
    return create_event(project, **{**held, **fields})


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
    totals = {key: value for key, _title, _rule, value in report.totals}
    assert totals["events"] == 5
    assert (totals["participations"], totals["people"], totals["learned"], totals["reported"]) == (8, 6, 2, 72)


def test_queries_are_the_same_for_any_number_of_projects_and_events(django_assert_num_queries):
    programme = create_programme()
    for _n in range(2):
        create_everything(programme)
        with django_assert_num_queries(9):
            programme_report(programme, at=CUT_OFF)


def test_officers_read_and_download_it_and_nobody_else(client, clock):
    programme = create_programme(slug="europe")
    project = create_project(programme=programme, acronym="S3CHEM")
    create_held_event(project)
    officer = create_user()
    Membership.objects.create(user=officer, role=Membership.Role.OFFICER, programme=programme)
    page = reverse("learning:programme_report", args=["europe"])
    files = [reverse("learning:programme_report_file", args=["europe", extension]) for extension in ("pdf", "json")]
    client.force_login(officer)

    assert [client.get(path).status_code for path in (page, *files)] == [200, 200, 200]
    assert "S3CHEM" in client.get(page).content.decode()
    assert page in client.get(reverse("learning:reports")).content.decode()
    assert client.get(reverse("learning:programme_report_file", args=["europe", "exe"])).status_code == 404

    client.force_login(create_lead(project))
    assert [client.get(path).status_code for path in (page, *files)] == [404, 404, 404]
