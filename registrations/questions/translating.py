"""The questions of an event in several languages: what is there, how complete it is, and changing one language.

The texts of the event itself are translated in events/editing/texts.py, which knows nothing of questions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.editing.comparing import ComparingForm
from events.editing.fields import LineField, TextField
from events.editing.texts import Completeness, languages_of
from events.models import Event
from projects.languages import Language, language_of

from ..models import Option, Question
from .asked import offered
from .wording import keep_words

# What is translated of a question, in the order in which people read it, and whether it is of several lines.
FIELDS = {"label": (_("Question"), False), "help_text": (_("Help"), True), "purpose": (_("What it is for"), False)}
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a question, or one of its answers to choose from."""

    question: Question
    owner: Question | Option
    field: str
    label: str
    is_long: bool = False

    @property
    def name(self) -> str:
        """The name under which a form posts it, for good: “option-12-label”."""
        return f"{self.owner._meta.model_name}-{self.owner.pk}-{self.field}"

    @property
    def original(self) -> str:
        return getattr(self.owner, self.field)

    @property
    def language(self) -> str:
        return self.question.language

    @property
    def longest(self) -> int:
        return getattr(self.owner._meta.get_field(self.field), "max_length", None) or 0

    def translation(self, language: str) -> str:
        return self.owner.translations.get(language, {}).get(self.field, "")

    def is_in(self, language: str) -> bool:
        return self.language == language or bool(self.translation(language))


def pieces_of(questions: Iterable[Question]) -> list[Piece]:
    """Return the texts of questions that were read by `read_questions`, with the answers that are offered."""
    found = []
    for question in questions:
        for name, (label, is_long) in FIELDS.items():
            if getattr(question, name):
                found.append(Piece(question, question, name, str(label), is_long))
        found += [Piece(question, option, "label", gettext("Answer")) for option in offered(question)]
    return found


def completeness(event: Event, questions: Iterable[Question]) -> list[Completeness]:
    """Return how far each language has come: those of the event and those in which any question is. No query."""
    pieces = pieces_of(questions)
    if not pieces:
        return []
    codes = languages_of([event, *(piece.owner for piece in pieces if isinstance(piece.owner, Question))])
    return [_completeness(event, pieces, language_of(code)) for code in codes]


def _completeness(event: Event, pieces: list[Piece], language: Language) -> Completeness:
    there = [piece for piece in pieces if piece.is_in(language.code)]
    return Completeness(
        language=language,
        is_original=language.code == event.language,
        texts=len(there),
        of_texts=len(pieces),
        words=sum(len(piece.original.split()) for piece in there),
        of_words=sum(len(piece.original.split()) for piece in pieces),
    )


class QuestionTextsForm(ComparingForm):
    """One field for each text that was written in another language. Empty: people see the original."""

    def __init__(self, *args: Any, questions: Iterable[Question], language: Language, **options: Any) -> None:
        self.language = language
        self.pieces = [piece for piece in pieces_of(questions) if piece.language != language.code]
        super().__init__(*args, now={piece.name: piece.translation(language.code) for piece in self.pieces}, **options)
        for piece in self.pieces:
            self.fields[piece.name] = self._field(piece)

    def _field(self, piece: Piece) -> forms.CharField:
        names = {"of": Truncator(piece.original).chars(LONGEST_NAME), "text": piece.label}
        attrs: dict[str, Any] = {"lang": self.language.code, "dir": "auto"}
        field = (TextField if piece.is_long else LineField)(
            label=gettext("%(text)s: %(of)s") % names,
            required=False,
            max_length=piece.longest,
            widget=forms.Textarea(attrs={**attrs, "rows": 2}) if piece.is_long else forms.TextInput(attrs=attrs),
        )
        field.template_name = "events/texts/field.html"  # type: ignore[union-attr]
        field.piece = piece  # type: ignore[union-attr]
        field.original_language = language_of(piece.language)  # type: ignore[union-attr]
        return field

    @property
    def parts(self) -> list[tuple[Question, list[forms.BoundField]]]:
        """The fields of each question."""
        found: dict[Question, list[forms.BoundField]] = {}
        for piece in self.pieces:
            found.setdefault(piece.question, []).append(self[piece.name])
        return list(found.items())

    def save(self) -> None:
        """Store the texts. What was answered before stays in the words that were asked. Under the event's lock."""
        by_owner: dict[Question | Option, dict[str, str]] = {}
        changed: dict[int, Question] = {}
        for piece in self.pieces:
            by_owner.setdefault(piece.owner, {})[piece.field] = self.cleaned_data[piece.name]
        for owner, texts in by_owner.items():
            if owner.translate(self.language.code, texts):
                owner.save(update_fields=["translations"])
                question = owner if isinstance(owner, Question) else owner.question
                changed[question.pk] = question
        for key in changed:
            keep_words(Question.objects.get(pk=key))
