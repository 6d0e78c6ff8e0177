"""A plot: what it finds, the table of its numbers, and its drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypedDict

from .drawing import Drawing


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table under a plot; `figure` names the number's rows.

    `semester` is the number of the semester whose report has them, where that is not the plot's own.
    """

    text: str
    figure: str = ""
    semester: int | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The table under a plot. The first cell of a row is its heading."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Shape(Protocol):
    """What is drawn, as data. `NAME` says what it is where it is stored."""

    NAME: ClassVar[str]

    @property
    def drawing(self) -> Drawing: ...

    @property
    def legend(self) -> Sequence[tuple[str, str]]:
        """Series that are told apart by the shape of their marks: shape and name of each."""

    @property
    def names(self) -> Sequence[tuple[str, str]]:
        """What the numbers in the drawing stand for."""

    @property
    def plain(self) -> dict[str, Any]:
        """The same as lists, texts and numbers."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn plot. `finding` is its title, `measure` and `n` its subtitle, `summary` says it all in one sentence."""

    slug: str
    finding: str
    measure: str
    n: int
    summary: str
    numbers: Numbers
    shape: Shape


class About(TypedDict):
    """All of a plot but its shape, for those who make one from what they draw."""

    slug: str
    finding: str
    measure: str
    n: int
    summary: str
    numbers: Numbers
