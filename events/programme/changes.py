"""Changing a programme: what a session's move means for the others, and what can be undone.

Each act locks its event, so that two people who move sessions at once never give one position to two of them, and is
told to calendars and pages once.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone

from accounts.periodic import every

from ..models import Contribution, Document, Event, Session, Speaker
from ..models.deletable import DELETED_IS_KEPT
from ..signals import calendar_changes_at_once

MINUTES_OF_A_DAY = 24 * 60


class MoveRefused(Exception):
    """A session cannot move in this way."""


class NoNeighbour(MoveRefused):
    """It is the first or the last of its day."""


class NameIsTaken(Exception):
    """Somebody else has the name of a speaker who is to come back."""


class LeavesTheDay(MoveRefused):
    """A session would end after midnight."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session


@contextmanager
def changing_programme(event: Event) -> Iterator[None]:
    """Hold the programme of an event: nobody else changes it meanwhile, and all changes are told at once."""
    with calendar_changes_at_once():
        Event.objects.locked().only("pk").get(pk=event.pk)
        yield


def next_position(event: Event) -> int:
    return (event.sessions.aggregate(last=Max("position"))["last"] or 0) + 1


# --- Moving ------------------------------------------------------------------------------------------------------


def move_earlier(session: Session) -> None:
    """Let a session trade places with the one before it on its day; raises NoNeighbour for the first one.

    What lies between them stays: 9:00–9:30 and 10:00–11:00 become 9:00–10:00 and 10:30–11:00.
    """
    _trade(session, -1)


def move_later(session: Session) -> None:
    """Let a session trade places with the one after it on its day; raises NoNeighbour for the last one."""
    _trade(session, +1)


def _trade(session: Session, step: int) -> None:
    with changing_programme(session.event):
        that_day = list(session.event.sessions.in_order().filter(day=session.day))
        index = next((n for n, other in enumerate(that_day) if other.pk == session.pk), None)
        if index is None or not 0 <= index + step < len(that_day):
            raise NoNeighbour(session)
        first, second = (that_day[n] for n in sorted((index, index + step)))
        if first.start_time == second.start_time:
            _trade_positions(first, second)
        else:
            _trade_times(first, second)
            first.save()
            second.save()
        session.refresh_from_db()


def _trade_positions(first: Session, second: Session) -> None:
    before, after = first.position, second.position
    first.position = next_position(first.event)
    first.save()
    second.position = before
    second.save()
    first.position = after
    first.save()


def _trade_times(first: Session, second: Session) -> None:
    starts, ends = first.start_time, second.end_time
    long, short = _length(second), _length(first)
    if starts is None or ends is None or short is None or long is None or _overlap(first, second):
        # Without all four times, or side by side: each takes the beginning of the other.
        first.start_time, second.start_time = second.start_time, starts
        first.end_time, second.end_time = _end(first, short), _end(second, long)
        return
    second.start_time = starts
    second.end_time = _end(second, long)
    first.start_time, first.end_time = clock_at(minutes_of(ends) - short), ends


def move_to_day(session: Session, day: int | None) -> None:
    """Move a session to another day at the same hour; None is “day not known”."""
    with changing_programme(session.event):
        session.refresh_from_db()
        session.day = day
        session.save()


# --- Copying, deleting and taking back ---------------------------------------------------------------------------


def duplicate(session: Session) -> Session:
    """Add a session like this one after it, with the same speakers and without documents."""
    with changing_programme(session.event):
        other = copy.copy(session)
        other.pk = other.id = None
        other._state = copy.copy(session._state)
        other._state.adding = True
        other._state.fields_cache = {}
        other.position = next_position(session.event)
        other.is_from_file = False
        other.save()
        for contribution in session.contributions.with_speakers():
            Contribution.objects.create(
                session=other,
                speaker=contribution.speaker,
                role=contribution.role,
                is_to_be_confirmed=contribution.is_to_be_confirmed,
                position=contribution.position,
            )
    return other


def delete_session(session: Session, *, at: datetime | None = None) -> None:
    """Take a session out of the programme; `restore_session` brings it back as it was, within 30 days."""
    with changing_programme(session.event):
        session.put_away(at=at)


def restore_session(session: Session) -> None:
    """Bring a deleted session back. Its place among those of the same hour may have been taken; then it comes last."""
    with changing_programme(session.event):
        if session.event.sessions.filter(position=session.position).exclude(pk=session.pk).exists():
            session.position = next_position(session.event)
        session.bring_back()


def restore_speaker(speaker: Speaker) -> None:
    """Bring a deleted speaker back; raises NameIsTaken while the event lists another one of that name."""
    with changing_programme(speaker.event):
        if speaker.event.speakers.filter(name=speaker.name).exclude(pk=speaker.pk).exists():
            raise NameIsTaken(speaker)
        speaker.bring_back()


def restore_document(document: Document) -> None:
    """Bring a deleted document back, with its file."""
    with changing_programme(document.event):
        document.bring_back()


@every(minutes=24 * 60)
def clear_what_was_deleted() -> None:
    """Delete for good what was deleted more than 30 days ago, with its files."""
    before = timezone.now() - DELETED_IS_KEPT
    for model in (Document, Speaker, Session):
        for row in model.with_deleted.filter(deleted_at__lt=before):
            # Who attended a session stays on record, and so does the session.
            try:
                with transaction.atomic():
                    row.delete()
            except ProtectedError:
                continue


# --- Minutes -----------------------------------------------------------------------------------------------------


def minutes_of(at: time) -> int:
    """Return the minutes since midnight."""
    return at.hour * 60 + at.minute


def _length(session: Session) -> int | None:
    if session.start_time is None or session.end_time is None:
        return None
    return minutes_of(session.end_time) - minutes_of(session.start_time)


def clock_at(minutes: int) -> time:
    """Return the clock time so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)


def _overlap(first: Session, second: Session) -> bool:
    return bool(first.end_time and second.start_time and second.start_time < first.end_time)


def _end(session: Session, length: int | None) -> time | None:
    if session.start_time is None or length is None:
        return None
    end = minutes_of(session.start_time) + length
    if end >= MINUTES_OF_A_DAY:
        raise LeavesTheDay(session)
    return clock_at(end)
