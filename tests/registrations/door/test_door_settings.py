"""The door as its host sees it: links, PINs, how the desk works, devices and the log."""

import re
import uuid

import pytest

from events.times import instant_in_words
from registrations.models import Door, DoorAct, DoorHelper, DoorLink
from tests.factories import (
    create_coordinator,
    create_event,
    create_partner,
    create_project,
    create_registration,
    create_user,
    record_attendance,
)

pytestmark = pytest.mark.django_db

PAGE = "/en/organise/conference/door/"


@pytest.fixture
def event():
    project = create_project()
    return create_event(project, host=create_partner(project), slug="conference")


@pytest.fixture
def host(client, event):
    """Bob, who coordinates the host, signed in."""
    client.force_login(create_coordinator(event.host, "Bob"))
    return client


def test_a_link_is_made_shown_and_revoked(host, event):
    host.post(f"{PAGE}links/", {"label": "Entrance"})
    link = DoorLink.objects.get()
    DoorHelper.objects.create(link=link, name="Mia", device="Desk 1")

    page = host.get(PAGE).content.decode()
    assert (link.label, link.made_by.name) == ("Entrance", "Bob")
    assert re.fullmatch(r"\d{6}", link.pin) and link.pin in page
    assert "Mia" in page and "<svg" in page

    host.post(f"{PAGE}links/{link.pk}/revoke/")
    link.refresh_from_db()
    assert not link.is_live and DoorHelper.objects.get().closed_at == link.revoked_at
    assert link.pin not in host.get(PAGE).content.decode()


def test_looking_stores_nothing_and_the_pin_of_the_host_is_there_once_something_is(host, event):
    page = host.get(PAGE).content.decode()
    assert "your own PIN is here" in page
    assert not Door.objects.exists()

    host.post(f"{PAGE}links/", {"label": "Entrance"})
    assert Door.objects.get(event=event).host_pin in host.get(PAGE).content.decode()


def test_a_link_needs_to_say_for_whom(host):
    answer = host.post(f"{PAGE}links/", {"label": ""})

    assert answer.status_code == 422
    assert "Say for whom the link is" in answer.content.decode()


def test_how_the_desk_works_is_stored(host, event):
    host.post(PAGE, {"needs_signature": "on"})

    door = Door.objects.get(event=event)
    assert (door.needs_signature, door.is_careful) == (True, False)
    assert host.get("/en/door/conference/list.json").json()["event"]["needs_signature"] is True


def test_the_log_shows_what_counts_and_what_does_not(host, event):
    registration = create_registration(event, "Alice")
    record_attendance(registration, helper="Mia")
    DoorAct.objects.create(
        event=event,
        act=uuid.uuid4(),
        what="in",
        how="scan",
        kept_because="forged",
        happened_at=registration.joined_at,
    )

    page = host.get(PAGE).content.decode()

    assert "Came, Signed list" in page and "Mia" in page
    assert f">{instant_in_words(registration.joined_at, event.zone, short=True)}<" in page
    assert "Does not count" in page and "The code is not one of ours" in page


def test_others_do_not_find_it(client, event):
    link = DoorLink.objects.create(event=event, label="Entrance")
    client.force_login(create_coordinator(create_partner(), "Charlie"))
    for address in (PAGE, f"{PAGE}links/", f"{PAGE}links/{link.pk}/revoke/"):
        assert client.post(address, {"label": "Mine"}).status_code == 404
    client.force_login(create_user("Dora"))
    assert client.get(PAGE).status_code == 403
    assert DoorLink.objects.get().is_live
