"""Times in words: always with place and UTC offset, never a date that nobody knows."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from events.models import Event, Plan
from events.times import (
    clock_in_words,
    dates_in_words,
    hours_in_words,
    instant_in_words,
    month_in_words,
    offset_in_words,
    when_in_words,
    whose_clock_in_words,
    zone_in_words,
)
from tests.factories import create_event, create_project, create_semester, create_venue


def plan(**fields) -> Plan:
    """Without fields: announced for 20 May 2027, on site in Maastricht."""
    defaults = {
        "status": "announced",
        "date_precision": "day",
        "starts_on": date(2027, 5, 20),
        "time_zone": "Europe/Amsterdam",
        "mode": "on_site",
        "city": "Maastricht",
        "country": "NL",
    }
    fields = {**defaults, **fields}
    return Plan(**{"ends_on": fields["starts_on"], **fields})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"start_time": time(9, 30), "end_time": time(16)},
            "Thursday 20 May 2027, 09:30–16:00 (Maastricht time, UTC+2)",
        ),
        ({"start_time": time(9, 30)}, "Thursday 20 May 2027, from 09:30 (Maastricht time, UTC+2)"),
        ({}, "Thursday 20 May 2027 (time not known)"),
        (
            {"ends_on": date(2027, 5, 21), "start_time": time(9), "end_time": time(16)},
            "Thursday 20 May 2027, 09:00 to Friday 21 May 2027, 16:00 (Maastricht time, UTC+2)",
        ),
        (
            {"ends_on": date(2027, 5, 21), "start_time": time(9)},
            "20–21 May 2027, from 09:00 on the first day (Maastricht time, UTC+2)",
        ),
        ({"ends_on": date(2027, 5, 21)}, "20–21 May 2027 (time not known)"),
        ({"ends_on": date(2027, 6, 2)}, "20 May – 2 June 2027 (time not known)"),
        (
            {"starts_on": date(2026, 12, 30), "ends_on": date(2027, 1, 2)},
            "30 December 2026 – 2 January 2027 (time not known)",
        ),
        (
            {"city": "", "start_time": time(10), "end_time": time(12)},
            "Thursday 20 May 2027, 10:00–12:00 (Amsterdam time, UTC+2)",
        ),
        (
            {"mode": "online", "start_time": time(10), "end_time": time(12)},
            "Thursday 20 May 2027, 10:00–12:00 (Amsterdam time, UTC+2)",
        ),
        (
            {"mode": "hybrid", "start_time": time(10), "end_time": time(12)},
            "Thursday 20 May 2027, 10:00–12:00 (Maastricht time, UTC+2)",
        ),
        (
            {"mode": "online", "time_zone": "UTC", "start_time": time(10), "end_time": time(12)},
            "Thursday 20 May 2027, 10:00–12:00 (UTC)",
        ),
        (
            {"date_precision": "month", "starts_on": date(2019, 10, 1), "ends_on": date(2019, 10, 31)},
            "October 2019 (day not known)",
        ),
        (
            {"date_precision": "month", "starts_on": date(2019, 10, 1), "ends_on": date(2019, 11, 30)},
            "October 2019 to November 2019 (days not known)",
        ),
        ({"date_precision": "unknown", "starts_on": None}, "Date not known"),
        ({"date_precision": "unknown", "starts_on": None, "status": "postponed"}, "New date to follow"),
    ],
)
def test_a_plan_says_what_is_known_of_its_time(fields, words):
    assert when_in_words(plan(**fields)) == words


@pytest.mark.parametrize(
    ("zone", "city", "country", "winter", "summer"),
    [
        ("Europe/Dublin", "Cork", "IE", "UTC+0", "UTC+1"),
        ("Europe/Amsterdam", "Geleen", "NL", "UTC+1", "UTC+2"),
        ("Europe/Tallinn", "Tartu", "EE", "UTC+2", "UTC+3"),
    ],
)
def test_the_offset_is_that_of_the_day(zone, city, country, winter, summer):
    times = {"time_zone": zone, "city": city, "country": country, "start_time": time(9), "end_time": time(17)}

    assert when_in_words(plan(starts_on=date(2027, 3, 26), **times)) == (
        f"Friday 26 March 2027, 09:00–17:00 ({city} time, {winter})"
    )
    assert when_in_words(plan(starts_on=date(2027, 3, 29), **times)) == (
        f"Monday 29 March 2027, 09:00–17:00 ({city} time, {summer})"
    )


@pytest.mark.parametrize(
    ("zone", "town", "before", "after"),
    [
        ("Europe/Lisbon", "Lisbon", "UTC+1", "UTC+0"),
        ("Europe/Amsterdam", "Amsterdam", "UTC+2", "UTC+1"),
        ("Europe/Tallinn", "Tallinn", "UTC+3", "UTC+2"),
    ],
)
def test_an_event_over_the_change_of_clocks_gives_each_time_its_own_offset(zone, town, before, after):
    event = plan(
        mode="online",
        time_zone=zone,
        starts_on=date(2027, 10, 30),
        ends_on=date(2027, 10, 31),
        start_time=time(9),
        end_time=time(12),
    )

    assert when_in_words(event) == (
        f"Saturday 30 October 2027, 09:00 ({town} time, {before})"
        f" to Sunday 31 October 2027, 12:00 ({town} time, {after})"
    )


def test_a_single_night_over_the_change_of_clocks_gives_each_time_its_own_offset():
    night = plan(starts_on=date(2027, 3, 28), start_time=time(1), end_time=time(5))

    assert when_in_words(night) == (
        "Sunday 28 March 2027, 01:00 (Maastricht time, UTC+1) to Sunday 28 March 2027, 05:00 (Maastricht time, UTC+2)"
    )


def test_short_form_leaves_the_times_out():
    assert when_in_words(plan(start_time=time(9, 30), end_time=time(16)), short=True) == "20 May 2027"
    assert when_in_words(plan(ends_on=date(2027, 5, 21), start_time=time(9)), short=True) == "20–21 May 2027"
    assert when_in_words(plan(date_precision="unknown", starts_on=None), short=True) == "Date not known"


@pytest.mark.django_db
def test_an_event_is_on_the_clock_of_its_venue():
    event = create_event(venue=create_venue(city="Cork", country="IE"), time_zone="Europe/Dublin", end_time=None)

    assert when_in_words(event) == "20–21 May 2027, from 09:00 on the first day (Cork time, UTC+1)"


@pytest.mark.django_db
def test_a_postponed_event_promises_no_date_once_its_project_is_over(clock):
    running, over = create_project(), create_project()
    create_semester(running, starts_on=date(2027, 1, 1), ends_on=date(2027, 6, 30))
    create_semester(over, starts_on=date(2020, 1, 1), ends_on=date(2020, 6, 30))
    undated = {"date_precision": Event.DatePrecision.UNKNOWN, "status": Event.Status.POSTPONED}

    assert when_in_words(create_event(running, **undated)) == "New date to follow"
    assert when_in_words(create_event(over, **undated)) == "Date not known"


def test_an_instant_is_told_on_the_clock_of_a_zone():
    at = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)

    assert instant_in_words(at, ZoneInfo("Europe/Tallinn")) == "Tuesday 2 March 2027, 01:30 (Tallinn time, UTC+2)"
    assert instant_in_words(at, ZoneInfo("Europe/Lisbon"), short=True) == "1 March 2027, 23:30 (Lisbon time, UTC+0)"


@pytest.mark.django_db
def test_the_clock_of_an_event_has_one_name():
    at = datetime(2027, 3, 1, 12, tzinfo=UTC)
    there = create_event(venue=create_venue(city="Tartu", country="EE"), time_zone="Europe/Tallinn")
    online = create_event(mode="online", time_zone="Europe/Tallinn")

    assert "(Tartu time, UTC+3)" in when_in_words(there)
    assert instant_in_words(at, there) == "Monday 1 March 2027, 14:00 (Tartu time, UTC+2)"
    assert "(Tartu time, UTC+2)" in Template("{% load times %}{% when at event %}").render(
        Context({"at": at, "event": there})
    )
    assert whose_clock_in_words(there, date(2027, 3, 1)) == "Times are in Tartu time, UTC+2."
    assert instant_in_words(at, online, short=True) == "1 March 2027, 14:00 (Tallinn time, UTC+2)"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        (date(2027, 5, 20), date(2027, 5, 20), "20 May 2027"),
        (date(2027, 5, 20), date(2027, 5, 21), "20–21 May 2027"),
        (date(2019, 4, 1), None, "from 1 April 2019"),
        (None, date(2021, 3, 31), "until 31 March 2021"),
        (None, None, "Date not known"),
    ],
)
def test_a_range_of_days_says_which_end_is_open(starts_on, ends_on, words):
    assert dates_in_words(starts_on, ends_on) == words


def test_the_clock_of_a_programme_is_that_of_each_day():
    assert clock_in_words(plan(), date(2027, 10, 30)) == "Maastricht time, UTC+2"
    assert clock_in_words(plan(), date(2027, 10, 31)) == "Maastricht time, UTC+1"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [(time(9, 30), time(16), "09:30–16:00"), (time(9, 30), None, "from 09:30"), (None, None, "")],
)
def test_hours_of_a_programme(start, end, words):
    assert hours_in_words(start, end) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [("America/St_Johns", "UTC−3:30"), ("Asia/Kolkata", "UTC+5:30"), ("UTC", "UTC+0"), ("America/New_York", "UTC−5")],
)
def test_offsets_may_be_negative_and_of_half_hours(zone, words):
    assert offset_in_words(datetime(2027, 1, 15, 12, tzinfo=ZoneInfo(zone))) == words


@pytest.mark.parametrize(
    ("zone", "town"),
    [
        ("Europe/Amsterdam", "Amsterdam"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", ""),
        ("Etc/GMT+2", ""),
    ],
)
def test_a_zone_is_told_by_its_town(zone, town):
    assert zone_in_words(ZoneInfo(zone)) == town


def test_another_language_gives_its_own_names_of_days_and_months():
    # Whichever words of ours are translated by now, Django knows the months.
    words = when_in_words(plan(start_time=time(9, 30), end_time=time(16)), "de")

    assert "Mai 2027" in words
    assert "09:30" in words
    assert "UTC+2" in words


def test_the_language_of_the_page_is_the_default():
    with translation.override("it"):
        assert month_in_words(date(2027, 5, 20)).casefold() == "maggio 2027"


def render(source: str, **context) -> str:
    return Template("{% load times %}" + source).render(Context(context))


def test_the_tag_marks_each_moment_for_machines():
    html = render("{% when plan %}", plan=plan(start_time=time(9, 30), end_time=time(16)))

    assert html == (
        '<time datetime="2027-05-20">Thursday 20 May 2027</time>, <time datetime="2027-05-20T09:30+02:00">09:30</time>–'
        '<time datetime="2027-05-20T16:00+02:00">16:00</time> (Maastricht time, UTC+2)'
    )


def test_the_tag_escapes_the_name_of_a_town():
    html = render("{% when plan %}", plan=plan(city="<b>&", start_time=time(9)))

    assert html.endswith(" (&lt;b&gt;&amp; time, UTC+2)")


def test_the_tag_prints_a_month_an_instant_days_and_nothing():
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    month = plan(date_precision="month", starts_on=date(2019, 10, 1), ends_on=date(2019, 10, 31))

    assert render("{% when plan %}", plan=month) == '<time datetime="2019-10">October 2019</time> (day not known)'
    assert render("{% when at zone 'short' %}", at=at, zone=ZoneInfo("Europe/Amsterdam")) == (
        '<time datetime="2027-03-01">1 March 2027</time>, <time datetime="2027-03-01T10:00+01:00">10:00</time>'
        " (Amsterdam time, UTC+1)"
    )
    assert render("{% dates day %}", day=date(2027, 5, 20)) == '<time datetime="2027-05-20">20 May 2027</time>'
    assert render("{% when nothing %}") == ""


@pytest.mark.parametrize(
    ("city", "country", "zone", "words"),
    [
        ("Tartu", "EE", "Europe/Amsterdam", "Amsterdam time, UTC+2"),
        ("Tartu", "EE", "Europe/Tallinn", "Tartu time, UTC+3"),
        ("Maastricht", "NL", "Europe/Brussels", "Maastricht time, UTC+2"),
        ("Maastricht", "", "Europe/Amsterdam", "Amsterdam time, UTC+2"),
        ("Ponta Delgada", "PT", "Atlantic/Azores", "Azores time, UTC+0"),
        ("Las Palmas", "ES", "Europe/Madrid", "Madrid time, UTC+2"),
        ("Las Palmas", "ES", "Atlantic/Canary", "Canary time, UTC+1"),
        # Nothing but an island's own zone tells that a town is on an island, so the mainland names its zone, too.
        ("Cáceres", "ES", "Europe/Madrid", "Madrid time, UTC+2"),
        ("Lviv", "UA", "Europe/Kyiv", "Lviv time, UTC+3"),
        ("Busingen", "DE", "Europe/Berlin", "Busingen time, UTC+2"),
    ],
)
def test_a_town_is_named_only_where_its_clocks_show_that_time(city, country, zone, words):
    there = plan(city=city, country=country, time_zone=zone, start_time=time(9))

    assert when_in_words(there) == f"Thursday 20 May 2027, from 09:00 ({words})"
    assert clock_in_words(there, date(2027, 5, 20)) == words
