"""What the page of an event says of its places: in order, each once, with what is not known, and nothing hidden."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event, Session
from events.places.getting_there import getting_there
from tests.factories import create_event, create_session, create_site, create_venue

pytestmark = pytest.mark.django_db

MAASTRICHT = {"latitude": 50.8483, "longitude": 5.6889}
GELEEN = {"latitude": 50.97, "longitude": 5.83}


def ways(event: Event) -> list:
    return getting_there(event, event.sessions.select_related("venue", "site"))


def shown(client, event: Event) -> str:
    """The page from “Getting there” on."""
    return client.get(event.get_absolute_url()).content.decode().partition('aria-labelledby="getting-there"')[2]


def test_places_come_in_the_order_of_the_programme_and_each_once():
    venue, site = create_venue(**MAASTRICHT), create_site(**GELEEN)
    event = create_event(venue=venue)
    create_session(event, site=site)
    create_session(event, venue=venue)
    create_session(event, site=site)

    assert [way.place for way in ways(event)] == [venue, site]


def test_an_online_event_has_no_way_and_an_unknown_place_is_left_out():
    venue = create_venue(**MAASTRICHT)

    assert ways(create_event(venue=venue, mode=Event.Mode.ONLINE)) == []
    assert ways(create_event(venue=create_venue())) == []


def test_places_side_by_side_share_a_map_and_maps_share_europe():
    first, beside, away = create_venue(**MAASTRICHT), create_site(latitude=50.85, longitude=5.70), create_site(**GELEEN)
    event = create_event(venue=first)
    create_session(event, site=beside)
    create_session(event, site=away)

    found = ways(event)

    assert [way.map is not None for way in found] == [True, False, True]
    assert [way.mapped_with for way in found] == [None, first, None]
    assert [way.shares_europe for way in found] == [False, True, True]


def test_the_page_shows_all_that_is_known(client):
    venue = create_venue(
        name="De Overkant",
        address="Veerkade 14",
        directions="Cross the bridge.",
        is_step_free=True,
        has_induction_loop=False,
        hotels="Hotel Wyck, 300 m",
        **MAASTRICHT,
    )
    site = create_site(
        name="Yard", needs_id=True, needs_safety_shoes=True, forbids_photos=True, instruction="Stay close."
    )
    event = create_event(venue=venue)
    create_session(event, site=site)

    page = shown(client, event)

    for words in (
        "De Overkant, Veerkade 14, Maastricht, Netherlands",
        "Cross the bridge.",
        "<dt>Step-free from the street</dt><dd>Yes</dd>",
        "<dt>Induction loop</dt><dd>No</dd>",
        '<dt>Accessible toilet</dt><dd><span class="muted">Not known</span></dd>',
        "Hotels nearby",
        "Hotel Wyck, 300 m",
        "Map: Maastricht",
        "In the south of the country. Within 40 km: Belgium, Germany.",
        "https://www.openstreetmap.org/?mlat=50.84830&amp;mlon=5.68890",
        "Rules of this site",
        "Bring an identity document.",
        "Wear safety shoes.",
        "No photos on this site.",
        "Stay close.",
        "Access (step-free way, induction loop, accessible toilet, parking): not known yet.",
    ):
        assert words in page, words
    assert page.index("De Overkant") < page.index("Rules of this site")
    assert page.count('id="map-land"') == 1
    assert " style=" not in page


def test_of_what_is_over_nobody_is_told_that_access_is_not_known(client, clock):
    event = create_event(venue=create_venue(address="Veerkade 14"), status=Event.Status.HELD)

    assert "not known yet" not in client.get(event.get_absolute_url()).content.decode()


def test_the_place_of_a_session_for_partners_is_not_on_the_public_page(client):
    event = create_event(venue=create_venue(**MAASTRICHT))
    site = create_site(name="A secret yard", **GELEEN)
    create_session(event, site=site, visibility=Session.Visibility.PARTNERS)

    assert "A secret yard" not in client.get(event.get_absolute_url()).content.decode()


def test_hostile_texts_are_escaped(client):
    hostile = "<script>alert(1)</script>"
    event = create_event(
        venue=create_venue(
            name=hostile,
            city=hostile,
            address=hostile,
            directions=hostile,
            hotels=hostile,
            access=hostile,
            **MAASTRICHT,
        )
    )

    assert hostile not in client.get(event.get_absolute_url()).content.decode()


def test_the_page_asks_as_often_for_three_places_as_for_one(client):
    def queries(sites: int) -> int:
        event = create_event(venue=create_venue(**MAASTRICHT))
        for n in range(sites):
            create_session(event, site=create_site(latitude=50.0 + n, longitude=5.0))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(event.get_absolute_url()).status_code == 200
        return len(captured)

    queries(1)
    assert queries(3) == queries(1)
