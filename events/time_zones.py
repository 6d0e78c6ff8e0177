"""Time zones as calendar programs need them: a VTIMEZONE with yearly rules, or none where no yearly rule fits.

icalendar writes VTIMEZONEs itself, with a list of dates per observance. Thunderbird, Nextcloud and Outlook read only
the first of them, or none, and show summer events one hour off; so ours are made here.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

# The years a rule is read from. They are fixed, so that the same zone has the same bytes next year.
_RULE_YEARS = range(2025, 2037)
# Where a VTIMEZONE begins: before any event, and the year that every program starts from.
_FIRST_YEAR = 1970

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Change:
    """The moment at which the clocks change each year: “the last Sunday of March at 02:00, from UTC+1 to UTC+2”."""

    month: int
    week: int
    """1 to 4 counted from the start of the month, -1 for the last one."""
    weekday: int
    at: timedelta
    """On the clock that is still valid, from the start of the day."""
    offset_before: timedelta
    offset_after: timedelta
    name: str

    def local_in(self, year: int) -> datetime:
        """The change in one year, on the clock that is still valid."""
        last = calendar.monthrange(year, self.month)[1]
        days = [day for day in range(1, last + 1) if calendar.weekday(year, self.month, day) == self.weekday]
        return datetime(year, self.month, days[self.week if self.week < 0 else self.week - 1]) + self.at

    @property
    def rule(self) -> dict[str, object]:
        return {"freq": "yearly", "bymonth": self.month, "byday": f"{self.week}{_WEEKDAYS[self.weekday]}"}


@dataclass(frozen=True, slots=True)
class Rule:
    """How the clocks of a zone run every year; without changes they stay at `offset`."""

    changes: tuple[Change, ...]
    offset: timedelta
    name: str


@cache
def rule_of(zone: str) -> Rule | None:
    """Return the yearly rule of an IANA zone as it is in force now, or None when there is none, as in Morocco."""
    zone_info = ZoneInfo(zone)
    years = [_changes_of_year(zone_info, year) for year in _RULE_YEARS]
    first = datetime(_RULE_YEARS[0], 1, 1, tzinfo=zone_info)
    if not any(years):
        return Rule((), first.utcoffset() or timedelta(), first.tzname() or "")
    if any(len(changes) != 2 for changes in years):
        return None
    yearly = [_yearly_change(zone_info, [changes[n] for changes in years]) for n in (0, 1)]
    if None in yearly:
        return None
    return Rule(tuple(change for change in yearly if change), first.utcoffset() or timedelta(), first.tzname() or "")


@cache
def follows_its_rule(zone: str, year: int) -> bool:
    """Whether the yearly rule of a zone holds in one year too: Turkey's does in 2018, but did not in 2015."""
    rule = rule_of(zone)
    if rule is None:
        return False
    zone_info = ZoneInfo(zone)
    if datetime(year, 1, 1, tzinfo=zone_info).utcoffset() != rule.offset:
        return False
    by_rule = [change.local_in(year) - change.offset_before for change in rule.changes]
    return by_rule == [at.replace(tzinfo=None) for at in _changes_of_year(zone_info, year)]


@cache
def vtimezone(zone: str) -> bytes:
    """Return the VTIMEZONE of a zone that has a yearly rule (RFC 5545 §3.6.5); the TZID is its IANA name."""
    rule = rule_of(zone)
    if rule is None:
        raise ValueError(f"{zone} has no yearly rule.")
    component = Timezone()
    component.add("tzid", zone)
    if not rule.changes:
        component.add_component(_observance(datetime(_FIRST_YEAR, 1, 1), rule.offset, rule.offset, rule.name))
    for change in rule.changes:
        component.add_component(
            _observance(
                change.local_in(_FIRST_YEAR), change.offset_before, change.offset_after, change.name, change.rule
            )
        )
    return component.to_ical()


def _observance(
    start: datetime, before: timedelta, after: timedelta, name: str, rule: dict[str, object] | None = None
) -> TimezoneStandard | TimezoneDaylight:
    observance = TimezoneDaylight() if after > before else TimezoneStandard()
    # The first change on the clock that was valid before it (§3.6.5): 02:00 for the start of summer in Vienna.
    observance.add("dtstart", start)
    observance.add("tzoffsetfrom", before)
    observance.add("tzoffsetto", after)
    observance.add("tzname", name)
    if rule:
        observance.add("rrule", rule)
    return observance


def _changes_of_year(zone: ZoneInfo, year: int) -> list[datetime]:
    """The instants at which the offset changes in a year of UTC, found by halving each day on which it differs."""
    changes = []
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        low, high = day, day + timedelta(days=1)
        if _offset(zone, low) != _offset(zone, high):
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                middle = middle.replace(second=0, microsecond=0)
                if _offset(zone, middle) == _offset(zone, low):
                    low = middle
                else:
                    high = middle
            changes.append(high)
        day += timedelta(days=1)
    return changes


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _yearly_change(zone: ZoneInfo, instants: list[datetime]) -> Change | None:
    offsets = {(_offset(zone, at - timedelta(minutes=1)), _offset(zone, at)) for at in instants}
    if len(offsets) != 1:
        return None
    before, after = offsets.pop()
    local = [(at + before).replace(tzinfo=None) for at in instants]
    moments = {(at.month, at.weekday(), at.time()) for at in local}
    if len(moments) != 1:
        return None
    weeks = {(at.day - 1) // 7 + 1 for at in local}
    if all(at.day + 7 > calendar.monthrange(at.year, at.month)[1] for at in local):
        week = -1
    elif len(weeks) == 1:
        week = weeks.pop()
    else:
        return None
    at = local[0]
    return Change(
        month=at.month,
        week=week,
        weekday=at.weekday(),
        at=timedelta(hours=at.hour, minutes=at.minute),
        offset_before=before,
        offset_after=after,
        name=instants[0].astimezone(zone).tzname() or "",
    )
