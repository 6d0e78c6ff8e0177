"""Evidence goes only with a reason: what was taken away, and why, is kept beside what is still there."""

import hashlib

from django import forms
from django.utils.translation import gettext_lazy as _

from ..models import Document, EvidenceRemoval


class ReasonForm(forms.Form):
    """Why a piece of evidence goes."""

    reason = forms.CharField(
        label=_("Why this evidence goes"),
        max_length=300,
        help_text=_("It is kept, and auditors read it."),
        error_messages={
            "required": _("Say why: auditors may ask"),
            "max_length": _("Write at most 300 characters"),
        },
    )


def keep_reason(document: Document, reason: str, *, by=None) -> EvidenceRemoval:
    """Keep why a document stops being the evidence that it is, with the hash of its file while that is still there."""
    return EvidenceRemoval.objects.create(
        event=document.event,
        title=document.title,
        evidence=document.evidence,
        file_name=document.file_name,
        stored_as=str(document.file.name),
        sha256=_hash(document),
        reason=reason,
        removed_by=by,
    )


def _hash(document: Document) -> str:
    try:
        with document.file.storage.open(str(document.file.name), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
