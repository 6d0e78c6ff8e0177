"""What helpers and hosts fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from ..models import Door, DoorLink


class StartForm(forms.Form):
    """How a helper begins: the PIN, unless they came by the QR code, and their first name."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        help_text=_("Six digits. The host has them."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the PIN. The host has it.")},
    )
    name = forms.CharField(
        label=_("Your first name"),
        max_length=100,
        help_text=_("It stands beside what you do, so that the host knows whom to ask."),
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Enter your first name")},
    )

    def __init__(self, *args: Any, has_key: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_key:
            del self.fields["pin"]

    def clean_pin(self) -> str:
        return "".join(self.cleaned_data["pin"].split())


class WalkInForm(forms.Form):
    """Somebody who is not registered."""

    name = forms.CharField(label=_("Full name"), max_length=200, error_messages={"required": _("Enter the name.")})
    organisation = forms.CharField(
        label=_("Organisation"), max_length=300, error_messages={"required": _("Enter the organisation.")}
    )
    country = forms.ChoiceField(label=_("Country"), choices=[], error_messages={"required": _("Choose the country.")})
    email = forms.EmailField(
        label=_("Email (optional)"),
        required=False,
        max_length=254,
        error_messages={"invalid": _("Enter an email address such as name@example.org, or leave it empty.")},
    )
    told = forms.BooleanField(
        label=_("I have told them how their data is used"),
        error_messages={"required": _("Tell them how their data is used, then tick the box.")},
    )
    over_limit_pin = forms.CharField(
        label=_("PIN of the host"),
        required=False,
        max_length=20,
        help_text=_("Only when the event is full: the host lets them in."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", _("Choose a country")), *countries]  # type: ignore[attr-defined]


class DoorForm(forms.ModelForm):
    class Meta:
        model = Door
        fields = ["is_careful", "needs_signature"]


class LinkForm(forms.ModelForm):
    class Meta:
        model = DoorLink
        fields = ["label"]
        help_texts = {"label": _("Such as “Main entrance” or “Volunteers”. Each can be revoked for itself.")}
        error_messages = {"label": {"required": _("Say for whom the link is")}}
