from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class AddressField(forms.EmailField):
    """An address to sign in with: whatever is wrong with it, one sentence says so."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > 254:
            raise ValidationError(gettext("Enter an email address of at most 254 characters"), code="max_length")
        if "\0" in value:
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class SignInForm(forms.Form):
    email = AddressField(
        label=_("Email"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "required": _("Enter your email address"),
            "invalid": _("Enter your email address in the correct format, like name@example.eu"),
        },
    )
