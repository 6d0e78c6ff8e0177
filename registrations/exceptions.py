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
