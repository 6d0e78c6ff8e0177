"""Files that people answer with: which are taken, how they wait for the rest of the form, and who opens one.

Browsers drop a chosen file whenever a form comes back, so it is stored at once and the form holds a code for it. What
nobody finished within a day is deleted. A file is handed out to its person and to the organisers, never at a public
address, and only to be saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.programme.documents import TYPES, file_name
from venues.pictures import PictureRefused, re_encode

from ..models import Answer, Question, Upload

MOST_OCTETS = 5_000_000
KEPT = timedelta(days=1)
ACCEPTED = "application/pdf,image/png,image/jpeg"
_PDF, _JPEG = "application/pdf", "image/jpeg"


def taken_in_words() -> str:
    return gettext("PDF, PNG or JPEG, at most %(most)s.") % {"most": filesizeformat(MOST_OCTETS)}


@dataclass(frozen=True, slots=True)
class Given:
    """What came with the form for a question that asks for a file; `is_taken_back` empties an answer."""

    file: UploadedFile | None
    code: str
    is_taken_back: bool = False


class UploadWidget(forms.FileInput):
    """The input for a file, beside what is there already: a stored answer, or a file that waits for the form."""

    template_name = "registrations/includes/upload.html"
    needs_multipart_form = True
    already: Mapping[str, Any] | None = None
    waiting: Upload | None = None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        there = self.waiting.about if self.waiting else self.already
        context["widget"]["there"] = in_words(there) if there else ""
        context["widget"]["code"] = self.waiting.code if self.waiting else ""
        context["widget"]["may_be_removed"] = bool(there) and not self.is_required
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Given:
        return Given(files.get(name), data.get(f"{name}-kept") or "", bool(data.get(f"{name}-remove")))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class UploadField(forms.Field):
    """A file: gives an Upload that was stored or is still to be (`pk` None), the answer that is there, or None."""

    widget = UploadWidget
    default_error_messages: ClassVar = {"required": _("Choose a file")}

    def __init__(self, *, already: Mapping[str, Any] | None, **options: Any) -> None:
        super().__init__(**options)
        self.already = self.widget.already = already
        self.widget.attrs["accept"] = ACCEPTED

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data and (data.file or data.code or data.is_taken_back))

    def clean(self, value: Given | None) -> Any:
        value = value or Given(None, "")
        if value.file:
            return _read(value.file)
        if value.is_taken_back and not self.required:
            return None
        if waiting := self.widget.waiting:
            return waiting
        if self.already is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.already


def _read(upload: UploadedFile) -> Upload:
    """Return an uploaded file as it will be kept, unsaved. Raises ValidationError with words that say what is taken."""
    if not upload.size:
        raise ValidationError(gettext("This file is empty. Choose another one"), code="empty")
    if upload.size > MOST_OCTETS:
        words = gettext("This file is larger than %(most)s. Make it smaller, or choose another one")
        raise ValidationError(words % {"most": filesizeformat(MOST_OCTETS)}, code="too_large")
    upload.seek(0)
    head = upload.read(16)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        content, media_type = ContentFile(upload.read()), _PDF
    elif head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        try:
            # Drawn anew: where it was taken, and whatever else hides in a file, goes.
            content, media_type = re_encode(upload), _JPEG
        except PictureRefused as refused:
            raise ValidationError(str(refused), code="picture") from refused
    else:
        words = gettext("This kind of file is not taken. Save it as PDF, PNG or JPEG")
        raise ValidationError(words, code="type")
    about = {"name": file_name(upload.name or "", media_type), "size": content.size, "type": media_type}
    made = Upload(about=about)
    made.content = content
    return made


def keep(upload: Upload, question: Question) -> Upload:
    """Store a file that was read until its form is finished."""
    upload.question = question
    upload.file.save(upload.about["name"], upload.content, save=False)
    upload.save()
    return upload


def waiting(question: Question, code: str) -> Upload | None:
    """Return the file that waits under a code for an answer to this question, or None when there is none any more."""
    if not code or len(code) > 40:
        return None
    since = timezone.now() - KEPT
    return Upload.objects.filter(question=question, code=code, made_at__gt=since).first()


def taken_over(upload: Upload) -> str:
    """Let the file of an upload become that of an answer, and return its name in the storage."""
    name = str(upload.file.name)
    # The row goes, the file stays.
    upload.file.name = ""
    upload.delete()
    return name


def replaced(answer: Answer) -> None:
    """Delete the file of an answer that gets another one, once that is committed."""
    if answer.file.name:
        transaction.on_commit(partial(answer.file.storage.delete, answer.file.name))


def in_words(about: Mapping[str, Any]) -> str:
    """Return the name, kind and size of a file: “passport.pdf (PDF, 120 kB)”."""
    kind = TYPES.get(about.get("type", ""), ("", ""))[0]
    return f"{about.get('name', '')} ({kind}, {filesizeformat(about.get('size', 0))})"


def hand_out(answer: Answer) -> FileResponse:
    """Answer with the file of an answer, to be saved and never to be opened by the browser here."""
    response = FileResponse(answer.file.open("rb"), content_type=answer.value["type"])
    response["Content-Disposition"] = content_disposition_header(True, answer.value["name"])
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def forget_old_uploads(*, at: datetime | None = None) -> int:
    """Delete the files whose form nobody finished; return how many."""
    found = Upload.objects.filter(made_at__lte=(at or timezone.now()) - KEPT)
    return found.delete()[0]


def _deleted_for_good(sender: type[Model], instance: Answer | Upload, **kwargs: Any) -> None:
    if instance.file.name:
        transaction.on_commit(partial(instance.file.storage.delete, instance.file.name))


def connect() -> None:
    """Let files go with their rows."""
    for model in (Answer, Upload):
        post_delete.connect(_deleted_for_good, sender=model, dispatch_uid=f"files go with {model.__name__}")
