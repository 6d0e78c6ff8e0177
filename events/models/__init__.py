from .calendars import CalendarState, FeedState
from .changes import Plan, PlanChange
from .events import Event, EventQuerySet
from .kinds import EventKind
from .sessions import ChoiceGroup, Session

__all__ = [
    "CalendarState",
    "ChoiceGroup",
    "Event",
    "EventKind",
    "EventQuerySet",
    "FeedState",
    "Plan",
    "PlanChange",
    "Session",
]
