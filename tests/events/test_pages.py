"""The public pages: who sees what, what they say in each state, and how many queries they take."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from events.models import ChoiceGroup, Event, PlanChange
from events.programme.days import programme
from events.versions import versions
from projects.models import Phase
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_organisation,
    create_outcome,
    create_partner,
    create_practice,
    create_project,
    create_registration,
    create_semester,
    create_session,
    create_site,
    create_user,
    create_venue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def read(client: Client, path: str, *, status: int = 200) -> str:
    """The words of a page as one line."""
    response = client.get(path)
    assert response.status_code == status
    return words_of(response)


def words_of(response: HttpResponse) -> str:
    html = re.sub(r"</(p|h[1-4]|li|dt|dd|th|td|span|strong)>", " ", response.content.decode())
    return " ".join(strip_tags(html).split())


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# --- Home --------------------------------------------------------------------------------------------------------


def test_home_shows_the_next_event_first_and_leaves_out_what_is_cancelled(client):
    create_event(title="Later", starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 1))
    create_event(title="Next", starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 1))
    create_event(title="Called off", starts_on=date(2027, 3, 5), ends_on=date(2027, 3, 5)).cancel(reason="Snow")

    page = client.get("/en/").context

    assert page["next_event"].title == "Next"
    assert [event.title for event in page["upcoming"]] == ["Called off", "Later"]


def test_home_without_events_says_how_to_hear_first(client):
    create_project(acronym="BETTER", summary="Five cities looked for good practices.")

    words = read(client, "/en/")

    assert "No event is planned yet. Follow the calendar to hear first." in words
    assert "Five cities looked for good practices." in words


def test_home_takes_the_same_queries_for_one_and_three_rows(client):
    create_event()
    with_one = queries(client, "/en/")
    create_event()
    create_event(status=Event.Status.POSTPONED, date_precision=Event.DatePrecision.UNKNOWN)

    assert queries(client, "/en/") == with_one <= 15


# --- The list ----------------------------------------------------------------------------------------------------


def test_list_counts_what_it_found_and_names_what_it_left_out(client):
    create_event(title="Round table")
    create_event(title="Conference")

    words = read(client, "/en/events/?q=round&kind=carnival")

    assert "1 event found" in words
    assert "Kind of event: “carnival”" in words
    assert "Conference" not in words


def test_list_without_a_match_offers_to_remove_each_filter(client):
    create_event(create_project(acronym="BETTER", slug="better"))

    html = client.get("/en/events/?project=better&q=nowhere").content.decode()

    assert "No events match." in html
    assert 'href="?q=nowhere&amp;"' in html
    assert 'href="?project=better&amp;"' in html


def test_list_has_pages_that_keep_the_filters(client):
    for _n in range(51):
        create_event(title="Meeting")

    response = client.get("/en/events/?q=meeting&page=2")

    assert len(response.context["page"].object_list) == 1
    assert 'href="?q=meeting&amp;page=1"' in response.content.decode()
    assert client.get("/en/events/?page=99999").context["page"].number == 2
    assert client.get("/en/events/?page=-1%00x").context["page"].number == 1


def test_past_events_of_one_project_are_grouped_by_semester(client):
    project = create_project(slug="better")
    create_semester(project, number=4, starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31), theme="Import")
    create_event(project, starts_on=date(2026, 9, 1), ends_on=date(2026, 9, 1), status=Event.Status.HELD)

    assert [g.title for g in client.get("/en/events/?when=past&project=better").context["groups"]] == [
        "Semester 4: Import"
    ]
    assert [g.title for g in client.get("/en/events/?when=past").context["groups"]] == ["2026"]


def test_list_takes_the_same_queries_for_one_and_three_rows(client):
    def one_more():
        project = create_project()
        create_semester(project)
        host = create_partner(project)
        create_event(project, host=host, venue=create_venue())
        create_event(project, status=Event.Status.POSTPONED, date_precision=Event.DatePrecision.UNKNOWN)

    one_more()
    with_one = queries(client, "/en/events/")
    one_more()
    one_more()

    assert queries(client, "/en/events/") == with_one <= 15


# --- Who sees an event -------------------------------------------------------------------------------------------


def test_drafts_are_there_for_their_organisers_only(client):
    project = create_project()
    event = create_event(project, status=Event.Status.DRAFT, title="Secret plan")
    address = event.get_absolute_url()

    assert client.get(address).status_code == 404
    assert "Secret plan" not in read(client, "/en/events/?when=all")
    assert "Secret plan" not in read(client, project.get_absolute_url())
    client.force_login(create_lead(create_project(), "Charlie"))
    assert client.get(address).status_code == 404
    client.force_login(create_lead(project))
    assert "This is a draft. Only its organisers see this page." in read(client, address)


def test_events_for_partners_are_there_for_people_with_a_role_in_the_project(client):
    project = create_project()
    event = create_event(project, visibility=Event.Visibility.PARTNERS, title="Steering group")
    address = event.get_absolute_url()

    assert client.get(address).status_code == 404
    assert "Steering group" not in read(client, "/en/")
    client.force_login(create_user("Charlie"))
    assert client.get(address).status_code == 404
    client.force_login(create_coordinator(create_partner(project)))
    assert "For partners only" in read(client, address)


# --- One event ---------------------------------------------------------------------------------------------------


def test_event_says_when_where_for_whom_and_by_whom(client):
    project = create_project()
    event = create_event(
        project,
        title="Round table",
        ends_on=date(2027, 5, 20),
        start_time=time(9, 30),
        host=create_partner(project, organisation=create_organisation(name="Provincie Limburg", city="Maastricht")),
        venue=create_venue(name="Gouvernement", city="Maastricht", access="Step-free from the river side."),
        audience="Chemical companies",
        bring="An identity card",
        spoken_languages="English and Dutch",
        reported_participants=45,
        reported_participants_note="over 45",
        sources=["https://www.example.org/news/", "A printed newsletter", "javascript:alert(1)"],
    )

    html = client.get(event.get_absolute_url()).content.decode()
    words = read(client, event.get_absolute_url())

    for expected in (
        "Thursday 20 May 2027, 09:30–16:00 (Maastricht time, UTC+2) Gouvernement, Maastricht, Netherlands",
        "For whom Chemical companies",
        "Host Provincie Limburg, Maastricht",
        "Languages English and Dutch",
        "Bring An identity card",
        "Participants, as reported 45 (over 45)",
        "Step-free from the river side.",
        "A printed newsletter",
        "The programme follows.",
    ):
        assert expected in words
    assert '<a href="https://www.example.org/news/" rel="noopener external">example.org/news</a>' in html
    assert 'href="javascript' not in html


def test_event_in_another_language_than_the_page_says_so(client):
    event = create_event(title="Convegno finale", summary="Un convegno.", language="it")

    html = client.get(event.get_absolute_url()).content.decode()

    assert '<h1><span lang="it" dir="auto">Convegno finale</span></h1>' in html
    assert "This text is available in Italian only." in html


def test_event_with_a_translation_is_read_in_the_language_of_the_page(client):
    event = create_event(title="Convegno finale", language="it", translations={"en": {"title": "Final conference"}})

    assert "<h1>Final conference</h1>" in client.get(event.get_absolute_url()).content.decode()


def test_programme_is_by_day_and_keeps_what_runs_at_the_same_time_together(client):
    event = create_event(venue=create_venue(city="Nantes", country="FR"))
    visits = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    quarry = create_site(name="Quarry", city="Angers", country="FR", needs_safety_shoes=True, forbids_photos=True)
    create_session(event, title="Opening", start_time=time(9), end_time=time(9, 30))
    for title in ("Farm", "Mill"):
        create_session(event, title=title, day=2, choice_group=visits, kind="site_visit")
    create_session(event, title="Quarry tour", day=2, choice_group=visits, kind="site_visit", site=quarry)
    create_session(event, title="Some time", day=None)

    days = programme(event, event.sessions.all(), language="en")
    words = read(client, event.get_absolute_url())

    assert [(day.name, [[item.title.text for item in slot.items] for slot in day.slots]) for day in days] == [
        ("Thursday 20 May 2027", [["Opening"]]),
        ("Friday 21 May 2027", [["Farm", "Mill", "Quarry tour"]]),
        ("", [["Some time"]]),
    ]
    assert "Thursday 20 May 2027 All times: Nantes time, UTC+2 09:00–09:30 Opening" in words
    assert "Choose 2 of 3" in words
    assert "Site visit · Quarry, Angers" in words
    assert "Wear safety shoes. No photos on this site." in words
    assert "In these towns: Nantes · Angers" in words
    assert "Day not known Some time" in words


def test_programme_says_when_the_clocks_change():
    event = create_event(starts_on=date(2027, 10, 30), ends_on=date(2027, 11, 1))
    for day in (1, 1, 2, 3):
        create_session(event, day=day, start_time=time(9))

    days = programme(event, list(event.sessions.all()), language="en")

    assert [day.clock for day in days] == ["Amsterdam time, UTC+2", "Amsterdam time, UTC+1", ""]


def test_every_plan_of_an_event_is_listed_newest_first(client):
    maastricht = create_venue(name="", city="Maastricht")
    event = create_event(
        venue=maastricht,
        status=Event.Status.SAVE_THE_DATE,
        starts_on=date(2027, 6, 17),
        ends_on=date(2027, 6, 18),
        start_time=None,
        end_time=None,
    )
    event.postpone(reason="The pandemic", at=datetime(2027, 3, 1, tzinfo=UTC))
    day = {"date_precision": "day", "starts_on": date(2027, 10, 22), "ends_on": date(2027, 10, 22)}
    event.announce(venue=create_venue(name="Brightlands", city="Geleen"), at=datetime(2027, 3, 2, tzinfo=UTC), **day)
    event.announce(mode="online", start_time=time(10), end_time=time(12), at=datetime(2027, 3, 3, tzinfo=UTC))

    found = versions(event, list(event.changes.all()))

    assert [(v.plan.status, v.plan.starts_on, v.plan.place, v.became, v.reason, v.changed_on) for v in found] == [
        ("announced", date(2027, 10, 22), "Brightlands, Geleen", [], "", None),
        ("announced", date(2027, 10, 22), "Brightlands, Geleen", ["Time set", "Moved online"], "", date(2027, 3, 3)),
        ("postponed", None, "Maastricht", ["Date set", "Moved to another place"], "", date(2027, 3, 2)),
        ("save_the_date", date(2027, 6, 17), "Maastricht", ["Postponed"], "The pandemic", date(2027, 3, 1)),
    ]
    assert [v.is_current for v in found] == [True, False, False, False]
    words = read(client, event.get_absolute_url())
    assert "The plan now" in words
    assert "17–18 June 2027 (time not known) Maastricht" in words
    assert "What became of it: Postponed (1 March 2027) The pandemic" in words


def test_a_plan_of_which_nothing_more_was_heard_is_listed_too():
    event = create_event(date_precision=Event.DatePrecision.UNKNOWN, start_time=None, end_time=None)
    after = {"status": "announced", "date_precision": "day", "starts_on": "2020-10-21", "ends_on": "2020-10-21"}
    PlanChange.objects.create(
        event=event, number=1, before={"status": "postponed", "date_precision": "unknown"}, after=after
    )

    found = versions(event, list(event.changes.all()))

    assert [(v.plan.starts_on, v.became) for v in found] == [
        (None, []),
        (date(2020, 10, 21), ["Not known"]),
        (None, ["Date set"]),
    ]


def test_an_event_that_was_held_as_planned_has_no_history(client):
    event = create_event(starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 1))
    event.hold()

    assert "How the plan changed" not in read(client, event.get_absolute_url())


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("cancel", "This event is cancelled. This page stays, so that old links still tell you. Nobody came"),
        ("postpone", "This event is postponed. The new date will be on this page and in the calendar. Nobody came"),
    ],
)
def test_a_cancelled_or_postponed_event_says_so_with_the_reason(client, act, words):
    event = create_event()
    getattr(event, act)(reason="Nobody came")

    assert words in read(client, event.get_absolute_url())


def test_nobody_knows_whether_an_undated_event_of_a_past_project_took_place(client):
    project = create_project()
    Phase.objects.create(project=project, position=1, name="Phase 1", ends_on=date(2021, 3, 31))
    event = create_event(project, date_precision=Event.DatePrecision.UNKNOWN)

    words = read(client, event.get_absolute_url())

    assert "We do not know whether this event took place." in words
    assert "No programme was found in the sources." in words


def test_event_of_which_only_the_month_is_known(client):
    event = create_event(date_precision=Event.DatePrecision.MONTH)

    assert "May 2027 (day not known)" in read(client, event.get_absolute_url())


def test_what_people_typed_is_never_markup(client):
    event = create_event(title="<script>alert(1)</script>", description="<img src=x>", audience='"><b>')
    create_session(event, title="<i>Opening</i>", note="<u>")

    html = client.get(event.get_absolute_url()).content.decode()

    for markup in ("<script>alert", "<img src=x>", '"><b>', "<i>Opening", "<u>"):
        assert markup not in html


def test_event_takes_the_same_few_queries_for_one_and_three_rows(client):
    project = create_project()
    event = create_event(project, venue=create_venue())

    def one_more():
        create_session(event, site=create_site())
        create_outcome(event)
        event.practices.add(create_practice(project, owner=create_partner(project)))
        event.change_plan(venue=create_venue())

    def first_reading() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(event.get_absolute_url()).status_code == 200
        return len(captured)

    one_more()
    with_one = first_reading()
    one_more()
    one_more()

    assert first_reading() == with_one <= 15
    # Kept until something changes: whether anything has, and the places that are left.
    assert first_reading() == 2


def something_else_is_shown(event):
    """Changes of everything that an event's page shows, each with a word that must then be on it."""
    project, session, group = event.project, event.sessions.get(), event.choice_groups.get()
    yield event, "title", "Another title"
    yield event.kind, "name", "Another kind"
    yield event.venue, "directions", "Another way"
    yield event.host.organisation, "name", "Another host"
    yield project, "acronym", "OTHERPROJECT"
    yield session, "title", "Another session"
    yield session.site, "instruction", "Another rule"
    yield event.practices.get(), "name", "Another practice"
    yield event.outcomes.get(), "text", "Another outcome"
    group.pick = 1
    yield group, "name", "Choose 1 of 1"


