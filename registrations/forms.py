"""What people type when they register or change their answers."""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import CalendarState, Event
from projects.models import Organisation
from projects.search import fold

from .compiled import Compiled, slices
from .form_parts import CountryField, CountrySelect, EmailField, OneLineField, one_line
from .guarded_forms import GuardedForm
from .models import Consent, Registration
from .questions.fields import phone_number
from .taking_part import TakingPartForm

# The wording of the three questions about consent. Whoever changes a word of them raises it: what was agreed to is
# kept with its version.
CONSENT_WORDING = "1"
# A name that stands in the names of more organisations is too short to be looked up.
MOST_CANDIDATES = 500


def _name_of_language(code: str) -> str:
    return translation.get_language_info(code)["name_translated"]


class AnswersForm(TakingPartForm):
    """The answers of one person for one event."""

    use_required_attribute = False

    name = OneLineField(
        label=_("Full name"),
        max_length=200,
        too_long=_("Enter your full name with at most %(longest)s characters. You typed %(typed)s."),
        error_messages={"required": _("Enter your full name")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    email = EmailField(
        label=_("Email"),
        error_messages={"required": _("Enter your email address")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "dir": "ltr"}),
    )
    organisation_name = OneLineField(
        label=_("Organisation"),
        max_length=300,
        too_long=_("Enter your organisation with at most %(longest)s characters. You typed %(typed)s."),
        error_messages={"required": _("Enter the name of your organisation")},
        widget=forms.TextInput(attrs={"autocomplete": "organization", "list": "organisations", "dir": "auto"}),
    )
    country = CountryField(
        label=_("Country"),
        error_messages={"required": _("Select your country")},
        widget=CountrySelect(attrs={"autocomplete": "country"}),
    )
    mode = forms.ChoiceField(
        label=_("How do you take part?"),
        choices=Registration.Mode.choices,
        error_messages={"required": _("Select how you take part"), "invalid_choice": _("Select how you take part")},
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        help_text=_("Only to reach you on the day of the visit."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language of our mails"),
        choices=lambda: [(code, _name_of_language(code)) for code, _name in settings.LANGUAGES],
        required=False,
        error_messages={"invalid_choice": _("Select a language from the list")},
    )

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, event=event, **options)
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        if event.mode != Event.Mode.HYBRID:
            del self.fields["mode"]
        if not event.kind.asks_for_phone:
            del self.fields["phone"]
        self.known_organisation: Organisation | None = None

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or translation.get_language() or settings.LANGUAGE_CODE

    def clean_organisation_name(self) -> str:
        name = self.cleaned_data["organisation_name"]
        self.known_organisation = known_organisation(name)
        return name

    def clean_country(self) -> str:
        # The organisation is cleaned before: its country is taken where none was chosen.
        country = self.cleaned_data["country"]
        if not country and self.known_organisation:
            country = str(self.known_organisation.country)
        if not country:
            raise ValidationError(self.fields["country"].error_messages["required"], code="required")
        return country

    def clean_phone(self) -> str:
        phone = one_line(self.cleaned_data["phone"])
        return phone_number(phone, self.cleaned_data.get("country")) if phone else ""

    @property
    def answers(self) -> dict[str, Any]:
        """The fields of a registration, as they were answered."""
        names = ("name", "email", "organisation_name", "country", "mode", "phone", "language")
        answers = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        return {**answers, "organisation": self.known_organisation}

    @property
    def language_in_words(self) -> str:
        chosen = self["language"].value() if "language" in self.fields else None
        chosen = chosen or translation.get_language() or settings.LANGUAGE_CODE
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        return _name_of_language(chosen)

    def organisation_names(self) -> list[str]:
        """Names to choose from: the partners of the project, as they are called now and have been called."""
        return partner_names(self.event.project_id, CalendarState.current())


class RegistrationForm(GuardedForm, AnswersForm):
    """The form of registering: its core, what the event asks beside it, consent, and what keeps programs out."""

    name_listed = forms.BooleanField(label=_("Show my name on the participants’ list"), required=False)
    photos = forms.ChoiceField(
        label=_("May photos and film show me so that I can be recognised?"),
        help_text=_("No answer means no."),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        required=False,
        error_messages={"invalid_choice": _("Select yes or no, or leave the question unanswered")},
        widget=forms.RadioSelect,
    )
    news = forms.BooleanField(label=_("Tell me about this project’s later events"), required=False)

    def __init__(
        self,
        *args: Any,
        event: Event,
        is_correction: bool = False,
        sent_here: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, event=event, **options)
        self.is_correction = is_correction
        self.sent_here = sent_here

    @property
    def answers(self) -> dict[str, Any]:
        # Where there is one language only, it is not asked for.
        return {"language": translation.get_language() or settings.LANGUAGE_CODE, **super().answers}

    @property
    def is_sent_again(self) -> bool:
        """Whether this browser sent the same answers a moment ago (`sent_here`): its reader went back meanwhile."""
        return self.sent_here is not None and self.typed == self.sent_here

    def _is_too_fast(self) -> bool:
        return not self.is_sent_again and super()._is_too_fast()

    @property
    def consents(self) -> list[Consent]:
        """What was agreed to, and a refusal that was said; a box that was left empty is no answer."""
        given = {
            Consent.Purpose.NAME_LISTED: self.cleaned_data["name_listed"] or None,
            Consent.Purpose.PHOTOS: {"yes": True, "no": False}.get(self.cleaned_data["photos"]),
            Consent.Purpose.NEWS: self.cleaned_data["news"] or None,
        }
        language = translation.get_language() or settings.LANGUAGE_CODE
        return [
            Consent(purpose=purpose, is_given=is_given, wording=CONSENT_WORDING, language=language)
            for purpose, is_given in given.items()
            if is_given is not None
        ]

    @property
    def typed(self) -> dict[str, Any]:
        """The answers to the core as they are to be shown again: without what only the server knows."""
        core = {*AnswersForm.base_fields, "name_listed", "photos", "news"}
        return {name: value for name, value in self.cleaned_data.items() if name in core}


class ChangeForm(AnswersForm):
    """The answers of somebody who is registered."""


class ConsentForm(forms.Form):
    """One switch of the list of consents."""

    purpose = forms.ChoiceField(choices=Consent.Purpose.choices)
    is_given = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why can you not come?"),
        required=False,
        help_text=_("Only the organisers see it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"].strip()
        if len(reason) > 500:
            message = gettext("Enter a reason with at most 500 characters. You typed %(typed)s.")
            raise ValidationError(message % {"typed": len(reason)}, code="max_length")
        return reason


class InterestForm(GuardedForm):
    """An address, to be told when registration opens."""

    use_required_attribute = False

    email = EmailField(
        label=_("Email"),
        error_messages={"required": _("Enter your email address")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "dir": "ltr"}),
    )


