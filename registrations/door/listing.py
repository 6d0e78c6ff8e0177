"""What a device at the door is told: the event, everybody on its list, and afterwards who changed.

Names, organisations and how somebody stands; no address, no diet, no answer. Instead of a code there is its hash, so
that who finds the device can make no ticket.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.dateparse import parse_datetime

from events.models import Event
from projects.search import fold as folded_text

from ..attendance.folding import Said, fold
from ..models import AttendanceRecord, Consent, Door, Registration, ReplacedTicket
from ..models.registrations import ROOM
from ..places import counting
from .ids import ids_of
from .signing import hash_of, public_key

# A version is never newer than this: a transaction may end after one that began later, and would be missed.
OVERLAP = timedelta(seconds=2)
# Without any change to tell of.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Person = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """The people of a list as a device gets them, and the instant of the last change among them."""

    people: list[Person]
    changed_at: datetime

    def version(self, at: datetime) -> str:
        """What a device says it has when it asks again, at an instant."""
        return _in_text(min(self.changed_at, at - OVERLAP))


def door_list(event: Event, *, at: datetime) -> dict[str, Any]:
    """Return the whole list of a door. The same bytes as JSON while nothing changed."""
    door = Door.objects.filter(event=event).first()
    listing = people(event, event.registrations.all())
    replaced = ReplacedTicket.objects.filter(registration__event=event).order_by("pk").values_list("code", flat=True)
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
        "version": listing.version(at),
        "public_key": public_key(),
        "replaced": [hash_of(code) for code in replaced],
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


def changes(event: Event, since: object, *, also: Iterable[int] = ()) -> Listing:
    """Return the people who changed since a version of the list, and `also` those of these registrations.

    Without a version that is understood, only `also`.
    """
    wanted = Q(pk__in=list(also))
    after = parse_datetime(since) if isinstance(since, str) else None
    if after is not None and after.tzinfo is not None:
        arrived = AttendanceRecord.objects.filter(registration__event=event, recorded_at__gt=after)
        said = Consent.objects.filter(registration__event=event, given_at__gt=after)
        wanted |= Q(changed_at__gt=after)
        wanted |= Q(pk__in=arrived.order_by().values("registration"))
        wanted |= Q(pk__in=said.order_by().values("registration"))
    return people(event, event.registrations.filter(wanted))


def people(event: Event, registrations) -> Listing:
    """Return some registrations of an event as a device gets them. Three queries."""
    photos = Prefetch("consents", Consent.objects.filter(purpose=Consent.Purpose.PHOTOS).order_by("given_at", "pk"))
    found = list(registrations.order_by("name", "pk").prefetch_related(photos))
    acts = _acts(event, [one.pk for one in found])
    days = [day.isoformat() for day in event.days]
    last = max((one.changed_at for one in found), default=BEGINNING)
    shown = []
    for registration, key in zip(found, ids_of(event.pk, [one.pk for one in found]), strict=True):
        consents = registration.consents.all()
        last = max([last, *(consent.given_at for consent in consents)])
        here: dict[str, str | None] = dict.fromkeys(days)
        left: dict[str, str | None] = {}
        for place, (said, recorded_at) in acts.get(registration.pk, {}).items():
            folded = fold(said)
            last = max(last, recorded_at)
            here[place] = _in_text(folded.first_in) if folded.first_in else None
            left[place] = _in_text(folded.last_out) if folded.last_out else None
        shown.append(
            {
                "id": key,
                "name": registration.name,
                "organisation": registration.organisation_name,
                "search": folded_text(registration.name, registration.organisation_name),
                "code": hash_of(registration.ticket_code),
                "status": registration.state,
                "days": days,
                "note": _note(registration),
                # Who did not answer does not agree.
                "no_photos": not any(consent.is_given for consent in list(consents)[-1:]),
                "here": here,
                "left": left,
            }
        )
    return Listing(shown, last)


def _acts(event: Event, registrations: list[int]) -> dict[int, dict[str, tuple[list[Said], datetime]]]:
    """The acts about each registration by what they are about: a day, or “session 12” as devices say it."""
    rows = AttendanceRecord.objects.filter(registration__event=event).order_by()
    if len(registrations) < 500:
        rows = rows.filter(registration__in=registrations)
    acts: dict[int, dict[str, tuple[list[Said], datetime]]] = defaultdict(dict)
    fields = ("registration_id", "day", "session_id", "recorded_at", "happened_at", "act", "what", "how", "undoes")
    for pk, day, session, recorded_at, *said in rows.values_list(*fields):
        place = f"session {session}" if session else day.isoformat()
        known, last = acts[pk].get(place, ([], recorded_at))
        known.append(Said(*said))
        acts[pk][place] = (known, max(last, recorded_at))
    return acts


def _note(registration: Registration) -> str:
    if registration.participant_kind == Registration.ParticipantKind.PARTICIPANT:
        return ""
    return registration.get_participant_kind_display()


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
# Devices ask more often than a count changes anything for them; each process counts once in so many seconds.
RECENT_SECONDS = 1.0
_recent: dict[tuple[int, date | None], tuple[float, Counter]] = {}


def recent_counter(event: Event, day: date | None, *, at: datetime) -> Counter:
    """Return what `counter` returned within the last second, or now."""
    now = time.monotonic()
    known = _recent.get((event.pk, day))
    if known is None or not 0 <= now - known[0] < RECENT_SECONDS:
        known = _recent[event.pk, day] = (now, counter(event, day, at=at))
    return known[1]


def forget_counts() -> None:
    """Count anew at the next asking."""
    _recent.clear()


def counter(event: Event, day: date | None, *, at: datetime) -> Counter:
    """Count who is here on a day, of those who have a place. Two queries, and those for free places."""
    people = event.registrations.confirmed()
    acts: dict[int, list[Said]] = defaultdict(list)
    # Those of sessions are left out here: asked for those without, SQLite would go through the records of all events.
    rows = AttendanceRecord.objects.filter(registration__event=event, day=day or date.min)
    fields = ("registration_id", "registration__state", "session_id", "happened_at", "act", "what", "how", "undoes")
    for pk, state, session, happened_at, act, what, how, undoes in rows.order_by().values_list(*fields):
        if session is None and state == Registration.State.CONFIRMED:
            acts[pk].append(Said(happened_at, act, what, how, undoes))
    here = [folded for folded in map(fold, acts.values()) if folded.attended]
    walked_in = [folded for folded in here if any(stay.since.how == "walk_in" for stay in folded.stays)]
    lately = [folded for folded in here if folded.first_in and at - LATELY <= folded.first_in]
    return Counter(
        here=len(here),
        expected=people.count(),
        walk_ins=len(walked_in),
        lately=len(lately),
        free=counting.count(event, at).of(ROOM).free if event.places is not None else None,
    )
