"""How to get to the places of an event: what is written down of each, our own maps, and a map elsewhere on the web."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from venues.maps import Map, map_of
from venues.models import Site, Venue
from venues.outlines import KM_PER_DEGREE

from ..models import Event, Session

# Places that are nearer than this share a map: on it, they are one spot.
ONE_SPOT_KM = 8


@dataclass(frozen=True, slots=True)
class Way:
    """One place with what is known of it.

    `map_address` is empty while its coordinates are not known. `map` is None then too, and where an earlier place of
    the event has the map already: that one is `mapped_with`. `shares_europe` is true for all maps of a page but the
    first, whose outlines of Europe they show once more.
    """

    place: Venue | Site
    map_address: str
    map: Map | None = None
    mapped_with: Venue | Site | None = None
    shares_europe: bool = False
    # Whether it is said, of what people may need, that nobody wrote it down. Of what is over, nobody asks.
    says_unknown_access: bool = False


def getting_there(event: Event, sessions: Iterable[Session]) -> list[Way]:
    """Return the places of an event in the order of its programme, each once, of which anything can be told."""
    if event.mode == Event.Mode.ONLINE:
        return []
    places = dict.fromkeys(place for place in (event.venue, *(session.place for session in sessions)) if place)
    return list(_ways([place for place in places if _has_something(place)], is_over=event.is_over()))


def map_address(place: Venue | Site) -> str:
    """Return the address of a place on OpenStreetMap; empty while its coordinates are not known."""
    if place.latitude is None or place.longitude is None:
        return ""
    # A town is shown from further away than a house.
    zoom = 12 if place.is_only_a_town or place.coordinates_note else 17
    at = f"{place.latitude:.5f}/{place.longitude:.5f}"
    return f"https://www.openstreetmap.org/?mlat={place.latitude:.5f}&mlon={place.longitude:.5f}#map={zoom}/{at}"


def place_map(place: Venue | Site) -> Map | None:
    """Return the map of a place in the current language; None where a picture was uploaded instead, or none can be."""
    if place.picture:
        return None
    return map_of(
        latitude=place.latitude, longitude=place.longitude, town=place.city or place.name, country=str(place.country)
    )


def _has_something(place: Venue | Site) -> bool:
    return bool(
        place.address
        or place.directions
        or place.access
        or place.has_known_access
        or place.picture
        or (isinstance(place, Venue) and place.hotels)
        or (isinstance(place, Site) and place.has_rules)
        or place.latitude is not None
    )


def _ways(places: list[Venue | Site], *, is_over: bool) -> Iterator[Way]:
    mapped: list[Venue | Site] = []
    for place in places:
        beside = next((earlier for earlier in mapped if _are_one_spot(earlier, place)), None)
        drawn = None if beside else place_map(place)
        yield Way(
            place=place,
            map_address=map_address(place),
            map=drawn,
            mapped_with=beside if not place.picture else None,
            shares_europe=bool(mapped),
            says_unknown_access=not is_over and not place.is_only_a_town,
        )
        if drawn:
            mapped.append(place)


def _are_one_spot(one: Venue | Site, other: Venue | Site) -> bool:
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return False
    # Between −179 and 179 degrees there are two.
    east = abs(one.longitude - other.longitude)
    east = min(east, 360 - east) * math.cos(math.radians(one.latitude))
    return math.hypot(one.latitude - other.latitude, east) * KM_PER_DEGREE < ONE_SPOT_KM