def test_a_change_of_anything_shown_is_on_the_page_at_once(client):
    project = create_project()
    event = create_event(project, host=create_partner(project), venue=create_venue())
    group = ChoiceGroup.objects.create(event=event, name="Visits")
    create_session(event, site=create_site(), choice_group=group)
    create_outcome(event)
    event.practices.add(create_practice(project))

    for shown, field, words in something_else_is_shown(event):
        assert words not in read(client, event.get_absolute_url())
        setattr(shown, field, words)
        shown.save()
        assert words in read(client, event.get_absolute_url())


def test_whoever_comes_with_nothing_gets_the_kept_page_and_others_one_of_their_own(client):
    event = create_event(places=2)
    address = event.get_absolute_url()
    tokens = set()
    for left in (2, 1):
        page = Client().get(address).content.decode()
        assert f"{left} of 2 places left." in page
        assert "blank" not in page
        tokens.add(re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1])
        create_registration(event, f"Person {left}")
    assert len(tokens) == 2
    assert "Full: all 2 places are taken." in read(Client(), address)

    client.cookies["appearance"] = "dark"
    assert 'data-appearance="dark"' in client.get(address).content.decode()
    client.force_login(create_user(is_superuser=True))
    assert "Sign out" in read(client, address)
    assert "Sign out" not in read(Client(), address)
    assert 'data-appearance="dark"' not in Client().get(address).content.decode()


