"""Times in words: the one place where a date or a time becomes text, always with its place and its UTC offset.

The order of the parts and the words between them belong to the language, so every pattern here is a translatable
string with named placeholders. What a date looks like inside a pattern is a format of Django's `date` filter.
"""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, pgettext

from .models import Event, Plan
from .place_clocks import is_clock_of_whole_country

# Prints one moment: its machine-readable form (for the `datetime` attribute) and its text.
Mark = Callable[[str, str], str]


def when_in_words(what: Event | Plan, language: str | None = None, *, short: bool = False) -> str:
    """Return when an event or one plan of it takes place, as one line of plain text.

    “Thursday 20 May 2027, 09:30–16:00 (Maastricht time, UTC+2)”; `short` leaves the times out: “20 May 2027”.
    `language` defaults to the language of the page.
    """
    with _in(language):
        return _when(what, short, _plain)


def when_as_html(what: Event | Plan, *, short: bool = False) -> str:
    """Return the same as `when_in_words`, with each moment in a <time> element."""
    return _when(what, short, _time_element)


def instant_in_words(at: datetime, clock: Event | ZoneInfo, language: str | None = None, *, short: bool = False) -> str:
    """Return an aware datetime as a clock shows it: “Monday 1 March 2027, 10:00 (Amsterdam time, UTC+1)”.

    The clock of an event has the name that it has where the event says when it is: “Maastricht time”. A zone alone is
    for what belongs to no event, and for records that stay as they are whatever becomes of their event.
    """
    with _in(language):
        return _instant(at, clock, short, _plain)


def instant_as_html(at: datetime, clock: Event | ZoneInfo, *, short: bool = False) -> str:
    """Return the same as `instant_in_words`, with each moment in a <time> element."""
    return _instant(at, clock, short, _time_element)


def dates_in_words(starts_on: date | None, ends_on: date | None, language: str | None = None) -> str:
    """Return a range of days: “20–21 May 2027”, “from 1 April 2019”, “until 31 March 2021”."""
    with _in(language):
        return _dates(starts_on, ends_on, _plain)


def dates_as_html(starts_on: date | None, ends_on: date | None) -> str:
    return _dates(starts_on, ends_on, _time_element)


def month_in_words(day: date) -> str:
    """Return the month of a day, for headings: “May 2027”."""
    return formats.date_format(day, _month_format())


def day_in_words(day: date) -> str:
    """Return a day with its weekday: “Thursday 20 May 2027”."""
    return formats.date_format(day, _long_day_format())


def hours_in_words(start: time | None, end: time | None) -> str:
    """Return clock times alone, for a programme that names its zone above: “09:30–16:00”, “from 09:30”, or “”."""
    if start is None:
        return ""
    if end is None:
        return _fill(pgettext("time without end", "from %(start)s"), start=_clock(start))
    return _fill(pgettext("times of one day", "%(start)s–%(end)s"), start=_clock(start), end=_clock(end))


def clock_in_words(what: Event | Plan, day: date) -> str:
    """Return whose clock the times of one day are on: “Maastricht time, UTC+2”."""
    zone = ZoneInfo(what.time_zone or "UTC")
    # At noon: where the clocks change, they do so in the night.
    return _zone(datetime.combine(day, time(12), zone), _town(what, zone, day))


