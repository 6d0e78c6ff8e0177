"""Why feedback, an assessment, an origin of an action or a frozen version is refused, and why an outcome stays."""


class FeedbackRefused(Exception):
    """No feedback is taken on this registration as it is."""


class FeedbackNotExpected(FeedbackRefused):
    """The registration or the event was cancelled: there is nothing to look back on."""


class FeedbackNotOpen(FeedbackRefused):
    """The event is still ahead."""


class FeedbackClosed(FeedbackRefused):
    """The last day for feedback has passed."""


class OutcomeIsRated(Exception):
    """Outcomes cannot be left out, because people rated themselves on them; `texts` says which."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(texts)
        self.texts = texts


class FreezingRefused(Exception):
    """No version of this report is frozen as it is asked for."""


class NothingNew(FreezingRefused):
    """The report says what the last version says already; `version` is its number."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class CutOffTooEarly(FreezingRefused):
    """The cut-off lies before that of the last version: a later version never knows less."""


class ReasonMissing(FreezingRefused):
    """There is a version already, and nobody said why another one is needed."""


class FrozenMeanwhile(FreezingRefused):
    """Somebody else froze a version at the same moment."""


class OriginInACircle(Exception):
    """An action would build on itself; `titles` are those on the way, the action first and last."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__(titles)
        self.titles = titles


class CriterionIsUsed(Exception):
    """Criteria cannot be left out, because partners rated practices by them; `texts` says which."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(texts)
        self.texts = texts


class AssessmentRefused(Exception):
    """No assessment is taken as it was sent."""


class RoundIsClosed(AssessmentRefused):
    """The last day of the round has passed."""


class NothingRated(AssessmentRefused):
    """No dimension has a number."""


class DimensionIsRated(Exception):
    """A dimension stays as it is, because somebody rated by it."""


class SurveyRefused(Exception):
    """A survey does not do what is asked of it as it is."""


class SurveyIsOpened(SurveyRefused):
    """People were asked already: its questions stay as they read them."""


class SurveyHasNoQuestions(SurveyRefused):
    """There is nothing to ask yet."""


class SurveyClosesTooEarly(SurveyRefused):
    """Its last day is not ahead."""


class SurveyNotOpen(SurveyRefused):
    """Its last day has passed, or it was not opened."""
