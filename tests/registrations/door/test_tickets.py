"""The ticket of a registration, and what its code shows to a camera."""

from datetime import UTC, date, datetime

import pytest

from registrations.door.signing import new_code
from tests.factories import create_event, create_registration

pytestmark = pytest.mark.django_db


def test_a_ticket_is_shown_to_whoever_holds_the_link(client):
    registration = create_registration(name="Ágnes")

    page = client.get(f"/en/registrations/{registration.code}/ticket/").content.decode()

    assert "Ágnes" in page and "<svg" in page
    assert client.get("/en/registrations/wrong/ticket/").status_code == 404


def test_a_ticket_may_be_kept_on_a_device_until_a_day_after_the_event_and_no_browser_keeps_it_by_itself(client, clock):
    clock.move_to(datetime(2027, 5, 1, 12, tzinfo=UTC))
    event = create_event(starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 21))
    registration = create_registration(event)

    page = client.get(f"/en/registrations/{registration.code}/ticket/")

    assert page["X-Kept-Until"] == "2027-05-23T00:00:00+02:00"
    assert "no-store" in page["Cache-Control"]
    worker = client.get("/en/registrations/ticket-worker.js")
    assert (worker.status_code, worker["Content-Type"]) == (200, "text/javascript; charset=utf-8")


@pytest.mark.parametrize("file", ["ticket/", "ticket.pdf"])
@pytest.mark.parametrize(
    ("state", "heading"), [("waiting", "There is no ticket yet"), ("cancelled", "This registration is cancelled")]
)
def test_whoever_has_no_place_reads_why_there_is_no_ticket_and_is_led_to_their_registration(
    client, file, state, heading
):
    registration = create_registration(state=state)

    answer = client.get(f"/en/registrations/{registration.code}/{file}")

    assert answer.status_code == 404
    assert f"<h1>{heading}</h1>" in answer.content.decode()
    assert f'<a class="button" href="{registration.get_absolute_url()}">' in answer.content.decode()
    assert "QR code" not in answer.content.decode()


def test_a_ticket_is_replaced_by_a_press(client):
    registration = create_registration()
    before = registration.ticket_code

    assert client.get(f"/en/registrations/{registration.code}/ticket/replace/").status_code == 405
    client.post(f"/en/registrations/{registration.code}/ticket/replace/")

    registration.refresh_from_db()
    assert registration.ticket_code != before


def test_a_camera_shows_what_the_code_is_for_and_nothing_about_anybody(client, django_assert_num_queries):
    registration = create_registration(name="Ágnes")

    with django_assert_num_queries(0):
        page = client.get(f"/t/{registration.ticket_code}").content.decode()

    assert "Show this at the door" in page
    assert "Ágnes" not in page and registration.code not in page
    assert client.get(f"/t/{new_code()}").status_code == 200
    assert client.get("/t/forged").status_code == 404
