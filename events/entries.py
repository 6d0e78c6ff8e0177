"""The VEVENTs of events, written once for each language, stored, and joined into every calendar that shows them.

Reading a calendar costs one query for all its events; only those that changed since they were stored are loaded and
written again, and their sessions only when a calendar with sessions is asked for. What differs between people (how to
join, their registration) is never stored: it is written for them.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.db.models import BooleanField, Case, Exists, F, FilteredRelation, OuterRef, Prefetch, Q, Value, When
from django.utils import timezone

from .ical import FORMAT_EPOCH, Personal, calendar_bytes, session_vevents, shown_plan, shown_until, vevent
from .models import CalendarEntry, Event, EventQuerySet, Session
from .patience import written_if_possible

logger = logging.getLogger(__name__)

# How many events are loaded at once to be written.
WRITTEN_AT_ONCE = 10_000
# The same where nobody waits, so that little is held in memory and little is lost when it is stopped.
WRITTEN_AHEAD_AT_ONCE = 500


class _Row(NamedTuple):
    """One event of a calendar, with what is stored of it.

    `is_shown` is None when it has to be written anew; `is_whole` says that the holder sees its whole programme.
    """

    event_id: int
    is_shown: bool | None
    is_whole: bool
    octets: bytes | None = None
    session_octets: bytes | None = None
    partner_session_octets: bytes | None = None


def calendar_of(
    events: EventQuerySet,
    *,
    language: str,
    name: str,
    page: str,
    source: str = "",
    with_sessions: bool = False,
    whole_programme: EventQuerySet | None = None,
    personal: Mapping[int, Personal] | None = None,
    since: date | None = None,
    on: date | None = None,
    more: Iterable[bytes] = (),
) -> bytes:
    """Return a calendar of exactly these events: whoever calls decides what its holder may see.

    `name`, `page` and `source` are those of `calendar_bytes`; a calendar whose address is a secret gives no source.
    `with_sessions` adds the sessions of programmes that everybody sees who sees the event and, for events that are in
    `whole_programme` as well, the sessions for people with a role in the project. `personal` says by the key of an
    event what its entry says to the holder. Events whose last day is before `since` are left out, and so are those
    without any date, and cancelled ones after a while; `on` is the day (default: today, UTC) that this is decided for.
    `more` are further VEVENTs, such as deadlines.
    """
    fragments = _fragments(
        events, language, with_sessions, whole_programme, personal or {}, since, on or timezone.now().date()
    )
    return calendar_bytes([*fragments, *more], name=name, page=page, source=source)


def write_entries(language: str) -> int:
    """Store the entries of all events that were not written in a language yet or changed since; return how many."""
    keys = list(_to_be_written(language))
    return sum(
        len(_write(keys[start : start + WRITTEN_AHEAD_AT_ONCE], language, with_sessions=True))
        for start in range(0, len(keys), WRITTEN_AHEAD_AT_ONCE)
    )


def are_written(language: str) -> bool:
    """Whether every event's entry in a language is stored as it is now."""
    return not _to_be_written(language).exists()


def _to_be_written(language: str):
    up_to_date = CalendarEntry.objects.filter(
        event=OuterRef("pk"), language=language, format=way_of_writing(), written_for=OuterRef("changed_at")
    )
    return Event.objects.exclude(Exists(up_to_date)).order_by("pk").values_list("pk", flat=True)


def way_of_writing() -> str:
    """Return a word for all that changes every entry: the format, and the two names that are part of each."""
    parts = (FORMAT_EPOCH.isoformat(), settings.CALENDAR_DOMAIN, settings.SITE_URL)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _fragments(
    events: EventQuerySet,
    language: str,
    with_sessions: bool,
    whole_programme: EventQuerySet | None,
    personal: Mapping[int, Personal],
    since: date | None,
    on: date,
) -> Iterator[bytes]:
    rows = _stored(events, language, with_sessions=with_sessions, whole_programme=whole_programme, since=since, on=on)
    written = _write([row.event_id for row in rows if row.is_shown is None], language, with_sessions=with_sessions)
    own = _written_for_one([row.event_id for row in rows if row.event_id in personal], language, personal)
    for row in rows:
        shown: _Row | CalendarEntry | None = row if row.is_shown else None
        if row.is_shown is None:
            entry = written.get(row.event_id)
            shown = entry if entry is not None and entry.is_shown(since=since, on=on) else None
        if shown is None:
            continue
        yield own.get(row.event_id) or bytes(shown.octets or b"")
        if with_sessions:
            yield bytes(shown.session_octets or b"")
            if row.is_whole:
                yield bytes(shown.partner_session_octets or b"")


