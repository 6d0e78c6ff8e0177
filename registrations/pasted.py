"""People as they are pasted: rows of a sheet, lines of a list, or the addresses of a mail.

`read_rows` only says what stands where. Whether a row will do is for the form that asked for it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

from projects.search import fold

MOST_ROWS = 200
# What read_rows finds. GIVEN and FAMILY are joined to a name.
NAME, EMAIL, ORGANISATION, ROLE, COUNTRY, LANGUAGE, NOTE, MODE, STATUS = COLUMNS = (
    "name",
    "email",
    "organisation",
    "role",
    "country",
    "language",
    "note",
    "mode",
    "status",
)
# Cells for which there is no column: shown to whoever pasted them, so that nothing is lost without a word.
MORE = "more"
_GIVEN, _FAMILY, _HUNGARIAN_GIVEN, _HUNGARIAN_FAMILY = "given", "family", "hungarian given", "hungarian family"

# Headings as people write them in English, German, French, Italian, Spanish, Portuguese, Dutch, Hungarian, Polish,
# Slovenian, Romanian, Swedish and Greek; folded, see projects/search.py.
_HEADINGS = {
    NAME: "name, full name, names, person, name and surname, first and last name, vollstandiger name, vor- "
    "und nachname, nom, nom complet, nom et prenom, prenom et nom, nome, nome completo, nome e cognome, cognome e "
    "nome, nombre y apellidos, nombre completo, naam, volledige naam, nev, teljes nev, imie i nazwisko, ime in "
    "priimek, nume, nume complet, nume si prenume, namn, ονομα, ονοματεπωνυμο",
    _GIVEN: "first name, given name, forename, vorname, prenom, nome proprio, nombre, voornaam, imie, ime, "
    "prenume, fornamn",
    _FAMILY: "last name, surname, family name, nachname, familienname, nom de famille, cognome, apellido, "
    "apellidos, apelido, sobrenome, achternaam, nazwisko, priimek, nume de familie, efternamn, επωνυμο",
    _HUNGARIAN_GIVEN: "keresztnev, utonev",
    _HUNGARIAN_FAMILY: "vezeteknev, csaladnev",
    EMAIL: "email, e-mail, mail, email address, e-mail address, mail address, emailadresse, e-mail-adresse, "
    "mailadresse, courriel, adresse e-mail, adresse mail, posta elettronica, indirizzo email, indirizzo e-mail, "
    "correo, correo electronico, correio eletronico, endereco de email, emailadres, e-mailadres, email cim, "
    "e-mail cim, adres e-mail, adres email, e-posta, elektronski naslov, adresa de email, e-post, epost, "
    "e-postadress, ηλεκτρονικη διευθυνση",
    ORGANISATION: "organisation, organization, institution, company, employer, einrichtung, firma, "
    "institution/organisation, organisme, structure, organizzazione, ente, organizacion, entidad, institucion, "
    "organizacao, entidade, instituicao, organisatie, instelling, szervezet, intezmeny, organizacja, instytucja, "
    "organizacija, ustanova, organizatie, institutie, οργανισμος, φορεας",
    ROLE: "role, comes as, as, function, kind, type, rolle, funktion, teilnahme als, fonction, qualite, "
    "ruolo, funzione, rol, funcion, papel, funcao, functie, szerep, szerepkor, rola, funkcja, vloga, functia, "
    "roll, ρολος",
    COUNTRY: "country, country code, land, pays, paese, pais, orszag, kraj, drzava, tara, χωρα",
    LANGUAGE: "language, language of mails, sprache, langue, lingua, idioma, taal, nyelv, jezyk, jezik, limba, "
    "sprak, γλωσσα",
    MODE: "mode, taking part, takes part, teilnahmeform, participe, modo, deelname, udzial",
    STATUS: "status, state, statut, stato, estado, stan, stanje, allapot",
    NOTE: "note, notes, remark, remarks, comment, message, notiz, bemerkung, remarque, nota, observaciones, "
    "observacoes, opmerking, megjegyzes, uwagi, opomba, observatii, anmarkning",
}
_COLUMN_OF = {word.strip(): column for column, words in _HEADINGS.items() for word in words.split(",")}

# How people write that a name is still missing.
_TO_FOLLOW = {
    *("name to follow", "to follow", "tba", "tbd", "tbc", "to be announced", "to be confirmed", "to be named", "nn"),
    *("n. n", "n.n", "name folgt", "folgt", "a confirmer", "nom a suivre", "da definire", "da confermare"),
    *("por confirmar", "a confirmar", "a definir", "naam volgt", "volgt", "nog niet bekend", "kesobb", "nev kesobb"),
    *("do ustalenia", "sledi", "urmeaza"),
}

# Where cells end. Names and organisations have commas in them, so a comma is thought of last.
_SEPARATORS = "\t", ";", ","
_AROUND_CELLS = dict.fromkeys(map(ord, '\t;,"'))
# How many lines a cell in quotes goes over. A quote that never ends is a letter of its name.
_MOST_LINES = 20

_ADDRESS = re.compile(r"[^\s<>,;\"']+@[^\s<>,;\"']+")
# “Anna Berg <anna@example.org>”, as mail programs copy it.
_MAILBOX = re.compile(r"(?P<name>[^<>\n]*?)<\s*(?:mailto:)?(?P<email>[^<>\s]+@[^<>\s]+?)\s*>")
_UNSEEN = dict.fromkeys((0xFEFF, 0x200B, 0x2060, 0xAD))


class TooManyRows(Exception):
    """More rows than can be looked through at once; `number` says how many there are."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True, slots=True)
