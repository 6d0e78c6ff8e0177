"""The ticket of a registration: its own page with the QR code, and what a camera shows that opens the code."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, everybody, holder_of_the_link

from ..door import phone
from ..door.codes import address_of, replace_ticket, svg, ticket_svg
from ..door.numbers import in_groups
from ..door.signing import is_signed
from ..links import with_a_ticket
from ..models import Registration


@access(holder_of_the_link)
@require_safe
@with_a_ticket
def ticket(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Show the ticket of a registration to whoever holds its link."""
    event = registration.event
    context = {
        "registration": registration,
        "event": event,
        "code": ticket_svg(registration),
        "number": in_groups(registration.ticket_number),
        "title": event.in_language("title", get_language() or "en"),
    }
    response = render(request, "registrations/ticket.html", context)
    # No browser keeps this page by itself. A script of ours keeps it for the door, and forgets it with the event.
    response["X-Kept-Until"] = phone.list_is_forgotten_at(event).isoformat()
    return response


@access(everybody)
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker that opens kept tickets without network."""
    return HttpResponse(phone.ticket_worker(), content_type="text/javascript; charset=utf-8")


@access(holder_of_the_link)
@require_POST
@with_a_ticket
def replace(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Make a new ticket; the one before is refused."""
    replace_ticket(registration)
    return HttpResponseRedirect(request.path.removesuffix("replace/"))


@access(everybody)
@require_safe
def opened(request: HttpRequest, code: str) -> HttpResponse:
    """Show what the code on a ticket is for. Nobody is looked up: the page is the same for every code of ours."""
    if not is_signed(code):
        raise Http404
    return render(request, "registrations/door/opened.html", {"code": svg(address_of(code))})
