"""A plot as a file of its own: the drawing as SVG, its numbers as CSV."""

import textwrap
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from events.times import instant_in_words
from projects.spreadsheets import csv_bytes

from ..models.surveys import ZONE
from .drawing import LINE, Mark, Words
from .plot import Plot

# In pixels.
SIZE, MARGIN, WIDTH = 15, 12, 760
# So many letters fit beside each other, of the finding and of what stands below it.
LETTERS_OF_FINDING, LETTERS = 70, 95


def as_svg(plot: Plot, *, at: datetime) -> bytes:
    """Return the drawing with its title and what was measured, in colours of its own, for a slide or a text."""
    said = f"{plot.measure}. {_('n = %(n)s') % {'n': plot.n}}, {instant_in_words(at, ZONE)}"
    return _svg(plot, plot.finding, said)


def picture(plot: Plot) -> bytes:
    """Return the drawing as SVG for a page whose own text says what it finds and measures."""
    return _svg(plot, "", "")


def as_csv(plot: Plot) -> bytes:
    """Return the numbers under a plot, every cell guarded."""
    rows = [[cell.text for cell in row] for row in plot.numbers.rows]
    return b"".join(csv_bytes([str(heading) for heading in plot.numbers.headings], rows))


def _svg(plot: Plot, finding: str, said: str) -> bytes:
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
    drawing = plot.shape.drawing.in_pixels(WIDTH - 2 * MARGIN, SIZE)
    y = top + float(drawing.height)
    for short, name in plot.shape.names:
        for number, text in enumerate(textwrap.wrap(name, LETTERS) or [""]):
            y += line
            lines += [Words(_px(MARGIN), _px(y), short, style="strong")] * (not number)
            lines.append(Words(_px(MARGIN + 3 * SIZE), _px(y), text))
    # A drawing that has a width of its own stands in the middle.
    left = (WIDTH - float(drawing.width or 0)) / 2
    context = {
        "plot": plot,
        "lines": lines,
        "legend": legend,
        "drawing": drawing,
        "left": _px(left),
        "top": _px(top),
        "width": str(WIDTH),
        "height": _px(y + SIZE),
        "size": str(SIZE),
    }
    return render_to_string("learning/plot.svg", context).encode()


def _px(value: float) -> str:
    return f"{value:.1f}"
