"""The door of the conference: a link for the volunteers who will stand there."""

from accounts.models import User
from events.models import Event
from registrations.models import Door, DoorLink

# Made up like everything here, so that whoever tries it out finds the same.
PIN, HOST_PIN = "204608", "771903"


def open_the_door(conference: Event, *, by: User | None) -> None:
    """Let volunteers in on the days of the conference. Whoever organises it can try its door at any time."""
    Door.objects.create(event=conference, host_pin=HOST_PIN)
    DoorLink.objects.create(event=conference, label="Volunteers at the entrance", pin=PIN, made_by=by)
