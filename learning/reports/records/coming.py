"""How the places of coming events were given, day by day."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from events.models import Event
from registrations.models import Registration

from ..rows import ComingRow


def coming_of(events: Iterable[Event], *, at: datetime) -> tuple[ComingRow, ...]:
    """Return the events that are still ahead, with the places given at the end of each day; two queries, or none.

    Days end at midnight UTC.
    """
    ahead = {event.pk: event for event in events if event.is_ahead(at=at) and not event.is_postponed}
    if not ahead:
        return ()
    had_a_place = Registration.objects.filter(event__in=ahead, confirmed_at__lte=at)
    came = _by_day(had_a_place, "confirmed_at")
    went = _by_day(had_a_place.filter(cancelled_at__lte=at), "cancelled_at")
    rows = []
    for pk, event in ahead.items():
        changes = Counter(came[pk])
        changes.subtract(went[pk])
        total, days = 0, []
        for day in sorted(changes):
            total += changes[day]
            days.append((day, total))
        rows.append(ComingRow(event, tuple(days)))
    return tuple(rows)


def _by_day(registrations: QuerySet[Registration], instant: str) -> dict[int, dict[date, int]]:
    counted = registrations.order_by().values_list("event", TruncDate(instant, tzinfo=UTC)).annotate(n=Count("pk"))
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for event, day, number in counted:
        found[event][day] = number
    return found
