"""Events as RFC 5545 text: what a calendar shows for an event, and its bytes.

What a calendar says about an event is decided here, once for feeds, downloads and mails. One event is one fragment of
bytes, the same wherever it appears; a calendar is its header, the fragments and its tail.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, pgettext
from icalendar import Calendar, vDuration, vText, vUri
from icalendar import Event as VEvent
from icalendar.parser import Contentline, Parameters

from venues.models import Site, Venue

from .models import Contribution, Event, Plan, PlanChange, Session, standing
from .time_zones import follows_its_rule, vtimezone
from .times import when_in_words

PRODUCT = "-//Trajectum//Event feed 1.0//EN"
# When the way events are rendered last changed. Some programs (ICSx5) take a new text only with a newer LAST-MODIFIED,
# so this moves with every change of this module that alters what is written.
FORMAT_EPOCH = datetime(2026, 11, 22, tzinfo=UTC)
# How often programs are asked to look again, in hours.
REFRESH_HOURS = 4
# A calendar has to have a component (RFC 5545 §3.4), even one without events, so there is always a zone: this one where
# no event needs another.
ZONE_WITHOUT_OTHERS = "Europe/Brussels"
# A cancelled event stays visible as such for so long after its end, or after it was cancelled if that is later.
CANCELLED_STAYS = timedelta(days=30)

# How many entries one process keeps written, for mails and for what differs between people; others are stored.
KEPT_ENTRIES = 500

SUMMARY_LENGTH = 200
TEXT_LENGTH = 1500
# With the space before it 75 octets, the most that a line may have.
LINE_OCTETS = 74
# Some programs take no more of a description.
DESCRIPTION_OCTETS = 4000

_ZONE_IN_FRAGMENT = re.compile(rb"^DT(?:START|END);TZID=([A-Za-z0-9/_+-]+):", re.MULTILINE)
# What Word and PDF leave in pasted text and programs take for the end of a line.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Personal:
    """What the entry of one event says to one person beyond what it says to everybody.

    `join_url` is for those who may join online, `manage_url` is the address of their registration, and `note` a line
    that comes first, such as how they are registered. `blocks_days` makes an event of several days one that the reader
    is busy with, where a public calendar shows a note on those days. `is_tentative` is for whoever has no place yet.
    """

    join_url: str = ""
    manage_url: str = ""
    note: str = ""
    blocks_days: bool = False
    is_tentative: bool = False

    @property
    def is_in_description_only(self) -> bool:
        return not (self.join_url or self.blocks_days or self.is_tentative)


NOBODY = Personal()


@dataclass(frozen=True, slots=True)
class Entry:
    """One event or session as a calendar shows it.

    `starts` and `ends` are dates for whole days, `ends` being the day after the last one; else aware datetimes. `ends`
    is None while the end is not known. `busy` is what Outlook shows: FREE, TENTATIVE or BUSY.
    """

    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    starts: date | datetime
    ends: date | datetime | None
    status: str
    is_transparent: bool
    busy: str
    is_public: bool
    summary: str
    description: str
    page: str
    category: str
    location: str = ""
    coordinates: tuple[float, float] | None = None
    join_url: str = ""
    join_label: str = ""
    parent_uid: str = ""
    # Instants are equal whatever their zones; entries are not.
    zone: str = ""

    @property
    def is_whole_day(self) -> bool:
        return not isinstance(self.starts, datetime)


def uid(event: Event) -> str:
    """Return the UID of an event (RFC 5545 §3.8.4.7), the same in feed, download and mail and after every change.

    Programs match on it: with another one, a change shows as a second event.
    """
    return f"{event.uid}@{settings.CALENDAR_DOMAIN}"


def session_uid(session: Session) -> str:
    """Return the UID of a programme session; see `uid`."""
    return f"{session.event.uid}-{session.pk}@{settings.CALENDAR_DOMAIN}"


def shown_plan(event: Event) -> Plan | None:
    """Return the plan at whose date an event stands in calendars; None for an event without a date.

    That is its own plan; but an event that lost its date because it was postponed (and perhaps cancelled later) stays
    at the last date it had, so that whoever has that date in their calendar sees the news there.
    """
    if event.starts_on is not None:
        return event.plan
    if event.status in (Event.Status.POSTPONED, Event.Status.CANCELLED):
        for change in reversed(standing(event.changes.all())):
            for plan in (change.plan_after, change.plan_before):
                if plan.starts_on is not None:
                    return plan
    return None


def shown_until(event: Event) -> date | None:
    """Return the last day on which calendars show an event: not long after it was cancelled. None: there is no end."""
    plan = shown_plan(event)
    if plan is None or plan.ends_on is None or event.cancelled_at is None:
        return None
    return max(plan.ends_on, event.cancelled_at.date()) + CANCELLED_STAYS


def entry(event: Event, language: str, personal: Personal = NOBODY) -> Entry | None:
    """Return how calendars show an event, with its texts in `language`; None for an event without any date."""
    plan = shown_plan(event)
    if plan is None:
        return None
    with translation.override(language):
        return _entry(event, plan, language, personal)


def session_entries(event: Event, language: str, *, visibility: str) -> list[Entry]:
    """Return how calendars show the sessions of an event that have a day and a time, of those with one visibility."""
    entries = []
    with translation.override(language):
        for session in event.sessions.all():
            # The session's event is the one at hand; looking it up again would cost a query each.
            session.event = event
            if session.visibility == visibility and session.held_on is not None and session.start_time is not None:
                entries.append(_session_entry(session, session.held_on, session.start_time, language))
    return entries


def vevent(event: Event, language: str, personal: Personal = NOBODY) -> bytes:
    """Return an event as a VEVENT, b"" for one without any date. The same input gives the same bytes, always."""
    shown = entry(event, language, personal)
    if shown is None:
        return b""
    if personal == NOBODY or not personal.is_in_description_only:
        return _vevent(shown)
    # What one person gets differs in the description alone, so only that is written for each of them.
    shared = _vevent(replace(shown, description=""))
    description = Contentline.from_parts("DESCRIPTION", Parameters(), vText(shown.description)).to_ical()
    return shared.replace(b"\r\nDESCRIPTION:\r\n", b"\r\n" + description + b"\r\n", 1)


def session_vevents(event: Event, language: str, *, visibility: str = Session.Visibility.PUBLIC) -> bytes:
    """Return the sessions of an event that have one visibility as one VEVENT each, related to that of the event."""
    return b"".join(_vevent(shown) for shown in session_entries(event, language, visibility=visibility))


def deadline_vevent(
    name: str, *, summary: str, description: str, page: str, category: str, at: date | datetime, changed_at: datetime
) -> bytes:
    """Return a VEVENT for something that is due, which leaves the reader free.

    `name` makes its UID: the same for the same deadline for ever, such as "registration-closes-" with the UID of the
    event. `at` is an aware datetime, or a date for the whole day; `page` an absolute address; `changed_at` when the
    deadline, or what is said of it, last changed.
    """
    starts = at.astimezone(UTC) if isinstance(at, datetime) else at
    return _vevent(
        Entry(
            uid=f"{name}@{settings.CALENDAR_DOMAIN}",
            # There is no count of its changes; of two with the same number, programs take the later one.
            sequence=0,
            created_at=changed_at,
            changed_at=max(changed_at, FORMAT_EPOCH),
            starts=starts,
            ends=starts + (timedelta(minutes=15) if isinstance(starts, datetime) else timedelta(days=1)),
            status="CONFIRMED",
            is_transparent=True,
            busy="FREE",
            is_public=False,
            summary=_cut(_line(summary), SUMMARY_LENGTH),
            description="\n".join(part for part in (_text(description), page) if part),
            page=page,
            category=_line(category),
        )
    )


def calendar_bytes(fragments: Iterable[bytes], *, name: str = "", page: str = "", source: str = "") -> bytes:
    """Return a whole VCALENDAR around VEVENT fragments.

    `name` is what programs call the calendar, `page` its page for people and `source` the address it is fetched from;
    all are left out of a single file. There is no UID (vdirsyncer then keeps one event of all) and no METHOD (a feed
    invites nobody).
    """
    body = b"".join(fragments)
    zones = sorted({zone.decode() for zone in _ZONE_IN_FRAGMENT.findall(body)}) or [ZONE_WITHOUT_OTHERS]
    head, tail = _shell(name, page, source)
    return b"".join([head, *(vtimezone(zone) for zone in zones), body, tail])


def event_file(event: Event, *, language: str, join_url: str = "", manage_url: str = "") -> bytes:
    """Return one event as a file for a mail or a download, b"" for one without any date.

    It has the UID and SEQUENCE of the feeds, so that a newer file or a feed updates the entry instead of adding one.
    `join_url` is written only when it is given: it is for those with a seat. So is `manage_url`, the address of one
    person's registration.
    """
    fragment = vevent(event, language, Personal(join_url=join_url, manage_url=manage_url))
    return calendar_bytes([fragment]) if fragment else b""


def forget_kept_entries() -> None:
    """Write every entry anew, as after a restart."""
    _vevent.cache_clear()


# --- What is shown -----------------------------------------------------------------------------------------------


def _entry(event: Event, plan: Plan, language: str, personal: Personal) -> Entry:
    starts, ends = _start_and_end(event, plan)
    is_month = plan.date_precision == Event.DatePrecision.MONTH
    is_whole_day = not isinstance(starts, datetime)
    is_certain = event.status == Event.Status.HELD or (event.status == Event.Status.ANNOUNCED and not is_month)
    is_certain = is_certain and not personal.is_tentative
    status = "CANCELLED" if event.is_cancelled else "CONFIRMED" if is_certain else "TENTATIVE"
    # Whole days are banners: nobody is taken for busy for two days, let alone for a month, because of one meeting. In
    # the calendar of somebody who takes part they are days away.
    is_banner = is_whole_day and not (personal.blocks_days and not is_month)
    is_transparent = is_banner or event.is_cancelled or event.is_postponed or not event.is_published
    if (event.status == Event.Status.SAVE_THE_DATE and not is_month) or (personal.is_tentative and not is_transparent):
        busy = "TENTATIVE"
    else:
        busy = "FREE" if is_transparent else "BUSY"
    page = settings.SITE_URL + event.get_absolute_url()
    return Entry(
        uid=uid(event),
        sequence=event.sequence,
        created_at=event.created_at,
        changed_at=max(event.changed_at, FORMAT_EPOCH),
        starts=starts,
        ends=ends,
        status=status,
        is_transparent=is_transparent,
        busy=busy,
        is_public=event.visibility == Event.Visibility.PUBLIC,
        summary=_summary(event, language, is_month),
        description=_description(event, plan, language, page, is_whole_day, personal),
        page=page,
        category=_line(event.kind.name_in(language)),
        location=_location(event, plan, personal.join_url),
        coordinates=None if event.mode == Event.Mode.ONLINE else _coordinates(event.venue),
        join_url=personal.join_url,
        join_label=gettext("Join online"),
        zone=_zone_of(starts),
    )


def _start_and_end(event: Event, plan: Plan) -> tuple[date | datetime, date | datetime | None]:
    first, last = _days(plan)
    # A block of two days and a night is of no use to anybody: several days are whole days. So is a save the date, which
    # asks to keep the day free.
    if (
        plan.start_time is None
        or plan.date_precision != Event.DatePrecision.DAY
        or first != last
        or event.status == Event.Status.SAVE_THE_DATE
    ):
        return first, last + timedelta(days=1)
    is_online = plan.mode == Event.Mode.ONLINE
    return (
        _moment(first, plan.start_time, plan.time_zone, is_online=is_online),
        _moment(last, plan.end_time, plan.time_zone, is_online=is_online) if plan.end_time else None,
    )


def _days(plan: Plan) -> tuple[date, date]:
    if plan.starts_on is None:
        raise ValueError("A plan without a date has no place in a calendar.")
    return plan.starts_on, plan.ends_on or plan.starts_on


def _moment(day: date, clock: time, zone: str, *, is_online: bool) -> datetime:
    zone = zone or "UTC"
    local = datetime.combine(day, clock, ZoneInfo(zone))
    # “09:00 in Gmünd” stays so even if the law on clocks changes; online, people share an instant, not a clock. Where a
    # zone has no yearly rule, programs that read the VTIMEZONE would show a wrong hour.
    if is_online or not follows_its_rule(zone, day.year):
        return local.astimezone(UTC)
    return local


def _summary(event: Event, language: str, is_month: bool) -> str:
    title = _line(event.in_language("title", language).text)
    acronym = _line(event.project.acronym)
    names_project = acronym.casefold() in title.casefold()
    # A calendar shows this line alone, so it has to say whose kick-off meeting it is. Only the title is ever cut.
    pattern = "%(title)s" if names_project else pgettext("title of a calendar entry", "%(title)s (%(project)s)")
    if is_month:
        pattern = pgettext("title of a calendar entry", "%(entry)s, day not known") % {"entry": pattern}
    if state := _state_in_title(event):
        pattern = state % {"entry": pattern}
    room = SUMMARY_LENGTH - len(pattern % {"title": "", "project": acronym})
    return pattern % {"title": _cut(title, room), "project": acronym}


def _state_in_title(event: Event) -> str:
    """Return how a title says what programs hide, with a place for the title; "" where there is nothing to say."""
    return {
        Event.Status.DRAFT: pgettext("title of a calendar entry", "DRAFT: %(entry)s"),
        Event.Status.CANCELLED: pgettext("title of a calendar entry", "CANCELLED: %(entry)s"),
        Event.Status.POSTPONED: pgettext("title of a calendar entry", "POSTPONED: %(entry)s"),
        Event.Status.SAVE_THE_DATE: pgettext("title of a calendar entry", "SAVE THE DATE: %(entry)s"),
    }.get(Event.Status(event.status), "")


def _description(event: Event, plan: Plan, language: str, page: str, is_whole_day: bool, personal: Personal) -> str:
    parts = [_text(personal.note)] if personal.note else []
    parts += _news(event, language)
    if summary := _text(event.in_language("summary", language).text):
        parts.append(summary)
    if event.starts_on is not None and plan.start_time is not None:
        if is_whole_day:
            parts.append(when_in_words(plan))
        elif plan.end_time is None:
            parts.append(gettext("The end is not known yet."))
    if event.host is not None:
        parts.append(gettext("Host: %(name)s") % {"name": _line(event.host.organisation.name)})
    addresses = []
    if personal.join_url:
        addresses.append(gettext("Join online: %(address)s") % {"address": personal.join_url})
    if personal.manage_url:
        addresses.append(gettext("Your registration: %(address)s") % {"address": personal.manage_url})
    return _texts_and_addresses(parts, [*addresses, page])


def _texts_and_addresses(texts: list[str], addresses: list[str]) -> str:
    """Addresses come last and are never cut: the texts before them are, where it gets too much."""
    last = "\n".join(addresses)
    first = "\n".join(text for text in texts if text).encode()
    room = DESCRIPTION_OCTETS - len(last.encode()) - 1
    if len(first) > room:
        first = first[: room - len("…".encode())].decode(errors="ignore").rstrip().encode() + "…".encode()
    return "\n".join(part for part in (first.decode(), last) if part)


def _news(event: Event, language: str) -> Iterator[str]:
    """What changed last, in the words of whoever changed it."""
    # Every change raises the revision, so the first one has none to look for. What was undone at once, or changed only
    # how to join, is no news.
    changes = [c for c in standing(event.changes.all()) if c.before != c.after] if event.sequence else []
    if event.is_cancelled:
        reason = next((_text(c.reason) for c in reversed(changes) if c.plan_after.status == event.status), "")
        yield gettext("Cancelled: %(reason)s") % {"reason": reason} if reason else gettext("This event is cancelled.")
        yield from _what_it_became(event, language)
    elif event.is_postponed:
        reason = next((_text(c.reason) for c in reversed(changes) if c.plan_after.status == event.status), "")
        yield gettext("Postponed: %(reason)s") % {"reason": reason} if reason else gettext("This event is postponed.")
        if event.starts_on is None:
            yield gettext("The date shown here is the old one. A new date is not known.")
    elif changes and _moves(changes[-1]):
        reason = _text(changes[-1].reason)
        yield gettext("New time or place: %(reason)s") % {"reason": reason} if reason else gettext("New time or place.")
        before = changes[-1].plan_before
        if before.starts_on is not None:
            when = when_in_words(before)
            if before.place:
                yield gettext("Before: %(when)s, %(place)s") % {"when": when, "place": _line(before.place)}
            else:
                yield gettext("Before: %(when)s") % {"when": when}


def _what_it_became(event: Event, language: str) -> Iterator[str]:
    """The events that an event was split or merged into, as far as everybody may see them."""
    for link in event.links_onward.all():
        outcome = link.outcome
        if outcome.is_published and outcome.visibility == Event.Visibility.PUBLIC:
            yield gettext("See instead: %(title)s, %(address)s") % {
                "title": _line(outcome.in_language("title", language).text),
                "address": settings.SITE_URL + outcome.get_absolute_url(),
            }


def _moves(change: PlanChange) -> bool:
    """Whether something that had been known became different; a venue that is named at last moves nobody."""
    before, after = change.plan_before, change.plan_after
    if before.status == Event.Status.POSTPONED and after.starts_on is not None:
        return True
    known = ["start_time", "end_time", "mode", "venue_name", "city"]
    if not _is_day_in_month(before, after):
        known += ["starts_on", "ends_on"]
    return any(getattr(before, name) and getattr(before, name) != getattr(after, name) for name in known)


def _is_day_in_month(before: Plan, after: Plan) -> bool:
    """Whether a month became a day of that month: the date is known now, and nobody has to move anything."""
    if before.date_precision != Event.DatePrecision.MONTH or after.starts_on is None:
        return False
    first, last = _days(before)
    return first <= after.starts_on <= last


def _location(event: Event, plan: Plan, join_url: str) -> str:
    if event.mode == Event.Mode.ONLINE:
        if join_url:
            return join_url
        platform = _line(event.online_platform)
        return gettext("Online (%(platform)s)") % {"platform": platform} if platform else gettext("Online")
    place = _line(event.venue.in_full if event.venue else plan.place)
    return gettext("%(place)s (to be confirmed)") % {"place": place} if place and event.place_to_be_confirmed else place


def _coordinates(place: Venue | Site | None) -> tuple[float, float] | None:
    if place is None or place.latitude is None or place.longitude is None:
        return None
    # The middle of a town is the right pin for a town, and a wrong one for a building in it.
    if place.coordinates_note and not place.is_only_a_town:
        return None
    return place.latitude, place.longitude


def _zone_of(at: date | datetime) -> str:
    return str(at.tzinfo) if isinstance(at, datetime) else ""


def _session_entry(session: Session, day: date, clock: time, language: str) -> Entry:
    event = session.event
    is_online = event.mode == Event.Mode.ONLINE
    is_certain = event.status in (Event.Status.ANNOUNCED, Event.Status.HELD) and not session.is_to_be_confirmed
    is_free = event.is_cancelled or event.is_postponed or not event.is_published
    place = session.place or (None if is_online else event.venue)
    room = session.room.name if session.room else ""
    page = f"{settings.SITE_URL}{event.get_absolute_url()}#session-{session.pk}"
    texts = [
        _text(session.in_language("description", language).text),
        *(_contribution(contribution) for contribution in session.contributions.all()),
        _line(session.speaker),
        _line(session.track),
        _line(event.in_language("title", language).text),
    ]
    starts, end = _moment(day, clock, event.time_zone, is_online=is_online), session.end_time
    return Entry(
        uid=session_uid(session),
        sequence=event.sequence,
        created_at=event.created_at,
        changed_at=max(event.changed_at, FORMAT_EPOCH),
        starts=starts,
        ends=_moment(day, end, event.time_zone, is_online=is_online) if end else None,
        status="CANCELLED" if event.is_cancelled else "CONFIRMED" if is_certain else "TENTATIVE",
        is_transparent=is_free,
        busy="FREE" if is_free else "BUSY" if is_certain else "TENTATIVE",
        is_public=session.visibility == Session.Visibility.PUBLIC and event.visibility == Event.Visibility.PUBLIC,
        summary=_session_summary(session, language),
        description=_texts_and_addresses(texts, [page]),
        page=page,
        category=_line(session.get_kind_display()),
        location=_line(", ".join(part for part in (room, place.in_full if place else "") if part)),
        coordinates=_coordinates(place),
        parent_uid=uid(event),
        zone=_zone_of(starts),
    )


def _session_summary(session: Session, language: str) -> str:
    pattern = "%(entry)s"
    if session.is_to_be_confirmed:
        pattern = pgettext("title of a calendar entry", "%(entry)s (to be confirmed)")
    if state := _state_in_title(session.event):
        pattern = state % {"entry": pattern}
    room = SUMMARY_LENGTH - len(pattern % {"entry": ""})
    return pattern % {"entry": _cut(_line(session.in_language("title", language).text), room)}


def _contribution(contribution: Contribution) -> str:
    """“Jana Nováková, Head of waste, City of Brno (Moderator)”."""
    speaker = contribution.speaker
    person = _line(", ".join(part for part in (speaker.name, speaker.function, speaker.organisation_name) if part))
    if contribution.role != Contribution.Role.SPEAKER:
        person = gettext("%(person)s (%(role)s)") % {"person": person, "role": contribution.get_role_display()}
    if contribution.is_to_be_confirmed:
        person = gettext("%(person)s, to be confirmed") % {"person": person}
    return person


# --- Text --------------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    """Return a text that survives every program: line ends made \\n, other control characters dropped, cut to size.

    One U+2028 in a title makes khal lose the event, one NUL makes libical drop the whole feed.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return _cut(text.strip(), TEXT_LENGTH)


