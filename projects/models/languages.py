"""Text that an organiser writes in more than one language."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is in, so that a page can mark it with `lang`.

    `wanted` is the language that was asked for. Where the text does not exist in it, `also_in` are the codes of the
    other languages in which it does.
    """

    text: str
    language: str
    wanted: str = ""
    also_in: tuple[str, ...] = ()

    @property
    def is_as_wanted(self) -> bool:
        return not self.wanted or self.language == self.wanted

    def __str__(self) -> str:
        return self.text


class Translated(models.Model):
    """A model whose texts are written in one language and may be translated into others.

    The fields themselves hold the text in `text_language`; `translations` holds {"it": {"title": "…", "summary": "…"}}.
    """

    translations = models.JSONField(_("translations"), default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def text_language(self) -> str:
        raise NotImplementedError

    def in_language(self, field: str, language: str) -> Text:
        """Return the text of `field` in `language`, else as it was first written."""
        if language == self.text_language:
            return Text(getattr(self, field), language, wanted=language)
        if text := self.translations.get(language, {}).get(field):
            return Text(text, language, wanted=language)
        others = tuple(
            code for code, texts in self.translations.items() if code != self.text_language and texts.get(field)
        )
        return Text(getattr(self, field), self.text_language, wanted=language, also_in=others)

    @property
    def languages(self) -> list[str]:
        """The codes of the languages in which there is any text, that of the original first."""
        return [
            self.text_language,
            *(code for code, texts in self.translations.items() if code != self.text_language and texts),
        ]

    def translate(self, language: str, texts: dict[str, str]) -> bool:
        """Take over texts in one language by the names of their fields, and return whether any is different.

        An empty text takes the translation away, so that readers see the original. The caller saves.
        """
        before = self.translations.get(language, {})
        after = {field: text for field, text in {**before, **texts}.items() if text}
        if before == after:
            return False
        others = {code: kept for code, kept in self.translations.items() if code != language}
        self.translations = {**others, **({language: after} if after else {})}
        return True


class Multilingual(Translated):
    """A model that says itself in which language it is written."""

    language = models.CharField(_("language of the text"), max_length=10, default="en")

    class Meta:
        abstract = True

    @property
    def text_language(self) -> str:
        return self.language
