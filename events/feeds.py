"""Calendar feeds: what each address contains, kept and answered so that polling costs almost nothing.

A feed is asked for again and again by programs that mostly get “nothing new”. The bytes of each address are therefore
kept in the process, under the version of everything visible (`CalendarState`): as long as that is the same, an answer
costs one small query, or on PostgreSQL one in a second, and no rendering.
"""

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django_countries import countries

from projects.models import Partner, Project
from projects.search import fold

from . import polling
from .entries import calendar_of
from .ical import forget_kept_entries
from .listing import LONGEST_SEARCH, matching
from .models import CalendarState, Event, EventKind, EventQuerySet, FeedState
from .polling import CalendarBody

# The filters of the event list that a subscription may have too, in the order in which an address names them.
FILTERS = ("project", "kind", "country", "partner", "mode", "q")
# A word of an address; anything else matches nothing, and never reaches the database.
_WORD = re.compile(r"[A-Za-z0-9_-]{1,120}")

# How many octets of calendars one process keeps.
KEPT_OCTETS = 16_000_000


@dataclass(frozen=True, slots=True)
class Feed:
    """The address of one calendar: what it is about, and the choices of whoever subscribed to it.

    `scope` is all, project, partner or event, the latter three with their `slug`. `filters` are pairs of a name of
    FILTERS and a word; a word that names nothing matches nothing, so such a feed is valid and empty. (The list leaves
    such a word out and says so. A calendar cannot say so, and a subscriber to study visits must not get everything on
    the day the kind is renamed.)
    """

    scope: str
    slug: str = ""
    language: str = settings.LANGUAGE_CODE
    with_sessions: bool = False
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        """The address below the host, with the choices that differ from the usual ones, in a fixed order."""
        query = list(self.filters)
        if self.language != settings.LANGUAGE_CODE:
            query.append(("lang", self.language))
        if self.with_sessions:
            query.append(("sessions", "1"))
        path = reverse(f"calendars:{self.scope}", args=[self.slug] if self.slug else [])
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def address(self) -> str:
        return settings.SITE_URL + self.path

    @property
    def file_name(self) -> str:
        return f"{self.slug or 'events'}.ics"


@dataclass(frozen=True, slots=True)
class _KeptCalendar:
    """A calendar, with what it was made from: the version of everything visible, and the day."""

    body: CalendarBody
    version: int
    on: date


class _Kept:
    """The calendars kept in this process: those asked for last, up to KEPT_OCTETS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calendars: OrderedDict[Feed, _KeptCalendar] = OrderedDict()
        self._octets = 0

    def find(self, feed: Feed, version: int, on: date) -> CalendarBody | None:
        with self._lock:
            kept = self._calendars.get(feed)
            if kept is None or kept.version != version or kept.on != on:
                return None
            self._calendars.move_to_end(feed)
            return kept.body

    def keep(self, feed: Feed, body: CalendarBody, version: int, on: date) -> None:
        with self._lock:
            if (old := self._calendars.pop(feed, None)) is not None:
                self._octets -= len(old.body.octets)
            self._calendars[feed] = _KeptCalendar(body, version, on)
            self._octets += len(body.octets)
            while self._octets > KEPT_OCTETS and len(self._calendars) > 1:
                _feed, oldest = self._calendars.popitem(last=False)
                self._octets -= len(oldest.body.octets)

    def forget(self) -> None:
        with self._lock:
            self._calendars.clear()
            self._octets = 0


_kept = _Kept()


def forget_kept_calendars() -> None:
    """Build every calendar anew at its next request, as after a restart."""
    _kept.forget()
    forget_kept_entries()


def feed_asked_for(request: HttpRequest, scope: str, slug: str = "") -> Feed:
    """Return the feed that an address stands for. Names it does not know are left aside, as is an unknown language."""
    if not request.META.get("QUERY_STRING"):
        return Feed(scope, slug)
    asked = request.GET
    language = asked.get("lang", "")
    return Feed(
        scope,
        slug,
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        with_sessions=asked.get("sessions") == "1",
        filters=tuple((name, _word(name, asked[name])) for name in FILTERS if asked.get(name, "").strip()),
    )


def _word(name: str, value: str) -> str:
    if name == "q":
        return fold(value)[:LONGEST_SEARCH] if value.isprintable() else ""
    word = value.upper() if name == "country" else value
    return word if _WORD.fullmatch(word) else ""


def calendar(feed: Feed) -> CalendarBody | None:
    """Return the calendar of a feed, None when there is no such feed. At most one query while nothing changed.

    What another process changed shows after a second at most (see CalendarState.recent).
    """
    # Read before the events: if one changes in between, this calendar is built once more, never kept for too long.
    version = CalendarState.recent()
    on = timezone.now().date()
    body = _kept.find(feed, version, on)
    if body is None:
        body = _build(feed, on)
        if body is not None:
            _kept.keep(feed, body, version, on)
    return body


def answer(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Answer a GET or HEAD for a public feed."""
    body = calendar(feed)
    if body is None:
        return polling.no_calendar()
    return polling.answer(request, body, language=feed.language, file_name=feed.file_name)


