"""What is typed on the page of an event's paper."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .proof import scans


class ScanForm(forms.Form):
    """A list that was signed on paper, scanned.

    `cleaned_data["file"]` is its content, media type and name, and whether it is a picture that was drawn anew.
    """

    file = forms.FileField(label=_("Scan of the signed list"))

    def __init__(self, *args: Any, day: date, **options: Any) -> None:
        # Each day of the page has this form.
        options["prefix"] = f"scan-{day}"
        super().__init__(*args, **options)
        self.fields["file"].help_text = scans.taken_in_words()
        self.fields["file"].widget.attrs["accept"] = scans.ACCEPTED

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        content, media_type = scans.read_scan(upload)
        return content, media_type, upload.name or "", media_type != "application/pdf"


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it does not count"),
        max_length=300,
        help_text=_("The file stays and is marked with this reason."),
    )
