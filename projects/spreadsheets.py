"""Tables that people open in a spreadsheet: written so that nothing in them runs, read so that nothing in them harms.

CSV has no types: a spreadsheet runs a text that starts with “=” as a formula, and some run “+”, “-” and “@” too.
`guard` makes such texts harmless in a way that `unguard` takes back exactly. XLSX has types, so texts are texts there.
docs/decisions/exports.md says why it is done like this.
"""

import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count, islice, zip_longest
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import tablib
import xlsxwriter
from django.utils.translation import gettext_lazy as _
from import_export.formats import base_formats
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What a file that is read may hold. A zip of 5 kB can unpack to gigabytes, and one cell far out to a billion others.
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 100

_ROWS_AT_ONCE = 500


class NotReadable(Exception):
    """The file is not a table in the format that its name says."""


class TooLarge(Exception):
    """The file holds more than is read at once."""


# --- Texts in CSV ------------------------------------------------------------------------------------------------

# The full-width forms are what a keyboard for Chinese or Japanese types; Excel takes them for the plain ones.
_STARTS_A_FORMULA = "=+\\-@|%＝＋－＠"
# A new cell begins at the start, and after what a program may take for the end of a cell: Excel splits at “;” where
# numbers are written with a comma, and it knows no quotes inside a cell that did not begin with one.
_RUNS = rf"[\"' \t\r\n\xa0]*[{_STARTS_A_FORMULA}]"
_BEGINS = rf"(?:\A(?={_RUNS}|'*[\t\r\n])|(?<=[;\t\r\n])(?={_RUNS}))"
_GUARD = re.compile(_BEGINS)
_UNGUARD = re.compile(rf"{_BEGINS}'")
# Nearly every text ends here: its first letter and the absence of these separators say that nothing can run.
_SUSPICIOUS = frozenset("=+-@|%＝＋－＠\"' \t\r\n\xa0")

_NUMBER = re.compile(r"[+-]\d+(?:[.,]\d+)?|\+\d+(?: \d+)+", re.ASCII)
_PHONE = re.compile(r"\+\d{7,15}", re.ASCII)
_SPACED_PHONE = re.compile(r"(\+\d{1,3}) (\d{4,14})", re.ASCII)


def guard(text: str) -> str:
    """Return a text as it is safe to write into a cell of a CSV file; `unguard` gives the same text back.

    An apostrophe goes before whatever a spreadsheet could run. Plain numbers such as “-5” stay as they are. A phone
    number gets a space behind its country code, as it is written by hand (ITU-T E.123): “+32 25556677” stays what it
    is, where a spreadsheet takes “+3225556677” for a number and drops the plus.
    """
    if text[:1] not in _SUSPICIOUS and not _splits_cells(text):
        return text
    if _PHONE.fullmatch(text):
        return _spaced(text)
    if _NUMBER.fullmatch(text):
        return f"'{text}" if _is_spaced(text) else text
    return _GUARD.sub("'", text)


def unguard(cell: str) -> str:
    """Return the text that `guard` wrote as `cell`."""
    if _NUMBER.fullmatch(cell):
        return cell.replace(" ", "") if _is_spaced(cell) else cell
    return _UNGUARD.sub("", cell)


def _splits_cells(text: str) -> bool:
    return ";" in text or "\t" in text or "\n" in text or "\r" in text


def _spaced(phone: str) -> str:
    digits = next((n for n in (1, 2, 3) if int(phone[1 : 1 + n]) in COUNTRY_CODE_TO_REGION_CODE), 2)
    return f"{phone[: 1 + digits]} {phone[1 + digits :]}"


def _is_spaced(text: str) -> bool:
    """Whether the text is a phone number with exactly the space that `guard` adds."""
    match = _SPACED_PHONE.fullmatch(text)
    if match is None:
        return False
    phone = "".join(match.groups())
    return bool(_PHONE.fullmatch(phone)) and _spaced(phone) == text


# --- Writing -----------------------------------------------------------------------------------------------------


