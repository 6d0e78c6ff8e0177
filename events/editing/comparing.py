"""Two people in one editor: neither loses what they typed.

A form carries the values it was opened with. What only somebody else changed since then is taken over; what both
changed is shown with both texts, and nothing is saved until one of them is chosen. Values are compared,
not what was posted: “9:30” and “09:30” are one time.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext

from .fields import TypedDay

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two people changed: its name and label, both texts, and the name under which a choice is posted."""

    name: str
    label: str
    mine: str
    theirs: str
    choice: str


def plain(value: Any) -> Any:
    """Return a field's value as something that JSON knows and that can be compared."""
    if value is None or value == "":
        return ""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, TypedDay):
        return [value.day, value.month, value.year]
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, bool | int):
        return value
    if isinstance(value, tuple):
        # Its order means something: a name and its role, latitude and longitude.
        return [plain(one) for one in value]
    try:
        return sorted(plain(one) for one in value)
    except TypeError:
        return str(value)


def opened_values(text: str) -> dict[str, Any]:
    """Return what a form says that it was opened with, by field; nothing where that is no work of ours."""
    try:
        opened = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return opened if isinstance(opened, dict) and _is_flat(opened) else {}


def _is_flat(value: Any, deepest: int = 4) -> bool:
    """Whether lists lie in lists no deeper than forms have them: what lies deeper cannot be stored again."""
    if not isinstance(value, list | dict):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return deepest > 0 and all(_is_flat(one, deepest - 1) for one in inner)


class OpenedWith(forms.CharField):
    """The values that a form was opened with, in JSON. They are nothing that somebody types or changes."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ComparingForm(forms.Form):
    """A form that knows what it was opened with.

    `now` are the values that are stored at this moment, by field. After validation, `taken_over` names the fields that
    somebody else changed, `conflicts` holds those that both changed, and `cleaned_data` the values to store.
    """

    use_required_attribute = False

    opened_with = OpenedWith(required=False)

    def __init__(self, *args: Any, now: Mapping[str, Any], **options: Any) -> None:
        options["initial"] = {**now, **options.get("initial", {})}
        super().__init__(*args, **options)
        self.now = now
        self.initial.setdefault("opened_with", json.dumps({name: plain(value) for name, value in now.items()}))
        self.taken_over: list[str] = []
        self.conflicts: list[Conflict] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opened = opened_values(self.cleaned_data.get("opened_with", ""))
        for name in self.now:
            if name in cleaned and name in opened:
                self._compare(name, opened[name])
        return cleaned

    def _compare(self, name: str, opened: Any) -> None:
        typed, now = plain(self.cleaned_data[name]), plain(self.now[name])
        if now in (opened, typed):
            return
        if typed == opened:
            self.cleaned_data[name] = self._stored(name)
            self.taken_over.append(name)
            return
        choice = f"keep-{self.add_prefix(name)}"
        kept = self.data.get(choice)
        if kept == THEIRS:
            self.cleaned_data[name] = self._stored(name)
        elif kept != MINE:
            field = self.fields[name]
            mine, theirs = self._shown(name, self.cleaned_data[name]), self._shown(name, self.now[name])
            self.conflicts.append(Conflict(name, str(field.label), mine, theirs, choice))
            words = gettext("This was changed meanwhile, too. Choose one of the two texts below.")
            self.add_error(name, ValidationError(words, code="conflict"))

    def _stored(self, name: str) -> Any:
        """The stored value of a field, as the form would have cleaned it."""
        return self.now[name]

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        choices = _flat(getattr(field, "choices", ()) or ())
        if isinstance(value, list | tuple) or hasattr(value, "all"):
            names = {plain_key(key): str(label) for key, label in choices.items()}
            return ", ".join(names.get(str(one), str(one)) for one in plain(value)) or "–"
        if choices:
            names = {plain_key(key): str(label) for key, label in choices.items()}
            return names.get(str(plain(value)), str(value)) or "–"
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if isinstance(value, time):
            return f"{value:%H:%M}"
        return str(value) if value not in (None, "") else "–"

    @property
    def taken_over_in_words(self) -> str:
        """What somebody else changed and this form left alone, as a sentence; empty when there is nothing."""
        if not self.taken_over:
            return ""
        labels = ", ".join(str(self.fields[name].label) for name in self.taken_over)
        # It may have been the same person in another window, which nothing here knows.
        said = gettext("Changed meanwhile, by somebody else or in another window, and left as it is: %(fields)s.")
        return said % {"fields": labels}


class ComparingModelForm(ComparingForm, forms.ModelForm):
    """The same for the form of one row, which is compared as `instance` has it: load it under a lock to save."""

    def __init__(self, *args: Any, instance: Model | None = None, **options: Any) -> None:
        now = self.values_of(instance) if instance is not None and instance.pk else {}
        super().__init__(*args, now=now, instance=instance, **options)

    def values_of(self, row: Any) -> dict[str, Any]:
        """Return what the form shows of a stored row, by field."""
        return {name: getattr(row, name) for name in self._meta.fields or ()}


def _flat(choices: Iterable[Any]) -> dict[Any, Any]:
    """The options of a list without the headings of its groups."""
    flat: dict[Any, Any] = {}
    for value, label in choices:
        flat |= dict(label) if isinstance(label, list | tuple) else {value: label}
    return flat


def plain_key(key: Any) -> str:
    return str(getattr(key, "value", key))
