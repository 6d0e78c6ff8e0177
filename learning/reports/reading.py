"""A document as a page shows it: its tables with typed cells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

# So many columns stand beside each other on a phone.
NARROW = 4


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a document: a text, a number, a day, or nothing, which is what nobody knows."""

    text: str
    number: float | None = None
    day: date | None = None
    is_unknown: bool = False

    @classmethod
    def of(cls, value: Any, of_type: str = "") -> "Value":
        if value is None:
            return cls("", is_unknown=True)
        if of_type == "date":
            return cls(value, day=date.fromisoformat(value))
        if isinstance(value, int | float):
            return cls(str(value), number=value)
        return cls(str(value))


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    type: str


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    cells: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    @property
    def by_key(self) -> dict[str, Sequence[Value]]:
        return {row.key: row.cells for row in self.rows}

    @property
    def is_wide(self) -> bool:
        """Whether a phone has no room for its columns beside each other."""
        return len(self.columns) > NARROW

    @property
    def labelled_rows(self) -> list[list[tuple[Column, Value]]]:
        """Its rows, each cell with its column."""
        return [list(zip(self.columns, row.cells, strict=True)) for row in self.rows]

    def only(self, keys: Collection[str]) -> "Table":
        """The same table with some of its rows."""
        return replace(self, rows=[row for row in self.rows if row.key in keys])


def tables_of(document: dict[str, Any]) -> dict[str, Table]:
    """Return the tables of a document by their keys."""
    return {table["key"]: _table(table) for table in document["tables"]}


def facts_of(document: dict[str, Any]) -> list[tuple[str, Value]]:
    """Return the facts of a document: what each is called, and its value."""
    return [(fact["label"], Value.of(fact["value"], fact["type"])) for fact in document["facts"]]


def values_of(table: Table, cells: Sequence[Value]) -> Mapping[str, Value]:
    """Return the cells of a row by the keys of their columns."""
    return {column.key: cell for column, cell in zip(table.columns, cells, strict=True)}


def _table(table: dict[str, Any]) -> Table:
    columns = [Column(**column) for column in table["columns"]]
    rows = [
        Row(
            row["key"],
            [Value.of(cell, column.type) for column, cell in zip(columns, row["cells"], strict=True)],
        )
        for row in table["rows"]
    ]
    return Table(table["key"], table["title"], columns, rows)
