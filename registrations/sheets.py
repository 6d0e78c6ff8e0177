"""A sheet that is sent as a file, as the text that pasting it would have given."""

import csv
import io
from collections.abc import Iterable
from typing import IO, Any

from projects.spreadsheets import MAX_BYTES, NotReadable, TooLarge, read_rows, unguard


class NotASheet(Exception):
    """The file is no workbook and no text with cells."""


class SheetTooLarge(Exception):
    """The file has more in it than is looked through at once."""


def text_of_sheet(file: IO[bytes], name: str, *, most_rows: int) -> str:
    """Return the rows of an XLSX or CSV file as lines with cells between tabs. `name` says which of them it is.

    Raises NotASheet and SheetTooLarge.
    """
    if name.lower().endswith(".csv"):
        return _as_lines(_csv_rows(file))
    if not name.lower().endswith(".xlsx"):
        raise NotASheet
    try:
        dataset = read_rows(file, "xlsx", max_rows=most_rows)
    except NotReadable:
        raise NotASheet from None
    except TooLarge:
        raise SheetTooLarge from None
    return _as_lines([dataset.headers, *dataset])


def _csv_rows(file: IO[bytes]) -> list[list[str]]:
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SheetTooLarge
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets save as CSV on Windows. A byte that it does not know is no text of anybody.
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise NotASheet from None
    if "\x00" in text:
        raise NotASheet
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise NotASheet from None
    return [[unguard(cell) for cell in row] for row in rows]


def _as_lines(rows: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    for row in rows:
        # A cell is one line here, as pasted cells are.
        writer.writerow([" ".join(str(cell).split()) for cell in row])
    return text.getvalue()
