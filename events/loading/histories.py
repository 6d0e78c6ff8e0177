"""Earlier plans of an event → its plan changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from ..models import Event, Plan
from .records import ENDINGS, EarlierPlan

_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Change:
    before: Plan
    after: Plan
    changed_at: datetime | None
    announced: str
    note: str
    sources: list[str]


def changes_to(now: Plan, history: list[EarlierPlan]) -> Iterator[Change]:
    """Yield the changes by which the earlier plans became the plan `now`, in order.

    Each earlier plan became the next one. A suspended plan became “postponed, no date” first, and that became the next.
    A last plan that was held is the plan now; of a last plan with unknown outcome nothing more is known.
    """
    for position, earlier in enumerate(history):
        if earlier.outcome in ENDINGS:
            return
        following = history[position + 1] if position + 1 < len(history) else None
        before = _plan(earlier, now)
        after = now if following is None or following.outcome == "held" else _plan(following, now)
        announced, note, sources = earlier.announced, earlier.note, [earlier.source]
        if earlier.outcome == "suspended":
            # The date is gone, what else had been said of the event stays, as Event.postpone has it.
            postponed = replace(
                before,
                status=Event.Status.POSTPONED,
                date_precision=Event.DatePrecision.UNKNOWN,
                starts_on=None,
                ends_on=None,
                start_time=None,
                end_time=None,
            )
            if following is None and after.starts_on is None:
                yield Change(before, after, None, announced, _joined("suspended", note), sources)
                return
            yield Change(before, postponed, None, announced, _joined("suspended", note), sources)
            before, announced, note, sources = postponed, "", "", []
        changed_at = None
        if following:
            changed_at = _day_of(following.announced, now.time_zone)
            sources = list(dict.fromkeys([*sources, following.source]))
            if following.outcome in ENDINGS:
                # It leads to no further change that could carry what is said of it.
                when = f"new plan announced {following.announced}" if following.announced and not changed_at else ""
                note = _joined(note, when, following.note)
        yield Change(before, after, changed_at, announced, note, sources)


def _plan(earlier: EarlierPlan, now: Plan) -> Plan:
    is_first_notice = "save the date" in earlier.note.casefold()
    return Plan(
        status=Event.Status.SAVE_THE_DATE if is_first_notice else Event.Status.ANNOUNCED,
        date_precision=earlier.date_precision,
        starts_on=earlier.starts_on,
        ends_on=earlier.ends_on,
        start_time=earlier.start_time,
        end_time=earlier.end_time,
        time_zone=now.time_zone,
        mode=earlier.mode,
        venue_name=earlier.venue_name,
        city=earlier.city,
    )


def _day_of(announced: str, time_zone: str) -> datetime | None:
    """The start of the day on which a plan was announced, where the source says the day."""
    if not _FULL_DATE.fullmatch(announced):
        return None
    try:
        day = datetime.fromisoformat(announced)
    except ValueError:
        return None
    return datetime.combine(day, time.min, ZoneInfo(time_zone or "UTC"))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
