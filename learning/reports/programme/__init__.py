"""What the projects of a programme did to date, counted by the database up to an instant.

The same rules as learning/reports/records/, which reads each row: here there may be a million of them. A test holds the
two together. An event that projects share counts for the one whose it is.
"""

from .counting import programme_report
from .document import programme_document
from .figures import programme_figure, programme_gaps
from .plots import programme_plots
from .rows import ProgrammeReport

__all__ = [
    "ProgrammeReport",
    "programme_document",
    "programme_figure",
    "programme_gaps",
    "programme_plots",
    "programme_report",
]
