"""The words that stand for events in addresses: free ones for new events, and old ones that lead on for ever."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify

from projects.search import fold

from .models import Event, EventAddress
from .passes import held, visible_events

# Pages of organisers that stand where an event's could: /organise/new/ is no event.
RESERVED = frozenset({"new", "places", "calendars", "drafts", "kinds", "persons"})
LONGEST = 120

_OF_AN_EVENT = re.compile(r"(?P<before>/(?:[a-z-]+/)?(?:events|organise)/)(?P<slug>[-\w]+)(?P<after>[/.][\s\S]*)")
_SAFE_METHODS = ("GET", "HEAD")


def is_free(slug: str, *, event: Event | None = None) -> bool:
    """Whether an event may have this address: no other event has it or ever had it."""
    others, old = Event.objects.filter(slug=slug), EventAddress.objects.filter(slug=slug)
    if event is not None:
        others, old = others.exclude(pk=event.pk), old.exclude(event=event)
    return slug not in RESERVED and not others.exists() and not old.exists()


def free_slug(title: str) -> str:
    """Return an address for a new event, made of its title."""
    wish = slugify(fold(title))[: LONGEST - 5].strip("-") or "event"
    number, slug = 1, wish
    while not is_free(slug):
        number += 1
        slug = f"{wish}-{number}"
    return slug


def rename(event: Event, slug: str) -> None:
    """Give an event another address; the old one leads to it for ever. The caller has seen that it is free.

    Inside the caller's transaction.
    """
    if slug == event.slug:
        return
    # Back to an address that it had before.
    event.old_addresses.filter(slug=slug).delete()
    EventAddress.objects.create(slug=event.slug, event=event)
    event.slug = slug
    event.save(update_fields=["slug"])


class OldAddressMiddleware:
    """Lead from an old address of an event, and every page below it, to where it is now. Only a 404 costs a query."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 404 or (found := _OF_AN_EVENT.fullmatch(request.path_info)) is None:
            return response
        return _redirect(request, found) or response


def _redirect(request: HttpRequest, found: re.Match[str]) -> HttpResponse | None:
    address = EventAddress.objects.filter(slug=found["slug"]).select_related("event").first()
    if address is None:
        return None
    # Data is asked for without a session; and nobody learns the new name of what they may not see.
    is_data = found["after"].startswith(".")
    visible = visible_events(None) if is_data else visible_events(request.user, held(request))
    if not visible.filter(pk=address.event_id).exists():
        return None
    path = f"{found['before']}{address.event.slug}{found['after']}"
    if query := request.META.get("QUERY_STRING"):
        path = f"{path}?{query}"
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        return None
    response = HttpResponsePermanentRedirect(path)
    if request.method not in _SAFE_METHODS:
        # What was typed into a form that was open while the address changed is sent on, not dropped.
        response.status_code = 308
    return response
