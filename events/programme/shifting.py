"""Shifting all that follows a session on its day, what would pass midnight then, and a minute to take it back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from ..models import Event, Session
from .changes import MINUTES_OF_A_DAY, changing_programme, clock_at, minutes_of

CAN_BE_UNDONE_FOR = timedelta(minutes=1)


class PastMidnight(models.TextChoices):
    """What becomes of sessions that a shift carries past midnight."""

    STAY = "stay", _("Leave them where they are, and shift the others")
    NEXT_DAY = "next_day", _("Move them on to the next day, and shift the others")


class ProgrammeHasChanged(Exception):
    """What would shift is no longer what was shown."""


class PassesMidnight(Exception):
    """Sessions would pass midnight, and nobody said what becomes of them."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        super().__init__(sessions)
        self.sessions = sessions


@dataclass(frozen=True, slots=True)
class Shifted:
    """A session that shifts, its new day and its new times."""

    session: Session
    day: int | None
    start_time: time
    end_time: time | None


@dataclass(frozen=True, slots=True)
class Shift:
    """What a shift does: what moves, what goes on to the next day, and what passes midnight and so stays."""

    moved: list[Shifted]
    next_day: list[Shifted]
    staying: list[Session]

    @property
    def changes(self) -> list[Shifted]:
        return [*self.moved, *self.next_day]

    @property
    def fingerprint(self) -> str:
        """A short text that is another one as soon as anything that shifts stood differently before."""
        rows = [(one.session.pk, *_place_in_time(one.session), *_place_in_time(one)) for one in self.changes]
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def has_next_day(session: Session) -> bool:
    """Whether the event goes on after the day of a session."""
    return session.day is not None and session.day < len(session.event.days)


def planned_shift(
    session: Session, minutes: int, *, with_itself: bool = False, past_midnight: str = PastMidnight.STAY
) -> Shift:
    """Return what becomes of all that comes after a session on its day, by minutes later, or earlier where negative.

    A session that would begin on one day and end on the next stays in any case, and so does one that would begin before
    midnight of the day before.
    """
    shift = Shift([], [], [])
    if session.start_time is None:
        return shift
    after = session.end_time or session.start_time
    goes_on = past_midnight == PastMidnight.NEXT_DAY and has_next_day(session)
    for other in session.event.sessions.in_order().filter(day=session.day, start_time__isnull=False):
        if other.start_time < after if other.pk != session.pk else not with_itself:
            continue
        times = [minutes_of(at) + minutes for at in (other.start_time, other.end_time) if at]
        if min(times) >= 0 and max(times) < MINUTES_OF_A_DAY:
            shift.moved.append(_shifted(other, other.day, times))
        elif goes_on and min(times) >= MINUTES_OF_A_DAY:
            shift.next_day.append(_shifted(other, other.day + 1, [at - MINUTES_OF_A_DAY for at in times]))
        else:
            shift.staying.append(other)
    return shift


def _shifted(session: Session, day: int | None, times: list[int]) -> Shifted:
    return Shifted(session, day, clock_at(times[0]), clock_at(times[1]) if len(times) > 1 else None)


def shift_after(
    session: Session, minutes: int, *, with_itself: bool = False, past_midnight: str = "", seen: str | None = None
) -> "ShiftThatWasMade":
    """Do what `planned_shift` returns; raises PassesMidnight where `past_midnight` does not say what it has to.

    `seen` is the fingerprint of the shift that was shown; None asks for none. Raises ProgrammeHasChanged where it is
    another one by now: somebody else moved something, or the button was pressed twice.
    """
    with changing_programme(session.event):
        session.refresh_from_db(fields=["day", "start_time", "end_time"])
        shift = planned_shift(session, minutes, with_itself=with_itself, past_midnight=past_midnight)
        if seen is not None and seen != shift.fingerprint:
            raise ProgrammeHasChanged
        if shift.staying and not past_midnight:
            raise PassesMidnight(shift.staying)
        made = ShiftThatWasMade.of(session.event, shift)
        for change in shift.changes:
            _put(change.session, change.day, change.start_time, change.end_time)
    return made


def _put(session: Session, day: int | None, start_time: time | None, end_time: time | None) -> None:
    session.day, session.start_time, session.end_time = day, start_time, end_time
    session.save()


# --- Taking it back ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShiftThatWasMade:
    """A shift as the session of its maker holds it: each row is a key, what was, and what is."""

    event: int
    made_at: datetime
    rows: list[tuple[int, list[Any], list[Any]]]

    @classmethod
    def of(cls, event: Event, shift: Shift) -> "ShiftThatWasMade":
        rows = [(one.session.pk, _place_in_time(one.session), _place_in_time(one)) for one in shift.changes]
        return cls(event.pk, timezone.now(), rows)

    @classmethod
    def read(cls, kept: Any, event: Event) -> "ShiftThatWasMade | None":
        """Return what `kept_as` gave, unless it was in another event or can no longer be undone."""
        if not kept or kept["event"] != event.pk:
            return None
        made = cls(kept["event"], parse_datetime(kept["made_at"]) or timezone.now(), kept["rows"])
        return made if timezone.now() <= made.made_at + CAN_BE_UNDONE_FOR else None

    @property
    def kept_as(self) -> dict[str, Any]:
        """Itself as something that JSON knows."""
        return {"event": self.event, "made_at": self.made_at.isoformat(), "rows": self.rows}

    @property
    def count(self) -> int:
        return len(self.rows)


def undo_shift(event: Event, made: ShiftThatWasMade) -> list[Session]:
    """Put sessions back to where they were; returns those that stay because somebody moved them since."""
    with changing_programme(event):
        there = event.sessions.in_bulk([key for key, _was, _is in made.rows])
        changed = []
        for key, was, left_at in made.rows:
            session = there.get(key)
            if session is None:
                continue
            if _place_in_time(session) != list(left_at):
                changed.append(session)
                continue
            day, start_time, end_time = was
            _put(session, day, time.fromisoformat(start_time), time.fromisoformat(end_time) if end_time else None)
    return changed


def _place_in_time(row: Session | Shifted) -> list[Any]:
    return [row.day, *(at.isoformat() if at else None for at in (row.start_time, row.end_time))]
