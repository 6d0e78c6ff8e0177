"""The report of a meeting that a host uploaded and has not confirmed yet."""

import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from events.models import Event
from registrations.models import Registration
from registrations.online import counting

# What people are called in meetings: by their device, in another order, with their town behind it.
_STRANGERS = ("iPhone", "Meeting room 2")


def upload_report(event: Event, registrations: Sequence[Registration], *, by=None) -> None:
    """Upload a report as Microsoft Teams writes it: most are found by their address, some are in doubt."""
    day = event.days[0]
    begins = datetime.combine(day, event.start_time or time(9), event.zone)
    people = [one for one in registrations if one.is_confirmed][:24]
    rows = [["1. Summary"], ["Meeting title", event.title], ["Start time", _at(begins)], [], ["2. Participants"]]
    rows.append(["Name", "First Join", "Last Leave", "In-Meeting Duration", "Email", "Participant ID (UPN)", "Role"])
    for number, registration in enumerate(people):
        # Every fifth is a guest without an address, every tenth under a first name alone.
        is_guest = number % 5 == 4
        name = registration.name.split()[0] if number % 10 == 4 else registration.name
        shown, email = (f"{name} (Guest)", "") if is_guest else (name, registration.email)
        rows.append(_row(shown, email, begins, number))
    rows += [_row(name, "", begins, number) for number, name in enumerate(_STRANGERS)]
    content = "\r\n".join("\t".join(row) for row in rows).encode("utf-16")
    counting.keep(event, io.BytesIO(content), name="meetingAttendanceReport.csv", clocks=event.zone.key, by=by)


def _row(name: str, email: str, begins: datetime, number: int) -> list[str]:
    joined = begins + timedelta(minutes=number % 7 - 3, seconds=number * 13 % 60)
    left = begins + timedelta(minutes=150 - number % 4 * 20)
    stayed = int((left - joined).total_seconds())
    lasted = f"{stayed // 3600}h {stayed // 60 % 60}m {stayed % 60}s"
    return [name, _at(joined), _at(left), lasted, email, email, "Attendee"]


def _at(moment: datetime) -> str:
    return f"{moment:%m/%d/%y, %I:%M:%S %p}"
