"""The desk of an organiser: my events, the people of one of them, and these people as a file."""

import tempfile

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import access
from events.organised import organised_event
from projects.access import people_with_a_role
from projects.models import Project
from projects.spreadsheets import CSV_TYPE, XLSX_TYPE

from .. import reconfirming
from ..answer_columns import has_sensitive_answers
from ..exports import people_csv, people_xlsx
from ..people import PAGE_SIZE, PeopleList, events_of, numbers_of, rows, with_status


@access(people_with_a_role)
@never_cache
@require_safe
def organise(request: HttpRequest) -> HttpResponse:
    """List the events that this user organises, what comes next first, then what is over, latest first."""
    page = Paginator(events_of(request.user).with_page_data(), PAGE_SIZE).get_page(request.GET.get("page"))
    leads = Project.objects.led_by(request.user).exists()
    return render(request, "registrations/organise.html", {"page": page, "leads_a_project": leads})


@access(people_with_a_role)
@never_cache
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one event with its people."""
    event = organised_event(request, slug)
    listing = PeopleList.of(request.GET)
    page = Paginator(with_status(listing.people(event)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "event": event,
        "listing": listing,
        "numbers": numbers_of(event),
        "page": page,
        "rows": rows(event, page.object_list),
        "has_sensitive_answers": has_sensitive_answers(event),
        "still_coming": reconfirming.answers(event),
    }
    return render(request, "registrations/people.html", context)


@access(people_with_a_role)
@never_cache
@require_safe
def export(request: HttpRequest, slug: str, extension: str) -> FileResponse | StreamingHttpResponse:
    """Hand out the people of an event as a file; with `?sensitive=1` also what is about health, food or identity."""
    event = organised_event(request, slug)
    name = f"{event.slug}-people.{extension}"
    with_sensitive = "sensitive" in request.GET
    if extension == "csv":
        response = StreamingHttpResponse(people_csv(event, with_sensitive=with_sensitive), content_type=CSV_TYPE)
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response
    if extension == "xlsx":
        # A workbook is a zip whose last bytes say what is in it, so it is whole before its first byte leaves.
        file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it once it is sent
        people_xlsx(event, file, with_sensitive=with_sensitive)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)
    raise Http404
