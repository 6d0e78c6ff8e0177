"""Reading a report: who was in the meeting from when to when, on the days of an event."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from events.times import dates_in_words
from projects.search import fold

from .headings import Column, Columns, columns_of, meaning
from .moments import Moment, Order, duration, likely_order, moment
from .products import Product, product_of
from .rows import NotText, TooLong, rows_of

_YES = {"yes", "si", "igen", "ja", "sim", "oui", "true"}
_LEAVES = ("left", "leave", "kilep", "tavoz", "usci", "abbandon", "verlass", "verlat", "saiu", "parti", "salio")
# A difference of rounding is none: Zoom counts begun minutes.
_ROUNDING = timedelta(seconds=61)
Interval = tuple[datetime, datetime]


class NotAReport(Exception):
    """The file is not taken; its words say why, and what would help."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One person in the meeting once, from when to when, both in UTC."""

    name: str
    email: str
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Attendee:
    """One person of a report: all their stays, put together. `key` is the same at each reading of the file."""

    key: str
    names: tuple[str, ...]
    email: str
    stays: tuple[Interval, ...]

    @property
    def name(self) -> str:
        return self.names[0] if self.names else self.email

    @property
    def minutes(self) -> int:
        return minutes_of(self.stays)


@dataclass(frozen=True, slots=True)
class MeetingReport:
    """What a report says of an event.

    `attendees` have stays on the days of the event only, in the order of their names. `waited` counts those who were
    never let in, `on_other_days` rows of other days, `nameless` rows that name nobody. `is_guessed` tells that columns
    were found by their cells alone.
    """

    product: Product
    attendees: tuple[Attendee, ...]
    waited: int = 0
    on_other_days: int = 0
    nameless: int = 0
    is_guessed: bool = False


@dataclass
class _Row:
    name: str
    email: str
    joined: Moment | None
    left: Moment | None
    lasted: timedelta | None


@dataclass
class _Found:
    """What one table says, before its dates are read."""

    rows: list[_Row]
    columns: Columns
    waited: int = 0
    nameless: int = 0
    moments: list[Moment] = field(default_factory=list)


def read(
    content: bytes,
    *,
    days: Sequence[date],
    zone: ZoneInfo,
    clocks: ZoneInfo | None = None,
    starts_at: time | None = None,
) -> MeetingReport:
    """Read the report of a meeting that took place on these days in a zone.

    `clocks` is the zone of the times in the report, the same where it is None. A report that holds durations only
    counts from the start that it names itself, else from `starts_at` on an event of one day. Raises NotAReport.
    """
    rows = _rows(content)
    tables = list(_tables(rows))
    if not tables and any(map(_is_header, rows)):
        raise NotAReport(
            gettext("This report names its columns and nobody below them. Was it downloaded before the meeting ended?")
        )
    found = _best(tables)
    started = _said_start(rows)
    moments = [*found.moments, *([started] if started else [])]
    order = likely_order(moments, days)
    clocks = clocks or zone
    begins = started.instant(order, clocks) if started else None
    if begins is None and not found.moments:
        begins = _start_of_the_day(days, zone, starts_at)
    stays = [stay for row in found.rows if (stay := _stay(row, order, clocks, begins))]
    if not stays:
        raise NotAReport(
            gettext(
                "Nobody in this file has a time of joining or a duration. Choose the report of those who took part."
            )
        )
    attendees, elsewhere = _attendees(stays, days, zone)
    if not attendees:
        raise NotAReport(_other_days(stays, days, zone))
    guessed = not found.columns.known & {Column.JOINED, Column.DURATION, Column.AT}
    return MeetingReport(product_of(rows), attendees, found.waited, elsewhere, found.nameless, guessed)


