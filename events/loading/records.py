"""What a file of projects holds: each record with its fields, checked before anything is stored.

The names on the left of each reader are those of the model, the words in quotation marks those of the file. Fields that
are not named here are ignored; docs/decisions/real-data.md says which and why.
"""

import re
import zoneinfo
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from typing import Any

from django.db.models import Model

from projects.models import GoodPractice, Organisation, Phase, Programme, Project, Semester
from projects.models.sources import Sourced
from venues.models import Venue

from ..models import ChoiceGroup, Event, EventKind, PlanChange, Session
from .reading import Moment, Record

MODES = {"on-site": Event.Mode.ON_SITE, "online": Event.Mode.ONLINE, "hybrid": Event.Mode.HYBRID}
STATUSES = {"held": Event.Status.HELD, "unknown": Event.Status.ANNOUNCED}
PRECISIONS = {
    "day": Event.DatePrecision.DAY,
    "month": Event.DatePrecision.MONTH,
    "none": Event.DatePrecision.UNKNOWN,
}
# What became of an earlier plan. The first two end a history: they lead to no further plan.
ENDINGS = ("held", "unknown")
OUTCOMES = (*ENDINGS, "suspended", "postponed", "moved online", "postponed and moved online")

_CHOOSE = re.compile(r"(\d+) of (\d+)")
_ORDINAL = re.compile(r"(\d{1,3})(?:st|nd|rd|th)\b|.*#0*(\d{1,3})\b", re.IGNORECASE)


@cache
def _time_zones() -> set[str]:
    # Looking them up reads a folder with hundreds of files.
    return zoneinfo.available_timezones()


def most(model: type[Model], name: str) -> int | None:
    """How many characters a column takes; None where there is no limit."""
    return getattr(model._meta.get_field(name), "max_length", None)


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    name: str
    city: str
    country: str
    latitude: float | None = None
    longitude: float | None = None
    coordinates_note: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.name, self.city, self.country


@dataclass(frozen=True, slots=True)
class PartnerRecord:
    where: str
    source_key: str
    number: int
    is_lead: bool
    name: str
    other_names: list[str]
    city: str
    region: str
    nuts: str
    country: str
    latitude: float | None
    longitude: float | None
    sources: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    where: str
    name: str
    starts_on: date | None
    ends_on: date | None
    note: str
    sources: list[str]


@dataclass(frozen=True, slots=True)
class SemesterRecord:
    where: str
    number: int
    starts_on: date
    ends_on: date
    theme: str
    basis: str


@dataclass(frozen=True, slots=True)
class PracticeRecord:
    where: str
    name: str
    owner: str
    summary: str
    sources: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    where: str
    day: int | None
    start_time: time | None
    end_time: time | None
    kind: str
    title: str
    place: PlaceRecord | None
    group: str
    speaker: str
    note: str

    @property
    def visits(self) -> bool:
        """Whether its place is a site that is visited, and no venue."""
        return self.kind in (Session.Kind.SITE_VISIT, Session.Kind.ONLINE_TOUR)


@dataclass(frozen=True, slots=True)
class EarlierPlan:
    """What an event was to be once, and what became of it."""

    announced: str
    date_precision: str
    starts_on: date | None
    ends_on: date | None
    start_time: time | None
    end_time: time | None
    mode: str
    venue_name: str
    city: str
    outcome: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class EventRecord:
    where: str
    source_key: str
    kind: EventKind | None
    number: int | None
    title: str
    host: str
    status: str
    date_precision: str
    starts_on: date | None
    ends_on: date | None
    start_time: time | None
    end_time: time | None
    time_zone: str
    mode: str
    place: PlaceRecord | None
    online_platform: str
    stated_semester: int | None
    audience: str
    reported_participants: int | None
    reported_participants_note: str
    sources: list[str]
    note: str
    history: list[EarlierPlan]
    sessions: list[SessionRecord]
    # How many sessions of each parallel group one person takes part in; None where the source does not say.
    groups: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    where: str
    source_key: str
    acronym: str
    full_name: str
    programme: str
    call: str
    theme: str
    summary: str
    summaries: dict[str, str]
    practices_reported: dict[str, Any]
    sources: list[str]
    note: str
    phases: list[PhaseRecord]
    semesters: list[SemesterRecord]
    partners: list[PartnerRecord]
    practices: list[PracticeRecord]
    events: list[EventRecord]


