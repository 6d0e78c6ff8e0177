"""Private calendars: what each holder sees and nobody else; addresses are secret, shown once and can be stopped."""

import hashlib
import logging
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from events.models import Event
from projects.models import Membership
from registrations import places, private_feeds
from registrations.models import PrivateFeed, Registration
from registrations.online.joining import join_address
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_session,
    create_user,
)

pytestmark = pytest.mark.django_db
State = Registration.State
Kind = PrivateFeed.Kind
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
JOIN = "https://meet.example.org/secret"


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def make(**fields) -> str:
    """Make a private calendar and return its path."""
    address = private_feeds.make(PrivateFeed(**{"name": "Outlook at work", "kind": Kind.MY_REGISTRATIONS, **fields}))
    return address.removeprefix("http://testserver")


def calendar_at(path: str, client: Client | None = None) -> Calendar:
    response = (client or Client()).get(path)
    assert response.status_code == 200
    return Calendar.from_ical(response.content)


def titles(path: str) -> list[str]:
    return sorted(str(event["SUMMARY"]).partition(" (PROJECT")[0] for event in calendar_at(path).events)


# --- What each shows (and what nobody else sees) -----------------------------------------------------------------


@pytest.fixture
def world():
    """One project with every kind of event that somebody may not see, and another project."""
    project, other = create_project(), create_project()
    host, guest = create_partner(project), create_partner(project)
    create_event(project, title="Public", host=host, join_url=JOIN)
    create_event(project, title="Partners only", host=guest, visibility=Event.Visibility.PARTNERS, join_url=JOIN)
    create_event(project, title="Draft of host", host=host, status=Event.Status.DRAFT, join_url=JOIN)
    create_event(project, title="Draft of guest", host=guest, status=Event.Status.DRAFT, join_url=JOIN)
    create_event(other, title="Other partners only", visibility=Event.Visibility.PARTNERS, join_url=JOIN)
    create_event(other, title="Other draft", status=Event.Status.DRAFT, join_url=JOIN)
    create_event(other, title="Other public", join_url=JOIN)
    return project, host, guest


def test_the_calendar_of_a_partner_shows_what_its_coordinator_sees_without_drafts(world):
    _project, host, _guest = world

    assert titles(make(user=create_coordinator(host), kind=Kind.PARTNER, partner=host)) == ["Partners only", "Public"]


