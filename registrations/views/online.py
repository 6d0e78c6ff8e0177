"""Who took part online, for organisers: personal links, and the reports of meetings."""

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from events.models import Event
from events.organised import organised_event
from events.times import offset_in_words, zone_in_words
from projects.access import people_with_a_role

from ..models import AttendanceRecord, OnlineReport
from ..online import counting
from ..online.counting import ReportChanged, ReportIsThere
from ..online.forms import ClockForm, ReportForm, TakeBackForm, WhoIsWhoForm
from ..online.kept import kept_rows
from ..online.reports import NotAReport


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def online(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who joined by their own links and which reports are there; a POST takes another report."""
    event = organised_event(request, slug)
    if request.method != "POST":
        return _page(request, event, ReportForm(event=event, initial={"clocks": event.zone.key}))
    form = ReportForm(request.POST, request.FILES, event=event)
    if not event.days:
        form.add_error(None, gettext("Give the event its exact date first: a report is of a day"))
    elif form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = counting.keep(
                event,
                file,
                name=file.name or "",
                clocks=form.cleaned_data["clocks"],
                session=form.cleaned_data.get("session"),
                by=request.user,
            )
        except NotAReport as refusal:
            form.add_error("file", str(refusal))
        except ReportIsThere as refusal:
            messages.info(request, gettext("This file was uploaded before. Here it is."))
            return redirect("registrations:online_report", slug, refusal.args[0].pk)
        else:
            return redirect("registrations:online_report", slug, report.pk)
    return _page(request, event, form, status=422)


def _page(request: HttpRequest, event: Event, form: ReportForm, *, status: int = 200) -> HttpResponse:
    joined = (
        AttendanceRecord.objects.filter(registration__event=event, how=AttendanceRecord.How.JOINED)
        .order_by("day")
        .values_list("day")
        .annotate(Count("registration", distinct=True))
    )
    context = {
        "event": event,
        "form": form,
        "joined": list(joined),
        "has_link": bool(event.join_url),
        "reports": event.online_reports.select_related("session", "uploaded_by", "confirmed_by", "taken_back_by"),
    }
    return render(request, "registrations/online/online.html", context, status=status)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Show who is who in a report; a POST confirms it, and only then it counts. Then, show who was taken for whom."""
    found = _report(request, slug, key)
    if not found.is_waiting:
        if request.method == "POST":
            messages.info(request, gettext("This report was confirmed before. Here is who was taken for whom."))
            return redirect("registrations:online_report", slug, key)
        return _confirmed(request, found, TakeBackForm(auto_id="id_take_back_%s"))
    if request.method != "POST":
        return _to_be_checked(request, found, ClockForm(**_clocks(found)))
    try:
        checked = counting.check(found)
    except (NotAReport, FileNotFoundError) as refusal:
        return _unreadable(request, found, refusal)
    form = WhoIsWhoForm(request.POST, checked=checked)
    if not form.is_valid():
        return _checked(request, found, form, ClockForm(**_clocks(found)), status=422)
    try:
        number = counting.confirm(found, form.decisions, by=request.user)
    except ReportChanged:
        return _changed(request, found)
    words = ngettext(
        "%(number)s person counts as having been there.", "%(number)s people count as having been there.", number
    )
    messages.success(request, words % {"number": number})
    return redirect("registrations:online", slug)


def _to_be_checked(
    request: HttpRequest, found: OnlineReport, clock_form: ClockForm, *, status: int = 200
) -> HttpResponse:
    try:
        checked = counting.check(found)
    except (NotAReport, FileNotFoundError) as refusal:
        return _unreadable(request, found, refusal)
    return _checked(request, found, WhoIsWhoForm(checked=checked), clock_form, status=status)


def _checked(
    request: HttpRequest, found: OnlineReport, form: WhoIsWhoForm, clock_form: ClockForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "event": found.event,
        "report": found,
        "checked": form.checked,
        "form": form,
        # What is wrong is with one of the two.
        "wrong": clock_form if clock_form.errors else form,
        "clock_form": clock_form,
        "rows": form.rows,
        "several_days": len(found.event.days) > 1,
        "zone": _zone_in_words(found.event, found.event.days[0]),
    }
    return render(request, "registrations/online/report.html", context, status=status)


def _clocks(found: OnlineReport) -> dict[str, Any]:
    return {"event": found.event, "initial": {"clocks": found.clocks}, "auto_id": "id_again_%s"}


def _confirmed(request: HttpRequest, found: OnlineReport, form: TakeBackForm, *, status: int = 200) -> HttpResponse:
    rows = kept_rows(found)
    days = sorted({one.day for row in rows for one in row.days})
    context = {
        "event": found.event,
        "report": found,
        "form": form,
        "rows": rows,
        "counted": sum(row.counts for row in rows),
        "several_days": len(days) > 1,
        "zone": _zone_in_words(found.event, days[0]) if days else "",
    }
    return render(request, "registrations/online/confirmed.html", context, status=status)


def _zone_in_words(event: Event, day: date) -> str:
    offset = offset_in_words(datetime.combine(day, time(12), event.zone))
    if town := zone_in_words(event.zone):
        return gettext("Times are in %(town)s time, %(offset)s.") % {"town": town, "offset": offset}
    return gettext("Times are in %(offset)s.") % {"offset": offset}


def _unreadable(request: HttpRequest, found: OnlineReport, refusal: Exception) -> HttpResponse:
    """The event moved to other days after the upload, or its file is gone."""
    lost = gettext("The file of this report is not there any more.")
    why = str(refusal) if isinstance(refusal, NotAReport) else lost
    context = {"event": found.event, "report": found, "unreadable": why, "clock_form": ClockForm(**_clocks(found))}
    return render(request, "registrations/online/report.html", context)


@access(people_with_a_role)
@require_safe
def file(request: HttpRequest, slug: str, key: int) -> HttpResponseBase:
    """Hand out the file of a report as it came."""
    try:
        return counting.hand_out(_report(request, slug, key))
    except FileNotFoundError:
        raise Http404 from None


@access(people_with_a_role)
@require_POST
def read_again(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Read the times of a report on another clock."""
    found = _report(request, slug, key)
    if not found.is_waiting:
        return _changed(request, found)
    form = ClockForm(request.POST, **_clocks(found))
    if form.is_valid():
        try:
            counting.read_again(found, clocks=form.cleaned_data["clocks"])
        except NotAReport as refusal:
            form.add_error("clocks", str(refusal))
        except ReportChanged:
            return _changed(request, found)
        else:
            return redirect("registrations:online_report", slug, key)
    return _to_be_checked(request, found, form, status=422)


@access(people_with_a_role)
@require_POST
def discard(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Delete a report that counts nothing."""
    found = _report(request, slug, key)
    try:
        counting.discard(found)
    except ReportChanged:
        return _changed(request, found)
    messages.success(request, gettext("The report is deleted. Nothing of it was counted."))
    return redirect("registrations:online", slug)


@access(people_with_a_role)
@require_http_methods(["POST"])
def take_back(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Let a report count no longer, for a reason that is kept."""
    found = _report(request, slug, key)
    if not found.counts:
        return _changed(request, found)
    form = TakeBackForm(request.POST, auto_id="id_take_back_%s")
    if not form.is_valid():
        return _confirmed(request, found, form, status=422)
    try:
        counting.take_back(found, reason=form.cleaned_data["reason"], by=request.user)
    except ReportChanged:
        return _changed(request, found)
    messages.success(request, gettext("The report does not count any more. Its records stay, each with its undoing."))
    return redirect("registrations:online", slug)


def _report(request: HttpRequest, slug: str, key: int) -> OnlineReport:
    event = organised_event(request, slug)
    found: OnlineReport = get_object_or_404(
        event.online_reports.select_related("session", "confirmed_by", "taken_back_by"), pk=key
    )
    found.event = event
    return found


def _changed(request: HttpRequest, found: OnlineReport) -> HttpResponse:
    messages.error(
        request, gettext("This report was changed meanwhile, here or by somebody else. See below how it stands.")
    )
    return redirect("registrations:online", found.event.slug)
