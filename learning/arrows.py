"""The picture of who learnt what from whom: givers on the left, takers on the right, an arrow for each pair of regions.

Placed as the plots are (plots/drawing.py): across in per cent, down in sizes of the text.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.models import Partner

from .journeys import Learned, Reached
from .plots.drawing import LINE, em, percent

# Names of regions stand beside each other on a phone, with room for arrows between them.
LETTERS = 12
LINES = 3
ARROWS_FROM, ARROWS_TO = 36.0, 64.0
NAMES_FROM, NAMES_TO = 34.0, 66.0
LEAST_ROW = 2.8
# Arrows that leave or reach one region stand so far apart.
APART = 1.0
# Beside the number of what is carried out: colour alone says nothing in print.
TICK = "✓"
# Numbers stand at that of these places of their arrow which is furthest from the numbers of other arrows.
PLACES_ON_ARROW = (0.5, 0.35, 0.65, 0.2, 0.8)
# How many sizes of the text the arrows reach across on a phone.
WIDTH_OF_ARROWS = 6.0
STYLES = {Reached.WANTED: "wanted", Reached.IMPORTED: "imported", Reached.PLANNED: "planned", Reached.DONE: "done"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text at its base line."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """A region on one side, in lines."""

    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From a region to another one, with the numbers of the practices; `style` is how far the furthest of them came."""

    y_from: str
    y_to: str
    text: str
    text_x: str
    text_y: str
    style: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawn picture with the rows of its table, which are numbered like the arrows. `summary` says it in words."""

    rows: list[tuple[int, Learned]]
    givers: list[Node]
    takers: list[Node]
    arrows: list[Arrow]
    height: str
    x_from: str
    x_to: str
    names_from: str
    names_to: str
    finding: str
    summary: str


def region_of(partner: Partner | None) -> str:
    """Return what a partner's region is called in the picture: region, else town, else the organisation's name."""
    if partner is None:
        return _("Owner not known")
    organisation = partner.organisation
    return organisation.region or organisation.city or organisation.name


def picture(learned: Sequence[Learned]) -> Picture:
    """Draw who learnt what from whom. The same practice has one number, whoever takes it."""
    numbers: dict[int, int] = {}
    rows = [(numbers.setdefault(one.practice.pk, len(numbers) + 1), one) for one in learned]
    pairs: dict[tuple[str, str], list[tuple[int, Reached]]] = {}
    for number, one in rows:
        pairs.setdefault((region_of(one.owner), region_of(one.partner)), []).append((number, one.reached))
    givers = list(dict.fromkeys(giver for giver, _taker in pairs))
    takers = sorted({taker for _giver, taker in pairs})
    wrapped = {name: textwrap.wrap(name, LETTERS, max_lines=LINES, placeholder=" …") for name in (*givers, *takers)}
    most = max((sum(name in pair for pair in pairs) for name in (*givers, *takers)), default=0)
    row = max([LEAST_ROW, most * APART + 1, *(len(lines) * LINE + 0.9 for lines in wrapped.values())])
    height = row * max(len(givers), len(takers))
    middles_from = {name: height * (k + 0.5) / len(givers) for k, name in enumerate(givers)}
    middles_to = {name: height * (k + 0.5) / len(takers) for k, name in enumerate(takers)}
    leaving = {
        giver: sorted((pair for pair in pairs if pair[0] == giver), key=lambda pair: middles_to[pair[1]])
        for giver in givers
    }
    reaching = {
        taker: sorted((pair for pair in pairs if pair[1] == taker), key=lambda pair: middles_from[pair[0]])
        for taker in takers
    }
    arrows: list[Arrow] = []
    taken: list[tuple[float, float]] = []
    for pair, practices in pairs.items():
        y_from = middles_from[pair[0]] + _beside(pair, leaving[pair[0]])
        y_to = middles_to[pair[1]] + _beside(pair, reaching[pair[1]])
        place = _free_place(y_from, y_to, taken)
        taken.append((place, y_from + (y_to - y_from) * place))
        arrows.append(_arrow(y_from, y_to, practices, place))
    return Picture(
        rows=rows,
        givers=[_node(wrapped[name], middles_from[name]) for name in givers],
        takers=[_node(wrapped[name], middles_to[name]) for name in takers],
        arrows=arrows,
        height=em(height),
        x_from=percent(ARROWS_FROM),
        x_to=percent(ARROWS_TO),
        names_from=percent(NAMES_FROM),
        names_to=percent(NAMES_TO),
        finding=_("%(done)d of %(all)d ways from region to region end in an action that is carried out")
        % {"done": sum(one.reached == Reached.DONE for one in learned), "all": len(learned)},
        summary="; ".join(_in_words(one) for _number, one in rows),
    )


def _beside(pair: tuple[str, str], siblings: list[tuple[str, str]]) -> float:
    """Return how far from the middle of a region one of its arrows begins or ends."""
    return (siblings.index(pair) - (len(siblings) - 1) / 2) * APART


def _free_place(y_from: float, y_to: float, taken: list[tuple[float, float]]) -> float:
    def room(place: float) -> float:
        y = y_from + (y_to - y_from) * place
        return min(
            (math.hypot((place - other) * WIDTH_OF_ARROWS, y - other_y) for other, other_y in taken), default=math.inf
        )

    # Of equal ones the first.
    return max(PLACES_ON_ARROW, key=room)


def _in_words(one: Learned) -> str:
    return _("%(practice)s: from %(giver)s to %(taker)s, %(reached)s") % {
        "practice": one.practice.name,
        "giver": region_of(one.owner),
        "taker": region_of(one.partner),
        "reached": one.reached.label,
    }


def _node(lines: list[str], middle: float) -> Node:
    first = middle - LINE * len(lines) / 2
    return Node([Line(em(first + LINE * (k + 0.75)), text) for k, text in enumerate(lines)])


def _arrow(y_from: float, y_to: float, practices: list[tuple[int, Reached]], place: float) -> Arrow:
    return Arrow(
        y_from=em(y_from),
        y_to=em(y_to),
        text=", ".join(f"{number} {TICK}" if reached == Reached.DONE else str(number) for number, reached in practices),
        text_x=percent(ARROWS_FROM + (ARROWS_TO - ARROWS_FROM) * place),
        text_y=em(y_from + (y_to - y_from) * place + 0.35),
        style=STYLES[max(reached for _number, reached in practices)],
    )
