"""`{% load calendars %}`: the links by which people take an event into their own calendar."""

from django import template
from django.utils.translation import get_language

from events.models import Event
from events.subscriptions import OneEvent

register = template.Library()


@register.simple_tag
def event_in_calendars(event: Event) -> OneEvent | None:
    """Return the links for an event in the language of the page, None when there is nothing to add to a calendar."""
    return OneEvent.of(event, get_language() or "en")
