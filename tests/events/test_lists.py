"""The lists of events that are kept."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from tests.factories import create_event, create_user

pytestmark = pytest.mark.django_db


def shown(client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.parametrize(("path", "most"), [("/en/", 1), ("/en/events/", 2), ("/en/events/?mode=online", 2)])
@pytest.mark.parametrize("number", [1, 3])
def test_reading_a_list_again_asks_only_whether_anything_changed(client, path, most, number):
    for _ in range(number):
        create_event(mode=Event.Mode.ONLINE)
    client.get(path)

    with CaptureQueriesContext(connection) as queries:
        client.get(path)

    assert len(queries) <= most


@pytest.mark.parametrize("path", ["/en/", "/en/events/", "/en/events/?q=round"])
def test_what_changes_is_in_the_list_at_once(client, path):
    event = create_event(title="Round table")
    assert "Round table" in shown(client, path)

    event.title = "Round dance"
    event.save()
    assert "Round dance" in shown(client, path)

    event.delete()
    assert "Round dance" not in shown(client, path)


@pytest.mark.parametrize("path", ["/en/", "/en/events/"])
def test_what_one_reader_may_see_is_kept_for_nobody_else(client, path):
    create_event(title="Still a draft", status=Event.Status.DRAFT)
    administrator = create_user("admin", is_superuser=True)

    client.force_login(administrator)
    assert "Still a draft" in shown(client, path)

    client.logout()
    assert "Still a draft" not in shown(client, path)


def test_each_set_of_filters_is_kept_apart(client):
    create_event(title="Online seminar", mode=Event.Mode.ONLINE)
    create_event(title="Site visit", mode=Event.Mode.ON_SITE)

    for _ in range(2):
        assert "Online seminar" in shown(client, "/en/events/?mode=online")
        assert "Site visit" not in shown(client, "/en/events/?mode=online")
        assert "Site visit" in shown(client, "/en/events/")


@pytest.mark.parametrize("path", ["/en/", "/en/events/"])
def test_an_event_leaves_what_is_to_come_when_it_is_over(client, clock, path):
    create_event(title="Round table", starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 20))
    assert "Round table" in shown(client, path)

    clock.move_to(datetime(2027, 5, 22, tzinfo=UTC))

    assert "Round table" not in shown(client, path)
