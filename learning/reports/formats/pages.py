"""A document as paper has it: headings, paragraphs, lists and tables of words, in the language of the document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import override

from events.times import day_in_words, instant_in_words

from ...plots.files import Picture, pictures
from ...plots.stored import restored
from ..reading import Table, Value, facts_of, tables_of

# A report is of several towns, so its instants are in none of their zones.
_UTC = ZoneInfo("UTC")


# How wide a drawing is on paper, in millimetres, and how high it may be in its own pixels so that a page holds it.
DRAWN_WIDTH = 140
HIGHEST = 840

# Long lists of single people, by their numbers. They fill pages, so on paper they stand behind all that is said.
LISTS_OF_PEOPLE = ("participations", "people")
# How many letters a column of words is wide, in proportion to the others: neither a sliver nor the whole page.
NARROWEST, WIDEST = 10, 50


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table of words. `numbers` says of each column whether it stands at the right."""

    header: Sequence[str]
    numbers: Sequence[bool]
    rows: Sequence[Sequence[str]]

    @property
    def columns(self) -> list[list[str]]:
        """The texts of each column, its heading among them."""
        rows = [self.header, *self.rows] if self.header else self.rows
        return [list(column) for column in zip(*rows, strict=True)]

    @property
    def shares(self) -> list[int]:
        """How much of the room that numbers leave each column of words takes; 0 for numbers."""
        return [
            0 if is_number else min(max(NARROWEST, *map(len, column)), WIDEST)
            for is_number, column in zip(self.numbers, self.columns, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class PaperPlot:
    """A plot on paper: its finding as a heading, what was measured, the same in words, and its drawing in pieces."""

    finding: str
    measure: str
    alt: str
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    items: Sequence[str] = ()
    table: PaperTable | None = None
    plots: Sequence[PaperPlot] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on paper. `at` is the instant that a file may say it was made at."""

    language: str
    title: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    at: datetime


def paper(document: dict[str, Any]) -> Paper:
    """Return a document in words. A version also says when it was frozen, and why."""
    frozen = document.get("frozen")
    at = datetime.fromisoformat(frozen["frozen_at"] if frozen else document["at"])
    with override(document["language"]):
        return Paper(
            language=document["language"],
            title=_title(document),
            facts=list(_facts(document)),
            sections=list(_sections(document)),
            at=at,
        )


def _title(document: dict[str, Any]) -> str:
    if "frozen" not in document:
        return str(document["title"])
    names = {"title": document["title"], "number": document["frozen"]["version"]}
    return _("%(title)s, version %(number)s") % names


def _facts(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for label, value in facts_of(document):
        yield label, _words(value)
    yield _("As recorded up to"), instant_in_words(datetime.fromisoformat(document["at"]), _UTC)
    if frozen := document.get("frozen"):
        yield _("Frozen at"), instant_in_words(datetime.fromisoformat(frozen["frozen_at"]), _UTC)
        if frozen["because"]:
            yield _("Why there is another version"), frozen["because"]


def _sections(document: dict[str, Any]) -> Iterator[Section]:
    if document["gaps"]:
        yield Section(_("What is missing"), items=[gap["text"] for gap in document["gaps"]])
    if document["indicators"]:
        yield Section(
            _("Indicators of the programme"),
            table=PaperTable(
                [_("Code"), _("Indicator"), _("Value"), _("Target"), _("What counts")],
                [False, False, True, True, False],
                [
                    [each["key"], each["title"], _words(Value.of(each["value"])), _target(each), each["rule"]]
                    for each in document["indicators"]
                ],
            ),
        )
    yield Section(
        _("In numbers"),
        table=PaperTable(
            [_("Number"), _("Value"), _("What counts")],
            [False, True, False],
            [[each["title"], _words(Value.of(each["value"])), each["rule"]] for each in document["numbers"]],
        ),
    )
    if drawn := list(_plots(document)):
        yield Section(_("In pictures"), plots=drawn)
    tables = [table for table in tables_of(document).values() if table.rows]
    for table in sorted(tables, key=lambda table: table.key in LISTS_OF_PEOPLE):
        yield Section(table.title, table=_on_paper(table))


def _on_paper(table: Table) -> PaperTable:
    """Return a table in words, without the columns in which no row says anything."""
    columns = [(column, [row.cells[n] for row in table.rows]) for n, column in enumerate(table.columns)]
    said = [(column, _column(cells)) for column, cells in columns]
    said = [(column, texts) for column, texts in said if any(texts)]
    return PaperTable(
        [column.title for column, _texts in said],
        [column.type == "number" for column, _texts in said],
        list(zip(*(texts for _column, texts in said), strict=True)),
    )


def _column(cells: Sequence[Value]) -> list[str]:
    # Numbers below each other have as many decimals.
    decimals = 2 if any(isinstance(cell.number, float) for cell in cells) else 0
    return [_words(cell, decimals=decimals) for cell in cells]


def _plots(document: dict[str, Any]) -> Iterator[PaperPlot]:
    # Versions of earlier days have none.
    for plot in map(restored, document.get("plots", ())):
        found = pictures(plot, highest=HIGHEST)
        if found:
            said = _("%(measure)s. n = %(n)s") % {"measure": plot.measure, "n": plot.n}
            yield PaperPlot(plot.finding, said, f"{plot.finding}. {plot.summary}", found)


def _target(indicator: dict[str, Any]) -> str:
    return "–" if indicator["target"] is None else str(indicator["target"])


def _words(value: Value, *, decimals: int = 0) -> str:
    if value.day:
        return day_in_words(value.day)
    if value.is_unknown:
        return _("not known")
    return value.text if value.number is None else f"{value.number:.{decimals}f}"
