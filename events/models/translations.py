"""Translations that know which text they were made from, so that an organiser sees which of them are older."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import models
from django.utils import timezone

from projects.models.languages import Translated


class DatedTranslations(Translated):
    """Texts whose translations are kept with a fingerprint of the original that each was made from.

    `translated_from` holds {"nl": {"summary": {"of": "3f2a…", "older_since": "2027-03-01T09:00:00+00:00"}}}; the
    instant is there once the original was changed, and gone when it is as it was. Readers see nothing of it.
    """

    translated_from = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._note_what_is_older()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "translated_from"}
        super().save(*args, **kwargs)

    def translate(self, language: str, texts: dict[str, str]) -> bool:
        before = self.translations.get(language, {})
        self.call_current(language, (field for field, text in texts.items() if text != before.get(field, "")))
        return super().translate(language, texts)

    def call_current(self, language: str, fields: Iterable[str]) -> None:
        """Note that the translations of some fields say what the originals say now. The caller saves."""
        left_out = set(fields)
        notes = {field: note for field, note in self.translated_from.get(language, {}).items() if field not in left_out}
        self.translated_from = {**self.translated_from, language: notes}

    def older_since(self, field: str, language: str) -> datetime | None:
        """Return since when the original of a field is newer than its translation; None while it is not."""
        note = self.translated_from.get(language, {}).get(field, {})
        since = note.get("older_since")
        return datetime.fromisoformat(since) if since and self.translations.get(language, {}).get(field) else None

    def _note_what_is_older(self) -> None:
        notes: dict[str, dict[str, dict[str, str]]] = {}
        for language, texts in self.translations.items():
            known = self.translated_from.get(language, {})
            for field, text in texts.items():
                if text and language != self.text_language:
                    notes.setdefault(language, {})[field] = self._note(field, known.get(field))
        self.translated_from = notes

    def _note(self, field: str, known: dict[str, str] | None) -> dict[str, str]:
        now = sha256(str(getattr(self, field, "")).replace("\r\n", "\n").encode()).hexdigest()[:16]
        if known is None or known["of"] == now:
            return {"of": now}
        return {"older_since": timezone.now().isoformat(), **known}
