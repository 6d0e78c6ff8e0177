from .calendars import CalendarEntry, CalendarState, FeedState
from .changes import Plan, PlanChange
from .documents import Document
from .drafts import Draft
from .events import Event, EventQuerySet
from .kinds import EventKind
from .links import EventAddress, EventLink
from .sessions import ChoiceGroup, Session
from .speakers import Contribution, Speaker

__all__ = [
    "CalendarEntry",
    "CalendarState",
    "ChoiceGroup",
    "Contribution",
    "Document",
    "Draft",
    "Event",
    "EventAddress",
    "EventKind",
    "EventLink",
    "EventQuerySet",
    "FeedState",
    "Plan",
    "PlanChange",
    "Session",
    "Speaker",
]
