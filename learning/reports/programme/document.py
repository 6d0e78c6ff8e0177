"""What a report of a programme says, as learning/reports/document.py describes it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import EventKind
from registrations.proof.canonical import plain

from ...models import Indicator
from ...plots.stored import stored
from ..document import FORMAT, fact, instant, table
from .figures import programme_figures, programme_gaps, programme_indicators
from .plots import programme_plots
from .rows import ProgrammeReport


def programme_document(report: ProgrammeReport) -> dict[str, Any]:
    """Return what a report of a programme says in the current language."""
    return dict(
        plain(
            {
                "format": FORMAT,
                "language": get_language() or "en",
                "kind": report.subject.kind,
                "title": report.subject.title,
                "at": instant(report.at),
                "facts": [fact("programme", _("Programme"), report.programme.name)],
                "numbers": [
                    {"key": each.slug, "title": each.title, "rule": each.rule, "value": each.value}
                    for each in programme_figures(report)
                ],
                "indicators": list(_indicators(report)),
                "gaps": [{"key": gap.slug, "text": gap.text, "count": gap.count} for gap in programme_gaps(report)],
                "plots": [stored(plot) for plot in programme_plots(report)],
                "tables": [_projects(report), _of_projects(report)],
            }
        )
    )


def _indicators(report: ProgrammeReport) -> Iterable[dict[str, Any]]:
    for indicator, each in zip(report.indicators, programme_indicators(report), strict=True):
        yield {
            "key": indicator.code,
            "title": indicator.name_in(get_language() or "en"),
            "unit": each.unit,
            "rule": each.rule,
            "counts": indicator.rule,
            "value": each.value,
            "target": each.target,
        }


def _projects(report: ProgrammeReport) -> dict[str, Any]:
    columns = [
        ("project", _("Project"), "text"),
        ("events", _("Events"), "number"),
        *((value, str(label), "number") for value, label in EventKind.Counting.choices),
        ("participations", _("Participations"), "number"),
        ("people", _("People"), "number"),
        ("learned", _("People who say they learned"), "number"),
        ("feedback", _("Feedback"), "number"),
        ("reported", _("As reported"), "number"),
    ]
    rows = (
        (
            row.project.slug,
            [
                *(row.project.acronym, row.events, *row.countings.values()),
                *(row.participations, row.people, row.learned, row.feedback, row.reported),
            ],
        )
        for row in report.projects
    )
    return table("projects", _("Projects"), columns, rows)


def _of_projects(report: ProgrammeReport) -> dict[str, Any]:
    """The indicators that are counted here, of each project."""
    columns = [
        ("project", _("Project"), "text"),
        ("indicator", _("Indicator"), "text"),
        ("value", _("Value"), "number"),
        ("target", _("Target"), "number"),
    ]
    rows = (
        (f"{row.project.slug}/{one.code}", [row.project.acronym, one.code, reached.value, reached.target])
        for row in report.projects
        for one in report.indicators
        if one.rule != Indicator.Rule.ELSEWHERE
        for reached in [row.indicators[one.pk]]
    )
    return table("indicators", _("Indicators of each project"), columns, rows)