def test_reading_the_kept_page_again_costs_two_queries(client):
    event = create_event(places=2)
    read(client, event.get_absolute_url())

    with CaptureQueriesContext(connection) as queries:
        read(Client(), event.get_absolute_url())

    # The version of everything visible, and how many places are left.
    assert len(queries) == 2


def test_only_whoever_did_not_sign_in_is_asked_to_where_partners_alone_may_register(client):
    event = create_event(admission=Event.Admission.PARTNERS)
    assert "Sign in to register" in read(client, event.get_absolute_url())

    client.force_login(create_user())
    page = read(client, event.get_absolute_url())
    assert "You have no role in it" in page
    assert "Sign in to register" not in page


def test_an_event_is_no_longer_public_as_soon_as_it_is_withdrawn(client):
    event = create_event()
    assert client.get(event.get_absolute_url()).status_code == 200

    event.visibility = Event.Visibility.PARTNERS
    event.save()

    assert client.get(event.get_absolute_url()).status_code == 404


def test_an_undated_event_is_settled_as_soon_as_its_project_is_over(client):
    project = create_project()
    phase = Phase.objects.create(project=project, position=1, name="Phase 1", ends_on=date(2027, 12, 31))
    semester = create_semester(project)
    event = create_event(project, date_precision=Event.DatePrecision.UNKNOWN)
    assert "We do not know whether" not in read(client, event.get_absolute_url())

    phase.ends_on = date(2026, 12, 31)
    phase.save()
    semester.delete()

    assert "We do not know whether" in read(client, event.get_absolute_url())


