"""A plot of a report as a file of its own: the drawing as SVG, its numbers as CSV."""

import textwrap
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from events.times import instant_in_words
from projects.spreadsheets import csv_bytes

from .models.surveys import ZONE
from .plots import LINE, Plot, em

# So many letters fit beside each other, of the finding and of what stands below it.
LETTERS_OF_FINDING, LETTERS = 70, 95


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line above the drawing, at its base line in sizes of the text."""

    y: str
    text: str
    is_finding: bool


def as_svg(plot: Plot, *, at: datetime) -> bytes:
    """Return the drawing with its title and what was measured, in colours of its own, for a slide or a text."""
    said = f"{plot.measure}. {_('n = %(n)s') % {'n': plot.n}}, {instant_in_words(at, ZONE)}"
    texts = [(text, True) for text in textwrap.wrap(plot.finding, LETTERS_OF_FINDING)]
    texts += [(text, False) for text in textwrap.wrap(said, LETTERS)]
    lines = [HeadLine(em(0.6 + LINE * number), text, is_finding) for number, (text, is_finding) in enumerate(texts, 1)]
    top = 0.6 + LINE * (len(texts) + 1)
    context = {
        "plot": plot,
        "lines": lines,
        "top": em(top),
        "height": em(top + float(plot.height.removesuffix("em")) + 1),
    }
    return render_to_string("learning/plot.svg", context).encode()


def as_csv(plot: Plot) -> bytes:
    """Return the numbers under a plot, every cell guarded."""
    rows = [[cell.text for cell in row] for row in plot.numbers.rows]
    return b"".join(csv_bytes([str(heading) for heading in plot.numbers.headings], rows))
