from .evidence import AuditorLink, EvidencePack, PhotoConsent
from .feedback import Feedback, OutcomeRating
from .outcomes import LearningOutcome
from .reports import FrozenReport

__all__ = [
    "AuditorLink",
    "EvidencePack",
    "Feedback",
    "FrozenReport",
    "LearningOutcome",
    "OutcomeRating",
    "PhotoConsent",
]
