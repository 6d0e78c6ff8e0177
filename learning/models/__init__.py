from .feedback import Feedback, OutcomeRating
from .outcomes import LearningOutcome

__all__ = ["Feedback", "LearningOutcome", "OutcomeRating"]
