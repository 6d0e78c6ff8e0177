"""What pages of other houses and mails show about registering: `{% load registering %}`."""

from typing import Any

from django import template

from events.models import Event
from registrations.admission import admission_of
from registrations.interests import may_be_joined
from registrations.models import Registration
from registrations.places import Opening, availability
from registrations.status import status_of

register = template.Library()


@register.inclusion_tag("registrations/includes/panel.html", takes_context=True)
def registration_panel(context: dict[str, Any], event: Event) -> dict[str, Any]:
    """Whether people may register, how many places are left, and the button. One query while registration is open."""
    now = availability(event)
    request = context.get("request")
    # Of an event that is over or cancelled, and never took registrations here, there is nothing to say.
    is_shown = event.registration_opens_at is not None or now.opening not in (Opening.OVER, Opening.CANCELLED)
    return {
        "event": event,
        "availability": now,
        "admission": admission_of(request, event) if request is not None and now.is_open else None,
        "is_shown": is_shown,
        "keeps_interest_list": may_be_joined(event, now),
        "contact": event.contact,
    }


@register.inclusion_tag("registrations/includes/why_not_open.html")
def why_not_open(event: Event) -> dict[str, Any]:
    """Why nobody can register for an event now, and whom to ask."""
    return {"event": event, "availability": availability(event), "contact": event.contact}


@register.inclusion_tag("registrations/includes/status.html")
def registration_status(registration: Registration) -> dict[str, Any]:
    """How a registration stands, as a tag: word, colour and shape."""
    return {"status": status_of(registration)}
