"""Registering on the page: short, forgiving, telling nobody who is registered."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Mail
from projects.models import Organisation
from registrations.models import Consent, Registration
from tests import forms
from tests.factories import (
    create_event,
    create_kind,
    create_lead,
    create_organisation,
    create_partner,
    create_project,
    create_registration,
    create_user,
    create_venue,
)
from tests.forms import ALICE, opened_in

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def form_address(event) -> str:
    return reverse("registrations:register", args=[event.slug])


def fill_in(client, event, clock, query: str = "", **answers):
    return forms.fill_in(client, form_address(event) + query, clock, **answers)


def main_of(response) -> str:
    """What a person reads on a page; the token against forged requests differs each time."""
    return response.content.decode().split("<main")[1].split("</main>")[0].split('name="csrfmiddlewaretoken"')[0]


# --- The way through ---------------------------------------------------------------------------------------------


def test_four_answers_make_a_registration_a_mail_and_a_confirmation(client, clock):
    event = create_event(places=50)

    response = fill_in(client, event, clock)

    assert response.status_code == 302
    registration = event.registrations.get()
    assert (registration.name, registration.email, registration.organisation_name, registration.country.code) == (
        "Alice Ödegård",
        "alice@example.org",
        "City of Gävle",
        "SE",
    )
    assert (registration.state, registration.language, registration.mode) == (State.CONFIRMED, "en", "room")
    assert list(Mail.objects.values_list("to", flat=True)) == ["alice@example.org"]
    confirmation = client.get(response["Location"])
    assert "<h1>You are registered</h1>" in confirmation.content.decode()
    assert "Alice Ödegård" in confirmation.content.decode()


def test_the_confirmation_shows_no_link_to_manage(client, clock):
    """It travels by mail only: the screen may be a public one, and the address may be somebody else's."""
    event = create_event()
    response = fill_in(client, event, clock)

    assert event.registrations.get().code not in client.get(response["Location"]).content.decode()


def test_the_whole_flow_takes_three_requests_and_few_queries(client, clock):
    event = create_event(places=50, venue=create_venue())
    for person in ("Bob", "Charlie", "Dana"):
        create_registration(event, person)
    address = form_address(event)
    # What is the same for everybody is kept from the first reader, and how mails are worded from the first mail on.
    fill_in(Client(), event, clock, name="Emil", email="emil@example.org")

    with CaptureQueriesContext(connection) as opening:
        opened = opened_in(client.get(address))
    clock.shift(timedelta(seconds=3))
    with CaptureQueriesContext(connection) as sending:
        response = client.post(address, {**ALICE, "opened": opened})
    with CaptureQueriesContext(connection) as confirming:
        client.get(response["Location"])

    # Two of those that send begin and end the transaction.
    assert (len(opening), len(sending), len(confirming)) == (2, 12, 1)


def test_whoever_comes_to_a_full_event_costs_no_more_than_whoever_gets_a_seat(client, clock):
    event = create_event(places=1, venue=create_venue())
    for person in ("Bob", "Charlie"):
        fill_in(Client(), event, clock, name=person, email=f"{person}@example.org")
    opened = opened_in(client.get(form_address(event)))
    clock.shift(timedelta(seconds=3))

    with CaptureQueriesContext(connection) as sending:
        client.post(form_address(event), {**ALICE, "opened": opened})

    assert event.registrations.get(name=ALICE["name"]).is_waiting
    assert len(sending) == 12


def test_the_form_that_is_made_once_is_everybodys_own(clock):
    event = create_event(places=2)
    pages = {}
    for name in ("Alice", "Bob", "Charlie"):
        browser = Client(enforce_csrf_checks=True)
        page = pages[name] = browser.get(form_address(event)).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        assert page.count(token) == 2
        clock.shift(timedelta(seconds=3))
        answers = {**ALICE, "name": name, "email": f"{name}@example.org", "csrfmiddlewaretoken": token}
        opened = re.search(r'name="opened" value="([^"]+)"', page)[1]
        assert browser.post(form_address(event), {**answers, "opened": opened}).status_code == 302

    assert "2 of 2 places left." in pages["Alice"]
    assert "1 of 2 places left." in pages["Bob"]
    assert "Full: all 2 places are taken." in pages["Charlie"]
    assert [mine for mine in pages.values() if "blank" in mine] == []
    assert event.registrations.filter(state=State.CONFIRMED).count() == 2


