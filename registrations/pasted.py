"""People as they are pasted: rows of a sheet, lines of a list, or the addresses of a mail.

`read_rows` only says what stands where. Whether a row will do is for the form that asked for it.
"""

import csv
import io
import re
from collections.abc import Iterable
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
    *("n.n.", "n. n.", "n.n", "name folgt", "folgt", "a confirmer", "nom a suivre", "da definire", "da confermare"),
    *("por confirmar", "a confirmar", "a definir", "naam volgt", "volgt", "nog niet bekend", "kesobb", "nev kesobb"),
    *("do ustalenia", "sledi", "urmeaza"),
}

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
        return EMAIL not in self.cells and fold(self.cells.get(NAME, "")) in _TO_FOLLOW


def read_rows(text: str) -> list[PastedRow]:
    """Return the people in a text: cells between tabs, semicolons or commas, or “Name <address>” one after another.

    Columns are found by the words of a first row of headings. Without one the address is known by its “@”, and the
    other columns are the name, the organisation and what they come as. Empty rows are left out. Raises TooManyRows.
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
    records = [(number, cells) for number, cells in enumerate(_records(text), start=1) if any(cells)]
    if not records:
        return []
    columns = _by_headings(records[0][1])
    if columns:
        return [_with_headings(number, cells, columns) for number, cells in records[1:]]
    records = [(number, [part for cell in cells for part in _parted(cell)]) for number, cells in records]
    columns = _by_content([cells for _number, cells in records])
    return [_without_headings(number, cells, columns) for number, cells in records]


def _records(text: str) -> list[list[str]]:
    if "\t" in text:
        return _split(text, "\t")
    # Names and organisations have commas in them, addresses have neither: right is what leaves the addresses alone.
    return max((_split(text, delimiter) for delimiter in ";,"), key=_addresses_alone)


def _addresses_alone(records: list[list[str]]) -> tuple[int, bool]:
    alone = sum(any(_ADDRESS.fullmatch(_address(cell)) for cell in cells) for cells in records)
    return alone, any(len(cells) > 1 for cells in records)


def _split(text: str, delimiter: str) -> list[list[str]]:
    """Cells may be quoted, and then hold line breaks. Quotes that do not match are letters like others."""
    try:
        records = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
        )
    except csv.Error:
        records = [line.split(delimiter) for line in text.split("\n")]
    return [[_tidy(cell) for cell in cells] for cells in records]


def _tidy(cell: str) -> str:
    return " ".join(cell.split())


def _parted(cell: str) -> list[str]:
    """A mailbox as name and address; any other cell as it is."""
    box = _MAILBOX.fullmatch(cell)
    return [box["name"].strip(" \"'"), box["email"]] if box and box["name"] else [cell]


def _address(cell: str) -> str:
    return cell.removeprefix("mailto:").strip("<>")


# --- Columns -----------------------------------------------------------------------------------------------------


def _by_headings(cells: list[str]) -> list[str]:
    """What each column is, by its heading, "" for one that is not known; [] when these are no headings."""
    columns = [_COLUMN_OF.get(fold(cell).strip(" :*"), "") for cell in cells]
    filled = sum(1 for cell in cells if cell)
    known = sum(1 for column in columns if column)
    # A sheet may have many columns of its own beside a name and an address.
    are_headings = 2 * known >= filled or {NAME, EMAIL} <= set(columns)
    return columns if known and are_headings and not any("@" in cell for cell in cells) else []


def _with_headings(number: int, cells: list[str], columns: list[str]) -> PastedRow:
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
    if box := _MAILBOX.fullmatch(found.get(EMAIL) or found.get(NAME, "")):
        name = box["name"].strip(" \"'")
        found = {**found, EMAIL: box["email"], NAME: name or found.get(NAME, "")}
    if EMAIL in found:
        found[EMAIL] = _address(found[EMAIL])
    if more := " ".join(cell for cell in rest if cell):
        found[MORE] = more
        problem = problem or gettext("This row has more cells than the others: “%(more)s”.") % {"more": more}
    return PastedRow(number, _filled(found), problem)


def _filled(cells: dict[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in cells.items() if cell}
