"""The event that an organiser's page is about."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from .models import Event


def organised_event(request: HttpRequest, slug: str) -> Event:
    """Return an event that this user organises, with what its pages show; for everybody else it is a 404."""
    return get_object_or_404(Event.objects.organised_by(request.user).with_page_data(), slug=slug)


def organised_event_to_write(request: HttpRequest, slug: str) -> Event:
    """Return the same and, for a POST, let nobody else change it before this transaction ends.

    What was typed is compared with what is stored, so nobody may store anything in between.
    """
    events = Event.objects.organised_by(request.user).with_page_data()
    return get_object_or_404(events.locked() if request.method == "POST" else events, slug=slug)
