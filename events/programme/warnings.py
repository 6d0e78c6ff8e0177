"""What is probably wrong in a programme: two things in one room, a speaker in two places, a bus that cannot make it.

Nothing of it is refused: a host may know better. The times of one day are local and compared as clocks show them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import cast

from django.utils.translation import gettext

from venues.models import Site, Venue

from ..models import ChoiceGroup, Event, Session
from ..times import day_in_words
from .changes import minutes_of

# Between two houses of one town, without a transfer in the programme.
MINUTES_WITHIN_A_TOWN = 10


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to look at, in words, and the sessions that it is about, the one to change first."""

    text: str
    sessions: tuple[Session, ...]

    @property
    def session(self) -> Session:
        return self.sessions[0]


def warnings(event: Event, sessions: Sequence[Session]) -> list[Concern]:
    """Return what to look at in a programme, day by day.

    `sessions` come in the order of their model, with place, room and choice group read and `contributions` prefetched
    with their speakers.
    """
    found: list[Concern] = []
    for day in dict.fromkeys(session.day for session in sessions):
        that_day = [session for session in sessions if session.day == day]
        found += _outside(event, day, that_day)
        found += _clock_changes(event, day, that_day)
        found += _clashes(that_day)
        found += _transfers(event, that_day)
    found += _choice_groups(event, sessions)
    return found


# --- Two at the same time ----------------------------------------------------------------------------------------


def _clashes(sessions: Sequence[Session]) -> Iterator[Concern]:
    for first, second in combinations([session for session in sessions if session.start_time], 2):
        if not overlap(first, second):
            continue
        both = (second, first)
        titles = {"first": first.title, "second": second.title}
        if first.room_id and first.room_id == second.room_id:
            words = gettext("“%(first)s” and “%(second)s” are in the same room at the same time: %(room)s.")
            yield Concern(words % {**titles, "room": first.room}, both)
        speakers = {row.speaker_id: row.speaker.name for row in first.contributions.all()}
        for row in second.contributions.all():
            if row.speaker_id in speakers:
                words = gettext("%(speaker)s is in “%(first)s” and in “%(second)s” at the same time.")
                yield Concern(words % {**titles, "speaker": row.speaker.name}, both)
        if first.track and first.track == second.track:
            words = gettext("“%(first)s” and “%(second)s” overlap in one track: %(track)s.")
            yield Concern(words % {**titles, "track": first.track}, both)
        elif _for_the_same_people(first, second):
            words = gettext("“%(first)s” and “%(second)s” overlap, and the same people are expected in both.")
            yield Concern(words % titles, both)


def overlap(first: Session, second: Session) -> bool:
    """Whether two sessions of one day with a start run at the same time; one without an end is a moment."""
    if first.start_time is None or second.start_time is None:
        return False
    return begin_of(first) < end_of(second) and begin_of(second) < end_of(first)


def begin_of(session: Session) -> time:
    """Return when a session that has a start begins."""
    return cast(time, session.start_time)


def end_of(session: Session) -> time:
    """Return when a session that has a start is over: with its beginning, where no end is known."""
    return session.end_time or begin_of(session)


def _for_the_same_people(first: Session, second: Session) -> bool:
    return (
        first.audience == second.audience
        and not (first.track and second.track)
        and (first.choice_group_id is None or first.choice_group_id != second.choice_group_id)
        # What starts together, or is for some only, is meant to run side by side.
        and first.start_time != second.start_time
        and first.places is None
        and second.places is None
        and Session.Kind.OPTIONAL not in (first.kind, second.kind)
    )


# --- From one place to the next ----------------------------------------------------------------------------------


def _transfers(event: Event, sessions: Sequence[Session]) -> Iterator[Concern]:
    timed = [session for session in sessions if session.start_time]
    stops = [session for session in timed if session.kind != Session.Kind.TRANSFER]
    for before, after in _followers(stops):
        here, there = before.place or event.venue, after.place or event.venue
        if here is None or there is None or here == there:
            continue
        between = [
            session
            for session in timed
            if session.kind == Session.Kind.TRANSFER and begin_of(before) <= begin_of(session) <= begin_of(after)
        ]
        words = {"here": str(here), "there": str(there), "before": before.title, "after": after.title}
        if between:
            yield from _late(before, after, between[0], between[-1])
        elif _is_far(here, there):
            text = gettext("No transfer from %(here)s to %(there)s: “%(before)s” is followed by “%(after)s”.")
            yield Concern(text % {**words, "here": here.city, "there": there.city}, (after, before))
        elif minutes_of(begin_of(after)) - minutes_of(end_of(before)) < MINUTES_WITHIN_A_TOWN:
            text = gettext("Too little time from %(here)s to %(there)s: “%(before)s” is followed by “%(after)s”.")
            yield Concern(text % words, (after, before))


def _followers(stops: Sequence[Session]) -> Iterator[tuple[Session, Session]]:
    """Each session with those that people go to next: the first after its end, and what starts together with it."""
    for before in stops:
        later = [
            session
            for session in stops
            if begin_of(session) >= end_of(before)
            and begin_of(session) > begin_of(before)
            and (not before.track or not session.track or before.track == session.track)
        ]
        for after in later:
            if after.start_time == later[0].start_time:
                yield before, after


def _late(before: Session, after: Session, first: Session, last: Session) -> Iterator[Concern]:
    if begin_of(first) < end_of(before):
        words = gettext("The transfer “%(transfer)s” leaves at %(time)s, before “%(session)s” ends.")
        yield Concern(
            words % {"transfer": first.title, "time": f"{begin_of(first):%H:%M}", "session": before.title},
            (first, before),
        )
    if end_of(last) > begin_of(after):
        words = gettext("The transfer “%(transfer)s” arrives at %(time)s, after “%(session)s” starts.")
        yield Concern(
            words % {"transfer": last.title, "time": f"{end_of(last):%H:%M}", "session": after.title}, (last, after)
        )


