"""What organisers type when they decide about somebody who is registered, or add somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.editing.fields import TextField
from events.models import Event

from .forms import AnswersForm
from .models import Registration

LONGEST = 500


class WordsForm(forms.Form):
    """Some words to the person, who reads them in the mail."""

    use_required_attribute = False

    text = TextField(
        label=_("A few words to them"),
        required=False,
        max_length=LONGEST,
        help_text=_("They stand in the mail."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class ToldReasonForm(forms.Form):
    """A reason that the person reads in the mail."""

    use_required_attribute = False

    reason = TextField(
        label=_("Reason"),
        max_length=LONGEST,
        help_text=_("The person reads it in the mail."),
        error_messages={"required": _("Give a reason: the person is told.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class KeptReasonForm(forms.Form):
    """A reason that is kept with the decision."""

    use_required_attribute = False

    reason = TextField(
        label=_("Reason"),
        max_length=LONGEST,
        help_text=_("It is kept, and the lead partner sees it."),
        error_messages={"required": _("Give a reason: it is kept, so that everybody can understand it later.")},
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class KindForm(forms.Form):
    use_required_attribute = False

    participant_kind = forms.ChoiceField(
        label=_("Comes as"),
        choices=Registration.ParticipantKind.choices,
        error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
    )


class AddPersonForm(AnswersForm):
    """Somebody whom organisers register themselves."""

    comes_as = forms.ChoiceField(
        label=_("Comes as"), choices=Registration.ParticipantKind.choices, initial="participant"
    )
    is_told = forms.BooleanField(
        label=_("I have told them how their data is used"),
        error_messages={"required": _("Tell them first how their data is used, then tick this.")},
    )

    def __init__(self, *args: Any, event: Event, **options: Any) -> None:
        super().__init__(*args, event=event, **options)
        # The organiser is no such person, so a browser must not fill in theirs.
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    @property
    def answers(self) -> dict[str, Any]:
        return {**super().answers, "participant_kind": self.cleaned_data["comes_as"]}
