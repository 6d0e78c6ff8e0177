"""What a refused change of plan means for whoever asked for it."""

from django.utils.translation import gettext

from ..exceptions import (
    AlreadyAnnounced,
    AlreadyHeld,
    AlreadyPublished,
    AlreadyUndone,
    Cancelled,
    ChangedSince,
    DateMissing,
    NotCalledOff,
    NotPublished,
    PeopleAreOnIt,
    PlanRefused,
    StillPostponed,
    UndoRefused,
    UndoTooLate,
)


def in_words(refusal: PlanRefused | UndoRefused) -> str:
    """Say why nothing was changed, and what to do instead."""
    match refusal:
        case NotPublished():
            return gettext("A draft is changed or deleted: nobody was promised anything yet.")
        case AlreadyPublished():
            return gettext("This event was published, so it is not deleted. You can cancel it.")
        case PeopleAreOnIt():
            return gettext(
                "This draft is not deleted: people were registered for it already. They are listed under “People”."
            )
        case AlreadyAnnounced():
            return gettext("This event is announced already. Somebody else may have done it.")
        case AlreadyHeld():
            return gettext("This event took place. Its plan stays as it was.")
        case Cancelled():
            return gettext("This event is cancelled. Take it up again first.")
        case NotCalledOff():
            return gettext("This event is neither cancelled nor postponed. Somebody else may have taken it up again.")
        case StillPostponed():
            return gettext("This event is postponed. Take it up again to give it a date.")
        case DateMissing():
            return gettext("Enter the date first, or at least its month. To take the date away, postpone the event.")
        case UndoTooLate():
            return gettext("It was too late to undo this: people are being told. Change the plan once more instead.")
        case AlreadyUndone():
            return gettext("This was undone already.")
        case ChangedSince():
            return gettext("The plan changed once more meanwhile. Undo that change first.")
    raise refusal
