"""Passes: what lets a browser see an event that is unlisted, once somebody opened a personal link in it.

A pass is a signed cookie with the key of that link. Whether the key is still good is asked anew at every reading, of
those who gave it: events know nobody who is invited or registered.
"""

from collections.abc import Callable, Collection

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

from projects.typed import typed_key

from .models import Event, EventQuerySet

# As long as between an invitation and its event, mostly; opening the link again begins anew.
LASTS_SECONDS = 180 * 24 * 60 * 60
# More than anybody is invited to at once; a browser sends whatever it is told to.
MOST = 20
_SALT = "events.pass"
_PREFIX = "pass-"

Check = Callable[[int, str], bool]
_checks: list[Check] = []


def checks_passes(check: Check) -> Check:
    """Let a function say whether a key (such as “invitation:…”) opens the event with this primary key now."""
    _checks.append(check)
    return check


def give(response: HttpResponseBase, event: Event, key: str) -> None:
    """Let this browser see an unlisted event; for any other event there is nothing to open."""
    if event.visibility != Event.Visibility.UNLISTED:
        return
    response.set_cookie(
        f"{_PREFIX}{event.pk}",
        signing.dumps(key, salt=f"{_SALT}.{event.pk}"),
        max_age=LASTS_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def held(request: HttpRequest) -> list[int]:
    """Return the keys of the events that this browser has a good pass for. No query for a browser without one."""
    names = [name for name in request.COOKIES if name.startswith(_PREFIX)][:MOST]
    return [event for name in names if (event := _opened(request, name)) is not None]


def _opened(request: HttpRequest, name: str) -> int | None:
    if (event := typed_key(name.removeprefix(_PREFIX))) is None:
        return None
    try:
        key = signing.loads(request.COOKIES[name], salt=f"{_SALT}.{event}", max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return None
    return event if any(check(event, key) for check in _checks) else None


def not_for_others(response: HttpResponse) -> None:
    """Keep the page of an unlisted event out of caches and search engines."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex"


def visible_events(user, passes: Collection[int] = ()) -> EventQuerySet:
    """Return the events whose page may be read: what this user sees, and the unlisted ones among `passes`.

    For pages of one event only: lists, calendars and news show what is `visible_to` their reader.
    """
    visible = Event.objects.visible_to(user)
    if not passes:
        return visible
    unlisted = Q(visibility=Event.Visibility.UNLISTED) & ~Q(status=Event.Status.DRAFT)
    return Event.objects.filter(Q(pk__in=visible.order_by().values("pk")) | unlisted & Q(pk__in=passes))
