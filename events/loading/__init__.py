"""Reading projects with their partners, practices and events from a file into the model.

`reading` opens the file and finds what is wrong with a field, `records` says what a file may hold, `histories` turns
earlier plans into plan changes, and `projects` stores the whole.
"""

from .kinds import load_kinds
from .projects import load_projects
from .reading import FileRefused
from .tally import Tally

__all__ = ["FileRefused", "Tally", "load_kinds", "load_projects"]
