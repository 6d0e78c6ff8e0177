"""The files of reports, and the versions of them that were frozen."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access, signed_in

from ..asked_reports import asked_in_project, asked_subject, can_freeze, cut_off
from ..exceptions import CutOffTooEarly, FrozenMeanwhile, NothingNew
from ..models import FrozenReport
from ..plots.stored import restored
from ..report_files import handed_out, plot_handed_out, table_handed_out
from ..report_forms import FreezeForm, TargetsForm
from ..reports.comparing import compare
from ..reports.counted import counted, missing, says
from ..reports.document import instant
from ..reports.formats import FORMATS
from ..reports.freezing import OF_THE_VERSION, content_of, document_in, freeze, is_intact, records_say_the_same
from ..reports.reading import facts_of, tables_of
from ..reports.subject import AnySubject


@access(signed_in)
@never_cache
@require_safe
def report_file(request: HttpRequest, extension: str, **address: Any) -> HttpResponse:
    """Hand out a report as it is counted now, or up to the instant in the address, as one file."""
    subject = asked_subject(request, **address)
    content = says(counted(subject, at=cut_off(request.GET.get("at", ""))))
    return handed_out(request, content, extension, subject.file_name)


@access(signed_in)
@never_cache
@require_safe
def report_table(request: HttpRequest, table: str, **address: Any) -> HttpResponse:
    """Hand out one table of a report as CSV."""
    subject = asked_subject(request, **address)
    content = says(counted(subject, at=cut_off(request.GET.get("at", ""))))
    return table_handed_out(request, content, table, subject.file_name)


@access(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def freeze_report(request: HttpRequest, **address: Any) -> HttpResponse:
    """Say what would be frozen, what is missing and what is new; a POST freezes it."""
    subject = asked_subject(request, **address)
    if not can_freeze(request, subject):
        raise Http404
    report = counted(subject, at=cut_off((request.POST or request.GET).get("at", "")))
    previous = subject.versions.first()
    form = FreezeForm(request.POST if request.method == "POST" else None, previous=previous)
    if request.method == "POST" and form.is_valid():
        try:
            frozen = freeze(report, by=request.user, because=form.cleaned_data["because"])
        except NothingNew as refused:
            form.add_error(
                None,
                gettext("Nothing changed since version %(version)s: it is what you would hand in.")
                % {"version": refused.version},
            )
        except CutOffTooEarly:
            form.add_error(
                None,
                gettext("This report ends before the last version does. Open the report as of now, and freeze that."),
            )
        except FrozenMeanwhile:
            form.add_error(None, gettext("Somebody else froze a version just now. Look at it first."))
        else:
            messages.success(
                request, gettext("Version %(version)s is frozen. It stays as it is.") % {"version": frozen.version}
            )
            return redirect("learning:frozen_report", **subject.address, version=frozen.version)
    context = {
        "report": report,
        "subject": subject,
        "cut_off": instant(report.at),
        "form": form,
        "previous": previous,
        "gaps": missing(report),
        "changes": compare(document_in(previous), says(report)) if previous else None,
    }
    return render(request, "learning/frozen/freeze.html", context, status=422 if form.errors else 200)


@access(signed_in)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: HttpRequest, **address: Any) -> HttpResponse:
    """Set what the project promised to reach of each indicator."""
    subject = asked_in_project(request, **address)
    if not can_freeze(request, subject):
        raise Http404
    form = TargetsForm(request.POST if request.method == "POST" else None, subject=subject)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("The targets are saved."))
        return redirect("learning:report", **subject.address)
    context = {"subject": subject, "form": form}
    return render(request, "learning/targets.html", context, status=422 if form.errors else 200)


@access(signed_in)
@require_safe
def frozen_report(request: HttpRequest, version: int, **address: Any) -> HttpResponse:
    """Show a version as it was frozen, and whether the records still say the same."""
    subject = asked_subject(request, **address)
    frozen = _version(subject, version)
    content = content_of(frozen)
    context = {
        "subject": subject,
        "frozen": frozen,
        "content": content,
        "facts": facts_of(content),
        "plots": [restored(plot) for plot in content.get("plots", ())],
        "tables": tables_of(content).values(),
        "formats": FORMATS,
        "is_intact": is_intact(frozen),
        "says_the_same": records_say_the_same(frozen, counted(subject, at=frozen.at)),
        "later": subject.versions.filter(version__gt=version).last(),
    }
    return render(request, "learning/frozen/report.html", context)


@access(signed_in)
@require_safe
def frozen_report_changes(request: HttpRequest, version: int, **address: Any) -> HttpResponse:
    """Show what a version says otherwise than an earlier one: the one before, or `since` of the address."""
    subject = asked_subject(request, **address)
    frozen = _version(subject, version)
    since = request.GET.get("since", "")
    earlier = list(subject.versions.filter(version__lt=version))
    older = next((each for each in earlier if str(each.version) == since), earlier[0] if earlier else None)
    if older is None:
        raise Http404
    context = {
        "subject": subject,
        "frozen": frozen,
        "older": older,
        "earlier": earlier,
        "between": [
            (each, content_of(each)[OF_THE_VERSION]["since"])
            for each in [frozen, *earlier]
            if older.version < each.version <= frozen.version
        ],
        "changes": compare(document_in(older), document_in(frozen)),
    }
    return render(request, "learning/frozen/changes.html", context)


@access(signed_in)
@require_safe
def frozen_report_file(request: HttpRequest, version: int, extension: str, **address: Any) -> HttpResponse:
    """Hand out a version as one file."""
    subject = asked_subject(request, **address)
    content = content_of(_version(subject, version))
    return handed_out(request, content, extension, f"{subject.file_name}-version-{version}")


@access(signed_in)
@require_safe
def frozen_report_table(request: HttpRequest, version: int, table: str, **address: Any) -> HttpResponse:
    """Hand out one table of a version as CSV."""
    subject = asked_subject(request, **address)
    content = content_of(_version(subject, version))
    return table_handed_out(request, content, table, f"{subject.file_name}-version-{version}")


@access(signed_in)
@require_safe
def frozen_report_plot(request: HttpRequest, version: int, plot: str, extension: str, **address: Any) -> HttpResponse:
    """Hand out one plot of a version: the drawing as SVG, or its numbers as CSV."""
    subject = asked_subject(request, **address)
    frozen = _version(subject, version)
    stored = next((each for each in content_of(frozen).get("plots", ()) if each["key"] == plot), None)
    if stored is None:
        raise Http404
    name = f"{subject.file_name}-version-{version}"
    return plot_handed_out(restored(stored), extension, name, at=frozen.at)


def _version(subject: AnySubject, version: int) -> FrozenReport:
    return get_object_or_404(subject.versions.select_related("previous"), version=version)
