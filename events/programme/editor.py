"""The programme as its organisers work on it: a list by day, with what to look at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time

from django.db.models import Count, Prefetch

from ..models import Contribution, Event, Session
from ..times import clock_in_words, day_in_words, hours_in_words
from .changes import minutes_of
from .warnings import Concern, warnings


@dataclass(frozen=True, slots=True)
class Row:
    """One session in the list. `focus` names the button that just moved it, to be pressed again."""

    session: Session
    hours: str
    place: str
    speakers: list[str]
    concerns: list[Concern]
    is_first: bool
    is_last: bool
    days: list[tuple[int, str]]
    focus: str = ""

    @property
    def key(self) -> int:
        return self.session.pk


@dataclass(frozen=True, slots=True)
class EditorDay:
    """One day with its sessions; `number` is None for those of which the day is not known."""

    number: int | None
    name: str
    clock: str
    rows: list[Row] = field(default_factory=list)
    next_start: str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    days: list[EditorDay]
    concerns: list[Concern]
    last_day: int


def sessions_of(event: Event) -> list[Session]:
    """Return the sessions of an event with all that the editor shows. Two queries."""
    contributions = Prefetch("contributions", Contribution.objects.with_speakers().order_by("position", "pk"))
    sessions = list(
        event.sessions.with_page_data()
        .prefetch_related(contributions)
        .annotate(document_count=Count("documents"))
        .in_order()
    )
    for session in sessions:
        # The one at hand: looking it up again would cost a query each.
        session.event = event
    return sessions


def editor(event: Event, *, focus: str = "") -> Editor:
    """Return the programme for its organisers; `focus` is “button-key” as a move left it in the address."""
    sessions = sessions_of(event)
    concerns = warnings(event, sessions)
    last_day = max((session.day for session in sessions if session.day), default=0)
    count = max(len(event.days), last_day, 1)
    numbers: list[int | None] = [*range(1, count + 1)]
    if any(session.day is None for session in sessions):
        numbers.append(None)
    names = {number: _name(event, number) for number in numbers}
    button, _dash, key = focus.rpartition("-")
    days = []
    for number in numbers:
        that_day = [session for session in sessions if session.day == number]
        on = _date(event, number)
        rows = [
            Row(
                session=session,
                hours=hours_in_words(session.start_time, session.end_time),
                place=_place(event, session),
                speakers=[row.speaker.name for row in session.contributions.all()],
                concerns=[concern for concern in concerns if concern.session.pk == session.pk],
                is_first=index == 0,
                is_last=index == len(that_day) - 1,
                days=[(other, names[other]) for other in numbers if other is not None and other != number],
                focus=button if key == str(session.pk) else "",
            )
            for index, session in enumerate(that_day)
        ]
        clock = clock_in_words(event, on) if on and event.time_zone else ""
        days.append(EditorDay(number, names[number], clock, rows, next_start(that_day, event, number)))
    return Editor(days, concerns, last_day)


def next_start(sessions: Iterable[Session], event: Event, day: int | None) -> str:
    """Return when the next session of a day would start, “10:30”: after the last one, else when the event starts."""
    ends = [session.end_time or session.start_time for session in sessions if session.start_time]
    latest: time | None = max(ends, key=minutes_of, default=event.start_time if day == 1 else None)
    return f"{latest:%H:%M}" if latest else ""


def _date(event: Event, day: int | None) -> date | None:
    days = event.days
    return days[day - 1] if day and day <= len(days) else None


def _name(event: Event, number: int | None) -> str:
    on = _date(event, number)
    return day_in_words(on) if on else ""


def _place(event: Event, session: Session) -> str:
    parts = [session.room.name] if session.room else []
    if session.place and session.place != event.venue:
        parts.append(str(session.place))
    return ", ".join(parts)