def _is_far(here: Venue | Site, there: Venue | Site) -> bool:
    """Whether two places are in different towns; an unknown town is near."""
    return bool(here.city and there.city and here.city != there.city)


# --- The day itself ----------------------------------------------------------------------------------------------


def _outside(event: Event, day: int | None, sessions: Sequence[Session]) -> Iterator[Concern]:
    days = event.days
    if not days or day is None:
        return
    if day > len(days):
        words = gettext("“%(session)s” is on day %(day)s, after the last day of the event.")
        yield from (Concern(words % {"session": session.title, "day": day}, (session,)) for session in sessions)
        return
    if day == 1 and (starts := event.start_time):
        words = gettext("“%(session)s” starts at %(time)s, before the event does.")
        yield from _each(sessions, lambda session: begin_of(session) < starts, words)
    if day == len(days) and (ends := event.end_time):
        words = gettext("“%(session)s” starts at %(time)s, after the event ends.")
        yield from _each(sessions, lambda session: begin_of(session) >= ends, words)


def _each(sessions: Sequence[Session], is_wrong: Callable[[Session], bool], words: str) -> Iterator[Concern]:
    for session in sessions:
        if session.start_time is not None and is_wrong(session):
            yield Concern(words % {"session": session.title, "time": f"{session.start_time:%H:%M}"}, (session,))


def _clock_changes(event: Event, day: int | None, sessions: Sequence[Session]) -> Iterator[Concern]:
    if not day or day > len(event.days) or not event.time_zone:
        return
    on = event.days[day - 1]
    midnight = datetime.combine(on, time(), event.zone)
    if midnight.utcoffset() == datetime.combine(on + timedelta(days=1), time(), event.zone).utcoffset():
        return
    timed = tuple(session for session in sessions if session.start_time)
    if timed:
        words = gettext("The clocks change on %(day)s. Check the times of this day.")
        yield Concern(words % {"day": day_in_words(on)}, timed)
    for session in timed:
        for at in (session.start_time, session.end_time):
            if at is not None and (words := _trouble(event, on, at)):
                yield Concern(words % {"session": session.title, "time": f"{at:%H:%M}"}, (session,))


def _trouble(event: Event, on: date, at: time) -> str:
    early = datetime.combine(on, at, event.zone)
    late = early.replace(fold=1)
    if early.utcoffset() == late.utcoffset():
        return ""
    # PEP 495: in a gap, the later reading has the smaller offset turned round.
    if early.utcoffset() < late.utcoffset():  # type: ignore[operator]
        return gettext("“%(session)s”: %(time)s does not exist on this day, because the clocks go forward.")
    return gettext("“%(session)s”: %(time)s is there twice on this day, because the clocks go back.")


# --- Choice groups -----------------------------------------------------------------------------------------------


def _choice_groups(event: Event, sessions: Sequence[Session]) -> Iterator[Concern]:
    groups: dict[int, list[Session]] = {}
    for session in sessions:
        if session.choice_group_id:
            groups.setdefault(session.choice_group_id, []).append(session)
    for members in groups.values():
        group = members[0].choice_group
        assert group is not None  # noqa: S101 - they are in it
        count = len(members)
        if group.rule == ChoiceGroup.Rule.AT_MOST:
            # Whoever chooses fewer keeps the rule, too.
            continue
        if group.pick and group.pick >= count:
            words = gettext(
                "“%(group)s”: nothing is left to choose when everybody takes part in %(pick)s of %(count)s."
            )
            yield Concern(words % {"group": group, "pick": group.pick, "count": count}, tuple(members))
        if group.pick and (most := most_one_after_the_other(event, members)) < min(group.pick, count):
            words = gettext(
                "“%(group)s”: everybody takes part in %(pick)s of %(count)s, but the times allow no more than %(most)s."
            )
            yield Concern(words % {"group": group, "pick": group.pick, "count": count, "most": most}, tuple(members))
        if group.pick and group.pick > 1:
            # Whoever takes part in several goes from one to the next: they are not all at one time.
            continue
        for session in members[1:]:
            if session.day != members[0].day or (
                session.start_time != members[0].start_time and not overlap(session, members[0])
            ):
                words = gettext("“%(session)s” is not at the same time as the others of its group, “%(group)s”.")
                yield Concern(words % {"session": session.title, "group": group}, (session, members[0]))


def most_one_after_the_other(event: Event, sessions: Sequence[Session]) -> int:
    """Return in how many of these sessions one person can take part, with the time between two places of a town.

    A session without a day or a start may fit anywhere, so it counts as one that does.
    """
    timed = [session for session in sessions if session.day and session.start_time]
    count = len(sessions) - len(timed)
    for day in {session.day for session in timed}:
        that_day = sorted(
            (session for session in timed if session.day == day), key=lambda one: (end_of(one), begin_of(one))
        )
        # The longest row that ends with each session. Two neighbours that fit are enough: a way over a third place
        # takes no less time than the straight one.
        rows: list[int] = []
        for index, session in enumerate(that_day):
            before = [row for row, other in zip(rows, that_day[:index], strict=True) if _then(event, other, session)]
            rows.append(1 + max(before, default=0))
        count += max(rows)
    return count


def _then(event: Event, before: Session, after: Session) -> bool:
    """Whether one person can take part in two sessions of a day, one after the other."""
    is_elsewhere = (before.place or event.venue) != (after.place or event.venue)
    ready = minutes_of(end_of(before)) + (MINUTES_WITHIN_A_TOWN if is_elsewhere else 0)
    return before.start_time != after.start_time and ready <= minutes_of(begin_of(after))
