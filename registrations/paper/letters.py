"""The letters that our fonts have. One that is in none of them would stop an archival PDF, so it never gets there."""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

# Noto Sans has Latin, Greek and Cyrillic; DejaVu, which also draws our pictures of links, has some more scripts.
FONT_FOLDERS = (Path(__file__).parent / "fonts", Path(__file__).parents[2] / "events" / "syndication" / "fonts")
# What stands for letters that no font has: nobody takes it for a part of a name, and it is read aloud as a question.
MARK = "[?]"


def clean(text: str) -> str:
    """Return a text as one line that our fonts can write, composed (NFC).

    Control characters, also those that turn the direction of writing, are left out; “[?]” stands for letters in a row
    that no font has. Nothing is put in their place: how a name is written in Latin letters, its owner decides.
    """
    return _IN_A_ROW.sub(MARK, _marked(text))


def is_written_whole(*texts: str) -> bool:
    """Whether our fonts have every letter of these texts."""
    return not any(_MISSING in _marked(text) for text in texts)


def _marked(text: str) -> str:
    """A text as one line, with a sign that nobody can type in place of each letter that no font has."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if line.isascii() and line.isprintable():
        return line
    written: list[str] = []
    for sign in line:
        if unicodedata.category(sign) in _UNSEEN:
            continue
        is_there = sign == " " or ord(sign) in _codes()
        # An accent on a letter that is not there would stand on the one before.
        if is_there and written and written[-1] == _MISSING and unicodedata.category(sign).startswith("M"):
            is_there = False
        written.append(sign if is_there else _MISSING)
    return "".join(written)


def cleaned(value: Any) -> Any:
    """Return the same data with each text in it cleaned; keys, which are ours, stay."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


# A control character, which no text keeps.
_MISSING = "\x00"
_IN_A_ROW = re.compile(f"{_MISSING}(?: *{_MISSING})*")
# Controls, formats (direction, joiners, soft hyphens, tags), surrogates, private and unassigned code points.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@cache
def _codes() -> frozenset[int]:
    """The code points that can be written in regular and in bold."""
    regular: set[int] = set()
    bold: set[int] = set()
    for folder in FONT_FOLDERS:
        for path in sorted(folder.glob("*.ttf")):
            (bold if "Bold" in path.name else regular).update(_codes_of(path.read_bytes()))
    return frozenset(regular & bold)


def _codes_of(font: bytes) -> set[int]:
    """Read the code points of a TrueType font from its table “cmap” (OpenType 1.9, formats 4 and 12)."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {
        tag: offset
        for tag, _sum, offset, _size in (struct.unpack_from(">4sLLL", font, 12 + 16 * n) for n in range(count))
    }
    cmap = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHL", font, cmap + 4 + 8 * number)
        if platform != 3 or encoding not in (1, 10):
            continue
        (version,) = struct.unpack_from(">H", font, cmap + offset)
        if version == 12:
            found |= _in_groups(font, cmap + offset)
        elif version == 4:
            found |= _in_segments(font, cmap + offset)
    return found


def _in_groups(font: bytes, at: int) -> set[int]:
    (count,) = struct.unpack_from(">L", font, at + 12)
    groups = (struct.unpack_from(">LLL", font, at + 16 + 12 * n) for n in range(count))
    return {code for first, last, _glyph in groups for code in range(first, last + 1)}


def _in_segments(font: bytes, at: int) -> set[int]:
    (double,) = struct.unpack_from(">H", font, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
    deltas = struct.unpack_from(f">{count}h", font, at + 16 + 2 * double)
    offsets_at = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", font, offsets_at)
    found = set()
    for n, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", font, offsets_at + 2 * n + offset + 2 * (code - first))
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                found.add(code)
    return found
