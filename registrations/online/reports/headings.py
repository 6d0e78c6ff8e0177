"""What the columns of a report mean: by their headings where these are known, else by what stands in them.

Programs write their headings in the language of whoever downloads the report, and change them between versions. So the
words below are a help and no condition: a report in another language is read by its cells (docs/decisions).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from projects.search import fold

from .moments import is_duration, is_moment


class Column(StrEnum):
    NAME = "name"
    EMAIL = "email"
    JOINED = "joined"
    LEFT = "left"
    DURATION = "duration"
    ACTION = "action"
    AT = "at"
    WAITING_ROOM = "waiting_room"
    # What is said of the whole meeting.
    TOPIC = "topic"
    STARTED = "started"
    ENDED = "ended"
    PARTICIPANTS = "participants"
    # Known, and of no use here.
    OTHER = "other"


# English, Italian, Hungarian, German, Dutch, Portuguese, French, Spanish; folded when they are compared.
# BigBlueButton calls the time of leaving “Bal” in Hungarian: the left side.
_WORDS: dict[Column, str] = {
    Column.NAME: """name|full name|display name|name (original name)|participant|user|attendee
        nome|nome completo|nome visualizzato|nome (nome originale)|nome utente|partecipante
        név|teljes név|megjelenített név|név (eredeti név)|felhasználónév (eredeti név)|résztvevő neve
        vollständiger name|anzeigename|name (ursprünglicher name)|name (originalname)|teilnehmer
        naam|volledige naam|weergavenaam|naam (oorspronkelijke naam)|naam (originele naam)
        nome (nome original)|nome de exibição|participante|nom|nom complet|nom d'affichage|nom (nom original)
        nombre|nombre completo|nombre (nombre original)""",
    Column.EMAIL: """email|e-mail|user email|attendee email|email address|e-mail address|mail
        email dell'utente|e-mail utente|e-mail dell'utente|indirizzo e-mail|indirizzo email|posta elettronica
        indirizzo di posta elettronica|e-mail partecipante|e-mail-cím|e-mail cím|felhasználó e-mail-címe|email cím
        e-mail-címe|résztvevő e-mail-címe|e-mail-adresse|benutzer-e-mail|e-mail-adres|e-mailadres
        e-mail van gebruiker|endereço de email|e-mail do usuário|adresse e-mail|correo electrónico""",
    Column.JOINED: """join time|join|first join|first join time|joined|joined at
        ora di ingresso|ora ingresso|ora di entrata|ora di partecipazione|ora partecipazione|primo accesso
        primo ingresso|prima partecipazione|ora di accesso|ingresso|entrata
        csatlakozás|csatlakozás időpontja|csatlakozás ideje|csatlakozási idő|első csatlakozás|belépés időpontja
        beitrittszeit|beitritt|erster beitritt|erste teilnahme|teilnahmezeit|deelnametijd|eerste deelname
        tijd van deelname|hora de entrada|entrada|primeira entrada|heure d'arrivée|première participation
        hora de ingreso|hora de unión|primera unión""",
    Column.LEFT: """leave time|left|leave|last leave|last leave time|left at
        ora di uscita|ora uscita|ultima uscita|ultimo abbandono|ora di abbandono|uscita
        kilépés|kilépés időpontja|kilépés ideje|kilépési idő|utolsó kilépés|távozás időpontja|távozás|bal
        verlassen|austrittszeit|letzter austritt|letztes verlassen|zeitpunkt des verlassens|laatst verlaten
        tijd van verlaten|vertrektijd|hora de saída|saída|última saída|heure de départ|dernier départ
        hora de salida|última salida""",
    Column.DURATION: """duration|duration (minutes)|in-meeting duration|attendance duration|total duration (minutes)
        online time|total time|time in meeting
        durata|durata (minuti)|durata in riunione|durata nella riunione|durata della partecipazione
        durata partecipazione|durata totale (minuti)|tempo online
        időtartam|időtartam (perc)|értekezleten belüli időtartam|értekezleten töltött idő|részvétel időtartama
        teljes időtartam (perc)|kapcsolódás ideje|időtartam (percek)
        dauer|dauer (minuten)|dauer in besprechung|gesamtdauer (minuten)|teilnahmedauer
        duur|duur (minuten)|duur in vergadering|totale duur (minuten)|duração|duração (minutos)|duração na reunião
        durée|durée (minutes)|duración|duración (minutos)""",
    Column.ACTION: """user action|action|azione utente|azione dell'utente|felhasználói művelet|művelet
        benutzeraktion|gebruikersactie|ação do usuário|action de l'utilisateur""",
    Column.AT: """timestamp|indicatore data e ora|data e ora|időbélyeg|időbélyegző|zeitstempel|tijdstempel
        carimbo de data/hora""",
    Column.WAITING_ROOM: """in waiting room|in sala d'attesa|in sala d’attesa|váróteremben|a váróteremben|váróterem
        im warteraum|in wachtkamer|na sala de espera|en salle d'attente""",
    Column.TOPIC: """topic|meeting title|meeting name|event name|session name|argomento|titolo riunione
        titolo della riunione|nome riunione|nome evento|téma|témakör|értekezlet címe|értekezlet neve|thema
        titel der besprechung|onderwerp|vergadertitel|tópico|sujet|tema""",
    Column.STARTED: """start time|meeting start time|event start time|session start time|ora di inizio|ora inizio
        ora di inizio riunione|ora inizio riunione|kezdés időpontja|kezdési idő|kezdő időpont|kezdés ideje
        értekezlet kezdési időpontja|startzeit|begintijd|starttijd|hora de início|heure de début""",
    Column.ENDED: """end time|meeting end time|event end time|session end time|ora di fine|ora fine
        ora di fine riunione|ora fine riunione|befejezés időpontja|befejezési idő|záró időpont|befejezés ideje
        értekezlet befejezési időpontja|endzeit|eindtijd|hora de término|hora de fim|heure de fin""",
    Column.PARTICIPANTS: """participants|attended participants|total number of participants|partecipanti
        partecipanti intervenuti|numero totale di partecipanti|résztvevők|résztvevők száma|teilnehmeranzahl
        deelnemers|participantes""",
    Column.OTHER: """participant id (upn)|id partecipante (upn)|résztvevő azonosítója (upn)|role|ruolo|szerepkör|guest
        ospite|vendég|meeting id|id|user name|host name|host email|nome organizzatore|e-mail organizzatore
        organizzatore|creation time|ora di creazione|talk time|webcam time|messages|reactions|emojis|poll votes
        raise hands|activity score|moderator|szervező|moderatore|beszélgetés ideje|webkamera ideje|üzenetek
        hangulatjelek|szavaztok|jelentkezések|aktivitás pontszám|connection type|recording consent|first name
        last name|invited|registered|meeting number|tipo di connessione|kapcsolat típusa""",
}
_MEANING = {
    fold(word.strip()): column
    for column, words in _WORDS.items()
    for line in words.splitlines()
    for word in line.split("|")
    if word.strip()
}
# Beside “Duration”, minutes are plain numbers; anywhere else a number may be anything.
_MINUTES = ("minut", "perc", "dura", "idotartam", "dauer", "duur", "duree", "time", "tempo")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a table are, by their meaning; `known` are those that their headings told."""

    at: Mapping[Column, int]
    known: frozenset[Column] = field(default=frozenset())

    def has(self, *columns: Column) -> bool:
        return all(column in self.at for column in columns)

    def cell(self, row: Sequence[str], column: Column) -> str:
        """Return the cell of a row, "" where the row or the table has none."""
        n = self.at.get(column)
        return row[n] if n is not None and n < len(row) else ""


def meaning(heading: str) -> Column | None:
    """Return what a heading means, None when it is in no list."""
    return _MEANING.get(fold(heading).strip(" :"))


def columns_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Return the columns of a table from its headings and, where these say too little, from its cells."""
    named = [meaning(heading) for heading in header]
    # Layouts that repeat the facts of the meeting in each row have its duration first and the person's later.
    known = {column: n for n, column in enumerate(named) if column is not None}
    at = dict(known)
    unknown = [n for n, column in enumerate(named) if column is None]
    if rows and unknown:
        _by_their_cells(at, unknown, header, rows)
    at.pop(Column.OTHER, None)
    return Columns(at, frozenset(known))


