"""What a device at the door is told: the event, everybody on its list, and afterwards who changed.

Names, organisations and how somebody stands; no address, no diet, no answer. Instead of a code there is its hash, so
that who finds the device can make no ticket. The number of a ticket finds somebody as a name does.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery, Value
from django.utils.dateparse import parse_datetime

from events.models import Event
from projects.search import fold as folded_text

from ..attendance.folding import Said, fold
from ..compiled import Compiled, slices
from ..models import AttendanceRecord, Consent, Door, Registration, ReplacedTicket
from ..models.registrations import ROOM
from ..places import counting
from .ids import ids_of
from .signing import hash_of, public_key

# The instant of a version is never newer than this: a transaction that changes a registration may end after one that
# began later, and would be missed.
OVERLAP = timedelta(seconds=2)
# Without any change to tell of.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Person = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """How new a list is: what was changed until an instant, and what is on record until a number, the key of a record.

    Records of an event are stored in turns (attendance/recording.py), so none turns up later with a smaller number.
    """

    changed_at: datetime = BEGINNING
    number: int = 0

    def __str__(self) -> str:
        return f"{_in_text(self.changed_at)} {self.number}"

    @classmethod
    def read(cls, said: object) -> "Version | None":
        """Return what a device says it has; None for what is no version."""
        instant, _space, number = said.partition(" ") if isinstance(said, str) else ("", "", "")
        try:
            changed_at = parse_datetime(instant)
        except ValueError:
            return None
        if changed_at is None or changed_at.tzinfo is None:
            return None
        return cls(changed_at, int(number) if number.isdecimal() and len(number) < 19 else 0)


@dataclass(frozen=True, slots=True)
class Listing:
    """People as a device gets them, and the version that it has then."""

    people: list[Person]
    version: Version


def door_list(event: Event, *, at: datetime) -> dict[str, Any]:
    """Return the whole list of a door. The same bytes as JSON while nothing changed; with a limit, one query more."""
    door = Door.objects.filter(event=event).first()
    people = event.registrations.order_by("name", "pk").values_list(*_of_person())
    acts = AttendanceRecord.objects.filter(registration__event=event).order_by().values_list("registration_id", *_SAID)
    told = _Told()
    for row in people:
        told.take_person(_Row(*row))
    for pk, *act in acts:
        told.take_act(pk, *act)
    listing = _listing(event, told, Version(), number=told.last_record, at=at)
    codes = ReplacedTicket.objects.filter(registration__event=event).order_by("pk").values_list("code", "number")
    replaced = list(codes)
    return {
        "event": {
            "title": event.title,
            "zone": str(event.zone),
            "days": [day.isoformat() for day in event.days],
            "sessions": _sessions(event),
            "needs_signature": bool(door and door.needs_signature),
            "mode_of_door": "careful" if door and door.is_careful else "express",
            "capacity": event.places,
        },
        "version": str(listing.version),
        "public_key": public_key(),
        "replaced": [hash_of(code) for code, _number in replaced],
        "replaced_numbers": [number for _code, number in replaced if number],
        # So that a phone without network knows when its walk-ins may find no place.
        "free": _free(event, at),
        "counter": None,
        "people": listing.people,
    }


def etag(content: dict[str, Any]) -> tuple[bytes, str]:
    """Return the bytes of a list and its ETag."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _sessions(event: Event) -> list[dict[str, Any]]:
    days = event.days
    return [
        {
            "id": str(session.pk),
            "title": session.title,
            "day": days[session.day - 1].isoformat(),
            "start": f"{session.start_time:%H:%M}" if session.start_time else None,
        }
        for session in event.sessions.in_order()
        if session.day and session.day <= len(days)
    ]


class _Row(NamedTuple):
    """`agrees_to_photos` and `answered_at` are None for whoever did not answer."""

    pk: int
    name: str
    organisation_name: str
    ticket_code: str
    ticket_number: str
    state: str
    participant_kind: str
    changed_at: datetime
    agrees_to_photos: bool | None
    answered_at: datetime | None


