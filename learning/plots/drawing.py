"""What every plot is drawn of: rectangles, strokes, rings, marks and texts.

Lengths along the width are per cent of it and everything else is in the size of the text, without a view box: so a plot
fills a phone and a sheet of paper alike, and its text never shrinks. Lengths are strings, because a number in a
template gets the decimal comma of the reader's language, which SVG does not read. `in_pixels` writes them out for a
file.
"""

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats

# In sizes of the text.
LINE = 1.35
BAR = 1.1
GAP = 0.9
# So many letters fit beside each other on a phone, and so many lines of them above a bar.
LETTERS = 37
LINES = 3
# Where 1 and 5 stand on a scale, in per cent: their numbers have room on both sides.
SCALE_FROM, SCALE_TO = 12, 88


@dataclass(frozen=True, slots=True)
class Rect:
    style: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    style: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Ring:
    style: str
    x: str
    y: str
    r: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that is told from others by its shape, around its place."""

    shape: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text at its base line; `dx` moves it aside. `anchor` is that of SVG: start, middle or end."""

    x: str
    y: str
    text: str
    anchor: str = "start"
    dx: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of a height in sizes of the text. A `width` of None is that of the page.

    `breaks` are heights at which it may be cut, the end of each row.
    """

    height: str
    width: str | None = None
    rects: Sequence[Rect] = ()
    rings: Sequence[Ring] = ()
    strokes: Sequence[Stroke] = ()
    marks: Sequence[Mark] = ()
    words: Sequence[Words] = ()
    breaks: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.rects or self.rings or self.strokes or self.marks or self.words)

    def in_pixels(self, width: float, size: float) -> "Drawing":
        """Return the same drawing with every length in pixels, on a width, with a text of a size in them."""

        def length(text: str) -> float:
            if text.endswith("%"):
                return float(text.removesuffix("%")) / 100 * width
            return float(text.removesuffix("em")) * size

        def px(text: str) -> str:
            return f"{length(text):.1f}"

        return Drawing(
            height=px(self.height),
            width=px(self.width) if self.width else f"{width:.1f}",
            rects=[Rect(r.style, px(r.x), px(r.y), px(r.width), px(r.height)) for r in self.rects],
            rings=[Ring(r.style, px(r.x), px(r.y), px(r.r)) for r in self.rings],
            strokes=[Stroke(s.style, px(s.x1), px(s.y1), px(s.x2), px(s.y2)) for s in self.strokes],
            marks=[Mark(m.shape, px(m.x), px(m.y)) for m in self.marks],
            words=[
                replace(w, x=f"{length(w.x) + (length(w.dx) if w.dx else 0):.1f}", y=px(w.y), dx="") for w in self.words
            ],
            breaks=[px(y) for y in self.breaks],
        )


def in_parts(drawing: Drawing, highest: float) -> list[Drawing]:
    """Return a drawing in pixels as drawings below each other, cut between rows where it is higher than that."""
    ends, top = [], 0.0
    ways = [*map(float, drawing.breaks), float(drawing.height)]
    for here, there in itertools.pairwise(ways):
        if there - top > highest and here > top:
            ends.append(here)
            top = here
    ends.append(float(drawing.height))
    return [_between(drawing, top, end) for top, end in zip([0.0, *ends], ends, strict=False)]


def _between(drawing: Drawing, top: float, end: float) -> Drawing:
    if top == 0 and end == float(drawing.height):
        return drawing
    # What stands above the columns stands above them in each part.
    headings = [words for words in drawing.words if words.style == "heading" and top > 0]
    down = max((float(words.y) for words in headings), default=0.0) * 1.5 - top

    def moved(y: str) -> str:
        return f"{float(y) + down:.1f}"

    def is_in(y: str) -> bool:
        return top <= float(y) < end or (end == float(drawing.height) == float(y))

    return replace(
        drawing,
        height=f"{end + down:.1f}",
        rects=[replace(rect, y=moved(rect.y)) for rect in drawing.rects if is_in(rect.y)],
        strokes=[
            replace(s, y1=moved(s.y1), y2=moved(s.y2)) for s in drawing.strokes if is_in(min(s.y1, s.y2, key=float))
        ],
        marks=[replace(mark, y=moved(mark.y)) for mark in drawing.marks if is_in(mark.y)],
        words=[*headings, *(replace(words, y=moved(words.y)) for words in drawing.words if is_in(words.y))],
        breaks=(),
    )


def one_decimal(value: float) -> str:
    """Return a mean as the reader's language writes it: 3.4, or 3,4."""
    # Django's number_format cuts off what it does not show.
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return formats.number_format(rounded, decimal_pos=1)


def label_lines(text: str, y: float) -> tuple[list[Words], float]:
    """Return the label in lines from `y` down, and where they end. SVG does not wrap text by itself."""
    lines = textwrap.wrap(text, LETTERS, max_lines=LINES, placeholder=" …") or [""]
    return [Words("0%", em(y + LINE * (k + 0.75)), line) for k, line in enumerate(lines)], y + LINE * len(lines)


def scale(rows: Sequence[tuple[float, float]]) -> tuple[list[Stroke], list[Words]]:
    """Return the lines of a scale from 1 to 5, and its numbers below the last row.

    A row is from where to where it reaches down; through a label above it goes no line.
    """
    ticks = [(percent(on_scale(value)), str(value)) for value in range(1, 6)]
    lines = [Stroke("axis", x, em(top), x, em(end)) for top, end in rows for x, _number in ticks]
    return lines, [Words(x, em(rows[-1][1] + LINE), number, "middle") for x, number in ticks]


def on_scale(value: float) -> float:
    """Return where a value from 1 to 5 lies, in per cent of the width."""
    return SCALE_FROM + (value - 1) / 4 * (SCALE_TO - SCALE_FROM)


def em(value: float) -> str:
    """Write a length in sizes of the text."""
    return f"{value:.2f}em"


def percent(value: float) -> str:
    """Write a length in per cent of the width."""
    return f"{value:.2f}%"
