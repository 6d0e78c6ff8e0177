"""What a host wrote into the mails of an event, and what people answered who were asked if they still come."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from events.models import Event
from registrations.models import MailText, Reconfirmation, Registration

CONFIRMATION = """Dear {name},

it is good that you come. On the evening before, there is a walk along the Meuse for those who are there already.

{host} looks forward to you."""


def word_the_confirmation(event: Event, *, at: datetime) -> None:
    """Let the host confirm in words of their own."""
    MailText.objects.create(
        event=event, letter="confirmed", language="en", subject="Welcome: {in_short}", text=CONFIRMATION, changed_at=at
    )


def ask_again(event: Event, registrations: Iterable[Registration]) -> None:
    """Let most of those with a place answer, after the last change of an event, whether they still come."""
    change = event.changes.latest("number")
    if change.changed_at is None:
        return
    known = [each for each in registrations if each.is_confirmed and each.joined_at < change.changed_at]
    Reconfirmation.objects.bulk_create(
        Reconfirmation(
            registration=registration,
            plan_change=change,
            asked_at=change.changed_at + timedelta(minutes=1),
            # Every third has not answered yet.
            answered_at=change.changed_at + timedelta(hours=number) if number % 3 else None,
            still_comes=True if number % 3 else None,
        )
        for number, registration in enumerate(known)
    )
