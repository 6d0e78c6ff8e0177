"""Places in words: the one line that says where an event is, for pages, lists and mails."""

from contextlib import nullcontext
from functools import lru_cache

from django.utils import translation
from django.utils.translation import gettext
from django_countries import countries

from .models import Event, Plan


def where_in_words(what: Event | Plan, language: str | None = None) -> str:
    """Return where an event or one plan of it is: “Brightlands, Geleen, Netherlands”, “Online”, “Place not known”.

    A place that is or was not certain yet is marked as such.
    """
    with translation.override(language) if language else nullcontext():
        if what.mode == Event.Mode.ONLINE:
            return gettext("Online")
        place = _place(what)
        if what.place_to_be_confirmed:
            is_named = gettext("%(place)s (to be confirmed)") % {"place": place}
            place = is_named if place else gettext("Place to be confirmed")
        if what.mode == Event.Mode.HYBRID:
            return gettext("%(place)s, and online") % {"place": place} if place else gettext("On site and online")
        return place or gettext("Place not known")


def _place(what: Event | Plan) -> str:
    if isinstance(what, Plan):
        name, city, country = what.venue_name, what.city, what.country
    elif what.venue is None:
        return ""
    else:
        name, city, country = what.venue.name, what.venue.city, str(what.venue.country)
    country = _country(country, translation.get_language()) if country else ""
    return ", ".join(part for part in (name, city, country) if part)


@lru_cache(maxsize=1000)
def _country(code: str, language: str | None) -> str:
    # Looked up for every line of every list, in each of which it takes longer than the rest.
    return str(countries.name(code))