def test_a_reader_who_may_see_more_does_not_get_the_form_that_was_kept(client, clock):
    event = create_event()
    client.get(form_address(event))
    client.cookies["appearance"] = "dark"
    assert 'data-appearance="dark"' in client.get(form_address(event)).content.decode()

    client.force_login(create_user(is_superuser=True))
    assert "Sign out" in client.get(form_address(event)).content.decode()
    assert "Sign out" not in Client().get(form_address(event)).content.decode()


def test_whoever_signed_in_gets_the_form_without_making_the_page_of_the_event_anew(client, clock):
    event = create_event()
    client.force_login(create_user())
    client.get(form_address(event))

    with CaptureQueriesContext(connection) as queries:
        client.get(form_address(event))

    assert len(queries) <= 7


def test_the_number_of_queries_does_not_grow_with_the_people_of_an_event(client, clock):
    counts = []
    for people in (1, 3):
        event = create_event(places=50)
        for number in range(people):
            create_registration(event, f"Person{number}", state=State.WAITING if number else State.CONFIRMED)
        with CaptureQueriesContext(connection) as queries:
            client.get(form_address(event))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_opening_pages_changes_nothing(client, clock):
    event = create_event()
    for name in ("register", "send_link", "registered"):
        address = reverse(f"registrations:{name}", args=[event.slug])
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            client.head(address)
        assert not [q["sql"] for q in queries if not q["sql"].lstrip("( ").startswith("SELECT")]


# --- Twice, and again --------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_makes_one_registration_one_mail_and_the_same_page(client, clock):
    event = create_event(places=1)
    opened = opened_in(client.get(form_address(event)))
    clock.shift(timedelta(seconds=3))

    # A double click: the second request leaves before the answer to the first is there.
    first, second = Client(), Client()
    responses = [browser.post(form_address(event), {**ALICE, "opened": opened}) for browser in (first, second)]

    assert [r.status_code for r in responses] == [302, 302]
    assert event.registrations.count() == 1
    assert Mail.objects.count() == 1
    pages = [browser.get(responses[0]["Location"]) for browser in (first, second)]
    assert main_of(pages[0]) == main_of(pages[1])
    assert "You are registered" in main_of(pages[1])


def test_registering_again_creates_nothing_shows_the_same_page_and_mails_the_link(clock):
    event = create_event(places=50)
    alice, stranger = Client(), Client()
    first = alice.get(fill_in(alice, event, clock)["Location"])
    clock.shift(timedelta(hours=2))

    again = stranger.get(fill_in(stranger, event, clock)["Location"])

    assert event.registrations.count() == 1
    assert main_of(first) == main_of(again)
    assert list(Mail.objects.order_by("pk").values_list("subject", flat=True)) == [
        f"Confirmed: {event.title}, 20–21 May 2027",
        f"Your link: {event.title}, 20–21 May 2027",
    ]


@pytest.mark.parametrize("state", [State.CONFIRMED, State.WAITING, State.OFFERED, State.CANCELLED, None])
def test_at_a_full_event_nobody_can_find_out_who_is_registered(clock, state):
    """Whatever Alice's registration is, whoever types her name and address sees the page of a newcomer."""
    event = create_event(places=1)
    create_registration(event, "Bob")
    create_registration(event, "Charlie", state=State.WAITING)
    if state:
        create_registration(event, "Alice Ödegård", email="alice@example.org", state=state)
    clock.shift(timedelta(hours=1))
    stranger, newcomer = Client(), Client()

    seen = stranger.get(fill_in(stranger, event, clock)["Location"])
    expected = newcomer.get(fill_in(newcomer, event, clock, name="Dana", email="dana@example.org")["Location"])

    def without_answers(page):
        return main_of(page).replace("Alice Ödegård", "Dana").replace("alice@example.org", "dana@example.org")

    assert without_answers(seen) == without_answers(expected)
    assert "You are on the waiting list" in main_of(seen)


