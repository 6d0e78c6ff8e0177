"""Joining the meeting of an event by a personal link."""

import uuid
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import access, holder_of_the_link

from ..exceptions import RegistrationRefused
from ..models import Registration
from ..online import joining


@access(holder_of_the_link)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Show where the meeting is; its button records the joining and leads there.

    Opening the link changes nothing: programs that check mails open links, too.
    """
    registration = joining.find(code)
    if registration is None:
        return render(request, "registrations/unknown_link.html", status=404)
    if request.method == "POST" and joining.may_join(registration):
        _record(request, registration)
        return HttpResponseRedirect(registration.event.join_url)
    return _page(request, registration)


def _record(request: HttpRequest, registration: Registration) -> None:
    try:
        act = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        act = uuid.uuid4()
    try:
        joining.join(registration, act=act)
    except RegistrationRefused:
        # Whatever keeps a record from being made, nobody is kept out of a meeting that they have a place in.
        return


def _page(request: HttpRequest, registration: Registration) -> HttpResponse:
    event = registration.event
    context = {
        "registration": registration,
        "event": event,
        "title": event.in_language("title", get_language() or "en"),
        "may_join": joining.may_join(registration),
        "is_noted": joining.is_noted(event),
        "noted_from": joining.noted_from(event),
        "is_over": event.is_over(),
        "act": uuid.uuid4(),
        "host": urlsplit(event.join_url).hostname or "",
    }
    response = render(request, "registrations/online/join.html", context)
    # The button answers with a redirect to the meeting, and meetings send on to further hosts of their own: browsers
    # hold each of them against this directive.
    response._csp_update = {"form-action": ["https:", "http:"]}  # type: ignore[attr-defined]
    return response
