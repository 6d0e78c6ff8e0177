"""What devices at the door send: acts in batches, repeated, late and out of order; and what is answered for each."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Exists, Q
from django.utils.dateparse import parse_date, parse_datetime
from django_countries import countries

from events.models import Event, Session
from projects.search import typed_words

from .. import attendance
from ..attendance import Act, Outcome
from ..compiled import Compiled
from ..exceptions import RegistrationRefused
from ..models import AttendanceRecord, DoorAct, Registration, ReplacedTicket, Signature
from ..models.attendance import How, Kept, What
from .access import AtTheDoor, is_host_pin, name_device
from .ids import ids_of, registration_of
from .numbers import number_in
from .signing import code_in, is_signed
from .walking_in import take_back_walk_ins, walk_in

# How many acts one request may carry.
MOST = 50
# What a device may say itself; a correction and a list on paper are for organisers.
DOOR_WHAT = (What.IN, What.OUT, What.UNDO)
DOOR_HOW = (How.SCAN, How.NAME_SEARCH, How.WALK_IN, How.SIGNATURE)
_PATH = re.compile(r"[ML0-9 .-]{1,60000}")


class NotUnderstood(Exception):
    """The request is not what a device of ours sends."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One act as it was sent, read; `person` is the registration it names, `code` a code that was
    scanned, `walker` the act by which somebody was registered whom the device knows by nothing else yet."""

    act: uuid.UUID
    what: str
    day: date | None
    session: int | None
    at: datetime
    how: str
    person: int | None
    walker: uuid.UUID | None
    code: str
    undoes: uuid.UUID | None
    walk_in: dict[str, str] | None
    signature: dict[str, Any] | None
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one act. `registration` is whose it is, None if nobody knows."""

    outcome: Outcome
    registration: Registration | None

    @property
    def pk(self) -> int | None:
        return self.registration.pk if self.registration else None

    @property
    def words(self) -> str:
        """Why it does not count, in the current language; "" if it does."""
        return str(Kept(self.outcome.reason).label) if self.outcome.reason else ""