def test_correcting_in_another_persons_name_changes_nothing_of_theirs(clock):
    event = create_event()
    alice, stranger = Client(), Client()
    fill_in(alice, event, clock)
    clock.shift(timedelta(hours=2))
    fill_in(stranger, event, clock)

    fill_in(stranger, event, clock, "?correct", email="stranger@example.org")

    assert sorted(event.registrations.values_list("email", "state")) == [
        ("alice@example.org", State.CONFIRMED),
        ("stranger@example.org", State.CONFIRMED),
    ]


def test_two_people_at_one_mailbox_get_a_registration_each(client, clock):
    event = create_event()
    fill_in(client, event, clock, email="office@example.org")
    fill_in(client, event, clock, name="Bob", email="office@example.org")

    assert sorted(event.registrations.values_list("name", flat=True)) == ["Alice Ödegård", "Bob"]


def test_after_cancelling_somebody_comes_back(client, clock):
    event = create_event(places=1)
    fill_in(client, event, clock)
    first = event.registrations.get()
    client.post(reverse("registrations:cancel", args=[first.code]), {"reason": ""})

    response = fill_in(client, event, clock)

    assert response.status_code == 302
    assert sorted(event.registrations.values_list("state", flat=True)) == [State.CANCELLED, State.CONFIRMED]


# --- Correcting --------------------------------------------------------------------------------------------------


def test_correct_opens_the_form_with_what_was_typed_and_stays_one_registration(client, clock):
    event = create_event()
    fill_in(client, event, clock, name_listed="on", photos="yes")

    form = client.get(form_address(event) + "?correct")
    assert form.context["form"]["organisation_name"].value() == "City of Gävle"
    assert form.context["form"]["name_listed"].value() is True
    fill_in(client, event, clock, "?correct", organisation_name="Region Gävleborg", photos="no")

    registration = event.registrations.get()
    assert registration.organisation_name == "Region Gävleborg"
    given = {consent.purpose: consent.is_given for consent in registration.consents.all()}
    assert given == {Consent.Purpose.NAME_LISTED: False, Consent.Purpose.PHOTOS: False}


def test_a_corrected_address_gets_the_mail_and_the_old_link_stops_working(client, clock):
    event = create_event()
    fill_in(client, event, clock, email="alice@gmial.com")
    stray = event.registrations.get().code

    fill_in(client, event, clock, "?correct", email="alice@gmail.com")

    assert list(Mail.objects.order_by("pk").values_list("to", flat=True)) == ["alice@gmial.com", "alice@gmail.com"]
    assert client.get(reverse("registrations:registration", args=[stray])).status_code == 404
    assert client.get(event.registrations.get().get_absolute_url()).status_code == 200


def test_after_half_an_hour_or_in_another_browser_the_form_is_empty_again(client, clock):
    event = create_event()
    response = fill_in(client, event, clock)
    assert client.get(response["Location"]).status_code == 200

    elsewhere = Client().get(response["Location"])
    clock.shift(timedelta(minutes=31))
    later = client.get(response["Location"])

    link_page = reverse("registrations:send_link", args=[event.slug])
    assert (elsewhere["Location"], later["Location"]) == (link_page, link_page)
    assert client.get(form_address(event) + "?correct").context["form"]["name"].value() is None


def test_what_is_remembered_in_a_browser_cannot_be_forged_or_used_for_another_event(client, clock):
    event, other = create_event(), create_event()
    fill_in(client, event, clock)
    cookie = client.cookies[f"registered-{event.pk}"].value
    for value in (cookie, signing.dumps({"typed": ALICE}, key="guess"), "nonsense"):
        client.cookies[f"registered-{other.pk}"] = value
        assert client.get(reverse("registrations:registered", args=[other.slug])).status_code == 302


