"""How the organisers of an event word its mails: which kinds there are, what may stand in a wording, and filling it in.

A wording takes the place of the subject and of our own first words. What a mail must say stays whatever is written:
when and where, deadlines, reasons, links, the calendar entry, and why somebody gets the mail.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.template.loader_tags import ExtendsNode
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.letters import blank
from events.models import Event

from .compiled import Compiled
from .models import MailText

Paragraphs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail that can be worded: its key in MailText, its folder in templates/emails, and who gets it when.

    `facts` are what its templates ask for, as in most mails of the kind. Without `has_subject`, only a text is added to
    what the mail says by itself.
    """

    key: str
    letter: str
    name: str | Promise
    reader: str | Promise
    facts: Mapping[str, Any] = field(default_factory=dict)
    has_subject: bool = True


KINDS = {
    kind.key: kind
    for kind in (
        Kind("confirmed", "confirmed", _("Confirmed"), _("Whoever gets a place, at once")),
        Kind("waiting", "waiting", _("On the waiting list"), _("Whoever registers when all places are taken, at once")),
        Kind("for_approval", "for_approval", _("Waiting for approval"), _("Whoever registers where the host decides")),
        Kind("rejected", "rejected", _("No place"), _("Whoever the host gives no place, with the reason")),
        Kind("invitation", "invitation", _("Invitation"), _("Whoever is invited by a personal link")),
        Kind("offer", "offer", _("A place is free"), _("Whoever has waited longest, when a place becomes free")),
        Kind("offer_expired", "offer_expired", _("Offer ended"), _("Whoever let the offer of a place pass")),
        Kind(
            "plan_changed",
            "plan_changed",
            _("Changed plan"),
            _("Everybody who is registered, a minute after when, where or how it takes place was changed"),
            has_subject=False,
        ),
        Kind(
            "reminder_week",
            "reminder",
            _("Reminder, 7 days before"),
            _("Everybody with a place, 7 days before the start"),
            {"days": 7},
        ),
        Kind(
            "reminder_day",
            "reminder",
            _("Reminder, 1 day before"),
            _("Everybody with a place, 1 day before the start"),
            {"days": 1},
        ),
        Kind("cancelled", "cancelled", _("Cancelled by the person"), _("Whoever gives their place back, at once")),
        Kind(
            "cancelled_by_host",
            "cancelled",
            _("Cancelled by the host"),
            _("Whoever loses their registration by an act of the host, at once"),
            {"by_host": True},
        ),
        Kind(
            "thank_you",
            "thank_you",
            _("Thank you, with the link to feedback"),
            _("Whoever was there, the day after. Where attendance is not kept: everybody with a place"),
        ),
        Kind(
            "feedback_reminder",
            "feedback_reminder",
            _("Reminder of feedback"),
            _("Whoever was thanked and said nothing, a week after the event or two days before feedback closes"),
        ),
    )
}

# What organisers may write in braces.
PLACEHOLDERS: dict[str, str | Promise] = {
    "name": _("the name of the person"),
    "event": _("the title of the event"),
    "in_short": _("title, day and town, as subjects name the event"),
    "when": _("when the event takes place"),
    "where": _("where it takes place"),
    "host": _("who hosts it"),
    "project": _("the short name of the project"),
    "link": _("the address of their registration"),
}
# Those that differ from reader to reader, and what the templates of mails call them.
_PERSONAL = {"name": "name", "link": "manage_url"}

_BRACED = re.compile(r"\{([^{}\n]*)\}")
_ADDRESS = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*:/{1,2}\S*|\b(?:javascript|data|mailto):\S*")


# --- What may stand in it ----------------------------------------------------------------------------------------


def wrong_words(text: str) -> Iterator[str]:
    """Say of each thing that cannot stand in a wording what it is, in which line, and how to mend it."""
    for number, line in enumerate(text.splitlines(), start=1):
        for braced in _BRACED.finditer(line):
            if braced[1] not in PLACEHOLDERS:
                yield _unknown(braced[0], braced[1], number)
        if loose := re.search(r"[{}]", _BRACED.sub("", line)):
            yield gettext(
                "Line %(line)s: “%(brace)s” stands alone. A placeholder has one before and one after: {name}."
            ) % {
                "line": number,
                "brace": loose[0],
            }
        for address in _ADDRESS.finditer(line):
            if not re.match(r"(?i)https://\w", address[0]):
                yield gettext("Line %(line)s: write “%(address)s” as a web address that begins with https://.") % {
                    "line": number,
                    "address": address[0],
                }


