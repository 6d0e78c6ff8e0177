"""Text that an organiser writes in more than one language."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is in, so that a page can mark it with `lang`."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


class Multilingual(models.Model):
    """A model whose texts are written in one language and may be translated into others.

    The fields themselves hold the text in `language`; `translations` holds {"it": {"title": "…", "summary": "…"}}.
    """

    language = models.CharField(_("language of the text"), max_length=10, default="en")
    translations = models.JSONField(_("translations"), default=dict, blank=True)

    class Meta:
        abstract = True

    def in_language(self, field: str, language: str) -> Text:
        """Return the text of `field` in `language`, else as it was first written."""
        if language != self.language and (text := self.translations.get(language, {}).get(field)):
            return Text(text, language)
        return Text(getattr(self, field), self.language)

    @property
    def languages(self) -> list[str]:
        return [self.language, *(code for code in self.translations if code != self.language)]