class SendLinkForm(forms.Form):
    use_required_attribute = False

    email = EmailField(
        label=_("Email"),
        help_text=_("The address that you registered with."),
        error_messages={"required": _("Enter your email address")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "dir": "ltr"}),
    )


@lru_cache
def partner_names(project: int, version: int) -> list[str]:
    # The version of everything visible rises when a partner or its organisation changes.
    organisations = Organisation.objects.filter(partners__project=project)
    names = {name for organisation in organisations for name in (organisation.name, *organisation.other_names)}
    return sorted(names, key=fold)


def known_organisation(name: str) -> Organisation | None:
    """Return the one organisation with this name, or None when there is none or there are several.

    Case, accents and earlier names do not matter.
    """
    folded = fold(name)
    if not folded.strip():
        return None
    fitting = [organisation for organisation in _WITH_WORDS.rows(words=folded) if folded in _names_of(organisation)]
    return fitting[0] if len(fitting) == 1 else None


# Asked whenever somebody registers. A LIKE would put the words between signs of its own, which no blank can be.
_WITH_WORDS = Compiled(
    lambda words: Organisation.objects.filter(GreaterThan(StrIndex("search_text", Value(words)), 0)).only(
        "name", "other_names", "country"
    )[:MOST_CANDIDATES],
    words=str,
)


def _names_of(organisation: Organisation) -> set[str]:
    return {fold(name) for name in (organisation.name, *organisation.other_names)}


def known_organisations(names: Iterable[str]) -> dict[str, Organisation | None]:
    """Return the same for each of some names. One query for up to 250 of them, none where all are empty."""
    folded = {name: fold(name) for name in names}
    if len(folded) == 1:
        return {name: known_organisation(name) for name in folded}
    fitting: dict[str, list[Organisation]] = {one: [] for one in folded.values() if one.strip()}
    for part in slices(list(fitting)):
        contains = reduce(or_, (Q(search_text__contains=one) for one in part))
        candidates = Organisation.objects.filter(contains).only("name", "other_names", "country")
        for organisation in candidates[: MOST_CANDIDATES * len(part)]:
            for one in _names_of(organisation) & set(part):
                fitting[one].append(organisation)
    found = {one: organisations[0] for one, organisations in fitting.items() if len(organisations) == 1}
    return {name: found.get(one) for name, one in folded.items()}
