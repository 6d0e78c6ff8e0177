"""A matrix with a number in each cell, and a darker ground where the number is larger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Unpack

from .drawing import GAP, LINE, Drawing, Rect, Words, em, label_lines, percent
from .grid import Grid
from .plot import About, Plot

CELL = 1.7
# Between two cells, in per cent of the width of one.
APART = 6
NOBODY = "·"


@dataclass(frozen=True, slots=True)
class Matrix(Grid):
    """Columns by their short names, with what these stand for, and rows by their labels. An empty cell counts 0."""

    NAME: ClassVar[str] = "matrix"

    @property
    def drawing(self) -> Drawing:
        most = max((number for _label, row in self.rows for number in row), default=0)
        width = 100 / max(len(self.columns), 1)
        rects: list[Rect] = []
        words: list[Words] = [
            Words(percent(width * (k + 0.5)), em(LINE * 0.75), short, "middle", style="heading")
            for k, (short, _name) in enumerate(self.columns)
        ]
        y, breaks = LINE + 0.3, []
        for label, row in self.rows:
            lines, y = label_lines(label, y)
            words += lines
            y += 0.15
            for k, number in enumerate(row):
                style = "none" if not number else "many" if number * 2 > most else "few"
                rects.append(
                    Rect(
                        f"cell-{style}",
                        percent(width * (k + APART / 200)),
                        em(y),
                        percent(width * (1 - APART / 100)),
                        em(CELL),
                    )
                )
                text = str(number) if number else NOBODY
                words.append(
                    Words(percent(width * (k + 0.5)), em(y + CELL * 0.68), text, "middle", style=f"in-{style}")
                )
            y += CELL + GAP
            breaks.append(em(y))
        return Drawing(em(y), rects=rects, words=words, breaks=breaks)


def matrix_plot(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[str, Sequence[int]]],
    **about: Unpack[About],
) -> Plot:
    """Draw for each row its label, and below it a cell with a number for each column."""
    return Plot(shape=Matrix(columns, rows), **about)
