"""Adding a place that a session needs, and coming back to the form of that session with what was typed there."""

from urllib.parse import urlencode

from django.urls import Resolver404, resolve, reverse

from venues.models import Place, Room, Site, Venue

from ..models import Event

ROOMS = "rooms"
# What the buttons in the form of a session add.
ADDED = (Venue.address_word, Site.address_word, ROOMS)
_FORMS = ("events:add_session", "events:edit_session")


def page_to_add(what: str, event: Event, *, back: str) -> str:
    """Return the address where one of ADDED is added, from which one comes `back`. Rooms are those of its venue."""
    if what == ROOMS and event.venue_id:
        address = reverse("events:rooms", args=[event.venue_id])
    else:
        address = reverse("events:new_place", args=[what if what in ADDED and what != ROOMS else Venue.address_word])
    return f"{address}?{urlencode({'back': back})}"


def way_back(asked: str) -> str:
    """Return the form of a session that an address names, with its draft; "" for any other address."""
    try:
        found = resolve(asked)
    except Resolver404:
        return ""
    return f"{asked}?draft=1" if found.view_name in _FORMS else ""


def with_place(back: str, place: Place | Room | None) -> str:
    """Return the way back on which a place that was just added is chosen in the form."""
    if place is None:
        return back
    kind = {Venue: "venue", Site: "site", Room: "room"}[type(place)]  # type: ignore[index]
    return f"{back}&{urlencode({'place': f'{kind}:{place.pk}'})}"
