"""The programme of an event as people read it: day by day, and what runs at the same time together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.db.models import Prefetch

from projects.models.languages import Text

from ..models import ChoiceGroup, Contribution, Document, Event, Session, Speaker
from ..times import clock_in_words, day_in_words, hours_in_words
from .documents import ShownDocument

# More columns than these are too narrow for text; they wrap.
MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who contributes to a session; `role` is empty for a speaker, who is just named."""

    speaker: Speaker
    role: str
    is_to_be_confirmed: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One session, with its texts in the reader's language. `kind` and `audience` are empty where they say nothing.

    `column` is where it stands beside what runs at the same time, counted from 1; 0 where it stands alone.
    """

    session: Session
    hours: str
    title: Text
    description: Text
    kind: str
    audience: str
    place: str
    contributors: list[Contributor] = field(default_factory=list)
    documents: list[ShownDocument] = field(default_factory=list)
    column: int = 0

    @property
    def is_transfer(self) -> bool:
        return self.session.kind == Session.Kind.TRANSFER


@dataclass(frozen=True, slots=True)
class Slot:
    """One session, or what runs at the same time: a choice group, of which each person takes part in `pick` (None: not
    said), or parallel tracks, each in a column of its own.
    """

    items: list[Item]
    group: ChoiceGroup | None = None
    hours: str = ""
    tracks: list[str] = field(default_factory=list)

    @property
    def item(self) -> Item:
        return self.items[0]

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def choose(self) -> str:
        """How many of them one person chooses, in words; "" where that is not said."""
        return self.group.choose_in_words(self.count) if self.group else ""

    @property
    def is_parallel(self) -> bool:
        return self.group is not None or self.count > 1

    @property
    def columns(self) -> int:
        """How many columns stand side by side; 0 where they are too many to be told apart, and just wrap."""
        count = max(item.column for item in self.items)
        return count if count <= MOST_COLUMNS else 0


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


def shown_sessions(event: Event, user) -> list[Session]:
    """Return the sessions of an event that a user sees, None being the public, ready for `programme`. Two queries."""
    contributions = Prefetch("contributions", Contribution.objects.with_speakers().order_by("position", "pk"))
    sessions = event.sessions.visible_to(user).with_page_data().prefetch_related(contributions).in_order()
    return list(sessions)


def speakers_beside(event: Event, sessions: Sequence[Session], user) -> list[Speaker]:
    """Return the speakers that are announced for the event, and are in none of these sessions."""
    named = {row.speaker_id for session in sessions for row in session.contributions.all()}
    return [speaker for speaker in event.speakers.visible_to(user) if speaker.pk not in named]


def programme(
    event: Event, sessions: Sequence[Session], *, language: str, documents: Iterable[Document] = ()
) -> list[Day]:
    """Return the days of an event in order, those sessions last that have no day.

    `sessions` come in the order of their model, with venue, room, site and choice group already read, and with
    `contributions` prefetched; `documents` are those that the reader may see, those of sessions among them.
    """
    files: dict[int | None, list[ShownDocument]] = {}
    for document in documents:
        files.setdefault(document.session_id, []).append(ShownDocument.of(document, language=language))
    days: dict[int | None, Day] = {}
    clocks = _clocks(event, sessions)
    for number in dict.fromkeys(session.day for session in sessions):
        on = _date(event, number)
        days[number] = Day(number, on, day_in_words(on) if on else "", clocks.get(number, ""))
        that_day = [session for session in sessions if session.day == number]
        for together in _side_by_side(that_day):
            items = [_item(event, session, language, files.get(session.pk, [])) for session in together]
            days[number].slots.append(_slot(items))
    return list(days.values())


def _side_by_side(sessions: Sequence[Session]) -> list[list[Session]]:
    """Put what runs at the same time together, in the order in which it begins; everything else stays alone."""
    blocks: list[list[Session]] = []
    groups: dict[int, list[Session]] = {}
    for session in sessions:
        group = session.choice_group_id
        if group is not None and group in groups:
            groups[group].append(session)
            continue
        if group is None and blocks and _runs_beside(session, blocks[-1]):
            blocks[-1].append(session)
            continue
        blocks.append([session])
        if group is not None:
            groups[group] = blocks[-1]
    # A track that has nothing beside it is no column, just one session after the other.
    return [part for block in blocks for part in (_alone(block) if _is_one_track(block) else [block])]


def _runs_beside(session: Session, block: Sequence[Session]) -> bool:
    first = block[0]
    if first.choice_group_id is not None or session.start_time is None or first.start_time is None:
        return False
    ends = max(other.end_time or other.start_time for other in block if other.start_time)
    if session.track and first.track:
        return session.start_time < ends
    return session.start_time == first.start_time and session.end_time is not None and first.end_time is not None


def _is_one_track(block: Sequence[Session]) -> bool:
    return bool(block[0].track) and block[0].choice_group_id is None and len({one.track for one in block}) == 1


def _alone(block: Sequence[Session]) -> list[list[Session]]:
    return [[session] for session in block]


def _slot(items: list[Item]) -> Slot:
    first = items[0].session
    if len(items) == 1 and first.choice_group_id is None:
        return Slot(items)
    tracks = list(dict.fromkeys(item.session.track for item in items))
    if all(tracks) and len(tracks) > 1:
        items = [replace(item, column=tracks.index(item.session.track) + 1) for item in items]
    else:
        tracks = []
        items = [replace(item, column=number) for number, item in enumerate(items, 1)]
    ends = [item.session.end_time for item in items]
    latest = max(end for end in ends if end) if all(ends) else None
    return Slot(items, first.choice_group, hours_in_words(first.start_time, latest), tracks)


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


def _item(event: Event, session: Session, language: str, documents: list[ShownDocument]) -> Item:
    return Item(
        session=session,
        hours=hours_in_words(session.start_time, session.end_time),
        title=session.in_language("title", language),
        description=session.in_language("description", language),
        # Next to “Site visit in Linz” the word “Session” says nothing.
        kind="" if session.kind == Session.Kind.SESSION else session.get_kind_display(),
        audience="" if session.audience == Session.Audience.EVERYONE else session.get_audience_display(),
        place=_place(event, session),
        contributors=[
            Contributor(
                row.speaker,
                "" if row.role == Contribution.Role.SPEAKER else row.get_role_display(),
                row.is_to_be_confirmed,
            )
            for row in session.contributions.all()
        ],
        documents=documents,
    )


def _place(event: Event, session: Session) -> str:
    """The room, and the venue or site where it is not the event's own."""
    parts = [session.room.name] if session.room else []
    if session.place and session.place != event.venue:
        parts.append(str(session.place))
    return ", ".join(parts)