class PastedRow:
    """One person of what was pasted.

    `number` is the row in the sheet, from 1, its headings included. `cells` has those of COLUMNS that were found and
    are not empty, and MORE. `problem` says what is wrong with the row as such, and how to mend it; "" when nothing is.
    """

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_to_follow(self) -> bool:
        """Whether it holds a seat for somebody whose name is not known yet."""
        return EMAIL not in self.cells and _says_to_follow(self.cells.get(NAME, ""))


def read_rows(text: str) -> list[PastedRow]:
    """Return the people in a text: cells between tabs, semicolons or commas, or “Name <address>” one after another.

    Each row may have its own separator, and a name may stand before its address without one. Columns are found by the
    words of a first row of headings. Without one the address is known by its “@”, and the other columns are the name,
    the organisation and what they come as. Empty rows are left out. Raises TooManyRows.
    """
    text = text.translate(_UNSEEN).replace("\r\n", "\n").replace("\r", "\n")
    mailboxes = _mailboxes(text)
    rows = mailboxes if mailboxes is not None else _table(text)
    if len(rows) > MOST_ROWS:
        raise TooManyRows(len(rows))
    return rows


def as_text(rows: Iterable[PastedRow]) -> str:
    """Return rows to be mended and pasted again: cells between tabs, under headings that are understood."""
    rows = list(rows)
    columns = [name for name in (*COLUMNS, MORE) if any(name in row.cells for row in rows)]
    lines = [columns, *([row.cells.get(column, "") for column in columns] for row in rows)]
    return "\n".join("\t".join(cells) for cells in lines)


def role_of(words: str, roles: dict[str, str]) -> str:
    """Return the key of the role that somebody wrote, in the language of the page or in English; "" for none of them.

    `roles` are their keys with their words.
    """
    folded = fold(words).strip()
    for key, label in roles.items():
        if folded in (key, fold(str(label))):
            return key
    return ""


# --- “Name <address>” --------------------------------------------------------------------------------------------


def _mailboxes(text: str) -> list[PastedRow] | None:
    """The mailboxes that a text consists of, or None when there is anything else in it."""
    if "\t" in text or "<" not in text or _MAILBOX.sub("", text).strip(" ,;\n"):
        return None
    found = _MAILBOX.finditer(text)
    return [
        PastedRow(number, _filled({NAME: box["name"].strip(" ,;\n").strip("\"'"), EMAIL: box["email"]}))
        for number, box in enumerate(found, start=1)
    ]


# --- Rows and cells ----------------------------------------------------------------------------------------------


def _table(text: str) -> list[PastedRow]:
    rows = [
        (number, line) for number, line in enumerate(_lines(text), start=1) if line.translate(_AROUND_CELLS).strip()
    ]
    columns = _headings_in(rows[0][1]) if rows else None
    if columns is not None:
        del rows[0]
    if not rows:
        return []
    if len(rows) > MOST_ROWS:
        raise TooManyRows(len(rows))
    main = _separator_of_most([line for _number, line in rows])
    records = [(number, _cells(line, main)) for number, line in rows]
    if columns:
        return [_with_headings(number, cells, columns) for number, cells in records]
    records = [(number, _all_parted(cells)) for number, cells in records]
    columns = _by_content([cells for _number, cells in records])
    return [_without_headings(number, cells, columns) for number, cells in records]


