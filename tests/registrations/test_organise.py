"""The desk of an organiser: whose events are there, how many people they have, and who they are.

Alice leads the project, Bob coordinates the partner that hosts, Charlie coordinates another partner.
"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import suppression
from events.models import Event
from projects.models import Membership
from registrations.models import Offer, Registration
from registrations.people import Numbers, PeopleList, events_of, numbers_of, rows, with_status
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_user,
    record_attendance,
)
from tests.opening import answers_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ORGANISE = "/en/organise/"
State = Registration.State


@pytest.fixture
def project():
    return create_project(acronym="MEUSE")


@pytest.fixture
def host(project):
    return create_partner(project)


@pytest.fixture
def alice(project):
    return create_lead(project, "Alice")


@pytest.fixture
def bob(host):
    return create_coordinator(host, "Bob")


@pytest.fixture
def charlie(project):
    return create_coordinator(create_partner(project), "Charlie")


@pytest.fixture
def event(project, host):
    return create_event(project, host=host, slug="conference", title="The conference")


def pages_of(event: Event) -> list[str]:
    return [
        reverse("registrations:people", args=[event.slug]),
        reverse("registrations:attendance", args=[event.slug]),
        reverse("registrations:export", args=[event.slug, "csv"]),
        reverse("registrations:export", args=[event.slug, "xlsx"]),
    ]


# --- Who may come in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", range(4))
def test_lead_and_host_organise_an_event_and_another_partner_does_not_find_it(client, event, alice, bob, charlie, page):
    assert answers_to(client, pages_of(event)[page], alice, bob, charlie) == {"Alice": 200, "Bob": 200, "Charlie": 404}


@pytest.mark.parametrize("page", range(5))
def test_whoever_did_not_sign_in_is_asked_to_and_comes_back(client, event, page):
    address = [ORGANISE, *pages_of(event)][page]

    answer = client.get(address)

    assert (answer.status_code, answer["Location"]) == (302, f"/en/sign-in/?next={address}")


@pytest.mark.parametrize("page", range(5))
def test_whoever_has_no_role_reads_whom_to_ask(client, event, page):
    client.force_login(create_user("Dora"))

    answer = client.get([ORGANISE, *pages_of(event)][page])

    assert answer.status_code == 403
    assert "The lead partner of your project gives roles." in answer.content.decode()


def test_a_role_that_ended_opens_nothing(client, event, alice):
    Membership.objects.filter(user=alice).update(ends_on=date(2027, 2, 28))
    client.force_login(alice)

    assert client.get(ORGANISE).status_code == 403


def test_an_administrator_organises_everything(client, event):
    client.force_login(create_user("Root", is_superuser=True, is_staff=True))

    assert [client.get(page).status_code for page in [ORGANISE, *pages_of(event)]] == [200] * 5


@pytest.mark.parametrize("page", [0, 2, 3])
def test_reading_pages_refuse_other_verbs(client, event, alice, page):
    client.force_login(alice)

    assert client.post(pages_of(event)[page]).status_code == 405


def test_an_unknown_format_is_not_found(client, event, alice):
    client.force_login(alice)

    assert client.get(reverse("registrations:export", args=[event.slug, "ods"])).status_code == 404


# --- My events ---------------------------------------------------------------------------------------------------


def test_events_to_come_are_first_soonest_first_then_those_that_are_over_latest_first(project, host, alice, bob):
    def on(title: str, day: date | None, **fields) -> None:
        known = {"starts_on": day, "ends_on": day} if day else {"date_precision": "unknown"}
        create_event(project, title=title, **known, **fields)

    on("in June", date(2027, 6, 1))
    on("held in January", date(2027, 1, 10), status="held")
    on("not dated", None, status="draft")
    on("in April", date(2027, 4, 1), host=host)
    on("held in February", date(2027, 2, 10), status="held")
    create_event(create_project(), title="of another project")

    assert [event.title for event in events_of(alice)] == [
        "in April",
        "in June",
        "not dated",
        "held in February",
        "held in January",
    ]
    assert [event.title for event in events_of(bob)] == ["in April"]


def test_my_events_are_listed_with_their_numbers(client, event, alice):
    event.places = 50
    event.save()
    for n in range(4):
        create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org")
    record_attendance(event.registrations.first())
    create_registration(event, "Waits", state=State.WAITING)
    create_registration(event, "Offered", state=State.OFFERED)
    create_registration(event, "Left", state=State.CANCELLED)
    client.force_login(alice)

    page = client.get(ORGANISE).content.decode()

    cells = re.findall(r'<td[^>]* class="number">(.*?)</td>', page)
    assert cells == ["6", "4 of 50", "1", "1"]
    assert "The conference" in page


def test_an_organiser_without_events_reads_why(client, charlie, event):
    client.force_login(charlie)

    page = client.get(ORGANISE).content.decode()

    assert "No event is yours to organise yet." in page
    assert "The conference" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_my_events_take_the_same_queries_for_one_and_three(client, project, alice, count, django_assert_num_queries):
    for _ in range(count):
        event = create_event(project, host=create_partner(project))
        for n in range(count):
            record_attendance(create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org"))
    client.force_login(alice)

    # Session, user, roles; how many events, the events with their numbers; when each project ends; whether this user
    # leads one.
    with django_assert_num_queries(8):
        assert client.get(ORGANISE).status_code == 200


# --- The people of one event -------------------------------------------------------------------------------------


def names(event: Event, **query: str) -> list[str]:
    return [registration.name for registration in PeopleList.of(query).people(event)]


def test_people_are_in_the_order_of_their_names_without_case_and_accents(event):
    for name in ("Zoë", "Ágnes", "bob", "Łucja", "Alice"):
        create_registration(event, name, email="x@example.org")

    assert names(event) == ["Ágnes", "Alice", "bob", "Łucja", "Zoë"]
    assert names(event, sort="-name") == ["Zoë", "Łucja", "bob", "Alice", "Ágnes"]


def test_people_are_sorted_by_organisation_and_by_when_they_registered(event):
    at = datetime(2027, 2, 1, tzinfo=UTC)
    create_registration(event, "A", organisation_name="zeta", joined_at=at)
    create_registration(event, "B", organisation_name="Alpha", joined_at=at + timedelta(hours=2))
    create_registration(event, "C", organisation_name="beta", joined_at=at + timedelta(hours=1))

    assert names(event, sort="organisation") == ["B", "C", "A"]
    assert names(event, sort="registered") == ["A", "C", "B"]
    assert names(event, sort="-registered") == ["B", "C", "A"]


def test_search_finds_parts_of_name_organisation_and_email_without_case_and_accents(event):
    create_registration(event, "Ágnes Kovács", email="agnes@example.org", organisation_name="Straßenamt")
    create_registration(event, "Bob", email="bob@example.org", organisation_name="City of Łódź")

    assert names(event, q="KOVACS") == ["Ágnes Kovács"]
    assert names(event, q="lodz city") == ["Bob"]
    assert names(event, q="strassenamt agnes") == ["Ágnes Kovács"]
    assert names(event, q="agnes lodz") == []
    assert names(event, q="%") == []


def test_people_are_filtered_by_state_and_by_presence(event):
    here = create_registration(event, "Here")
    record_attendance(here)
    undone = create_registration(event, "Undone")
    record_attendance(undone, happened_at=datetime(2027, 5, 20, 8, tzinfo=UTC))
    record_attendance(undone, happened_at=datetime(2027, 5, 20, 9, tzinfo=UTC), is_present=False)
    create_registration(event, "Waits", state=State.WAITING)

    assert names(event, state="waiting") == ["Waits"]
    assert names(event, presence="attended") == ["Here"]
    assert names(event, presence="absent") == ["Undone"]
    assert names(event, state="waiting", presence="attended") == []


def test_what_the_list_does_not_know_is_left_out(event):
    create_registration(event, "Alice")

    assert PeopleList.of({"state": "nonsense", "presence": "x", "sort": "password", "q": "x" * 1_000}) == PeopleList(
        search="x" * 100
    )
    assert names(event, state="nonsense", sort="event__host") == ["Alice"]


def test_headings_turn_the_order_round_and_keep_the_filters(event):
    listing = PeopleList.of({"q": "a&b", "sort": "name"})

    assert (listing.columns["name"].direction, listing.columns["name"].address) == ("ascending", "?q=a%26b&sort=-name")
    assert (listing.columns["registered"].direction, listing.columns["registered"].address) == (
        "",
        "?q=a%26b&sort=registered",
    )
    assert PeopleList.of({"sort": "-name"}).columns["name"].address == "?"


def test_numbers_count_people_once_whatever_they_did(event):
    twice = create_registration(event, "Twice")
    record_attendance(twice)
    record_attendance(twice, day=date(2027, 5, 21))
    create_registration(event, "Never")
    create_registration(event, "Waits", state=State.WAITING)
    left = create_registration(event, "Left", state=State.CANCELLED)
    record_attendance(left)

    assert numbers_of(event) == Numbers(registered=3, confirmed=2, waiting=1, cancelled=1, attended=1)


def test_a_hybrid_event_has_its_people_in_the_room_and_online_apart(client, event, bob):
    Event.objects.filter(pk=event.pk).update(mode=Event.Mode.HYBRID, places=2, online_places=None)
    event.refresh_from_db()
    for name, mode in (("Ana", "room"), ("Bea", "room"), ("Cleo", "online"), ("Dora", "online"), ("Eva", "online")):
        create_registration(event, name, mode=mode)

    taken = numbers_of(event).taken_of(event)

    assert [(each.label, each.number, each.in_words, each.is_too_many) for each in taken] == [
        ("Confirmed for the room", "2 of 2", "2 people have a place in the room now.", False),
        ("Confirmed online", "3", "3 people have a place online now.", False),
    ]


def test_bars_are_drawn_to_one_scale():
    numbers = Numbers(registered=40, confirmed=30, waiting=10, cancelled=0, attended=0)

    assert [(bar.label, bar.number, bar.width) for bar in numbers.bars] == [
        ("Registered", 40, "85.0%"),
        ("Confirmed", 30, "63.8%"),
        ("Attended", 0, "0.0%"),
    ]
    assert numbers.finding == "30 of 40 registered people have a place"


def test_each_status_is_said_in_words(event):
    offered = create_registration(event, "Offered", state=State.OFFERED)
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    Offer.objects.create(registration=offered, made_at=at, expires_at=at + timedelta(days=2))
    create_registration(event, "Confirmed")
    create_registration(event, "Approval", state=State.FOR_APPROVAL)
    create_registration(event, "Second", state=State.WAITING, joined_at=at + timedelta(minutes=1))
    create_registration(event, "First", state=State.WAITING, joined_at=at)
    create_registration(event, "Left", state=State.CANCELLED)
    create_registration(event, "Removed", state=State.CANCELLED, cancelled_by="host")

    people = with_status(event.registrations.order_by("pk"))

    assert {row.registration.name: row.word for row in rows(event, people)} == {
        "Offered": "Place offered until 3 March 2027, 10:00 (Amsterdam time, UTC+1)",
        "Confirmed": "Confirmed",
        "Approval": "Waiting for approval",
        "Second": "On the waiting list, place 2",
        "First": "On the waiting list, place 1",
        "Left": "Cancelled by the person",
        "Removed": "Cancelled by the host",
    }
    later = rows(event, with_status(event.registrations.filter(name="Offered")), at=at + timedelta(days=2))
    assert [row.word for row in later] == ["Offer ended"]


def test_the_page_of_an_event_shows_its_people_and_no_key_to_their_registration(client, event, alice):
    registration = create_registration(event, "Ágnes", phone="+3225556677")
    create_registration(create_event(event.project), "Elsewhere")
    client.force_login(alice)

    answer = client.get(reverse("registrations:people", args=[event.slug]))

    page = answer.content.decode()
    assert "Ágnes" in page
    assert 'href="tel:+3225556677"' in page
    assert "1 person found" in page
    assert "Elsewhere" not in page
    assert registration.code not in page
    assert "no-store" in answer["Cache-Control"]


def test_the_list_has_pages_with_numbers_that_keep_the_filters(client, event, alice):
    for n in range(51):
        create_registration(event, f"Guest {n:02}", email=f"guest-{n}@example.org")
    client.force_login(alice)

    page = client.get(reverse("registrations:people", args=[event.slug]), {"state": "confirmed", "page": 2})

    text = page.content.decode()
    assert "Guest 50" in text
    assert "Guest 49" not in text
    assert 'href="?state=confirmed&amp;page=1"' in text


def test_an_event_without_people_offers_its_link(client, event, alice):
    client.force_login(alice)

    page = client.get(reverse("registrations:people", args=[event.slug])).content.decode()

    assert "Nobody yet. Share the link of the event:" in page
    assert "http://testserver/en/events/conference/" in page


def test_a_filter_that_nobody_matches_offers_all_people(client, event, alice):
    create_registration(event, "Alice")
    client.force_login(alice)

    page = client.get(reverse("registrations:people", args=[event.slug]), {"q": "zzz"}).content.decode()

    assert "Nobody matches what you filter by." in page
    assert "Share the link" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_people_take_the_same_queries_for_one_and_three(client, event, alice, count, django_assert_num_queries):
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    for n in range(count):
        record_attendance(create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org"))
        create_registration(event, f"Waits {n}", state=State.WAITING)
        offered = create_registration(event, f"Offered {n}", state=State.OFFERED)
        Offer.objects.create(registration=offered, made_at=at, expires_at=at + timedelta(days=2))
    client.force_login(alice)

    # Session, user, roles, event; how many are found, the people, their offers, days and places in the line; two for
    # the numbers; whether answers are sensitive; whose mails come back, who still comes.
    with django_assert_num_queries(13):
        assert client.get(reverse("registrations:people", args=[event.slug])).status_code == 200


# --- The file ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extension", "kind"),
    [("csv", "text/csv; charset=utf-8"), ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")],
)
def test_the_file_has_a_safe_name_and_is_not_kept_on_the_way(client, event, alice, extension, kind):
    create_registration(event, "Guest")
    client.force_login(alice)

    answer = client.get(reverse("registrations:export", args=[event.slug, extension]))

    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'attachment; filename="conference-people.{extension}"'
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content)[:3] == (b"PK\x03" if extension == "xlsx" else b"\xef\xbb\xbf")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_file_takes_the_same_queries_for_one_and_three(
    client, event, alice, count, extension, django_assert_num_queries
):
    for n in range(count):
        record_attendance(create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org"))
    client.force_login(alice)

    # Session, user, role, event; what was asked, who chose what; who attended when, and the people.
    with django_assert_num_queries(8):
        answer = client.get(reverse("registrations:export", args=[event.slug, extension]))
        assert len(b"".join(answer.streaming_content)) > 100


@pytest.mark.parametrize("page", ["", "attendance/"])
def test_a_search_with_a_control_character_is_a_search_without_it(client, page):
    event = create_event()
    client.force_login(create_lead(event.project))

    response = client.get(f"/en/organise/{event.slug}/{page}?q=a%00b")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_whose_mails_come_back_is_marked(client, event, alice):
    create_registration(event, "Dead", email="Dead@example.org")
    create_registration(event, "Well")
    suppression.suppress("dead@example.org", reason="550 no such mailbox")
    client.force_login(alice)

    page = client.get(f"{ORGANISE}{event.slug}/").content.decode()

    assert page.count("Mails come back") == 1
    assert "Dead@example.org</a><br><span" in page