def offset_in_words(at: datetime) -> str:
    """Return the UTC offset of an aware datetime: “UTC+2”, “UTC−3:30”, “UTC+0”."""
    minutes = round((at.utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def town_of_clock(zone: ZoneInfo, city: str, country: str, *days: date) -> str:
    """Return the town to name a clock by: where people meet, else that of the zone; “” where there is none.

    Where people meet is named only where clocks show that time on these days: 09:00 on Amsterdam's clock is not 09:00
    in Tartu, and in Spain it depends on the island.
    """
    return city if city and is_clock_of_whole_country(zone.key, country, *days) else zone_in_words(zone)


def zone_in_words(zone: ZoneInfo) -> str:
    """Return the town that stands for a time zone: Europe/Amsterdam → “Amsterdam”; “” where the zone names no town."""
    area, _slash, town = zone.key.rpartition("/")
    return "" if area in ("", "Etc") else town.replace("_", " ")


# --- Patterns ----------------------------------------------------------------------------------------------------


def whose_clock_in_words(event: Event, day: date) -> str:
    """Say once for a page whose clock the times on it are read from: “Times are in Maastricht time, UTC+2.”"""
    offset = offset_in_words(datetime.combine(day, time(12), event.zone))
    if town := _town(event, event.zone, day):
        return gettext("Times are in %(town)s time, %(offset)s.") % {"town": town, "offset": offset}
    return gettext("Times are in %(offset)s.") % {"offset": offset}


def _when(what: Event | Plan, short: bool, mark: Mark) -> str:
    if what.starts_on is None or what.ends_on is None:
        return gettext("New date to follow") if _gets_a_new_date(what) else gettext("Date not known")
    if what.date_precision == Event.DatePrecision.MONTH:
        return _month(what, mark)
    if short:
        return _dates(what.starts_on, what.ends_on, mark)
    if what.start_time is None:
        return _fill(gettext("%(date)s (time not known)"), date=_days_in_full(what, mark))

    zone = ZoneInfo(what.time_zone)
    town = _town(what, zone, what.starts_on, what.ends_on)
    start = datetime.combine(what.starts_on, what.start_time, zone)
    if what.end_time is None and what.starts_on == what.ends_on:
        return _fill(
            gettext("%(day)s, from %(start)s (%(zone)s)"),
            day=_day(what.starts_on, mark),
            start=_hour(start, mark),
            zone=_zone(start, town),
        )
    if what.end_time is None:
        return _fill(
            gettext("%(days)s, from %(start)s on the first day (%(zone)s)"),
            days=_dates(what.starts_on, what.ends_on, mark),
            start=_hour(start, mark),
            zone=_zone(start, town),
        )
    end = datetime.combine(what.ends_on, what.end_time, zone)
    if start.utcoffset() != end.utcoffset():
        # The clocks change in between: each time needs its own offset.
        return _fill(
            gettext("%(first_day)s, %(start)s (%(start_zone)s) to %(last_day)s, %(end)s (%(end_zone)s)"),
            first_day=_day(what.starts_on, mark),
            start=_hour(start, mark),
            start_zone=_zone(start, town),
            last_day=_day(what.ends_on, mark),
            end=_hour(end, mark),
            end_zone=_zone(end, town),
        )
    if what.starts_on == what.ends_on:
        return _fill(
            gettext("%(day)s, %(start)s–%(end)s (%(zone)s)"),
            day=_day(what.starts_on, mark),
            start=_hour(start, mark),
            end=_hour(end, mark),
            zone=_zone(start, town),
        )
    return _fill(
        gettext("%(first_day)s, %(start)s to %(last_day)s, %(end)s (%(zone)s)"),
        first_day=_day(what.starts_on, mark),
        start=_hour(start, mark),
        last_day=_day(what.ends_on, mark),
        end=_hour(end, mark),
        zone=_zone(start, town),
    )


def _gets_a_new_date(what: Event | Plan) -> bool:
    if what.status != Event.Status.POSTPONED:
        return False
    # Nobody will give a new date once the project is over.
    return not (isinstance(what, Event) and what.outcome_is_unknown())


def _town(what: Event | Plan, zone: ZoneInfo, *days: date) -> str:
    """The town whose clock is meant: where the event is, or of its time zone when people join from anywhere."""
    if what.mode == Event.Mode.ONLINE:
        return zone_in_words(zone)
    if isinstance(what, Plan):
        city, country = what.city, what.country
    else:
        city, country = (what.venue.city, str(what.venue.country)) if what.venue else ("", "")
    return town_of_clock(zone, city, country, *days)


def _zone(at: datetime, town: str) -> str:
    if not town:
        return "UTC" if not at.utcoffset() else offset_in_words(at)
    return _fill(gettext("%(town)s time, %(offset)s"), town=town, offset=offset_in_words(at))


def _days_in_full(what: Event | Plan, mark: Mark) -> str:
    first, last = _known_days(what)
    return _day(first, mark) if first == last else _dates(first, last, mark)


def _month(what: Event | Plan, mark: Mark) -> str:
    first, last = _known_days(what)
    if (first.year, first.month) == (last.year, last.month):
        return _fill(gettext("%(month)s (day not known)"), month=mark(f"{first:%Y-%m}", month_in_words(first)))
    return _fill(
        gettext("%(first_month)s to %(last_month)s (days not known)"),
        first_month=mark(f"{first:%Y-%m}", month_in_words(first)),
        last_month=mark(f"{last:%Y-%m}", month_in_words(last)),
    )


def _known_days(what: Event | Plan) -> tuple[date, date]:
    """First and last day of what has an exact date or a month; with one of these, the database wants both."""
    return cast(tuple[date, date], (what.starts_on, what.ends_on))


def _instant(at: datetime, clock: Event | ZoneInfo, short: bool, mark: Mark) -> str:
    zone = clock if isinstance(clock, ZoneInfo) else clock.zone
    at = at.astimezone(zone)
    town = zone_in_words(zone) if isinstance(clock, ZoneInfo) else _town(clock, zone, at.date())
    return _fill(
        gettext("%(day)s, %(time)s (%(zone)s)"),
        day=_short_day(at.date(), mark) if short else _day(at.date(), mark),
        time=_hour(at, mark),
        zone=_zone(at, town),
    )


def _dates(starts_on: date | None, ends_on: date | None, mark: Mark) -> str:
    if starts_on is None:
        if ends_on is None:
            return gettext("Date not known")
        return _fill(pgettext("a day without start", "until %(day)s"), day=_short_day(ends_on, mark))
    if ends_on is None:
        return _fill(pgettext("a day without end", "from %(day)s"), day=_short_day(starts_on, mark))
    if starts_on == ends_on:
        return _short_day(starts_on, mark)
    if starts_on.year != ends_on.year:
        first, last = _short_day_format(), _short_day_format()
    elif starts_on.month != ends_on.month:
        # Translators: the first and the last day of “30 April – 2 May 2027”, in the formats of Django's date filter.
        first, last = pgettext("first day, other month", "j E"), pgettext("last day, other month", "j E Y")
    else:
        # Translators: the first and the last day of “20–21 May 2027”, in the formats of Django's date filter.
        first, last = pgettext("first day, same month", "j"), pgettext("last day, same month", "j E Y")
        return _fill(
            pgettext("days of one month", "%(first)s–%(last)s"),
            first=mark(starts_on.isoformat(), formats.date_format(starts_on, first)),
            last=mark(ends_on.isoformat(), formats.date_format(ends_on, last)),
        )
    return _fill(
        pgettext("days of several months", "%(first)s – %(last)s"),
        first=mark(starts_on.isoformat(), formats.date_format(starts_on, first)),
        last=mark(ends_on.isoformat(), formats.date_format(ends_on, last)),
    )


def _day(day: date, mark: Mark) -> str:
    return mark(day.isoformat(), day_in_words(day))


def _short_day(day: date, mark: Mark) -> str:
    return mark(day.isoformat(), formats.date_format(day, _short_day_format()))


def _hour(at: datetime, mark: Mark) -> str:
    return mark(at.isoformat(timespec="minutes"), _clock(at))


def _clock(at: datetime | time) -> str:
    return f"{at:%H:%M}"


def _long_day_format() -> str:
    # Translators: “Thursday 20 May 2027” as a format of Django's date filter.
    return pgettext("format of a day with its weekday", "l j E Y")


def _short_day_format() -> str:
    # Translators: “20 May 2027” as a format of Django's date filter.
    return pgettext("format of a day", "j E Y")


def _month_format() -> str:
    # Translators: “May 2027” as a format of Django's date filter.
    return pgettext("format of a month", "F Y")


# --- Text and HTML -----------------------------------------------------------------------------------------------


def _plain(machine: str, text: str) -> str:
    return text


def _time_element(machine: str, text: str) -> str:
    return format_html('<time datetime="{}">{}</time>', machine, text)


def _fill(pattern: str, **parts: str) -> str:
    if any(hasattr(part, "__html__") for part in parts.values()):
        escaped = {name: conditional_escape(part) for name, part in parts.items()}
        return mark_safe(conditional_escape(pattern) % escaped)  # noqa: S308 - every part was escaped above
    return pattern % parts


def _in(language: str | None):
    return translation.override(language) if language else nullcontext()
