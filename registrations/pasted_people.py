"""Forms into which people are pasted, row by row: what a row says is read, or it is said how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from events.editing.fields import TextField
from events.models import Event
from projects.search import fold

from . import pasted
from .form_parts import ColleaguesEmailField, OneLineField
from .models import Registration
from .pasted import MOST_ROWS, PastedRow, TooManyRows

Somebody = TypeVar("Somebody")


def name_cell(*, required: bool) -> OneLineField:
    """Return the field that reads the name in a row."""
    return OneLineField(
        max_length=200,
        too_long=_("The name is longer than %(longest)s characters. Shorten it."),
        required=required,
        error_messages={"required": _("The name is missing. Add it.")},
    )


def organisation_cell(*, required: bool) -> OneLineField:
    """Return the field that reads the organisation in a row."""
    return OneLineField(
        max_length=300,
        too_long=_("The organisation is longer than %(longest)s characters. Shorten it."),
        required=required,
        error_messages={"required": _("The organisation is missing. Add it.")},
    )


EMAIL_CELL = ColleaguesEmailField(error_messages={"required": _("The email address is missing. Add it.")})


class PeopleField(TextField):
    """People in rows, typed or pasted; `clean` returns them as they were read."""

    default_error_messages: ClassVar = {
        "required": _("Enter at least one person."),
        "too_many": _("These are %(number)s rows. Enter at most %(most)s people at once."),
    }

    def __init__(self, *, rows: int = 6, **options: Any) -> None:
        attrs = {"rows": rows, "dir": "auto", "spellcheck": "false", "autocomplete": "off"}
        super().__init__(widget=forms.Textarea(attrs=attrs), **options)

    def clean(self, value: Any) -> list[PastedRow]:
        text = super().clean(value)
        try:
            rows = pasted.read_rows(text)
        except TooManyRows as refusal:
            words = {"number": refusal.number, "most": MOST_ROWS}
            raise ValidationError(self.error_messages["too_many"], code="too_many", params=words) from None
        if self.required and not rows:
            raise ValidationError(self.error_messages["required"], code="required")
        return rows


@dataclass(frozen=True, slots=True)
class CheckedPerson(Generic[Somebody]):
    """One row of what was pasted: whom it names; or what is wrong with it, and how to mend it.

    `is_known`: this person is there already, so nothing is to be done.
    """

    row: PastedRow
    somebody: Somebody | None = None
    problem: str = ""
    is_known: bool = False


class PeopleForm(forms.Form):
    """People in rows, and what holds for those whose row does not say it: how they come, and our language to them."""

    use_required_attribute = False

    participant_kind = forms.ChoiceField(
        label=_("They come as"), choices=Registration.ParticipantKind.choices, initial="participant"
    )
    language = forms.ChoiceField(
        label=_("Language of the mails"), choices=lambda: [(code, _called(code)) for code, _name in settings.LANGUAGES]
    )

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, **options)
        self.event = event
        self.initial.setdefault("language", get_language() or settings.LANGUAGE_CODE)
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]

    def kind_in(self, cells: Mapping[str, str]) -> str:
        """Return what the person of a row comes as. Raises ValidationError with what may be written."""
        kinds = {value: str(label) for value, label in Registration.ParticipantKind.choices}
        if not (words := cells.get(pasted.ROLE)):
            return self.cleaned_data.get("participant_kind") or Registration.ParticipantKind.PARTICIPANT
        if kind := pasted.role_of(words, kinds):
            return kind
        said = gettext("“%(words)s” is nothing that people come as. Write one of these: %(known)s.")
        raise ValidationError(said % {"words": words, "known": ", ".join(kinds.values())})

    def language_in(self, cells: Mapping[str, str]) -> str:
        """Return the language in which the person of a row is written to. Raises ValidationError as above."""
        if not (words := cells.get(pasted.LANGUAGE)):
            return self.cleaned_data.get("language") or get_language() or settings.LANGUAGE_CODE
        for code, name in settings.LANGUAGES:
            known_as = (code, name, translation.get_language_info(code)["name_local"], _called(code))
            if fold(words).strip() in (fold(str(one)) for one in known_as):
                return code
        said = gettext("We do not write mails in “%(words)s”. Write one of these: %(known)s.")
        known = ", ".join(_called(code) for code, _name in settings.LANGUAGES)
        raise ValidationError(said % {"words": words, "known": known})


def _called(language: str) -> str:
    return str(translation.get_language_info(language)["name_translated"])
