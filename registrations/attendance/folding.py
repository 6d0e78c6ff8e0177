"""What a set of acts says: who was there, from when to when. A pure function of the acts, in whatever order they came.

Acts that were taken back are dropped, the others are gone through in the order in which they happened, those of the
same instant in the order of their ids. See also AttendanceQuerySet.present, which says the same in SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ..models import AttendanceRecord

What = AttendanceRecord.What


class Said(NamedTuple):
    """One act of one registration, about one day or session."""

    happened_at: datetime
    act: UUID
    what: str
    how: str = ""
    undoes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """From when to when somebody was there. `until` is None while nobody saw them leave."""

    since: Said
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """What the acts about one day or session come to. Whoever was not there has no stays."""

    attended: bool
    stays: tuple[Stay, ...]

    @property
    def first_in(self) -> datetime | None:
        return self.stays[0].since.happened_at if self.stays else None

    @property
    def last_out(self) -> datetime | None:
        """When they left for good; None while they are there, or if nobody saw them leave."""
        return self.stays[-1].until if self.stays else None

    @property
    def how(self) -> str:
        return self.stays[0].since.how if self.stays else ""


def undone(said: Iterable[Said]) -> set[UUID]:
    """The acts that were taken back. An undo itself cannot be: whoever undid by mistake checks in again."""
    return {one.undoes for one in said if one.what == What.UNDO and one.undoes is not None}


def fold(said: Iterable[Said]) -> Folded:
    """Say what the acts of one registration about one day or session come to, undos among them."""
    said = list(said)
    dropped = undone(said)
    attended, stays = False, []
    since: Said | None = None
    for one in sorted(said, key=lambda one: (one.happened_at, one.act)):
        if one.act in dropped:
            continue
        if one.what == What.IN:
            attended, since = True, since or one
        elif one.what == What.OUT and since is not None:
            stays.append(Stay(since, one.happened_at))
            since = None
        elif one.what == What.ABSENT:
            attended, stays, since = False, [], None
    if since is not None:
        stays.append(Stay(since))
    return Folded(attended, tuple(stays))