def _by_their_cells(
    at: dict[Column, int], unknown: Sequence[int], header: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    cells = {n: [row[n] for row in rows[:200] if n < len(row) and row[n] not in ("", "-")] for n in unknown}
    moments = [n for n in unknown if _mostly(cells[n], is_moment)]
    if Column.EMAIL not in at and (found := [n for n in unknown if _mostly(cells[n], _is_address)]):
        at[Column.EMAIL] = found[0]
    if Column.AT not in at and moments:
        _comings_and_goings(at, moments, cells)
    if Column.DURATION not in at:
        found = [n for n in unknown if _mostly(cells[n], lambda cell, n=n: _is_duration(cell, header[n]))]
        # Of several, as of talking and of having been there, that of having been there comes last.
        if found:
            at[Column.DURATION] = found[-1]
    taken = set(at.values())
    texts = [n for n in unknown if n not in taken and cells[n] and not _mostly(cells[n], _is_number)]
    if Column.NAME not in at and texts:
        # The name of the meeting is the same in each row.
        at[Column.NAME] = max(texts, key=lambda n: len(set(cells[n])))


def _comings_and_goings(at: dict[Column, int], moments: list[int], cells: Mapping[int, Sequence[str]]) -> None:
    """Choose from columns of instants: what is the same in each row is of the meeting, and stands before."""
    if Column.JOINED not in at:
        various = [n for n in moments if len(set(cells[n])) > 1]
        at[Column.JOINED] = various[0] if various else moments[-2:][0]
    if Column.LEFT not in at and (later := [n for n in moments if n > at[Column.JOINED]]):
        at[Column.LEFT] = later[0]


def _mostly(cells: Sequence[str], is_so) -> bool:  # type: ignore[no-untyped-def]
    return bool(cells) and sum(map(is_so, cells)) >= 0.8 * len(cells)


def _is_address(cell: str) -> bool:
    name, at, host = cell.partition("@")
    return bool(name and at and "." in host and " " not in cell)


def _is_number(cell: str) -> bool:
    return cell.replace(".", "").replace(",", "").isdigit()


def _is_duration(cell: str, heading: str) -> bool:
    if _is_number(cell):
        return any(word in fold(heading) for word in _MINUTES)
    return is_duration(cell)
