"""The form in which organisers word one kind of mail in one language."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.editing.comparing import ComparingForm
from events.editing.fields import LineField, TextField
from events.models import CalendarState, Event

from . import wording
from .models import MailText
from .wording import Kind

LONGEST_SUBJECT, LONGEST_TEXT = 200, 5000


class MailTextForm(ComparingForm):
    """Subject and text. What is left empty, or as it was, stays in the standard words."""

    subject = LineField(label=_("Subject"), required=False, max_length=LONGEST_SUBJECT)
    text = TextField(label=_("Text"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, event: Event, kind: Kind, language: str, **options: Any) -> None:
        self.event, self.kind, self.language = event, kind, language
        self.standard = wording.standard(kind.key, language)
        self.stored = wording.of(event, kind.key, language)
        now = {"text": (self.stored.text if self.stored else "") or self.standard.text}
        if kind.has_subject:
            now["subject"] = (self.stored.subject if self.stored else "") or self.standard.subject
        super().__init__(*args, now=now, **options)
        if not kind.has_subject:
            del self.fields["subject"]
        for field in self.fields.values():
            field.widget.attrs.update({"lang": language, "dir": "auto"})

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_text(self) -> str:
        return self._checked("text")

    def _checked(self, name: str) -> str:
        typed: str = self.cleaned_data[name]
        if wrong := list(wording.wrong_words(typed)):
            raise ValidationError([ValidationError(words, code="wording") for words in wrong])
        return typed

    @property
    def as_stored(self) -> MailText:
        """How the mail is worded now; an empty wording stands for the standard words."""
        return self.stored or MailText(event=self.event, letter=self.kind.key, language=self.language)

    @property
    def worded(self) -> MailText:
        """What was typed, not stored; after validation only."""
        subject, text = self.cleaned_data.get("subject", ""), self.cleaned_data.get("text", "")
        return MailText(
            event=self.event,
            letter=self.kind.key,
            language=self.language,
            subject="" if subject == self.standard.subject else subject,
            text="" if text == self.standard.text else text,
        )

    def save(self, *, by: Any) -> None:
        """Store what differs from the standard words; where nothing does, the standard words count again."""
        worded = self.worded
        if not (worded.subject or worded.text):
            back_to_standard(self.event, self.kind, self.language)
            return
        MailText.objects.update_or_create(
            event=self.event,
            letter=self.kind.key,
            language=self.language,
            defaults={
                "subject": worded.subject,
                "text": worded.text,
                "changed_at": timezone.now(),
                "changed_by": by,
            },
        )
        CalendarState.advance()


def back_to_standard(event: Event, kind: Kind, language: str) -> None:
    """Forget how a kind of mail was worded."""
    MailText.objects.filter(event=event, letter=kind.key, language=language).delete()
    # Events that are kept between requests know their wordings.
    CalendarState.advance()
