"""Who holds the link of a registration may see and change it: the code in it is the key."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from events import passes

from .admission import pass_of
from .models import Registration
from .models.registrations import could_be_code
from .status import status_of

View = Callable[..., HttpResponseBase]


def with_registration(view: View) -> View:
    """Call a view with the registration of the code in its address, not with the code.

    An unknown code gets a page that helps and tells nothing about who is registered.
    """

    @functools.wraps(view)
    def opened(request: HttpRequest, code: str, **options: Any) -> HttpResponseBase:
        registration = _registration(code)
        if registration is None:
            return render(request, "registrations/unknown_link.html", status=404)
        response = view(request, registration, **options)
        # From now on this browser sees the event, if that is unlisted.
        passes.give(response, registration.event, pass_of(registration))
        return response

    return never_cache(opened)


def with_a_ticket(view: View) -> View:
    """The same for whoever has a place, and so a ticket.

    Others came by the link of an earlier mail: they read why there is none, and are led to their registration.
    """

    @functools.wraps(view)
    def opened(request: HttpRequest, registration: Registration, **options: Any) -> HttpResponseBase:
        if registration.is_confirmed:
            return view(request, registration, **options)
        event = registration.event
        context = {
            "registration": registration,
            "event": event,
            "status": status_of(registration),
            "title": event.in_language("title", get_language() or "en"),
        }
        return render(request, "registrations/no_ticket.html", context, status=404)

    return with_registration(opened)


def _registration(code: str) -> Registration | None:
    if not could_be_code(code):
        return None
    return Registration.objects.with_page_data().filter(code=code).first()
