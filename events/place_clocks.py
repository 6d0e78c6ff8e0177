"""Whose clock a place lives by: the time zone of its country, as the tz database tells it.

`zone.tab` of the tz database names the zones of each country. Where it names several, the one of the mainland, or of
most of the country, stands for it: who meets on the Azores says so with the clock of the event.
"""

import importlib.resources
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

_FOR_MOST_OF_IT = ("mainland", "most of")


@cache
def _zones() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country by its ISO code; the one that stands for the country comes first."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        country, _coordinates, zone, *comments = line.split("\t")
        zones = found.setdefault(country, [])
        # Ukraine's first line is Simferopol: the order alone does not tell.
        is_for_most = any(words in comment for comment in comments for words in _FOR_MOST_OF_IT)
        zones.insert(0 if is_for_most else len(zones), zone)
    return MappingProxyType({country: tuple(zones) for country, zones in found.items()})


def zone_of_country(country: str) -> str:
    """Return the IANA zone that stands for a country, by its ISO code; “” where the tz database knows none."""
    return next(iter(_zones().get(country, ())), "")


def _is_clock_of_mainland(zone: str, country: str, *days: date) -> bool:
    mainland = zone_of_country(country)
    return mainland != "" and all(_offset(zone, day) == _offset(mainland, day) for day in days)


def is_clock_of_whole_country(zone: str, country: str, *days: date) -> bool:
    """Whether clocks of a zone show on these days what every clock of the country shows, its islands included.

    Where they do not, a town alone does not tell its clock: Las Palmas is in Spain, and not on Madrid's time. False for
    a country that the tz database does not know.
    """
    zones = _zones().get(country, ())
    return bool(zones) and all(_offset(zone, day) == _offset(there, day) for there in zones for day in days)


def is_clock_of_country(zone: str, country: str, *days: date) -> bool:
    """Whether clocks of a zone may be those of a town in a country on these days, on an island of it or not.

    Brussels tells Maastricht's time. False for a country that the tz database does not know.
    """
    return zone in _zones().get(country, ()) or _is_clock_of_mainland(zone, country, *days)


def _offset(zone: str, day: date) -> timedelta | None:
    # At noon: where the clocks change, they do so in the night.
    return datetime.combine(day, time(12), ZoneInfo(zone)).utcoffset()
