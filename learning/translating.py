"""Outcomes and the texts of surveys in other languages than those in which they were written."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models, transaction
from django.http import Http404, HttpRequest
from django.utils.translation import get_language

from events.editing.fields import LineField, TextField
from events.editing.texts import languages_of
from projects.languages import LANGUAGES, Language, language_choices, language_of
from projects.models.languages import Translated

from .models import LearningOutcome, LearningSurvey, SurveyQuestion

# One text: the row that holds it, and the name of its field.
Piece = tuple[Translated, str]


def texts_of_outcomes(outcomes: Iterable[LearningOutcome]) -> list[Piece]:
    return [(outcome, "text") for outcome in outcomes]


def texts_of_survey(survey: LearningSurvey, questions: Iterable[SurveyQuestion]) -> list[Piece]:
    """Return the texts of a survey that are there, its questions last."""
    about: list[Piece] = [(survey, name) for name in ("title", "intro") if getattr(survey, name)]
    return [*about, *((question, "text") for question in questions)]


def language_to_read(request: HttpRequest, pieces: Iterable[Piece]) -> str:
    """Return the code of the language in which somebody reads texts: `text` of the address, else that of the page."""
    asked = request.GET.get("text", "")
    return asked if asked in languages_of(_rows(pieces)) else get_language() or "en"


def others_to_read(pieces: Iterable[Piece], *, language: str) -> list[Language]:
    """Return the other languages in which there are such texts, for whoever reads them in one."""
    rows = _rows(pieces)
    there = languages_of(rows)
    shown = language if language in there else next(iter(there), language)
    return [language_of(code) for code in there if code != shown]


def translations(pieces: Iterable[Piece]) -> dict[str, Any]:
    """Return into which languages texts are translated already, and into which they can be (code and name)."""
    rows = _rows(pieces)
    originals = {row.text_language for row in rows}
    there = [code for code in languages_of(rows) if code not in originals]
    return {
        "there": [language_of(code) for code in there],
        "possible": [(code, name) for code, name in language_choices() if originals != {code}] if rows else [],
    }


def language_to_write(request: HttpRequest) -> Language:
    """Return the language that the address names, `?language=it`. Raises Http404 where it names none."""
    code = request.GET.get("language", "")
    if code not in LANGUAGES:
        raise Http404
    return LANGUAGES[code]


class TextsForm(forms.Form):
    """One field for each text that was written in another language, and that text as its label.

    What is empty is shown as it was first written.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, pieces: Iterable[Piece], language: Language, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language = language
        self.pieces = {_name(row, name): (row, name) for row, name in pieces if row.text_language != language.code}
        for key, (row, name) in self.pieces.items():
            self.fields[key] = _field(row, name, language)

    @transaction.atomic
    def save(self) -> None:
        """Store what was typed. What others wrote meanwhile in other languages stays."""
        typed: dict[Translated, dict[str, str]] = {}
        for key, (row, name) in self.pieces.items():
            typed.setdefault(row, {})[name] = self.cleaned_data[key]
        for model in {type(row) for row in typed}:
            locked = model._default_manager.select_for_update().in_bulk([row.pk for row in typed if type(row) is model])
            for row, texts in typed.items():
                current = locked.get(row.pk) if type(row) is model else None
                if current is not None and current.translate(self.language.code, texts):
                    current.save(update_fields=["translations"])


def _rows(pieces: Iterable[Piece]) -> list[Translated]:
    return list(dict.fromkeys(row for row, _name in pieces))


def _name(row: Translated, name: str) -> str:
    return f"{row._meta.model_name}-{row.pk}-{name}"


def _field(row: Translated, name: str, language: Language) -> forms.CharField:
    stored = row._meta.get_field(name)
    is_long = isinstance(stored, models.TextField)
    attrs = {"lang": language.code, "dir": "auto"}
    return (TextField if is_long else LineField)(
        label=getattr(row, name),
        max_length=getattr(stored, "max_length", None),
        required=False,
        initial=row.translations.get(language.code, {}).get(name, ""),
        widget=forms.Textarea(attrs={**attrs, "rows": 4}) if is_long else forms.TextInput(attrs=attrs),
    )