def _of_person() -> tuple[str | Subquery, ...]:
    """What is told of a registration, in the order of the fields of _Row."""
    answers = Consent.objects.filter(registration=OuterRef("pk"), purpose=Consent.Purpose.PHOTOS)
    answer = answers.order_by("-given_at", "-pk")
    return (
        *_Row._fields[:-2],
        Subquery(answer.values("is_given")[:1]),
        Subquery(answer.values("given_at")[:1]),
    )


# What is told of an act; in the order of what `_Told.take_act` takes after whose it is.
_SAID = ("pk", "day", "session_id", "happened_at", "act", "what", "how", "undoes", "came_at", "device")


class _Told:
    """Registrations and the acts about each by what they are about: a day, or the key of a session."""

    def __init__(self) -> None:
        self.people: dict[int, _Row] = {}
        self.acts: dict[int, dict[date | int, list[Said]]] = defaultdict(dict)
        self.last_record = 0

    def take_person(self, one: _Row) -> None:
        self.people[one.pk] = one

    def take_act(self, whose: int, pk: int, day: date, session: int | None, *said: Any) -> None:
        self.acts[whose].setdefault(session or day, []).append(Said(*said))
        self.last_record = max(self.last_record, pk)


# In parts, each with keys that are known: in one query PostgreSQL would have to guess how many people changed, and may
# go through all of them.
# Each third of it is a range of one index, in which nothing is found while nothing is new. With the key of the record.
_NEWS = Compiled(
    lambda event, number, changed_at: (
        AttendanceRecord.objects.filter(pk__gt=number)
        .order_by()
        .values_list("registration_id", "pk")
        .union(
            Registration.objects.filter(event=event, changed_at__gt=changed_at).order_by().values_list("pk", Value(0)),
            Consent.objects.filter(given_at__gt=changed_at, purpose=Consent.Purpose.PHOTOS)
            .order_by()
            .values_list("registration_id", Value(0)),
            all=True,
        )
        # The coming Django gives a union the order of its model, which these columns do not have.
        .order_by()
    ),
    "event",
    "number",
    changed_at=datetime,
)
# Those of other events are told apart by who asks: with a condition on the event, PostgreSQL may begin with all of its
# people instead of these few.
_PEOPLE = Compiled(
    lambda keys: Registration.objects.filter(pk__in=keys).order_by("name", "pk").values_list(*_of_person(), "event_id"),
    keys=[int],
)
_ACTS = Compiled(
    lambda keys: (
        AttendanceRecord.objects.filter(registration__in=keys).order_by().values_list("registration_id", *_SAID)
    ),
    keys=[int],
)


def changes(event: Event, since: Version | None, *, also: Iterable[int] = (), at: datetime) -> Listing:
    """Return the people who changed since a version of the list, and `also` those of these registrations.

    Without a version, only `also`. Three queries, one while nothing changed.
    """
    known = since or Version()
    news = _NEWS.tuples(event=event.pk, number=since.number, changed_at=since.changed_at) if since else []
    told = _Told()
    for keys in slices(list({*also, *(pk for pk, _number in news)})):
        for *row, of_event in _PEOPLE.tuples(keys=keys):
            if of_event == event.pk:
                told.take_person(_Row(*row))
    for keys in slices(list(told.people)):
        for act in _ACTS.tuples(keys=keys):
            told.take_act(*act)
    # Of those that were news. Since then, another one may have come that nobody was asked about, and after it one here.
    number = max((number for pk, number in news if pk in told.people), default=known.number)
    return _listing(event, told, known, number=number, at=at)


def _listing(event: Event, told: _Told, known: Version, *, number: int, at: datetime) -> Listing:
    """Return registrations as a device gets them who has a version of the list already."""
    found = told.people.values()
    days = [day.isoformat() for day in event.days]
    people = [
        _person(one, key, days, told.acts.get(one.pk, {}))
        for one, key in zip(found, ids_of(event.pk, told.people), strict=True)
    ]
    changed_at = max((max(one.changed_at, one.answered_at or BEGINNING) for one in found), default=BEGINNING)
    return Listing(people, Version(max(known.changed_at, min(changed_at, at - OVERLAP)), max(known.number, number)))


