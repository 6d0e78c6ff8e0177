from .evidence import AuditorLink, EvidencePack, PhotoConsent
from .feedback import Feedback, OutcomeRating
from .outcomes import LearningOutcome

__all__ = [
    "AuditorLink",
    "EvidencePack",
    "Feedback",
    "LearningOutcome",
    "OutcomeRating",
    "PhotoConsent",
]
