"""What is printed for an event, for its organisers."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import access
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role

from .. import paper
from ..paper.exceptions import PaperRefused


@access(people_with_a_role)
@never_cache
@require_safe
def papers(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what can be printed for an event."""
    event = organised_event(request, slug)
    return render(request, "registrations/paper/papers.html", {"event": event})


@access(people_with_a_role)
@never_cache
@require_safe
def signed_list(request: HttpRequest, slug: str, day: str) -> HttpResponse:
    """Hand out the list of a day, to be signed on paper."""
    event = organised_event(request, slug)
    chosen = _day(event, day)
    return _handed_out(lambda: paper.signed_list(event, chosen), f"{event.slug}-list-{chosen}.pdf")


def _day(event: Event, day: str) -> date:
    try:
        chosen = parse_date(day)
    except ValueError:
        chosen = None
    if chosen not in event.days:
        raise Http404
    return chosen


def _handed_out(make, name: str) -> HttpResponse:
    try:
        content = make()
    except PaperRefused:
        words = gettext("This could not be printed just now. Try again in a minute, and tell us if it stays so.")
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"})
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or ""
    response["X-Robots-Tag"] = "noindex"
    return response
