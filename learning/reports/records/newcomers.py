"""What took place in each semester of a project, who came for the first time, and who had come before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from events.models import Event
from registrations.models import Registration

from ..rows import SemesterRow
from ..subject import Subject
from .events import is_in


def attended_at(
    events: Collection[int], days: Mapping[int, Collection[date]], *, at: datetime
) -> list[tuple[int, int]]:
    """Return the keys of events with those of the people who attended them; one query, without events none.

    `days` is what `presence` returns. See also `guests_of`, which reads what is shown of them.
    """
    if not events:
        return []
    not_cancelled = Q(cancelled_at__isnull=True) | Q(cancelled_at__gt=at)
    known = Registration.objects.filter(not_cancelled, event__in=events, joined_at__lte=at)
    humans = known.values_list("pk", "event", Coalesce("person__merged_into", "person"))
    return [(event, human) for pk, event, human in humans if days.get(pk)]


def people_by_semester(
    subject: Subject, events: Iterable[Event], attended: Iterable[tuple[int, int]]
) -> tuple[SemesterRow, ...]:
    """Return for each semester up to the subject's own its events, who came for the first time, and who came again.

    `attended` are keys of `events` with those of people. Events in no semester are left out.
    """
    by_event: dict[int, set[int]] = defaultdict(set)
    for event_id, person in attended:
        by_event[event_id].add(person)
    rows: list[SemesterRow] = []
    known: set[int] = set()
    last = subject.semester.number if subject.semester else None
    happened = list(events)
    for semester in sorted(subject.project.semesters.all(), key=lambda semester: semester.number):
        if last is not None and semester.number > last:
            break
        in_it = tuple(event for event in happened if is_in(event, semester))
        here = {person for event in in_it for person in by_event[event.pk]}
        rows.append(SemesterRow(semester, in_it, frozenset(here - known), frozenset(here & known)))
        known |= here
    return tuple(rows)
