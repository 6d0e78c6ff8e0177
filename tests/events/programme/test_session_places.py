"""The place of a session: offered near first, found in a long list, added in between."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from events.programme.forms import MOST_TO_LOOK_THROUGH, Places
from tests.factories import create_event, create_session, create_site, create_venue
from venues.models import ACCESS_FIELDS, Room, Venue

from .editing import address, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


UNKNOWN_ACCESS = dict.fromkeys(ACCESS_FIELDS, "unknown")


def test_a_missing_place_is_added_and_what_was_typed_is_there_again(client, event, bob):
    form = address("add_session")

    answer = client.post(address("draft", "session-new"), typed(title="Workshop", keep="venues"))
    assert answer.url == f"{reverse('events:new_place', args=['venues'])}?{urlencode({'back': form})}"
    assert f'href="{form}?draft=1"' in client.get(answer.url).content.decode()
    answer = client.post(answer.url, {"name": "Old mill", **UNKNOWN_ACCESS})
    mill = Venue.objects.get(name="Old mill")
    assert answer.url == f"{form}?draft=1&place=venue%3A{mill.pk}"

    page = client.get(answer.url).content.decode()
    assert 'value="Workshop"' in page
    assert f'<option value="venue:{mill.pk}" selected>' in page


def test_one_comes_back_to_no_other_address(client, bob):
    for other in ("https://example.org/", "//example.org/", "/en/help/", "x"):
        address = f"{reverse('events:new_place', args=['venues'])}?{urlencode({'back': other})}"
        assert "?draft=1" not in client.get(address).content.decode()
        answer = client.post(address, {"name": f"Hall {other}", **UNKNOWN_ACCESS})
        assert answer.url.startswith("/en/organise/places/venues/")


def test_places_of_the_project_are_offered_before_others(event):
    near, far = create_venue(name="Near", city="Zwolle"), create_venue(name="Far", city="Aachen")
    create_session(create_event(event.project), venue=near)

    groups = dict(Places.of(event).choices(event, None)[1:])

    (label,) = [label for label, options in groups.items() if (f"venue:{near.pk}", str(near)) in options]
    assert label == "Places of this event and its project"
    labels = list(groups)
    assert labels.index(label) < labels.index("Other venues")
    assert (f"venue:{far.pk}", str(far)) in groups["Other venues"]


def options(page: str) -> list[str]:
    (select,) = re.findall(r'<select name="place".*?</select>', page, re.DOTALL)
    return [name.strip() for name in re.findall(r"<option[^>]*>([^<]*)", select)]


def test_places_in_the_town_of_the_event_come_before_others(event):
    here, far = create_venue(name="Here", city="Maastricht"), create_venue(name="Far", city="Aachen")
    site = create_site(name="Mine", city="Maastricht")

    groups = dict(Places.of(event).choices(event, None)[1:])

    assert groups["Places in Maastricht"] == [(f"venue:{here.pk}", str(here)), (f"site:{site.pk}", str(site))]
    assert groups["Other venues"] == [(f"venue:{far.pk}", str(far))]


def test_a_long_list_of_places_is_searched_and_what_was_typed_stays(client, event, bob):
    page = address("add_session")
    assert 'name="find"' not in client.get(page).content.decode()
    for number in range(MOST_TO_LOOK_THROUGH):
        create_venue(name=f"Hall {number}", city="Liège")
    mill = create_venue(name="Old mill", city="Liège")
    room = Room.objects.create(venue=mill, name="Room Élan")
    asked = typed(title="Workshop", found="", **{"speakers-0-name": "Ana"})

    answer = client.post(page, {**asked, "find": "MILL liege"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert options(text) == ["The place of the event", str(mill), f"{mill}: {room.name}"]
    assert 'value="Workshop"' in text and 'value="Ana"' in text
    assert not event.sessions.exists()
    assert options(client.post(page, {**asked, "find": "elan"}).content.decode())[1:] == [f"{mill}: {room.name}"]

    # What is found is chosen, and saved.
    chosen = {**asked, "find": "mill", "found": "mill", "place": f"room:{room.pk}"}
    assert client.post(page, chosen).status_code == 302
    assert event.sessions.get().room == room


def test_a_place_that_was_chosen_stays_offered_and_no_match_offers_all(client, event, bob):
    halls = [create_venue(name=f"Hall {number}") for number in range(MOST_TO_LOOK_THROUGH + 1)]
    create_venue(name="Old mill")
    session = create_session(event, venue=halls[3])
    page = address("edit_session", session.pk)
    asked = typed(place=f"venue:{halls[5].pk}", found="")

    text = client.post(page, {**asked, "find": "mill"}).content.decode()
    assert len(options(text)) == 4
    assert f'<option value="venue:{halls[5].pk}" selected>' in text

    text = client.post(page, {**asked, "find": "no such place"}).content.decode()
    assert "No place has “no such place”. The list shows all." in text
    assert len(options(text)) == 1 + len(halls) + 1

    # Pressing the button without any words shows the list again, and saves nothing.
    assert client.post(page, {**asked, "find": "", "search": "1"}).status_code == 200
    session.refresh_from_db()
    assert session.venue == halls[3]
