from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import access, administrators, signed_in
from projects.models import Programme, Project

from ..asked_reports import asked_subject, can_freeze, cut_off, reported_partners
from ..report_files import plot_handed_out
from ..reports.counted import AnyReport, counted, drawn
from ..reports.figures import figure as figure_of
from ..reports.figures import gaps, headline
from ..reports.formats import FORMATS
from ..reports.indicators import defined, indicator_rows
from ..reports.programme import ProgrammeReport, programme_figure, programme_gaps
from ..reports.programme.figures import programme_figures, programme_indicators


def has_a_project(request: HttpRequest) -> bool:
    """Open to whoever has a role in a project: officer of its programme, lead, coordinator of a partner."""
    if not request.user.is_authenticated:
        return False
    return administrators(request) or Project.objects.with_member(request.user).exists()


@access(has_a_project)
def reports(request: HttpRequest) -> HttpResponse:
    """List the projects that this user may report on, with their semesters."""
    partners = Prefetch("partners", reported_partners(request.user), to_attr="reported_partners")
    projects = Project.objects.with_member(request.user).prefetch_related("semesters", partners).order_by("acronym")
    context = {
        "projects": projects,
        "programmes": Programme.objects.administered_by(request.user).distinct().order_by("name"),
        "today": timezone.now().date(),
    }
    return render(request, "learning/reports.html", context)


@access(signed_in)
def report(request: HttpRequest, **address: Any) -> HttpResponse:
    """Show a report, what is missing first."""
    shown = _report(request, **address)
    if isinstance(shown, ProgrammeReport):
        return _of_programme(request, shown)
    asked = indicator_rows(shown)
    context = {
        "report": shown,
        "semesters": shown.project.semesters.all(),
        "gaps": gaps(shown),
        "headline": headline(shown),
        "reported": figure_of(shown, "reported"),
        "missing_evidence": figure_of(shown, "missing-evidence"),
        "not_counted": figure_of(shown, "not-counted"),
        "feedback_of_others": figure_of(shown, "feedback-of-others"),
        "answer_rate": None if shown.answer_rate is None else round(shown.answer_rate * 100),
        "indicators": asked,
        "defined": defined(row.indicator for row in asked),
        "plots": drawn(shown),
        "versions": shown.subject.versions,
        "formats": FORMATS,
        "can_freeze": can_freeze(request, shown.subject),
        "is_as_of_now": "at" not in request.GET,
    }
    return render(request, "learning/report.html", context)


@access(signed_in)
def report_rows(request: HttpRequest, figure: str, **address: Any) -> HttpResponse:
    """Open one number of a report: the rows that it counts."""
    shown = _report(request, **address)
    if isinstance(shown, ProgrammeReport):
        return _rows_of_programme(request, shown, figure)
    opened = figure_of(shown, figure)
    if opened is None:
        raise Http404
    context = {"report": shown, "figure": opened, "table": f"learning/rows/{opened.table}.html"}
    return render(request, "learning/report_rows.html", context)


@access(signed_in)
@require_safe
def report_plot(request: HttpRequest, plot: str, extension: str, **address: Any) -> HttpResponse:
    """Hand out one plot of a report: the drawing as SVG, or its numbers as CSV."""
    shown = _report(request, **address)
    found = next((each for each in drawn(shown) if each.slug == plot), None)
    if found is None:
        raise Http404
    return plot_handed_out(found, extension, shown.subject.file_name, at=shown.at)


def _of_programme(request: HttpRequest, shown: ProgrammeReport) -> HttpResponse:
    context = {
        "report": shown,
        "gaps": programme_gaps(shown),
        "headline": programme_figures(shown),
        "indicators": programme_indicators(shown),
        "defined": defined(shown.indicators),
        "plots": drawn(shown),
        "versions": shown.subject.versions,
        "formats": FORMATS,
        "can_freeze": can_freeze(request, shown.subject),
        "is_as_of_now": "at" not in request.GET,
    }
    return render(request, "learning/programme.html", context)


def _rows_of_programme(request: HttpRequest, shown: ProgrammeReport, slug: str) -> HttpResponse:
    opened = programme_figure(shown, slug)
    if opened is None:
        raise Http404
    return render(request, "learning/programme_rows.html", {"report": shown, "figure": opened})


def _report(request: HttpRequest, **address: Any) -> AnyReport:
    return counted(asked_subject(request, **address), at=cut_off(request.GET.get("at", "")))
