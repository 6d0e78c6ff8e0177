"""What an event refuses."""


class PlanRefused(Exception):
    """The event cannot change in this way."""


class NotPublished(PlanRefused):
    """A draft has promised nothing yet: it is deleted or changed, not postponed or cancelled."""


class AlreadyPublished(PlanRefused):
    """What was published is cancelled, not deleted: somebody may have its address or its calendar entry."""


class PeopleAreOnIt(PlanRefused):
    """A draft for which somebody is registered, or was, is not deleted with them."""


class AlreadyAnnounced(PlanRefused):
    """What was announced does not become a save the date again."""


class AlreadyHeld(PlanRefused):
    """What took place stays as it was."""


class Cancelled(PlanRefused):
    """A cancelled event is taken up again before it changes."""


class NotCalledOff(PlanRefused):
    """Only what was cancelled or postponed can be taken up again."""


class StillPostponed(PlanRefused):
    """A postponed event gets a date by being taken up again."""


class DateMissing(PlanRefused):
    """What is published has at least a month, unless it is postponed."""


class UndoRefused(Exception):
    """The change of plan cannot be taken back."""


class UndoTooLate(UndoRefused):
    """People are told, or about to be."""


class AlreadyUndone(UndoRefused):
    """It was taken back before."""


class ChangedSince(UndoRefused):
    """The plan changed once more after it; that change goes first."""


class KindInUse(Exception):
    """A kind that events are of is switched off, not deleted."""
