"""The plots of a report of a programme: its events by kind and year, its targets, and its projects side by side."""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ...plots import Cell, Numbers, Plot, Value, bar_plot, stack_plot
from ..plots.words import in_a_row, most_frequent
from .figures import ProgrammeFigure, programme_indicators
from .rows import ProgrammeReport, ProjectRow

# More bars nobody reads; the table has them all.
MOST_PROJECTS = 20


def programme_plots(report: ProgrammeReport) -> list[Plot]:
    """Return the plots that have something to draw."""
    drawn = (_kinds(report), _targets(report), _projects(report))
    return [plot for plot in drawn if plot is not None]


def _kinds(report: ProgrammeReport) -> Plot | None:
    """Draw the events of all projects by kind and by year, since each project has semesters of its own."""
    if not report.kinds:
        return None
    language = get_language() or "en"
    years = sorted({year for row in report.kinds for year in row.years}, key=lambda year: (year is None, year))
    columns = [("–", _("Date not known")) if year is None else (f"’{year % 100:02}", str(year)) for year in years]
    kinds = [(row.kind.plural_in(language), row) for row in report.kinds]
    by_kind = [(name, row.events) for name, row in kinds]
    return stack_plot(
        columns,
        [(name, [row.years.get(year, 0) for year in years]) for name, row in kinds],
        slug="kinds",
        finding=most_frequent(by_kind),
        measure=_("Events held, by kind and by the year in which they began"),
        n=sum(count for _name, count in by_kind),
        summary=in_a_row(f"{name}: {count}" for name, count in by_kind),
        numbers=Numbers(
            (_("Kind"), _("Counts as"), *(name for _short, name in columns), _("Events")),
            [
                (
                    Cell(name),
                    Cell(row.kind.get_counts_as_display()),
                    *(Cell(str(row.years.get(year, 0))) for year in years),
                    Cell(str(row.events), f"kind-{row.kind.slug}"),
                )
                for name, row in kinds
            ],
        ),
    )


def _targets(report: ProgrammeReport) -> Plot | None:
    """Draw how much is reached of what the projects promised together, in per cent, where anything was promised."""
    promised = [(each, each.reached) for each in programme_indicators(report)]
    drawn = [(each, reached) for each, reached in promised if reached is not None]
    if not drawn:
        return None
    return bar_plot(
        [(each.title, [Value(reached, _how_far(each))]) for each, reached in drawn],
        slug="targets",
        finding=ngettext(
            "%(reached)d of %(targets)d target is reached", "%(reached)d of %(targets)d targets are reached", len(drawn)
        )
        % {"reached": sum(reached >= 100 for _each, reached in drawn), "targets": len(drawn)},
        measure=_("Indicators, in per cent of what the projects promised together"),
        n=len(drawn),
        summary=in_a_row(
            # Translators: an indicator and how much of it is reached, such as “12 of 20 (60 %)”.
            _("%(indicator)s: %(how_far)s") % {"indicator": each.title, "how_far": _how_far(each)}
            for each, _reached in drawn
        ),
        numbers=Numbers(
            (_("Indicator"), _("Value"), _("Target"), _("Per cent")),
            [
                (Cell(each.title), Cell(str(each.value), each.slug), Cell(str(each.target)), Cell(str(reached)))
                for each, reached in drawn
            ],
        ),
    )


def _how_far(indicator: ProgrammeFigure) -> str:
    return _("%(value)d of %(target)d (%(percent)d %%)") % {
        "value": indicator.value,
        "target": indicator.target,
        "percent": indicator.reached,
    }


def _projects(report: ProgrammeReport) -> Plot | None:
    """Draw the projects with the most participations; one with itself alone is no comparison."""
    known = [(row, row.participations or 0, row.people or 0) for row in report.projects if row.participations]
    if len(known) < 2:
        return None
    ranked = sorted(known, key=lambda each: (-each[1], each[0].project.acronym))
    drawn, total = ranked[:MOST_PROJECTS], sum(participations for _row, participations, _people in ranked)
    first: ProjectRow = ranked[0][0]

    def values(participations: int, people: int) -> list[Value]:
        return [
            Value(
                participations,
                ngettext("%(n)d participation", "%(n)d participations", participations) % {"n": participations},
                "hollow",
            ),
            Value(people, ngettext("%(n)d person", "%(n)d people", people) % {"n": people}),
        ]

    of_most = ngettext(
        "Participations and people, of the %(n)d project with the most participations",
        "Participations and people, of the %(n)d projects with the most participations",
        len(drawn),
    ) % {"n": len(drawn)}
    return bar_plot(
        [(row.project.acronym, values(participations, people)) for row, participations, people in drawn],
        slug="projects",
        finding=_("Most participations: %(project)s, %(count)d of %(total)d")
        % {"project": first.project.acronym, "count": ranked[0][1], "total": total},
        measure=of_most if len(ranked) > len(drawn) else _("Participations and people, by project"),
        n=total,
        summary=in_a_row(
            _("%(project)s: %(participations)d participations, %(people)d people")
            % {"project": row.project.acronym, "participations": participations, "people": people}
            for row, participations, people in drawn
        ),
        numbers=Numbers(
            (_("Project"), _("Participations"), _("People")),
            [
                (Cell(row.project.acronym), Cell(str(participations)), Cell(str(people)))
                for row, participations, people in ranked
            ],
        ),
    )
