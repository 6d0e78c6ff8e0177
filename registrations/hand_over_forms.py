"""What somebody types who sends a colleague instead."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .forms import AnswersForm

_ASKED = ("name", "email", "organisation_name", "country")
_WORDS = {
    "name": _("Enter the full name"),
    "email": _("Enter the email address"),
    "organisation_name": _("Enter the name of the organisation"),
    "country": _("Select the country"),
}


class HandOverForm(AnswersForm):
    """The four answers of the colleague; everything else they say themselves, with the link in their mail."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields = {name: self.fields[name] for name in _ASKED}
        for name, field in self.fields.items():
            field.error_messages["required"] = _WORDS[name]
            # What the browser knows is the one who leaves, not the one who comes.
            field.widget.attrs["autocomplete"] = "off"

    @property
    def answers(self) -> dict[str, Any]:
        """The answers of the colleague, as fields of a registration."""
        return {**{name: self.cleaned_data[name] for name in _ASKED}, "organisation": self.known_organisation}
