"""A report for people outside the team: what fewer than five people are is withheld, and what would tell it.

It is made of the document of a report and of nothing else, live, frozen or of a programme, so that each file can be had
in both ways. What is held back, and why, is in docs/decisions/frozen-reports.md.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Indicator
from ..plots import Plot
from ..plots.stored import restored, stored
from .rows import MINIMUM_ANSWERS

Key = TypeVar("Key", bound=Hashable)

LEAST = MINIMUM_ANSWERS

# Numbers that are how many people there are, or how many of their answers.
_NUMBERS = {"registered", "participations", "people", "learned", "feedback", "feedback-of-others"}
# Tables in which each row is one person.
_ONE_PERSON_A_ROW = {"participations", "people"}
# Columns of other tables that hold people. What stands together is withheld together: one would tell the other.
_COLUMNS = {
    "events": (("registered", "attended"), ("feedback",)),
    "organisations": (("people",),),
    "countries": (("people", "participations"),),
    "organisation-kinds": (("people", "participations"),),
    "projects": (("participations", "people"), ("learned",), ("feedback",)),
}
# The same, where no whole is told: each outcome may be skipped.
_COLUMNS_ALONE = {"outcomes": ("answers",)}
# Rules of indicators that count people, each with the number that is the same of all events.
_TOTALS = {
    Indicator.Rule.PARTICIPATIONS: "participations",
    Indicator.Rule.PEOPLE: "people",
    Indicator.Rule.LEARNERS: "learned",
    Indicator.Rule.SURVEYED: "",
}
# Gaps that are people.
_GAPS = {"contradictions", "without-organisation-match", "without-country", "changed-later"}
# Bars that are people: the cells of each row under them by which it is decided, as the tables of the same name do.
_BARS = {
    "attendance": (-2, -1),
    "countries": (1, 2),
    "organisation-kinds": (1, 2),
    "newcomers": (1, 2),
    "projects": (1, 2),
}
_MATRIX = "partners"
_MEANS = "learning"


def for_outside(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without groups of fewer than five people, in its own language."""
    codes = {each["key"] for each in document["indicators"] if _counts_people(each)}
    with override(document["language"]):
        reduced = document | {
            "facts": [*document["facts"], _fact()],
            "numbers": _numbers(document["numbers"]),
            "indicators": _indicators(document),
            "gaps": [gap for gap in document["gaps"] if gap["key"] not in _GAPS or not _is_small(gap["count"])],
            "plots": [kept for plot in document.get("plots", ()) if (kept := _plot(plot))],
            "tables": [_table(table, codes) for table in document["tables"] if table["key"] not in _ONE_PERSON_A_ROW],
        }
        if "frozen" in document:
            # What was recorded of each event between two versions may be that of one person.
            reduced["frozen"] = document["frozen"] | {"since": []}
        return reduced


def plot_for_outside(plot: Plot) -> Plot | None:
    """Return a plot without groups of fewer than five people; None where there are no others."""
    kept = _plot(stored(plot))
    return restored(kept) if kept else None


def too_small(groups: Mapping[Key, Sequence[int]], *, already: Collection[Key] = ()) -> set[Key]:
    """Return the groups of a whole that are not told: those with one to four people in any of their counts, and others.

    Whoever knows the whole takes away what is told. So the next smallest are withheld too, until there are two at least
    that have anybody, and five people in each count. `already` are withheld for another reason.
    """
    withheld = {key for key, counts in groups.items() if key in already or any(map(_is_small, counts))}
    told = (key for key in groups if key not in withheld and any(groups[key]))
    others = sorted(told, key=lambda key: tuple(groups[key]))
    while withheld and others and not _hide_each_other([groups[key] for key in withheld]):
        withheld.add(others.pop(0))
    return withheld


def _hide_each_other(withheld: Collection[Sequence[int]]) -> bool:
    return all(
        not any(counts) or (sum(counts) >= LEAST and sum(map(bool, counts)) > 1)
        for counts in zip(*withheld, strict=True)
    )


def _is_small(number: Any) -> bool:
    return isinstance(number, int) and 0 < number < LEAST


def _withheld() -> str:
    # Translators: stands in a table instead of a number of people below five.
    return _("withheld")


def _fact() -> dict[str, str]:
    words = _("Fewer than %(n)d people are withheld, and what would tell them") % {"n": LEAST}
    return {"key": "small-groups", "label": _("Small groups"), "type": "text", "value": words}


