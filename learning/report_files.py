"""Handing out the files of reports."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from registrations.paper.exceptions import PaperRefused

from .plots import Plot
from .plots import files as plot_files
from .reports.formats import FORMATS, csv_files
from .reports.outside import for_outside, plot_for_outside

# Whom a file is for: in its address, and behind its name.
OUTSIDE = "outside"


def handed_out(request: HttpRequest, content: dict[str, Any], extension: str, name: str) -> HttpResponse:
    """Return a document as a file of a format, for whom the address says. Raises Http404 for an unknown format."""
    content, name = _for_whom(request, content, name)
    chosen = FORMATS.get(extension)
    if chosen is None:
        raise Http404
    try:
        made_of_it = chosen.make(content)
    except PaperRefused:
        said = gettext("This could not be printed just now. Try again in a minute, and tell us if it stays so.")
        return HttpResponse(said, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "60"})
    return _response(made_of_it, chosen.media_type, f"{name}.{extension}")


def table_handed_out(request: HttpRequest, content: dict[str, Any], table: str, name: str) -> HttpResponse:
    """Return one table of a document as CSV, for whom the address says. Raises Http404 where it has no such table."""
    content, name = _for_whom(request, content, name)
    made_of_it = csv_files.table(content, table)
    if made_of_it is None:
        raise Http404
    return _response(made_of_it, csv_files.MEDIA_TYPE, f"{name}-{table}.csv")


def plot_handed_out(plot: Plot, extension: str, name: str, *, at: datetime) -> HttpResponse:
    """Return one plot as “svg” or “csv”, for people outside the team: it leaves its page to be shown to others.

    Raises Http404 for anything else, and for a plot of small groups alone.
    """
    name = f"{name}-{plot.slug}.{extension}"
    shown = plot_for_outside(plot)
    if shown is None or extension not in ("svg", "csv"):
        raise Http404
    if extension == "svg":
        return _response(plot_files.as_svg(shown, at=at), "image/svg+xml", name)
    return _response(plot_files.as_csv(shown), csv_files.MEDIA_TYPE, name)


def _for_whom(request: HttpRequest, content: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    if request.GET.get("for") == OUTSIDE:
        return for_outside(content), f"{name}-{OUTSIDE}"
    return content, name


def _response(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["X-Robots-Tag"] = "noindex"
    return response