def test_an_organiser_sees_the_drafts_they_organise_marked_as_such(world):
    project, host, _guest = world

    assert titles(make(user=create_coordinator(host), kind=Kind.ORGANISED)) == ["DRAFT: Draft of host", "Public"]
    assert titles(make(user=create_lead(project), kind=Kind.ORGANISED)) == [
        "DRAFT: Draft of guest",
        "DRAFT: Draft of host",
        "Partners only",
        "Public",
    ]
    draft = next(
        e for e in calendar_at(make(user=create_lead(project), kind=Kind.ORGANISED)).events if "DRAFT" in e["SUMMARY"]
    )
    assert (draft["STATUS"], draft["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")


def test_public_calendars_show_nothing_of_what_is_not_public(world, client):
    project, host, _guest = world
    hidden = ("Partners only", "Draft", JOIN, "Restricted")
    event = project.events.get(title="Public")
    create_session(event, title="Restricted", visibility="partners", start_time="10:00")
    paths = [
        "/calendars/all.ics?sessions=1",
        f"/calendars/projects/{project.slug}.ics?sessions=1",
        f"/calendars/partners/{host.slug}.ics?sessions=1",
        *(f"/events/{event.slug}.ics" for event in Event.objects.all()),
    ]
    client.force_login(create_lead(project))

    for path in paths:
        for response in (Client().get(path), client.get(path)):
            assert not [words for words in hidden if words in response.content.decode().replace("\r\n ", "")], path


def test_the_way_to_join_is_in_no_calendar_of_somebody_without_a_seat(world):
    project, host, _guest = world
    lead, coordinator = create_lead(project), create_coordinator(host)
    create_registration(project.events.get(title="Public"), "Bob", state=State.WAITING)
    bob = Registration.objects.get().person

    for path in (
        make(user=lead, kind=Kind.ORGANISED),
        make(user=coordinator, kind=Kind.PARTNER, partner=host),
        make(person=bob),
    ):
        assert JOIN not in Client().get(path).content.decode().replace("\r\n ", "")


def test_restricted_sessions_are_for_those_with_a_role():
    project = create_project()
    partner = create_partner(project)
    event = create_event(project, title="Public", host=partner)
    create_session(event, title="Open", start_time="10:00")
    create_session(event, title="Restricted", visibility="partners", start_time="11:00")
    create_registration(event, "Alice")
    alice = Registration.objects.get().person

    with_role = make(user=create_coordinator(partner), kind=Kind.PARTNER, partner=partner, with_sessions=True)
    assert titles(with_role) == ["Open", "Public", "Restricted"]
    assert titles(make(person=alice, with_sessions=True)) == ["Open", "Public"]
    assert titles(make(person=alice)) == ["Public"]


def test_my_registrations_show_seats_as_busy_and_waiting_as_uncertain():
    project = create_project()
    seat = create_event(project, title="Seat", join_url=JOIN, mode="online")
    for event, state in (
        (seat, State.CONFIRMED),
        (create_event(project, title="Wait"), State.WAITING),
        (create_event(project, title="Gone"), State.CANCELLED),
    ):
        create_registration(event, "Alice", state=state)
    create_registration(create_event(project, title="Of Bob"), "Bob")
    create_registration(create_event(title="Of another project"), "Alice")
    path = make(person=seat.registrations.get().person)

    shown = {str(e["SUMMARY"]).partition(" (")[0]: e for e in calendar_at(path).events}
    assert sorted(shown) == ["Seat", "Wait"]
    assert (shown["Seat"]["STATUS"], shown["Seat"]["TRANSP"], shown["Seat"]["CONFERENCE"]) == (
        "CONFIRMED",
        "OPAQUE",
        join_address(seat.registrations.get()),
    )
    assert (shown["Wait"]["STATUS"], shown["Wait"]["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")
    assert shown["Wait"]["DESCRIPTION"].startswith("You are on the waiting list.")
    # The address of the calendar is not the key to the registrations in it.
    assert not [
        r for r in Registration.objects.all() if r.code in Client().get(path).content.decode().replace("\r\n ", "")
    ]


def test_a_user_finds_what_is_registered_under_their_address():
    alice = create_user("Alice", email="Alice@example.org")
    create_registration(create_event(title="Mine"), "Alice")
    create_registration(create_event(title="Of Bob"), "Bob")

    assert titles(make(user=alice)) == ["Mine"]


def test_a_cancelled_event_stays_marked_and_a_cancelled_seat_vanishes():
    event = create_event(title="Conference")
    alice = create_registration(event, "Alice")
    path = make(person=alice.person)
    event.cancel(reason="Too few speakers.", at=NOW)
    [shown] = calendar_at(path).events
    assert shown["STATUS"] == "CANCELLED"

    event.take_up_again(reason="Found.", at=NOW)
    places.cancel(alice, by=Registration.CancelledBy.PERSON, at=NOW)
    assert calendar_at(path).events == []


def test_deadlines_are_for_those_who_act_for_the_partner():
    project = create_project()
    partner = create_partner(project)
    event = create_event(project, title="Workshop", registration_closes_at=NOW + timedelta(days=7))
    user = create_coordinator(partner)
    path = make(user=user, kind=Kind.PARTNER, partner=partner)

    deadline = next(e for e in calendar_at(path).events if "closes" in e["SUMMARY"])
    assert deadline["SUMMARY"] == "Registration closes: Workshop"
    assert str(deadline["UID"]).startswith(f"registration-closes-{event.uid}@")
    assert (deadline["DTSTART"].dt, deadline["TRANSP"]) == (NOW + timedelta(days=7), "TRANSPARENT")
    Membership.objects.update(ends_on=date(2027, 2, 28))
    assert titles(path) == ["Workshop"]


# --- Access at each poll -----------------------------------------------------------------------------------------


def test_whoever_loses_a_role_goes_on_with_what_everybody_sees(world):
    _project, host, _guest = world
    path = make(user=create_coordinator(host), kind=Kind.PARTNER, partner=host)
    organised = make(user=PrivateFeed.objects.get().user, kind=Kind.ORGANISED)
    assert "Partners only" in titles(path)

    Membership.objects.update(ends_on=date(2027, 2, 28))

    assert titles(path) == ["Public"]
    assert titles(organised) == []


def test_a_stopped_calendar_and_that_of_a_closed_account_are_gone(client):
    user = create_user()
    stopped, closed = make(user=create_user()), make(user=user)
    assert client.get(stopped).status_code == client.get(closed).status_code == 200
    private_feeds.stop(PrivateFeed.objects.earliest("pk"))
    user.is_active = False
    user.save()

    assert client.get(stopped).status_code == client.head(stopped).status_code == 410
    assert client.get(closed).status_code == 410


@pytest.mark.parametrize(
    "token", ["x", "x" * 32, "%00" * 32, "%FF" * 32, "x" * 3000, "..%2F..%2Fall", "a%0D%0Ab", "ü" * 32]
)
def test_an_unknown_address_gets_a_few_words(client, token):
    response = client.get(f"/calendars/private/{token}.ics")

    assert response.status_code == 404
    assert len(response.content) < 100


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(client, method):
    response = getattr(client, method)(make(user=create_user()))

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


# --- How it is answered ------------------------------------------------------------------------------------------


def test_while_nothing_changes_the_bytes_are_the_same_and_need_not_be_sent(client, clock):
    alice = create_registration(create_event(title="Conference"))
    path = make(person=alice.person)
    first = client.get(path)
    clock.shift(timedelta(hours=5))
    second = client.get(path)

    assert first.content == second.content
    assert first["Cache-Control"].startswith("private")
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
    head = client.head(path)
    assert (head.content, head["ETag"]) == (b"", first["ETag"])
    assert not client.cookies


@pytest.mark.parametrize("number", [1, 3])
def test_a_poll_takes_the_same_queries_whatever_it_shows(client, number):
    project = create_project()
    partner = create_partner(project)
    for _n in range(number):
        create_registration(create_event(project, host=partner), "Alice")
    user = create_coordinator(partner)
    paths = {
        make(person=Registration.objects.first().person): 8,
        make(user=user, kind=Kind.PARTNER, partner=partner): 6,
        make(user=user, kind=Kind.ORGANISED): 4,
    }
    for path, most in paths.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) <= most, [query["sql"][:150] for query in queries]


def test_the_last_use_is_noted_once_a_day_without_what_the_program_says_of_itself(client, clock):
    path = make(user=create_user())
    agent = {"user-agent": "Mozilla/5.0 (X11) Thunderbird/153.0 of Alice"}
    client.get(path, headers=agent)
    feed = PrivateFeed.objects.get()
    assert (feed.last_used_on, feed.last_used_by) == (date(2027, 3, 1), "Thunderbird")

    with CaptureQueriesContext(connection) as queries:
        client.get(path, headers={"user-agent": "Google-Calendar-Importer"})
    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    clock.shift(timedelta(days=1))
    client.get(path, headers={"user-agent": "curl"})
    feed.refresh_from_db()
    assert (feed.last_used_on, feed.last_used_by) == (date(2027, 3, 2), "")


# --- The secret --------------------------------------------------------------------------------------------------


def test_only_a_hash_of_the_address_is_kept():
    path = make(user=create_user())
    token = path.removeprefix("/calendars/private/").removesuffix(".ics")

    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
    feed = PrivateFeed.objects.get()
    assert feed.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(PrivateFeed.objects.values().get())
    assert len("https://events.a-long-name-of-a-project.example.eu" + path) <= 256


def test_the_address_is_in_no_log_and_not_in_the_calendar(client, caplog, monkeypatch):
    path = make(user=create_user())
    token = path.removeprefix("/calendars/private/").removesuffix(".ics")
    caplog.set_level(logging.DEBUG)

    shown = client.get(path)
    client.post(path)
    private_feeds.stop(PrivateFeed.objects.get())
    client.get(path)
    PrivateFeed.objects.all().delete()
    client.get(path)
    monkeypatch.setattr(private_feeds, "find", lambda token: 1 / 0)
    broken = client.get(path)

    assert token not in caplog.text
    assert token not in shown.content.decode().replace("\r\n ", "")
    assert shown["Referrer-Policy"] == "no-referrer"
    assert broken.status_code == 500


# --- The pages ---------------------------------------------------------------------------------------------------

MINE = "/en/organise/calendars/"


def made_address(page: str) -> str:
    [path] = set(re.findall(r'value="http://testserver(/calendars/private/[^"]+\.ics)"', page))
    return path


def test_a_coordinator_makes_a_calendar_sees_its_address_once_and_stops_it(client):
    partner = create_partner()
    create_event(partner.project, title="Workshop", host=partner)
    user = create_coordinator(partner)
    client.force_login(user)
    assert client.get(MINE).status_code == 200

    page = client.post(MINE, {"shows": f"partner-{partner.pk}", "name": "Outlook at work"})
    path = made_address(page.content.decode())
    assert titles(path) == ["Workshop"]
    token = path.split("/")[-1].removesuffix(".ics")
    later = client.get(MINE).content.decode()
    assert token not in later
    assert "Outlook at work" in later
    assert not any(token in str(client.session.get(key)) for key in client.session.keys())  # noqa: SIM118
    feed = PrivateFeed.objects.get()
    assert (feed.user, feed.partner, feed.project) == (user, partner, partner.project)

    stopped = client.post(f"{MINE}{feed.pk}/stop/", follow=True).content.decode()
    assert "The calendar “Outlook at work” is stopped." in stopped
    assert Client().get(path).status_code == 410


def test_the_page_is_for_people_with_a_role(client):
    assert client.get(MINE).status_code == 302
    client.force_login(create_user("Charlie"))
    assert client.get(MINE).status_code == 403


def test_nobody_stops_the_calendar_of_somebody_else(client):
    make(user=create_lead(create_project(), "Bob"))
    feed = PrivateFeed.objects.get()
    client.force_login(create_lead(create_project(), "Charlie"))

    assert client.post(f"{MINE}{feed.pk}/stop/").status_code == 404
    assert client.get(f"{MINE}{feed.pk}/stop/").status_code == 405
    feed.refresh_from_db()
    assert feed.revoked_at is None


def test_nobody_makes_a_calendar_of_a_partner_that_is_not_theirs(client):
    theirs = create_partner()
    client.force_login(create_coordinator(create_partner()))

    response = client.post(MINE, {"shows": f"partner-{theirs.pk}", "name": "x"})
    assert response.status_code == 422
    assert not PrivateFeed.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Enter a name for this calendar"),
        ({"name": "x" * 101, "shows": "organised"}, "Enter a name with at most 100 characters. You typed 101."),
        ({"name": "\x00\r\n"}, "Enter a name for this calendar"),
        ({"name": "x", "shows": "everything"}, "Select what it shows"),
        ({"name": "TAKEN", "shows": "organised"}, "You have a calendar with this name."),
    ],
)
def test_wrong_choices_are_told_in_clear_words_and_kept(client, sent, words):
    user = create_lead(create_project())
    make(user=user, name="Taken")
    client.force_login(user)

    response = client.post(MINE, sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert words in page
    assert PrivateFeed.objects.count() == 1


def test_there_is_a_limit_to_the_calendars_of_one_holder(client, monkeypatch):
    monkeypatch.setattr("registrations.private_feed_forms.MOST_OF_ONE_HOLDER", 1)
    user = create_lead(create_project())
    make(user=user)
    client.force_login(user)

    page = client.post(MINE, {"shows": "organised", "name": "Another"})
    assert page.status_code == 422
    assert "You have 1 calendars. Stop one that you do not use" in page.content.decode()


def test_with_the_link_of_a_registration_one_has_a_calendar_of_all_of_them(client):
    project = create_project()
    alice = create_registration(create_event(project, title="First"))
    create_registration(create_event(project, title="Second"))
    address = reverse("registrations:calendars_of_registration", args=[alice.code])
    assert address in client.get(alice.get_absolute_url()).content.decode()

    path = made_address(client.post(address, {"name": "My phone"}).content.decode())
    assert titles(path) == ["First", "Second"]
    assert "My phone" in client.get(address).content.decode()
    client.post(f"{address}{PrivateFeed.objects.get().pk}/stop/")
    assert client.get(path).status_code == 410


def test_whoever_changed_the_address_of_a_registration_gets_no_calendar_of_that_address(client):
    """Mallory puts Alice's name and address into her own registration, and still has the link."""
    project = create_project()
    create_registration(create_event(project, title="Of Alice", join_url=JOIN), "Alice")
    mallory = create_registration(create_event(project, title="Of Mallory"), "Mallory")
    places.change(mallory, name="Alice", email="alice@example.org", organisation_name="A", country="SE", at=NOW)
    mallory.refresh_from_db()
    assert mallory.person == Registration.objects.get(event__title="Of Alice").person
    make(person=mallory.person)
    feed = PrivateFeed.objects.get()
    address = reverse("registrations:calendars_of_registration", args=[mallory.code])

    for response in (client.get(address), client.post(address, {"name": "x"})):
        assert "we cannot tell that it is yours" in response.content.decode()
    assert client.post(f"{address}{feed.pk}/stop/").status_code == 404
    assert PrivateFeed.objects.count() == 1


def test_what_was_stopped_a_year_ago_is_forgotten():
    make(user=create_user())
    private_feeds.stop(PrivateFeed.objects.get(), at=NOW)

    assert private_feeds.forget_stopped_feeds(at=NOW + timedelta(days=364)) == 0
    assert private_feeds.forget_stopped_feeds(at=NOW + timedelta(days=366)) == 1
