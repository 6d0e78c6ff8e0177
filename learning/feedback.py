"""When somebody may say what they learned, and keeping what they say.

Feedback says what a person thinks, not that they were there: presence comes from attendance records alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
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
    if not registration.is_live:
        raise FeedbackNotExpected(registration)
    must_be_open_about(registration.event, at=at)


def must_be_open_about(event: Event, *, at: datetime) -> None:
    """Raise FeedbackNotExpected, FeedbackNotOpen or FeedbackClosed unless an event takes feedback at an instant."""
    if event.is_cancelled:
        raise FeedbackNotExpected(event)
    if event.is_postponed or not has_begun(event, at=at):
        raise FeedbackNotOpen(event)
    closes = last_minute(event)
    if closes is not None and at >= closes + timedelta(minutes=1):
        raise FeedbackClosed(event)


@transaction.atomic
def give_feedback(registration: Registration, answers: Answers, *, at: datetime | None = None) -> Feedback:
    """Keep what somebody answered; sent again, it replaces what they had answered before.

    Raises FeedbackNotExpected, FeedbackNotOpen or FeedbackClosed.
    """
    at = at or timezone.now()
    # The same form sent twice at once must make one feedback, and a cancellation must not slip in between.
    registration = Registration.objects.select_for_update(of=("self",)).select_related("event").get(pk=registration.pk)
    must_be_open(registration, at=at)
    said = _said(answers, at=at)
    feedback, _created = Feedback.objects.update_or_create(
        registration=registration, defaults=said, create_defaults={**said, "given_at": at}
    )
    _rate(feedback, answers)
    return feedback


@transaction.atomic
def give_feedback_about(
    event: Event, answers: Answers, *, sent_as: UUID, email: str = "", at: datetime | None = None
) -> Feedback:
    """Keep what somebody answered at the event's own address, the one of the QR code on the last slide.

    It is of the one live registration with this address (empty: not given) which has no feedback yet. Otherwise it
    stays unmatched, so nobody can change what somebody else said by knowing their address. Sent again under the same
    `sent_as`, it replaces what was sent before. Raises FeedbackNotExpected, FeedbackNotOpen or FeedbackClosed.
    """
    at = at or timezone.now()
    # The same form sent twice at once must make one feedback, and so must two forms with one address.
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    must_be_open_about(event, at=at)
    said = _said(answers, at=at)
    feedback = Feedback.objects.filter(sent_as=sent_as).first()
    if feedback is None:
        fitting = list(event.registrations.live().filter(email__iexact=email)[:2]) if email else []
        whose = fitting[0] if len(fitting) == 1 and not Feedback.objects.filter(registration=fitting[0]) else None
        feedback = Feedback(registration=whose, event=None if whose else event, sent_as=sent_as, given_at=at)
    for name, value in said.items():
        setattr(feedback, name, value)
    feedback.save()
    _rate(feedback, answers)
    return feedback


def _said(answers: Answers, *, at: datetime) -> dict[str, object]:
    return {
        "relevance": answers.relevance,
        "satisfaction": answers.satisfaction,
        "will_use": answers.will_use,
        "remarks": answers.remarks,
        "changed_at": at,
    }


def _rate(feedback: Feedback, answers: Answers) -> None:
    feedback.ratings.all().delete()
    OutcomeRating.objects.bulk_create(
        OutcomeRating(feedback=feedback, outcome=outcome, before=before, after=after)
        for outcome, (before, after) in answers.ratings.items()
        if before is not None or after is not None
    )


# --- The event's own address for feedback ------------------------------------------------------------------------

_signer = signing.Signer(salt="learning.feedback")


def address_for_everybody(event: Event) -> str:
    """Return the absolute address at which whoever was at an event may say what they learned, for its last slide.

    It is signed, so only those who were shown it find it, those of an unlisted event too.
    """
    return settings.SITE_URL + reverse("learning:feedback_about", args=[_signer.sign(str(event.pk))])


def event_behind(key: str) -> Event | None:
    """Return the event whose address for feedback ends with this key; None where the key is not ours."""
    try:
        return Event.objects.with_page_data().get(pk=_signer.unsign(key))
    except (signing.BadSignature, Event.DoesNotExist):
        return None
