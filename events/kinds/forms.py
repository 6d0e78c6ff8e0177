"""What an administrator of a programme says of a kind of event. Each switch is explained by what it changes."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from projects.languages import language_choices
from projects.models import Programme
from projects.search import fold

from ..editing.comparing import ComparingModelForm
from ..models import EventKind, EvidenceKind

EMPTY_ROWS = 2
MOST_ROWS = 60
LONGEST_EVIDENCE = 100
MOST_EVIDENCE = 30
LAST_POSITION = 9999

SWITCHES = {
    "shows_practices": (
        _("Shows themes and good practices"),
        _(
            "The form of an event asks for themes and good practices, and its page shows them. The checklist warns "
            "where there is neither."
        ),
    ),
    "visits_sites": (
        _("Visits sites"),
        _(
            "The page of an event shows the sites in the order of the visit, the ways between them, and what each asks "
            "of visitors: identity document, shoes, no photos. The checklist warns where there is no site."
        ),
    ),
    "has_delegations": (
        _("Partners send delegations"),
        _(
            "The page of an event says that each partner sends its own people. The checklist warns where nobody is "
            "named to ask."
        ),
    ),
    "has_importing_partner": (
        _("Carries a practice to an importing partner"),
        _(
            "The form of an event asks who carries the practice home, and its page shows from whom to whom it goes. "
            "The checklist warns where the practice or the partner is missing."
        ),
    ),
    "asks_for_phone": (
        _("Asks for a phone number"),
        _(
            "Whoever registers is asked for a phone number for the day. The checklist warns where nobody is named to "
            "ask."
        ),
    ),
    "is_public": (
        _("Is open to the public"),
        _("The page of an event says that everybody may come, and the checklist warns where not everybody sees it."),
    ),
    "is_numbered": (
        _("Is numbered within its project"),
        _("The form of an event asks for its number in the series, such as 13 for the 13th, and its page shows it."),
    ),
    "has_speakers": (
        _("Presents speakers"),
        _("The page of an event presents its speakers, and the checklist asks for them."),
    ),
    "keeps_interest_list": (
        _("Lets people ask to be told when registration opens"),
        _("Until registration opens, the page of an event takes an email address and writes to it once."),
    ),
}


class KindForm(ComparingModelForm):
    """A kind of event. `user` decides for which programmes it can be; `copied` gives a new one its first values."""

    position = forms.IntegerField(
        label=_("Place in lists"),
        min_value=0,
        max_value=LAST_POSITION,
        help_text=_("A number. Kinds with smaller numbers come first."),
        error_messages={
            "required": _("Enter a number, such as 100."),
            "invalid": _("Enter a number, such as 100."),
            "min_value": _("Enter a number, such as 100."),
            "max_value": _("Enter a smaller number, such as 100."),
        },
    )
    evidence = forms.MultipleChoiceField(
        label=_("Documents that are due after an event"),
        choices=EvidenceKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("What an auditor expects. Organisers see what is missing once an event is over."),
    )
    own_evidence = forms.CharField(
        label=_("Other documents that are due"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4_000,
        help_text=_("In your own words, one on each line."),
    )

    class Meta:
        model = EventKind
        fields = ["programme", "name", "plural", "position", "counts_as", *SWITCHES, "is_offered"]
        widgets = {"counts_as": forms.RadioSelect}
        labels = {
            "programme": _("For the projects of"),
            "name": _("Name"),
            "plural": _("Name of several"),
            "counts_as": _("How its events count in reports"),
            "is_offered": _("Offered for new events"),
            **{name: label for name, (label, _hint) in SWITCHES.items()},
        }
        help_texts = {
            "programme": _("This stays as it is once the kind is saved."),
            "name": _("In English, as in “Study visit”."),
            "plural": _("As in “Study visits”."),
            "is_offered": _(
                "Without this tick, no new event can be of this kind. Events that are of it keep it and stay as they "
                "are."
            ),
            **{name: hint for name, (_label, hint) in SWITCHES.items()},
        }
        error_messages = {
            "name": {"required": _("Enter the name of the kind.")},
            "plural": {"required": _("Enter what several of them are called.")},
            "counts_as": {
                "required": _("Choose how its events count."),
                "invalid_choice": _("Choose how its events count."),
            },
        }

    def __init__(self, *args: Any, user: Any, copied: EventKind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance if self.instance.pk else copied or self.instance
        if not self.instance.pk and copied is not None:
            names = ("counts_as", "position", *SWITCHES)
            self.initial.update({name: getattr(copied, name) for name in names})
        self.fields["programme"].queryset = Programme.objects.administered_by(user)  # type: ignore[attr-defined]
        self._set_up_programme(user)
        catalogue = set(EvidenceKind.values)
        self.fields["evidence"].initial = [key for key in known.evidence_due if key in catalogue]
        own = "\n".join(key for key in known.evidence_due if key not in catalogue)
        self.fields["own_evidence"].initial = self.initial["own_evidence"] = own
        self.fields["is_offered"].initial = True
        self._add_name_rows(known)

    def values_of(self, row: EventKind) -> dict[str, Any]:
        catalogue = set(EvidenceKind.values)
        values = {name: value for name, value in super().values_of(row).items() if name != "programme"}
        values["evidence"] = [key for key in row.evidence_due if key in catalogue]
        values["own_evidence"] = [key for key in row.evidence_due if key not in catalogue]
        codes = _languages_of(row)
        for n, code in enumerate([*codes, *[""] * EMPTY_ROWS]):
            values |= _row(n, code, row.names.get(code, ""), row.plurals.get(code, ""))
        return values

    def _set_up_programme(self, user: Any) -> None:
        field: Any = self.fields["programme"]
        if self.instance.pk:
            # It would take the kind away from the events that are of it.
            del self.fields["programme"]
            return
        field.empty_label = _("All programmes") if user.is_superuser else None
        field.required = not user.is_superuser
        field.error_messages["required"] = field.error_messages["invalid_choice"] = _("Choose a programme.")

    def _add_name_rows(self, known: EventKind) -> None:
        codes = _languages_of(known)
        posted = [int(found[1]) + 1 for key in self.data if (found := re.fullmatch(r"language_(\d{1,2})", key))]
        rows = min(max([len(codes) + EMPTY_ROWS, *posted]), MOST_ROWS)
        choices = [("", _("No language")), *language_choices()]
        for n in range(rows):
            code = codes[n] if n < len(codes) else ""
            self.fields[f"language_{n}"] = forms.ChoiceField(
                label=_("Language"),
                choices=choices,
                required=False,
                initial=code,
                error_messages={"invalid_choice": _("Choose a language of the list.")},
            )
            for field, label, texts in (("name", _("Name"), known.names), ("plural", _("Several"), known.plurals)):
                self.fields[f"{field}_{n}"] = forms.CharField(
                    label=label, required=False, max_length=100, initial=texts.get(code, "")
                )
            if self.instance.pk:
                # A row that somebody else emptied since the form was opened is compared, too.
                self.now = {**_row(n, "", "", ""), **self.now}
        self._rows = range(rows)

    @property
    def switches(self) -> Iterator[BoundField]:
        return (self[name] for name in SWITCHES)

    @property
    def name_rows(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        return ((self[f"language_{n}"], self[f"name_{n}"], self[f"plural_{n}"]) for n in self._rows)

    def clean_own_evidence(self) -> list[str]:
        known = {fold(str(label)): key for key, label in EvidenceKind.choices}
        lines = [" ".join(line.split()) for line in self.cleaned_data["own_evidence"].splitlines()]
        # Somebody who types “Minutes” means the one of the catalogue.
        found = list(dict.fromkeys(known.get(fold(line), line) for line in lines if line))
        if any(len(line) > LONGEST_EVIDENCE for line in found):
            raise ValidationError(
                _("Say each document in at most %(count)s letters."), params={"count": LONGEST_EVIDENCE}
            )
        if len(found) > MOST_EVIDENCE:
            raise ValidationError(_("Name at most %(count)s documents."), params={"count": MOST_EVIDENCE})
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._refuse_a_name_that_is_taken(cleaned)
        self._names: dict[str, str] = {}
        self._plurals: dict[str, str] = {}
        for n in self._rows:
            language, name, plural = (cleaned.get(f"{part}_{n}", "") for part in ("language", "name", "plural"))
            if language and language in self._names:
                self.add_error(f"language_{n}", _("This language is there twice. Choose another, or empty the row."))
            elif language and not (name and plural):
                empty = "plural" if name else "name"
                self.add_error(f"{empty}_{n}", _("Enter both names in this language, or choose “No language”."))
            elif not language and (name or plural) and f"language_{n}" not in self.errors:
                self.add_error(f"language_{n}", _("Choose the language of these names."))
            elif language:
                self._names[language], self._plurals[language] = name, plural
        return cleaned

    def _refuse_a_name_that_is_taken(self, cleaned: dict[str, Any]) -> None:
        name, programme = cleaned.get("name"), cleaned.get("programme", self.instance.programme)
        if not name:
            return
        # Two kinds that are offered side by side must not be called the same.
        beside = EventKind.objects.exclude(pk=self.instance.pk)
        if programme is not None:
            beside = beside.filter(programme=programme) | beside.filter(programme=None)
        if fold(name) in {fold(other) for other in beside.values_list("name", flat=True)}:
            self.add_error("name", _("There is a kind of this name already. Change that one, or choose another name."))

    def save(self, commit: bool = True) -> EventKind:
        kind = self.instance
        kind.names, kind.plurals = self._names, self._plurals
        typed = dict.fromkeys([*self.cleaned_data["evidence"], *self.cleaned_data["own_evidence"]])
        catalogue = [key for key in EvidenceKind.values if key in typed]
        kind.evidence_due = [*catalogue, *(key for key in typed if key not in catalogue)]
        return super().save(commit)


def _languages_of(kind: EventKind) -> list[str]:
    return list(dict.fromkeys([*kind.names, *kind.plurals]))


def _row(number: int, language: str, name: str, plural: str) -> dict[str, str]:
    return {f"language_{number}": language, f"name_{number}": name, f"plural_{number}": plural}
