"""Delegations as their pages show them: rows of tables, and bars of the drawing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from accounts.models import User

from .delegations import Standing
from .models import Delegation

LONGEST_LABEL = 34
# The height of one delegation in the drawing, in em.
_ROW = 4.6


@dataclass(frozen=True, slots=True)
class Row:
    """One delegation of an event, for its host. `concern` says what is out of order; "" when nothing is."""

    delegation: Delegation
    standing: Standing
    coordinators: str
    concern: str


def rows_of(standings: Iterable[Standing], coordinators: dict[int, list[User]]) -> list[Row]:
    """Return the delegations of an event as rows; `coordinators` are those of each partner, by its key."""
    return [
        Row(
            standing.delegation,
            standing,
            coordinators=", ".join(str(user) for user in coordinators.get(standing.delegation.partner_id, [])),
            concern=_concern(standing),
        )
        for standing in standings
    ]


def _concern(standing: Standing) -> str:
    if not standing.too_many:
        return ""
    said = ngettext(
        "%(n)s more is named than there are seats. Nobody loses a seat; a new name waits until as many cancelled.",
        "%(n)s more are named than there are seats. Nobody loses a seat; a new name waits until as many cancelled.",
        standing.too_many,
    )
    return said % {"n": standing.too_many}


@dataclass(frozen=True, slots=True)
class Bar:
    """One delegation of the drawing: its words, and its three stretches one after the other, in SVG lengths."""

    label: str
    numbers: str
    standing: Standing
    label_y: str
    numbers_y: str
    y: str
    named: str
    to_follow_x: str
    to_follow: str
    waiting_x: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The drawing of an event's delegations, with what it shows as a sentence."""

    rows: list[Bar]
    height: str
    finding: str


def bars_of(standings: Iterable[Standing]) -> Bars:
    """Return the drawing: for each delegation who is named, what is to follow, and who waits."""
    standings = list(standings)
    longest = max((each.holds + each.waiting for each in standings), default=0) or 1
    named, to_follow = sum(each.named for each in standings), sum(each.to_follow for each in standings)
    finding = ngettext(
        "%(named)s of %(held)s seat of the delegations has a name",
        "%(named)s of %(held)s seats of the delegations have a name",
        named + to_follow,
    ) % {"named": named, "held": named + to_follow}
    rows = [_bar(row, each, longest) for row, each in enumerate(standings)]
    return Bars(rows, height=f"{_ROW * len(rows) + 0.4:.1f}em", finding=finding)


def _bar(row: int, standing: Standing, longest: int) -> Bar:
    def length(number: int) -> str:
        return f"{99 * number / longest:.1f}%"

    numbers = gettext("%(named)s named, %(to_follow)s to follow, %(waiting)s waiting") % {
        "named": standing.named,
        "to_follow": standing.to_follow,
        "waiting": standing.waiting,
    }
    return Bar(
        # The text of a drawing is never wrapped; the table below has the whole name.
        Truncator(str(standing.delegation.partner)).chars(LONGEST_LABEL),
        numbers,
        standing,
        label_y=f"{_ROW * row + 1.1:.1f}em",
        numbers_y=f"{_ROW * row + 2.4:.1f}em",
        y=f"{_ROW * row + 2.8:.1f}em",
        named=length(standing.named),
        to_follow_x=length(standing.named),
        to_follow=length(standing.to_follow),
        waiting_x=length(standing.holds),
        waiting=length(standing.waiting),
    )