# --- Building ----------------------------------------------------------------------------------------------------


def _build(feed: Feed, on: date) -> CalendarBody | None:
    with translation.override(feed.language):
        subject = _subject(feed, on)
        if subject is None:
            return None
        labels = [_label(name, word, feed.language) for name, word in feed.filters]
        is_known = all(labels)
        octets = calendar_of(
            matching(subject.events, dict(feed.filters)) if is_known else subject.events.none(),
            language=feed.language,
            with_sessions=feed.with_sessions,
            since=subject.since,
            on=on,
            name=f"{subject.name}: {', '.join(labels)}" if labels and is_known else subject.name,
            page=settings.SITE_URL + subject.page,
            # What is not known comes from the address as somebody typed it, and is not repeated.
            source=feed.address if is_known else "",
        )
    return CalendarBody.of(octets, key=_key(feed, is_empty=b"BEGIN:VEVENT" not in octets))


@dataclass(frozen=True)
class _Subject:
    """What a feed is about. `since` is the first day of what it shows; None shows everything."""

    name: str
    page: str
    events: EventQuerySet
    since: date | None = None


def _subject(feed: Feed, on: date) -> _Subject | None:
    events = Event.objects.visible_to(None)
    if feed.scope == "all":
        since = _first_day_of_window(on)
        events = events.filter(Q(ends_on__gte=since) | Q(ends_on__isnull=True))
        return _Subject(settings.SITE_NAME, reverse("events:calendars"), events, since)
    if not _WORD.fullmatch(feed.slug):
        return None
    if feed.scope == "project":
        project = Project.objects.filter(slug=feed.slug).first()
        if project is None:
            return None
        return _Subject(project.acronym, project.get_absolute_url(), events.of_project(project))
    if feed.scope == "partner":
        partner = Partner.objects.select_related("project", "organisation").filter(slug=feed.slug).first()
        if partner is None:
            return None
        name = _partner_name(partner)
        return _Subject(name, partner.project.get_absolute_url(), events.of_partner(partner))
    event = events.filter(slug=feed.slug).first()
    if event is None:
        return None
    title = event.in_language("title", feed.language).text
    return _Subject(title, event.get_absolute_url(), events.filter(pk=event.pk))


def _label(name: str, word: str, language: str) -> str:
    """Return what a filter lets through, in words; "" when its word names nothing."""
    if not word:
        return ""
    if name == "q":
        return gettext("“%(words)s”") % {"words": word}
    if name == "project":
        return Project.objects.filter(slug=word).values_list("acronym", flat=True).first() or ""
    if name == "partner":
        partner = Partner.objects.select_related("project", "organisation").filter(slug=word).first()
        return _partner_name(partner) if partner else ""
    if name == "kind":
        kind = EventKind.objects.told_with(Event.objects.visible_to(None)).filter(slug=word).first()
        return kind.plural_in(language) if kind else ""
    if name == "country":
        return str(countries.name(word)) if word in countries else ""
    return str(Event.Mode(word).label) if word in Event.Mode.values else ""


def _partner_name(partner: Partner) -> str:
    return gettext("%(partner)s (%(project)s)") % {
        "partner": partner.organisation.name,
        "project": partner.project.acronym,
    }


def _key(feed: Feed, *, is_empty: bool) -> str:
    """Under which name it is noted when the bytes change; "" for a search, and for a choice that never held an event.

    There are endless searches and empty choices, and noting each would let a stranger fill the table. Their bytes still
    have a tag to be asked for by.
    """
    key = feed.path
    if len(key) > FeedState.KEY_LENGTH:
        key = hashlib.sha256(key.encode()).hexdigest()
    if "q" in dict(feed.filters):
        return ""
    return "" if feed.filters and is_empty and not FeedState.objects.filter(pk=key).exists() else key


def _first_day_of_window(on: date) -> date:
    """The first day of the month that lies CALENDAR_MONTHS_BACK back; the bytes change monthly by it, not daily."""
    months = on.year * 12 + on.month - 1 - settings.CALENDAR_MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)
