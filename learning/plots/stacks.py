"""Stacked bars: each row in pieces beside each other, from zero."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Unpack

from .bars import LONGEST_BAR
from .drawing import GAP, Drawing, Rect, Stroke, Words, em, label_lines, percent
from .grid import Grid
from .plot import About, Plot

HEIGHT = 1.5
# In the order of the pieces, and again from the first: neighbours differ without any colour.
STYLES = ("solid", "light", "hatched", "hollow")
# In per cent of the width: a narrower piece has no room for its short name, which needs so much on both sides.
LEAST_FOR_WORDS, AROUND_WORDS = 7, 3.5
# From one line of a hatching to the next.
APART = 1.5


@dataclass(frozen=True, slots=True)
class Stacks(Grid):
    """Columns by their short names, with what these stand for, and rows of numbers: one piece for each above zero."""

    NAME: ClassVar[str] = "stacks"

    @property
    def drawing(self) -> Drawing:
        longest = max((sum(row) for _label, row in self.rows), default=0)
        rects: list[Rect] = []
        strokes: list[Stroke] = []
        words: list[Words] = []
        y, breaks = 0.0, []
        for label, row in self.rows:
            lines, y = label_lines(label, y)
            words += lines
            y += 0.15
            x = 0.0
            for k, number in enumerate(row):
                if not number:
                    continue
                width, style = number / longest * LONGEST_BAR, STYLES[k % len(STYLES)]
                rects.append(Rect(f"stack-{style}", percent(x), em(y), percent(width), em(HEIGHT)))
                has_words = width >= LEAST_FOR_WORDS
                if has_words:
                    middle = percent(x + width / 2)
                    words.append(
                        Words(middle, em(y + HEIGHT * 0.68), self.columns[k][0], "middle", style=f"on-{style}")
                    )
                if style == "hatched":
                    strokes += _hatching(x, width, y, has_words=has_words)
                x += width
            words.append(Words(percent(x), em(y + HEIGHT * 0.68), str(sum(row)), dx="0.5em"))
            y += HEIGHT + GAP
            breaks.append(em(y))
        return Drawing(em(y), rects=rects, strokes=strokes, words=words, breaks=breaks)


def _hatching(x: float, width: float, y: float, *, has_words: bool) -> Iterator[Stroke]:
    """Lines from below to above, with room for words in the middle."""
    for k in range(int(width / APART)):
        left = x + k * APART
        if has_words and abs(left + APART / 2 - (x + width / 2)) < AROUND_WORDS:
            continue
        yield Stroke("hatch", percent(left), em(y + HEIGHT), percent(left + APART), em(y))


def stack_plot(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[str, Sequence[int]]],
    **about: Unpack[About],
) -> Plot:
    """Draw for each row its label, and below it the pieces of its columns beside each other, with their sum."""
    return Plot(shape=Stacks(columns, rows), **about)
