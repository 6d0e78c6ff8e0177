"""What pages tell of an event's story: its number, what it moved from, what it became: `{% load story %}`."""

from datetime import timedelta

from django import template
from django.utils import timezone

from events import series as numbered
from events.models import Event, EventQuerySet
from events.versions import Version, moved_lately

register = template.Library()

# How long the page says on top that an event moved. Below, every version stays.
MOVE_IS_NEWS = timedelta(days=30)


@register.simple_tag
def series(event: Event) -> str:
    """Print the kind of an event, with its number where it has one: “13th interregional event”."""
    return numbered.in_words(event) or str(event.kind)


@register.simple_tag
def moved_from(event: Event, versions: list[Version]) -> Version | None:
    """Return the plan that an event was moved from in the last 30 days; None when it was not, or is called off."""
    if event.is_cancelled or event.is_postponed:
        return None
    return moved_lately(versions, since=timezone.now().date() - MOVE_IS_NEWS)


@register.simple_tag
def became(event: Event, reader) -> list[Event]:
    """Return the events into which one was split or merged, as far as a reader sees them; None is the public."""
    return list(_told_to(reader).filter(links_back__origin=event).in_order())


@register.simple_tag
def came_from(event: Event, reader) -> list[Event]:
    """Return the events of which one is a part, or that were merged into it, as far as a reader sees them."""
    return list(_told_to(reader).filter(links_onward__outcome=event).in_order())


def _told_to(reader) -> EventQuerySet:
    # Without drafts: the page shows organisers what they publish, their own pages show the rest.
    return Event.objects.visible_to(reader).published().select_related("venue", "kind")
