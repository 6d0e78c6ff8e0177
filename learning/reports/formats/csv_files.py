"""A report as CSV: the numbers as one file, and each table as one of its own, since CSV knows no second table."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from projects.spreadsheets import CSV_TYPE, csv_bytes

MEDIA_TYPE = CSV_TYPE


def numbers(document: dict[str, Any]) -> bytes:
    """Return the indicators and the numbers of a document with their rules; what nobody knows is empty."""
    with override(document["language"]):
        header = [_("Key"), _("Number"), _("Value"), _("Target"), _("What counts")]
    rows = (
        [each["key"], each["title"], _cell(each["value"]), _cell(each.get("target")), each["rule"]]
        for each in [*document["indicators"], *document["numbers"]]
    )
    return b"".join(csv_bytes(header, rows))


def table(document: dict[str, Any], key: str) -> bytes | None:
    """Return one table of a document, or None where it has no such table."""
    for each in document["tables"]:
        if each["key"] == key:
            header = [column["title"] for column in each["columns"]]
            rows: Iterable[list[str]] = ([_cell(cell) for cell in row["cells"]] for row in each["rows"])
            return b"".join(csv_bytes(header, rows))
    return None


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
