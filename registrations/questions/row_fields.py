"""The rows of the form of a question: answers to choose from, and comparisons with other answers."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.search import fold

from ..models import Question
from . import conditions
from .asked import offered

Kind = Question.Kind
MOST_OPTIONS, MOST_PLACES = 60, 1_000_000
# Rows that the form offers beside those that are filled in.
EMPTY_ROWS, CONDITION_ROWS = 4, 3

OptionRow = tuple[str, str, str]
ConditionRow = tuple[str, str, str]


class RowsWidget(forms.Widget):
    """Rows of a few inputs each: a list of tuples of texts, one for each part."""

    use_fieldset = True

    def __init__(self, parts: tuple[str, ...], most: int, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.parts, self.most = parts, most

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, ...]]:
        rows = [
            tuple(" ".join((data.get(f"{name}-{number}-{part}") or "").split()) for part in self.parts)
            for number in range(self.most)
        ]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0"


class OptionsWidget(RowsWidget):
    template_name = "registrations/questions/option_rows.html"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(("key", "label", "places"), MOST_OPTIONS, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        empty = [("", "", "")] * EMPTY_ROWS
        rows = [*(value or []), *empty][:MOST_OPTIONS]
        context["widget"]["rows"] = [
            {"number": number, "key": row[0], "label": row[1], "places": row[2]} for number, row in enumerate(rows)
        ]
        return context


class OptionsField(forms.Field):
    """The answers to choose from, as (key or "", label, places or "") in order."""

    widget = OptionsWidget

    def clean(self, value: Any) -> list[OptionRow]:
        rows: list[OptionRow] = [row for row in value or [] if row[1]]
        labels = [fold(label) for _key, label, _places in rows]
        if any(len(label) > 200 for _key, label, _places in rows):
            raise ValidationError(gettext("Shorten each answer to at most 200 characters"), code="length")
        if len(set(labels)) != len(labels):
            raise ValidationError(gettext("Two answers are the same. Change one of them"), code="twice")
        for _key, label, typed in rows:
            if typed and not (re.fullmatch(r"[0-9]{1,7}", typed) and int(typed) <= MOST_PLACES):
                words = gettext("Enter the places of “%(label)s” as a number, or leave them empty")
                raise ValidationError(words % {"label": label}, code="places")
        return rows


class ConditionWidget(RowsWidget):
    template_name = "registrations/questions/condition_rows.html"
    questions: Iterable[Question] = ()

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(("question", "is", "value"), CONDITION_ROWS, attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [*(value or []), *[("", "", "")] * CONDITION_ROWS][:CONDITION_ROWS]
        context["widget"]["rows"] = [
            {"number": number, "question": row[0], "is": row[1], "value": row[2]} for number, row in enumerate(rows)
        ]
        context["widget"]["questions"] = [(str(question.pk), question.label) for question in self.questions]
        context["widget"]["comparisons"] = COMPARISON_WORDS.items()
        return context


COMPARISON_WORDS = {
    conditions.EQUALS: _("is"),
    conditions.DIFFERS: _("is not"),
    conditions.HAS: _("includes"),
    conditions.LESS: _("is less than"),
    conditions.MORE: _("is more than"),
    conditions.ANSWERED: _("is answered"),
}


class ConditionField(forms.Field):
    """Comparisons with other answers, as (key of the question, comparison, value as typed)."""

    widget = ConditionWidget

    def clean(self, value: Any) -> list[ConditionRow]:
        return [row for row in value or [] if row[0]]


def typed_value(question: Question, how: str, typed: str) -> Any:
    """Return what an answer is compared with, as answers store it. Raises ValidationError with what can be typed."""
    if how == conditions.ANSWERED:
        return None
    words = {"question": question.label}
    if how in (conditions.LESS, conditions.MORE) and question.kind not in (Kind.NUMBER, Kind.DATE):
        raise ValidationError(gettext("Only numbers and dates are less or more than others: “%(question)s”") % words)
    match question.kind:
        case Kind.YES_NO:
            answers = {fold(gettext("Yes")): True, fold(gettext("No")): False}
            if fold(typed) not in answers:
                raise ValidationError(gettext("Enter Yes or No for “%(question)s”") % words)
            return answers[fold(typed)]
        case Kind.ONE_OF | Kind.SEVERAL_OF:
            there = {fold(option.label): option.pk for option in offered(question)}
            if fold(typed) not in there:
                labels = ", ".join(option.label for option in offered(question))
                sentence = gettext("Enter one of the answers to “%(question)s”: %(answers)s")
                raise ValidationError(sentence % {**words, "answers": labels})
            return there[fold(typed)]
        case Kind.NUMBER:
            try:
                number = float(typed.replace(",", "."))
                if not abs(number) < 10**12:
                    raise ValueError
                return int(number) if number.is_integer() else number
            except ValueError:
                raise ValidationError(gettext("Enter a number for “%(question)s”") % words) from None
        case Kind.DATE:
            return iso_day(typed, gettext("Enter a day like 2027-05-20 for “%(question)s”") % words)
    if not typed:
        raise ValidationError(gettext("Enter what “%(question)s” is compared with") % words)
    return typed


def iso_day(typed: str, words: str) -> str:
    """Return a day that was typed as 2027-05-20; raises ValidationError with these words for anything else."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
            raise ValueError
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise ValidationError(words, code="day") from None