def _line(text: str) -> str:
    return " ".join(_text(text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


# --- Bytes -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=KEPT_ENTRIES)
def _vevent(shown: Entry) -> bytes:
    # Kept, because the same event goes into the mails of everybody who registers for it.
    return b"".join(_folded(line) for line in component_of(shown).content_lines() if line)


def _folded(line: str) -> bytes:
    """Return a line as icalendar folds it (RFC 5545 §3.1), which itself takes half of all the time over that."""
    octets = line.encode()
    parts, start = [], 0
    while len(octets) - start > LINE_OCTETS:
        end = start + LINE_OCTETS
        while octets[end] & 0b1100_0000 == 0b1000_0000:  # inside a letter
            end -= 1
        # Google drops an event with a line that is cut between a backslash and what it escapes.
        if octets[end - 1] in b"\\^":
            end -= 1
        parts.append(octets[start:end])
        start = end
    return b"\r\n ".join([*parts, octets[start:]]) + b"\r\n"


def component_of(shown: Entry) -> VEvent:
    """Return an entry as icalendar's VEVENT, for those who have to add to it: an invitation has its people."""
    component = VEvent()
    component.add("uid", shown.uid)
    # Without METHOD the stamp is the time of the last revision (RFC 5545 §3.8.7.2). The time of writing would make
    # every answer differ from the one before.
    component.add("dtstamp", _to_the_second(shown.changed_at))
    component.add("last-modified", _to_the_second(shown.changed_at))
    component.add("created", _to_the_second(shown.created_at))
    component.add("sequence", shown.sequence)
    component.add("dtstart", shown.starts)
    if shown.ends is not None:
        component.add("dtend", shown.ends)
    component.add("summary", shown.summary)
    component.add("description", shown.description)
    component.add("status", shown.status)
    component.add("transp", "TRANSPARENT" if shown.is_transparent else "OPAQUE")
    # Outlook reads this before TRANSP, and TRANSP before STATUS.
    component.add("x-microsoft-cdo-busystatus", vText(shown.busy))
    component.add("class", "PUBLIC" if shown.is_public else "PRIVATE")
    component.add("categories", [shown.category])
    component.add("url", vUri(shown.page))
    if shown.location:
        component.add("location", shown.location)
    _add_coordinates(component, shown)
    if shown.join_url:
        params = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": shown.join_label}
        component.add("conference", vUri(shown.join_url, params=params))
    if shown.parent_uid:
        component.add("related-to", shown.parent_uid)
    return component


def _add_coordinates(component: VEvent, shown: Entry) -> None:
    if shown.coordinates is None:
        return
    latitude, longitude = shown.coordinates
    component.add("geo", shown.coordinates)
    # Apple reads its own property only, and shows the map if the title is that of LOCATION.
    params = {"VALUE": "URI", "X-TITLE": shown.location}
    component.add("x-apple-structured-location", vUri(f"geo:{latitude:.6f},{longitude:.6f}", params=params))


@lru_cache(maxsize=KEPT_ENTRIES)
def _shell(name: str, page: str, source: str) -> tuple[bytes, bytes]:
    component = Calendar()
    component.add("version", "2.0")
    component.add("prodid", PRODUCT)
    component.add("calscale", "GREGORIAN")
    if name:
        # icalendar knows no type for these names, and writes what has none without escaping it.
        component.add("name", vText(_line(name)))
        component.add("x-wr-calname", vText(_line(name)))
        component.add("color", vText("seagreen"))
        component.add("refresh-interval", _refresh({"VALUE": "DURATION"}))
        component.add("x-published-ttl", _refresh({}))
    if page:
        component.add("url", vUri(page))
    if source:
        component.add("source", vUri(source, params={"VALUE": "URI"}))
    head, end, tail = component.to_ical().rpartition(b"END:VCALENDAR")
    return head, end + tail


def _refresh(params: dict[str, str]) -> vDuration:
    return vDuration(timedelta(hours=REFRESH_HOURS), params=params)


def _to_the_second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
