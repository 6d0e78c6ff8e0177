"""What organisers say about a document, and its file."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.languages import language_choices

from ..editing.comparing import ComparingForm
from ..editing.fields import ClockField, DateField, LineField
from ..models import Document, Event, Session
from .documents import TYPES, changing_file, file_name, type_of
from .evidence_kept import keep_reason


class DocumentForm(ComparingForm):
    """A document. One without a file says that it comes later."""

    title = LineField(
        label=_("Title"),
        max_length=200,
        error_messages={"required": _("Enter a title")},
        help_text=_("For example: Slides of the opening"),
    )
    upload = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_("Leave it empty, and the page says that it comes later. At most 25 MB: %(types)s.")
        % {"types": ", ".join(word for word, _end in TYPES.values())},
    )
    session = forms.ModelChoiceField(
        label=_("Session"), queryset=Session.objects.none(), required=False, empty_label=_("The whole event")
    )
    language = forms.ChoiceField(label=_("Language of the file"), required=False)
    evidence = forms.ChoiceField(
        label=_("Which of the documents that are due it is"),
        required=False,
        help_text=_("This kind of event expects them once it is over."),
    )
    visibility = forms.ChoiceField(
        label=_("Who may open it"), choices=Document.Visibility.choices, initial=Document.Visibility.PUBLIC
    )
    from_day = DateField(label=_("Visible from"), help_text=_("Empty: at once."))
    from_time = ClockField(label=_("At"), required=False, help_text=_("Empty: at midnight."))
    until_day = DateField(label=_("Visible until"), help_text=_("Empty: for good. This day is the last one."))

    reason = forms.CharField(
        label=_("Why the evidence changes"),
        max_length=300,
        required=False,
        help_text=_("Needed only for another file or another mark: this is a piece of evidence that is kept."),
        error_messages={"max_length": _("Write at most 300 characters")},
    )

    def __init__(self, *args: Any, event: Event, document: Document | None, by: Any = None, **options: Any) -> None:
        now = _values(event, document) if document else {}
        super().__init__(*args, now=now, **options)
        self.event, self.document, self.by = event, document, by
        if document is None or not document.is_kept_as_evidence():
            del self.fields["reason"]
        sessions = cast("forms.ModelChoiceField[Session]", self.fields["session"])
        sessions.queryset = event.sessions.in_order()
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [("", _("Not said")), *language_choices()]
        self._set_up_evidence()

    def _set_up_evidence(self) -> None:
        due = {each.key: str(each.name) for each in self.event.kind.evidence}
        if self.document and self.document.evidence:
            # The kind may have expected it once.
            due.setdefault(self.document.evidence, self.document.evidence)
        if due:
            evidence = cast(forms.ChoiceField, self.fields["evidence"])
            evidence.choices = [("", _("None of them")), *due.items()]
        else:
            del self.fields["evidence"]

    def clean_upload(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload is not None:
            self.cleaned_data["file_type"] = type_of(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("from_time") and not values.get("from_day") and "from_day" not in self.errors:
            self.add_error("from_day", gettext("Enter the day too, or leave the time empty"))
        if "reason" in self.fields and self._takes_evidence_away(values) and not values.get("reason"):
            self.add_error("reason", gettext("Say why: another file, or another mark, takes a piece of evidence away"))
        starts, ends = self._visible_from(values), self._visible_until(values)
        if starts and ends and ends <= starts:
            self.add_error("until_day", gettext("It must be visible for some time: enter a later day"))
        return values

    def _takes_evidence_away(self, values: dict[str, Any]) -> bool:
        if self.document is None:
            return False
        return bool(values.get("upload")) or values.get("evidence", self.document.evidence) != self.document.evidence

    def _visible_from(self, values: dict[str, Any]) -> datetime | None:
        if not (day := values.get("from_day")):
            return None
        return datetime.combine(day, values.get("from_time") or time(), self.event.zone)

    def _visible_until(self, values: dict[str, Any]) -> datetime | None:
        if not (day := values.get("until_day")):
            return None
        return datetime.combine(day + timedelta(days=1), time(), self.event.zone)

    def save(self) -> Document:
        values = self.cleaned_data
        last = self.event.documents.order_by("position").values_list("position", flat=True).last() or 0
        document = self.document or Document(event=self.event, position=last + 1)
        if "reason" in self.fields and self._takes_evidence_away(values):
            keep_reason(document, values["reason"], by=self.by)
        for name in ("title", "session", "language", "visibility"):
            setattr(document, name, values[name])
        document.evidence = values.get("evidence", document.evidence)
        document.visible_from, document.visible_until = self._visible_from(values), self._visible_until(values)
        with changing_file(document, "file"):
            if upload := values["upload"]:
                document.file_type = values["file_type"]
                document.file_name = file_name(upload.name or "", document.file_type)
                document.octets = upload.size
                document.file = upload
            document.save()
        return document


def _values(event: Event, document: Document) -> dict[str, Any]:
    starts = document.visible_from.astimezone(event.zone) if document.visible_from else None
    ends = document.visible_until.astimezone(event.zone) if document.visible_until else None
    last_day: date | None = (ends - timedelta(microseconds=1)).date() if ends else None
    return {
        "title": document.title,
        "session": document.session,
        "language": document.language,
        "evidence": document.evidence,
        "visibility": document.visibility,
        "from_day": starts.date() if starts else None,
        "from_time": starts.time() if starts else None,
        "until_day": last_day,
    }
