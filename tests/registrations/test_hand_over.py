"""Sending a colleague instead: whoever holds the link of a registration gives its seat to somebody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Mail
from events.models import Event
from registrations.handing_over import may_hand_over
from registrations.models import Consent, Registration
from tests.factories import create_delegation, create_event, create_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

State = Registration.State
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
EVA = {"name": "Eva", "email": "eva@example.org", "organisation_name": "City of Gävle", "country": "SE"}


@pytest.fixture
def event():
    return create_event(title="Round table", places=1)


@pytest.fixture
def alice(event):
    return create_registration(event, "Alice")


def address(registration: Registration) -> str:
    return reverse("registrations:hand_over", args=[registration.code])


def test_the_colleague_gets_the_seat_and_both_are_told(client, event, alice):
    create_registration(event, "Bob", state=State.WAITING)
    alice.answer_consent(Consent.Purpose.PHOTOS, True, wording="1", language="en")

    answer = client.post(address(alice), EVA, follow=True)

    assert "Your seat goes to your colleague. Both of you are told by mail." in answer.content.decode()
    people = event.registrations.order_by("pk").values_list("name", "state")
    assert list(people) == [("Alice", "cancelled"), ("Bob", "waiting"), ("Eva", "confirmed")]
    assert {mail.to for mail in Mail.objects.all()} == {"alice@example.org", "eva@example.org"}
    assert not Registration.objects.get(name="Eva").consents.exists()


def test_the_old_link_shows_what_happened(client, alice):
    client.post(address(alice), EVA)

    page = client.get(alice.get_absolute_url()).content.decode()

    assert "Handed over" in page
    assert "You gave your place to Eva." in page
    assert address(alice) not in page


def test_the_page_of_a_registration_leads_there_and_the_form_knows_the_organisation(client, alice):
    assert address(alice) in client.get(alice.get_absolute_url()).content.decode()

    form = client.get(address(alice)).context["form"]

    values = {name: form[name].value() for name in form.fields}
    assert values == {"name": None, "email": None, "organisation_name": "City of Gävle", "country": "SE"}


def test_opening_the_form_changes_nothing(client, alice):
    client.get(address(alice))
    client.head(address(alice))

    assert Registration.objects.get().is_confirmed


def test_sent_twice_it_is_done_once(client, event, alice):
    for _click in range(2):
        answer = client.post(address(alice), EVA)

    assert answer["Location"] == alice.get_absolute_url()
    assert event.registrations.count() == 2


def test_what_is_wrong_is_told_and_nothing_is_lost(client, alice):
    answer = client.post(address(alice), {"name": "Eva", "email": "eva"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error:" in page
    assert page.count("Enter the name of the organisation") == 2
    assert page.count("Select the country") >= 2
    assert 'value="eva"' in page
    assert Registration.objects.get().is_confirmed


def test_nobody_with_a_seat_takes_another_one(client, event, alice):
    Event.objects.update(places=2)
    create_registration(event, "Eva")

    answer = client.post(address(alice), EVA)

    assert answer.status_code == 422
    assert "This person cannot take your seat." in answer.content.decode()
    assert event.registrations.live().count() == 2


def test_a_seat_of_a_delegation_stays_with_it(client, event):
    delegation = create_delegation(event)
    ana = create_registration(event, "Ana", delegation=delegation)

    client.post(address(ana), EVA)

    assert Registration.objects.get(name="Eva").delegation == delegation


@pytest.mark.parametrize(
    ("state", "fields", "after", "may"),
    [
        (State.CONFIRMED, {}, timedelta(0), True),
        (State.WAITING, {}, timedelta(0), False),
        (State.CANCELLED, {}, timedelta(0), False),
        (State.CONFIRMED, {"changes_until": NOW}, timedelta(0), False),
        (State.CONFIRMED, {}, timedelta(days=80), False),
    ],
)
def test_who_may_send_a_colleague_and_until_when(client, state, fields, after, may):
    registration = create_registration(create_event(**fields), "Ana", state=state)

    assert may_hand_over(registration, at=NOW + after) is may


def test_whoever_may_not_is_led_to_their_registration(client, event):
    waiting = create_registration(event, "Ana", state=State.WAITING)

    answer = client.post(address(waiting), EVA)

    assert answer["Location"] == waiting.get_absolute_url()
    assert event.registrations.count() == 1


def test_many_colleagues_in_an_hour_are_too_many(client, event, monkeypatch):
    monkeypatch.setattr("registrations.limits.closed_until", lambda request, email: NOW + timedelta(minutes=20))
    alice = create_registration(event, "Alice")

    answer = client.post(address(alice), EVA)

    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert Registration.objects.get().is_confirmed


def test_an_unknown_link_tells_nothing(client):
    assert client.get("/en/registrations/unknownunknownunknown/hand-over/").status_code == 404


@pytest.mark.parametrize("email", ["alice@example.org", " Alice@Example.org"])
def test_nobody_hands_over_to_their_own_address(client, event, alice, email):
    answer = client.post(address(alice), {**EVA, "email": email})

    assert answer.status_code == 422
    assert "This is your own address." in answer.content.decode()
    assert answer.context["form"]["name"].value() == "Eva"
    assert [one.name for one in event.registrations.live()] == ["Alice"]
