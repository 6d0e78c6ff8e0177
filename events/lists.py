"""The lists of events on the public pages, made once and kept until something that they show changes.

They are kept as the page of an event is (event_page.py): in the process, for people who did not sign in, under the
version of everything visible. What somebody searches for by words is made for each search.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from projects.models import Project

from . import listing
from .listing import Filter, Group, Listing
from .models import CalendarState, Event, EventQuerySet

UPCOMING_ON_HOME = 6
LISTS_KEPT = 100


def readable_events(user) -> EventQuerySet:
    """Return what this user may see, with what a card of an event shows."""
    events = Event.objects.visible_to(user).with_page_data()
    return events.prefetch_related("project__phases", "project__semesters")


def asked_for(query: Mapping[str, str], *, user) -> Listing:
    """Read from an address what a reader asks the list for."""
    if user.is_authenticated:
        return listing.read(query, listing.filters(Event.objects.visible_to(user)))
    return listing.read(query, _public_filters(_language(), CalendarState.current()))


@lru_cache
def _public_filters(language: str, version: int) -> tuple[Filter, ...]:
    return tuple(listing.filters(Event.objects.visible_to(None)))


def found(asked: Listing, *, page: str, user) -> SafeString:
    """Return one page of the events that were asked for, under their headings, as HTML."""
    if user.is_authenticated or asked.search:
        return _found(asked, page, user)
    # Read before the events: if that changes in between, the list is made once more and never kept for too long.
    values = {**asked.values, "when": asked.when.value}
    return _public_found(tuple(values.items()), page, _language(), CalendarState.current(), _this_hour())


@lru_cache(maxsize=LISTS_KEPT)
def _public_found(
    values: tuple[tuple[str, str], ...], page: str, language: str, version: int, hour: datetime
) -> SafeString:
    return _found(listing.read(dict(values), _public_filters(language, version)), page, None)


def _found(asked: Listing, page_number: str, user) -> SafeString:
    page = Paginator(asked.events(readable_events(user)), listing.PAGE_SIZE).get_page(page_number)
    context = {"listing": asked, "page": page, "groups": _groups(asked, page.object_list)}
    return render_to_string("events/includes/events_found.html", context)


def _groups(asked: Listing, events) -> list[Group]:
    if asked.when.value == listing.UPCOMING:
        return listing.by_month(events)
    # What another project shares with the one asked for does not know its semesters.
    asked_for = asked.values.get("project")
    project = next((event.project for event in events if event.project.slug == asked_for), None)
    if project and project.semesters.all():
        return listing.by_semester(events, project)
    return listing.by_year(events)


def on_home(user) -> SafeString:
    """Return the next events and the projects, as the first page shows them, as HTML."""
    if user.is_authenticated:
        return _on_home(user)
    return _public_home(_language(), CalendarState.current(), _this_hour())


@lru_cache
def _public_home(language: str, version: int, hour: datetime) -> SafeString:
    return _on_home(None)


def _on_home(user) -> SafeString:
    upcoming = list(readable_events(user).upcoming()[:UPCOMING_ON_HOME])
    following = next((event for event in upcoming if event.starts_on and not event.is_cancelled), None)
    language = _language()
    context = {
        "next_event": following,
        "upcoming": [event for event in upcoming if event != following],
        "projects": [
            (project, project.in_language("summary", language))
            for project in Project.objects.select_related("programme")
        ],
    }
    return render_to_string("events/includes/home_events.html", context)


def _language() -> str:
    return get_language() or "en"


def _this_hour() -> datetime:
    # Only part of the keys: what was to come in one hour may be over in the next.
    return timezone.now().replace(minute=0, second=0, microsecond=0)
