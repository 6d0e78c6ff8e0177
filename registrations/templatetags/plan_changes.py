"""What the editor of an event shows of the people it concerns: `{% load plan_changes %}`."""

from typing import Any

from django import template

from events.models import Event, Plan
from registrations.plan_changes import audience

register = template.Library()


@register.inclusion_tag("registrations/includes/who_is_told.html")
def who_is_told(event: Event, before: Plan | None = None, reason: str = "") -> dict[str, Any]:
    """How many people are told if the plan of an event becomes as it stands in this object, and what the mail says.

    `event` may hold values that are not saved yet; `before` is the plan that people know. Without it,
    only the people are counted.
    """
    return {"audience": audience(event, before=before, reason=reason or "")}
