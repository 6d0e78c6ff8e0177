"""What a set of acts says: who was there, from when to when. A pure function of the acts, in whatever order they came.

Acts that were taken back are dropped, the others are gone through in the order in which they happened, those of the
same instant by their weight: a correction is heard last. See also AttendanceQuerySet.present, which says the same in
SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from ..models import AttendanceRecord
from ..models.attendance import weight

What = AttendanceRecord.What


class Said(NamedTuple):
    """One act of one registration, about one day or session.

    `came_at` is there where somebody said it afterwards, `device` where somebody asks at which desk it was.
    """

    happened_at: datetime
    act: UUID
    what: str
    how: str = ""
    undoes: UUID | None = None
    came_at: datetime | None = None
    device: str = ""

    @property
    def place(self) -> tuple[datetime, int, UUID]:
        """Where it stands among the acts about the same; see also AttendanceQuerySet.in_order."""
        return self.happened_at, weight(self.what, self.how), self.act

    @property
    def seen_at(self) -> datetime:
        """When whoever came did so."""
        return self.came_at or self.happened_at


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
        return self.stays[0].since.seen_at if self.stays else None

    @property
    def last_out(self) -> datetime | None:
        """When they left for good; None while they are there, or if nobody saw them leave."""
        return self.stays[-1].until if self.stays else None

    @property
    def how(self) -> str:
        return self.stays[0].since.how if self.stays else ""


def came_last(said: Iterable[Said]) -> tuple[UUID, ...]:
    """The acts by which somebody is there since they came last: all that have to be taken back for them not to be.

    Whoever was scanned at two desks is there by two acts, and taking one of them back leaves the other.
    """
    came: list[UUID] = []
    has_left = False
    for one in counting(said):
        if one.what != What.IN:
            has_left = True
        elif has_left:
            came, has_left = [one.act], False
        else:
            came.append(one.act)
    return tuple(came)


def undone(said: Iterable[Said]) -> set[UUID]:
    """The acts that were taken back. An undo itself cannot be: whoever undid by mistake checks in again."""
    return {one.undoes for one in said if one.what == What.UNDO and one.undoes is not None}


def counting(said: Iterable[Said]) -> list[Said]:
    """Return the acts of one registration about one day or session that count, in their order.

    Without those that were taken back, and without those before the last that says that somebody was not there.
    """
    said = list(said)
    if dropped := undone(said):
        said = [one for one in said if one.what != What.UNDO and one.act not in dropped]
    in_order = sorted(said, key=_place)
    absent = max((number for number, one in enumerate(in_order, start=1) if one.what == What.ABSENT), default=0)
    return in_order[absent:]


def fold(said: Iterable[Said]) -> Folded:
    """Say what the acts of one registration about one day or session come to, undos among them."""
    stays = []
    since: Said | None = None
    for one in counting(said):
        if one.what == What.IN:
            since = since or one
        elif since is not None:
            stays.append(Stay(since, one.happened_at))
            since = None
    if since is not None:
        stays.append(Stay(since))
    return Folded(bool(stays), tuple(stays))


_place = attrgetter("place")
