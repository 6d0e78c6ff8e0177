"""Which program wrote a report. The columns tell what to read; the name of the program is for people."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from projects.search import fold


class Product(StrEnum):
    ZOOM = "Zoom"
    TEAMS = "Microsoft Teams"
    WEBEX = "Webex"
    BIGBLUEBUTTON = "BigBlueButton"
    OTHER = ""


def product_of(rows: Sequence[Sequence[str]]) -> Product:
    """Return the program that wrote these rows: by what no other program writes, in whatever language."""
    headings = {fold(cell) for row in rows[:40] for cell in row}
    if _has_sections(rows) or any("(upn)" in heading for heading in headings):
        return Product.TEAMS
    if {"full name", "user action", "timestamp"} <= headings:
        return Product.TEAMS
    if _says_whose_turn_it_was(rows):
        return Product.BIGBLUEBUTTON
    if _any_starts(
        headings, ("attendance duration", "attendee email", "durata partecipazione", "reszvetel idotartama")
    ):
        return Product.WEBEX
    # The names in brackets, and minutes as the unit in a heading, are Zoom's in all its languages.
    if any(heading.startswith(("name (", "nome (", "nev (", "naam (", "nom (", "nombre (")) for heading in headings):
        return Product.ZOOM
    return Product.OTHER


def _has_sections(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the parts of the file are numbered: “1. Summary”, “2. Participants”, “3. In-Meeting Activities”."""
    numbers = [row[0][:2] for row in rows if len(row) == 1]
    return {"1.", "2."} <= set(numbers)


def _says_whose_turn_it_was(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table begins as BigBlueButton's: a name, whether they moderate, a score, and how long they talked."""
    if len(rows) < 2 or len(rows[0]) < 10:
        return False
    # The last row holds what nobody said under their name.
    people = [row for row in rows[1:] if len(row) >= 10 and row[1]]
    return bool(people) and all(row[1] in ("TRUE", "FALSE") for row in people)


def _any_starts(headings: Iterable[str], beginnings: tuple[str, ...]) -> bool:
    return any(heading.startswith(beginnings) for heading in headings)
