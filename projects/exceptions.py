"""Why something cannot be done with a good practice, one exception for each reason."""


class OwnPractice(Exception):
    """Partners neither rate what is theirs, nor want it from somebody, nor carry it home."""


class StepNotPossible(Exception):
    """The practice is not in the state from which this step leads on; `state` is the one that it is in, in words."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state