def test_a_likely_slip_in_the_address_is_a_question_on_the_confirmation(client, clock):
    event = create_event()

    response = fill_in(client, event, clock, email="alice@gmial.com")

    assert response.status_code == 302
    page = client.get(response["Location"]).content.decode()
    assert "Did you mean <strong>alice@gmail.com</strong>?" in page


# --- Full, closed, hidden ----------------------------------------------------------------------------------------


def test_the_51st_for_50_places_waits_and_is_told_so(client, clock):
    event = create_event(places=50)
    for number in range(50):
        create_registration(event, f"Person{number}")

    form = client.get(form_address(event)).content.decode()
    response = fill_in(client, event, clock)

    assert "Full: all 50 places are taken. You can join the waiting list." in form
    assert '<button class="button">Join the waiting list</button>' in form
    assert event.registrations.get(name="Alice Ödegård").state == State.WAITING
    assert "You are on the waiting list" in client.get(response["Location"]).content.decode()
    assert Mail.objects.get().subject.startswith("On the waiting list: ")


def test_filled_up_while_typing_the_answers_are_kept_on_the_waiting_list(client, clock):
    event = create_event(places=1)
    opened = opened_in(client.get(form_address(event)))
    create_registration(event, "Bob")
    clock.shift(timedelta(seconds=30))

    response = client.post(form_address(event), {**ALICE, "opened": opened})

    assert event.registrations.get(name="Alice Ödegård").state == State.WAITING
    assert "All places are taken, so you are on the waiting list." in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"registration_closes_at": "2027-02-28T12:00Z"}, "Registration closed on"),
        ({"registration_opens_at": "2027-04-01T12:00Z"}, "Registration opens on"),
        ({"status": "cancelled", "cancelled_at": "2027-02-01T12:00Z"}, "This event is cancelled."),
        ({"status": "save_the_date"}, "Registration has not opened yet."),
        ({"status": "held"}, "This event is over."),
    ],
)
def test_a_closed_event_says_why_and_takes_nothing(client, clock, fields, words):
    event = create_event(**fields, contact_email="host@example.org")
    event.refresh_from_db()

    page = client.get(form_address(event))
    sent = client.post(form_address(event), {**ALICE, "opened": signing.dumps(0, salt="registrations.opened")})

    assert (page.status_code, sent.status_code) == (200, 409)
    assert words in page.content.decode()
    assert words in sent.content.decode()
    assert not Registration.objects.exists()


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"visibility": "partners"}])
def test_an_event_that_somebody_may_not_see_is_not_found_and_takes_no_registration(client, fields):
    event = create_event(**fields)
    for name in ("register", "registered", "send_link"):
        address = reverse(f"registrations:{name}", args=[event.slug])
        assert client.get(address).status_code == 404
        assert client.post(address, ALICE).status_code in (404, 405)
    client.force_login(create_lead(event.project))
    assert client.get(form_address(event)).status_code == 200


# --- What is typed -----------------------------------------------------------------------------------------------


def test_the_country_of_a_known_organisation_need_not_be_chosen(client, clock):
    create_organisation(name="Provincie Limburg", other_names=["Province of Limburg"], country="NL")
    event = create_event()

    response = fill_in(client, event, clock, organisation_name="province of LIMBURG", country="")

    assert response.status_code == 302
    registration = event.registrations.get()
    assert (registration.country.code, registration.organisation.name) == ("NL", "Provincie Limburg")
    assert registration.organisation_name == "province of LIMBURG"


def test_a_country_that_was_chosen_is_not_overruled_by_the_organisation(client, clock):
    create_organisation(name="Provincie Limburg", country="NL")
    event = create_event()
    fill_in(client, event, clock, organisation_name="Provincie Limburg", country="BE")

    assert event.registrations.get().country.code == "BE"


