"""Presence person by person: the list of a day or of a session, and the minutes of everybody."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from events.models import Event, Session
from projects.search import fold as folded_text

from ..models import AttendanceRecord, Registration, Signature
from .folding import Folded, Said, counting, fold
from .standing import NOBODY_SAID

How = AttendanceRecord.How
# They say that somebody was there, and nothing of when; unless a correction says that, too.
WITHOUT_TIME = (How.SIGNED_LIST, How.CORRECTION)

# From when to when, both instants.
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One person with a place, and their presence. `first_in` is None for whoever was not there.

    `last_out` is None while nobody saw them leave. `minutes` are those of this day or session, 0 without presence.
    `signature` is what they signed on a screen last, or None: what was taken back signs nothing. `how` is one of
    AttendanceRecord.How, "" without presence.
    """

    registration: Registration
    name: str
    organisation: str
    country: str
    first_in: datetime | None
    last_out: datetime | None
    minutes: int
    how: str
    signature: Signature | None = None


def day_list(event: Event, day: date) -> tuple[DayRow, ...]:
    """Return everybody with a place, in the order of names, with their presence on a day.

    Three queries, and one more where somebody signed on a screen.
    """
    return _list(event, day, None)


def session_list(event: Event, session: Session) -> tuple[DayRow, ...]:
    """Return the same for one session of the event."""
    return _list(event, None, session)


def _list(event: Event, day: date | None, session: Session | None) -> tuple[DayRow, ...]:
    people = list(event.registrations.confirmed().select_related("organisation"))
    records = AttendanceRecord.objects.filter(
        registration__event=event, registration__state=Registration.State.CONFIRMED
    )
    records = records.filter(session=session) if session else records.of_days().filter(day=day or date.min)
    acts = _acts(records)
    signatures = _signatures(event, acts)
    programme = _Programme(event)
    rows = []
    for person in people:
        said = [one for _key, ones in acts.get(person.pk, {}).items() for one in ones]
        whole = fold(said) if said else NOBODY_SAID
        of_day = day or programme.day_of(session)
        bounds = programme.of_session(session, of_day) if session else programme.of_day(of_day)
        spent = _minutes([(whole, bounds)], of_day, event) if of_day else 0
        rows.append(
            DayRow(
                registration=person,
                name=person.name,
                organisation=person.organisation_name,
                country=str(person.country),
                first_in=whole.first_in,
                last_out=whole.last_out,
                minutes=spent,
                how=whole.how,
                signature=_last_of(said, signatures),
            )
        )
    return tuple(sorted(rows, key=lambda row: (folded_text(row.name), row.registration.pk)))


def _acts(records) -> dict[int, dict[tuple[date, int | None], list[Said]]]:
    acts: dict[int, dict[tuple[date, int | None], list[Said]]] = defaultdict(lambda: defaultdict(list))
    rows = records.order_by().values_list(
        "registration_id", "day", "session_id", "happened_at", "act", "what", "how", "undoes", "came_at"
    )
    for pk, day, session, *said in rows.iterator(chunk_size=2_000):
        acts[pk][day, session].append(Said(*said))
    return acts


def _signatures(event: Event, acts: dict[int, dict[tuple[date, int | None], list[Said]]]) -> dict[UUID, Signature]:
    if not any(one.how == How.SIGNATURE for of_person in acts.values() for ones in of_person.values() for one in ones):
        return {}
    return {signature.act: signature for signature in Signature.objects.filter(registration__event=event)}


def _last_of(said: list[Said], signatures: dict[UUID, Signature]) -> Signature | None:
    if not signatures:
        return None
    return next((signatures[one.act] for one in reversed(counting(said)) if one.act in signatures), None)


# --- Minutes -----------------------------------------------------------------------------------------------------


