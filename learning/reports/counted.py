"""Any report, whatever it is about: counting it, what it says, what is missing, and what was recorded since."""

from datetime import datetime
from typing import Any

from ..plots import Plot
from .document import document
from .figures import Gap, gaps
from .plots import plots
from .programme import ProgrammeReport, programme_document, programme_gaps, programme_plots, programme_report
from .report import Report
from .semester import report_on
from .since import recorded_in_projects_since, recorded_since
from .subject import AnySubject, ProgrammeSubject

AnyReport = Report | ProgrammeReport


def counted(subject: AnySubject, *, at: datetime) -> AnyReport:
    """Count what a subject is about from what was recorded up to `at` (aware)."""
    if isinstance(subject, ProgrammeSubject):
        return programme_report(subject.programme, at=at)
    return report_on(subject, at=at)


def says(report: AnyReport) -> dict[str, Any]:
    """Return what a report says in the current language, as learning/reports/document.py describes it."""
    return programme_document(report) if isinstance(report, ProgrammeReport) else document(report)


def drawn(report: AnyReport) -> list[Plot]:
    """Return the plots of a report that have something to draw."""
    return programme_plots(report) if isinstance(report, ProgrammeReport) else plots(report)


def missing(report: AnyReport) -> list[Gap]:
    """Return what is missing before a report can be believed."""
    return programme_gaps(report) if isinstance(report, ProgrammeReport) else gaps(report)


def since(report: AnyReport, after: datetime) -> list[dict[str, Any]]:
    """Return what was recorded after an instant, up to the cut-off of a report."""
    if isinstance(report, ProgrammeReport):
        return recorded_in_projects_since(report.programme, after=after, until=report.at)
    return recorded_since(report, after)
