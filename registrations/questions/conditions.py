"""When a question is asked: conditions on other answers, told to people in words and checked alike by server and page.

The twin of `holds` and `applying` is static/js/questions.js; tests/browser/test_questions.py runs the same cases
through both. What was not answered fits no comparison, “differs” included: nobody is asked why they did not say yes
before they said anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from ..models import Question

EQUALS, DIFFERS, HAS, LESS, MORE, ANSWERED = "equals", "differs", "has", "less", "more", "answered"
COMPARISONS = (EQUALS, DIFFERS, HAS, LESS, MORE, ANSWERED)
Condition = Mapping[str, Any]


def holds(condition: Condition, answers: Mapping[int, Any]) -> bool:
    """Whether a condition holds; `answers` are stored values by the keys of their questions, None for none."""
    if "all" in condition:
        return all(holds(one, answers) for one in condition["all"])
    if "any" in condition:
        return any(holds(one, answers) for one in condition["any"])
    if not condition:
        return True
    return _compares(condition.get("is", EQUALS), answers.get(condition["question"]), condition.get("value"))


def _compares(how: str, given: Any, wanted: Any) -> bool:
    if given is None or given in ("", []):
        return False
    if how == ANSWERED:
        return True
    if isinstance(given, list):
        return (wanted in given) if how in (HAS, EQUALS) else wanted not in given if how == DIFFERS else False
    if how in (LESS, MORE):
        # Dates are texts in an order that texts have, too.
        if isinstance(given, str) != isinstance(wanted, str):
            return False
        return given < wanted if how == LESS else given > wanted
    return given != wanted if how == DIFFERS else given == wanted


def comparisons(condition: Condition) -> Iterator[Condition]:
    """Each comparison in a condition, however deep."""
    for one in [*condition.get("all", ()), *condition.get("any", ())]:
        yield from comparisons(one)
    if "question" in condition:
        yield condition


def asks_about(condition: Condition) -> set[int]:
    """Return the keys of the questions that a condition looks at."""
    return {one["question"] for one in comparisons(condition)}


def applying(questions: Iterable[Question], answers: Mapping[int, Any]) -> set[int]:
    """Return the keys of the questions whose condition holds.

    An answer to a question that is not asked itself counts as none. Conditions in a circle never hold.
    """
    there = {question.pk: question for question in questions}
    decided: dict[int, bool] = {}

    def applies(key: int) -> bool:
        if key not in there:
            return False
        if key not in decided:
            decided[key] = False
            condition = there[key].shown_if
            seen = {other: answers.get(other) if applies(other) else None for other in asks_about(condition)}
            decided[key] = holds(condition, seen)
        return decided[key]

    return {key for key in there if applies(key)}


def in_words(condition: Condition, questions: Mapping[int, Question], *, language: str) -> str:
    """Return a condition as the end of “Answer only if …”, in the words of the questions."""
    if "all" in condition:
        return gettext(" and ").join(in_words(one, questions, language=language) for one in condition["all"])
    if "any" in condition:
        return gettext(" or ").join(in_words(one, questions, language=language) for one in condition["any"])
    question = questions.get(condition.get("question", 0))
    if question is None:
        return gettext("a question that is not asked any more was answered")
    sentence = {
        EQUALS: gettext("“%(question)s” is: %(value)s"),
        DIFFERS: gettext("“%(question)s” is not: %(value)s"),
        HAS: gettext("“%(question)s” includes: %(value)s"),
        LESS: gettext("“%(question)s” is less than %(value)s"),
        MORE: gettext("“%(question)s” is more than %(value)s"),
        ANSWERED: gettext("“%(question)s” is answered"),
    }[condition["is"]]
    value = value_in_words(question, condition.get("value"), language=language)
    return sentence % {"question": question.in_language("label", language), "value": value}


def value_in_words(question: Question, value: Any, *, language: str) -> str:
    """Return what an answer is compared with, in words."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    for option in question.options.all():
        if option.pk == value:
            return str(option.in_language("label", language))
    return str(value) if value is not None else ""
