"""The questions of an event in their order, those that are asked no more, and what organisers see of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext

from events.models import Event

from ..models import Answer, Question
from . import conditions
from .catalogue import next_position

MOST_QUESTIONS = 40


def move(question: Question, where: str) -> bool:
    """Let a question trade places with its neighbour, "up" or "down"; False at the end. Under the event's lock."""
    there = list(Question.objects.asked().filter(event=question.event))
    here = next((n for n, other in enumerate(there) if other.pk == question.pk), None)
    step = {"up": -1, "down": 1}[where]
    if here is None or not 0 <= here + step < len(there):
        return False
    there[here], there[here + step] = there[here + step], there[here]
    for position, other in enumerate(there, 1):
        if other.position != position:
            other.position = position
            other.save(update_fields=["position"])
    return True


def retire(question: Question, *, at: datetime | None = None) -> None:
    """Ask it no more. Its answers stay until their day."""
    question.retired_at = at or timezone.now()
    question.save(update_fields=["retired_at"])


def bring_back(question: Question) -> None:
    """Ask it again, as the last one."""
    question.position, question.retired_at = next_position(question.event), None
    question.save(update_fields=["position", "retired_at"])


# --- What organisers see -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    """A question in the list of its organisers: how often it was answered, when it is asked, what to look at."""

    question: Question
    answers: int
    when: str
    concern: str


def listed(event: Event, questions: Iterable[Question], *, language: str) -> list[ListedQuestion]:
    """Return questions that were read by `read_questions`, retired ones too, as the list shows them. One query."""
    questions = list(questions)
    asked_now = {question.pk: question for question in questions if question.retired_at is None}
    every = {question.pk: question for question in questions}
    answers = Answer.objects.filter(question__event=event).order_by()
    counts = dict(answers.values_list("question").annotate(Count("pk")))
    rows = []
    for question in questions:
        gone = conditions.asks_about(question.shown_if) - asked_now.keys()
        concern = ""
        if gone and question.retired_at is None:
            concern = gettext("It depends on a question that is not asked any more. Change when it is asked.")
        when = conditions.in_words(question.shown_if, every, language=language) if question.shown_if else ""
        rows.append(ListedQuestion(question, counts.get(question.pk, 0), when, concern))
    return rows
