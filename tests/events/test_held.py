"""Events are held by themselves, and listings, series and banners tell what became of them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from events.checklists import after_holding
from events.held import hold_what_is_over
from events.models import Event
from events.templatetags.story import moved_from
from events.versions import Version, versions
from projects.models import Semester
from tests.factories import (
    create_event,
    create_kind,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_semester,
    create_venue,
    record_attendance,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

Status = Event.Status
# 16:00 in Amsterdam
END = datetime(2027, 5, 21, 14, tzinfo=UTC)


def test_an_event_is_held_when_its_last_minute_has_passed():
    event = create_event()
    registration = create_registration(event)

    assert hold_what_is_over(at=END - timedelta(minutes=1)) == []
    assert hold_what_is_over(at=END) == [event]
    assert hold_what_is_over(at=END) == []

    event.refresh_from_db()
    registration.refresh_from_db()
    assert (event.status, event.sequence, registration.state) == (Status.HELD, 0, "confirmed")


@pytest.mark.parametrize(
    ("zone", "over_at"),
    [
        ("Europe/Lisbon", datetime(2027, 5, 21, 23, tzinfo=UTC)),
        ("Europe/Tallinn", datetime(2027, 5, 21, 21, tzinfo=UTC)),
    ],
)
def test_without_a_time_it_is_held_after_midnight_where_it_is(zone, over_at):
    event = create_event(start_time=None, end_time=None, time_zone=zone)

    assert hold_what_is_over(at=over_at - timedelta(minutes=1)) == []
    assert hold_what_is_over(at=over_at) == [event]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.DRAFT},
        {"status": Status.CANCELLED, "cancelled_at": END},
        {"status": Status.POSTPONED, "date_precision": "unknown"},
        {"date_precision": "month"},
    ],
)
def test_what_nobody_knows_to_have_taken_place_is_left_alone(fields):
    event = create_event(**fields)

    assert hold_what_is_over(at=END + timedelta(days=60)) == []
    event.refresh_from_db()
    assert event.status == fields.get("status", Status.ANNOUNCED)


def test_events_of_a_project_that_is_long_over_are_left_alone():
    project = create_project()
    create_semester(project, starts_on=date(2020, 1, 1), ends_on=date(2020, 6, 30))
    create_event(project, starts_on=date(2020, 5, 20), ends_on=date(2020, 5, 20))

    assert hold_what_is_over(at=END) == []


def test_one_that_fails_hinders_no_other(monkeypatch):
    bad, good = create_event(), create_event()
    hold = Event.hold

    def fail(event):
        if event.pk == bad.pk:
            raise RuntimeError
        hold(event)

    monkeypatch.setattr(Event, "hold", fail)

    assert hold_what_is_over(at=END) == [good]


def test_a_held_event_asks_its_organisers_for_what_is_missing(client, clock):
    kind = create_kind("study-visit", evidence_due=["agenda", "photos"])
    event = create_event(kind=kind, host=create_partner(), venue=create_venue())
    client.force_login(create_lead(event.project))
    assert after_holding(event) == []
    page = f"/en/organise/{event.slug}/event/"
    assert "What is still missing" not in client.get(page).content.decode()

    event.hold()
    clock.move_to(END + timedelta(days=1))
    client.force_login(create_lead(event.project))
    words = [one.words for one in after_holding(event)]
    html = client.get(page).content.decode()

    assert "How many people took part, as you report it" in words
    assert "Until when people give feedback" in words
    assert any(word.startswith("Documents that are expected: Agenda, Photos.") for word in words)
    assert "Who came" in html
    assert "What is still missing" not in client.get(event.get_absolute_url()).content.decode()

    record_attendance(create_registration(event))
    assert "Who came" not in client.get(page).content.decode()


# --- Told on pages -----------------------------------------------------------------------------------------------


def test_for_thirty_days_the_page_says_on_top_that_the_event_moved(client, clock):
    event = create_event(venue=create_venue(name="Kulturhaus"))
    event.move(starts_on=date(2027, 5, 19), reason="The hall is taken.")
    banner = "The plan has changed."

    page = client.get(event.get_absolute_url()).content.decode()
    assert banner in page
    assert page.index(banner) < page.index("The hall is taken.") < page.index("How the plan changed")

    clock.shift(timedelta(days=31))
    assert banner not in client.get(event.get_absolute_url()).content.decode()


def banner_of(event: Event) -> Version | None:
    return moved_from(event, versions(event, list(event.changes.all())))


def test_changes_that_cancel_each_other_out_are_not_said(clock):
    event = create_event()
    event.move(starts_on=date(2027, 5, 19), reason="The hall is taken.")
    clock.shift(timedelta(days=1))
    event.move(start_time=time(10), reason="By mistake")
    event.move(start_time=time(9), reason="By mistake, back")

    before = banner_of(event)

    assert before
    assert (before.plan.starts_on, before.reason) == (date(2027, 5, 20), "The hall is taken.")
    assert before.became == ["Moved to another date"]


def test_a_change_and_its_way_back_are_no_change(clock):
    event = create_event()
    event.move(starts_on=date(2027, 5, 19), reason="By mistake")
    event.move(starts_on=date(2027, 5, 20), reason="By mistake, back")

    assert banner_of(event) is None


def test_two_changes_are_said_as_one_from_the_first_plan_with_both_reasons(clock):
    event = create_event()
    event.move(starts_on=date(2027, 5, 19), reason="The hall is taken.")
    event.move(start_time=time(10), reason="The train is late.")

    before = banner_of(event)

    assert before
    assert (before.plan.starts_on, before.plan.start_time) == (date(2027, 5, 20), time(9))
    assert before.reason == "The hall is taken.\nThe train is late."


def test_what_was_undone_is_not_said(client, clock):
    event = create_event()
    event.move(starts_on=date(2027, 5, 19), reason="By mistake").undo()

    page = client.get(event.get_absolute_url()).content.decode()
    assert "The plan has changed." not in page
    assert "By mistake" not in page


def test_a_numbered_event_says_so_on_its_page_and_in_lists(client):
    kind = create_kind("working-group", name="Interregional working group meeting", is_numbered=True)
    event = create_event(kind=kind, number=13)
    words = "13th interregional working group meeting"

    for path in (event.get_absolute_url(), "/en/events/", event.project.get_absolute_url()):
        assert words in client.get(path).content.decode()


# --- Of two projects, of several partners ------------------------------------------------------------------------


def test_a_shared_event_is_in_the_lists_of_both_projects_once(client):
    ours, theirs = create_project(), create_project()
    event = create_event(ours, title="Shared by two", host=create_partner(ours))
    co_host = create_partner(theirs)
    event.other_projects.add(theirs, create_project())
    event.co_hosts.add(co_host, create_partner(ours))

    for path in (
        ours.get_absolute_url(),
        theirs.get_absolute_url(),
        f"/en/events/?project={ours.slug}",
        f"/en/events/?project={theirs.slug}",
        f"/en/events/?partner={co_host.slug}",
        f"/en/events/?partner={event.host.slug}",
    ):
        page = client.get(path).content.decode()
        assert page.count("Shared by two</a>") == 1, path
    for path in (f"/calendars/projects/{theirs.slug}.ics", f"/calendars/partners/{co_host.slug}.ics"):
        assert client.get(path).content.decode().count("BEGIN:VEVENT") == 1, path


def test_it_counts_once_in_the_report_of_each():
    from learning.reports.semester import semester_report

    ours, theirs, others = (create_project() for _ in range(3))
    event = create_event(ours)
    event.other_projects.add(theirs)
    event.hold()
    for project in (ours, theirs, others):
        create_semester(project)

    counted = [
        [row.event for row in semester_report(semester.project, semester, at=END + timedelta(days=1)).events]
        for semester in Semester.objects.order_by("project")
    ]

    assert counted == [[event], [event], []]


def test_a_number_stated_for_one_project_is_none_of_the_other():
    ours, theirs = create_project(), create_project()
    event = create_event(ours, date_precision="unknown", stated_semester=1, status=Status.HELD)
    event.other_projects.add(theirs)
    first, other = create_semester(ours), create_semester(theirs)

    assert list(Event.objects.in_semester(first)) == [event]
    assert list(Event.objects.in_semester(other)) == []
