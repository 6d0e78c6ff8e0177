"""Prints where an event is: `{% load where %}{% where event %}`."""

from django import template

from events.models import Event, Plan
from events.where import where_in_words

register = template.Library()


@register.simple_tag
def where(what: Event | Plan) -> str:
    """Print the place of an event, or of one plan of it, in one line."""
    return where_in_words(what)
