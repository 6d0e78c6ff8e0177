"""The one tag library that prints times: `{% load times %}`."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django import template

from events import times
from events.models import Event, Plan

register = template.Library()

UTC = ZoneInfo("UTC")


@register.simple_tag
def when(what: Event | Plan | datetime | None, *details: Event | ZoneInfo | str) -> str:
    """Print when something is.

    `{% when event %}` in words with place and UTC offset, `{% when event "short" %}` the days only, the same for a
    plan; `{% when registration.joined_at event %}` an instant on the clock of an event or a zone, also with "short".
    """
    short = "short" in details
    if what is None or what == "":
        return ""
    if isinstance(what, datetime):
        clock = next((detail for detail in details if isinstance(detail, (Event, ZoneInfo))), UTC)
        return times.instant_as_html(what, clock, short=short)
    return times.when_as_html(what, short=short)


@register.simple_tag
def dates(starts_on: date | None, ends_on: date | str | None = "") -> str:
    """Print one day, or a range of days; None for an end that is not known."""
    return times.dates_as_html(starts_on, starts_on if isinstance(ends_on, str) else ends_on)


@register.simple_tag
def hours(start: time | None, end: time | None = None) -> str:
    """Print clock times of a programme whose zone is named above it."""
    return times.hours_in_words(start, end)
