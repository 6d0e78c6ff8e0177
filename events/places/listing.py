"""The places of all projects: finding one, where each is used, and who may change it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from projects.search import fold, typed_words
from venues.models import Place, Site, Venue

from ..models import Event, EventQuerySet, Session
from ..models.sessions import SessionQuerySet

PAGE_SIZE = 25
SEARCH_LENGTH = 100
MODELS: dict[str, type[Venue] | type[Site]] = {Venue.address_word: Venue, Site.address_word: Site}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list shows: places of one kind or, with an empty `kind`, of both, in which all words of `search` are."""

    search: str
    kind: str

    @property
    def query(self) -> str:
        """The same in an address, for further pages."""
        asked = {"q": self.search, "kind": self.kind}
        return "".join(f"{urlencode({name: value})}&" for name, value in asked.items() if value)


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the list: a place, and at how many events that the reader may see it is used."""

    place: Venue | Site
    events: int


def read(search: str, kind: str) -> Asked:
    """Return what somebody asks for; what is no kind of place counts as nothing asked."""
    return Asked(typed_words(search, longest=SEARCH_LENGTH), kind if kind in MODELS else "")


def find(asked: Asked, *, without: Place | None = None) -> list[tuple[str, int]]:
    """Return kind and key of the places that match, by town and name without regard to case and accents."""
    words = fold(asked.search).split()
    rows = []
    for kind, model in MODELS.items():
        if asked.kind not in ("", kind):
            continue
        offered = model._default_manager.offered()
        for key, name, city, address, country in offered.values_list("pk", "name", "city", "address", "country"):
            text = fold(name, city, address, country)
            if all(word in text for word in words) and (kind, key) != _key(without):
                rows.append((fold(city), fold(name), kind, key))
    return [(kind, key) for _city, _name, kind, key in sorted(rows)]


def found(keys: Sequence[tuple[str, int]], *, user) -> list[Found]:
    """Return the lines of a page of the list, in its order."""
    lines: dict[tuple[str, int], Found] = {}
    for kind, model in MODELS.items():
        places = model._default_manager.in_bulk([key for of, key in keys if of == kind])
        used = _used(model, places, user)
        lines |= {(kind, key): Found(place, len(used[key])) for key, place in places.items()}
    return [lines[key] for key in keys if key in lines]


def events_at(place: Venue | Site) -> EventQuerySet:
    """Every event that takes place there, or of which a session does."""
    return Event.objects.filter(_is_at(place, Session.objects.all()))


def events_shown_at(place: Venue | Site, *, user) -> EventQuerySet:
    """The same as far as this user sees the event and, where it is there for a session alone, that session."""
    return Event.objects.filter(_is_at(place, Session.objects.visible_to(user))).visible_to(user)


def _is_at(place: Venue | Site, sessions: SessionQuerySet) -> Q:
    if isinstance(place, Venue):
        return Q(venue=place) | Q(pk__in=sessions.filter(venue=place).values("event"))
    return Q(pk__in=sessions.filter(site=place).values("event"))


def can_be_changed_by(user, place: Venue | Site) -> bool:
    """Whether this user may change a place: one that nobody uses, one of an event they organise, or any as a lead.

    One that was merged into another is changed by nobody.
    """
    if place.merged_into_id is not None:
        return False
    if user.is_superuser or user.memberships.active().leading().exists():
        return True
    used = events_at(place)
    return not used.exists() or used.filter(pk__in=Event.objects.organised_by(user).values("pk")).exists()


def _key(place: Place | None) -> tuple[str, int] | None:
    return (place.address_word, place.pk) if place else None


def _used(model: type[Venue] | type[Site], keys: Iterable[int], user) -> dict[int, set[int]]:
    """The events that the user may see at each place; see also events_shown_at."""
    used: dict[int, set[int]] = defaultdict(set)
    name = "venue" if model is Venue else "site"
    visible = Event.objects.visible_to(user)
    sessions = Session.objects.visible_to(user).filter(**{f"{name}__in": keys}, event__in=visible)
    sources: list[QuerySet] = [sessions.order_by().values_list(name, "event")]
    if model is Venue:
        sources.append(visible.filter(venue__in=keys).order_by().values_list("venue", "pk"))
    for source in sources:
        for place, event in source:
            used[place].add(event)
    return used
