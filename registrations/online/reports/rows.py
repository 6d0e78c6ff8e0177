"""The rows of a report, whatever it was encoded in and however its cells are parted."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

# Larger than the report of any meeting: 20,000 people come and go in 3 MB.
MOST_OCTETS = 5_000_000
MOST_ROWS = 50_000

# Excel is told by "=" before the quotes that this is a text and no date: Webex writes ="2027-05-20 09:00:00".
_KEPT_AS_TEXT = re.compile(r'\A="(.*)"\Z', re.DOTALL)
_SPACES = re.compile(r"[\s\u200b\u200e\u200f\ufeff]+")


class NotText(Exception):
    """The file is no text in any encoding that meeting programs use."""


class TooLong(Exception):
    """The file holds more than a report of a meeting does."""


def rows_of(content: bytes) -> list[list[str]]:
    """Return the cells of a report row by row, tidied; an empty row is []. Raises NotText and TooLong."""
    if len(content) > MOST_OCTETS:
        raise TooLong
    text = _text(content)
    try:
        rows = [_tidied(row) for row in _split(text)]
    except csv.Error as error:
        raise NotText from error
    return rows


def _text(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, encoding)
    # Latin letters in UTF-16 without its mark have a zero beside each letter.
    head = content[:400]
    if head[1::2].count(0) > len(head) // 4:
        return _decoded(content, "utf-16-le")
    if head[::2].count(0) > len(head) // 4:
        return _decoded(content, "utf-16-be")
    try:
        return _decoded(content, "utf-8")
    except NotText:
        # What Excel makes of such a file when it saves it anew in the west and the middle of Europe.
        return _decoded(content, "cp1252")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText from error
    if any(letter < " " and letter not in "\t\r\n\f" for letter in text[:10_000]) or not text.strip():
        raise NotText
    return text


def _split(text: str) -> Iterator[list[str]]:
    # The same in the whole file, and the one that parts the most cells: a comma stands in dates and names, too.
    lines = text.splitlines()[:200]
    parted = {delimiter: sum(line.count(delimiter) for line in lines) for delimiter in "\t;,"}
    delimiter = "\t" if parted["\t"] >= len(lines) // 4 > 0 else max(parted, key=lambda one: parted[one])
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
        if number >= MOST_ROWS:
            raise TooLong
        yield row


def _tidied(row: list[str]) -> list[str]:
    cells = [_cell(cell) for cell in row]
    used = next((n for n in range(len(cells), 0, -1) if cells[n - 1]), 0)
    return cells[:used]


def _cell(cell: str) -> str:
    cell = cell.strip()
    if kept := _KEPT_AS_TEXT.match(cell):
        cell = kept[1]
    return _SPACES.sub(" ", cell.replace("\x00", "")).strip()
