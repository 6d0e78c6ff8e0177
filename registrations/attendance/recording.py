"""Putting on record who was there.

A record is added for every act and none is ever changed. An act has an id of its own: sent twice, or by two at once, it
is one record. What may not count becomes no record; it is kept in the log of the door with its reason.
"""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import CharField, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import User
from events.models import Event, Session

from ..compiled import LONGEST_LIST, Compiled, add_missing, slices
from ..exceptions import (
    ActUsedElsewhere,
    DayNotBegun,
    NotADayOfTheEvent,
    NotConfirmed,
    ReasonMissing,
    RegistrationRefused,
)
from ..models import AttendanceRecord, DoorAct, Registration
from ..models.attendance import How, Kept, What
from .lists import programme_begins_at

# A dinner goes on past midnight: a day is over so long after it.
NIGHT = timedelta(hours=4)
# What is said by whoever stood there, and needs no reason while the day lasts.
SEEN = (How.SCAN, How.NAME_SEARCH, How.WALK_IN, How.SIGNATURE)

_STATES = {
    Registration.State.WAITING: Kept.WAITING,
    Registration.State.OFFERED: Kept.OFFERED,
    Registration.State.FOR_APPROVAL: Kept.FOR_APPROVAL,
    Registration.State.CANCELLED: Kept.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody said of a registration: `what` and `how` as in AttendanceRecord, `happened_at` by their clock.

    `registration` is None for somebody who is not known, and for an undo that names only what it takes back.
    `kept_because` is a reason that was found before, such as a forged code; "" lets the act be looked at here.
    `written_in` names whom a device wrote in, for the log where that does not count. `came_at` is since when somebody
    was there, if that is said afterwards: `happened_at` is when it was said.
    """

    act: uuid.UUID
    what: str
    registration: Registration | None
    day: date | None
    happened_at: datetime
    how: str
    session: Session | None = None
    device: str = ""
    helper: str = ""
    by: User | None = None
    reason: str = ""
    undoes: uuid.UUID | None = None
    kept_because: str = ""
    written_in: str = ""
    came_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether an act counts, and if not, why: one of Kept."""

    act: uuid.UUID
    counted: bool
    reason: str = ""


def record(
    event: Event, acts: Iterable[Act], *, at: datetime | None = None, none_is_kept: bool = False
) -> list[Outcome]:
    """Record acts of an event, those that may count, and keep the others in the log; in the order they are given in.

    Repeating any of them changes nothing and gives the first answer again. `at` is when they arrived, by the server's
    clock. The registrations must have been read just now. So many queries whatever the number of acts; two less where
    they are new and may count, and the caller knows that `none_is_kept` in the log: by `heard_of`.
    """
    at = at or timezone.now()
    acts = list(acts)
    if none_is_kept and _are_stored_at_once(event, acts, at):
        return [Outcome(act.act, counted=True) for act in acts]
    known = _Known.of(acts)
    if any(known.is_lost(act) for act in acts):
        # What an undo takes back may arrive this very moment. A walk-in holds this lock, too.
        with transaction.atomic():
            Event.objects.locked().get(pk=event.pk)
            return _store(event, acts, _Known.of(acts), at)
    if all(act.act in known.outcomes for act in acts):
        return [known.outcome(act) for act in acts]
    return _store(event, acts, known, at)


def heard_of(acts: Sequence[uuid.UUID]) -> QuerySet[DoorAct]:
    """Return what the log has of some acts: that they do not count, or undos that wait for them."""
    return DoorAct.objects.filter(Q(act__in=acts) | Q(undoes__in=acts, kept_because=Kept.UNDO_WAITS)).order_by()


def _are_stored_at_once(event: Event, acts: Sequence[Act], at: datetime) -> bool:
    """Store acts that are what most are: new, of people who have a place. One statement, which finds out if they are.

    False where that is not so of all; those that it stored are on record then, as if they had been sent before.
    """
    records = []
    for act in acts:
        pk = act.registration.pk if act.registration else None
        if pk is None or act.day is None or act.what == What.UNDO or _why_not(event, act, pk, at):
            return False
        records.append(_record(act, pk, act.day, at))
    return 0 < len(records) <= LONGEST_LIST and add_missing(records, first=_turn(event)) == len(records)


_KEPT_BECAUSE = Value("", output_field=CharField())
# What is on record or kept in the log of some acts, and the undos that wait for one of them.
_STORED = Compiled(
    lambda acts: (
        AttendanceRecord.objects.filter(act__in=acts)
        .order_by()
        .values_list("act", "registration_id", "day", "what", "undoes", _KEPT_BECAUSE)
        .union(
            heard_of(acts).values_list("act", "registration_id", "day", "what", "undoes", "kept_because"),
            all=True,
        )
        .order_by()
    ),
    acts=[uuid.UUID],
)


class _Known:
    """What is stored of these acts already, and of those that they take back."""

    def __init__(self, acts: Sequence[Act]) -> None:
        ids = {act.act for act in acts}
        wanted = ids | {act.undoes for act in acts if act.undoes and act.registration is None}
        rows = [row for part in slices(list(wanted)) for row in _STORED.tuples(acts=part)]
        self.records: dict[uuid.UUID, tuple[int, date | None, str]] = {}
        self.outcomes: dict[uuid.UUID, Outcome] = {}
        waiting = set()
        for act, pk, day, what, undoes, kept_because in rows:
            if not kept_because:
                self.records[act] = (pk, day, what)
                self.outcomes[act] = Outcome(act, counted=True)
                continue
            self.outcomes.setdefault(act, Outcome(act, counted=False, reason=kept_because))
            if kept_because == Kept.UNDO_WAITS and undoes in ids:
                waiting.add(act)
        self.waiting: dict[uuid.UUID, list[DoorAct]] = {}
        for undo in DoorAct.objects.filter(act__in=waiting).order_by() if waiting else ():
            self.waiting.setdefault(undo.undoes, []).append(undo)  # type: ignore[arg-type]
        self.in_batch = {act.act: act.registration for act in acts if act.registration}

    @classmethod
    def of(cls, acts: Sequence[Act]) -> "_Known":
        return cls(acts)

    def is_lost(self, act: Act) -> bool:
        """Whether nobody knows yet whose act this undo takes back."""
        return (
            act.what == What.UNDO
            and act.registration is None
            and not act.kept_because
            and act.act not in self.outcomes
            and act.undoes not in self.records
            and act.undoes not in self.in_batch
        )

    def outcome(self, act: Act) -> Outcome:
        stored = self.records.get(act.act)
        if stored and act.registration is not None and stored != (act.registration.pk, act.day, act.what):
            return Outcome(act.act, counted=False, reason=Kept.USED)
        return self.outcomes[act.act]


def _store(event: Event, acts: Sequence[Act], known: _Known, at: datetime) -> list[Outcome]:
    records: list[AttendanceRecord] = []
    kept: list[DoorAct] = []
    arrived: list[DoorAct] = []
    outcomes: list[Outcome] = []
    for act in acts:
        if act.act in known.outcomes:
            outcomes.append(known.outcome(act))
            continue
        pk = _whose(act, known)
        reason = _why_not(event, act, pk, at)
        outcome = known.outcomes[act.act] = Outcome(act.act, counted=not reason, reason=reason)
        outcomes.append(outcome)
        if reason or pk is None or act.day is None:
            kept.append(_kept(event, act, pk, reason, at))
            continue
        known.records[act.act] = (pk, act.day, act.what)
        records.append(_record(act, pk, act.day, at))
        # Undos that came before what they take back.
        undos = known.waiting.pop(act.act, [])
        arrived += undos
        taken_back = records[-1]
        records += [_late_undo(undo, taken_back) for undo in undos]
    # One statement is a transaction by itself, and spares the database from being asked for the rest of it.
    is_one_statement = len(records) <= LONGEST_LIST and not kept
    with nullcontext() if is_one_statement and not arrived else transaction.atomic():
        if records:
            # The same act may have arrived by another way in the meantime: then it is there once.
            add_missing(records, first=_turn(event))
        if kept:
            add_missing(kept)
        if arrived:
            DoorAct.objects.filter(pk__in=[undo.pk for undo in arrived]).delete()
    return outcomes


def _turn(event: Event) -> str:
    """The statement that has the records of an event stored in turns: their keys grow as they become visible.

    Devices are told what came after the greatest key that they know (door/listing.py). The turn lasts until the end of
    the transaction; whoever has it waits for no other lock. On SQLite one transaction writes at a time anyway.
    """
    if connection.vendor != "postgresql":
        return ""
    return f"SELECT pg_advisory_xact_lock({_RECORDS_OF_EVENT}, {event.pk % 2**31}); "


# Any number, as long as no other lock has it.
_RECORDS_OF_EVENT = 73_001


def _whose(act: Act, known: _Known) -> int | None:
    if act.registration is not None:
        return act.registration.pk
    if act.undoes in known.records:
        return known.records[act.undoes][0]
    if act.undoes in known.in_batch:
        registration = known.in_batch[act.undoes]
        return registration.pk if registration else None
    return None


def is_over(event: Event, day: date, *, at: datetime) -> bool:
    """Whether a day of an event is over at an instant: what happened on it is put right with a reason from then on."""
    return at >= datetime.combine(day + timedelta(days=1), time.min, event.zone) + NIGHT


def _is_too_late(event: Event, act: Act, at: datetime) -> bool:
    """Whether somebody says only now what they saw on a day that is over. What was kept on a phone happened before."""
    if act.how not in SEEN or act.reason or act.day is None:
        return False
    # A phone whose clock is ahead did nothing later than it was heard of.
    return is_over(event, act.day, at=min(act.happened_at, at))


def _why_not(event: Event, act: Act, pk: int | None, at: datetime) -> str:
    if act.kept_because:
        return act.kept_because
    if act.day in event.days and _is_too_late(event, act, at):
        return Kept.DAY_OVER
    if pk is None:
        return Kept.UNDO_WAITS if act.what == What.UNDO else Kept.UNKNOWN
    if act.registration is not None and act.registration.event_id != event.pk:
        return Kept.OTHER_EVENT
    if act.what == What.UNDO:
        # Whatever it takes back was looked at when it came.
        return "" if act.day is not None else Kept.UNREADABLE
    if act.day not in event.days:
        return Kept.NOT_A_DAY
    if act.happened_at.astimezone(event.zone).date() < act.day:
        return Kept.NOT_BEGUN
    if act.session is not None and not is_session_of(event, act.session, act.day):
        return Kept.NOT_A_SESSION
    if act.how == How.CORRECTION and not act.reason:
        return Kept.NO_REASON
    return _STATES.get(Registration.State(act.registration.state), "") if act.registration else ""


def is_session_of(event: Event, session: Session, day: date) -> bool:
    """Whether a session belongs to an event and takes place on this day of it, or on a day that is not said."""
    return session.event_id == event.pk and (session.day is None or event.days[session.day - 1 : session.day] == [day])


def _record(act: Act, pk: int, day: date, at: datetime) -> AttendanceRecord:
    return AttendanceRecord(
        act=act.act,
        registration_id=pk,
        day=day,
        session=act.session,
        what=act.what,
        undoes=act.undoes if act.what == What.UNDO else None,
        happened_at=act.happened_at,
        recorded_at=at,
        came_at=act.came_at,
        how=act.how,
        reason=act.reason,
        device=act.device,
        helper=act.helper,
        recorded_by=act.by,
    )


def _late_undo(undo: DoorAct, taken_back: AttendanceRecord) -> AttendanceRecord:
    return AttendanceRecord(
        act=undo.act,
        registration_id=taken_back.registration_id,
        day=taken_back.day,
        session=taken_back.session,
        what=What.UNDO,
        undoes=taken_back.act,
        happened_at=undo.happened_at,
        recorded_at=taken_back.recorded_at,
        how=undo.how,
        reason=undo.reason,
        device=undo.device,
        helper=undo.helper,
        recorded_by_id=undo.recorded_by_id,
    )


def _kept(event: Event, act: Act, pk: int | None, reason: str, at: datetime) -> DoorAct:
    return DoorAct(
        event=event,
        act=act.act,
        registration_id=pk,
        what=act.what,
        undoes=act.undoes,
        day=act.day,
        happened_at=act.happened_at,
        recorded_at=at,
        how=act.how,
        kept_because=reason,
        written_in=act.written_in,
        reason=act.reason,
        device=act.device,
        helper=act.helper,
        recorded_by=act.by,
    )


# --- One person --------------------------------------------------------------------------------------------------


def check_in(
    registration: Registration,
    day: date,
    *,
    by=None,
    how: str = How.NAME_SEARCH,
    act: uuid.UUID | None = None,
    at: datetime | None = None,
    reason: str = "",
    session: Session | None = None,
    came_at: datetime | None = None,
) -> AttendanceRecord:
    """Record that somebody is present on a day of their event; the same act again returns its record.

    `at` is when they were seen, an aware datetime that defaults to now; for a correction it is when it is made, and
    `came_at` since when they were there, None from the beginning of the programme. Raises NotConfirmed without a place,
    NotADayOfTheEvent, DayNotBegun before that day begins in the event's zone, ReasonMissing without a `reason` for a
    correction and for a day that is over or whose list is frozen, and ActUsedElsewhere when the act's id belongs to
    another act.
    """
    if how == How.CORRECTION and came_at is None:
        came_at = programme_begins_at(registration.event, day, session)
    return _say(
        What.IN, registration, day, by=by, how=how, act=act, at=at, reason=reason, session=session, came_at=came_at
    )


def check_out(
    registration: Registration,
    day: date,
    *,
    by=None,
    how: str = How.NAME_SEARCH,
    act: uuid.UUID | None = None,
    at: datetime | None = None,
    reason: str = "",
    session: Session | None = None,
) -> AttendanceRecord:
    """Record that somebody is not present after all; the earlier record stays. Raises as `check_in` does."""
    return _say(What.ABSENT, registration, day, by=by, how=how, act=act, at=at, reason=reason, session=session)


def _say(
    what: str, registration: Registration, day: date, *, by, how, act, at, reason, session, came_at=None
) -> AttendanceRecord:
    at = at or timezone.now()
    act = act or uuid.uuid4()
    said = Act(
        act=act,
        what=what,
        registration=registration,
        day=day,
        session=session,
        happened_at=at,
        how=how,
        by=by,
        reason=reason,
        came_at=came_at,
    )
    refusal = _why_not(registration.event, said, registration.pk, at)
    if not refusal and not reason and how in SEEN and is_frozen(registration.event, day):
        refusal = Kept.NO_REASON
    if not refusal:
        record(registration.event, [said])
    # What was recorded before stays so, whatever happened to the place since.
    known = AttendanceRecord.objects.filter(act=act).first()
    if known is None:
        raise _refusal(refusal, registration, day)
    if (known.registration_id, known.day, known.what) != (registration.pk, day, what):
        raise ActUsedElsewhere(act)
    return known


def is_frozen(event: Event, day: date) -> bool:
    """Whether a list of the day was frozen: what an organiser changes from then on needs a reason. One query."""
    return event.signed_lists.filter(day=day).exists()


def _refusal(reason: str, registration: Registration, day: date) -> RegistrationRefused:
    if reason == Kept.NOT_BEGUN:
        return DayNotBegun(day)
    if reason in (Kept.NOT_A_DAY, Kept.NOT_A_SESSION):
        return NotADayOfTheEvent(day)
    if reason in (Kept.NO_REASON, Kept.DAY_OVER):
        return ReasonMissing(registration)
    return NotConfirmed(registration)


# --- A list signed on paper --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignedList:
    """What became of a signed list: who is ticked, and who was left out because they have no place."""

    ticked: tuple[Registration, ...]
    without_place: tuple[Registration, ...]


def record_signed_list(
    event: Event,
    day: date,
    registrations: Iterable[Registration],
    *,
    act: uuid.UUID,
    by=None,
    at: datetime | None = None,
    reason: str = "",
) -> SignedList:
    """Record that these people of an event signed the list of a day; the same list sent again adds nothing.

    `act` stands for the whole list. A day that is over needs no reason, as the paper is one, unless its list is frozen.
    Raises NotADayOfTheEvent, DayNotBegun and ReasonMissing as `check_in` does.
    """
    at = at or timezone.now()
    if day not in event.days:
        raise NotADayOfTheEvent(day)
    if at.astimezone(event.zone).date() < day:
        raise DayNotBegun(day)
    if not reason and is_frozen(event, day):
        raise ReasonMissing(day)
    registrations = tuple(registrations)
    ticked = tuple(registration for registration in registrations if registration.is_confirmed)
    one = Act(act=act, what=What.IN, registration=None, day=day, happened_at=at, how=How.SIGNED_LIST, by=by)
    # The paper says that they were there, not since when: they did not come when somebody typed it.
    one = replace(one, came_at=programme_begins_at(event, day), reason=reason)
    # The same person in the same list is the same act.
    acts = [replace(one, act=uuid.uuid5(act, str(person.pk)), registration=person) for person in ticked]
    record(event, acts, at=at)
    return SignedList(ticked, tuple(registration for registration in registrations if not registration.is_confirmed))
