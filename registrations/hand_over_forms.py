"""What somebody types who sends a colleague instead."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .forms import AnswersForm
from .models import Registration

_ASKED = ("name", "email", "organisation_name", "country")
_WORDS = {
    "name": _("Enter the full name"),
    "email": _("Enter the email address"),
    "organisation_name": _("Enter the name of the organisation"),
    "country": _("Select the country"),
}


class HandOverForm(AnswersForm):
    """The four answers of the colleague; everything else they say themselves, with the link in their mail."""

    def __init__(self, *args: Any, registration: Registration, **options: Any) -> None:
        super().__init__(*args, event=registration.event, **options)
        self.registration = registration
        self.fields = {name: self.fields[name] for name in _ASKED}
        for name, field in self.fields.items():
            field.error_messages["required"] = _WORDS[name]
            # What the browser knows is the one who leaves, not the one who comes.
            field.widget.attrs["autocomplete"] = "off"

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if email.casefold() == self.registration.email.casefold():
            # Most likely a slip, and it cannot be undone. Whoever shares a mailbox with a colleague asks the host.
            words = gettext("This is your own address. Enter the one of your colleague, or ask the host.")
            raise ValidationError(words, code="own")
        return email

    @property
    def answers(self) -> dict[str, Any]:
        """The answers of the colleague, as fields of a registration."""
        return {**{name: self.cleaned_data[name] for name in _ASKED}, "organisation": self.known_organisation}
