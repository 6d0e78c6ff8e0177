"""The texts of an event in several languages: which there are, how complete each is, and changing one of them.

An event, its sessions and its speakers each hold their texts in the language in which they were written, with
translations beside (models/translations.py). The title of a document and the name of a choice group are kept in the
language of their event. What a session sets out to teach belongs to learning, which stands above events.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.languages import Language, language_of

from ..models import ChoiceGroup, Document, Event, Session, Speaker
from ..signals import calendar_changes_at_once

# What is translated of each, in the order in which people read it, and whether it is of several lines.
FIELDS: dict[type[models.Model], dict[str, tuple[str | Promise, bool]]] = {
    Event: {
        "title": (_("Title"), False),
        "summary": (_("Summary"), True),
        "description": (_("Description"), True),
        "themes": (_("Themes"), False),
        "audience": (_("For whom"), False),
        "bring": (_("Bring"), False),
    },
    ChoiceGroup: {"name": (_("Name of the choice"), False)},
    Session: {"title": (_("Title"), False), "description": (_("Description"), True)},
    Speaker: {"function": (_("Function"), False), "about": (_("About the person"), True)},
    Document: {"title": (_("Title"), False)},
}
LONGEST_TEXT = 20_000

Owner = Event | ChoiceGroup | Session | Speaker | Document


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of an event, session, choice group, speaker or document, as it was written first."""

    owner: Owner
    field: str
    label: str
    original: str
    language: str
    is_long: bool

    @property
    def name(self) -> str:
        """The name under which a form posts it, for good: “session-12-title”."""
        return f"{self.owner._meta.model_name}-{self.owner.pk}-{self.field}"

    @property
    def longest(self) -> int:
        return getattr(self.owner._meta.get_field(self.field), "max_length", None) or LONGEST_TEXT

    def translation(self, language: str) -> str:
        return self.owner.translations.get(language, {}).get(self.field, "")

    def older_since(self, language: str) -> datetime | None:
        """Since when the original is newer than its translation; None while it is not, or there is none."""
        return self.owner.older_since(self.field, language)


@dataclass(frozen=True, slots=True)
class Part:
    """The texts of one thing, under its name."""

    name: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The event itself, its programme, its speakers or its documents."""

    title: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a language has come: texts that are there out of all, and words of the original that are covered.

    `older` are those of them whose original was changed after they were written.
    """

    language: Language
    is_original: bool
    texts: int
    of_texts: int
    words: int
    of_words: int
    older: int = 0

    @property
    def is_complete(self) -> bool:
        return self.texts == self.of_texts


@dataclass(frozen=True, slots=True)
class EventTexts:
    """All texts of an event that were written, as its organisers see them. Five queries, however many there are."""

    event: Event
    chapters: list[Chapter] = field(default_factory=list)

    @classmethod
    def of(cls, event: Event) -> "EventTexts":
        chapters: list[tuple[str, Sequence[Owner]]] = [
            (gettext("About the event"), [event]),
            (gettext("Programme"), [*event.choice_groups.order_by("pk"), *event.sessions.all()]),
            (gettext("Speakers"), list(event.speakers.all())),
            (gettext("Documents"), list(event.documents.all())),
        ]
        found = [Chapter(title, _parts(owners, event)) for title, owners in chapters]
        return cls(event, [chapter for chapter in found if chapter.parts])

    @property
    def pieces(self) -> Iterator[Piece]:
        return (piece for chapter in self.chapters for part in chapter.parts for piece in part.pieces)

    def to_translate(self, language: str) -> list[Piece]:
        """The texts that were not written in a language."""
        return [piece for piece in self.pieces if piece.language != language]

    @property
    def languages(self) -> list[Language]:
        """The languages in which there is any text, that of the event first."""
        return [language_of(code) for code in languages_of([self.event, *(piece.owner for piece in self.pieces)])]

    def completeness(self, language: Language) -> Completeness:
        pieces = list(self.pieces)
        there = [piece for piece in pieces if piece.language == language.code or piece.translation(language.code)]
        return Completeness(
            language=language,
            is_original=language.code == self.event.language,
            texts=len(there),
            of_texts=len(pieces),
            words=_words(there),
            of_words=_words(pieces),
            older=sum(piece.older_since(language.code) is not None for piece in there),
        )

    @property
    def older(self) -> list[Completeness]:
        """The languages with texts whose original was changed after they were written."""
        return [each for language in self.languages if (each := self.completeness(language)).older]

    def save(self, language: str, texts: dict[str, str], *, still_right: Collection[str] = ()) -> None:
        """Store texts in a language by the names of their pieces; an empty one shows readers the original again.

        Those of `still_right` were read again beside their original, and are not older than it any more.
        The caller holds the lock of the event, so that nobody stores another translation in between.
        """
        by_owner: dict[Owner, dict[str, str]] = {}
        for piece in self.to_translate(language):
            if piece.name in texts:
                by_owner.setdefault(piece.owner, {})[piece.field] = texts[piece.name]
        right = {piece for piece in self.pieces if piece.name in still_right}
        with calendar_changes_at_once():
            for owner, changed in by_owner.items():
                is_changed = owner.translate(language, changed)
                read_again = [piece.field for piece in right if piece.owner == owner]
                owner.call_current(language, read_again)
                if is_changed or read_again:
                    owner.save(update_fields=["translations"])


def languages_of(written: Iterable[Any]) -> list[str]:
    """Return the codes of the languages in which any of these has a text, each once, in their order."""
    return list(dict.fromkeys(code for one in written for code in one.languages))


def _parts(owners: Sequence[Owner], event: Event) -> list[Part]:
    parts = []
    for owner in owners:
        if isinstance(owner, Document | ChoiceGroup):
            # It has no language of its own; that of a document is of its file.
            owner.event = event
        pieces = [
            Piece(owner, name, str(label), getattr(owner, name), owner.text_language, is_long)
            for name, (label, is_long) in FIELDS[type(owner)].items()
            if getattr(owner, name)
        ]
        if pieces:
            parts.append(Part(str(owner), pieces))
    return parts


def _words(pieces: Iterable[Piece]) -> int:
    return sum(len(piece.original.split()) for piece in pieces)
