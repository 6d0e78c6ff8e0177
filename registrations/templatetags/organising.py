"""What the editor of an event shows of who came: `{% load organising %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from events.checklists import Missing
from events.models import Event
from registrations.models import AttendanceRecord
from registrations.people import numbers_of

register = template.Library()


@register.inclusion_tag("registrations/includes/still_missing.html")
def still_missing(event: Event, missing: list[Missing]) -> dict[str, Any]:
    """What an event that is over still lacks: what events know of it, and whether anybody ticked who came."""
    is_over = event.is_published and not event.is_cancelled and not event.is_postponed and event.is_over()
    if is_over and not AttendanceRecord.objects.filter(registration__event=event).exists():
        address = reverse("registrations:attendance", args=[event.slug])
        missing = [Missing(gettext("Who came"), address), *missing]
    return {"missing": missing}


@register.inclusion_tag("registrations/includes/places_taken.html")
def places_taken(event: Event) -> dict[str, Any]:
    """How many places of an event are taken, and what a limit below that does. Two queries."""
    numbers = numbers_of(event)
    too_many = max(0, numbers.confirmed - event.places) if event.places is not None else 0
    return {"numbers": numbers, "too_many": too_many}
