"""A report as a workbook: the numbers on the first sheet, each table on one of its own, typed."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from projects.spreadsheets import XLSX_TYPE, Sheet, write_sheets

from ..reading import Value, tables_of
from .pages import paper

MEDIA_TYPE = XLSX_TYPE


def report(document: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    with override(document["language"]):
        sheets = list(_sheets(document))
    write_sheets(file, sheets, made_at=paper(document).at)
    return file.getvalue()


def _sheets(document: dict[str, Any]) -> Iterator[Sheet]:
    said = paper(document)
    yield Sheet(
        _("Report"), [said.title, ""], [*said.facts, *([gap["text"], gap["count"]] for gap in document["gaps"])]
    )
    yield Sheet(
        _("Indicators"),
        [_("Code"), _("Indicator"), _("Unit"), _("Value"), _("Target"), _("What counts")],
        [
            [each["key"], each["title"], each["unit"], each["value"], each["target"], each["rule"]]
            for each in document["indicators"]
        ],
    )
    yield Sheet(
        _("Numbers"),
        [_("Key"), _("Number"), _("Value"), _("What counts")],
        [[each["key"], each["title"], each["value"], each["rule"]] for each in document["numbers"]],
    )
    for table in tables_of(document).values():
        rows = [[_cell(value) for value in row.cells] for row in table.rows]
        yield Sheet(table.title, [column.title for column in table.columns], rows)


def _cell(value: Value) -> str | float | date | None:
    if value.day:
        return value.day
    return value.text or None if value.number is None else value.number
