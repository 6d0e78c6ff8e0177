"""Plots as SVG, placed here and written out by a template.

A plot is what it finds, the numbers under it, and a shape: bars, stacks, dumbbells, marks, a radar, a matrix, steps.
The shape is data; what it draws are rectangles, strokes, rings, marks and texts (drawing.py), and one template writes
them.
"""

from .bars import Bars, Value, bar_plot
from .drawing import Drawing, one_decimal
from .dumbbells import Dumbbells, Pair, dumbbell_plot
from .marks import LEAST_SPOKES, MOST_SERIES, Marks, Radar, Series, marks_plot, radar_plot
from .matrix import Matrix, matrix_plot
from .plot import Cell, Numbers, Plot
from .stacks import Stacks, stack_plot
from .steps import Panel, Steps, steps_plot

__all__ = [
    "LEAST_SPOKES",
    "MOST_SERIES",
    "Bars",
    "Cell",
    "Drawing",
    "Dumbbells",
    "Marks",
    "Matrix",
    "Numbers",
    "Pair",
    "Panel",
    "Plot",
    "Radar",
    "Series",
    "Stacks",
    "Steps",
    "Value",
    "bar_plot",
    "dumbbell_plot",
    "marks_plot",
    "matrix_plot",
    "one_decimal",
    "radar_plot",
    "stack_plot",
    "steps_plot",
]
