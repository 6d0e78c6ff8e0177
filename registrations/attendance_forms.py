"""What an organiser sends to tick presence: one person, or the list that people signed on paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from events.editing.fields import SeveralField
from events.models import Event, Session

from .models import Registration


class _DayForm(forms.Form):
    act = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": _("Load this page again."), "invalid": _("Load this page again.")},
    )
    day = forms.DateField(
        widget=forms.HiddenInput, error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")}
    )


class TickForm(_DayForm):
    """One person is here, or is not here after all: ticked at the desk, or put right later with the reason."""

    IN, OUT = "in", "out"

    tick = forms.ChoiceField(choices=[(IN, IN), (OUT, OUT)])
    person = forms.ModelChoiceField(queryset=Registration.objects.none())
    session = forms.ModelChoiceField(queryset=Session.objects.none(), required=False)
    correct = forms.BooleanField(required=False)
    since = forms.TimeField(
        required=False, error_messages={"invalid": _("Enter the time as 09:30, or leave it empty for the whole day.")}
    )
    reason = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = event.registrations.all()  # type: ignore[attr-defined]
        self.fields["session"].queryset = event.sessions.all()  # type: ignore[attr-defined]


class SignedListForm(_DayForm):
    """Several people signed the list of a day."""

    people = SeveralField(
        queryset=Registration.objects.none(),
        error_messages={
            "required": _("Tick at least one person."),
            "invalid_choice": _("One of the ticked people is not registered for this event."),
            "invalid_pk_value": _("One of the ticked people is not registered for this event."),
        },
    )
    reason = forms.CharField(
        label=_("Why it was not on the list before"),
        max_length=300,
        required=False,
        help_text=_("The list of this day is frozen. The reason is kept with each record."),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = event.registrations.all()  # type: ignore[attr-defined]
