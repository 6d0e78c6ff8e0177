"""The link of a registration: whoever holds it sees and changes everything of it, and it is never used up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail
from registrations import places
from registrations.models import AttendanceRecord, Consent, Registration
from registrations.online.joining import join_address
from tests.factories import create_delegation, create_event, create_registration, create_venue, record_attendance

pytestmark = pytest.mark.django_db
State = Registration.State
ANSWERS = {"name": "Alice", "email": "alice@example.org", "organisation_name": "City of Gävle", "country": "SE"}
WITH_CODE = ["registration", "change", "cancel", "undo_cancelling", "accept_offer", "decline_offer", "calendar"]


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def address(name: str, registration: Registration | str) -> str:
    return reverse(f"registrations:{name}", args=[getattr(registration, "code", registration)])


def page_of(client, registration: Registration) -> str:
    return client.get(registration.get_absolute_url()).content.decode()


# --- The key -----------------------------------------------------------------------------------------------------


def test_the_code_cannot_be_guessed():
    codes = {create_registration(create_event()).code for _ in range(3)}

    assert len(codes) == 3
    # 20 random octets, in an alphabet of 64 letters.
    assert {len(code) for code in codes} == {27}


@pytest.mark.parametrize("name", WITH_CODE)
@pytest.mark.parametrize("code", ["x" * 27, "short", "x" * 300, "%00" + "x" * 26, "..%5c", "ünïcødé" * 4])
def test_an_unknown_link_gets_a_page_that_helps(client, name, code):
    create_registration()
    path = address(name, "CODE").replace("CODE", code)

    for response in (client.get(path), client.post(path)):
        if response.status_code != 405:
            assert response.status_code == 404
            page = response.content.decode()
            assert "This link does not work" in page
            assert "Send me my link again" in page
            assert "Alice" not in page


@pytest.mark.parametrize("name", WITH_CODE)
def test_opening_a_link_changes_nothing(client, name):
    event = create_event(places=1)
    registrations = [
        create_registration(event, "Alice"),
        create_registration(event, "Bob", state=State.OFFERED),
        create_registration(event, "Charlie", state=State.WAITING),
    ]
    registrations[1].offers.create(expires_at=event.starts_at)

    for registration in registrations:
        with CaptureQueriesContext(connection) as queries:
            client.get(address(name, registration))
            client.head(address(name, registration))
        assert not [q["sql"] for q in queries if not q["sql"].lstrip().startswith("SELECT")]


def test_cancelling_is_undone_by_a_button_not_by_a_link(client):
    alice = create_registration()

    assert client.get(address("undo_cancelling", alice)).status_code == 405


def test_pages_with_a_code_are_kept_by_no_cache_and_no_search_engine(client):
    response = client.get(create_registration().get_absolute_url())

    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert response["Referrer-Policy"] == "same-origin"


# --- What it shows -----------------------------------------------------------------------------------------------


def test_the_page_shows_status_answers_and_choices(client):
    alice = create_registration(create_event(venue=create_venue(name="MECC")))

    page = page_of(client, alice)

    assert "✓" not in page  # drawn by the style sheet, so that it is not read aloud
    assert '<span class="tag tag-ok">Confirmed</span>' in page
    for words in ("Your place is confirmed.", "City of Gävle", "Sweden", "alice@example.org", "MECC, Maastricht"):
        assert words in page
    assert page.count("No answer, which means no") == 3


def test_the_page_takes_few_queries_however_many_are_registered(client):
    event = create_event(places=50)
    alice = create_registration(event)
    # What the event asks is read once, and kept.
    client.get(alice.get_absolute_url())
    counts = []
    for people in (1, 3):
        for number in range(people):
            create_registration(event, f"Person{people}{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(alice.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 7


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": State.CONFIRMED}, "Confirmed"),
        ({"state": State.FOR_APPROVAL}, "Waiting for approval"),
        ({"state": State.WAITING}, "On the waiting list, place 1"),
        ({"state": State.OFFERED}, "Offer ended"),
        ({"state": State.CANCELLED, "cancelled_by": "person"}, "Cancelled by you"),
        ({"state": State.CANCELLED, "cancelled_by": "host"}, "Cancelled by the host"),
    ],
)
def test_each_state_has_its_words(client, fields, words):
    assert f">{words}</span>" in page_of(client, create_registration(create_event(), **fields))


def test_whoever_came_sees_that_they_attended_and_is_asked_for_feedback(client, clock):
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    record_attendance(alice, happened_at=event.starts_at)
    clock.move_to(event.ends_at + timedelta(hours=1))

    page = page_of(client, alice)

    assert ">Attended</span>" in page
    assert address("registration", alice) + "feedback/" in page
    assert ">Confirmed</span>" in page_of(client, bob)
    assert AttendanceRecord.objects.count() == 1


def test_how_to_join_online_is_told_to_those_with_a_place_only(client):
    event = create_event(mode="online", join_url="https://meet.example.org/secret")
    alice = create_registration(event, "Alice", mode="online")
    bob = create_registration(event, "Bob", mode="online", state=State.WAITING)

    assert join_address(alice) in page_of(client, alice)
    assert "/join/" not in page_of(client, bob)
    assert b"/join/" in client.get(address("calendar", alice)).content
    assert b"/join/" not in client.get(address("calendar", bob)).content


def test_the_calendar_file_has_the_uid_of_the_feeds_and_the_persons_link(client):
    alice = create_registration(create_event(venue=create_venue()))

    response = client.get(address("calendar", alice))

    text = response.content.decode().replace("\r\n ", "")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{alice.event.uid}@" in text
    assert f"http://testserver{alice.get_absolute_url()}" in text


def test_an_event_without_a_date_has_no_calendar_file(client):
    alice = create_registration(create_event(date_precision="unknown", status="postponed"))

    assert client.get(address("calendar", alice)).status_code == 404


# --- Changing ----------------------------------------------------------------------------------------------------


def test_answers_are_changed_and_shown(client):
    alice = create_registration()

    response = client.post(
        address("change", alice), {**ANSWERS, "organisation_name": "Region Gävleborg", "country": "NL"}, follow=True
    )

    alice.refresh_from_db()
    assert (alice.organisation_name, alice.country.code, alice.state) == ("Region Gävleborg", "NL", State.CONFIRMED)
    assert "Your answers are changed." in response.content.decode()
    assert not Mail.objects.exists()


def test_the_form_holds_what_is_there_and_asks_nothing_twice(client):
    alice = create_registration(create_event(mode="hybrid"), mode="online")

    form = client.get(address("change", alice)).context["form"]

    assert {name: form[name].value() for name in ("name", "email", "organisation_name", "country", "mode")} == {
        **ANSWERS,
        "mode": "online",
    }


def test_a_new_address_gets_the_link_and_the_old_one_is_told(client):
    alice = create_registration(person="Alice")

    client.post(address("change", alice), {**ANSWERS, "email": "ek@example.org"})

    assert list(Mail.objects.order_by("pk").values_list("to", "subject")) == [
        ("ek@example.org", f"Confirmed: {alice.event.title}, 20–21 May 2027"),
        ("alice@example.org", f"New address: your registration, {alice.event.title}, 20–21 May 2027"),
    ]
    assert client.get(alice.get_absolute_url()).status_code == 200


def test_changing_the_address_over_and_over_is_limited_and_keeps_what_was_typed(client, settings):
    settings.REGISTRATIONS_PER_HOUR = 1
    alice = create_registration()
    assert client.post(address("change", alice), {**ANSWERS, "email": "one@example.org"}).status_code == 302

    response = client.post(address("change", alice), {**ANSWERS, "email": "two@example.org"})

    assert response.status_code == 429
    assert response.context["form"]["email"].value() == "two@example.org"
    assert client.post(address("change", alice), {**ANSWERS, "email": "one@example.org"}).status_code == 302


def test_a_full_room_is_said_at_the_field_and_the_place_online_is_kept(client):
    event = create_event(places=1, mode="hybrid")
    create_registration(event, "Bob")
    alice = create_registration(event, "Alice", mode="online")

    response = client.post(address("change", alice), {**ANSWERS, "mode": "room"})

    assert response.status_code == 422
    assert response.context["form"].errors["mode"] == ["All places in the room are taken. You keep your place online."]
    alice.refresh_from_db()
    assert (alice.mode, alice.state) == ("online", State.CONFIRMED)


def test_after_the_event_answers_stay_as_they_were(client, clock):
    alice = create_registration()
    clock.move_to(alice.event.ends_at)

    assert client.get(address("change", alice)).status_code == 302
    client.post(address("change", alice), {**ANSWERS, "organisation_name": "B"})

    alice.refresh_from_db()
    assert alice.organisation_name == "City of Gävle"


# --- Consent -----------------------------------------------------------------------------------------------------


def test_a_consent_is_given_and_withdrawn_and_each_answer_is_kept(client, clock):
    alice = create_registration()
    for answer in ("yes", "yes", "no"):
        response = client.post(alice.get_absolute_url(), {"purpose": "photos", "is_given": answer})
        assert response.status_code == 302
        clock.shift(timedelta(minutes=1))

    # The same answer twice is one answer.
    assert list(alice.consents.values_list("purpose", "is_given", "wording", "language")) == [
        ("photos", True, "1", "en"),
        ("photos", False, "1", "en"),
    ]
    assert "No, since" in page_of(client, alice)


@pytest.mark.parametrize("sent", [{}, {"purpose": "all", "is_given": "yes"}, {"purpose": "photos", "is_given": "?"}])
def test_a_choice_that_is_none_is_refused_in_words(client, sent):
    alice = create_registration()

    response = client.post(alice.get_absolute_url(), sent)

    assert response.status_code == 422
    assert "This choice could not be kept." in response.content.decode()
    assert not Consent.objects.exists()


def test_the_consent_of_a_cancelled_registration_is_not_changed(client):
    alice = create_registration(state=State.CANCELLED)

    assert client.post(alice.get_absolute_url(), {"purpose": "photos", "is_given": "yes"}).status_code == 422
    assert not Consent.objects.exists()


# --- Cancelling and undoing --------------------------------------------------------------------------------------


def test_cancel_tells_what_happens_and_keeps_the_reason(client):
    alice = create_registration()

    page = client.get(address("cancel", alice)).content.decode()
    response = client.post(address("cancel", alice), {"reason": "Train strike"}, follow=True)

    assert "Your seat is held for ten more minutes" in page
    assert "<h1>Cancelled</h1>" in response.content.decode()
    assert "Undo: keep my seat" in response.content.decode()
    alice.refresh_from_db()
    assert (alice.state, alice.cancelled_by, alice.cancel_reason) == (State.CANCELLED, "person", "Train strike")


def test_a_delegate_reads_that_their_seat_goes_back_to_the_delegation_as_long_as_it_holds_seats(client, clock):
    delegation = create_delegation(create_event(), releases_at=datetime(2027, 4, 1, tzinfo=UTC))
    ana = create_registration(delegation.event, "Ana", delegation=delegation)

    clock.move_to(datetime(2027, 3, 1, tzinfo=UTC))
    held = client.get(address("cancel", ana)).content.decode()
    clock.move_to(datetime(2027, 4, 2, tzinfo=UTC))
    released = client.get(address("cancel", ana)).content.decode()

    assert "Then it goes back to your delegation." in held
    assert "waited longest" not in held
    assert "Then it goes to whoever has waited longest, or is free again." in released


def test_cancelling_twice_cancels_once(client):
    alice = create_registration()
    for _click in range(2):
        assert client.post(address("cancel", alice), {"reason": ""})["Location"] == alice.get_absolute_url()

    assert Mail.objects.filter(subject__startswith="Cancelled:").count() == 1


def test_undo_gives_the_seat_back_and_once_more_changes_nothing(client):
    alice = create_registration(create_event(places=1))
    client.post(address("cancel", alice), {"reason": ""})

    for _click in range(2):
        assert client.post(address("undo_cancelling", alice)).status_code == 302

    alice.refresh_from_db()
    assert (alice.state, alice.cancelled_at, alice.cancel_reason) == (State.CONFIRMED, None, "")
    assert "Your place is confirmed again." in page_of(client, alice)


def test_a_cancellation_can_be_undone_and_repeated_and_each_time_mail_says_so(client, clock):
    alice = create_registration(create_event())
    for _round in range(2):
        client.post(address("cancel", alice), {"reason": ""})
        clock.shift(timedelta(minutes=1))
        client.post(address("undo_cancelling", alice))
        clock.shift(timedelta(minutes=1))

    states = [subject.partition(":")[0] for subject in Mail.objects.order_by("pk").values_list("subject", flat=True)]
    assert states == ["Cancelled", "Confirmed"] * 2


def test_after_ten_minutes_undo_is_gone_and_says_why(client, clock):
    alice = create_registration(create_event())
    client.post(address("cancel", alice), {"reason": ""})
    clock.shift(timedelta(minutes=10))

    response = client.post(address("undo_cancelling", alice), follow=True)

    page = response.content.decode()
    assert "Your seat is held no longer" in page
    assert "Undo: keep my seat" not in page
    assert "Register again" in page


def test_once_the_event_has_begun_nobody_cancels_here(client, clock):
    alice = create_registration()
    clock.move_to(alice.event.starts_at)

    assert client.get(address("cancel", alice)).status_code == 302
    client.post(address("cancel", alice), {"reason": ""})

    alice.refresh_from_db()
    assert alice.state == State.CONFIRMED
    assert "Cancel my seat" not in page_of(client, alice)


def test_a_cancelled_event_is_said_on_the_page_of_each_registration(client):
    event = create_event()
    alice = create_registration(event)
    event.cancel(reason="Storm")

    page = page_of(client, alice)

    assert "This event is cancelled. You need not do anything." in page
    assert "Cancel my seat" not in page
    assert "Change my answers" not in page


def test_a_post_without_its_token_is_refused():
    alice = create_registration()
    browser = Client(enforce_csrf_checks=True)

    for name in ("change", "cancel", "undo_cancelling", "registration"):
        assert browser.post(address(name, alice), ANSWERS).status_code == 403
    alice.refresh_from_db()
    assert alice.state == State.CONFIRMED


# --- Send me my link again ---------------------------------------------------------------------------------------


def ask(client, event, email: str):
    return client.post(reverse("registrations:send_link", args=[event.slug]), {"email": email}, follow=True)


def test_the_link_is_mailed_to_each_registration_of_the_address_at_this_event(client):
    event = create_event()
    alice = create_registration(event, "Alice", email="Office@example.org")
    bob = create_registration(event, "Bob", email="office@example.org")
    create_registration(event, "Charlie", state=State.CANCELLED, email="office@example.org")
    create_registration(create_event(), "Alice", email="office@example.org")

    ask(client, event, "OFFICE@example.org")

    texts = list(Mail.objects.order_by("pk").values_list("text", flat=True))
    assert [code in text for text, code in zip(texts, (alice.code, bob.code), strict=True)] == [True, True]


def test_the_answer_never_tells_whether_an_address_is_registered(client):
    event = create_event()
    create_registration(event, "Alice")

    known = ask(client, event, "alice@example.org").content.decode()
    unknown = ask(client, event, "charlie@example.org").content.decode()

    assert "a mail with the link is on its way" in known
    assert (
        known.split("<main")[1].split("<form")[0].replace("alice", "charlie")
        == unknown.split("<main")[1].split("<form")[0]
    )


def test_asked_again_within_ten_minutes_the_link_is_mailed_once(client, clock):
    event = create_event()
    create_registration(event, "Alice")
    for _click in range(3):
        ask(client, event, "alice@example.org")
    assert Mail.objects.count() == 1

    clock.shift(timedelta(minutes=10))
    ask(client, event, "alice@example.org")
    assert Mail.objects.count() == 2


def test_asking_for_many_links_is_limited(client, settings):
    settings.REGISTRATIONS_PER_HOUR = 2
    event = create_event()
    for number in range(2):
        assert ask(client, event, f"person{number}@example.org").status_code == 200

    response = ask(client, event, "person3@example.org")

    assert response.status_code == 429
    assert response.context["form"]["email"].value() == "person3@example.org"


def test_the_address_that_was_just_registered_is_filled_in(client, clock):
    event = create_event()
    opened = signing.dumps((timezone.now() - timedelta(minutes=1)).timestamp(), salt="registrations.opened")
    client.post(reverse("registrations:register", args=[event.slug]), {**ANSWERS, "opened": opened})

    page = client.get(reverse("registrations:send_link", args=[event.slug]))

    assert page.context["form"]["email"].value() == "alice@example.org"
    assert places.taken(event) == 1


def test_an_old_link_says_that_somebody_came_back_and_never_shows_the_newer_one(client):
    event = create_event()
    old = create_registration(event, state=State.CANCELLED)
    new = create_registration(event)

    page = client.get(old.get_absolute_url()).content.decode()

    assert "You registered again after this was cancelled." in page
    assert "Register again" not in page
    assert new.code not in page
