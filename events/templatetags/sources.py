"""Prints where a fact was read: `{% load sources %}`."""

from urllib.parse import unquote, urlsplit

from django import template
from django.utils.html import format_html

register = template.Library()

LONGEST_TEXT = 90


@register.simple_tag
def source_link(source: str) -> str:
    """Print one source: a link that shows its host and path where it is a web address, else its words."""
    source = str(source)
    parts = urlsplit(source) if source.startswith(("https://", "http://")) else None
    if parts is None or not parts.hostname:
        return source
    text = parts.hostname.removeprefix("www.") + unquote(parts.path).rstrip("/")
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1].rstrip("-_/") + "…"
    return format_html('<a href="{}" rel="noopener external">{}</a>', source, text)
