from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.access import access, administrators, signed_in
from projects.models import Project

from ..reports.figures import figure as figure_of
from ..reports.figures import gaps, headline
from ..reports.plots import plots
from ..reports.semester import SemesterReport, semester_report


def has_a_project(request: HttpRequest) -> bool:
    """Open to whoever has a role in a project: officer of its programme, lead, coordinator of a partner."""
    if not request.user.is_authenticated:
        return False
    return administrators(request) or Project.objects.with_member(request.user).exists()


@access(has_a_project)
def reports(request: HttpRequest) -> HttpResponse:
    """List the projects that this user may report on, with their semesters."""
    projects = Project.objects.with_member(request.user).prefetch_related("semesters").order_by("acronym")
    return render(request, "learning/reports.html", {"projects": projects, "today": timezone.now().date()})


@access(signed_in)
def report(request: HttpRequest, project: str, number: int) -> HttpResponse:
    """Show the report of one semester, what is missing first."""
    made = _report(request, project, number)
    context = {
        "report": made,
        "semesters": made.project.semesters.all(),
        "gaps": gaps(made),
        "headline": headline(made),
        "reported": figure_of(made, "reported"),
        "missing_evidence": figure_of(made, "missing-evidence"),
        "not_counted": figure_of(made, "not-counted"),
        "feedback_of_others": figure_of(made, "feedback-of-others"),
        "answer_rate": None if made.answer_rate is None else round(made.answer_rate * 100),
        "plots": plots(made),
        "is_as_of_now": "at" not in request.GET,
    }
    return render(request, "learning/report.html", context)


@access(signed_in)
def report_rows(request: HttpRequest, project: str, number: int, figure: str) -> HttpResponse:
    """Open one number of a report: the rows that it counts."""
    made = _report(request, project, number)
    opened = figure_of(made, figure)
    if opened is None:
        raise Http404
    context = {"report": made, "figure": opened, "table": f"learning/rows/{opened.table}.html"}
    return render(request, "learning/report_rows.html", context)


def _report(request: HttpRequest, project_slug: str, number: int) -> SemesterReport:
    # Another project's report is not found, as if it did not exist.
    project = get_object_or_404(
        Project.objects.with_member(request.user).select_related("programme").prefetch_related("phases", "semesters"),
        slug=project_slug,
    )
    semester = next((semester for semester in project.semesters.all() if semester.number == number), None)
    if semester is None:
        raise Http404
    return semester_report(project, semester, at=_cut_off(request))


def _cut_off(request: HttpRequest) -> datetime:
    """Return the instant up to which records count: `at` of the address, else now.

    The links to the rows carry it, so that they agree with the number that was clicked. An instant that cannot be
    read, or that is still ahead, is dropped: the page prints the one that was used.
    """
    now = timezone.now()
    try:
        asked = parse_datetime(request.GET.get("at", ""))
    except ValueError:
        return now
    if asked is None or timezone.is_naive(asked):
        return now
    try:
        return min(asked.astimezone(UTC), now)
    except OverflowError:
        return now
