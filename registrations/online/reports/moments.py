"""Instants and durations as meeting programs write them, in the formats of many countries."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Order(StrEnum):
    """Whether 05/06 is the fifth of June or the sixth of May. A year of four digits in front leaves no doubt."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


_MONTHS = {
    name: n
    for n, names in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
    for name in [names]
}
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
_HALF = r"(?:(?P<half>a\.?m\.?|p\.?m\.?|de\.?|du\.?)\s*)?"
_ZONE = r"(?:\s*(?P<offset>Z|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|UTC|GMT))?"
_DATES = (
    r"(?P<y>\d{4})\s*[-./]\s*(?P<m>\d{1,2})\s*[-./]\s*(?P<d>\d{1,2})\.?",
    r"(?P<a>\d{1,2})\s*[-./]\s*(?P<b>\d{1,2})\s*[-./]\s*(?P<y>\d{4}|\d{2})\.?",
    r"(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})",
    r"(?P<d>\d{1,2})\.?\s+(?P<month>[A-Za-z]{3})[a-z]*\.?,?\s+(?P<y>\d{4})",
)
# The half of the day stands before the clock in Hungarian: “de. 9:58”, “du. 1:30”.
_MOMENTS = [
    re.compile(rf"{day},?(?:\s+|T){_HALF}{_CLOCK}\s*(?P<half_after>a\.?m\.?|p\.?m\.?)?{_ZONE}", re.IGNORECASE)
    for day in _DATES
]
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?")
_OF_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as it is written: three numbers whose order may be in doubt, the clock, and its offset if any."""

    numbers: tuple[int, int, int]
    clock: time
    offset: timedelta | None
    is_year_first: bool

    def on(self, order: Order) -> date | None:
        """Return the day when its numbers are read in an order; None when there is no such day."""
        first, second, third = self.numbers
        if self.is_year_first:
            year, month, day = first, second, third
        else:
            year, month, day = (third, second, first) if order == Order.DAY_FIRST else (third, first, second)
        try:
            return date(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            return None

    def instant(self, order: Order, zone: ZoneInfo) -> datetime | None:
        """Return the instant, in UTC; what names no offset itself is on the clocks of `zone`.

        In UTC, because Python counts the hours between two times of one zone by its clocks, also in a night in which
        these are put forward or back.
        """
        if (day := self.on(order)) is None:
            return None
        if self.offset is None:
            return datetime.combine(day, self.clock, zone).astimezone(UTC)
        return datetime.combine(day, self.clock, UTC) - self.offset


def moment(text: str) -> Moment | None:
    """Return what a cell says of an instant; None when it is none."""
    text = text.replace("\u202f", " ").replace("\xa0", " ").strip()
    for pattern in _MOMENTS:
        if found := pattern.fullmatch(text):
            return _moment(found.groupdict())
    return None


def is_moment(text: str) -> bool:
    return moment(text) is not None


def _moment(found: dict[str, str | None]) -> Moment | None:
    hour, minute, second = int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0)
    half = (found.get("half_after") or found.get("half") or "").lower().replace(".", "")
    # Some reports write “13:00 PM”: there the hour says it already.
    if half in ("pm", "du") and hour < 12:
        hour += 12
    elif half in ("am", "de") and hour == 12:
        hour = 0
    try:
        clock = time(hour, minute, second)
    except ValueError:
        return None
    year = int(found["y"] or 0)
    if name := found.get("month"):
        month = _MONTHS.get(name.lower())
        return Moment((year, month, int(found["d"] or 0)), clock, _offset(found), True) if month else None
    if found.get("m"):
        return Moment((year, int(found["m"] or 0), int(found["d"] or 0)), clock, _offset(found), True)
    return Moment((int(found["a"] or 0), int(found["b"] or 0), year), clock, _offset(found), False)


def _offset(found: dict[str, str | None]) -> timedelta | None:
    text = (found.get("offset") or "").upper()
    if not text:
        return None
    digits = re.sub(r"\D", "", text)
    if not digits:
        return timedelta()
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return -size if "-" in text else size


def likely_order(moments: Iterable[Moment], days: Iterable[date]) -> Order:
    """Return the order in which the dates of a report are written: all of them exist, and most are days of the event.

    Where both will do, the day comes first, as everywhere in Europe.
    """
    moments, wanted = list(moments), set(days)

    def fits(order: Order) -> tuple[bool, int]:
        read = [moment.on(order) for moment in moments]
        return None not in read, sum(day in wanted for day in read)

    return Order.MONTH_FIRST if fits(Order.MONTH_FIRST) > fits(Order.DAY_FIRST) else Order.DAY_FIRST


def duration(text: str) -> timedelta | None:
    """Return a duration such as “1h 3m 29s”, “1 ó 3 p”, “204 mins”, “01:03:29” or, in minutes, “63”; else None."""
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return timedelta(minutes=float(text.replace(",", ".")))
    if found := _OF_CLOCK.fullmatch(text):
        return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip(" ,."):
        return None
    whole = timedelta()
    for number, unit in parts:
        if (one := _unit(unit.casefold())) is None:
            return None
        whole += float(number.replace(",", ".")) * one
    return whole


def is_duration(text: str) -> bool:
    return duration(text) is not None


def _unit(word: str) -> timedelta | None:
    # Hours are óra in Hungarian, Std. in German and uur in Dutch; a Hungarian minute is a perc and its second an mp.
    if word.startswith(("h", "ó", "or", "st", "u")) or word == "o":
        return timedelta(hours=1)
    if word.startswith(("mp", "s", "másodperc")):
        return timedelta(seconds=1)
    if word.startswith(("m", "p")):
        return timedelta(minutes=1)
    return None
