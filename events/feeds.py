"""Calendar feeds: what each address contains, kept and answered so that polling costs almost nothing.

A feed is asked for again and again by programs that mostly get “nothing new”. The bytes of each address are therefore
kept in the process, under the version of everything visible (`CalendarState`): as long as that is the same, an answer
costs one small query and no rendering.
"""

import gzip
import hashlib
import logging
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from django.utils.translation import gettext
from django_countries import countries

from projects.models import Partner, Project
from projects.search import fold

from .ical import calendar_bytes, forget_kept_entries, is_shown_on, session_vevents, shown_plan, vevent
from .listing import LONGEST_SEARCH, matching
from .models import CalendarState, Event, EventKind, EventQuerySet, FeedState, Session

logger = logging.getLogger(__name__)

# The filters of the event list that a subscription may have too, in the order in which an address names them.
FILTERS = ("project", "kind", "country", "partner", "mode", "q")
# A word of an address; anything else matches nothing, and never reaches the database.
_WORD = re.compile(r"[A-Za-z0-9_-]{1,120}")
_NOT_TAKEN = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*", re.IGNORECASE)

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


@dataclass(frozen=True)
class KeptCalendar:
    """The bytes of one feed, with what an answer needs to know about them."""

    body: bytes
    digest: str
    changed_at: datetime | None
    version: int
    on: date

    @cached_property
    def zipped(self) -> bytes:
        # The time is left out, so that these bytes too are the same in every process.
        return gzip.compress(self.body, 5, mtime=0)

    @cached_property
    def tag(self) -> str:
        return f'"{self.digest}"'

    @cached_property
    def last_modified(self) -> str:
        return http_date(self.changed_at.timestamp()) if self.changed_at else ""


class _Kept:
    """The calendars kept in this process: those asked for last, up to KEPT_OCTETS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calendars: OrderedDict[Feed, KeptCalendar] = OrderedDict()
        self._octets = 0

    def find(self, feed: Feed, version: int, on: date) -> KeptCalendar | None:
        with self._lock:
            kept = self._calendars.get(feed)
            if kept is None or kept.version != version or kept.on != on:
                return None
            self._calendars.move_to_end(feed)
            return kept

    def keep(self, feed: Feed, kept: KeptCalendar) -> None:
        with self._lock:
            if (old := self._calendars.pop(feed, None)) is not None:
                self._octets -= len(old.body)
            self._calendars[feed] = kept
            self._octets += len(kept.body)
            while self._octets > KEPT_OCTETS and len(self._calendars) > 1:
                _feed, oldest = self._calendars.popitem(last=False)
                self._octets -= len(oldest.body)

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


def calendar(feed: Feed) -> KeptCalendar | None:
    """Return the calendar of a feed as it is now, None when there is no such feed. One query while nothing changed."""
    # Read before the events: if one changes in between, this calendar is built once more, never kept for too long.
    version = CalendarState.current()
    on = timezone.now().date()
    kept = _kept.find(feed, version, on)
    if kept is None:
        kept = _build(feed, version, on)
        if kept is not None:
            _kept.keep(feed, kept)
    return kept


def answer(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Answer a GET or HEAD for a feed as calendar programs need it (RFC 9110 §13); 404 in a few plain words."""
    kept = calendar(feed)
    if kept is None:
        return no_calendar()
    is_zipped = settings.CALENDAR_GZIP and _takes_gzip(request)
    headers = {
        # Strong for the bytes themselves; weak for their zipped form, which stands for the same calendar.
        "ETag": f"W/{kept.tag}" if is_zipped else kept.tag,
        "Cache-Control": "private, max-age=900",
        "Vary": "Accept-Encoding",
        "Content-Language": feed.language,
    }
    if kept.last_modified:
        headers["Last-Modified"] = kept.last_modified
    if _is_known(request, kept):
        return HttpResponseNotModified(headers=headers)
    body = kept.zipped if is_zipped else kept.body
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    headers["Content-Disposition"] = f'inline; filename="{feed.file_name}"'
    headers["Content-Length"] = str(len(body))
    headers["X-Robots-Tag"] = "noindex"
    if is_zipped:
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


def no_calendar() -> HttpResponse:
    """Answer 404 in a few plain words: nobody reads them but programs."""
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Language": settings.LANGUAGE_CODE,
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse("There is no calendar at this address.\n", status=404, headers=headers)


