"""The door as an app: its page without any data, its service worker, its manifest, and the secret of the list."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from django_countries import countries

from accounts.access import access, everybody
from events.models import Event
from events.times import whose_clock_in_words

from ..door import phone
from ..door.access import at_the_door, people_at_the_door


@access(everybody)
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker of all doors in a language."""
    return HttpResponse(phone.worker(), content_type="text/javascript; charset=utf-8")


@access(people_at_the_door)
@require_safe
@never_cache
@ensure_csrf_cookie
def app(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page that a phone keeps: what it says and where it asks, and nothing about anybody."""
    by = at_the_door(request, slug)
    if by is None:
        return HttpResponseRedirect(reverse("door:door", args=[slug]))
    event = by.event
    language = get_language() or settings.LANGUAGE_CODE
    door = {
        "database": f"door-{event.pk}",
        "cookie": phone.cookie_name(event),
        "language": language,
        "zone": str(event.zone),
        "secretAddress": reverse("door:secret", args=[slug]),
        "listAddress": reverse("door:list", args=[slug]),
        "actsAddress": reverse("door:acts", args=[slug]),
        "closeAddress": reverse("door:close", args=[slug]),
        "worker": reverse("door:worker"),
        "scope": reverse("door:worker").removesuffix("worker.js"),
        "decoder": settings.STATIC_URL + phone.FILES["decoder_js"],
        "words": phone.words(),
    }
    context = {
        "event": event,
        "door": door,
        "files": phone.addresses(),
        "apple_icon": phone.apple_icon(),
        "countries": list(countries),
        "zone": whose_clock_in_words(event, event.days[0]) if event.days else "",
    }
    return render(request, "registrations/door/app.html", context)


@access(people_at_the_door)
@require_safe
@never_cache
def secret(request: HttpRequest, slug: str) -> HttpResponse:
    """Set the cookie that the key of the list is made of; the browser drops it when the list must be forgotten."""
    by = at_the_door(request, slug)
    if by is None:
        return HttpResponse(status=401)
    event = by.event
    forget_at = phone.list_is_forgotten_at(event)
    response = JsonResponse({"forgetAt": forget_at.isoformat()})
    # A script makes the key of it, so it is the one cookie that scripts may read; it opens nothing here.
    response.set_cookie(
        phone.cookie_name(event),
        secrets.token_urlsafe(32),
        expires=forget_at,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return response


@access(everybody)
@require_safe
def manifest(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer what a phone asks before it installs the door (W3C Web Application Manifest)."""
    event = get_object_or_404(Event.objects.published(), slug=slug)
    start = reverse("door:app", args=[slug])
    # A browser asks for this without saying who it is for.
    is_public = Event.objects.visible_to(None).filter(pk=event.pk).exists()
    content = {
        "id": start,
        "name": gettext("Door: %(title)s") % {"title": event.title} if is_public else gettext("Door"),
        "short_name": gettext("Door"),
        "start_url": start,
        "scope": reverse("door:door", args=[slug]),
        "display": "standalone",
        "lang": get_language() or settings.LANGUAGE_CODE,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "background_color": "#ffffff",
        "theme_color": "#17202b",
        "icons": phone.icons(),
    }
    return JsonResponse(content, content_type="application/manifest+json")
