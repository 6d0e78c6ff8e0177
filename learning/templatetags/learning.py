"""What pages of events and registrations show of learning, and the addresses of a report's numbers.

Events and registrations stand below this app, so their templates ask for what they show of it.
"""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext

from events.models import Event
from projects.models import Project
from registrations.models import Registration

from ..exceptions import FeedbackRefused
from ..feedback import last_minute, must_be_open
from ..models import FrozenReport
from ..plots import Cell, Plot, one_decimal
from ..reports.counted import AnyReport
from ..reports.document import instant
from ..reports.outside import plot_for_outside
from ..reports.subject import AnySubject

register = template.Library()


@register.inclusion_tag("learning/includes/outcomes.html")
def learning_outcomes(event: Event, language: str = "") -> dict[str, Any]:
    """List what an event sets out to teach in a language (empty: the page's), or nothing at all. One query."""
    language = language or get_language() or "en"
    outcomes = [outcome.in_language("text", language) for outcome in event.outcomes.all()]
    return {"outcomes": outcomes, "is_over": event.is_over()}


@register.inclusion_tag("learning/includes/feedback_panel.html")
def feedback_panel(registration: Registration) -> dict[str, Any]:
    """Ask for feedback on the page of a registration, while it is taken; nothing at all before and after."""
    try:
        must_be_open(registration, at=timezone.now())
    except FeedbackRefused:
        return {}
    return {"registration": registration, "event": registration.event, "closes": last_minute(registration.event)}


@register.inclusion_tag("learning/includes/project_members.html", takes_context=True)
def for_project_members(context: RequestContext, project: Project) -> dict[str, Any]:
    """Lead from the page of a project to what it learned; nothing for whoever has no role in it. One query."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return {}
    is_member = Project.objects.with_member(user).filter(pk=project.pk).exists()
    return {"project": project} if is_member else {}


@register.simple_tag(takes_context=True)
def rows_address(context: RequestContext, *figure: str) -> str:
    """Return the address of the rows behind a number of the page's report: `{% rows_address "kind-" kind.slug %}`.

    It carries the cut-off of the page, so that the rows agree with the number that was clicked.
    """
    return _address(context["report"], "learning:report_rows", figure="".join(figure))


@register.simple_tag(takes_context=True)
def cell_address(context: RequestContext, cell: Cell) -> str:
    """Return the address of the rows behind a number under a plot, which may be those of another semester."""
    report = context["report"]
    address = report.subject.address
    if cell.semester is not None:
        address = {"project": address["project"], "number": cell.semester}
    return _with_cut_off(reverse("learning:report_rows", kwargs={**address, "figure": cell.figure}), report)


@register.simple_tag(takes_context=True)
def report_address(context: RequestContext) -> str:
    """Return the address of the report that a page of rows belongs to, with the same cut-off."""
    return _address(context["report"], "learning:report")


@register.simple_tag(takes_context=True)
def report_file_address(context: RequestContext, extension: str, reader: str = "") -> str:
    """Return the address of the page's report as a file, with the same cut-off; `reader` is “outside” or nobody."""
    address = _address(context["report"], "learning:report_file", extension=extension)
    return f"{address}&for={reader}" if reader else address


@register.simple_tag(takes_context=True)
def plot_files(context: RequestContext, plot: Plot) -> list[tuple[str, str]]:
    """Return the files of a plot with their names, with the cut-off of its report; none where it is of no report.

    They are for people outside the team, so that a plot of small groups alone has none.
    """
    report, frozen = context.get("report"), context.get("frozen")
    if not (isinstance(report, AnyReport) or frozen) or plot_for_outside(plot) is None:
        return []

    def address(extension: str) -> str:
        of_file = {"plot": plot.slug, "extension": extension}
        if frozen:
            return _of_version(context, frozen, "learning:frozen_report_plot", **of_file)
        return _address(context["report"], "learning:report_plot", **of_file)

    names = {"svg": gettext("Download the drawing (SVG)"), "csv": gettext("Download the numbers (CSV)")}
    return [(name, address(extension)) for extension, name in names.items()]


@register.simple_tag(takes_context=True)
def freeze_address(context: RequestContext) -> str:
    """Return the address at which the page's report is frozen with the same cut-off."""
    return _address(context["report"], "learning:freeze_report")


@register.simple_tag(takes_context=True)
def targets_address(context: RequestContext) -> str:
    """Return the address at which the targets of the page's report are set."""
    return reverse("learning:report_targets", kwargs=context["report"].subject.address)


@register.simple_tag(takes_context=True)
def event_report_address(context: RequestContext, event: Event) -> str:
    """Return the address of the report of one event of the page's report."""
    project = context["report"].project
    return reverse("learning:report", kwargs={"project": project.slug, "event": event.slug})


@register.simple_tag(takes_context=True)
def project_address(context: RequestContext, project: Project, figure: str = "") -> str:
    """Return the address of a project's report to date, or of one of its numbers, with the cut-off of the page."""
    about = {"project": project.slug}
    path = (
        reverse("learning:report_rows", kwargs={**about, "figure": figure})
        if figure
        else reverse("learning:report", kwargs=about)
    )
    return _with_cut_off(path, context["report"])


@register.simple_tag
def rated_mean(mean: float | None, changed: float | None) -> str:
    """Write a mean of ratings and, in brackets, by how much it changed: 3.5 (+0.5)."""
    if mean is None:
        return gettext("not known")
    if changed is None:
        return one_decimal(mean)
    sign = "+" if changed > 0 else "\u2212" if changed < 0 else "±"
    return f"{one_decimal(mean)} ({sign}{one_decimal(abs(changed))})"


@register.simple_tag
def subject_address(subject: AnySubject) -> str:
    """Return the address of what a report is about, as of now."""
    return reverse("learning:report", kwargs=subject.address)


@register.simple_tag(takes_context=True)
def version_address(context: RequestContext, frozen: FrozenReport, page: str = "") -> str:
    """Return the address of a frozen version, or of its page “changes”."""
    return _of_version(context, frozen, f"learning:frozen_report_{page}" if page else "learning:frozen_report")


@register.simple_tag(takes_context=True)
def version_file_address(context: RequestContext, frozen: FrozenReport, extension: str, reader: str = "") -> str:
    """Return the address of a frozen version as a file; `reader` is “outside” or nobody."""
    address = _of_version(context, frozen, "learning:frozen_report_file", extension=extension)
    return f"{address}?for={reader}" if reader else address


@register.simple_tag(takes_context=True)
def version_table_address(context: RequestContext, frozen: FrozenReport, table: str) -> str:
    """Return the address of one table of a frozen version."""
    return _of_version(context, frozen, "learning:frozen_report_table", table=table)


def _of_version(context: RequestContext, frozen: FrozenReport, view: str, **more: str) -> str:
    subject = context.get("subject") or context["report"].subject
    return reverse(view, kwargs={**subject.address, "version": frozen.version, **more})


def _address(report: AnyReport, view: str, **more: str) -> str:
    return _with_cut_off(reverse(view, kwargs={**report.subject.address, **more}), report)


def _with_cut_off(path: str, report: AnyReport) -> str:
    return f"{path}?{urlencode({'at': instant(report.at)}, safe=':')}"