@dataclass(slots=True)
class FileRecord:
    projects: list[ProjectRecord] = field(default_factory=list)
    # What the file says of itself, such as {"events": 61}; empty when it says nothing.
    totals: dict[str, int] = field(default_factory=dict)

    def counted(self) -> dict[str, int]:
        return {
            "projects": len(self.projects),
            "partners": sum(len(project.partners) for project in self.projects),
            "good_practices": sum(len(project.practices) for project in self.projects),
            "events": sum(len(project.events) for project in self.projects),
            "sessions": sum(len(event.sessions) for project in self.projects for event in project.events),
        }


def read_records(content: Any, kinds: dict[str, EventKind]) -> tuple[FileRecord, list[str]]:
    """Return the records of a file and everything that is wrong with them.

    `kinds` holds the event kinds under each word that means them, in lower case with hyphens.
    """
    problems: list[str] = []
    listed = content.get("projects") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not listed:
        return FileRecord(), ["The file must hold one record in braces, with a list named projects that is not empty."]
    top = Record(content, "", problems)
    known = [str(kind) for kind in {kind.pk: kind.slug for kind in kinds.values()}.values()]
    records = FileRecord([_project(record, kinds, known) for record in top.many("projects")], _totals(content))
    _refuse_repeated(records, problems)
    _refuse_two_coordinates(records, problems)
    return records, problems


def _totals(content: dict[str, Any]) -> dict[str, int]:
    totals = content["meta"].get("totals") if isinstance(content.get("meta"), dict) else None
    return {name: n for name, n in totals.items() if isinstance(n, int)} if isinstance(totals, dict) else {}


def _project(record: Record, kinds: dict[str, EventKind], known: list[str]) -> ProjectRecord:
    lead = record.text("lead_partner", required=True)
    partners = [_partner(partner, n, lead) for n, partner in enumerate(record.many("partners"), 1)]
    hosts = {partner.source_key for partner in partners}
    if lead and lead not in hosts:
        record.refuse("lead_partner", f"“{lead}” is no partner of this project")
    summaries = _summaries(record)
    reported = record.values.get("good_practices_total") or {}
    if not isinstance(reported, dict):
        record.refuse("good_practices_total", "is not a record in braces")
        reported = {}
    semesters = [_semester(semester) for semester in record.many("semester_themes")]
    return ProjectRecord(
        where=record.where,
        source_key=record.key(most=most(Sourced, "source_key")),
        acronym=record.text("acronym", most=most(Project, "acronym"), required=True),
        full_name=record.text("full_name", most=most(Project, "full_name"), required=True),
        programme=record.text("programme", most=most(Programme, "name"), required=True),
        call=record.text("call", most=most(Project, "call")),
        theme=record.text("theme", most=most(Project, "theme")),
        summary=summaries.pop("en", ""),
        summaries=summaries,
        practices_reported=reported,
        sources=record.sources("sources"),
        note=_series(record),
        phases=[_phase(phase) for phase in record.many("phases")],
        semesters=[semester for semester in semesters if semester is not None],
        partners=partners,
        practices=[_practice(practice, hosts) for practice in record.many("good_practices")],
        events=[_event(event, kinds, known, hosts) for event in record.many("events")],
    )


def _summaries(record: Record) -> dict[str, str]:
    summary = record.one("summary")
    if summary is None:
        return {}
    return {language: text for language in summary.values if (text := summary.text(language))}


def _series(record: Record) -> str:
    """What is known of whole series of events, which no single event could hold, as the note of the project."""
    lines = []
    if stages := record.texts("method_stages"):
        lines.append(f"Stages of the method: {', '.join(stages)}.")
    for series in record.many("event_series"):
        name = series.text("kind", required=True).replace("_", " ")
        name = "all events" if name == "all" else name
        counts = [
            f"{n} {word}"
            for word in ("planned", "held", "known")
            if (n := series.whole_number(f"count_{word}")) is not None
        ]
        parts = [f"{name.capitalize()}: {', '.join(counts)}." if counts else f"{name.capitalize()}."]
        if themes := series.texts("themes"):
            parts.append(f"Themes: {'; '.join(themes)}.")
        parts += [text for text in (series.text("note"), series.text("source_url")) if text]
        lines.append(" ".join(parts))
    return "\n".join(lines)


