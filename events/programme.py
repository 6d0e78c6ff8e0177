"""The programme of an event as people read it: day by day, and what runs at the same time together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from projects.models.languages import Text

from .models import ChoiceGroup, Event, Session
from .times import clock_in_words, day_in_words, hours_in_words


@dataclass(frozen=True, slots=True)
class Item:
    """One session, with its texts in the reader's language. `kind` and `audience` are empty where they say nothing."""

    session: Session
    hours: str
    title: Text
    description: Text
    kind: str
    audience: str
    place: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One session, or the sessions of a choice group, of which each person takes part in `pick` (None: not said)."""

    items: list[Item]
    group: ChoiceGroup | None = None
    hours: str = ""

    @property
    def item(self) -> Item:
        return self.items[0]

    @property
    def count(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `number` is None for sessions of which no source names the day, `date` while it is not known.

    `clock` says on whose clock its times are, on the first day that has times and when that changes.
    """

    number: int | None
    date: date | None
    name: str
    clock: str = ""
    slots: list[Slot] = field(default_factory=list)


def programme(event: Event, sessions: Sequence[Session], *, language: str) -> list[Day]:
    """Return the days of an event in order, those sessions last that have no day.

    `sessions` come in the order of their model, with venue, room, site and choice group already read.
    """
    days: dict[int | None, Day] = {}
    clocks = _clocks(event, sessions)
    groups: dict[tuple[int | None, int], Slot] = {}
    for session in sessions:
        day = days.get(session.day)
        if day is None:
            on = _date(event, session.day)
            day = days[session.day] = Day(session.day, on, day_in_words(on) if on else "", clocks.get(session.day, ""))
        item = _item(event, session, language)
        if session.choice_group_id is None:
            day.slots.append(Slot([item]))
        elif slot := groups.get((session.day, session.choice_group_id)):
            slot.items.append(item)
        else:
            slot = groups[session.day, session.choice_group_id] = Slot([item], session.choice_group, item.hours)
            day.slots.append(slot)
    return list(days.values())


def towns(event: Event, sessions: Iterable[Session]) -> list[str]:
    """Return the towns of an event in the order in which one comes to them; empty when there is only one."""
    places = [event.venue, *(session.place for session in sessions)]
    found = dict.fromkeys(place.city for place in places if place and place.city)
    return list(found) if len(found) > 1 else []


def _date(event: Event, day: int | None) -> date | None:
    if not day or event.starts_on is None or not event.has_exact_date:
        return None
    return event.starts_on + timedelta(days=day - 1)


def _clocks(event: Event, sessions: Iterable[Session]) -> dict[int | None, str]:
    clocks: dict[int | None, str] = {}
    said = ""
    for number in dict.fromkeys(session.day for session in sessions if session.start_time):
        on = _date(event, number) or event.starts_on
        clock = clock_in_words(event, on) if on and event.time_zone else ""
        if clock != said:
            clocks[number] = said = clock
    return clocks


def _item(event: Event, session: Session, language: str) -> Item:
    return Item(
        session=session,
        hours=hours_in_words(session.start_time, session.end_time),
        title=session.in_language("title", language),
        description=session.in_language("description", language),
        # Next to “Site visit in Linz” the word “Session” says nothing.
        kind="" if session.kind == Session.Kind.SESSION else session.get_kind_display(),
        audience="" if session.audience == Session.Audience.EVERYONE else session.get_audience_display(),
        place=_place(event, session),
    )


def _place(event: Event, session: Session) -> str:
    """The room, and the venue or site where it is not the event's own."""
    parts = [session.room.name] if session.room else []
    if session.place and session.place != event.venue:
        parts.append(str(session.place))
    return ", ".join(parts)