def test_a_name_that_fits_two_organisations_is_matched_to_neither(client, clock):
    for city in ("Maastricht", "Hasselt"):
        create_organisation(name="Provincie Limburg", city=city)
    event = create_event()
    fill_in(client, event, clock, organisation_name="Provincie Limburg")

    assert event.registrations.get().organisation is None


def test_the_form_offers_the_partners_names_old_and_new(client):
    event = create_event()
    create_partner(event.project, organisation=create_organisation(name="Brightlands", other_names=["Chemelot"]))
    create_partner(create_project(), organisation=create_organisation(name="Somebody else"))

    offered = client.get(form_address(event)).content.decode().split("<datalist")[1]
    assert re.findall(r'<option value="([^"]+)"', offered) == ["Brightlands", "Chemelot"]


def test_a_phone_number_is_asked_for_where_it_is_needed_and_kept_with_its_country(client, clock):
    visit = create_event(kind=create_kind("study-visit", asks_for_phone=True))
    talk = create_event(kind=create_kind("talk"))
    fill_in(client, visit, clock, phone="070-174 06 05")
    fill_in(client, talk, clock, phone="070-174 06 05")

    assert (visit.registrations.get().phone, talk.registrations.get().phone) == ("+46701740605", "")


@pytest.mark.parametrize(
    ("places", "in_room", "online", "said"),
    [
        (2, 1, 0, "1 of 2 places in the room left. 1 of 1 place online left."),
        (2, 1, 1, "1 of 2 places in the room left. 0 of 1 place online left."),
        (1, 1, 0, "You can take part online, or join the waiting list for the room."),
        (1, 1, 1, "Full, in the room and online. You can join the waiting list of either."),
    ],
)
def test_a_hybrid_event_promises_no_place_online_that_is_not_there(client, places, in_room, online, said):
    event = create_event(mode="hybrid", places=places, online_places=1)
    for number in range(in_room):
        create_registration(event, f"Room {number}", mode="room")
    for number in range(online):
        create_registration(event, f"Online {number}", mode="online")

    page = client.get(form_address(event)).content.decode()

    assert said in page
    assert "room for everybody" not in page
    # The title, the heading and the button.
    only_waits = places == in_room and online == 1
    assert page.count("Join the waiting list") == (3 if only_waits else 0)
    assert ("Join the waiting list" in client.get(event.get_absolute_url()).content.decode()) is only_waits


def test_at_a_hybrid_event_everybody_says_how_they_take_part(client, clock):
    event = create_event(mode="hybrid")

    assert fill_in(client, event, clock).status_code == 422
    fill_in(client, event, clock, mode="online")

    assert event.registrations.get().mode == "online"


def test_consent_is_kept_with_wording_language_and_time_and_silence_is_no_consent(client, clock):
    event = create_event()
    fill_in(client, event, clock, name_listed="on", photos="no")

    consents = event.registrations.get().consents
    assert list(consents.values_list("purpose", "is_given", "wording", "language")) == [
        ("name_listed", True, "1", "en"),
        ("photos", False, "1", "en"),
    ]
    assert {consent.given_at for consent in consents.all()} == {event.registrations.get().joined_at}


def test_nothing_is_ticked_for_anybody(client):
    page = client.get(form_address(create_event(mode="hybrid"))).content.decode()

    assert "checked" not in page.split("<main")[1]


def test_line_breaks_and_control_characters_never_get_into_a_name(client, clock):
    event = create_event()
    fill_in(
        client, event, clock, name="Alice\r\nBcc: all@example.org\x00\x1b[31m \u202eecila", organisation_name="A\tB"
    )

    registration = event.registrations.get()
    assert (registration.name, registration.organisation_name) == ("Alice Bcc: all@example.org[31m ecila", "A B")


