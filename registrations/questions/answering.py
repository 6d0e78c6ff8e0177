"""What one person answered: kept with the version that was asked, and read in the words of that version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django_countries import countries

from events.times import day_in_words

from ..compiled import add
from ..models import Answer, Question, Registration, Upload
from . import files
from .asked import version_of
from .wording import word_of

Kind = Question.Kind


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def keep_answers(
    registration: Registration,
    questions: Iterable[Question],
    values: Mapping[int, Any],
    *,
    at: datetime | None = None,
    are_first: bool = False,
) -> None:
    """Store what somebody answered to these questions, read by `read_questions`; what is empty now is deleted.

    `values` are stored values by the keys of their questions, of files an Upload, or the stored value where it stays.
    Two queries where nothing was answered before, one where the caller knows that (`are_first`); its transaction holds
    them.
    """
    at = at or timezone.now()
    questions = list(questions)
    if not questions:
        return
    stored = () if are_first else registration.question_answers.filter(question__in=questions)
    before = {answer.question_id: answer for answer in stored}
    new = []
    for question in questions:
        value = values.get(question.pk)
        known = before.get(question.pk)
        if is_empty(value):
            if known:
                known.delete()
            continue
        version = version_of(question)
        answer = known or Answer(registration=registration, question=question)
        if isinstance(value, Upload):
            if known:
                files.replaced(known)
            answer.file.name, value = files.taken_over(value), value.about
        elif known and known.value == value and known.version_id == version.pk:
            continue
        answer.value, answer.version, answer.answered_at = value, version, at
        if known:
            known.save()
        else:
            new.append(answer)
    add(*new)


def stored_values(registration: Registration) -> dict[int, Any]:
    """Return what somebody answered, by the keys of the questions. One query."""
    return dict(registration.question_answers.values_list("question", "value"))


# --- In words ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerInWords:
    """One answer as it is shown: the question as it was asked, and what was answered.

    `asked_now` is how the question is worded today where that is something else; `answer` is the key of a stored one
    that has a file.
    """

    question: int
    label: str
    value: str
    asked_now: str = ""
    file_of: int | None = None
    is_sensitive: bool = False


def answers_of(registration: Registration) -> list[AnswerInWords]:
    """Return everything that somebody answered to the host's questions, in the words that were asked. One query."""
    answers = registration.question_answers.select_related("question", "version").order_by("question__position", "pk")
    return in_words(answers)


def in_words(answers: QuerySet[Answer] | Sequence[Answer], *, language: str = "") -> list[AnswerInWords]:
    """Return answers that were read with `question` and `version` as they are shown in a language (default: now's)."""
    language = language or get_language() or "en"
    shown = []
    for answer in answers:
        label = word_of(answer.version.asked, "label", language)
        now = answer.question.in_language("label", language).text
        shown.append(
            AnswerInWords(
                answer.question_id,
                label,
                said(answer.question.kind, answer.value, answer.version.asked, language),
                asked_now=now if now != label else "",
                file_of=answer.pk if answer.file else None,
                is_sensitive=answer.question.is_sensitive,
            )
        )
    return shown


def said(kind: str, value: Any, words: Mapping[str, Any], language: str) -> str:
    """Return a stored value as people read it; `words` are those of the version, see QuestionVersion."""
    match kind:
        case Kind.YES_NO:
            return gettext("Yes") if value else gettext("No")
        case Kind.ONE_OF:
            return _option(value, words, language)
        case Kind.SEVERAL_OF:
            return ", ".join(_option(key, words, language) for key in value)
        case Kind.DATE:
            return day_in_words(date.fromisoformat(value))
        case Kind.COUNTRY:
            return str(countries.name(value))
        case Kind.FILE:
            return files.in_words(value)
    return str(value)


def _option(key: Any, words: Mapping[str, Any], language: str) -> str:
    option = words.get("options", {}).get(str(key))
    return word_of(option, "label", language) if option else str(key)


def typed_in_words(
    questions: Iterable[Question], values: Mapping[int, Any], *, language: str = ""
) -> list[AnswerInWords]:
    """Return answers that are not stored yet, by the keys of their questions, as they are shown."""
    language = language or get_language() or "en"
    shown = []
    for question in questions:
        value = values.get(question.pk)
        if is_empty(value):
            continue
        value = value.about if isinstance(value, Upload) else value
        words = version_of(question).asked
        label = word_of(words, "label", language)
        shown.append(AnswerInWords(question.pk, label, said(question.kind, value, words, language)))
    return shown
