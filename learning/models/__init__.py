from .action_plans import Action, ActionPlan, MonitoringRound, Progress
from .assessments import Assessment, AssessmentRound, Dimension, DimensionRating, Instrument
from .evidence import AuditorLink, EvidencePack, PhotoConsent
from .feedback import Feedback, OutcomeRating
from .indicators import Indicator, IndicatorTarget
from .journeys import Showing, Transfer, Wish
from .outcomes import LearningOutcome
from .reports import FrozenReport
from .surveys import LearningSurvey, LevelOfLearning, SurveyAnswer, SurveyInvitation, SurveyQuestion

__all__ = [
    "Action",
    "ActionPlan",
    "Assessment",
    "AssessmentRound",
    "AuditorLink",
    "Dimension",
    "DimensionRating",
    "EvidencePack",
    "Feedback",
    "FrozenReport",
    "Indicator",
    "IndicatorTarget",
    "Instrument",
    "LearningOutcome",
    "LearningSurvey",
    "LevelOfLearning",
    "MonitoringRound",
    "OutcomeRating",
    "PhotoConsent",
    "Progress",
    "Showing",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyQuestion",
    "Transfer",
    "Wish",
]
