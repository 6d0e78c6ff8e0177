"""The desk of an organiser: my events, the people of one of them, and these people as a file."""

import tempfile
from typing import cast

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access
from accounts.models import User
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role
from projects.models import Project
from projects.spreadsheets import CSV_TYPE, XLSX_TYPE

from .. import reconfirming, sensitive_exports
from ..answer_columns import has_sensitive_answers
from ..exports import people_csv, people_xlsx
from ..people import PAGE_SIZE, PeopleList, events_of, numbers_of, rows, with_gaps, with_status
from ..sensitive_exports import SensitiveExportForm


@access(people_with_a_role)
@never_cache
@require_safe
def organise(request: HttpRequest) -> HttpResponse:
    """List the events that this user organises: what comes next first, then what is over, with what it still lacks."""
    # Whether an event without a date is over depends on its project.
    events = events_of(request.user).with_page_data().prefetch_related("project__phases", "project__semesters")
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    leads = Project.objects.led_by(request.user).exists()
    context = {"page": page, "rows": with_gaps(list(page.object_list)), "leads_a_project": leads}
    return render(request, "registrations/organise.html", context)


@access(people_with_a_role)
@never_cache
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one event with its people."""
    event = organised_event(request, slug)
    listing = PeopleList.of(request.GET)
    page = Paginator(with_status(listing.people(event)), PAGE_SIZE).get_page(request.GET.get("page"))
    numbers = numbers_of(event)
    context = {
        "event": event,
        "listing": listing,
        "numbers": numbers,
        "taken": numbers.taken_of(event),
        "page": page,
        "rows": rows(event, page.object_list),
        "has_sensitive_answers": has_sensitive_answers(event),
        "still_coming": reconfirming.answers(event),
    }
    return render(request, "registrations/people.html", context)


@access(people_with_a_role)
@never_cache
@require_safe
def export(request: HttpRequest, slug: str, extension: str) -> HttpResponseBase:
    """Hand out the people of an event as a file."""
    return _file(organised_event(request, slug), extension)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export_sensitive(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask what for; a POST notes it and hands out the file with what is about health, food or identity, too."""
    event = organised_event(request, slug)
    form = SensitiveExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        extension = "csv" if request.POST.get("format") == "csv" else "xlsx"
        purpose = form.cleaned_data["purpose"]
        sensitive_exports.note(event, by=cast(User, request.user), purpose=purpose, extension=extension)
        return _file(event, extension, with_sensitive=True)
    context = {"event": event, "form": form, "taken": sensitive_exports.latest(event)}
    return render(request, "registrations/export_sensitive.html", context, status=422 if form.errors else 200)


def _file(event: Event, extension: str, *, with_sensitive: bool = False) -> HttpResponseBase:
    name = f"{event.slug}-people.{extension}"
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
