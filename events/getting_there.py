"""How to get to the places of an event: what is written down of each, and a map elsewhere on the web."""

from collections.abc import Iterable
from dataclasses import dataclass

from venues.models import Site, Venue

from .models import Event, Session


@dataclass(frozen=True, slots=True)
class Way:
    """One place with its map; `map_address` is empty while its coordinates are not known."""

    place: Venue | Site
    map_address: str


def getting_there(event: Event, sessions: Iterable[Session]) -> list[Way]:
    """Return the places of an event, each once, of which more is written down than the name."""
    if event.mode == Event.Mode.ONLINE:
        return []
    places = dict.fromkeys(place for place in (event.venue, *(session.place for session in sessions)) if place)
    return [
        Way(place, _map_address(place))
        for place in places
        if place.address or place.directions or place.access or (place.latitude is not None and place.name)
    ]


def _map_address(place: Venue | Site) -> str:
    if place.latitude is None or place.longitude is None:
        return ""
    # A town is shown from further away than a house.
    zoom = 12 if place.is_only_a_town or place.coordinates_note else 17
    at = f"{place.latitude:.5f}/{place.longitude:.5f}"
    return f"https://www.openstreetmap.org/?mlat={place.latitude:.5f}&mlon={place.longitude:.5f}#map={zoom}/{at}"
