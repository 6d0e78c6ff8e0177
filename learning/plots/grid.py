"""What shapes have in common that are drawn from a number for each row and column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns by their short names, with what these stand for, and rows of numbers by their labels."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[int]]]
    legend: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        return cls([(short, name) for short, name in plain["columns"]], [(label, row) for label, row in plain["rows"]])

    @property
    def plain(self) -> dict[str, Any]:
        return {
            "columns": [list(column) for column in self.columns],
            "rows": [[label, list(row)] for label, row in self.rows],
        }

    @property
    def names(self) -> Sequence[tuple[str, str]]:
        return self.columns
