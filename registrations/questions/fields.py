"""The field of a form for each kind of question. What a field gives is what is stored, see Answer.value."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.translation import gettext, ngettext

from events.editing.fields import DateField

from ..form_parts import CountryField, CountrySelect, EmailField, one_line
from ..models import Option, Question
from . import asked, files
from .files import UploadField

Kind = Question.Kind
LONGEST_TEXT, LONGEST_LONG_TEXT = 500, 5_000
# Beyond it, neither a spreadsheet nor a reader sees the difference between two numbers.
LARGEST_NUMBER = 10**12
# So many options are seen at one glance; more of them are a list to open.
MOST_AT_A_GLANCE = 12

_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)

# What is left of the places of an option, as words behind its label.
LeftInWords = Callable[[Option], str]


def as_typed(text: str) -> str:
    """Return a text as it was typed, with plain line ends and without what no database and no workbook can hold."""
    text = re.sub("\r\n?", "\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


class AnswerText(forms.CharField):
    """A text, kept as its writer typed it: it is escaped where it is shown, not changed where it is stored."""

    def __init__(self, *, longest: int, is_long: bool, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4, "dir": "auto"}) if is_long else forms.TextInput(attrs={"dir": "auto"})
        super().__init__(widget=widget, **options)
        # The name that templates/includes/limit.html looks for.
        self.max_length, self.is_long = longest, is_long

    def to_python(self, value: Any) -> str:
        text = as_typed(str(value or ""))
        return text.strip() if self.is_long else re.sub(r"\s*\n\s*", " ", text).strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > (self.max_length or 0):
            words = gettext("Shorten this to at most %(longest)s characters. It has %(typed)s.")
            raise ValidationError(words, "max_length", {"longest": self.max_length, "typed": len(value)})


class NumberField(forms.CharField):
    """A number, whole or with a decimal point or comma."""

    def __init__(self, *, least: float | None, most: float | None, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options)
        self.least, self.most = least, most

    def clean(self, value: Any) -> int | float | None:
        text = super().clean(value).replace("\u2212", "-").replace(" ", "")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValidationError(gettext("Enter a number, like 3 or 2.5"), "number")
        number = float(text.replace(",", "."))
        least = -LARGEST_NUMBER if self.least is None else self.least
        most = LARGEST_NUMBER if self.most is None else self.most
        if not least <= number <= most:
            raise ValidationError(_between(self.least, self.most), "range")
        return int(number) if number == math.floor(number) else number


def _between(least: Any, most: Any) -> str:
    if least is None:
        return gettext("Enter at most %(most)s") % {"most": LARGEST_NUMBER if most is None else most}
    if most is None:
        return gettext("Enter at least %(least)s") % {"least": least}
    return gettext("Enter something from %(least)s to %(most)s") % {"least": least, "most": most}


class AnswerDay(DateField):
    """A day, as text (ISO 8601)."""

    def __init__(self, *, least: str | None, most: str | None, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def clean(self, value: Any) -> str | None:  # type: ignore[override]
        day = super().clean(value)
        if day is None:
            return None
        if (self.least and day.isoformat() < self.least) or (self.most and day.isoformat() > self.most):
            raise ValidationError(_between(self.least, self.most), "range")
        return day.isoformat()

    def prepare_value(self, value: Any) -> Any:
        return date.fromisoformat(value) if isinstance(value, str) and value else value


class OneOfField(forms.ChoiceField):
    """The key of one option, or True and False for yes and no; None for no answer."""

    def __init__(self, *, values: Mapping[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.values = values

    def clean(self, value: Any) -> Any:
        return self.values.get(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        return next((typed for typed, stored in self.values.items() if stored is value or stored == value), value)


class SeveralOfField(forms.MultipleChoiceField):
    """The keys of several options, in their order; [] for no answer."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, least: int | None, most: int | None, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def clean(self, value: Any) -> list[int]:
        picked = set(super().clean(value))
        choices = cast("list[tuple[str, str]]", self.choices)
        keys = [int(key) for key, _label in choices if key in picked]
        if picked and self.least is not None and len(keys) < self.least:
            words = ngettext("Choose at least %(least)s of these", "Choose at least %(least)s of these", self.least)
            raise ValidationError(words, "least", {"least": self.least})
        if self.most is not None and len(keys) > self.most:
            words = ngettext("Choose at most %(most)s of these", "Choose at most %(most)s of these", self.most)
            raise ValidationError(words, "most", {"most": self.most})
        return keys


