"""Two places side by side, as the page shows them before they become one."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django_countries import countries

from venues.coordinates import in_words
from venues.models import Place, Site, Venue

from .listing import events_at
from .merges import GROUPS_OF, groups_to_fill


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it says, and whether that is proposed."""

    text: str
    is_chosen: bool
    picture_name: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A group of fields in both places. Where they say the same, there is nothing to choose."""

    name: str
    label: str
    kept: Side
    other: Side

    @property
    def differs(self) -> bool:
        return (self.kept.text, self.kept.picture_name) != (self.other.text, self.other.picture_name)


@dataclass(frozen=True, slots=True)
class Comparison:
    lines: list[Line]
    rooms_kept: list[str]
    rooms_other: list[str]
    events_kept: int
    events_other: int


def compare(kept: Venue | Site, other: Venue | Site) -> Comparison:
    """Return all that two places say. Proposed is what the kept one says, and where it says nothing, the other."""
    filled = groups_to_fill(kept, other)
    lines = [
        Line(
            name,
            _label(kept, name),
            Side(_said(kept, name), name not in filled, kept.picture_name if name == "picture" else ""),
            Side(_said(other, name), name in filled, other.picture_name if name == "picture" else ""),
        )
        for name in GROUPS_OF[type(kept)]
    ]
    return Comparison(lines, _rooms(kept), _rooms(other), events_at(kept).count(), events_at(other).count())


def _label(place: Place, name: str) -> str:
    if name == "latitude":
        return gettext("Coordinates")
    label = str(place._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _said(place: Place, name: str) -> str:
    if name == "latitude":
        return " ".join(part for part in (in_words(place.latitude, place.longitude), place.coordinates_note) if part)
    if name == "address":
        country = str(countries.name(str(place.country)))
        return ", ".join(part for part in (place.address, place.city, country) if part)
    if name == "picture":
        return " · ".join(part for part in (place.picture_alternative, place.picture_credit) if part)
    value = getattr(place, name)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return value or ""


def _rooms(place: Place) -> list[str]:
    return [room.name for room in place.rooms.all()] if isinstance(place, Venue) else []
