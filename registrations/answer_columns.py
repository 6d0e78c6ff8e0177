"""What people answered and chose, as columns beside those of the registration, for files that organisers take away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import get_language, gettext

from events.models import Event

from .models import Answer, Choice, Question
from .questions.answering import said


@dataclass(frozen=True, slots=True)
class Column:
    """`cells` are texts, or numbers of a question that asks for one, by the keys of the registrations."""

    name: str
    cells: Mapping[int, Any]


def answer_columns(event: Event, *, with_sensitive: bool = False) -> list[Column]:
    """Return a column for each session that somebody chose and each question that somebody answered.

    Answers about health, food or identity are left out unless asked for. Three queries, and one where none was asked.
    Answers are in the words that were asked; a column is named as its question is worded now.
    """
    language = get_language() or "en"
    questions = list(Question.objects.filter(event=event).order_by("position", "pk"))
    shown = [question for question in questions if with_sensitive or not question.is_sensitive]
    return [*_sessions(event, language), *(_answers(event, shown, language) if shown else [])]


def has_sensitive_answers(event: Event) -> bool:
    """Whether somebody answered a question about health, food or identity. One query."""
    return Answer.objects.filter(question__event=event, question__is_sensitive=True).exists()


def _sessions(event: Event, language: str) -> list[Column]:
    cells: dict[str, dict[int, str]] = {}
    words = {True: gettext("Has a place"), False: gettext("Waits for a place")}
    choices = Choice.objects.filter(session__event=event).select_related("session")
    for choice in choices.order_by("session__day", "session__start_time", "session", "pk"):
        assert choice.session is not None  # noqa: S101 - looked for
        title = choice.session.in_language("title", language).text
        cells.setdefault(title, {})[choice.registration_id] = words[choice.has_place]
    return [Column(title, by_registration) for title, by_registration in cells.items()]


def _answers(event: Event, questions: list[Question], language: str) -> list[Column]:
    cells: dict[int, dict[int, Any]] = {question.pk: {} for question in questions}
    kinds = {question.pk: question.kind for question in questions}
    answers = Answer.objects.filter(question__in=cells).values_list(
        "registration", "question", "value", "version__asked"
    )
    for registration, question, value, asked in answers.iterator(chunk_size=2_000):
        in_words: Callable[[], str] = partial(said, kinds[question], value, asked, language)
        is_number = kinds[question] == Question.Kind.NUMBER
        cells[question][registration] = value if is_number else in_words()
    return [
        Column(question.in_language("label", language).text, cells[question.pk])
        for question in questions
        if cells[question.pk]
    ]