def minutes(event: Event) -> dict[int, dict[date, int]]:
    """Return how many minutes each registration was there on each day, by its primary key; whoever never was is left
    out.

    From coming to leaving. Whoever nobody saw leave stayed until the programme of the day, or the session, ended; a
    list signed on paper and a correction that names no time mean the whole of it. What overlaps counts once. Records of
    days and of sessions both count. Two queries.
    """
    programme = _Programme(event)
    found: dict[int, dict[date, int]] = {}
    for pk, of_person in _acts(AttendanceRecord.objects.filter(registration__event=event)).items():
        by_day: dict[date, list[tuple[Folded, Interval]]] = defaultdict(list)
        for (day, session), said in of_person.items():
            bounds = programme.of_session_key(session, day) if session else programme.of_day(day)
            by_day[day].append((fold(said), bounds))
        days = {day: _minutes(folded, day, event) for day, folded in by_day.items()}
        if days := {day: spent for day, spent in days.items() if spent}:
            found[pk] = days
    return found


def programme_begins_at(event: Event, day: date, session: Session | None = None) -> datetime:
    """Return when the programme of a day, or a session of it, begins; its midnight where nobody said. One query."""
    programme = _Programme(event)
    return (programme.of_session(session, day) if session else programme.of_day(day))[0]


def programme_minutes(event: Event) -> dict[date, int]:
    """Return how many minutes the programme of each day lasts: what `minutes` gives somebody who was there throughout.

    One query.
    """
    programme = _Programme(event)
    return {day: round(_together([programme.of_day(day)]).total_seconds() / 60) for day in event.days}


def _minutes(folded: Iterable[tuple[Folded, Interval]], day: date, event: Event) -> int:
    intervals = []
    for whole, (begins, ends) in folded:
        for stay in whole.stays:
            since = stay.since.seen_at if _has_time(stay.since, day, event) else begins
            intervals.append((since, stay.until or ends))
    return round(_together(intervals).total_seconds() / 60)


def _has_time(since: Said, day: date, event: Event) -> bool:
    says_when = since.how not in WITHOUT_TIME or (since.how == How.CORRECTION and since.came_at is not None)
    return says_when and since.seen_at.astimezone(event.zone).date() == day


def _together(intervals: Iterable[Interval]) -> timedelta:
    """How long the intervals last together, what overlaps once."""
    total, end = timedelta(), None
    for since, until in sorted(intervals):
        since = since if end is None else max(since, end)
        if until > since:
            total += until - since
            end = until
    return total


class _Programme:
    """When the days and sessions of an event begin and end."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.sessions = {session.pk: session for session in event.sessions.all()}

    def day_of(self, session: Session | None) -> date | None:
        days = self.event.days
        if session is None or not days:
            return None
        return days[session.day - 1] if session.day and session.day <= len(days) else days[0]

    def of_day(self, day: date | None) -> Interval:
        """From the first to the last time that the programme names for a day; else that of the event, else all of it.

        The time of the event is that of its first and last day; the days between take it for want of better.
        """
        times = [session for session in self.sessions.values() if self.day_of(session) == day and session.start_time]
        begins = min((one.start_time for one in times if one.start_time), default=None) or self.event.start_time
        ends = max((one.end_time for one in times if one.end_time), default=None) or self.event.end_time
        return self._between(day, begins, ends)

    def of_session(self, session: Session, day: date | None) -> Interval:
        begins, ends = self.of_day(day)
        if day and session.start_time:
            begins = datetime.combine(day, session.start_time, self.event.zone)
        if day and session.end_time:
            ends = datetime.combine(day, session.end_time, self.event.zone)
        return begins, ends

    def of_session_key(self, key: int, day: date) -> Interval:
        # Whoever was in a session that was deleted since was there all the same.
        return self.of_session(self.sessions[key], day) if key in self.sessions else self.of_day(day)

    def _between(self, day: date | None, begins: time | None, ends: time | None) -> Interval:
        day = day or date.min
        since = datetime.combine(day, begins or time.min, self.event.zone)
        until = datetime.combine(day, ends, self.event.zone) if ends else None
        if until is None or until <= since:
            until = datetime.combine(day + timedelta(days=1), time.min, self.event.zone)
        return since, until