# What a row of quoted cells looks like when one of them needs a guard, except for phone numbers, which get their space
# in one go. A regular expression that begins with fixed letters is searched for as fast as memory is read.
_SUSPECT_IN_FIRST_COLUMN = re.compile(rf"""\n"[{_STARTS_A_FORMULA}' \t\xa0]""")
_SUSPECT = re.compile(rf""","(?:[{_STARTS_A_FORMULA.replace("+", "")}' \t\xa0]|\+(?!\d{{7,15}}"))""", re.ASCII)
_PHONE_CELL = re.compile(r',"(\+\d{7,15})"', re.ASCII)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield a CSV file piece by piece: UTF-8 with its mark, CRLF at the end of a row, every cell guarded and in quotes.

    The quotes are for LibreOffice, which splits at “;” too, but never inside quotes.
    """
    yield "\ufeff".encode() + _guarded([header])
    rows = iter(rows)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        yield _quickly(some) or _guarded(some)


def _quickly(rows: list[Sequence[str]]) -> bytes | None:
    """Return what `_guarded` does, five times as fast, or None when a cell holds more than letters, digits and dots.

    It quotes without looking, and looks at the whole afterwards: with as many quotes and line ends as it wrote itself,
    the cells hold none.
    """
    text = '\n"' + '"\r\n"'.join(['","'.join(row) for row in rows]) + '"\r\n'
    if (
        text.count('"') != 2 * sum(map(len, rows))
        or text.count("\n") != len(rows) + 1
        or text.count("\r") != len(rows)
        or ";" in text
        or "\t" in text
        or _SUSPECT_IN_FIRST_COLUMN.search(text)
        or _SUSPECT.search(text)
    ):
        return None
    if ',"+' in text:
        text = _PHONE_CELL.sub(lambda cell: f',"{_spaced(cell[1])}"', text)
    return text[1:].encode()


def _guarded(rows: list[Sequence[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([map(guard, row) for row in rows])
    return file.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook. Cells are texts, numbers, dates, naive datetimes and None."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_xlsx(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str) -> None:
    """Write a workbook with one sheet, row by row, so that its size takes no memory. See also `write_sheets`."""
    write_sheets(file, [Sheet(title, header, rows)])


def write_sheets(file: IO[bytes], sheets: Iterable[Sheet], *, made_at: datetime | None = None) -> None:
    """Write a workbook, sheet by sheet and row by row, so that its size takes no memory.

    Each cell is written as what it is: no text becomes a formula, a link or a number. `made_at` is when the workbook
    says it was made, and defaults to now; with it, the same rows give the same bytes.
    """
    workbook = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    if made_at is not None:
        workbook.set_properties({"created": made_at})
    formats = _Formats(
        bold=workbook.add_format({"bold": True}),
        plain=workbook.add_format(),
        of_time={
            date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        },
    )
    taken: set[str] = set()
    for sheet in sheets:
        name = _sheet_name(sheet.title, taken)
        taken.add(name.casefold())
        _write_sheet(workbook.add_worksheet(name or None), sheet, formats)
    workbook.close()


@dataclass(frozen=True, slots=True)
class _Formats:
    bold: Any
    plain: Any
    of_time: dict[type, Any]


def _sheet_name(title: str, taken: Collection[str]) -> str:
    """Return a name that Excel takes: 31 letters, none of its signs, and another one than the sheets before."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title).strip("'")
    found = name[:31]
    for number in count(2):
        if found.casefold() not in taken or not found:
            break
        found = f"{name[:27]} {number}"
    return found


def _write_sheet(sheet: Any, content: Sheet, formats: _Formats) -> None:
    header = content.header
    sheet.freeze_panes(1, 0)
    # As wide as the heading and the first rows need; the others are not known when the first is written.
    rows = iter(content.rows)
    first = list(islice(rows, 100))
    for column, cells in enumerate(zip_longest(header, *first, fillvalue="")):
        sheet.set_column(column, column, min(max(len(str(cell)) for cell in cells) + 2, 40))
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, formats.bold)
    write_text, write_number, write_date = sheet.write_string, sheet.write_number, sheet.write_datetime
    for number, row in enumerate(chain(first, rows), start=1):
        for column, cell in enumerate(row):
            kind = cell.__class__
            if kind is str:
                if cell[:3] == "<r>":
                    # xlsxwriter takes a text from <r> to </r> for its own markup and writes it unescaped.
                    sheet.write_rich_string(number, column, "<", formats.plain, cell[1:])
                elif cell:
                    write_text(number, column, cell)
            elif kind is int or kind is float:
                write_number(number, column, cell)
            elif cell is not None:
                write_date(number, column, cell, formats.of_time[kind])


