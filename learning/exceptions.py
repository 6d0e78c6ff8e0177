"""Why feedback is not taken, one exception for each reason, and why an outcome stays."""


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
