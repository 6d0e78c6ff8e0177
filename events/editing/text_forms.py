"""Translating the texts of an event: what was written on one side, what it is in another language on the other."""

from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.languages import Language, language_choices, language_of

from ..models import Event
from ..times import day_in_words
from .comparing import ComparingForm
from .fields import LineField, TextField
from .texts import EventTexts, Piece

ROWS = (3, 16)
LETTERS_IN_A_ROW = 60
LONGEST_NAME = 60


class TextsForm(ComparingForm):
    """One field for each text that was written in another language. Empty: readers see the original."""

    def __init__(self, *args: Any, texts: EventTexts, language: Language, **options: Any) -> None:
        self.texts, self.language = texts, language
        pieces = texts.to_translate(language.code)
        super().__init__(*args, now={piece.name: piece.translation(language.code) for piece in pieces}, **options)
        for chapter in texts.chapters:
            for part in chapter.parts:
                of_whom = "" if isinstance(part.pieces[0].owner, Event) else part.name
                for piece in part.pieces:
                    if piece.language != language.code:
                        self.fields[piece.name] = self._field(piece, of_whom)
                        if piece.older_since(language.code):
                            self.fields[_right(piece)] = forms.BooleanField(
                                label=_("I read it again: it is still right"), required=False
                            )

    def _field(self, piece: Piece, of_whom: str) -> forms.CharField:
        label = piece.label
        if of_whom:
            names = {"of": Truncator(of_whom).chars(LONGEST_NAME), "text": piece.label}
            label = gettext("%(of)s: %(text)s") % names
        attrs: dict[str, Any] = {"lang": self.language.code, "dir": "auto"}
        if piece.is_long:
            rows = len(piece.original) // LETTERS_IN_A_ROW + piece.original.count("\n") + 1
            attrs["rows"] = min(max(rows, ROWS[0]), ROWS[1])
        field = (TextField if piece.is_long else LineField)(
            label=label,
            required=False,
            max_length=piece.longest,
            widget=forms.Textarea(attrs=attrs) if piece.is_long else forms.TextInput(attrs=attrs),
        )
        field.template_name = "events/texts/field.html"  # type: ignore[union-attr]
        field.piece = piece  # type: ignore[union-attr]
        if since := piece.older_since(self.language.code):
            field.older = gettext(  # type: ignore[union-attr]
                "This text is older than the original, which was changed on %(day)s. Readers see it as it is."
            ) % {"day": day_in_words(since.astimezone(self.texts.event.zone).date())}
        field.original_language = language_of(piece.language)  # type: ignore[union-attr]
        return field

    @property
    def chapters(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the headings of their chapters."""
        found = []
        for chapter in self.texts.chapters:
            pieces = [piece for part in chapter.parts for piece in part.pieces]
            found.append((chapter.title, [self._shown_piece(piece) for piece in pieces if piece.name in self.fields]))
        return [(title, fields) for title, fields in found if fields]

    def _shown_piece(self, piece: Piece) -> forms.BoundField:
        shown = self[piece.name]
        if _right(piece) in self.fields:
            shown.field.still_right = self[_right(piece)]  # type: ignore[attr-defined]
        return shown

    def save(self) -> None:
        typed = {name: self.cleaned_data[name] for name in self.now}
        right = [piece.name for piece in self.texts.pieces if self.cleaned_data.get(_right(piece))]
        self.texts.save(self.language.code, typed, still_right=right)


def _right(piece: Piece) -> str:
    return f"{piece.name}-right"


class AddLanguageForm(forms.Form):
    """The language of a new translation."""

    use_required_attribute = False

    add = forms.ChoiceField(
        label=_("Language"),
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose a language of the list.")},
    )

    def __init__(self, *args: Any, there: set[str], **options: Any) -> None:
        super().__init__(*args, **options)
        new = [(code, name) for code, name in language_choices() if code not in there]
        self.fields["add"].choices = [("", _("Choose a language")), *new]  # type: ignore[attr-defined]
