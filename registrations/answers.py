"""What somebody answered, as the list that pages show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django_countries import countries

from events.models import Event, Session

from .forms import RegistrationForm
from .models import Consent, Registration
from .questions.answering import typed_in_words
from .taking_part import TakingPartForm, session_in_words


@dataclass(frozen=True, slots=True)
class Answer:
    """`field` is the field of the form in which it is changed."""

    field: str
    label: str
    value: str


def answers_in_words(answers: Mapping[str, Any], event: Event) -> list[Answer]:
    """Return the answers of a form or a registration in the order in which they are asked."""
    language = answers.get("language")
    values = [
        ("name", gettext("Full name"), answers["name"]),
        ("email", gettext("Email"), answers["email"]),
        ("organisation_name", gettext("Organisation"), answers["organisation_name"]),
        ("country", gettext("Country"), str(countries.name(answers["country"]))),
    ]
    if event.mode == Event.Mode.HYBRID and answers.get("mode"):
        values.append(("mode", gettext("Taking part"), str(Registration.Mode(answers["mode"]).label)))
    if event.kind.asks_for_phone:
        values.append(("phone", gettext("Phone"), answers.get("phone") or gettext("Not given")))
    if language and len(settings.LANGUAGES) > 1:
        name = translation.get_language_info(language)["name_translated"]
        values.append(("language", gettext("Language of our mails"), name))
    return [Answer(*value) for value in values]


def beside_in_words(form: TakingPartForm) -> list[Answer]:
    """Return what was answered beside the core in a form that was looked at: sessions first, then questions."""
    answers = []
    for group in form.asking.groups:
        picked = [one for one in group.sessions if one in form.sessions]
        if picked:
            label = str(form.fields[group.field].label)
            language = translation.get_language() or "en"
            value = "; ".join(_picked_in_words(form, one, language) for one in picked)
            answers.append(Answer(group.field, label, value))
    for one in typed_in_words(form.questions, form.values):
        answers.append(Answer(f"q{one.question}", one.label, one.value))
    return answers


def _picked_in_words(form: TakingPartForm, session: Session, language: str) -> str:
    words = session_in_words(session, language=language)
    return gettext("%(session)s (full – waiting list)") % {"session": words} if form.is_full(session) else words


def consents_in_words(form: RegistrationForm) -> list[Answer]:
    """Return what was said about personal data in a form that was looked at."""
    said = {
        "name_listed": gettext("Yes") if form.cleaned_data.get("name_listed") else gettext("No"),
        "news": gettext("Yes") if form.cleaned_data.get("news") else gettext("No"),
        "photos": gettext("Yes") if form.cleaned_data.get("photos") == "yes" else gettext("No"),
    }
    return [Answer(name, str(form.fields[name].label), value) for name, value in said.items()]


def answers_of(registration: Registration) -> dict[str, Any]:
    """Return what a registration holds, by the names of the form's fields."""
    names = ("name", "email", "organisation_name", "mode", "phone", "language")
    return {**{name: getattr(registration, name) for name in names}, "country": str(registration.country)}


@dataclass(frozen=True, slots=True)
class ConsentState:
    """One question about consent and the answer that counts now; `answer` is None while there is none."""

    purpose: str
    label: str
    answer: Consent | None

    @property
    def is_given(self) -> bool:
        return self.answer is not None and self.answer.is_given


def consents_of(registration: Registration) -> list[ConsentState]:
    """Return each question about consent with the latest answer. One query."""
    latest = {consent.purpose: consent for consent in registration.consents.all()}
    return [ConsentState(purpose.value, str(purpose.label), latest.get(purpose.value)) for purpose in Consent.Purpose]
