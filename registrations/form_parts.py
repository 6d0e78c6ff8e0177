"""The fields that forms of registering are made of: one line of text, an address, a country."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.forms.utils import flatatt
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django_countries import countries

from projects.search import fold

# Letters that join others in Persian and Indic names; every other invisible one is a slip or a trick.
_JOINERS = "\u200c\u200d"
# Letters by their category that show nothing.
_FILLERS = "\u115f\u1160\u3164\uffa0"
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)


def one_line(text: str) -> str:
    """Return a text in one line, without control characters and without those that turn the direction of writing."""
    text = "".join(" " if c in "\n\r\t\v\f\x85\u2028\u2029" else c for c in text)
    visible = (c for c in text if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join("".join(visible).split())


class OneLineField(forms.CharField):
    """A text in one line. What was typed too long is shown again, whole: the browser must not cut what is pasted."""

    def __init__(self, *, max_length: int, too_long: Any, **options: Any) -> None:
        super().__init__(**options)
        self.longest, self.too_long = max_length, too_long

    def to_python(self, value: Any) -> str:
        line = one_line(super().to_python(value) or "")
        # Joiners and fillers alone would leave a row in which nobody sees a name.
        return line if any(c.isalnum() and c not in _FILLERS for c in line) else ""

    def validate(self, value: str) -> None:
        super().validate(value)
        # A folded copy is stored for searching, and some letters fold into many.
        if len(value) > self.longest or len(fold(value)) > 3 * self.longest:
            raise ValidationError(
                self.too_long, code="max_length", params={"longest": self.longest, "typed": len(value)}
            )
        if _ADDRESS.search(value):
            # Our mails repeat what was typed, to an address that was typed: nobody shall advertise with them.
            words = gettext("Enter this without a web address.")
            if self.label:
                words = gettext("%(field)s: enter it without a web address.") % {"field": self.label}
            raise ValidationError(words, code="address")


class EmailField(forms.CharField):
    """An address that mail can reach. A blank within one is an error: without it, the mail may go to somebody else."""

    widget = forms.EmailInput

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        if len(value.casefold()) > 254:
            raise ValidationError(gettext("Enter an email address with at most 254 characters."), code="max_length")
        # Django lets “localhost” pass, where nobody else's mail arrives.
        EmailValidator(self.wrong_format(), allowlist=[])(value)

    def wrong_format(self) -> str:
        """What is said of an address that cannot be one."""
        return gettext("Enter your email address in the correct format, like name@example.eu")


class ColleaguesEmailField(EmailField):
    """The address of somebody else."""

    def wrong_format(self) -> str:
        return gettext("Enter the email address in the correct format, like name@example.eu")


@lru_cache
def _country_options(language: str) -> tuple[dict[str, str], str]:
    """The countries in a language, by code, and their <option> elements."""
    with translation.override(language):
        names = {country.code: country.name for country in countries}
        options = (format_html('<option value="{}">{}</option>', code, name) for code, name in names.items())
        return names, "".join(options)


class CountrySelect(forms.Select):
    """A list of all countries. Rendering 250 options through templates took longer than the rest of the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        _names, options = _country_options(translation.get_language() or "en")
        if isinstance(value, str) and re.fullmatch("[A-Z]{2}", value):
            options = options.replace(f'value="{value}"', f'value="{value}" selected', 1)
        attributes = flatatt({**self.build_attrs(self.attrs, attrs), "name": name})
        first = format_html('<option value="">{}</option>', gettext("Select a country"))
        return mark_safe(f"<select{attributes}>{first}{options}</select>")  # noqa: S308 - each part was escaped


class CountryField(forms.CharField):
    """The code of a country; “” when none was chosen."""

    widget = CountrySelect

    def validate(self, value: str) -> None:
        # Whether an empty one will do depends on the organisation: see AnswersForm.clean_country.
        if value and value not in _country_options("en")[0]:
            raise ValidationError(gettext("Select your country from the list"), code="invalid_choice")
