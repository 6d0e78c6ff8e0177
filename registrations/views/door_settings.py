"""The door of an event as its host sees it: links for helpers, how the desk works, devices, and the log."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role

from ..door.access import door_address, new_link, revoke
from ..door.codes import svg
from ..door.forms import DoorForm, LinkForm
from ..door.log import log_of
from ..models import Door, DoorHelper, DoorLink


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link for helpers: where it leads without its key, and the QR code that needs no PIN."""

    link: DoorLink
    code: str


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door_settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the door to its host, and store how the desk works."""
    event = organised_event(request, slug)
    door = _door_of(event)
    form = DoorForm(request.POST or None, instance=door)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved. Devices at the door know within a minute, or when they are opened."))
        return HttpResponseRedirect(request.path)
    return _page(request, event, door, form, LinkForm())


def _door_of(event: Event) -> Door:
    """The door of an event; one that is not stored yet, without a PIN to show, where nothing was saved."""
    return Door.objects.filter(event=event).first() or Door(event=event)


def _page(request: HttpRequest, event: Event, door: Door, form: DoorForm, new: LinkForm) -> HttpResponse:
    links = DoorLink.objects.filter(event=event)
    context = {
        "event": event,
        "door": door,
        "form": form,
        "new": new,
        "address": settings.SITE_URL + reverse("door:door", args=[event.slug]),
        "links": [ShownLink(link, svg(door_address(link))) for link in links if link.is_live],
        "helpers": list(DoorHelper.objects.filter(link__event=event).select_related("link")),
        "history": log_of(event),
    }
    return render(request, "registrations/door/settings.html", context, status=422 if new.errors else 200)


@access(people_with_a_role)
@require_POST
def make_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for helpers, with a PIN that no other link of this door has."""
    event = organised_event(request, slug)
    form = LinkForm(request.POST)
    if not form.is_valid():
        door = _door_of(event)
        return _page(request, event, door, DoorForm(instance=door), form)
    new_link(event, label=form.cleaned_data["label"], by=request.user)
    messages.success(request, gettext("The link is made. It opens the door on the days of the event."))
    return HttpResponseRedirect(reverse("registrations:door_settings", args=[slug]))


@access(people_with_a_role)
@require_POST
def revoke_link(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Take a link back. Whoever came in by it is out."""
    event = organised_event(request, slug)
    link = get_object_or_404(DoorLink, event=event, pk=key)
    revoke(link)
    messages.success(request, gettext("%(label)s: revoked. Its devices are signed out.") % {"label": link.label})
    return HttpResponseRedirect(reverse("registrations:door_settings", args=[slug]))