def _partner(record: Record, place_in_list: int, lead: str) -> PartnerRecord:
    key = record.key(most=most(Sourced, "source_key"))
    # The number in the key stays when a partner leaves the list; the place in the list would move.
    number = re.search(r"-p(\d{1,3})$", key)
    latitude, longitude = record.coordinates()
    nuts = record.text("nuts", most=most(Organisation, "nuts"))
    if nuts and not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{0,3}", nuts):
        record.refuse("nuts", f"“{nuts}” is not a NUTS code such as NL42")
    role = record.choice("role", ("lead partner", "partner"))
    if role and lead and (role == "lead partner") != (key == lead):
        record.refuse("role", f"“{role}” does not agree with lead_partner of the project, {lead}")
    return PartnerRecord(
        where=record.where,
        source_key=key,
        number=int(number[1]) if number else place_in_list,
        is_lead=bool(key) and key == lead,
        name=record.text("organisation", most=most(Organisation, "name"), required=True),
        other_names=record.texts("aliases"),
        city=record.text("city", most=most(Organisation, "city")),
        region=record.text("region", most=most(Organisation, "region")),
        nuts=nuts,
        country=record.country(required=True),
        latitude=latitude,
        longitude=longitude,
        sources=record.sources("source_url"),
        note=record.text("note"),
    )


def _days(record: Record) -> tuple[date | None, date | None]:
    starts_on, ends_on = record.day("start"), record.day("end")
    if starts_on and ends_on and ends_on < starts_on:
        record.refuse("end", f"“{ends_on}” is before the start, {starts_on}")
    return starts_on, ends_on


def _phase(record: Record) -> PhaseRecord:
    starts_on, ends_on = _days(record)
    return PhaseRecord(
        where=record.where,
        name=record.text("name", most=most(Phase, "name"), required=True),
        starts_on=starts_on,
        ends_on=ends_on,
        note=record.text("note"),
        sources=record.sources("source_url"),
    )


def _semester(record: Record) -> SemesterRecord | None:
    number = record.whole_number("semester", least=1, most=99, required=True)
    starts_on, ends_on = _days(record)
    for name, day in (("start", starts_on), ("end", ends_on)):
        if day is None and not record.values.get(name):
            record.refuse(name, "is missing")
    if number is None or starts_on is None or ends_on is None:
        return None
    return SemesterRecord(
        where=record.where,
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        theme=record.text("theme", most=most(Semester, "theme")),
        basis=record.text("basis"),
    )


def _practice(record: Record, partners: set[str]) -> PracticeRecord:
    return PracticeRecord(
        where=record.where,
        name=record.text("name", most=most(GoodPractice, "name"), required=True),
        owner=_partner_named(record, "owner_partner", partners),
        summary=record.text("summary"),
        sources=record.sources("source_url"),
        note=record.text("note"),
    )


def _partner_named(record: Record, field: str, partners: set[str]) -> str:
    key = record.text(field)
    if key and key not in partners:
        record.refuse(field, f"“{key}” is no partner of this project")
    return key


def _event(record: Record, kinds: dict[str, EventKind], known: list[str], partners: set[str]) -> EventRecord:
    kind = _kind(record, kinds, known)
    title = record.text("title", most=most(Event, "title"), required=True)
    precision = record.choice("date_precision", PRECISIONS, required=True)
    starts_on, ends_on, start_time, end_time = _when(record, PRECISIONS.get(precision, ""))
    zone = record.text("timezone")
    if zone and zone not in _time_zones():
        record.refuse("timezone", f"“{zone}” is not a time zone such as Europe/Amsterdam")
    if starts_on and not zone:
        record.refuse("timezone", "is missing, though the event has a date")
    mode = MODES.get(record.choice("mode", MODES), "")
    place = _place(record.one("venue"))
    platform = ""
    if place and place.name and not place.city and mode == Event.Mode.ONLINE:
        # Skype and the like: where an online meeting took place is no place.
        platform, place = place.name, None
    reported = record.one("participants_reported")
    status = record.choice("status", STATUSES, required=True)
    history = [_earlier_plan(plan) for plan in record.many("history")]
    if [plan for plan in history[:-1] if plan.outcome in ENDINGS]:
        record.refuse("history", f"only the last plan may end in {' or '.join(ENDINGS)}")
    if starts_on and history and history[-1].outcome == "held" and history[-1].starts_on != starts_on:
        record.refuse("history", "the last plan was held, so it must have the date of the event")
    # A day that the date cannot hold is a slip; while only the month is known there is nothing to compare with.
    length = (ends_on - starts_on).days + 1 if precision == "day" and starts_on and ends_on else None
    sessions = list(record.many("sessions"))
    return EventRecord(
        where=record.where,
        source_key=record.key(most=most(Sourced, "source_key")),
        kind=kind,
        number=number_in(title) if kind and kind.is_numbered else None,
        title=title,
        host=_partner_named(record, "host_partner", partners),
        status=_status(status, starts_on, history),
        date_precision=PRECISIONS.get(precision, ""),
        starts_on=starts_on,
        ends_on=ends_on,
        start_time=start_time,
        end_time=end_time,
        time_zone=zone,
        mode=mode,
        place=place,
        online_platform=platform[: most(Event, "online_platform")],
        stated_semester=record.whole_number("semester", least=1, most=99),
        audience=record.text("audience", most=most(Event, "audience")),
        reported_participants=reported.whole_number("number", required=True) if reported else None,
        reported_participants_note=(
            reported.text("qualifier", most=most(Event, "reported_participants_note")) if reported else ""
        ),
        sources=record.sources("source_url", "other_sources"),
        note=record.text("note"),
        history=history,
        sessions=[_session(session, length) for session in sessions],
        groups=_groups(sessions),
    )


