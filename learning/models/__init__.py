from .action_plans import Action, ActionPlan, MonitoringRound, Progress
from .evidence import AuditorLink, EvidencePack, PhotoConsent
from .feedback import Feedback, OutcomeRating
from .indicators import Indicator, IndicatorTarget
from .journeys import Showing, Transfer, Wish
from .outcomes import LearningOutcome
from .reports import FrozenReport

__all__ = [
    "Action",
    "ActionPlan",
    "AuditorLink",
    "EvidencePack",
    "Feedback",
    "FrozenReport",
    "Indicator",
    "IndicatorTarget",
    "LearningOutcome",
    "MonitoringRound",
    "OutcomeRating",
    "PhotoConsent",
    "Progress",
    "Showing",
    "Transfer",
    "Wish",
]