def _unknown(braced: str, word: str, line: int) -> str:
    near = difflib.get_close_matches(word.strip().casefold().replace(" ", "_"), PLACEHOLDERS, n=1, cutoff=0.5)
    if near:
        words = gettext("Line %(line)s: %(word)s is no placeholder. Write {%(near)s}, or another one of the list.")
        return words % {"line": line, "word": braced, "near": near[0]}
    return gettext("Line %(line)s: %(word)s is no placeholder. Choose one of the list.") % {
        "line": line,
        "word": braced,
    }


# --- Finding and filling it --------------------------------------------------------------------------------------


def of(event: Event, key: str, language: str) -> MailText | None:
    """Return how the organisers worded a kind of mail in one language; None where they did not.

    All wordings of the event are read at once and stay with the object: those that are kept between requests, as the
    event of its page, are made anew when a wording was saved (CalendarState).
    """
    if key not in KINDS or event.pk is None:
        return None
    read(event)
    return next((text for text in event.mail_texts.all() if text.letter == key and text.language == language), None)


def read(event: Event) -> None:
    """Read how the mails of an event are worded, unless that was read with this object before."""
    kept = _kept_with(event)
    if "mail_texts" not in kept:
        texts = event.mail_texts.all()
        texts._result_cache = _OF_EVENT.rows(event=event.pk)  # type: ignore[attr-defined]
        # Last of all: the event of a kept page is shared, and two threads that evaluate one queryset spoil its query.
        kept["mail_texts"] = texts


def hand_on(earlier: Event, event: Event) -> None:
    """Let an event that was read anew have the wordings that were read with an earlier copy of it, if they were."""
    if (texts := _kept_with(earlier).get("mail_texts")) is not None:
        _kept_with(event)["mail_texts"] = texts


_OF_EVENT = Compiled(lambda event: MailText.objects.filter(event=event), "event")


def _kept_with(event: Event) -> dict[str, Any]:
    """Where prefetch_related puts what it read."""
    kept: dict[str, Any] = event.__dict__.setdefault("_prefetched_objects_cache", {})
    return kept


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put the values of placeholders into a wording; what differs between readers becomes a blank of the letter.

    In one pass, so that no value can hold a placeholder.
    """

    def value(braced: re.Match[str]) -> str:
        word = braced[1]
        if word in values:
            return values[word]
        return blank(_PERSONAL[word]) if word in _PERSONAL else braced[0]

    return _BRACED.sub(value, text)


def paragraphs(text: str) -> Paragraphs:
    """Return a text as its paragraphs, each as its lines."""
    parts = re.split(r"\n\s*\n", text.strip())
    return tuple(tuple(line.strip() for line in part.splitlines()) for part in parts if part.strip())


@dataclass(frozen=True, slots=True)
class InLanguage:
    """A language in which a kind of mail goes out, and whether the organisers worded it there."""

    code: str
    name: str
    is_worded: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: Kind
    languages: list[InLanguage]

    @property
    def is_worded(self) -> bool:
        return any(language.is_worded for language in self.languages)


def kinds_of(event: Event) -> list[KindRow]:
    """Return every kind of mail with the languages of this installation. One query."""
    worded = set(MailText.objects.filter(event=event).values_list("letter", "language"))
    return [
        KindRow(kind, [InLanguage(code, str(name), (key, code) in worded) for code, name in settings.LANGUAGES])
        for key, kind in KINDS.items()
    ]


# --- Our own words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a text with placeholders."""

    subject: str
    text: str


@lru_cache(maxsize=200)
def standard(key: str, language: str) -> Words:
    """Return what a kind of mail says in one language where nobody worded it otherwise, with placeholders."""
    kind = KINDS[key]
    with translation.override(language):
        braced = {word: f"{{{word}}}" for word in PLACEHOLDERS}
        context = {**braced, "event_in_short": "{in_short}", "title": "{event}", **kind.facts}
        subject, text = (_template(f"emails/{kind.letter}/{file}") for file in ("subject.txt", "body.txt"))
        return Words(
            subject=" ".join(_plain(subject, subject.nodelist, context).split()) if kind.has_subject else "",
            text=_plain(text, _block(text, "words"), context).strip(),
        )


def _template(name: str) -> Any:
    return Engine.get_default().get_template(name)


def _block(template: Any, name: str) -> Any:
    """The nodes of one block of a template that extends another."""
    return next(node.blocks[name].nodelist for node in template.nodelist if isinstance(node, ExtendsNode))


def _plain(template: Any, nodes: Any, context: dict[str, Any]) -> str:
    values = Context(context, autoescape=False)
    with values.bind_template(template):
        return str(nodes.render(values))
