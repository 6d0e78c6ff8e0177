"""Answers go by themselves: on the day that was promised beside the question, and when nobody travels any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.periodic import every
from events.models import Event, PlanChange
from events.models.changes import TOLD_AFTER

from ..models import Answer, ChangeRequest, Choice, Question, TypedAnswers
from .files import forget_old_uploads

# For how long what was typed can be corrected in the browser, see registrations/receipts.py.
TYPED_IS_KEPT = timedelta(minutes=30)


@every(minutes=60)
def forget_due_answers(*, at: datetime | None = None) -> int:
    """Delete the answers whose day has come where their event is, and return how many."""
    at = at or timezone.now()
    # Somewhere it is tomorrow already: each is looked at by the clock of its event.
    near = Question.objects.filter(delete_on__lte=(at + timedelta(days=1)).date()).filter(_holds_something())
    due = [
        question
        for question in near.select_related("event").distinct()
        if question.delete_on <= at.astimezone(question.event.zone).date()
    ]
    return _forget(due)


@every(minutes=1)
def forget_what_travel_needed(*, at: datetime | None = None) -> int:
    """Delete the answers that only travel needed of events that went online, and return how many.

    Not while that can be undone: whoever takes the change back finds everything as it was.
    """
    at = at or timezone.now()
    questions = Question.objects.filter(is_for_travel=True, event__mode=Event.Mode.ONLINE).filter(_holds_something())
    if not (found := list(questions.distinct())):
        return 0
    undoable = PlanChange.objects.filter(changed_at__gt=at - TOLD_AFTER, told_at=None).values_list("event", flat=True)
    untold = PlanChange.objects.filter(tell_at__gt=at, told_at=None).values_list("event", flat=True)
    fresh = {*undoable, *untold}
    return _forget([question for question in found if question.event_id not in fresh])


@every(minutes=60)
def forget_unfinished(*, at: datetime | None = None) -> None:
    """Delete what was typed and not sent, or is past correcting."""
    at = at or timezone.now()
    TypedAnswers.objects.filter(made_at__lte=at - TYPED_IS_KEPT).delete()
    forget_old_uploads(at=at)


def _holds_something() -> Q:
    return Q(answers__isnull=False) | Q(options__choices__isnull=False)


@transaction.atomic
def _forget(questions: Iterable[Question]) -> int:
    questions = list(questions)
    if not questions:
        return 0
    keys = [question.pk for question in questions]
    number, _by_model = Answer.objects.filter(question__in=keys).delete()
    # What somebody chose tells as much as the answer.
    Choice.objects.filter(option__question__in=keys).delete()
    names = {f"q{key}" for key in keys}
    events = {question.event_id for question in questions}
    for request in ChangeRequest.objects.filter(registration__event__in=events):
        if names & request.wanted.keys():
            request.wanted = {name: value for name, value in request.wanted.items() if name not in names}
            request.save(update_fields=["wanted"])
    return number
