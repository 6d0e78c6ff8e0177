"""Clocks that an organiser may not have thought of: those of the place, and hours that the clocks skip."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from ..models import Event
from ..place_clocks import is_clock_of_country, zone_of_country
from ..times import day_in_words, town_of_clock, zone_in_words


@dataclass(frozen=True, slots=True)
class OtherClock:
    """A clock that may be meant instead: what it would mean in words, its IANA zone, and the town it is named for."""

    words: str
    zone: str
    town: str


def clock_of_the_place(event: Event) -> OtherClock | None:
    """Return the clock of the place of an event whose times are on another one; None while they agree.

    `event` may be a copy with a plan that is not stored yet.
    """
    venue, day = event.venue, event.starts_on
    if venue is None or day is None or not event.time_zone or event.mode == Event.Mode.ONLINE:
        return None
    there = zone_of_country(str(venue.country))
    if not there or is_clock_of_country(event.time_zone, str(venue.country), day, event.ends_on or day):
        return None
    town = town_of_clock(ZoneInfo(there), venue.city, str(venue.country), day)
    return OtherClock(_in_two_places(event, there, town), there, town)


def clock_left_behind(event: Event, zone: str) -> OtherClock | None:
    """Return the clock that the times were on before they followed the place; None where both show the same."""
    if event.starts_on is None or not zone or zone == event.time_zone:
        return None
    noon = datetime.combine(event.starts_on, time(12))
    if noon.replace(tzinfo=ZoneInfo(zone)).utcoffset() == noon.replace(tzinfo=event.zone).utcoffset():
        return None
    return OtherClock(_in_two_places(event, zone, _name(zone)), zone, _name(zone))


def _in_two_places(event: Event, other: str, town: str) -> str:
    """Say on whose clock the event starts, and what time it is then elsewhere."""
    names = {"here": _here(event), "there": town}
    if event.start_time is None or event.starts_on is None or not event.has_exact_date:
        return gettext("The times are on the clock of %(here)s, not on that of %(there)s.") % names
    start = datetime.combine(event.starts_on, event.start_time, event.zone)
    names |= {"time": _clock(start.time()), "other": _clock(start.astimezone(ZoneInfo(other)).time())}
    return gettext("This is %(time)s on the clock of %(here)s. In %(there)s it is then %(other)s.") % names


def _here(event: Event) -> str:
    venue, day = event.venue, event.starts_on
    if venue is None or day is None:
        return _name(event.time_zone)
    return town_of_clock(event.zone, venue.city, str(venue.country), day) or "UTC"


def _name(zone: str) -> str:
    return zone_in_words(ZoneInfo(zone)) or "UTC"


def no_such_time(day: date, clock: time, zone: str) -> str:
    """Say that the clocks of a zone skip a time on a day, and which one to type instead; “” for one that exists."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    after = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if after.replace(tzinfo=None) == local.replace(tzinfo=None):
        return ""
    return gettext("There is no %(time)s on %(day)s: the clocks go forward over it. Enter %(other)s instead.") % {
        "time": _clock(clock),
        "day": day_in_words(day),
        "other": _clock(after.time()),
    }


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
