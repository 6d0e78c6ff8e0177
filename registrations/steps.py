"""The long form of registering, page by page, without anything kept on the server but files.

What was typed on other pages travels in hidden fields, exactly as it was typed. So two tabs are two forms, reloading
sends the same page again, and the back button finds what it left (docs/decisions/questions.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from events.editing.fields import DayField

from .forms import RegistrationForm
from .questions.files import UploadField

DETAILS, PART, CHOICES, CHECK = "details", "part", "choices", "check"
STEPS = (DETAILS, PART, CHOICES, CHECK)
_CONSENTS = ("name_listed", "news", "photos")
_ALWAYS_THERE = ("homepage", "opened")


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the form: `carried` are the hidden fields, as pairs of name and value."""

    step: str
    number: int
    title: str
    carried: list[tuple[str, str]]
    before: str

    @property
    def is_last(self) -> bool:
        return self.step == CHECK


def step_of(field: str) -> str:
    """Return the page on which a field stands."""
    if field in _ALWAYS_THERE or field == "__all__":
        return CHECK
    if field in _CONSENTS:
        return CHOICES
    is_asked_beside = field == "mode" or field == "sessions" or field.startswith(("choice", "q"))
    return PART if is_asked_beside else DETAILS


def step_to_show(form: RegistrationForm) -> str | None:
    """Return the page that answers what was sent, with the errors of that page left in the form; None: all is there.

    Going back looks at nothing. Going on looks at everything up to the page that was sent.
    """
    sent, wanted = form.data.get("step", ""), form.data.get("go", "")
    here = STEPS.index(sent) if sent in STEPS else 0
    if wanted in STEPS[:here]:
        _keep_errors(form, "")
        return wanted
    wrong = {step_of(name) for name in form.errors}
    for step in STEPS[: here + 1]:
        if step in wrong:
            _keep_errors(form, step)
            return step
    if here == len(STEPS) - 1:
        return None
    _keep_errors(form, "")
    return STEPS[here + 1]


def _keep_errors(form: RegistrationForm, step: str) -> None:
    for name in [name for name in form.errors if step_of(name) != step]:
        del form.errors[name]


def show(form: RegistrationForm, step: str) -> Shown:
    """Return how a page of the form is shown."""
    titles = {
        DETAILS: gettext("Your details"),
        PART: gettext("Taking part"),
        CHOICES: gettext("Your choices"),
        CHECK: gettext("Check your answers"),
    }
    number = STEPS.index(step)
    before = STEPS[number - 1] if number else ""
    return Shown(step, number + 1, titles[step], list(_carried(form, step)), before)


def _carried(form: RegistrationForm, step: str) -> Iterator[tuple[str, str]]:
    for name, field in form.fields.items():
        if name in _ALWAYS_THERE or step_of(name) == step:
            continue
        if isinstance(field, UploadField):
            if waiting := field.widget.waiting:
                yield f"{name}-kept", waiting.code
            elif form.data.get(f"{name}-remove"):
                yield f"{name}-remove", "1"
        elif isinstance(field, DayField):
            for part in range(3):
                yield f"{name}_{part}", form.data.get(f"{name}_{part}", "")
        else:
            for value in _values(form.data, name):
                yield name, value


def _values(data: Any, name: str) -> list[str]:
    return data.getlist(name) if hasattr(data, "getlist") else [data[name]] if name in data else []


def typed_again(form: RegistrationForm) -> dict[str, list[str]]:
    """Return everything that was typed, by the names of the inputs, to open the form with it again."""
    again: dict[str, list[str]] = {}
    for name, value in _carried(form, ""):
        again.setdefault(name, []).append(value)
    return again