def _kind(record: Record, kinds: dict[str, EventKind], known: list[str]) -> EventKind | None:
    word = record.text("kind", required=True)
    kind = kinds.get(word.casefold().replace("_", "-"))
    if word and kind is None:
        record.refuse("kind", f"“{word}” is no kind of event; known are {', '.join(known)}")
    return kind


def _status(status: str, starts_on: date | None, history: list[EarlierPlan]) -> str:
    # A meeting that was put off, and of which nothing was heard since, is not announced any more.
    is_put_off = bool(history) and history[-1].outcome in ("suspended", "postponed")
    if status == "unknown" and starts_on is None and is_put_off:
        return Event.Status.POSTPONED
    return STATUSES.get(status, "")


def number_in(title: str) -> int | None:
    """Return the number of an event in its series where its title plainly says it: “13th …” or “… #05”."""
    match = _ORDINAL.match(title)
    return int(match[1] or match[2]) or None if match else None


def _when(record: Record, precision: str) -> tuple[date | None, date | None, time | None, time | None]:
    start, end = record.moment("start"), record.moment("end")
    if precision == Event.DatePrecision.UNKNOWN:
        for name, moment in (("start", start), ("end", end)):
            if moment:
                record.refuse(name, f"“{record.values[name]}” is a date, though date_precision is none")
        return None, None, None, None
    if start is None:
        if not record.values.get("start"):
            record.refuse("start", "is missing, though date_precision says how well it is known")
        return None, None, None, None
    return _span(record, start, end, is_month=precision == Event.DatePrecision.MONTH)


def _span(
    record: Record, start: Moment, end: Moment | None, *, is_month: bool
) -> tuple[date | None, date | None, time | None, time | None]:
    for name, moment in (("start", start), ("end", end)):
        if moment and moment.is_month != is_month:
            wanted = "a month such as 2020-01" if is_month else "a day such as 2020-01-29"
            record.refuse(name, f"“{record.values[name]}” is not {wanted}")
            return None, None, None, None
    end = end or Moment(start.last, start.last)
    if end.last < start.first:
        record.refuse("end", f"“{record.values['end']}” is before the start, {record.values['start']}")
    elif end.at and start.at is None:
        record.refuse("start", "has no time, though the end has one")
    elif end.at and start.at and end.last == start.first and end.at <= start.at:
        record.refuse("end", f"“{record.values['end']}” is not after the start, {record.values['start']}")
    else:
        return start.first, end.last, start.at, end.at
    return None, None, None, None


def _place(record: Record | None) -> PlaceRecord | None:
    """A place with what is known of it; None where neither its name nor its town is."""
    if record is None:
        return None
    latitude, longitude = record.coordinates()
    name, city = record.text("name", most=most(Venue, "name")), record.text("city", most=most(Venue, "city"))
    country = record.country()
    if not name and not city:
        return None
    note = record.text("coords", most=most(Venue, "coordinates_note"))
    return PlaceRecord(name, city, country, latitude, longitude, note)


