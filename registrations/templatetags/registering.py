"""What pages of other houses and mails show about registering: `{% load registering %}`."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from events.event_page import EventPage
from events.models import Event
from registrations.models import Registration
from registrations.panel import panel
from registrations.places import availability
from registrations.status import status_of

register = template.Library()


@register.simple_tag(takes_context=True)
def registration_panel(context: dict[str, Any], page: EventPage) -> SafeString:
    """Whether people may register, how many places are left, and the button."""
    return panel(context["request"], page)


@register.inclusion_tag("registrations/includes/why_not_open.html")
def why_not_open(event: Event) -> dict[str, Any]:
    """Why nobody can register for an event now, and whom to ask."""
    return {"event": event, "availability": availability(event), "contact": event.contact}


@register.inclusion_tag("registrations/includes/status.html")
def registration_status(registration: Registration) -> dict[str, Any]:
    """How a registration stands, as a tag: word, colour and shape."""
    return {"status": status_of(registration)}
