"""“Do you still come?”: asked with the mail that says that the days, the place or the mode of an event changed.

Nobody loses a place by not answering. The mail has two links to one page, whose buttons answer; opening them changes
nothing, because programs open links, too.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from events.models import Event, PlanChange

from . import places
from .exceptions import NotAsked, NotRegistered
from .models import Reconfirmation, Registration


@dataclass(frozen=True, slots=True)
class StillComing:
    """How many of those who were asked after the last such change come, do not, and have not answered."""

    yes: int
    no: int
    open: int
    asked_on: date

    @property
    def asked(self) -> int:
        return self.yes + self.no + self.open


def ask(registrations: Sequence[Registration], change: PlanChange, *, at: datetime) -> None:
    """Note that people are asked after a change; the mail that asks them is written by the caller."""
    questions = [Reconfirmation(registration=each, plan_change=change, asked_at=at) for each in registrations]
    # Whoever was told in a transaction that was repeated is asked once.
    Reconfirmation.objects.bulk_create(questions, ignore_conflicts=True)


def question_for(registration: Registration) -> Reconfirmation | None:
    """Return the question that somebody was asked last, answered or not; None for whoever was asked none."""
    return registration.reconfirmations.order_by("asked_at", "pk").last()


@transaction.atomic
def answer(registration: Registration, *, still_comes: bool, at: datetime | None = None) -> None:
    """Keep the answer; whoever does not come gives the place back, which can be undone as always.

    Raises NotAsked where nothing was asked, NotRegistered when somebody wants to come whose registration is cancelled:
    their seat may be taken, and TooLate when somebody does not want to come to an event that has begun.
    """
    places.lock(registration.event)
    at = at or timezone.now()
    question = question_for(registration)
    if question is None:
        raise NotAsked(registration)
    if still_comes and not Registration.objects.live().filter(pk=registration.pk).exists():
        raise NotRegistered(registration)
    if not still_comes:
        # The same click, sent twice, finds it cancelled.
        with suppress(NotRegistered):
            places.cancel(registration, by=Registration.CancelledBy.PERSON, at=at)
    question.still_comes, question.answered_at = still_comes, at
    question.save(update_fields=["still_comes", "answered_at"])


def answers(event: Event) -> StillComing | None:
    """Return how those answered who were asked after the last change of an event; None where nobody was.

    Whoever cancelled in another way than by this answer counts as not coming, whoever took a “no” back as coming.
    """
    last = Reconfirmation.objects.filter(registration__event=event).order_by("-asked_at", "-pk")
    newest = last.first()
    if newest is None:
        return None
    is_live = ~Q(registration__state=Registration.State.CANCELLED)
    counted = Reconfirmation.objects.filter(plan_change=newest.plan_change_id, registration__event=event).aggregate(
        yes=Count("pk", filter=is_live & Q(answered_at__isnull=False)),
        no=Count("pk", filter=~is_live),
        open=Count("pk", filter=is_live & Q(answered_at=None)),
    )
    return StillComing(**counted, asked_on=newest.asked_at.astimezone(event.zone).date())
