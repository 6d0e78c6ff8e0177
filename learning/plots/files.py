"""A plot as a file of its own: the drawing as SVG, its numbers as CSV."""

import re
import textwrap
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from events.times import instant_in_words
from projects.spreadsheets import csv_bytes

from ..models.surveys import ZONE
from .drawing import LINE, Drawing, Mark, Words, in_parts
from .plot import Plot

# In pixels.
SIZE, MARGIN, WIDTH = 15, 12, 760
# So many letters fit beside each other, of the finding and of what stands below it.
LETTERS_OF_FINDING, LETTERS = 70, 95
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawing as SVG, with its size in pixels."""

    svg: bytes
    width: float
    height: float


def as_svg(plot: Plot, *, at: datetime) -> bytes:
    """Return the drawing with its title and what was measured, in colours of its own, for a slide or a text."""
    said = f"{plot.measure}. {_('n = %(n)s') % {'n': plot.n}}, {instant_in_words(at, ZONE)}"
    return _svg(plot, plot.shape.drawing.in_pixels(WIDTH - 2 * MARGIN, SIZE), finding=plot.finding, said=said).svg


def pictures(plot: Plot, *, highest: float) -> list[Picture]:
    """Return the drawing for pages whose own text says what it finds and measures, in pieces of a height in pixels.

    None where there is nothing to draw.
    """
    drawing = plot.shape.drawing
    if drawing.is_empty:
        return []
    # What stands above and below each piece takes its part of the height.
    around = LINE * SIZE * (2 + len(plot.shape.legend) + len(plot.shape.names))
    parts = in_parts(drawing.in_pixels(WIDTH - 2 * MARGIN, SIZE), highest - around)
    return [_svg(plot, part) for part in parts]


def as_csv(plot: Plot) -> bytes:
    """Return the numbers under a plot, every cell guarded."""
    rows = [[cell.text for cell in row] for row in plot.numbers.rows]
    return b"".join(csv_bytes([str(heading) for heading in plot.numbers.headings], rows))


def _svg(plot: Plot, drawing: Drawing, *, finding: str = "", said: str = "") -> Picture:
    """Write it line by line from the top: the title, the legend, the drawing, and what its short names stand for."""
    line = LINE * SIZE
    y = MARGIN / 2
    lines, legend = [], []
    texts = [(text, "finding") for text in textwrap.wrap(finding, LETTERS_OF_FINDING)]
    for text, style in [*texts, *((text, "") for text in textwrap.wrap(said, LETTERS))]:
        y += line
        lines.append(Words(_px(MARGIN), _px(y), text, style=style))
    for shape, name in plot.shape.legend:
        y += line
        legend.append(Mark(shape, _px(MARGIN + 8), _px(y - SIZE * 0.35)))
        lines.append(Words(_px(MARGIN + 24), _px(y), name))
    top = y + SIZE
    y = top + float(drawing.height)
    for short, name in plot.shape.names:
        for number, text in enumerate(textwrap.wrap(name, LETTERS) or [""]):
            y += line
            lines += [Words(_px(MARGIN), _px(y), short, style="strong")] * (not number)
            lines.append(Words(_px(MARGIN + 3 * SIZE), _px(y), text))
    height = y + SIZE
    context = {
        "plot": plot,
        "lines": lines,
        "legend": legend,
        "drawing": drawing,
        # A drawing that has a width of its own stands in the middle.
        "left": _px((WIDTH - float(drawing.width or 0)) / 2),
        "top": _px(top),
        "width": str(WIDTH),
        "height": _px(height),
        "size": str(SIZE),
    }
    return Picture(in_xml(render_to_string("learning/plot.svg", context)).encode(), WIDTH, round(height, 1))


def in_xml(text: str) -> str:
    """Return a text without the letters that XML 1.0 has no way to write, §2.2."""
    return _NOT_IN_XML.sub("", text)


def _px(value: float) -> str:
    return f"{value:.1f}"
