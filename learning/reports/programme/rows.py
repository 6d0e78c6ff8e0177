"""The rows of a report of a programme: one for each of its projects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from events.models import EventKind
from projects.models import Programme, Project

from ...models import Indicator
from ..subject import ProgrammeSubject


@dataclass(frozen=True, slots=True)
class Reached:
    """What one project counts of one indicator, and promised: None for what nobody knows or promised."""

    value: int | None
    target: int | None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project. What is counted of people is None where nobody ever registered or was recorded."""

    project: Project
    events: int
    # By the short names of kinds.
    kinds: dict[str, int]
    countings: dict[str, int]
    participations: int | None
    people: int | None
    learned: int | None
    feedback: int | None
    # Head counts of others; None where nobody reported any.
    reported: int | None
    # How many of its events lack what a report should have.
    without_records: int
    not_noted_as_held: int
    without_date: int
    # Registrations that are cancelled although somebody was seen.
    contradictions: int
    # By the key of the indicator.
    indicators: dict[int, Reached]

    @property
    def is_known(self) -> bool:
        return self.people is not None


@dataclass(frozen=True, slots=True)
class KindByYear:
    """A kind of events, and how many of them began in each year; None for those whose date is not known."""

    kind: EventKind
    years: Mapping[int | None, int]

    @property
    def events(self) -> int:
        return sum(self.years.values())


@dataclass(frozen=True)
class ProgrammeReport:
    """The projects of a programme, by acronym, what it asks them to count, and its kinds of events by frequency."""

    programme: Programme
    at: datetime
    indicators: tuple[Indicator, ...]
    projects: tuple[ProjectRow, ...]
    kinds: tuple[KindByYear, ...]

    @property
    def subject(self) -> ProgrammeSubject:
        return ProgrammeSubject(self.programme)

    def total(self, of_project: Callable[[ProjectRow], int | None]) -> int | None:
        """Add something up over all projects; None where no project knows it."""
        known = [value for row in self.projects if (value := of_project(row)) is not None]
        return sum(known) if known else None
