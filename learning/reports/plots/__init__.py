"""The plots of a report: what each finds, and the numbers it draws."""

from ...plots import Plot
from ..report import Report
from .events import attendance_plot, coming_plot, evidence_plot, kinds_plot
from .learning import learning_plot
from .people import countries_plot, newcomers_plot, organisation_kinds_plot, partners_plot
from .practices import practices_plot

__all__ = ["learning_plot", "plots"]


def plots(report: Report) -> list[Plot]:
    """Return the plots that have something to draw, in the order in which people look at them."""
    drawn = (
        kinds_plot(report),
        attendance_plot(report),
        countries_plot(report),
        organisation_kinds_plot(report),
        newcomers_plot(report),
        learning_plot(report.outcomes),
        practices_plot(report),
        partners_plot(report),
        coming_plot(report),
        evidence_plot(report),
    )
    return [plot for plot in drawn if plot is not None]
