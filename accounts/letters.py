"""What a mail says: subject, text and HTML, from the templates of one folder, in the language of its reader."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.html import conditional_escape

from .outbox import one_line

# Stands on both sides of the name of a blank in a form letter: a character for private use, which no template has.
_BLANK = "\ue000"
_BLANKS = re.compile(f"{_BLANK}([a-z_]+){_BLANK}")
# Embeddings, overrides and isolates (Unicode Standard Annex 9): they reach beyond the name in which they stand.
_TURNS_DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# The dot of “example.org” and the colon of “https:”. A word joiner after them is not seen, and ends what was a link.
_LOOKS_LIKE_A_LINK = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|:(?=//)|@(?=\w)")

# What an address need not escape, and what stands for it while an address is made.
_STANDS_AS_IT_IS = re.compile(r"[A-Za-z0-9_-]+")
_STAND_IN = "stands-for-a-text-"


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def render_letter(
    name: str, context: Mapping[str, Any], *, personal: Mapping[str, str] | None = None, language: str
) -> Letter:
    """Return the mail of templates/emails/<name>/ in one language.

    Its three files are subject.txt, body.txt (extends emails/base.txt) and body.html (extends emails/base.html).
    Only the HTML is escaped: in the text, a name with “&” stays as its owner writes it.

    With `worded_subject` in the context, that is the subject instead. With `personal`, the rest is rendered once for
    all who get the same letter: the templates print those texts as they are, without a condition or filter, and
    `context` holds texts, numbers and lists of them, but no objects.
    """
    site = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "contact_email": settings.CONTACT_EMAIL}
    context = {**site, **context}
    if personal is None:
        return _rendered(name, offered(language), context)
    same = tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in context.items())
    form = _form_letter(name, offered(language), same, tuple(personal))
    escaped = {key: conditional_escape(value) for key, value in personal.items()}
    return Letter(
        subject=one_line(_filled(form.subject, personal)),
        text=_filled(form.text, personal),
        html=_filled(form.html, escaped),
    )


@lru_cache(maxsize=200)
def _form_letter(
    name: str, language: str, context: tuple[tuple[str, Hashable], ...], blanks: tuple[str, ...]
) -> Letter:
    """A letter with blanks in it. When many register at once, rendering theirs one by one is most of the work."""
    return _rendered(name, language, {**dict(context), **{name: blank(name) for name in blanks}})


def blank(name: str) -> str:
    """Return what stands for a text of `personal` in what is put into a letter beside its templates."""
    return f"{_BLANK}{name}{_BLANK}"


def harmless(text: str) -> str:
    """Return what somebody typed about themselves as it may stand in a mail to a stranger.

    In one line, without signs that turn the direction of what follows, and so that no mail program makes a link of it:
    else whoever registers somebody else could send them theirs, under our name.
    """
    visible = "".join(c for c in one_line(text) if c not in _TURNS_DIRECTION)
    return _LOOKS_LIKE_A_LINK.sub(lambda dot: f"{dot[0]}\u2060", visible)


def _rendered(name: str, language: str, context: Mapping[str, Any]) -> Letter:
    with translation.override(language):
        context = {
            "language": language,
            "privacy_url": absolute_url("events:privacy", language=language),
            **context,
        }
        return Letter(
            subject=one_line(context.get("worded_subject") or _plain(f"emails/{name}/subject.txt", context)),
            text=_plain(f"emails/{name}/body.txt", context),
            html=get_template(f"emails/{name}/body.html").render(context),
        )


def _filled(text: str, values: Mapping[str, str]) -> str:
    # In one pass, so that nobody can write a blank into their own name.
    return _BLANKS.sub(lambda blank: values.get(blank[1], ""), text)


def absolute_url(view: str, *args: Any, language: str) -> str:
    """Return the whole address of a page in one language, for mails and calendars, which know no request."""
    language = offered(language)
    if args and all(isinstance(arg, str) and _STANDS_AS_IT_IS.fullmatch(arg) for arg in args):
        parts = _parts_of_address(view, language, len(args))
        if len(parts) == len(args) + 1:
            return settings.SITE_URL + "".join(chain.from_iterable(zip(parts, (*args, ""), strict=True)))
    return settings.SITE_URL + _address(view, args, language)


def _address(view: str, args: tuple[Any, ...], language: str) -> str:
    with translation.override(language):
        return reverse(view, args=args)


@lru_cache(maxsize=500)
def _parts_of_address(view: str, language: str, number: int) -> list[str]:
    """What stands around the texts in an address, found once: a letter has four of them, each with another code.

    Nothing where the address takes no texts, but numbers.
    """
    stand_ins = [f"{_STAND_IN}{n}" for n in range(number)]
    try:
        return re.split(f"{_STAND_IN}[0-9]", _address(view, tuple(stand_ins), language))
    except NoReverseMatch:
        return []


def offered(language: str) -> str:
    """Return the language if this installation has it, else English: an address in another one would be a 404."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _plain(template: str, context: dict[str, Any]) -> str:
    text = Engine.get_default().get_template(template).render(Context(context, autoescape=False))
    # Conditions leave blank lines behind; one between two paragraphs is enough.
    return re.sub(r"\n[ \t]*\n\s*\n", "\n\n", text).strip() + "\n"