@pytest.mark.parametrize(
    "name", ["王小明", "Ἀλέξανδρος Ὀδυσσεύς", "Nguyễn Thị Ánh", "O’Connor-Müller", "‏محمد علی", "X"]
)
def test_a_name_in_any_script_is_kept_as_its_owner_writes_it(client, clock, name):
    event = create_event()
    response = fill_in(client, event, clock, name=name)

    assert event.registrations.get().name == name.strip("\u200f")
    assert name.strip("\u200f") in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "x" * 10_240, "Enter your full name with at most 200 characters. You typed 10240."),
        ("name", "ﷺ" * 200, "Enter your full name with at most 200 characters. You typed 200."),
        ("name", "Win at https://example.org", "Full name: enter it without a web address."),
        ("organisation_name", "www.example.org", "Organisation: enter it without a web address."),
        ("organisation_name", "x" * 301, "Enter your organisation with at most 300 characters. You typed 301."),
        ("email", "alice@", "Enter your email address in the correct format, like name@example.eu"),
        ("email", "a lice@example.org", "Enter your email address in the correct format, like name@example.eu"),
        ("email", "alice@localhost", "Enter your email address in the correct format, like name@example.eu"),
        ("email", "alice@example.org\nbob@", "Enter your email address in the correct format, like name@example.eu"),
        ("email", "a" * 250 + "@example.org", "Enter an email address with at most 254 characters."),
        ("country", "XX", "Select your country from the list"),
        ("photos", "perhaps", "Select yes or no, or leave the question unanswered"),
    ],
)
def test_what_cannot_be_kept_gets_a_clear_message_and_stays_in_the_form(client, clock, field, value, message):
    event = create_event()

    response = fill_in(client, event, clock, **{field: value})

    assert response.status_code == 422
    form = response.context["form"]
    assert form.errors.get(field) == [message]
    assert form[field].value() == value
    assert form["name" if field != "name" else "email"].value() == ALICE["name" if field != "name" else "email"]
    assert not Registration.objects.exists()


# --- Programs ----------------------------------------------------------------------------------------------------


def test_a_form_sent_within_two_seconds_is_shown_again_with_the_answers_and_then_taken(client, clock):
    event = create_event()
    opened = opened_in(client.get(form_address(event)))
    clock.shift(timedelta(seconds=1))

    response = client.post(form_address(event), {**ALICE, "opened": opened})

    assert response.status_code == 422
    assert "That was very quick" in response.content.decode()
    assert response.context["form"]["name"].value() == "Alice Ödegård"
    clock.shift(timedelta(seconds=2))
    again = client.post(form_address(event), {**ALICE, "opened": response.context["form"]["opened"].value()})
    assert again.status_code == 302


def test_whoever_goes_back_and_sends_the_form_at_once_again_sees_that_they_are_registered(client, clock):
    event = create_event(places=1)
    done = fill_in(client, event, clock)
    seen = main_of(client.get(done["Location"]))

    opened = opened_in(client.get(form_address(event)))
    again = client.post(form_address(event), {**ALICE, "opened": opened})

    assert (again.status_code, again["Location"]) == (302, done["Location"])
    assert main_of(client.get(again["Location"])) == seen
    assert "You are registered" in seen
    assert Mail.objects.count() == 1


def test_going_back_tells_nobody_who_was_registered_before(clock):
    event = create_event()
    create_registration(event, "Alice Ödegård", email="alice@example.org")
    answers = []
    for who in (ALICE, {**ALICE, "name": "Dana", "email": "dana@example.org"}):
        browser = Client()
        fill_in(browser, event, clock, **who)
        opened = opened_in(browser.get(form_address(event)))
        answer = browser.post(form_address(event), {**who, "opened": opened})
        page = main_of(browser.get(answer["Location"])).replace(who["name"], "…").replace(who["email"], "…")
        answers.append((answer.status_code, answer["Location"], sorted(answer.headers), page))

    assert answers[0][:2] == answers[1][:2]
    assert answers[0][3] == answers[1][3]


def test_whoever_cancelled_and_comes_back_within_seconds_is_registered(client, clock):
    event = create_event()
    fill_in(client, event, clock)
    event.registrations.get().cancel(by=Registration.CancelledBy.PERSON)

    opened = opened_in(client.get(form_address(event)))
    client.post(form_address(event), {**ALICE, "opened": opened})

    assert event.registrations.live().count() == 1


