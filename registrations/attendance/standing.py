"""How each of some people stands on a day or in a session, and the acts behind it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from events.models import Session

from ..models import AttendanceRecord, Registration
from .folding import Folded, Said, fold

What = AttendanceRecord.What
NOBODY_SAID = Folded(attended=False, stays=())


@dataclass(frozen=True, slots=True)
class Standing:
    """What the acts about somebody come to, and the acts in the order in which they happened, undone ones too."""

    folded: Folded
    acts: tuple[AttendanceRecord, ...] = ()

    @property
    def is_here(self) -> bool:
        return self.folded.attended

    @property
    def since(self) -> datetime | None:
        return self.folded.first_in


def standing_of(
    registrations: Iterable[Registration], day: date, session: Session | None = None
) -> dict[int, Standing]:
    """Return how each of these registrations stands on a day, or in a session of it, by its primary key. One query."""
    found = AttendanceRecord.objects.filter(registration__in=[one.pk for one in registrations], day=day)
    found = found.filter(session=session) if session else found.of_days()
    acts: dict[int, list[AttendanceRecord]] = defaultdict(list)
    for record in found.in_order().select_related("recorded_by"):
        acts[record.registration_id].append(record)
    return {pk: Standing(fold(map(said, records)), tuple(records)) for pk, records in acts.items()}


def said(record: AttendanceRecord) -> Said:
    return Said(record.happened_at, record.act, record.what, record.how, record.undoes, record.came_at)
