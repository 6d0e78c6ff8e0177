"""Events that were held in February 2027, and who came to them: what most tests of reports begin with."""

from datetime import UTC, date, datetime

from events.models import Event
from tests.factories import create_event, create_registration, record_attendance

FEBRUARY = datetime(2027, 2, 15, 12, tzinfo=UTC)


def create_held_event(project, **fields):
    held = {"status": Event.Status.HELD, "starts_on": date(2027, 2, 10), "ends_on": date(2027, 2, 11)}
    return create_event(project, **{**held, **fields})


def attend(event, person="Alice", at=FEBRUARY, **fields):
    """Somebody has a place and is recorded as present on the first day, all at one instant."""
    registration = create_registration(event, person, joined_at=at, confirmed_at=at, **fields)
    record_attendance(registration, happened_at=at, recorded_at=at)
    return registration
