"""What keeps programs out of forms that everybody may send: a field that people do not see, and a signed time."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class GuardedForm(forms.Form):
    """A form that asks once more, with everything in it, when a program seems to have filled it in."""

    # People do not see it, programs fill it in.
    homepage = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    # Whoever corrects has sent the form before, and correcting one letter is quick.
    is_correction = False

    _salt = "registrations.opened"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.is_bound:
            self.initial.setdefault("opened", self.opened_now())

    @classmethod
    def opened_now(cls) -> str:
        """The present instant, signed, for the hidden field that tells when the form was opened."""
        return signing.dumps(timezone.now().timestamp(), salt=cls._salt)

    @cached_property
    def opened_at(self) -> datetime | None:
        """When this form was opened, or None when that cannot be told."""
        try:
            stamp = signing.loads(self.data.get("opened", ""), salt=self._salt)
        except signing.BadSignature:
            return None
        return datetime.fromtimestamp(stamp, timezone.get_default_timezone())

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("homepage"):
            self._ask_again(
                gettext("A field that people do not see was filled in. Send the form once more."), "homepage"
            )
        elif self.opened_at is None:
            self._ask_again(gettext("We could not tell when this form was opened. Send it once more."), "opened")
        elif self._is_too_fast():
            self._ask_again(gettext("That was very quick. Look through your answers, then send the form once more."))
        return self.cleaned_data

    def _is_too_fast(self) -> bool:
        if self.is_correction or self.opened_at is None:
            return False
        return (timezone.now() - self.opened_at).total_seconds() < settings.REGISTERING_TAKES_SECONDS

    def _ask_again(self, why: str, reset: str = "") -> None:
        """Refuse the form once, so that it will do when the same person sends it a second time."""
        if reset:
            data = cast(QueryDict, self.data).copy()
            data[reset] = self.opened_now() if reset == "opened" else ""
            self.data = data
        raise ValidationError(why, code="again")