# --- What is stored ----------------------------------------------------------------------------------------------


def _stored(
    events: EventQuerySet,
    language: str,
    *,
    with_sessions: bool,
    whole_programme: EventQuerySet | None,
    since: date | None,
    on: date,
) -> list[_Row]:
    """Return the events in order with what is stored of them, in one query."""
    is_up_to_date = Q(entry__written_for=F("changed_at"), entry__format=way_of_writing())
    if with_sessions:
        is_up_to_date &= Q(entry__session_octets__isnull=False)
    is_shown = Q(entry__last_day__isnull=False) & (Q(entry__shown_until__isnull=True) | Q(entry__shown_until__gte=on))
    if since is not None:
        is_shown &= Q(entry__last_day__gte=since)
    columns = ["entry__octets"]
    is_whole: Case | Value = Value(False)
    if with_sessions:
        columns.append("entry__session_octets")
        if whole_programme is not None:
            columns.append("entry__partner_session_octets")
            is_whole = Case(When(pk__in=whole_programme.order_by().values("pk"), then=True), default=False)
    rows = (
        # By key: whatever the events were chosen through, each is there once.
        Event.objects.filter(pk__in=events.order_by().values("pk"))
        .annotate(
            entry=FilteredRelation("calendar_entries", condition=Q(calendar_entries__language=language)),
            is_shown=Case(
                When(is_up_to_date & is_shown, then=True),
                When(is_up_to_date, then=False),
                output_field=BooleanField(null=True),
            ),
            is_whole=is_whole,
        )
        .in_order()
        .values_list("pk", "is_shown", "is_whole", *columns)
    )
    return [_Row(*row) for row in rows]


# --- What is written ---------------------------------------------------------------------------------------------


def _write(event_ids: Sequence[int], language: str, *, with_sessions: bool) -> dict[int, CalendarEntry]:
    """Write the entries of events and store them; return them by event, without those that cannot be written."""
    written: dict[int, CalendarEntry] = {}
    for start in range(0, len(event_ids), WRITTEN_AT_ONCE):
        entries = []
        for event in _loaded(event_ids[start : start + WRITTEN_AT_ONCE], with_sessions=with_sessions):
            try:
                entries.append(_entry(event, language, with_sessions=with_sessions))
            except Exception:
                # A fault in one event must not take the calendar of all the others from everybody.
                logger.exception("The event %s cannot be written into calendars.", event.pk)
        _store(entries)
        written |= {entry.event_id: entry for entry in entries}
    return written


def _written_for_one(event_ids: Sequence[int], language: str, personal: Mapping[int, Personal]) -> dict[int, bytes]:
    return {event.pk: vevent(event, language, personal[event.pk]) for event in _loaded(event_ids)}


def _loaded(event_ids: Sequence[int], *, with_sessions: bool = False) -> Iterable[Event]:
    if not event_ids:
        return ()
    events = (
        Event.objects.filter(pk__in=event_ids).with_page_data().prefetch_related("changes", "links_onward__outcome")
    )
    if with_sessions:
        sessions = Session.objects.select_related("venue", "room", "site").prefetch_related("contributions__speaker")
        events = events.prefetch_related(Prefetch("sessions", sessions))
    # Always in one order, so that two processes that store the same entries never wait for each other in turn.
    return events.order_by("pk")


def _entry(event: Event, language: str, *, with_sessions: bool) -> CalendarEntry:
    plan = shown_plan(event)
    entry = CalendarEntry(
        event_id=event.pk,
        language=language,
        format=way_of_writing(),
        written_for=event.changed_at,
        last_day=plan.ends_on if plan else None,
        shown_until=shown_until(event),
        octets=vevent(event, language),
    )
    if with_sessions:
        entry.session_octets = session_vevents(event, language)
        entry.partner_session_octets = session_vevents(event, language, visibility=Session.Visibility.PARTNERS)
    return entry


def _store(entries: Sequence[CalendarEntry]) -> None:
    if entries:
        written_if_possible(lambda: CalendarEntry.put(entries))
