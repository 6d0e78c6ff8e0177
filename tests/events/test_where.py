"""Places in words."""

import pytest

from events.models import Event
from events.versions import what_changed
from events.where import where_in_words
from tests.factories import create_event, create_venue

pytestmark = pytest.mark.django_db
Mode = Event.Mode


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (Mode.ON_SITE, "Geleen, Netherlands (to be confirmed)"),
        (Mode.HYBRID, "Geleen, Netherlands (to be confirmed), and online"),
        (Mode.ONLINE, "Online"),
    ],
)
def test_a_place_that_is_not_certain_says_so(mode, words):
    event = create_event(venue=create_venue(name="", city="Geleen"), place_to_be_confirmed=True, mode=mode)

    assert where_in_words(event) == words


def test_a_place_that_nobody_named_may_be_to_be_confirmed():
    assert where_in_words(create_event(venue=None, place_to_be_confirmed=True)) == "Place to be confirmed"
    assert where_in_words(create_event(venue=None)) == "Place not known"


def test_a_plan_says_that_its_place_was_not_certain(client):
    event = create_event(venue=create_venue(name="", city="Geleen"), place_to_be_confirmed=True)
    event.move(reason="The hall is ours.", place_to_be_confirmed=False)

    change = event.changes.get()
    assert where_in_words(change.plan_before) == "Geleen, Netherlands (to be confirmed)"
    assert where_in_words(change.plan_after) == "Geleen, Netherlands"
    assert what_changed(change.plan_before, change.plan_after) == ["Place confirmed"]
    assert what_changed(change.plan_after, change.plan_before) == ["The place is to be confirmed"]
    assert "Geleen, Netherlands (to be confirmed)" in client.get(event.get_absolute_url()).content.decode()

    change.undo()
    event.refresh_from_db()
    assert event.place_to_be_confirmed


def test_page_and_list_mark_a_place_that_is_not_certain(client):
    event = create_event(venue=create_venue(name="", city="Geleen"), place_to_be_confirmed=True)

    for address in (event.get_absolute_url(), "/en/events/?when=all"):
        assert "Geleen, Netherlands (to be confirmed)" in client.get(address).content.decode()
