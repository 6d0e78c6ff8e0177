"""What the editor of an event shows of who came: `{% load organising %}`."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from events.checklists import Missing
from events.models import Event
from registrations.models import AttendanceRecord
from registrations.people import Numbers, Taken, numbers_of

register = template.Library()


@register.inclusion_tag("registrations/includes/still_missing.html")
def still_missing(event: Event, missing: list[Missing]) -> dict[str, Any]:
    """What an event that is over still lacks: what events know of it, and whether anybody ticked who came."""
    is_over = event.is_published and not event.is_cancelled and not event.is_postponed and event.is_over()
    if is_over and not AttendanceRecord.objects.filter(registration__event=event).exists():
        address = reverse("registrations:attendance", args=[event.slug])
        missing = [Missing(gettext("Who came"), address), *missing]
    return {"missing": missing}


@register.simple_tag
def places_taken(event: Event) -> Numbers:
    """Return how many people an event has, and so how many of its places are taken. One query."""
    return numbers_of(event)


@register.filter
def taken_of(numbers: Numbers, event: Event) -> list[Taken]:
    """Return who has a place of an event, in the room and online apart."""
    return numbers.taken_of(event)
