"""What pages of events and registrations show of learning. They stand below this app, so their templates ask for it."""

from typing import Any

from django import template
from django.utils.translation import get_language

from events.models import Event

register = template.Library()


@register.inclusion_tag("learning/includes/outcomes.html")
def learning_outcomes(event: Event) -> dict[str, Any]:
    """List what an event sets out to teach; nothing at all where nothing was written down. One query."""
    language = get_language() or "en"
    return {"outcomes": [outcome.in_language("text", language) for outcome in event.outcomes.all()]}
