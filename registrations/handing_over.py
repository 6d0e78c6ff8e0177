"""Who may send a colleague instead, and until when."""

from datetime import datetime

from django.utils import timezone

from .models import Registration


def may_hand_over(registration: Registration, *, at: datetime | None = None) -> bool:
    """Whether the holder of a seat may give it to somebody else at an instant (default: now).

    Until the event starts, and no later than changes are taken: after that the host has sent lists with names, and is
    asked. Who waits has no seat to give.
    """
    event, at = registration.event, at or timezone.now()
    return registration.is_confirmed and event.is_ahead(at=at) and not event.changes_are_asked_for(at=at)
