"""Entries as a calendar program reads them."""

import icalendar

from events.ical import event_file
from events.models import Event


def read(event: Event, language: str = "en", **details: str) -> icalendar.Event:
    """The event as icalendar reads it from its file, loaded anew as a request would."""
    event = Event.objects.get(pk=event.pk)
    calendar = icalendar.Calendar.from_ical(event_file(event, language=language, **details))
    assert calendar.errors == []
    (found,) = calendar.events
    assert found.errors == []
    return found


def description(event: Event, **details: str) -> list[str]:
    return str(read(event, **details)["DESCRIPTION"]).split("\n")
