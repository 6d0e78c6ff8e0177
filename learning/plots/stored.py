"""A plot as plain data, so that a frozen report draws it again, and nothing else is asked."""

from typing import Any

from .bars import Bars
from .dumbbells import Dumbbells
from .marks import Marks, Radar
from .matrix import Matrix
from .plot import Cell, Numbers, Plot
from .stacks import Stacks
from .steps import Steps

_SHAPES: dict[str, Any] = {shape.NAME: shape for shape in (Bars, Dumbbells, Radar, Marks, Matrix, Stacks, Steps)}


def stored(plot: Plot) -> dict[str, Any]:
    """Return a plot as lists, texts and numbers."""
    return {
        "key": plot.slug,
        "finding": plot.finding,
        "measure": plot.measure,
        "n": plot.n,
        "summary": plot.summary,
        "headings": [str(heading) for heading in plot.numbers.headings],
        "rows": [[cell.text for cell in row] for row in plot.numbers.rows],
        "shape": plot.shape.NAME,
        "drawn": plot.shape.plain,
    }


def restored(plain: dict[str, Any]) -> Plot:
    """Return the plot that `stored` wrote down; its numbers open no rows."""
    return Plot(
        slug=plain["key"],
        finding=plain["finding"],
        measure=plain["measure"],
        n=plain["n"],
        summary=plain["summary"],
        numbers=Numbers(plain["headings"], [[Cell(text) for text in row] for row in plain["rows"]]),
        shape=_SHAPES[plain["shape"]].of(plain["drawn"]),
    )