def _lines(text: str) -> Iterator[str]:
    """The rows of a text. Cells in quotes hold line breaks."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        end = _end_of_quotes(lines, at)
        yield "\n".join(lines[at:end])
        at = end


def _end_of_quotes(lines: list[str], at: int) -> int:
    """Where the row ends that begins at a line."""
    quotes = 0
    for end in range(at, min(at + _MOST_LINES, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2 == 0:
            text = "\n".join(lines[at : end + 1])
            return end + 1 if any(_split(separator, text) for separator in _SEPARATORS) else at + 1
    return at + 1


def _split(separator: str, line: str) -> list[str]:
    """Cells may be quoted; [] when the quotes do not match."""
    reader = csv.reader(io.StringIO(line, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    try:
        records = list(reader)
    except csv.Error:
        return []
    return [_tidy(cell) for cell in records[0]] if len(records) == 1 else []


def _cells_between(separator: str, line: str) -> list[str]:
    # Quotes that do not match are letters like others.
    return _split(separator, line) or [_tidy(cell) for cell in line.split(separator)]


def _separator_of_most(lines: list[str]) -> str:
    """What stands between the cells of most rows: right is what leaves the addresses alone, in most of them."""

    def fits(separator: str) -> list[int]:
        rows = [_fits(_cells_between(separator, line), separator) for line in lines]
        return [sum(each) for each in zip(*rows, strict=True)]

    return max(_SEPARATORS, key=fits)


def _cells(line: str, main: str) -> list[str]:
    """The cells of one row: between what leaves its address alone, or else as in most rows."""
    known = [main, *(separator for separator in _SEPARATORS[:2] if separator != main)]
    if "@" in line and main != ",":
        known.append(",")
    best = max(known, key=lambda separator: _fits(_cells_between(separator, line), separator))
    return _cells_between(best, line)


def _fits(cells: list[str], separator: str) -> tuple[bool, bool, bool, bool]:
    """How well a row was split; what comes first weighs more.

    An address stands alone in its cell; there are several cells, without a comma; an address stands in a cell with a
    name only; there are several cells at all, and no address.
    """
    is_alone = any(_ADDRESS.fullmatch(_address(cell)) for cell in cells)
    is_parted = is_alone or any(_ADDRESS.fullmatch(part) for part in _all_parted(cells))
    is_split = len(cells) > 1
    return is_alone, is_split and separator != ",", is_parted, is_split and not is_parted


def _tidy(cell: str) -> str:
    return " ".join(cell.split())


def _all_parted(cells: list[str]) -> list[str]:
    """Cells with name and address apart where they stand in one.

    Without brackets they are told apart in the first filled cell only: “a b@example.org” behind a name is an address
    with a slip, which nobody but its writer can mend.
    """
    first = next((n for n, cell in enumerate(cells) if cell), -1)
    return [part for n, cell in enumerate(cells) for part in _parted(cell, also_by_spaces=n == first)]


def _parted(cell: str, *, also_by_spaces: bool) -> list[str]:
    """A name with its address as both of them; any other cell as it is."""
    box = _MAILBOX.fullmatch(cell)
    if box and box["name"]:
        return [box["name"].strip(" \"'"), box["email"]]
    if also_by_spaces and cell.count("@") == 1:
        before, _space, after = cell.rpartition(" ")
        if "@" in before:
            # The address may stand first.
            after, _space, before = cell.partition(" ")
        name, email = before.strip(" \"'-–:,;"), _address(after.strip("()[]:,;"))
        if name and _ADDRESS.fullmatch(email):
            return [name, email]
    return [cell]


def _address(cell: str) -> str:
    return cell.removeprefix("mailto:").strip("<>")


# --- Columns -----------------------------------------------------------------------------------------------------


def _headings_in(line: str) -> list[str] | None:
    """The columns that a row of headings names, whatever stands between them; None when it is none.

    [] where only spaces stand between them: then the rows have no columns to be told apart.
    """
    for separator in _SEPARATORS:
        if columns := _by_headings(_cells_between(separator, line)):
            return columns
    words = [_COLUMN_OF.get(fold(word).strip(" :*"), "") for word in line.split()]
    return [] if EMAIL in words and all(words) and len(words) > 1 else None


def _by_headings(cells: list[str]) -> list[str]:
    """What each column is, by its heading, "" for one that is not known; [] when these are no headings."""
    columns = [_COLUMN_OF.get(fold(cell).strip(" :*"), "") for cell in cells]
    filled = sum(1 for cell in cells if cell)
    known = sum(1 for column in columns if column)
    # A sheet may have many columns of its own beside a name and an address.
    are_headings = 2 * known >= filled or {NAME, EMAIL} <= set(columns)
    return columns if known and are_headings and not any("@" in cell for cell in cells) else []


def _with_headings(number: int, cells: list[str], columns: list[str]) -> PastedRow:
    if len(cells) < len(columns) and not _is_aligned(cells, columns):
        return _without_headings(number, _all_parted(cells), [NAME, EMAIL, ORGANISATION, ROLE])
    found: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        # The first of two columns counts: “Email” before “Email 2”.
        if column and cell:
            found.setdefault(column, cell)
    given, family = found.pop(_GIVEN, ""), found.pop(_FAMILY, "")
    # Hungarian names begin with the family.
    first, second = found.pop(_HUNGARIAN_FAMILY, ""), found.pop(_HUNGARIAN_GIVEN, "")
    found.setdefault(NAME, " ".join(part for part in (first, second, given, family) if part))
    return _row(number, found, rest=cells[len(columns) :])


def _is_aligned(cells: list[str], columns: list[str]) -> bool:
    """Whether the cells of a short row stand under their headings, as far as they say what they are."""
    addresses = [n for n, cell in enumerate(cells) if "@" in cell]
    if addresses:
        return any(columns[n] == EMAIL for n in addresses)
    return all(columns[n] for n, cell in enumerate(cells) if _says_to_follow(cell))


def _by_content(records: list[list[str]]) -> list[str]:
    """What each column is, by what stands in it: the address, then name, organisation and role in this order."""
    width = max(len(cells) for cells in records)
    with_address = [sum(1 for cells in records if len(cells) > n and "@" in cells[n]) for n in range(width)]
    email = with_address.index(max(with_address)) if any(with_address) else 1
    others = iter((NAME, ORGANISATION, ROLE))
    return [EMAIL if n == email else next(others, "") for n in range(width)]


def _without_headings(number: int, cells: list[str], columns: list[str]) -> PastedRow:
    addresses = [cell for cell in cells if "@" in cell]
    found = {}
    if len(addresses) == 1:
        # In a row that lacks a cell, the address is still the address.
        at = cells.index(addresses[0])
        others = [cell for n, cell in enumerate(cells) if n != at]
        found[EMAIL] = addresses[0]
        names = [column for column in columns if column != EMAIL]
    else:
        others, names = cells, columns
    rest = []
    for n, cell in enumerate(others):
        column = names[n] if n < len(names) else ""
        if column:
            found[column] = cell
        else:
            rest.append(cell)
    problem = ""
    if len(addresses) > 1:
        problem = gettext("There are several addresses in this row. Write each person in a row of their own.")
    return _row(number, found, rest=rest, problem=problem)


def _row(number: int, found: dict[str, str], *, rest: list[str], problem: str = "") -> PastedRow:
    only = not (found.get(NAME) and found.get(EMAIL))
    match _parted(found.get(EMAIL) or found.get(NAME, ""), also_by_spaces=only):
        case [name, email]:
            found = {**found, NAME: name, EMAIL: email}
    if _says_to_follow(found.get(EMAIL, "")) and (not found.get(NAME) or _says_to_follow(found[NAME])):
        # It stands in the first column, and that is the one of the addresses.
        found = {**found, NAME: found[EMAIL], EMAIL: ""}
    if EMAIL in found:
        found[EMAIL] = _address(found[EMAIL])
    if more := " ".join(cell for cell in rest if cell):
        found[MORE] = more
        problem = problem or gettext("This row has more cells than the others: “%(more)s”.") % {"more": more}
    return PastedRow(number, _filled(found), problem)


def _says_to_follow(words: str) -> bool:
    return fold(words).strip(" .…-–:()*") in _TO_FOLLOW


def _filled(cells: dict[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in cells.items() if cell}
