"""What is typed to hand in a report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import FrozenReport


class FreezeForm(forms.Form):
    """Why there is another version; nothing at all for the first."""

    because = forms.CharField(
        label=_("Why another version is needed"),
        max_length=300,
        help_text=_("It stays with the version for ever: whoever compares the two reads it."),
    )

    def __init__(self, *args: Any, previous: FrozenReport | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if previous is None:
            self.fields["because"].required = False
            self.fields["because"].widget = forms.HiddenInput()