@pytest.mark.parametrize("opened", ["", "12345", "x" * 5000])
def test_a_form_whose_age_cannot_be_told_is_taken_the_second_time(client, clock, opened):
    event = create_event()

    response = client.post(form_address(event), {**ALICE, "opened": opened})

    assert response.status_code == 422
    clock.shift(timedelta(seconds=3))
    again = client.post(form_address(event), {**ALICE, "opened": response.context["form"]["opened"].value()})
    assert again.status_code == 302


def test_a_field_that_nobody_sees_catches_programs_and_lets_people_through(client, clock):
    event = create_event()

    response = fill_in(client, event, clock, homepage="https://example.org")

    assert response.status_code == 422
    assert not Registration.objects.exists()
    assert response.context["form"]["homepage"].value() == ""


def test_one_mailbox_is_not_filled_with_mail_and_nothing_typed_is_lost(client, clock):
    event = create_event()
    for number in range(10):
        assert fill_in(client, event, clock, name=f"Alice {number}").status_code == 302

    response = fill_in(client, event, clock, name="Alice 11")

    assert response.status_code == 429
    assert response["Retry-After"] == "Mon, 01 Mar 2027 10:00:03 GMT"
    assert response.context["form"]["name"].value() == "Alice 11"
    assert "What you typed is kept on this page." in response.content.decode()
    assert event.registrations.count() == 10
    clock.shift(timedelta(hours=1))
    assert fill_in(client, event, clock, name="Alice 11").status_code == 302


def test_one_network_registers_so_many_people_an_hour_and_another_is_not_held_up(client, clock, settings):
    settings.REGISTRATIONS_PER_HOUR = 2
    event = create_event()
    for number in range(2):
        assert fill_in(client, event, clock, email=f"person{number}@example.org").status_code == 302

    assert fill_in(client, event, clock, email="charlie@example.org").status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert fill_in(elsewhere, event, clock, email="dana@example.org").status_code == 302


def test_a_post_without_its_token_is_refused(clock):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(form_address(create_event()), ALICE).status_code == 403
    assert not Registration.objects.exists()


def test_an_upload_where_none_belongs_is_ignored(client, clock):
    from django.core.files.uploadedfile import SimpleUploadedFile

    event = create_event()
    response = fill_in(client, event, clock, name=SimpleUploadedFile("name.txt", b"Alice"))

    assert response.status_code == 422
    assert response.context["form"].errors["name"] == ["Enter your full name"]


def test_organisations_are_never_made_by_registering(client, clock):
    fill_in(client, create_event(), clock, organisation_name="Brand New Body")

    assert not Organisation.objects.exists()


def test_what_a_browser_remembers_does_not_tell_who_had_been_registered(client, clock):
    """The cookie is signed, not secret: whoever reads it must find no difference."""
    event = create_event()
    create_registration(event, **ALICE)

    def remembered(**answers) -> dict:
        visitor = Client()
        fill_in(visitor, event, clock, **answers)
        return signing.loads(visitor.cookies[f"registered-{event.pk}"].value, salt="registrations.receipt")

    known, new = remembered(), remembered(email="dora@example.org")

    assert known.keys() == new.keys()
    assert {name: value for name, value in known.items() if name not in ("typed", "mark")} == {
        name: value for name, value in new.items() if name not in ("typed", "mark")
    }
    assert len(known["mark"]) == len(new["mark"])
    assert re.fullmatch("[0-9a-f]+", known["mark"] + new["mark"])


@pytest.mark.parametrize("name", ["\u200d\u200d", "\u3164", "\u115f", "\u2800", "\u034f", "\ufffe\uffff", "…"])
def test_a_name_that_nobody_can_see_is_asked_for_again(client, clock, name):
    event = create_event()

    response = fill_in(client, event, clock, name=name)

    assert response.status_code == 422
    assert response.context["form"].errors == {"name": ["Enter your full name"]}
