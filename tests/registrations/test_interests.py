"""“Tell me when registration opens”: an address, two mails, and gone when the event is over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail
from events.models import Event, EventKind
from registrations import batches, interests
from registrations.interests import forget_interests, tell_that_registration_opens
from registrations.models import Interest
from registrations.plan_changes import tell_of_plan_changes
from tests.factories import create_event, create_kind, create_registration

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
Status = Event.Status


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def save_the_date(**fields) -> Event:
    fields.setdefault("kind", create_kind("final-conference", keeps_interest_list=True))
    return create_event(title="Final conference", **{"status": Status.SAVE_THE_DATE, **fields})


def address(event: Event) -> str:
    return reverse("registrations:interest", args=[event.slug])


def send(client, event: Event, email: str = "dora@example.org", **fields):
    opened = signing.dumps((timezone.now() - timedelta(minutes=1)).timestamp(), salt="registrations.opened")
    return client.post(address(event), {"email": email, "opened": opened, "homepage": "", **fields}, follow=True)


# --- Joining -----------------------------------------------------------------------------------------------------


def test_a_save_the_date_offers_the_list_and_its_mail_has_a_way_to_leave(client):
    event = save_the_date()
    assert address(event) in client.get(event.get_absolute_url()).content.decode()
    assert client.get(address(event)).status_code == 200

    page = send(client, event)

    assert page.redirect_chain[-1][0] == event.get_absolute_url()
    assert "A mail goes to dora@example.org now, and another one when registration opens." in page.content.decode()
    interest = Interest.objects.get()
    assert (interest.event, interest.email, interest.language) == (event, "dora@example.org", "en")
    mail = Mail.objects.get()
    assert mail.subject == "We tell you when registration opens: Final conference, 20–21 May 2027"
    assert reverse("registrations:leave_interest_list", args=[interest.code]) in mail.text
    assert reverse("registrations:leave_interest_list", args=[interest.code]) in mail.html


def test_the_form_of_registering_offers_the_list_before_it_opens(client):
    event = save_the_date()

    page = client.get(reverse("registrations:register", args=[event.slug])).content.decode()

    assert "Registration is not open" in page
    assert address(event) in page


def test_a_known_address_gets_the_same_answer_and_one_place_on_the_list(client, clock):
    event = save_the_date()
    first = send(client, event)
    clock.shift(timedelta(hours=1))
    second = send(client, event, "DORA@example.org")

    assert Interest.objects.count() == 1
    assert Mail.objects.count() == 2
    strip = lambda page: page.content.decode().split("<main")[1].split("</main")[0].replace("DORA", "dora")  # noqa: E731
    assert strip(first) == strip(second)


@pytest.mark.parametrize(
    ("fields", "is_offered"),
    [
        ({"status": Status.SAVE_THE_DATE, "kind__keeps": True}, True),
        ({"status": Status.SAVE_THE_DATE}, False),
        ({"status": Status.POSTPONED, "date_precision": "unknown", "kind__keeps": True}, True),
        ({"registration_opens_at": NOW + timedelta(days=1), "kind__keeps": True}, True),
        ({"registration_opens_at": NOW + timedelta(days=1)}, False),
        ({"registration_opens_at": None, "kind__keeps": True}, False),
        ({"kind__keeps": True}, False),
        ({"status": Status.CANCELLED, "cancelled_at": NOW, "kind__keeps": True}, False),
        ({"starts_on": date(2027, 2, 1), "ends_on": date(2027, 2, 1), "kind__keeps": True}, False),
    ],
)
def test_the_list_is_kept_where_registration_is_to_come(client, fields, is_offered):
    kind = create_kind("final-conference", keeps_interest_list=fields.pop("kind__keeps", False))
    event = create_event(kind=kind, **fields)

    page = client.get(event.get_absolute_url()).content.decode()
    assert (address(event) in page) == is_offered
    assert client.get(address(event)).status_code == (200 if is_offered else 302)
    send(client, event)
    assert Interest.objects.exists() == is_offered


@pytest.mark.parametrize("hidden", [{"visibility": "partners"}, {"status": Status.DRAFT}])
def test_what_the_public_does_not_see_has_no_list(client, hidden):
    event = save_the_date(**hidden)

    assert client.get(address(event)).status_code == 404
    assert client.post(address(event), {"email": "dora@example.org"}).status_code == 404


def test_programs_and_quick_fingers_are_asked_once_more_and_nothing_is_lost(client):
    event = save_the_date()
    for field, value in (("homepage", "https://example.org"), ("opened", "12345")):
        response = send(client, event, **{field: value})
        assert response.status_code == 422
        assert 'value="dora@example.org"' in response.content.decode()
    at_once = signing.dumps(timezone.now().timestamp(), salt="registrations.opened")
    assert send(client, event, opened=at_once).status_code == 422
    assert not Interest.objects.exists()


@pytest.mark.parametrize("email", ["", "dora", "a@b", "x" * 10_000, "\x00", "a@example.org\r\nBcc: b@example.org"])
def test_what_is_no_address_is_said_in_clear_words(client, email):
    response = send(client, save_the_date(), email)

    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert not Mail.objects.exists()


def test_one_mailbox_is_not_filled_with_mail(client):
    statuses = [send(client, save_the_date()).status_code for _number in range(11)]

    assert statuses == [200] * 10 + [429]
    assert Mail.objects.count() == 10


# --- Leaving -----------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_and_its_button_deletes_the_address(client):
    interests.join(save_the_date(), email="dora@example.org", language="en")
    link = reverse("registrations:leave_interest_list", args=[Interest.objects.get().code])

    assert client.get(link).status_code == client.head(link).status_code == 200
    assert Interest.objects.count() == 1
    page = client.post(link, follow=True).content.decode()
    assert "You have left the list, and your address is deleted." in page
    assert not Interest.objects.exists()
    again = client.post(link)
    assert again.status_code == 404
    assert "You are not on this list" in again.content.decode()


@pytest.mark.parametrize("code", ["x" * 27, "short", "x" * 3000, "%00" + "x" * 26, "..%5c", "%FF" * 10])
def test_an_unknown_link_gets_a_page_that_helps(client, code):
    response = client.get(f"/en/interest/{code}/")

    assert response.status_code == 404
    assert "You are not on this list" in response.content.decode()


# --- Telling -----------------------------------------------------------------------------------------------------


def test_everybody_on_the_list_is_told_once_when_registration_really_opens():
    event = save_the_date(registration_opens_at=NOW + timedelta(days=10))
    for name in ("dora", "emil", "alice"):
        interests.join(event, email=f"{name}@example.org", language="en")
    create_registration(event, "Alice")
    Mail.objects.all().delete()

    assert tell_that_registration_opens(at=NOW) == 0
    # The day has come, and the event is a save the date still.
    assert tell_that_registration_opens(at=NOW + timedelta(days=11)) == 0
    event.announce(at=NOW + timedelta(days=11), tells=False)
    assert tell_that_registration_opens(at=NOW + timedelta(days=11)) == 3
    assert tell_that_registration_opens(at=NOW + timedelta(days=12)) == 0

    mails = Mail.objects.order_by("to")
    assert [mail.to for mail in mails] == ["dora@example.org", "emil@example.org"]
    assert {mail.subject for mail in mails} == {"Registration opens: Final conference, 20–21 May 2027"}
    assert reverse("registrations:register", args=[event.slug]) in mails[0].text


def test_the_list_of_a_kind_that_keeps_none_any_more_is_told_and_takes_nobody(client):
    event = save_the_date(registration_opens_at=NOW)
    interests.join(event, email="dora@example.org", language="en")
    EventKind.objects.update(keeps_interest_list=False)
    Mail.objects.all().delete()

    send(client, event, "emil@example.org")
    event.announce(at=NOW, tells=False)
    tell_that_registration_opens(at=NOW)

    assert [mail.to for mail in Mail.objects.all()] == ["dora@example.org"]


def test_more_people_than_fit_into_one_transaction_are_all_told(monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(interests, "CHUNK", 2)
    monkeypatch.setattr(batches, "sleep", pauses.append)
    event = create_event(title="Final conference")
    for number in range(5):
        Interest.objects.create(event=event, email=f"p{number}@example.org")

    assert tell_that_registration_opens(at=NOW) == 5
    assert Mail.objects.count() == 5
    # Between two transactions others get the lock.
    assert pauses == [batches.PAUSE_SECONDS] * 3


@pytest.mark.parametrize("first", [tell_that_registration_opens, tell_of_plan_changes])
def test_moved_and_announced_at_once_is_one_mail_that_says_both(first):
    event = save_the_date(registration_opens_at=NOW - timedelta(days=1))
    Interest.objects.create(event=event, email="dora@example.org")
    event.move(reason="The room is taken.", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4), at=NOW)
    event.announce(at=NOW + timedelta(seconds=20))
    second = tell_of_plan_changes if first is tell_that_registration_opens else tell_that_registration_opens
    for seconds in (25, 79, 80, 140):
        first(at=NOW + timedelta(seconds=seconds))
        second(at=NOW + timedelta(seconds=seconds))
        assert Mail.objects.count() == (1 if seconds >= 80 else 0)

    mail = Mail.objects.get()
    assert mail.subject == "Registration opens: Final conference, 3–4 June 2027"
    for words in (
        "Registration is open now",
        "This event is moved.",
        "Reason: The room is taken.",
        "Friday 4 June 2027",
    ):
        assert words in mail.text
        assert words in mail.html
    assert "When before: Thursday 20 May 2027" in mail.text
    assert reverse("registrations:register", args=[event.slug]) in mail.text


def test_an_announcement_that_is_undone_in_time_opens_nothing_for_anybody():
    event = save_the_date(registration_opens_at=NOW - timedelta(days=1))
    Interest.objects.create(event=event, email="dora@example.org")
    change = event.announce(at=NOW)
    tell_that_registration_opens(at=NOW + timedelta(seconds=30))
    change.undo(at=NOW + timedelta(seconds=40))
    tell_that_registration_opens(at=NOW + timedelta(seconds=90))

    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("fields", "is_told", "words", "may_register"),
    [
        ({}, True, "Registration is open.", True),
        ({"places": 0}, True, "whoever registers now is put on the waiting list.", True),
        ({"registration_closes_at": NOW}, True, "and registration is closed.", False),
        ({"registration_opens_at": NOW + timedelta(days=5)}, True, "Registration opens later", False),
        ({"registration_opens_at": NOW + timedelta(days=5)}, False, "You hear from us when registration opens.", False),
    ],
)
def test_a_mail_about_a_move_says_how_registration_stands(fields, is_told, words, may_register):
    event = create_event(title="Final conference", **fields)
    told_at = NOW - timedelta(days=2) if is_told else None
    since = NOW - timedelta(days=9)
    Interest.objects.create(event=event, email="dora@example.org", since=since, told_at=told_at)
    event.move(reason="", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4), at=NOW)
    tell_of_plan_changes(at=NOW + timedelta(seconds=60))

    mail = Mail.objects.get()
    assert mail.subject.startswith("Moved")
    for body in (mail.text, mail.html):
        assert words in body
        assert (reverse("registrations:register", args=[event.slug]) in body) == may_register
        assert ("You hear from us when registration opens." in body) == (not is_told)


def test_whoever_waits_for_a_postponed_event_hears_of_its_new_date():
    event = save_the_date()
    Interest.objects.create(event=event, email="dora@example.org")
    event.postpone(reason="The speakers are ill.", at=NOW)
    tell_of_plan_changes(at=NOW + timedelta(seconds=60))

    assert "You are not registered. You hear from us when there is a new date." in Mail.objects.get().text


def test_whoever_is_told_late_that_it_opens_reads_of_the_waiting_list():
    Interest.objects.create(event=create_event(places=0), email="dora@example.org")
    tell_that_registration_opens(at=NOW)

    assert "Registration is open now" in Mail.objects.get().text
    assert "All places are taken: whoever registers now is put on the waiting list." in Mail.objects.get().text


@pytest.mark.parametrize("number", [1, 3])
def test_telling_costs_the_same_queries_for_each_person(number):
    event = create_event()
    for n in range(number):
        Interest.objects.create(event=event, email=f"p{n}@example.org")

    with CaptureQueriesContext(connection) as queries:
        tell_that_registration_opens(at=NOW)

    assert len(queries) - number <= 12


# --- Forgetting --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "is_kept"),
    [
        ({}, True),
        ({"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 1)}, True),
        ({"starts_on": date(2027, 2, 28), "ends_on": date(2027, 2, 28)}, False),
        ({"status": Status.HELD}, False),
        ({"status": Status.CANCELLED, "cancelled_at": NOW - timedelta(days=2)}, True),
        ({"status": Status.CANCELLED, "cancelled_at": NOW - timedelta(days=31)}, False),
        ({"status": Status.POSTPONED, "date_precision": "unknown"}, True),
    ],
)
def test_addresses_are_deleted_when_their_purpose_is_over(fields, is_kept):
    Interest.objects.create(event=save_the_date(**fields), email="dora@example.org")

    forget_interests(at=NOW)

    assert Interest.objects.exists() == is_kept


def test_the_button_of_a_mail_program_leaves_at_once_without_a_form_of_ours(client):
    from django.test import Client

    event = create_event(status="save_the_date")
    interests.join(event, email="dora@example.org", language="en")
    mail = Mail.objects.get()
    address = mail.unsubscribe_url.removeprefix("http://testserver")
    strict = Client(enforce_csrf_checks=True)
    one_click = {"List-Unsubscribe": "One-Click"}

    assert strict.get(address).status_code == 200
    assert Interest.objects.exists()
    for _press in range(2):
        answer = strict.post(address, one_click)
        assert (answer.status_code, answer.content.decode()) == (200, "You have left the list.")
    assert not Interest.objects.exists()