def minutes_of(stays: Iterable[Interval]) -> int:
    """Return how many whole minutes these stays are; seconds of several are added before they are dropped."""
    return int(sum((end - begin for begin, end in stays), timedelta()).total_seconds() // 60)


def merged(stays: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return stays in their order, those that overlap or touch as one: two devices at once count once."""
    done: list[Interval] = []
    for begin, end in sorted(stays):
        if done and begin <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], end))
        else:
            done.append((begin, end))
    return tuple(done)


# --- The tables of a file ----------------------------------------------------------------------------------------


def _rows(content: bytes) -> list[list[str]]:
    if content.startswith(b"PK\x03\x04"):
        raise NotAReport(
            gettext(
                "This is a workbook or an archive. Choose the CSV file as the meeting program wrote it, or save the "
                "sheet as CSV."
            )
        )
    if content.startswith(b"%PDF-"):
        raise NotAReport(
            gettext("This is a PDF. Choose the CSV file of the report; the PDF can go to the documents of the event.")
        )
    if not content.strip(codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + b"\0 \t\r\n"):
        raise NotAReport(
            gettext("This file is empty. Download the report once more from the meeting program, and choose that file.")
        )
    try:
        return rows_of(content)
    except NotText as error:
        raise NotAReport(
            gettext("This file is no text that can be read. Choose the CSV file as the meeting program wrote it.")
        ) from error
    except TooLong as error:
        raise NotAReport(
            gettext("This file is larger than any report of a meeting. Choose the report of this meeting alone.")
        ) from error


def _tables(rows: Sequence[list[str]]) -> Iterator[list[list[str]]]:
    """Part the rows into tables, each with its header: at empty rows, at titles, and where another header stands."""
    table: list[list[str]] = []
    for row in rows:
        if len(row) < 2 or _is_header(row):
            if len(table) > 1:
                yield table
            table = []
        if len(row) >= 2:
            table.append(row)
    if len(table) > 1:
        yield table


def _is_header(row: Sequence[str]) -> bool:
    meant = {meaning(cell) for cell in row}
    if Column.NAME in meant and meant & {Column.JOINED, Column.LEFT, Column.DURATION, Column.ACTION}:
        return True
    # In a language that is in no list: no row about a person is without any digit.
    return len(row) > 3 and all(cell and not any(c.isdigit() or c == "@" for c in cell) for cell in row)


def _best(tables: Iterable[list[list[str]]]) -> _Found:
    """Return the table of those who came: the one with the most rows, the later of two.

    Teams lists each person once and then each stay; the stays are what is needed.
    """
    best: _Found | None = None
    headers = []
    for table in tables:
        headers.append(table[0])
        found = _found(table)
        if found is not None and (best is None or len(found.rows) >= len(best.rows)):
            best = found
    if best is not None:
        return best
    if not headers:
        raise NotAReport(gettext("There is no table in this file. Choose the report that the meeting program wrote."))
    longest = max(headers, key=len)
    words = gettext(
        "This is not a report of a meeting: it needs a column of names or addresses, and one of times or durations. "
        "Its columns are: %(columns)s."
    )
    raise NotAReport(words % {"columns": ", ".join(cell for cell in longest[:8] if cell)})


def _found(table: list[list[str]]) -> _Found | None:
    header, rows = table[0], table[1:]
    columns = columns_of(header, rows)
    says_of_meeting = columns.known & {Column.TOPIC, Column.STARTED, Column.PARTICIPANTS}
    is_of_meeting = len(rows) == 1 and says_of_meeting and not columns.known & {Column.NAME, Column.JOINED}
    has_people = columns.has(Column.NAME) or columns.has(Column.EMAIL)
    has_time = columns.has(Column.JOINED) or columns.has(Column.DURATION) or columns.has(Column.AT)
    if is_of_meeting or not has_people or not has_time:
        return None
    if columns.has(Column.AT) and not columns.has(Column.JOINED):
        return _of_comings_and_goings(columns, rows)
    found = _Found([], columns)
    waited = set()
    for row in rows:
        name, email = columns.cell(row, Column.NAME), _address(columns.cell(row, Column.EMAIL))
        if fold(columns.cell(row, Column.WAITING_ROOM)) in _YES:
            waited.add(email or fold(name))
            continue
        joined, left = moment(columns.cell(row, Column.JOINED)), moment(columns.cell(row, Column.LEFT))
        lasted = duration(columns.cell(row, Column.DURATION))
        if joined is None and lasted is None:
            continue
        if not name and not email:
            found.nameless += 1
        else:
            found.rows.append(_Row(name, email, joined, left, lasted))
            found.moments += [one for one in (joined, left) if one is not None]
    let_in = {row.email or fold(row.name) for row in found.rows}
    found.waited = len(waited - let_in)
    return found


def _of_comings_and_goings(columns: Columns, rows: Sequence[Sequence[str]]) -> _Found:
    """Read a list of acts, as Teams wrote it until 2021: who joined or left, and when."""
    found = _Found([], columns)
    open_rows: dict[str, _Row] = {}
    for row in rows:
        name, at = columns.cell(row, Column.NAME), moment(columns.cell(row, Column.AT))
        if not name or at is None:
            continue
        found.moments.append(at)
        action = fold(columns.cell(row, Column.ACTION))
        there = open_rows.get(fold(name))
        if there is not None and (action.startswith(_LEAVES) or not action):
            there.left = at
            del open_rows[fold(name)]
        elif there is None:
            open_rows[fold(name)] = one = _Row(name, _address(columns.cell(row, Column.EMAIL)), at, None, None)
            found.rows.append(one)
    # Whoever was still there when the report was made left with its last line.
    if found.moments:
        last = found.moments[-1]
        for row_ in open_rows.values():
            row_.left = last
    return found


def _said_start(rows: Sequence[Sequence[str]]) -> Moment | None:
    """Return when the meeting began, as the file says beside or under “Start time”."""
    for n, row in enumerate(rows[:20]):
        for at, cell in enumerate(row):
            if meaning(cell) == Column.STARTED:
                below = rows[n + 1] if n + 1 < len(rows) else []
                for text in (row[at + 1 : at + 2], below[at : at + 1]):
                    if text and (found := moment(text[0])):
                        return found
    return None


def _address(cell: str) -> str:
    cell = cell.strip().casefold()
    name, at, host = cell.partition("@")
    return cell if name and at and "." in host and " " not in cell else ""


# --- Stays -------------------------------------------------------------------------------------------------------


def _start_of_the_day(days: Sequence[date], zone: ZoneInfo, starts_at: time | None) -> datetime:
    if len(days) != 1:
        raise NotAReport(
            gettext(
                "This report says how long people stayed and not when, and the event has several days. Choose the "
                "report with the times of joining and leaving."
            )
        )
    return datetime.combine(days[0], starts_at or time(9), zone).astimezone(UTC)


def _stay(row: _Row, order: Order, clocks: ZoneInfo, begins: datetime | None) -> Stay | None:
    joined = row.joined.instant(order, clocks) if row.joined else begins
    if joined is None:
        return None
    left = row.left.instant(order, clocks) if row.left else None
    if left is None or left < joined:
        left = joined + (row.lasted or timedelta())
    elif row.lasted is not None and left - joined > row.lasted + _ROUNDING:
        # First joined and last left, with breaks between them that only the duration knows.
        left = joined + row.lasted
    return Stay(row.name, row.email, joined, left)


def _attendees(stays: Iterable[Stay], days: Sequence[date], zone: ZoneInfo) -> tuple[tuple[Attendee, ...], int]:
    """Put the stays of each person together; return the people, and how many stays are on no day of the event."""
    names: dict[str, dict[str, None]] = {}
    emails: dict[str, str] = {}
    intervals: dict[str, list[Interval]] = {}
    elsewhere = 0
    for stay in stays:
        parts = [part for part in _by_day(stay, zone) if part[0].astimezone(zone).date() in days]
        elsewhere += not parts
        if parts:
            key = stay.email or fold(stay.name)
            emails[key] = stay.email
            names.setdefault(key, {})[stay.name] = None
            intervals.setdefault(key, []).extend(parts)
    attendees = [
        Attendee(key, tuple(name for name in names[key] if name), emails[key], merged(found))
        for key, found in intervals.items()
    ]
    return tuple(sorted(attendees, key=lambda one: (fold(one.name), one.key))), elsewhere


def _by_day(stay: Stay, zone: ZoneInfo) -> Iterator[Interval]:
    """Part a stay at the midnights of the zone: presence is of days."""
    begin = stay.begins_at
    while True:
        midnight = datetime.combine(begin.astimezone(zone).date() + timedelta(days=1), time.min, zone).astimezone(UTC)
        if stay.ends_at <= midnight:
            yield begin, stay.ends_at
            return
        yield begin, midnight
        begin = midnight


def _other_days(stays: Sequence[Stay], days: Sequence[date], zone: ZoneInfo) -> str:
    seen = sorted({stay.begins_at.astimezone(zone).date() for stay in stays})
    words = ngettext(
        "The %(number)s person in this report was there on %(there)s, and the event takes place on %(days)s. Choose "
        "the report of this event.",
        "The %(number)s people in this report were there on %(there)s, and the event takes place on %(days)s. Choose "
        "the report of this event.",
        len(stays),
    )
    return words % {
        "number": len({stay.email or fold(stay.name) for stay in stays}),
        "there": dates_in_words(seen[0], seen[-1]),
        "days": dates_in_words(days[0], days[-1]),
    }