def _numbers(numbers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    small = {each["key"] for each in numbers if each["key"] in _NUMBERS and _is_small(each["value"])}
    if small & {"feedback", "participations"}:
        small.add("answer-rate")
    return [each | {"value": _withheld()} if each["key"] in small else each for each in numbers]


def _indicators(document: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = {each["key"]: each["value"] for each in document["numbers"]}
    return [
        each | {"value": _withheld()} if _tells_few(each, document["indicators"], numbers) else each
        for each in document["indicators"]
    ]


def _counts_people(indicator: dict[str, Any]) -> bool:
    # Versions of earlier days do not say what theirs count.
    return indicator.get("counts", Indicator.Rule.PEOPLE) in _TOTALS


def _tells_few(indicator: dict[str, Any], indicators: Iterable[dict[str, Any]], numbers: Mapping[str, Any]) -> bool:
    """Whether an indicator is of fewer than five people, or of fewer than five more than a number of the same sort."""
    value = indicator["value"]
    if value is None or not _counts_people(indicator):
        return False
    rule = indicator.get("counts")
    if rule is None:
        return _is_small(value)
    alike = [each["value"] for each in indicators if each is not indicator and each.get("counts") == rule]
    known = [other for other in (*alike, numbers.get(_TOTALS[rule])) if other is not None]
    return _is_small(value) or any(_is_small(abs(other - value)) for other in known)


def _table(table: dict[str, Any], codes: Collection[str]) -> dict[str, Any]:
    """Return a table; `codes` are the indicators that count people."""
    keys = [column["key"] for column in table["columns"]]
    cells = [list(row["cells"]) for row in table["rows"]]
    if table["key"] == "indicators":
        _withhold_of_projects(cells, codes, keys.index("indicator"), keys.index("value"))
    for together in _COLUMNS.get(table["key"], ()):
        places = [keys.index(key) for key in together if key in keys]
        # What nobody knows is nobody.
        counts = {number: [row[place] or 0 for place in places] for number, row in enumerate(cells)}
        for number in too_small(counts):
            for place in places:
                cells[number][place] = _withheld()
    for key in _COLUMNS_ALONE.get(table["key"], ()):
        for row in cells:
            row[keys.index(key)] = _withheld() if _is_small(row[keys.index(key)]) else row[keys.index(key)]
    rows = [row | {"cells": shown} for row, shown in zip(table["rows"], cells, strict=True)]
    return table | {"rows": rows}


def _withhold_of_projects(cells: list[list[Any]], codes: Iterable[str], indicator: int, value: int) -> None:
    """Withhold what few people are of what the projects add to each indicator."""
    for code in codes:
        counts = {k: [row[value] or 0] for k, row in enumerate(cells) if row[indicator] == code}
        for number in too_small(counts):
            cells[number][value] = _withheld()


def _plot(plot: dict[str, Any]) -> dict[str, Any] | None:
    key = plot["key"]
    if key in (*_BARS, _MATRIX) and _is_small(plot["n"]):
        return None
    if key in _BARS:
        return _bars(plot, _BARS[key])
    if key == _MATRIX:
        return _matrix(plot)
    if key == _MEANS:
        rows = [[*row[:-1], _withheld() if _is_small(int(row[-1])) else row[-1]] for row in plot["rows"]]
        return plot | {"rows": rows}
    return plot


def _bars(plot: dict[str, Any], decide: Sequence[int]) -> dict[str, Any] | None:
    withheld = too_small({k: [int(row[place]) for place in decide] for k, row in enumerate(plot["rows"])})
    rows = [
        [row[0], *(_withheld() if k in withheld or _is_small(int(cell)) else cell for cell in row[1:])]
        for k, row in enumerate(plot["rows"])
    ]
    drawn = [
        [label, _bars_of_a_row(values, is_withheld=k in withheld)]
        for k, (label, values) in enumerate(plot["drawn"]["rows"])
    ]
    said = [f"{label}: {', '.join(value['text'] for value in values)}" for label, values in drawn]
    if rows == plot["rows"]:
        return plot
    is_empty = not any(value["number"] for _label, values in drawn for value in values)
    return None if is_empty else _said_anew(plot, rows, drawn, said)


def _bars_of_a_row(values: Sequence[dict[str, Any]], *, is_withheld: bool) -> list[dict[str, Any]]:
    if is_withheld:
        return [values[0] | {"number": 0, "text": _withheld()}]
    # Of how many were invited no whole is told, so that each stands alone.
    return [value | {"number": 0, "text": _withheld()} if _is_small(value["number"]) else value for value in values]


def _matrix(plot: dict[str, Any]) -> dict[str, Any] | None:
    numbers = {(k, n): [count] for k, (_label, row) in enumerate(plot["drawn"]["rows"]) for n, count in enumerate(row)}
    withheld = _cells_too_small(numbers)
    if not withheld:
        return plot
    # Nobody is withheld as well: else what is left of the number of an event would tell who is not nobody.
    withheld |= {cell for cell, [count] in numbers.items() if not count}
    if len(withheld) == len(numbers):
        return None
    rows = [
        [row[0], *(_withheld() if (k, n) in withheld else cell for n, cell in enumerate(row[1:]))]
        for k, row in enumerate(plot["rows"])
    ]
    drawn = [
        [label, [0 if (k, n) in withheld else count for n, count in enumerate(row)]]
        for k, (label, row) in enumerate(plot["drawn"]["rows"])
    ]
    said = [f"{row[0]}: {', '.join(row[1:])}" for row in rows]
    return _said_anew(plot, rows, drawn, said)


def _cells_too_small(numbers: Mapping[tuple[int, int], Sequence[int]]) -> set[tuple[int, int]]:
    """Return the cells that are not told: each row and each column is a whole of its own."""
    lines = [[cell for cell in numbers if cell[k] == n] for k in (0, 1) for n in sorted({cell[k] for cell in numbers})]
    withheld: set[tuple[int, int]] = set()
    before = -1
    while len(withheld) > before:
        before = len(withheld)
        for line in lines:
            withheld |= too_small({cell: numbers[cell] for cell in line}, already=withheld)
    return withheld


def _said_anew(
    plot: dict[str, Any], rows: list[list[str]], drawn: list[list[Any]], said: Iterable[str]
) -> dict[str, Any]:
    """Return a plot with less in it. What it found and summed up would tell what is not in it any more."""
    return plot | {
        "finding": plot["measure"],
        "measure": _("Fewer than %(n)d people are withheld, and what would tell them") % {"n": LEAST},
        "summary": "; ".join(said),
        "rows": rows,
        "drawn": plot["drawn"] | {"rows": drawn},
    }