def _person(one: _Row, key: str, days: list[str], acts: dict[date | int, list[Said]]) -> Person:
    here: dict[str, str | None] = dict.fromkeys(days)
    left: dict[str, str | None] = {}
    desk: dict[str, str] = {}
    for about, said in acts.items():
        folded, place = fold(said), about.isoformat() if isinstance(about, date) else f"session {about}"
        here[place] = _in_text(folded.first_in) if folded.first_in else None
        if folded.stays and folded.stays[0].since.device:
            desk[place] = folded.stays[0].since.device
        left[place] = _in_text(folded.last_out) if folded.last_out else None
    return {
        "id": key,
        "name": one.name,
        "organisation": one.organisation_name,
        "search": _search_text(one.name, one.organisation_name),
        "code": _code_hash(one.ticket_code),
        "number": one.ticket_number,
        "status": one.state,
        "days": days,
        "note": _note(one.participant_kind),
        # Who did not answer does not agree.
        "no_photos": not one.agrees_to_photos,
        "here": here,
        "left": left,
        "desk": desk,
    }


# Each device is told of the same people one after the other.
_search_text, _code_hash = lru_cache(maxsize=5_000)(folded_text), lru_cache(maxsize=5_000)(hash_of)


def _note(participant_kind: str) -> str:
    kind = Registration.ParticipantKind(participant_kind)
    return "" if kind == Registration.ParticipantKind.PARTICIPANT else str(kind.label)


def _in_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


# --- Counter -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counter:
    """How many of those with a place are here on a day, how many of them registered at the door or came just now.

    `free` is how many places are left in the room; None without a limit.
    """

    here: int
    expected: int
    walk_ins: int
    lately: int
    free: int | None

    def as_dict(self) -> dict[str, int | None]:
        return {
            "here": self.here,
            "expected": self.expected,
            "walk_ins": self.walk_ins,
            "lately": self.lately,
            "free": self.free,
        }


LATELY = timedelta(minutes=10)
# Devices ask more often than a count changes anything for them. Each process counts once in so many seconds, and spends
# no more than this part of its time on it, however many people there are.
RECENT_SECONDS = 1.0
MOST_COUNTING = 1 / 20
# The count, and until when it is given.
_recent: dict[tuple[int, date | None], tuple[Counter, float]] = {}


def recent_counter(event: Event, day: date | None, *, at: datetime) -> Counter:
    """Return what `counter` returned a moment ago, or now: a second ago at most, longer where counting takes longer."""
    began = time.monotonic()
    known = _recent.get((event.pk, day))
    if known is not None and began < known[1]:
        return known[0]
    counted = counter(event, day, at=at)
    ended = time.monotonic()
    _recent[event.pk, day] = (counted, ended + max(RECENT_SECONDS, (ended - began) / MOST_COUNTING))
    return counted


def forget_counts() -> None:
    """Count anew at the next asking."""
    _recent.clear()


def counter(event: Event, day: date | None, *, at: datetime) -> Counter:
    """Count who is here on a day, of those who have a place. Two queries, and those for free places."""
    people = event.registrations.confirmed()
    acts: dict[int, list[Said]] = defaultdict(list)
    # Those of sessions are left out here: asked for those without, SQLite would go through the records of all events.
    rows = AttendanceRecord.objects.filter(registration__event=event, day=day or date.min)
    fields = ("registration_id", "registration__state", *_SAID[2:])
    for pk, state, session, *said in rows.order_by().values_list(*fields):
        if session is None and state == Registration.State.CONFIRMED:
            acts[pk].append(Said(*said))
    here = [folded for folded in map(fold, acts.values()) if folded.attended]
    walked_in = [folded for folded in here if any(stay.since.how == "walk_in" for stay in folded.stays)]
    lately = [folded for folded in here if folded.first_in and at - LATELY <= folded.first_in]
    return Counter(
        here=len(here),
        expected=people.count(),
        walk_ins=len(walked_in),
        lately=len(lately),
        free=_free(event, at),
    )


def _free(event: Event, at: datetime) -> int | None:
    return counting.count(event, at).of(ROOM).free if event.places is not None else None
