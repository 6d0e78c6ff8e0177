"""The door as its host sees it: links, PINs, how the desk works, devices and the log."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from events.models import Event
from events.times import instant_in_words
from registrations.door.access import is_host_pin
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


def test_the_database_tells_no_secret_of_a_door(clock, host, event):
    host.post(f"{PAGE}links/", {"label": "Entrance"})
    link, door = DoorLink.objects.get(), Door.objects.get()
    clock.move_to(datetime(2027, 5, 20, 7, tzinfo=UTC))
    device = Client()
    device.post("/en/door/conference/", {"pin": link.pin, "name": "Mia"})

    stored = ""
    with connection.cursor() as cursor:
        for model in (Door, DoorLink, DoorHelper):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            stored += str(cursor.fetchall())
    assert "Entrance" in stored and "Mia" in stored
    for secret in (link.pin, link.key, door.host_pin, device.cookies["door-conference"].value):
        assert len(secret) >= 6 and secret not in stored
    with pytest.raises(FieldError):
        DoorLink.objects.filter(pin=link.pin)


def test_with_another_secret_key_links_open_nothing_and_the_page_says_so(clock, host, event, settings):
    host.post(f"{PAGE}links/", {"label": "Entrance"})
    link, door = DoorLink.objects.get(), Door.objects.get()
    user = User.objects.get(name="Bob")
    settings.SECRET_KEY = "another one, which is at least as long as a key should be: 0123456789"
    clock.move_to(datetime(2027, 5, 20, 7, tzinfo=UTC))

    for begins in ({"pin": link.pin}, {"key": link.key}):
        assert Client().post("/en/door/conference/", {**begins, "name": "Mia"}).status_code == 422
    assert not is_host_pin(Event.objects.get(), door.host_pin, "Mia", at=timezone.now())
    host.force_login(user)
    assert "it opens nothing any more" in host.get(PAGE).content.decode()
    host.post(f"{PAGE}links/", {"label": "Again"})
    assert is_host_pin(Event.objects.get(), Door.objects.get().host_pin, "Mia", at=timezone.now())


def test_others_do_not_find_it(client, event):
    link = DoorLink.objects.create(event=event, label="Entrance")
    client.force_login(create_coordinator(create_partner(), "Charlie"))
    for address in (PAGE, f"{PAGE}links/", f"{PAGE}links/{link.pk}/revoke/"):
        assert client.post(address, {"label": "Mine"}).status_code == 404
    client.force_login(create_user("Dora"))
    assert client.get(PAGE).status_code == 403
    assert DoorLink.objects.get().is_live