class PhoneField(forms.CharField):
    """A phone number in the form E.164; one without a country code is read as of the country that the form names."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}), **options)

    def clean(self, value: Any) -> str:
        return one_line(super().clean(value))


def phone_number(phone: str, country: str | None) -> str:
    """Return a typed number in the form E.164; raises ValidationError for what cannot be one."""
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        words = gettext("Enter your phone number with its country code, like +32 2 555 66 77")
        raise ValidationError(words, code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# --- From a question to its field --------------------------------------------------------------------------------


def field_name(question: Question) -> str:
    return f"q{question.pk}"


def field_of(
    question: Question, *, language: str, hints: list[str], left: LeftInWords, stored: Any = None
) -> forms.Field:
    """Return the field of a question in a language.

    `hints` stand below it after its help; `left` says how many places an option has; `stored` is the answer that was
    given before, so that what was picked can stay picked though it is not offered any more.
    """
    label = question.in_language("label", language)
    hint = question.in_language("help_text", language)
    lines = [format_html('<span dir="auto" lang="{}">{}</span>', hint.language, hint)] if hint.text else []
    options: dict[str, Any] = {
        "label": str(label) if label.is_as_wanted else format_html('<span lang="{}">{}</span>', label.language, label),
        "required": question.is_required,
        "help_text": format_html_join("", "<p>{}</p>", ((conditional_escape(line),) for line in [*lines, *hints])),
        "error_messages": {"required": _asks_again(question, str(label))},
    }
    limits = question.limits
    match question.kind:
        case Kind.LONG_TEXT:
            return AnswerText(longest=limits.get("longest") or LONGEST_LONG_TEXT, is_long=True, **options)
        case Kind.NUMBER:
            return NumberField(least=limits.get("least"), most=limits.get("most"), **options)
        case Kind.DATE:
            return AnswerDay(least=limits.get("least"), most=limits.get("most"), **options)
        case Kind.EMAIL:
            # Somebody else's address, so the browser does not fill in the person's own.
            return EmailField(widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}), **options)
        case Kind.PHONE:
            return PhoneField(**options)
        case Kind.COUNTRY:
            return CountryField(widget=CountrySelect, **options)
        case Kind.YES_NO:
            choices = [("yes", gettext("Yes")), ("no", gettext("No"))]
            return OneOfField(
                values={"yes": True, "no": False}, choices=choices, widget=forms.RadioSelect, **_choosing(options)
            )
        case Kind.ONE_OF:
            there = asked.offered(question, also=[stored] if isinstance(stored, int) else [])
            choices = [(str(option.pk), _labelled(option, language, left)) for option in there]
            widget: type[forms.Widget] = forms.RadioSelect
            if len(there) > MOST_AT_A_GLANCE:
                widget, choices = forms.Select, [("", gettext("Select an answer")), *choices]
            values = {str(option.pk): option.pk for option in there}
            return OneOfField(values=values, choices=choices, widget=widget, **_choosing(options))
        case Kind.SEVERAL_OF:
            there = asked.offered(question, also=stored if isinstance(stored, list) else [])
            choices = [(str(option.pk), _labelled(option, language, left)) for option in there]
            return SeveralOfField(
                least=limits.get("least"), most=limits.get("most"), choices=choices, **_choosing(options)
            )
        case Kind.FILE:
            options["help_text"] += format_html("<p>{}</p>", files.taken_in_words())
            return UploadField(already=stored if isinstance(stored, dict) else None, **options)
    return AnswerText(longest=limits.get("longest") or LONGEST_TEXT, is_long=False, **options)


def _choosing(options: dict[str, Any]) -> dict[str, Any]:
    words = gettext("Choose from the answers that are offered")
    messages = {**options["error_messages"], "invalid_choice": words, "invalid_list": words}
    return {**options, "error_messages": messages}


def _asks_again(question: Question, label: str) -> str:
    if question.kind in (Kind.ONE_OF, Kind.SEVERAL_OF, Kind.YES_NO, Kind.COUNTRY):
        return gettext("Choose an answer: %(question)s") % {"question": label}
    if question.kind == Kind.FILE:
        return gettext("Choose a file: %(question)s") % {"question": label}
    return gettext("Enter an answer: %(question)s") % {"question": label}


def _labelled(option: Option, language: str, left: LeftInWords) -> str:
    label = option.in_language("label", language).text
    if option.retired_at is not None:
        return gettext("%(option)s (not offered any more)") % {"option": label}
    about = left(option)
    return f"{label} ({about})" if about else label
