"""Series on a scale from 1 to 5, told apart by the shape of their marks: as a radar, and as rows of marks.

Placed as the other plots are (plots.py): in sizes of the text, so that nothing shrinks on a phone. A radar is as
wide on a phone as on paper.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .plots import BAR, GAP, LINE, Line, Numbers, Plot, Tick, em, label_lines, on_scale, one_decimal, percent

# In this order; a mark has no colour of its own that it would need.
SHAPES = ("circle", "square", "triangle", "diamond")
# More lines than that nobody reads.
MOST_SERIES = len(SHAPES)
LEAST_SPOKES = 3

CENTRE, RADIUS, LABEL_RADIUS = 9.5, 7.5, 8.7


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a radar, or one mark in each row: a value from 1 to 5 for each dimension, None where not known."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Mark:
    x: str
    y: str
    shape: str
    text: str = ""
    text_y: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line; `style` is the shape of the marks of its series, or empty for the grid."""

    x1: str
    y1: str
    x2: str
    y2: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Radar:
    size: str
    centre: str
    rings: Sequence[str]
    spokes: Sequence[Stroke]
    strokes: Sequence[Stroke]
    marks: Sequence[Mark]
    labels: Sequence[Spot]
    # What the numbers at the ends of the spokes stand for.
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of marks: above each its label, below it one mark for each series."""

    labels: Sequence[Line]
    strokes: Sequence[Stroke]
    marks: Sequence[Mark]
    ticks: Sequence[Tick]


def radar_plot(
    dimensions: Sequence[str],
    series: Sequence[Series],
    *,
    slug: str,
    finding: str,
    measure: str,
    n: int,
    summary: str,
    numbers: Numbers,
) -> Plot:
    """Draw for each series a line around the centre, open where a value is missing. Three dimensions at least.

    Of more series than can be told apart, the last ones.
    """
    spokes = len(dimensions)
    strokes, marks = [], []
    for shape, one in zip(SHAPES, series[-MOST_SERIES:], strict=False):
        places = [None if value is None else _place(k, spokes, value / 5) for k, value in enumerate(one.values)]
        for here, there in zip(places, [*places[1:], places[0]], strict=True):
            if here and there:
                strokes.append(Stroke(em(here[0]), em(here[1]), em(there[0]), em(there[1]), shape))
        marks += [Mark(em(place[0]), em(place[1]), shape) for place in places if place]
    ends = [_place(k, spokes, 1) for k in range(spokes)]
    label_places = [_place(k, spokes, LABEL_RADIUS / RADIUS) for k in range(spokes)]
    radar = Radar(
        size=em(2 * CENTRE),
        centre=em(CENTRE),
        rings=[em(RADIUS * value / 5) for value in range(1, 6)],
        spokes=[Stroke(em(CENTRE), em(CENTRE), em(x), em(y)) for x, y in ends],
        strokes=strokes,
        marks=marks,
        labels=[Spot(em(x), em(y + 0.35), str(k)) for k, (x, y) in enumerate(label_places, 1)],
        names=dimensions,
    )
    return Plot(slug, finding, measure, n, summary, numbers, em(2 * CENTRE), legend=legend(series), radar=radar)


def marks_plot(
    dimensions: Sequence[str],
    series: Sequence[Series],
    *,
    slug: str,
    finding: str,
    measure: str,
    n: int,
    summary: str,
    numbers: Numbers,
) -> Plot:
    """Draw for each dimension one mark a series on the scale, one below the other, with the numbers on the right."""
    labels, strokes, marks = [], [], []
    y = 0.0
    for k, name in enumerate(dimensions):
        lines, y = label_lines(name, y)
        labels += lines
        y += 0.15
        before: tuple[str, str] | None = None
        for shape, one in zip(SHAPES, series[-MOST_SERIES:], strict=False):
            value = one.values[k]
            if value is not None:
                place = percent(on_scale(value)), em(y + BAR / 2)
                if before:
                    strokes.append(Stroke(*before, *place))
                marks.append(Mark(*place, shape, one_decimal(value), em(y + BAR / 2 + 0.35)))
                before = place
            y += BAR
        y += GAP
    ticks = [Tick(percent(on_scale(value)), str(value)) for value in range(1, 6)]
    return Plot(
        slug,
        finding,
        measure,
        n,
        summary,
        numbers,
        height=em(y + LINE),
        axis_y=em(y),
        axis_text_y=em(y + LINE),
        legend=legend(series),
        rows=Rows(labels, strokes, marks, ticks),
    )


def legend(series: Sequence[Series]) -> list[tuple[str, str]]:
    """Return the shape and the name of each series that is drawn."""
    return [(shape, one.name) for shape, one in zip(SHAPES, series[-MOST_SERIES:], strict=False)]


def _place(spoke: int, spokes: int, share: float) -> tuple[float, float]:
    """Where a share of the radius lies on a spoke: the first one points up, the others follow the clock."""
    angle = 2 * math.pi * spoke / spokes
    return CENTRE + RADIUS * share * math.sin(angle), CENTRE - RADIUS * share * math.cos(angle)
