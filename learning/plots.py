"""Plots as SVG, placed here and written out by a template.

Lengths along a bar are per cent of the plot's width and everything else is in the size of its text, without a view box:
so a plot fills a phone and a sheet of paper alike, and its text never shrinks. Numbers are strings, because a number in
a template gets the decimal comma of the reader's language, which SVG does not read.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.utils import formats

if TYPE_CHECKING:
    from .radar import Radar, Rows

# In sizes of the text.
LINE = 1.35
BAR = 1.1
GAP = 0.9
# So many letters fit beside each other on a phone, and so many lines of them above a bar.
LETTERS = 38
LINES = 3
# The longest bar ends here, in per cent, so that its number has room behind it.
LONGEST_BAR = 85
# A bar that says in words what it is needs more of it.
LONGEST_BAR_WITH_WORDS = 55
# Where 1 and 5 stand on a scale, in per cent: their numbers have room on both sides.
SCALE_FROM, SCALE_TO = 12, 88


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table under a plot; `figure` names the number's rows."""

    text: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The table under a plot. The first cell of a row is its heading."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Value:
    """One bar: its length, the text behind it, and how it is drawn (`solid` or `hollow`)."""

    number: int
    text: str
    style: str = "solid"


@dataclass(frozen=True, slots=True)
class Pair:
    """One dumbbell: two means on the scale from 1 to 5."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text at its base line."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    y: str
    height: str
    width: str
    text_y: str
    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Dumbbell:
    y: str
    text_y: str
    before_x: str
    after_x: str
    before: str
    after: str
    # Which of the two is further to the left: its number stands on its left, the other's on its right.
    is_rise: bool


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn plot. `finding` is its title, `measure` and `n` its subtitle, `summary` says it all in one sentence."""

    slug: str
    finding: str
    measure: str
    n: int
    summary: str
    numbers: Numbers
    height: str
    labels: Sequence[Line] = ()
    bars: Sequence[Bar] = ()
    dumbbells: Sequence[Dumbbell] = ()
    ticks: Sequence[Tick] = ()
    axis_y: str = ""
    axis_text_y: str = ""
    # Series that are told apart by the shape of their marks (radar.py): shape and name of each, and one of the two.
    legend: Sequence[tuple[str, str]] = ()
    radar: "Radar | None" = None
    rows: "Rows | None" = None


def bar_plot(
    rows: Sequence[tuple[str, Sequence[Value]]],
    *,
    slug: str,
    finding: str,
    measure: str,
    n: int,
    summary: str,
    numbers: Numbers,
) -> Plot:
    """Draw horizontal bars from zero: for each row its label, and below it one bar for each of its values."""
    longest = max((value.number for _label, values in rows for value in values), default=0)
    has_words = any(value.text != str(value.number) for _label, values in rows for value in values)
    room = LONGEST_BAR_WITH_WORDS if has_words else LONGEST_BAR
    labels, bars = [], []
    y = 0.0
    for label, values in rows:
        lines, y = label_lines(label, y)
        labels += lines
        for value in values:
            y += 0.15
            width = value.number / longest * room if longest else 0
            bars.append(Bar(em(y), em(BAR), percent(width), em(y + BAR * 0.8), value.text, value.style))
            y += BAR
        y += GAP
    return Plot(slug, finding, measure, n, summary, numbers, height=em(y), labels=labels, bars=bars)


def dumbbell_plot(
    rows: Sequence[tuple[str, Pair]],
    *,
    slug: str,
    finding: str,
    measure: str,
    n: int,
    summary: str,
    numbers: Numbers,
) -> Plot:
    """Draw on a scale from 1 to 5, for each row, where it was before (hollow) and is after (filled)."""
    labels, dumbbells = [], []
    y = 0.0
    for label, pair in rows:
        lines, y = label_lines(label, y)
        labels += lines
        y += 0.15
        middle = y + BAR / 2
        dumbbells.append(
            Dumbbell(
                y=em(middle),
                text_y=em(middle + 0.35),
                before_x=percent(on_scale(pair.before)),
                after_x=percent(on_scale(pair.after)),
                before=one_decimal(pair.before),
                after=one_decimal(pair.after),
                is_rise=pair.after >= pair.before,
            )
        )
        y += BAR + GAP
    ticks = [Tick(percent(on_scale(value)), str(value)) for value in range(1, 6)]
    return Plot(
        slug,
        finding,
        measure,
        n,
        summary,
        numbers,
        height=em(y + LINE),
        labels=labels,
        dumbbells=dumbbells,
        ticks=ticks,
        axis_y=em(y),
        axis_text_y=em(y + LINE),
    )


def one_decimal(value: float) -> str:
    """Return a mean as the reader's language writes it: 3.4, or 3,4."""
    # Django's number_format cuts off what it does not show.
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return formats.number_format(rounded, decimal_pos=1)


def label_lines(text: str, y: float) -> tuple[list[Line], float]:
    """Return the label in lines from `y` down, and where they end. SVG does not wrap text by itself."""
    lines = textwrap.wrap(text, LETTERS, max_lines=LINES, placeholder=" …") or [""]
    return [Line(em(y + LINE * (k + 0.75)), line) for k, line in enumerate(lines)], y + LINE * len(lines)


def on_scale(value: float) -> float:
    """Return where a value from 1 to 5 lies, in per cent of the width."""
    return SCALE_FROM + (value - 1) / 4 * (SCALE_TO - SCALE_FROM)


def em(value: float) -> str:
    """Write a length in sizes of the text."""
    return f"{value:.2f}em"


def percent(value: float) -> str:
    """Write a length in per cent of the width."""
    return f"{value:.2f}%"
