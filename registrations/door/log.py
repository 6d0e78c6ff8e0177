"""The log of a door: what counts and what does not, together, the latest first."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from events.models import Event
from events.times import instant_in_words

from ..models import AttendanceRecord, DoorAct
from .ids import ids_of

MOST_ACTS = 50


@dataclass(frozen=True, slots=True)
class Past:
    """One act as the history shows it. `since` is since when somebody was there, where that was said afterwards. `why`
    says why it does not count; `undoes` is there where it can be undone. `next_act` is the id of the undo.
    """

    time: str
    name: str
    what: str
    how: str
    since: str
    who: str
    why: str
    reason: str
    person: str
    undoes: uuid.UUID | None
    next_act: uuid.UUID


def log_of(event: Event, day: date | None = None) -> list[Past]:
    """Return the latest acts of an event, those about one day or all. Two queries."""
    records = AttendanceRecord.objects.filter(registration__event=event).select_related("registration", "recorded_by")
    kept = DoorAct.objects.filter(event=event).select_related("registration", "recorded_by")
    if day is not None:
        records, kept = records.filter(day=day), kept.filter(day=day)
    latest = list(records.order_by("-recorded_at", "-pk")[:MOST_ACTS])
    undone = {record.undoes for record in latest}
    acts: list[AttendanceRecord | DoorAct] = [*latest, *kept.order_by("-recorded_at", "-pk")[:MOST_ACTS]]
    acts.sort(key=lambda one: one.happened_at, reverse=True)
    return [_past(event, one, undone, day) for one in acts[:MOST_ACTS]]


def _time(event: Event, at: datetime, day: date | None) -> str:
    """The clock alone for what happened on the day of the log, else the whole instant."""
    local = at.astimezone(event.zone)
    return f"{local:%H:%M}" if local.date() == day else instant_in_words(at, event, short=True)


def _name(event: Event, one: AttendanceRecord | DoorAct) -> str:
    if one.registration is None:
        return (one.written_in if isinstance(one, DoorAct) else "") or gettext("Unknown")
    # Who shows the ticket of another event is nobody whom the hosts of this one know.
    return one.registration.name if one.registration.event_id == event.pk else gettext("Somebody of another event")


def _past(event: Event, one: AttendanceRecord | DoorAct, undone: set[uuid.UUID | None], day: date | None) -> Past:
    is_record = isinstance(one, AttendanceRecord)
    can_undo = is_record and one.what != AttendanceRecord.What.UNDO and one.act not in undone
    return Past(
        time=_time(event, one.happened_at, day),
        name=_name(event, one),
        what=one.get_what_display(),
        how=one.get_how_display(),
        since=_time(event, one.came_at, day) if isinstance(one, AttendanceRecord) and one.came_at else "",
        who=", ".join(part for part in (one.helper or str(one.recorded_by or ""), one.device) if part),
        why=one.get_kept_because_display() if isinstance(one, DoorAct) else "",
        reason=one.reason,
        person=ids_of(event.pk, [one.registration_id])[0] if one.registration_id else "",
        undoes=one.act if can_undo else None,
        next_act=uuid.uuid4(),
    )
