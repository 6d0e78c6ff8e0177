"""Series on a scale from 1 to 5, told apart by the shape of their marks: as a radar, and as rows of marks.

A radar is as wide on a phone as on paper.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Unpack

from .drawing import (
    BAR,
    GAP,
    LINE,
    Drawing,
    Mark,
    Ring,
    Stroke,
    Words,
    em,
    label_lines,
    on_scale,
    one_decimal,
    percent,
    scale,
)
from .plot import About, Plot

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
class _OfSeries:
    """Dimensions, and what each series says of them. Of more series than can be told apart, the last ones are drawn."""

    dimensions: Sequence[str]
    series: Sequence[Series]

    @property
    def drawn(self) -> list[tuple[str, Series]]:
        return list(zip(SHAPES, self.series[-MOST_SERIES:], strict=False))

    @property
    def legend(self) -> list[tuple[str, str]]:
        return [(shape, one.name) for shape, one in self.drawn]

    @property
    def plain(self) -> dict[str, Any]:
        return {"dimensions": list(self.dimensions), "series": [asdict(one) for one in self.series]}


@dataclass(frozen=True, slots=True)
class Radar(_OfSeries):
    """For each series a line around the centre, open where a value is missing. Three dimensions at least."""

    NAME: ClassVar[str] = "radar"

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Radar":
        return cls(plain["dimensions"], [Series(**one) for one in plain["series"]])

    @property
    def names(self) -> list[tuple[str, str]]:
        return [(str(number), name) for number, name in enumerate(self.dimensions, 1)]

    @property
    def drawing(self) -> Drawing:
        spokes = len(self.dimensions)
        strokes, marks = [], []
        for x, y in (_place(k, spokes, 1) for k in range(spokes)):
            strokes.append(Stroke("axis", em(CENTRE), em(CENTRE), em(x), em(y)))
        for shape, one in self.drawn:
            places = [None if value is None else _place(k, spokes, value / 5) for k, value in enumerate(one.values)]
            for here, there in zip(places, [*places[1:], places[0]], strict=True):
                if here and there:
                    strokes.append(
                        Stroke(f"series series-{shape}", em(here[0]), em(here[1]), em(there[0]), em(there[1]))
                    )
            marks += [Mark(shape, em(place[0]), em(place[1])) for place in places if place]
        ends = [_place(k, spokes, LABEL_RADIUS / RADIUS) for k in range(spokes)]
        return Drawing(
            em(2 * CENTRE),
            width=em(2 * CENTRE),
            rings=[Ring("ring", em(CENTRE), em(CENTRE), em(RADIUS * value / 5)) for value in range(1, 6)],
            strokes=strokes,
            marks=marks,
            words=[Words(em(x), em(y + 0.35), str(k), "middle") for k, (x, y) in enumerate(ends, 1)],
        )


@dataclass(frozen=True, slots=True)
class Marks(_OfSeries):
    """For each dimension one mark a series on the scale, one below the other, with the numbers on the right."""

    NAME: ClassVar[str] = "marks"

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Marks":
        return cls(plain["dimensions"], [Series(**one) for one in plain["series"]])

    @property
    def names(self) -> list[tuple[str, str]]:
        return []

    @property
    def drawing(self) -> Drawing:
        strokes, marks, words = [], [], []
        y, breaks, rows = 0.0, [], []
        for k, name in enumerate(self.dimensions):
            lines, y = label_lines(name, y)
            words += lines
            y += 0.15
            begins = y
            before: tuple[str, str] | None = None
            for shape, one in self.drawn:
                value = one.values[k]
                if value is not None:
                    place = percent(on_scale(value)), em(y + BAR / 2)
                    if before:
                        strokes.append(Stroke("dumbbell", *before, *place))
                    marks.append(Mark(shape, *place))
                    words.append(Words("100%", em(y + BAR / 2 + 0.35), one_decimal(value), "end"))
                    before = place
                y += BAR
            rows.append((begins, y + GAP / 2))
            y += GAP
            breaks.append(em(y))
        ticks, numbers = scale(rows)
        return Drawing(
            em(y + LINE), strokes=[*ticks, *strokes], marks=marks, words=[*words, *numbers], breaks=breaks[:-1]
        )


def radar_plot(
    dimensions: Sequence[str],
    series: Sequence[Series],
    **about: Unpack[About],
) -> Plot:
    """Draw for each series a line around the centre, open where a value is missing. Three dimensions at least."""
    return Plot(shape=Radar(dimensions, series), **about)


def marks_plot(
    dimensions: Sequence[str],
    series: Sequence[Series],
    **about: Unpack[About],
) -> Plot:
    """Draw for each dimension one mark a series on the scale, one below the other, with the numbers on the right."""
    return Plot(shape=Marks(dimensions, series), **about)


def _place(spoke: int, spokes: int, share: float) -> tuple[float, float]:
    """Where a share of the radius lies on a spoke: the first one points up, the others follow the clock."""
    angle = 2 * math.pi * spoke / spokes
    return CENTRE + RADIUS * share * math.sin(angle), CENTRE - RADIUS * share * math.cos(angle)