# --- One project -------------------------------------------------------------------------------------------------


def test_project_shows_partners_practices_and_events_by_semester(client):
    project = create_project(acronym="BETTER", summary="Five cities.", sources=["A leaflet"])
    genoa = create_partner(
        project, organisation=create_organisation(name="Genoa", city="Genoa", country="IT"), is_lead=True
    )
    create_practice(project, name="Open data portal", owner=genoa)
    create_semester(project, number=2, theme="Import", starts_on=date(2027, 1, 1), ends_on=date(2027, 6, 30))
    create_event(project, title="Study visit")

    words = read(client, project.get_absolute_url())

    for expected in (
        "Five cities.",
        "Genoa Lead partner Genoa, Italy",
        "1 event",
        "Semester 2: Import Study visit 20–21 May 2027",
        "Open data portal Genoa",
        "1 January – 30 June 2027",
        "A leaflet",
    ):
        assert expected in words


def test_project_takes_the_same_queries_for_one_and_three_rows(client):
    project = create_project()

    def one_more(number):
        create_semester(project, number=number)
        create_practice(project, owner=create_partner(project))
        create_event(project, venue=create_venue())

    one_more(1)
    with_one = queries(client, project.get_absolute_url())
    one_more(2)
    one_more(3)

    assert queries(client, project.get_absolute_url()) == with_one <= 15


