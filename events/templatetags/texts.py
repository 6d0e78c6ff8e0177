"""Prints texts that their writers gave in one or more languages: `{% load texts %}`."""

from django import template
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info, gettext

from projects.models.languages import Multilingual, Text

register = template.Library()


@register.simple_tag
def in_its_language(written: Text) -> str:
    """Print a text inside a heading or link, marked with its language where that is not the page's."""
    if written.language == get_language():
        return written.text
    return format_html('<span lang="{}" dir="auto">{}</span>', written.language, written.text)


@register.simple_tag
def text(written: Multilingual, field: str) -> str:
    """Print one short text of an object in the page's language, else as it was first written and marked so."""
    return in_its_language(written.in_language(field, get_language() or "en"))


@register.simple_tag
def paragraphs(text: Text) -> str:
    """Print a longer text; one in another language than the page says so before it begins."""
    if not text.text:
        return ""
    body = mark_safe(linebreaks(text.text, autoescape=True))  # noqa: S308 - escaped by linebreaks
    if text.language == get_language():
        return body
    return format_html(
        '<p class="muted">{}</p><div class="stack" lang="{}" dir="auto">{}</div>',
        gettext("This text is available in %(language)s only.") % {"language": _name(text.language)},
        text.language,
        body,
    )


def _name(code: str) -> str:
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code
