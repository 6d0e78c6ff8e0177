"""Why a list is not frozen, or a certificate not issued."""

from typing import Any


class ProofRefused(Exception):
    """It cannot be frozen or issued."""


class NothingChanged(ProofRefused):
    """What is there says the same already: `latest`."""

    def __init__(self, latest: Any) -> None:
        super().__init__(latest)
        self.latest = latest


class MadeMeanwhile(ProofRefused):
    """Somebody else froze this day, or issued this certificate, at the same moment."""


class NobodyThere(ProofRefused):
    """Nobody is recorded as present on this day."""


class NotEnough(ProofRefused):
    """Somebody was there for too little of the event, by the records: `minutes` of `of_minutes`."""

    def __init__(self, minutes: int, of_minutes: int) -> None:
        super().__init__(minutes, of_minutes)
        self.minutes, self.of_minutes = minutes, of_minutes


class NotOver(ProofRefused):
    """The event is not over yet, so nobody's hours are known."""