# --- Reading -----------------------------------------------------------------------------------------------------


def read_rows(
    file: IO[bytes], extension: str, *, max_rows: int = MAX_ROWS, max_columns: int = MAX_COLUMNS
) -> tablib.Dataset:
    """Read a table whose first row is its header, "csv" or "xlsx". An empty cell is "" in both, and an empty row none.

    Raises NotReadable when the file is something else, and TooLarge above MAX_BYTES, MAX_UNPACKED_BYTES, `max_rows` or
    `max_columns`; it never reads further than that.
    """
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge
    rows = {"csv": _csv_rows, "xlsx": _xlsx_rows}[extension](content, max_rows + 2, max_columns + 1)
    header = _without_empty_end(next(rows, []))
    if not header:
        raise NotReadable
    if len(header) > max_columns:
        raise TooLarge
    dataset = tablib.Dataset(headers=header)
    for number, row in enumerate(rows, start=1):
        if number > max_rows:
            raise TooLarge
        row = _without_empty_end(row)
        if len(row) > len(header):
            raise NotReadable
        if row:
            dataset.append([*row, *[""] * (len(header) - len(row))])
    return dataset


def _without_empty_end(row: list[Any]) -> list[Any]:
    used = next((n for n in range(len(row), 0, -1) if row[n - 1] != ""), 0)
    return row[:used]


def _csv_rows(content: bytes, max_rows: int, max_columns: int) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        for row in islice(csv.reader(io.StringIO(text, newline=""), strict=True), max_rows):
            yield [unguard(cell) for cell in row[:max_columns]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise NotReadable from error


def _xlsx_rows(content: bytes, max_rows: int, max_columns: int) -> Iterator[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise TooLarge
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        rows = workbook.worksheets[0].iter_rows(max_row=max_rows, max_col=max_columns, values_only=True)
        for row in rows:
            yield ["" if cell is None else unescape(cell) if isinstance(cell, str) else cell for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, IndexError) as error:
        raise NotReadable from error


# --- For django-import-export ------------------------------------------------------------------------------------


class SafeCSV(base_formats.CSV):
    """CSV as this project writes and reads it, for the administration's imports and exports."""

    def get_read_mode(self) -> str:
        return "rb"

    def is_binary(self) -> bool:
        return True

    def get_title(self) -> str:
        return "csv"

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return b"".join(
            csv_bytes(dataset.headers, (["" if cell is None else str(cell) for cell in row] for row in dataset))
        )

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> tablib.Dataset:
        return _read_for_import(in_stream, "csv")


class SafeXLSX(base_formats.XLSX):
    """XLSX as this project writes and reads it, for the administration's imports and exports."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        file = io.BytesIO()
        write_xlsx(file, dataset.headers, (list(map(_cell, row)) for row in dataset), title=dataset.title or "")
        return file.getvalue()

    def create_dataset(self, in_stream: bytes, **kwargs: Any) -> tablib.Dataset:
        return _read_for_import(in_stream, "xlsx")


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | date) else str(value)


def _read_for_import(content: bytes, extension: str) -> tablib.Dataset:
    # The administration shows the words of a ValueError beside the file.
    try:
        return read_rows(io.BytesIO(content), extension)
    except TooLarge as error:
        raise ValueError(
            _("The file is too large. Import at most %(rows)s rows at once.") % {"rows": MAX_ROWS}
        ) from error
    except NotReadable as error:
        raise ValueError(_("The file cannot be read. Save it as CSV (UTF-8) or XLSX.")) from error
