"""The hours of an event mean one instant, whether a program reads the name of its zone or the rules in the file."""

import zoneinfo
from datetime import UTC, date, datetime, time

import pytest
import vobject

from events.ical import event_file
from events.time_zones import follows_its_rule, rule_of, vtimezone
from tests.events.reading import read
from tests.factories import create_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize(
    ("zone", "day", "clock_time", "instant"),
    [
        ("Europe/Lisbon", date(2027, 1, 14), time(9), datetime(2027, 1, 14, 9, tzinfo=UTC)),
        ("Europe/Lisbon", date(2027, 7, 14), time(9), datetime(2027, 7, 14, 8, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2027, 1, 14), time(9), datetime(2027, 1, 14, 8, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2027, 7, 14), time(9), datetime(2027, 7, 14, 7, tzinfo=UTC)),
        ("Europe/Tallinn", date(2027, 1, 14), time(9), datetime(2027, 1, 14, 7, tzinfo=UTC)),
        ("Europe/Tallinn", date(2027, 7, 14), time(9), datetime(2027, 7, 14, 6, tzinfo=UTC)),
        # The days on which the clocks change, before and after they do.
        ("Europe/Lisbon", date(2027, 3, 28), time(0, 30), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
        ("Europe/Lisbon", date(2027, 3, 28), time(9), datetime(2027, 3, 28, 8, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2027, 3, 28), time(9), datetime(2027, 3, 28, 7, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2027, 10, 31), time(1, 30), datetime(2027, 10, 30, 23, 30, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2027, 10, 31), time(9), datetime(2027, 10, 31, 8, tzinfo=UTC)),
        ("Europe/Tallinn", date(2027, 10, 31), time(9), datetime(2027, 10, 31, 7, tzinfo=UTC)),
        # Long ago and far ahead the rule is the same.
        ("Europe/Amsterdam", date(2019, 8, 1), time(9), datetime(2019, 8, 1, 7, tzinfo=UTC)),
        ("Europe/Amsterdam", date(2036, 12, 1), time(9), datetime(2036, 12, 1, 8, tzinfo=UTC)),
        # Where no yearly rule fits: UTC.
        ("Africa/Casablanca", date(2027, 7, 14), time(9), datetime(2027, 7, 14, 8, tzinfo=UTC)),
        ("Europe/Istanbul", date(2015, 7, 14), time(9), datetime(2015, 7, 14, 6, tzinfo=UTC)),
        ("Europe/Istanbul", date(2027, 7, 14), time(9), datetime(2027, 7, 14, 6, tzinfo=UTC)),
    ],
)
def test_an_hour_is_the_same_instant_for_programs_that_read_the_name_or_the_rules_of_a_zone(
    zone, day, clock_time, instant
):
    event = create_event(starts_on=day, ends_on=day, start_time=clock_time, end_time=None, time_zone=zone)
    text = event_file(event, language="en").decode()

    assert read(event)["DTSTART"].dt.astimezone(UTC) == instant
    assert vobject.readOne(text).vevent.dtstart.value.astimezone(UTC) == instant
    assert follows_its_rule(zone, day.year) == (f"DTSTART;TZID={zone}:" in text)


EUROPEAN = sorted(zone for zone in zoneinfo.available_timezones() if zone.startswith("Europe/"))


@pytest.mark.parametrize("zone", EUROPEAN)
def test_every_european_zone_has_yearly_rules_that_say_what_the_zone_does(zone):
    text = f"BEGIN:VCALENDAR\r\n{vtimezone(zone).decode()}END:VCALENDAR\r\n"
    read_by_rules = vobject.readOne(text).vtimezone.tzinfo

    for month in range(1, 13):
        for day, hour in ((1, 0), (15, 12), (28, 23)):
            local = datetime(2027, month, day, hour)
            assert read_by_rules.utcoffset(local) == zoneinfo.ZoneInfo(zone).utcoffset(local), local
    assert "RDATE" not in vtimezone(zone).decode()


def test_a_rule_starts_on_the_clock_that_was_valid_before_it():
    assert vtimezone("Europe/Vienna").decode().split("\r\n")[2:8] == [
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
    ]


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Africa/Cairo", "America/Nuuk", "Asia/Jerusalem"])
def test_a_zone_without_a_yearly_rule_gets_none(zone):
    assert rule_of(zone) is None
    with pytest.raises(ValueError, match="no yearly rule"):
        vtimezone(zone)
