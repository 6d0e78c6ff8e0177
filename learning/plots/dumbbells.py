"""Dumbbells: on a scale from 1 to 5 where something was before, and where it is after."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Unpack

from .drawing import (
    BAR,
    GAP,
    LINE,
    Drawing,
    Mark,
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


@dataclass(frozen=True, slots=True)
class Pair:
    """One dumbbell: two means on the scale from 1 to 5."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Dumbbells:
    """For each row its label, and below it where it was before (hollow) and is after (filled)."""

    NAME: ClassVar[str] = "dumbbells"
    rows: Sequence[tuple[str, Pair]]
    legend: Sequence[tuple[str, str]] = ()
    names: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Dumbbells":
        return cls([(label, Pair(**pair)) for label, pair in plain["rows"]])

    @property
    def plain(self) -> dict[str, Any]:
        return {"rows": [[label, asdict(pair)] for label, pair in self.rows]}

    @property
    def drawing(self) -> Drawing:
        if not self.rows:
            return Drawing("0em")
        strokes, marks, words = [], [], []
        y, breaks, rows = 0.0, [], []
        for label, pair in self.rows:
            lines, y = label_lines(label, y)
            words += lines
            y += 0.15
            rows.append((y, y + BAR + GAP / 2))
            middle, text_y = em(y + BAR / 2), em(y + BAR / 2 + 0.35)
            before_x, after_x = percent(on_scale(pair.before)), percent(on_scale(pair.after))
            strokes.append(Stroke("dumbbell", before_x, middle, after_x, middle))
            marks += [Mark("circle", before_x, middle), Mark("disc", after_x, middle)]
            # The number of whichever is further to the left stands on its left, the other's on its right.
            left, right = ("end", "-0.8em"), ("start", "0.8em")
            sides = (left, right) if pair.after >= pair.before else (right, left)
            for x, value, (anchor, dx) in zip((before_x, after_x), (pair.before, pair.after), sides, strict=True):
                words.append(Words(x, text_y, one_decimal(value), anchor, dx))
            y += BAR + GAP
            breaks.append(em(y))
        ticks, numbers = scale(rows)
        return Drawing(
            em(y + LINE), strokes=[*ticks, *strokes], marks=marks, words=[*words, *numbers], breaks=breaks[:-1]
        )


def dumbbell_plot(
    rows: Sequence[tuple[str, Pair]],
    **about: Unpack[About],
) -> Plot:
    """Draw on a scale from 1 to 5, for each row, where it was before (hollow) and is after (filled)."""
    return Plot(shape=Dumbbells(rows), **about)
