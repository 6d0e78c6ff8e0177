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
    if not registration.is_confirmed or event.is_cancelled or event.is_over(at=at):
        return False
    return all(until is None or at < until for until in (event.starts_at, event.changes_until))
