"""When somebody may say what they learned, and keeping what they say.

Feedback says what a person thinks, not that they were there: presence comes from attendance records alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from events.models import Event
from registrations.models import Registration

from .exceptions import FeedbackClosed, FeedbackNotExpected, FeedbackNotOpen
from .models import Feedback, LearningOutcome, OutcomeRating


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody answered, each on 1–5; None and empty are questions that were skipped.

    `ratings` holds (before, after) for each outcome of the event.
    """

    relevance: int | None = None
    satisfaction: int | None = None
    will_use: str = ""
    remarks: str = ""
    ratings: Mapping[LearningOutcome, tuple[int | None, int | None]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        rated = any(value is not None for pair in self.ratings.values() for value in pair)
        return not (rated or self.relevance or self.satisfaction or self.will_use or self.remarks)


def has_begun(event: Event, *, at: datetime) -> bool:
    """Whether the first day of an event has come at its place. A month counts as begun when it is over."""
    if event.is_over(at=at):
        return True
    if event.starts_on is None or not event.has_exact_date:
        return False
    return event.starts_on <= at.astimezone(event.zone).date()


def last_minute(event: Event) -> datetime | None:
    """The minute in which feedback closes, 23:59 at the event's place; None while no end is set."""
    if event.feedback_closes_on is None:
        return None
    return datetime.combine(event.feedback_closes_on, time(23, 59), event.zone)


def must_be_open(registration: Registration, *, at: datetime) -> None:
    """Raise FeedbackNotExpected, FeedbackNotOpen or FeedbackClosed unless feedback is taken at an instant."""
    event = registration.event
    if not registration.is_live or event.is_cancelled:
        raise FeedbackNotExpected(registration)
    if event.is_postponed or not has_begun(event, at=at):
        raise FeedbackNotOpen(registration)
    closes = last_minute(event)
    if closes is not None and at >= closes + timedelta(minutes=1):
        raise FeedbackClosed(registration)


@transaction.atomic
def give_feedback(registration: Registration, answers: Answers, *, at: datetime | None = None) -> Feedback:
    """Keep what somebody answered; sent again, it replaces what they had answered before.

    Raises FeedbackNotExpected, FeedbackNotOpen or FeedbackClosed.
    """
    at = at or timezone.now()
    # The same form sent twice at once must make one feedback, and a cancellation must not slip in between.
    registration = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    must_be_open(registration, at=at)
    said = {
        "relevance": answers.relevance,
        "satisfaction": answers.satisfaction,
        "will_use": answers.will_use,
        "remarks": answers.remarks,
        "changed_at": at,
    }
    feedback, _created = Feedback.objects.update_or_create(
        registration=registration, defaults=said, create_defaults={**said, "given_at": at}
    )
    feedback.ratings.all().delete()
    OutcomeRating.objects.bulk_create(
        OutcomeRating(feedback=feedback, outcome=outcome, before=before, after=after)
        for outcome, (before, after) in answers.ratings.items()
        if before is not None or after is not None
    )
    return feedback