def answers(event: Event, results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return what a device is told of its acts, in their order."""
    found = [result.registration for result in results]
    here = list({one.pk for one in found if one is not None and one.event_id == event.pk})
    ids = dict(zip(here, ids_of(event.pk, here), strict=True))
    return [_answer(result, ids) for result in results]


def _answer(result: Result, ids: dict[int, str]) -> dict[str, Any]:
    answer = {
        "act": str(result.outcome.act),
        "outcome": "counted" if result.outcome.counted else "kept",
        "reason": result.outcome.reason,
        "words": result.words,
    }
    if result.pk in ids:
        answer["person"] = ids[result.pk]
    return answer


def read(event: Event, sent: object) -> list[Sent]:
    """Read the acts of a request. What names itself but says nothing that can be read is kept in the log.

    Raises NotUnderstood for what has no id or time to be kept by, and for more than MOST of them.
    """
    if not isinstance(sent, list) or len(sent) > MOST:
        raise NotUnderstood
    return [_read(event, one) for one in sent]


def _read(event: Event, one: object) -> Sent:
    if not isinstance(one, dict):
        raise NotUnderstood
    try:
        act, at = uuid.UUID(str(one["act"])), parse_datetime(str(one["at"]))
    except (KeyError, ValueError) as error:
        raise NotUnderstood from error
    if at is None or at.tzinfo is None:
        raise NotUnderstood
    what, how = str(one.get("what")), str(one.get("how"))
    day, undoes, is_readable = None, None, what in DOOR_WHAT and how in DOOR_HOW
    try:
        day = parse_date(str(one.get("day")))
        undoes = uuid.UUID(str(one["undoes"])) if one.get("undoes") else None
    except ValueError:
        is_readable = False
    session = str(one.get("session") or "")
    walked_in, signature = one.get("walk_in"), one.get("signature")
    return Sent(
        act=act,
        what=what if what in DOOR_WHAT else What.IN,
        day=day,
        session=int(session) if session.isdecimal() and len(session) < 18 else None,
        at=at,
        how=how if how in DOOR_HOW else How.NAME_SEARCH,
        person=registration_of(event.pk, one.get("person")),
        walker=_walker(one.get("person")),
        code=str(one.get("code") or "")[:300],
        undoes=undoes if what == What.UNDO else None,
        walk_in={name: str(value) for name, value in walked_in.items()} if isinstance(walked_in, dict) else None,
        signature=signature if isinstance(signature, dict) else None,
        is_readable=is_readable and day is not None and (what != What.UNDO or undoes is not None),
    )


def _walker(person: object) -> uuid.UUID | None:
    """The act in “walk-in {act}”, by which a device knows somebody until the server answered."""
    try:
        return uuid.UUID(person.removeprefix("walk-in ")) if isinstance(person, str) else None
    except ValueError:
        return None


def take(by: AtTheDoor, sent: object, *, device: str, language: str, at: datetime) -> list[Result]:
    """Record the acts of a request, in the order in which they were sent, and say what became of each.

    `device` is how its helper named it, "" for the name that it was given. Raises NotUnderstood as `read` does. So many
    queries whatever the number of acts, walk-ins apart.
    """
    event = by.event
    acts = read(event, sent)
    name_device(by, device := typed_words(device, longest=100))
    device = device or by.device
    walkers = [one for one in acts if one.walk_in is not None and one.is_readable]
    results = {one.act: _walked_in(by, one, device=device, language=language, at=at) for one in walkers}
    people = _People(event, acts)
    others = [one for one in acts if one.act not in results]
    if others:
        sessions = _sessions(event, others)
        said = [_act(by, one, people, sessions, device) for one in others]
        outcomes = attendance.record(event, said, at=at, none_is_kept=people.none_is_kept)
        results |= {one.act: Result(outcome, one.registration) for one, outcome in zip(said, outcomes, strict=True)}
    # An undo may be there before what it takes back.
    if taken_back := {one.undoes for one in acts if one.undoes} | {one.act for one in walkers}:
        take_back_walk_ins(event, taken_back, at=at)
    _keep_signatures([one for one in acts if one.signature], results, at)
    return [results[one.act] for one in acts]


_FOR_ACTS = {"id", "event_id", "state", "ticket_code", "name"}
# In the order of the model, as `from_db` takes them.
_OF_REGISTRATION = [field.attname for field in Registration._meta.concrete_fields if field.attname in _FOR_ACTS]
# Those of the event by their keys, those of any by the codes of their tickets. And whether the log has any of the acts.
_NAMED = Compiled(
    lambda event, keys, codes, acts: (
        Registration.objects.filter(Q(event=event, pk__in=keys) | Q(ticket_code__in=codes))
        .order_by()
        .values_list(*_OF_REGISTRATION, Exists(attendance.heard_of(acts)))
    ),
    "event",
    keys=[int],
    codes=[str],
    acts=[uuid.UUID],
)


class _People:
    """Whose the persons and codes of some acts are. `none_is_kept` is said only if the log has none of the acts."""

    def __init__(self, event: Event, acts: Sequence[Sent]) -> None:
        keys = {one.person for one in acts if one.person is not None}
        codes = {code for one in acts if (code := code_in(one.code))}
        ids = [one.act for one in acts]
        rows = _NAMED.tuples(event=event.pk, keys=[*keys], codes=[*codes], acts=ids) if keys or codes else []
        named = [Registration.from_db(DEFAULT_DB_ALIAS, _OF_REGISTRATION, row[:-1]) for row in rows]
        self.none_is_kept = bool(rows) and not rows[0][-1]
        self.by_key = {registration.pk: registration for registration in named if registration.event_id == event.pk}
        self.by_code = {registration.ticket_code: registration for registration in named}
        self.by_walker: dict[uuid.UUID, Registration] = {}
        if walkers := {one.walker for one in acts if one.walker}:
            records = AttendanceRecord.objects.filter(act__in=walkers, registration__event=event)
            self.by_walker = {record.act: record.registration for record in records.select_related("registration")}
        self.by_number = _by_number(event, {number for one in acts if (number := number_in(one.code))})
        unknown = codes - set(self.by_code)
        self.replaced = {}
        if unknown:
            replaced = ReplacedTicket.objects.filter(code__in=unknown).select_related("registration")
            self.replaced = {one.code: one.registration for one in replaced}

    def of(self, one: Sent) -> tuple[Registration | None, str]:
        """Return whose an act is, and why it cannot count, "" if nothing is known against it."""
        if not one.code:
            return self.by_walker.get(one.walker) if one.walker else self.by_key.get(one.person or 0), ""
        if number := number_in(one.code):
            return self.by_number.get(number, (None, Kept.UNKNOWN))
        code = code_in(one.code)
        if code in self.by_code:
            return self.by_code[code], ""
        if code in self.replaced:
            registration = self.replaced[code]
            return registration, Kept.REPLACED
        return None, Kept.UNKNOWN if is_signed(code) else Kept.FORGED


def _by_number(event: Event, numbers: set[str]) -> dict[str, tuple[Registration | None, str]]:
    """Whose the numbers of tickets are that somebody typed, and why they cannot count; as _People.of says it."""
    if not numbers:
        return {}
    replaced = ReplacedTicket.objects.filter(registration__event=event, number__in=numbers)
    found: dict[str, tuple[Registration | None, str]] = {
        one.number: (one.registration, Kept.REPLACED) for one in replaced.select_related("registration")
    }
    return found | {one.ticket_number: (one, "") for one in event.registrations.filter(ticket_number__in=numbers)}


def _sessions(event: Event, acts: Sequence[Sent]) -> dict[int, Session]:
    keys = {one.session for one in acts if one.session}
    return {session.pk: session for session in Session.objects.filter(pk__in=keys)} if keys else {}


def _act(by: AtTheDoor, one: Sent, people: _People, sessions: dict[int, Session], device: str) -> Act:
    registration, kept_because = people.of(one)
    if not one.is_readable:
        kept_because = Kept.UNREADABLE
    if one.session and one.session not in sessions:
        kept_because = kept_because or Kept.NOT_A_SESSION
    return Act(
        act=one.act,
        what=one.what,
        registration=registration,
        day=one.day,
        session=sessions.get(one.session or 0),
        happened_at=one.at,
        how=one.how,
        device=device,
        helper=by.name,
        by=by.user,
        undoes=one.undoes,
        kept_because=kept_because,
    )


# --- Walk-ins ----------------------------------------------------------------------------------------------------


def _walked_in(by: AtTheDoor, one: Sent, *, device: str, language: str, at: datetime) -> Result:
    """Register and check in somebody in one transaction, under the lock of the event; repeating adds nothing."""
    event = by.event
    with transaction.atomic():
        Event.objects.locked().get(pk=event.pk)
        if known := AttendanceRecord.objects.filter(act=one.act).select_related("registration").first():
            return Result(Outcome(one.act, counted=True), known.registration)
        if kept := DoorAct.objects.filter(act=one.act).first():
            return Result(Outcome(one.act, counted=False, reason=kept.kept_because), None)
        registration, refused = _register(by, one, language=language, at=at)
        said = Act(
            act=one.act,
            what=one.what,
            registration=registration,
            day=one.day,
            happened_at=one.at,
            how=How.WALK_IN,
            device=device,
            helper=by.name,
            by=by.user,
            kept_because=refused,
            # Somebody who was turned away stays known to the host, who may put it right.
            written_in=_written_in(one) if refused else "",
        )
        [outcome] = attendance.record(event, [said], at=at)
    return Result(outcome, registration)


def _register(by: AtTheDoor, one: Sent, *, language: str, at: datetime) -> tuple[Registration | None, str]:
    typed = one.walk_in or {}
    name, organisation = (typed_words(typed.get(field, ""), longest=200) for field in ("name", "organisation"))
    country, email = typed.get("country", "").strip().upper(), typed.get("email", "").strip()
    try:
        if email:
            validate_email(email)
    except ValidationError:
        return None, Kept.NOT_REGISTERED
    if not (name and organisation and country in dict(countries) and typed.get("told") == "True"):
        return None, Kept.NOT_REGISTERED
    if one.day not in by.event.days:
        return None, Kept.NOT_A_DAY
    if attendance.is_over(by.event, one.day, at=min(one.at, at)):
        return None, Kept.DAY_OVER
    if min(one.at, at).astimezone(by.event.zone).date() < one.day:
        return None, Kept.NOT_BEGUN
    over_limit = False
    if pin := typed.get("over_limit_pin", "").strip():
        over_limit = is_host_pin(by.event, pin, by.name, at=at)
        if not over_limit:
            return None, Kept.WRONG_PIN
    try:
        registration = walk_in(
            by.event,
            name=name,
            organisation=organisation,
            country=country,
            email=email,
            language=language,
            by=by,
            over_limit=over_limit,
            at=at,
        )
    except RegistrationRefused:
        return None, Kept.FULL
    return registration, ""


def _written_in(one: Sent) -> str:
    said = one.walk_in or {}
    return ", ".join(filter(None, (typed_words(said.get(name, ""), longest=200) for name in ("name", "organisation"))))


# --- Signatures --------------------------------------------------------------------------------------------------


def _keep_signatures(acts: Sequence[Sent], results: dict[uuid.UUID, Result], at: datetime) -> None:
    signatures = []
    for one in acts:
        registration = results[one.act].registration
        if one.signature is not None and one.how == How.SIGNATURE and results[one.act].outcome.counted and registration:
            signature = Signature(act=one.act, registration=registration, signed_at=one.at)
            if one.signature.get("present") is True:
                signature.typed = typed_words(str(one.signature.get("name") or ""), longest=200)
            else:
                signature.path = _drawn(one.signature)
            if signature.typed or signature.path:
                signatures.append(signature)
    if signatures:
        Signature.objects.bulk_create(signatures, ignore_conflicts=True)


def _drawn(signature: dict[str, Any]) -> str:
    """Return a drawing in the field of 1000 by 300 that all have; "" for what is none."""
    path, width, height = str(signature.get("path") or ""), signature.get("width"), signature.get("height")
    is_sized = isinstance(width, int) and isinstance(height, int) and 0 < width <= 5_000 and 0 < height <= 5_000
    if not (is_sized and _PATH.fullmatch(path)):
        return ""
    scale = min(1000 / width, 300 / height)  # type: ignore[operator]
    return re.sub(r"-?\d+(?:\.\d+)?", lambda number: f"{float(number[0]) * scale:.0f}", " ".join(path.split()))
