from .calendars import CalendarEntry, CalendarState, FeedState
from .changes import TOLD_AFTER, Plan, PlanChange, standing
from .documents import Document, EvidenceRemoval
from .drafts import Draft
from .event_queries import EventQuerySet
from .events import Event
from .kinds import EventKind, EvidenceKind
from .links import EventAddress, EventLink
from .places import PlaceMerge
from .planned import check_time_zone
from .sessions import ChoiceGroup, Session
from .speakers import Contribution, Speaker

__all__ = [
    "TOLD_AFTER",
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
    "EvidenceKind",
    "EvidenceRemoval",
    "FeedState",
    "PlaceMerge",
    "Plan",
    "PlanChange",
    "Session",
    "Speaker",
    "check_time_zone",
    "standing",
]
