"""What changed between two documents of a report, by their keys. It reads no record: in ten years it says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .reading import Table, Value, tables_of, values_of


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is another thing now. One of the two is None where it was not there."""

    title: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that is in both documents and says something else; `title` is its first cell."""

    title: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class ChangedTable:
    """The rows of a table that came, went, or changed."""

    key: str
    title: str
    came: Table | None
    went: Table | None
    changed: Sequence[ChangedRow]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one document to another. `rules` are numbers that are counted otherwise now."""

    facts: Sequence[Change]
    numbers: Sequence[Change]
    targets: Sequence[Change]
    rules: Sequence[str]
    tables: Sequence[ChangedTable]

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.numbers or self.targets or self.rules or self.tables)


def compare(older: dict[str, Any], newer: dict[str, Any]) -> Comparison:
    """Return what a newer document says otherwise than an older one."""
    return Comparison(
        facts=_changes(older["facts"], newer["facts"], "label"),
        numbers=[
            *_changes(older["indicators"], newer["indicators"], "title"),
            *_changes(older["numbers"], newer["numbers"], "title"),
        ],
        targets=_changes(_targets(older), _targets(newer), "title"),
        rules=_rules(older, newer),
        tables=_tables(older, newer),
    )


def _changes(older: list[dict[str, Any]], newer: list[dict[str, Any]], title: str) -> list[Change]:
    before = {item["key"]: item for item in older}
    after = {item["key"]: item for item in newer}
    found = []
    # In the order of the newer one, and behind it what is in it no more.
    for key in dict.fromkeys([*after, *before]):
        was, is_now = before.get(key), after.get(key)
        if was is None or is_now is None or was["value"] != is_now["value"]:
            name = (is_now or was or {})[title]
            found.append(Change(name, _value(was), _value(is_now)))
    return found


def _targets(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**indicator, "value": indicator["target"]} for indicator in document["indicators"]]


def _value(item: dict[str, Any] | None) -> Value | None:
    return None if item is None else Value.of(item["value"], item.get("type", ""))


def _rules(older: dict[str, Any], newer: dict[str, Any]) -> list[str]:
    # In another language each rule has other words.
    if older["language"] != newer["language"]:
        return []
    return [
        each["title"]
        for part in ("indicators", "numbers")
        for before in [{number["key"]: number["rule"] for number in older[part]}]
        for each in newer[part]
        if before.get(each["key"], each["rule"]) != each["rule"]
    ]


def _tables(older: dict[str, Any], newer: dict[str, Any]) -> list[ChangedTable]:
    before, after = tables_of(older), tables_of(newer)
    found = []
    for key in dict.fromkeys([*after, *before]):
        was, is_now = before.get(key), after.get(key)
        shown = is_now or was
        if shown is None:
            continue
        old_rows = was.by_key if was else {}
        new_rows = is_now.by_key if is_now else {}
        came = is_now.only(new_rows.keys() - old_rows.keys()) if is_now else None
        went = was.only(old_rows.keys() - new_rows.keys()) if was else None
        changed = []
        if was and is_now:
            for row_key in [row.key for row in is_now.rows if row.key in old_rows]:
                changes = _cells(was, is_now, old_rows[row_key], new_rows[row_key])
                if changes:
                    changed.append(ChangedRow(new_rows[row_key][0].text, changes))
        if (came and came.rows) or (went and went.rows) or changed:
            found.append(ChangedTable(key, shown.title, came, went, changed))
    return found


def _cells(was: Table, is_now: Table, old: Sequence[Value], new: Sequence[Value]) -> list[Change]:
    """Compare two rows by the keys of their columns: a later program may have more of them, in another order."""
    old_cells = values_of(was, old)
    return [
        Change(column.title, old_cells[column.key], cell)
        for column, cell in zip(is_now.columns, new, strict=True)
        if column.key in old_cells and old_cells[column.key] != cell
    ]
