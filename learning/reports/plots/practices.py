"""The plot of how far the practices of a project came."""

from django.utils.translation import gettext as _

from ...plots import Cell, Numbers, Plot, Value, bar_plot
from ..report import Report
from .words import in_a_row


def practices_plot(report: Report) -> Plot | None:
    """Draw how many practices were seen at events, considered by another partner, and taken up in a plan."""
    published = len(report.practice_rows)
    stages = [
        (_("Seen: shown or visited at an event"), "practices-seen", len(report.practices_seen)),
        (
            _("Considered: wanted or carried home by a partner"),
            "practices-considered",
            len(report.practices_considered),
        ),
        (_("Taken up: in an action plan"), "practices-taken-up", len(report.practices_taken_up)),
    ]
    if not any(number for _title, _figure, number in stages):
        return None
    return bar_plot(
        [(title, [Value(number, str(number))]) for title, _figure, number in stages],
        slug="practices",
        finding=_("%(taken_up)d of %(published)d good practices were taken up by another partner")
        % {"taken_up": len(report.practices_taken_up), "published": published},
        measure=_("Good practices of the project to date, by how far they came"),
        n=published,
        summary=in_a_row(f"{title}: {number}" for title, _figure, number in stages),
        numbers=Numbers(
            (_("How far"), _("Good practices")),
            [(Cell(title), Cell(str(number), figure)) for title, figure, number in stages],
        ),
    )