def _is_known(request: HttpRequest, kept: KeptCalendar) -> bool:
    """Whether whoever asks has these bytes already: by tag, and only without a tag by date (RFC 9110 §13.2.2)."""
    tags = request.META.get("HTTP_IF_NONE_MATCH")
    if tags:
        return any(tag in ("*", kept.tag) or tag.removeprefix("W/") == kept.tag for tag in parse_etags(tags))
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    if not since or kept.changed_at is None:
        return False
    asked = parse_http_date_safe(since)
    return asked is not None and int(kept.changed_at.timestamp()) <= asked


def _takes_gzip(request: HttpRequest) -> bool:
    for coding in request.META.get("HTTP_ACCEPT_ENCODING", "").split(","):
        name, _semicolon, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            return _NOT_TAKEN.fullmatch(weight) is None
    return False


# --- Building ----------------------------------------------------------------------------------------------------


def _build(feed: Feed, version: int, on: date) -> KeptCalendar | None:
    with translation.override(feed.language):
        subject = _subject(feed, on)
        if subject is None:
            return None
        labels = [_label(name, word, feed.language) for name, word in feed.filters]
        is_known = all(labels)
        events = matching(subject.events, dict(feed.filters)) if is_known else subject.events.none()
        fragments = [
            fragment
            for event in _with_all_that_is_shown(events, feed)
            if (fragment := _fragment(event, feed, subject, on))
        ]
        body = calendar_bytes(
            fragments,
            name=f"{subject.name}: {', '.join(labels)}" if labels and is_known else subject.name,
            page=settings.SITE_URL + subject.page,
            # What is not known comes from the address as somebody typed it, and is not repeated.
            source=feed.address if is_known else "",
        )
    digest = hashlib.sha256(body).hexdigest()[:32]
    return KeptCalendar(body, digest, _changed_at(feed, digest, is_empty=not fragments), version, on)


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
        return _Subject(project.acronym, project.get_absolute_url(), events.filter(project=project))
    if feed.scope == "partner":
        partner = Partner.objects.select_related("project", "organisation").filter(slug=feed.slug).first()
        if partner is None:
            return None
        name = _partner_name(partner)
        return _Subject(name, partner.project.get_absolute_url(), events.filter(host=partner))
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
        kind = EventKind.objects.filter(slug=word).first()
        return kind.plural_in(language) if kind else ""
    if name == "country":
        return str(countries.name(word)) if word in countries else ""
    return str(Event.Mode(word).label) if word in Event.Mode.values else ""


def _partner_name(partner: Partner) -> str:
    return gettext("%(partner)s (%(project)s)") % {
        "partner": partner.organisation.name,
        "project": partner.project.acronym,
    }


def _with_all_that_is_shown(events: EventQuerySet, feed: Feed) -> EventQuerySet:
    events = events.with_page_data().prefetch_related("changes").in_order()
    if feed.with_sessions:
        sessions = Session.objects.select_related("venue", "room", "site")
        events = events.prefetch_related(Prefetch("sessions", sessions))
    return events


def _fragment(event: Event, feed: Feed, subject: _Subject, on: date) -> bytes:
    try:
        plan = shown_plan(event)
        if not is_shown_on(event, on) or (subject.since and plan and plan.ends_on and plan.ends_on < subject.since):
            return b""
        fragment = vevent(event, feed.language)
        return fragment + session_vevents(event, feed.language) if feed.with_sessions else fragment
    except Exception:
        # A fault in one event must not take the calendar of all the others from everybody.
        logger.exception("The event %s cannot be written into calendars.", event.pk)
        return b""


def _changed_at(feed: Feed, digest: str, *, is_empty: bool) -> datetime | None:
    """When these bytes replaced others; None for a search, and for a choice that never let an event through.

    There are endless searches and empty choices, and noting each would let a stranger fill the table. Their bytes still
    have a tag to be asked for by.
    """
    key = feed.path
    if len(key) > FeedState.KEY_LENGTH:
        key = hashlib.sha256(key.encode()).hexdigest()
    if "q" in dict(feed.filters):
        return None
    if feed.filters and is_empty and not FeedState.objects.filter(pk=key).exists():
        return None
    return FeedState.changed_at_for(key, digest, at=timezone.now())


def _first_day_of_window(on: date) -> date:
    """The first day of the month that lies CALENDAR_MONTHS_BACK back; the bytes change monthly by it, not daily."""
    months = on.year * 12 + on.month - 1 - settings.CALENDAR_MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)
