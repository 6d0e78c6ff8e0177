"""Prints texts that their writers gave in one or more languages: `{% load texts %}`."""

from django import template
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext

from events.models import ChoiceGroup, Document, Event
from projects.languages import language_of
from projects.models.languages import Text, Translated

register = template.Library()


@register.simple_tag
def in_its_language(written: Text) -> str:
    """Print a text inside a heading or link, marked with its language where that is not the page's."""
    if written.language == get_language():
        return written.text
    return format_html('<span lang="{}" dir="auto">{}</span>', written.language, written.text)


@register.simple_tag
def text(written: Translated, field: str, language: str = "") -> str:
    """Print one short text of an object in a language (empty: the page's), else as it was first written, marked so."""
    return in_its_language(written.in_language(field, language or get_language() or "en"))


@register.simple_tag
def text_of(event: Event, written: Document | ChoiceGroup, field: str, language: str = "") -> str:
    """Print one short text of what is written in the language of its event, which need not be read once more."""
    written.event = event
    return text(written, field, language)


@register.simple_tag
def fact(written: Text) -> str:
    """Print one short text beside its name, such as for whom an event is; one that is not in the language says so."""
    if not written.text:
        return ""
    if written.is_as_wanted:
        return in_its_language(written)
    return format_html('{} <span class="meta small">({})</span>', in_its_language(written), _only_in(written))


@register.simple_tag
def paragraphs(written: Text) -> str:
    """Print a longer text; one that does not exist in the language that was asked for says so before it begins."""
    if not written.text:
        return ""
    body = mark_safe(linebreaks(written.text, autoescape=True))  # noqa: S308 - escaped by linebreaks
    if written.language != get_language():
        body = format_html('<div class="stack" lang="{}" dir="auto">{}</div>', written.language, body)
    if written.is_as_wanted:
        return body
    return format_html('<p class="muted">{}</p>{}', _only_in(written), body)


def _only_in(written: Text) -> str:
    if not written.also_in:
        language = language_of(written.language).name
        return gettext("This text is available in %(language)s only.") % {"language": language}
    names = ", ".join(str(language_of(code).name) for code in (written.language, *written.also_in))
    return gettext("This text is available in these languages only: %(languages)s.") % {"languages": names}
