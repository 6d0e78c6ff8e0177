"""What registering refuses, one exception for each reason."""


class RegistrationRefused(Exception):
    """This cannot be done with the registration as it is."""


class RegistrationClosed(RegistrationRefused):
    """The event takes no registrations now."""


class NoFreePlace(RegistrationRefused):
    """Every place is taken or held for somebody else."""


class NotRegistered(RegistrationRefused):
    """Only a live registration can be changed or cancelled."""


class NoOpenOffer(RegistrationRefused):
    """No place is offered to this registration, or the offer has expired."""


class TooLate(RegistrationRefused):
    """Its person, or who named them, may do this no longer, or not as it stands: see Registration.can_be_given_up."""


class UndoTooLate(RegistrationRefused):
    """The ten minutes in which a cancelled seat is held are over."""


class NotConfirmed(RegistrationRefused):
    """Only somebody with a place is ticked as present."""


class NotADayOfTheEvent(RegistrationRefused):
    """The event does not take place on this day."""


class DayNotBegun(RegistrationRefused):
    """The day has not begun yet where the event takes place."""


class ActUsedElsewhere(RegistrationRefused):
    """This act id was used for another person, day or tick."""


class InvitationClosed(RegistrationRefused):
    """The invitation was answered, withdrawn or has expired."""


class AlreadyRegistered(RegistrationRefused):
    """This person has a live registration for the event, and one person has one."""


class NotForApproval(RegistrationRefused):
    """Nobody is asked to approve this registration, or it was decided before."""


class NotWaiting(RegistrationRefused):
    """Only somebody on the waiting list can be moved ahead on it."""


class NotCancelled(RegistrationRefused):
    """Only a cancelled registration can be restored."""


class ReasonMissing(RegistrationRefused):
    """Whoever is overtaken is owed a reason."""


class ChoicesRefused(RegistrationRefused):
    """These sessions cannot be picked together."""


class ChoicesClash(ChoicesRefused):
    """Two sessions take place at the same time. `sessions` are the two."""

    def __init__(self, *sessions: object) -> None:
        super().__init__(*sessions)
        self.sessions = sessions


class ChoicesDoNotFit(ChoicesRefused):
    """More or fewer sessions are picked than the rule of a choice group says: `picked` so many of `group`."""

    def __init__(self, group: object, picked: int) -> None:
        super().__init__(group, picked)
        self.group, self.picked = group, picked


class MergeRefused(Exception):
    """Two persons cannot be made one, or be taken apart again."""


class NotTwoPersons(MergeRefused):
    """A person cannot be merged with themselves, nor with somebody of another project."""


class AlreadyMerged(MergeRefused):
    """One of the two was found to be somebody else before."""


class MergeUndone(MergeRefused):
    """This was taken back before."""


class NotAsked(RegistrationRefused):
    """Nobody asked this person whether they still come."""


class ScanWithdrawn(Exception):
    """Somebody else withdrew this scan meanwhile; their reason stays."""


class RequestDecided(RegistrationRefused):
    """The change that was asked for was decided, or is not asked for any more."""
