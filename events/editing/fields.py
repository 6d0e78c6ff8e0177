"""What organisers type: a day as three texts, a clock time as “09:30”, a line and a longer text."""

import re
import unicodedata
import zoneinfo
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Clocks that people of Interreg projects live by, and UTC; an event elsewhere keeps the zone it has.
_REGIONS = ("Europe/", "Atlantic/", "Asia/Nicosia", "Asia/Famagusta", "Africa/Ceuta", "Africa/Melilla", "UTC")
# Browsers cut nothing (config/forms.py): this stands beside the whole text.
TOO_LONG = _("Shorten this to at most %(limit_value)d characters. It has %(show_value)d.")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.hH ]?(\d{2}))?")


def without_control_characters(text: str) -> str:
    """Return a text with plain line ends and without what no reader sees: calendars and databases trip over it."""
    text = re.sub("\r\n?|[\x85\u2028\u2029\v\f]", "\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows of a list. A key that no row can have is no choice, however long it is."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            # SQLite holds no number of more than 64 bits; Django lets only single keys pass.
            words = self.error_messages["invalid_choice"]
            raise ValidationError(words, code="invalid_choice", params={"value": gettext("This choice")}) from None


class LineField(forms.CharField):
    """One line of text."""

    default_error_messages: ClassVar = {"max_length": TOO_LONG}

    def to_python(self, value: Any) -> str:
        return " ".join(without_control_characters(super().to_python(value) or "").split())


class TextField(forms.CharField):
    """A text of several lines."""

    widget = forms.Textarea
    default_error_messages: ClassVar = {"max_length": TOO_LONG}

    def to_python(self, value: Any) -> str:
        return without_control_characters(super().to_python(value) or "").strip()


@dataclass(frozen=True, slots=True)
class TypedDay:
    """A day as it was typed; `day` is None when only month and year were."""

    day: int | None
    month: int
    year: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, self.day or 1)

    @property
    def end_of_month(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])


class DayWidget(forms.MultiWidget):
    """Day, month and year as three texts: quicker to type and to correct than any calendar that pops up."""

    template_name = "events/organise/widgets/day.html"
    use_fieldset = True

    def __init__(self, attrs: Any = None) -> None:
        def part(size: int) -> forms.TextInput:
            return forms.TextInput(attrs={"inputmode": "numeric", "size": size, "maxlength": 10, "autocomplete": "off"})

        super().__init__([part(2), part(2), part(4)], attrs)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = context["widget"]["subwidgets"]
        for part, label in zip(parts, (gettext("Day"), gettext("Month"), gettext("Year")), strict=True):
            part["label"] = label
        return context

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, TypedDay):
            return [value.day or "", value.month, value.year]
        return [value.day, value.month, value.year] if value else ["", "", ""]


class DayField(forms.MultiValueField):
    """Day, month and year. Gives a TypedDay, or None when nothing was typed."""

    widget = DayWidget

    def __init__(self, *, day_may_be_missing: bool = False, **options: Any) -> None:
        self.day_may_be_missing = day_may_be_missing
        required = options.pop("required", False)
        parts = [forms.CharField(required=False) for _part in range(3)]
        super().__init__(parts, require_all_fields=False, required=required, **options)
        for part in parts:
            part.required = False

    def clean(self, value: Any) -> TypedDay | None:
        texts = [" ".join(str(part or "").split()) for part in (value or ["", "", ""])]
        if not any(texts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        day, month, year = texts
        if not day and self.day_may_be_missing:
            day = "0"
        if not all(re.fullmatch(r"[0-9]{1,4}", text) for text in (day, month, year)):
            raise ValidationError(gettext("Enter day, month and year as numbers, like 20 5 2027."), code="numbers")
        if len(year) != 4 or not 1950 <= int(year) <= 2100:
            raise ValidationError(gettext("Enter the year with four digits, like 2027."), code="year")
        try:
            date(int(year), int(month), int(day) or 1)
        except ValueError:
            words = gettext("There is no such day: %(day)s.") % {"day": ".".join(text for text in texts if text)}
            raise ValidationError(words, code="no_such_day") from None
        return TypedDay(int(day) or None, int(month), int(year))


class DateField(DayField):
    """Day, month and year. Gives a date, or None when nothing was typed."""

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        typed = super().clean(value)
        return typed.first if typed else None


class ClockField(forms.CharField):
    """A clock time such as “09:30”; “9.30”, “930” and “9” are understood too. Gives a time, or None."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "text", "size": 5, "autocomplete": "off"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def to_python(self, value: Any) -> time | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        found = _CLOCK.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError
            return time(int(found[1]), int(found[2] or 0))
        except ValueError:
            raise ValidationError(gettext("Enter the time like 09:30."), code="time") from None


def zones(*more: str) -> list[tuple[str, str]]:
    """Return the time zones to choose from, and those that are used already."""
    known = {zone for zone in zoneinfo.available_timezones() if zone.startswith(_REGIONS)} | set(filter(None, more))
    return [(zone, zone.replace("_", " ")) for zone in sorted(known)]


YEAR_HINT = _("For example 20 5 2027")