# --- The frame ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["privacy", "accessibility", "help"])
def test_information_pages_are_open_to_everybody(client, page):
    assert client.get(f"/en/{page}/").status_code == 200


def test_navigation_shows_only_what_the_reader_can_use(client):
    anonymous = read(client, "/en/help/")
    client.force_login(create_user("Charlie"))
    without_role = read(client, "/en/help/")
    client.force_login(create_lead(create_project()))
    lead = read(client, "/en/help/")

    assert "Sign in" in anonymous and "Sign out" not in anonymous and "My events" not in anonymous
    assert "Sign out" in without_role and "Reports" not in without_role
    assert "Reports" in lead


def test_the_chosen_appearance_is_kept_and_junk_is_ignored(client):
    client.cookies["appearance"] = "dark"
    assert 'data-appearance="dark"' in client.get("/en/help/").content.decode()
    client.cookies["appearance"] = "<script>"
    assert 'data-appearance="system"' in client.get("/en/help/").content.decode()


def test_the_statement_of_co_funding_is_on_every_public_page(client):
    for path in ("/en/", "/en/events/", create_event().get_absolute_url(), create_project().get_absolute_url()):
        assert "Co-funded by the European Union" in read(client, path)


@pytest.mark.parametrize(
    "path", ["/en/events/nothing/", "/en/projects/nothing/", "/en/no-such-page/", "/en/events/" + "a" * 10_000 + "/"]
)
def test_what_is_not_there_is_a_page_that_helps(client, path):
    assert "We cannot find this page" in read(client, path, status=404)


@pytest.mark.parametrize(
    "query", ["page=x", "when=%FF%FE", "country=%00", "q=%00%27", "project[]=1", "kind=" + "x" * 9_000]
)
def test_junk_in_the_address_of_the_list_is_no_error(client, query):
    assert client.get(f"/en/events/?{query}").status_code == 200


@pytest.mark.parametrize("path", ["/en/", "/en/events/", "/en/help/"])
def test_pages_that_are_read_take_no_upload(path):
    response = Client(enforce_csrf_checks=True).post(path, {"file": "x" * 100})

    assert response.status_code == 403
    assert "We could not accept this form" in response.content.decode()


def test_a_mistake_of_ours_is_told_without_anything_that_may_be_broken(client, monkeypatch):
    def broken(request):
        raise RuntimeError

    monkeypatch.setattr("config.context.people_with_a_role", broken)
    client.force_login(create_lead(create_project()))
    client.raise_request_exception = False

    words = read(client, "/en/help/", status=500)

    assert "Something went wrong here" in words
    assert "contact@example.org" in words


def test_a_wrong_host_name_is_answered_with_a_page(client):
    response = client.get("/en/help/", headers={"host": "elsewhere.example.org"})

    assert response.status_code == 400
    assert "We did not understand this request" in response.content.decode()