def _earlier_plan(record: Record) -> EarlierPlan:
    start, end = record.moment("start"), record.moment("end")
    when: tuple[date | None, date | None, time | None, time | None] = (None, None, None, None)
    if start:
        when = _span(record, start, end, is_month=start.is_month)
    precision = Event.DatePrecision.UNKNOWN
    if when[0]:
        precision = Event.DatePrecision.MONTH if start and start.is_month else Event.DatePrecision.DAY
    return EarlierPlan(
        record.text("announced", most=most(PlanChange, "announced")),
        precision,
        *when,
        mode=MODES.get(record.choice("mode", MODES), ""),
        venue_name=record.text("venue_name", most=most(Venue, "name")),
        city=record.text("city", most=most(Venue, "city")),
        outcome=record.choice("outcome", OUTCOMES, required=True),
        note=record.text("note"),
        source=record.text("source_url", required=True),
    )


def _session(record: Record, days: int | None) -> SessionRecord:
    day = record.whole_number("day", least=1, most=366)
    if day is not None and days is not None and day > days:
        record.refuse("day", f"{day} is after the last day of the event, which has {days}")
    start_time, end_time = record.clock_time("start"), record.clock_time("end")
    if end_time and start_time is None and not record.values.get("start"):
        record.refuse("start", "is missing, though the end is given")
    if end_time and start_time and end_time <= start_time:
        record.refuse("end", f"“{record.values['end']}” is not after the start, {record.values['start']}")
    return SessionRecord(
        where=record.where,
        day=day,
        start_time=start_time,
        end_time=end_time,
        kind=record.choice("kind", Session.Kind.values, required=True),
        title=record.text("title", most=most(Session, "title"), required=True),
        place=_place(record.one("venue")),
        group=record.text("parallel_group", most=most(ChoiceGroup, "name")),
        speaker=record.text("speaker_role", most=most(Session, "speaker")),
        note=record.text("note"),
    )


def _groups(sessions: list[Record]) -> dict[str, int | None]:
    """Read “2 of 3” of the sessions that run at the same time: 2, when there are three and all say the same."""
    given = [session.values.get("parallel_group") for session in sessions]
    names = [name if isinstance(name, str) else "" for name in given]
    sizes = Counter(name for name in names if name)
    groups: dict[str, int | None] = dict.fromkeys(sizes)
    said: dict[str, str] = {}
    for session, group in zip(sessions, names, strict=True):
        choose = session.text("choose")
        if not choose:
            continue
        if group not in sizes:
            session.refuse("choose", f"“{choose}” needs a parallel_group to choose from")
            continue
        match = _CHOOSE.fullmatch(choose)
        if match is None:
            session.refuse("choose", f"“{choose}” is not like “2 of 3”")
        elif said.setdefault(group, choose) != choose:
            session.refuse("choose", f"“{choose}” differs from “{said[group]}” of the same group {group}")
        elif int(match[2]) != sizes[group]:
            session.refuse("choose", f"“{choose}” does not fit: the group {group} has {sizes[group]} sessions")
        elif not 1 <= int(match[1]) < int(match[2]):
            session.refuse("choose", f"“{choose}” leaves nothing to choose")
        else:
            groups[group] = int(match[1])
    return groups


def _refuse_repeated(records: FileRecord, problems: list[str]) -> None:
    """No two records may have one identity, nor two of one project one name or number."""

    def refuse(rows: list[Any], name: str, *, called: str) -> None:
        seen: dict[Any, str] = {}
        for row in rows:
            value = getattr(row, name)
            if value and value in seen:
                problems.append(f"{row.where}, field {called}: “{value}” is also that of {seen[value]}")
            seen.setdefault(value, row.where)

    projects = records.projects
    refuse(projects, "source_key", called="id")
    refuse(projects, "acronym", called="acronym")
    refuse([partner for project in projects for partner in project.partners], "source_key", called="id")
    refuse([event for project in projects for event in project.events], "source_key", called="id")
    for project in projects:
        # Two of the same key have the same number too; that was said above.
        by_key = {partner.source_key: partner for partner in project.partners}
        refuse(list(by_key.values()), "number", called="id")
        refuse(project.practices, "name", called="name")
        refuse(project.semesters, "number", called="semester")


def _refuse_two_coordinates(records: FileRecord, problems: list[str]) -> None:
    """One place has one pair of coordinates: with two, each load would change it back and forth."""
    seen: dict[tuple[str, str, str], tuple[str, float | None, float | None]] = {}
    for project in records.projects:
        for event in project.events:
            place = event.place
            if place is None or place.latitude is None:
                continue
            where, *coordinates = seen.setdefault(place.key, (event.where, place.latitude, place.longitude))
            if coordinates != [place.latitude, place.longitude]:
                problems.append(f"{event.where}, field venue: the coordinates differ from those in {where}")
