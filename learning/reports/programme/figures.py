"""The numbers of a report of a programme, each with the projects that it adds up, and what is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import EventKind

from ...models import Indicator
from ..figures import Gap
from ..indicators import how_counted
from .rows import ProgrammeReport, ProjectRow


@dataclass(frozen=True, slots=True)
class Part:
    """What one project adds to a number. `value` None: nobody knows. `opens`: it has rows of its own to look at."""

    project: ProjectRow
    value: int | None
    opens: bool = True


@dataclass(frozen=True, slots=True)
class ProgrammeFigure:
    """One number over all projects. `slug` is also its name in the report of a project, which holds the rows."""

    slug: str
    title: str
    rule: str
    parts: Sequence[Part]
    unit: str = ""
    target: int | None = None

    @property
    def value(self) -> int | None:
        """None where no project knows it."""
        known = [part.value for part in self.parts if part.value is not None]
        return sum(known) if known or not self.parts else None

    @property
    def reached(self) -> int | None:
        """Per cent of the target; None without a target, or while nobody knows the value."""
        return self.value * 100 // self.target if self.value is not None and self.target else None


def programme_figures(report: ProgrammeReport) -> list[ProgrammeFigure]:
    """Return the numbers of all projects together, in the order in which they are shown."""
    once = _("Each person once in each project: whoever took part in two projects counts in both.")
    return [
        _figure(report, "projects", _("Projects"), _("All projects of the programme."), lambda row: 1),
        _figure(
            report, "events", _("Events held"), _("Each event once, for the project whose it is."), lambda r: r.events
        ),
        *(
            _figure(
                report,
                f"counting-{value}",
                str(label),
                _("Events whose kind counts like this."),
                _counting_as(value),
            )
            for value, label in EventKind.Counting.choices
        ),
        _figure(
            report,
            "participations",
            _("Participations"),
            _("One person at one event, recorded as present on at least one day."),
            lambda row: row.participations,
        ),
        _figure(report, "people", _("People"), once, lambda row: row.people),
        _figure(report, "learned", _("People who say they learned"), once, lambda row: row.learned),
        _figure(
            report,
            "feedback",
            _("Feedback by participants"),
            _("Answers by people who are recorded as present."),
            lambda row: row.feedback,
        ),
        _figure(
            report,
            "reported",
            _("Participants as reported"),
            _("Head counts from hosts and sources, apart from the people counted here."),
            lambda row: row.reported,
        ),
    ]


def programme_indicators(report: ProgrammeReport) -> list[ProgrammeFigure]:
    """Return what the programme asks to count, over all projects; the target is what they promised together."""
    return [
        ProgrammeFigure(
            f"indicator-{one.code}",
            f"{one.code}: {one.name_in(get_language() or 'en')}",
            how_counted(one),
            [Part(row, value := row.indicators[one.pk].value, value is not None) for row in report.projects],
            one.unit,
            report.total(lambda row, one=one: row.indicators[one.pk].target),  # type: ignore[misc]
        )
        for one in report.indicators
    ]


def programme_gaps(report: ProgrammeReport) -> list[Gap]:
    """Return what is missing before the report can be believed; each is the slug of a figure that lists it."""
    return [Gap(slug, _sentence(slug, count) % {"n": count}, count) for slug, count in _missing(report)]


def programme_figure(report: ProgrammeReport, slug: str) -> ProgrammeFigure | None:
    """Return the number or gap with this name, or None where there is none."""
    for found in (*programme_figures(report), *programme_indicators(report)):
        if found.slug == slug:
            return found
    for row in report.kinds:
        if slug == f"kind-{row.kind.slug}":
            title = row.kind.plural_in(get_language() or "en")
            return _figure(report, slug, title, _("Events of this kind that count."), _of_kind(row.kind.slug))
    if slug in _GAPS:
        of_project, opens = _GAPS[slug]
        parts = [Part(row, value, opens) for row in report.projects if (value := of_project(report, row))]
        return ProgrammeFigure(
            slug, _sentence(slug, total := sum(p.value or 0 for p in parts)) % {"n": total}, "", parts
        )
    return None


def _figure(
    report: ProgrammeReport, slug: str, title: str, rule: str, value: Callable[[ProjectRow], int | None]
) -> ProgrammeFigure:
    parts = [Part(row, found := value(row), found is not None and slug != "projects") for row in report.projects]
    return ProgrammeFigure(slug, title, rule, parts)


def _counting_as(value: str) -> Callable[[ProjectRow], int]:
    return lambda row: row.countings[value]


def _of_kind(slug: str) -> Callable[[ProjectRow], int]:
    return lambda row: row.kinds.get(slug, 0)


def _without_targets(report: ProgrammeReport, row: ProjectRow) -> int:
    asked = [one for one in report.indicators if one.rule != Indicator.Rule.ELSEWHERE]
    return sum(row.indicators[one.pk].target is None for one in asked)


# Each gap: what a project adds to it, and whether the report of the project has a list of that name.
_GAPS: dict[str, tuple[Callable[[ProgrammeReport, ProjectRow], int], bool]] = {
    "unknown": (lambda report, row: not row.is_known, False),
    "without-events": (lambda report, row: not row.events, False),
    "without-records": (lambda report, row: row.without_records, True),
    "contradictions": (lambda report, row: row.contradictions, True),
    "not-noted-as-held": (lambda report, row: row.not_noted_as_held, True),
    "without-date": (lambda report, row: row.without_date, True),
    "without-targets": (_without_targets, False),
}


def _missing(report: ProgrammeReport) -> Iterable[tuple[str, int]]:
    for slug, (of_project, _opens) in _GAPS.items():
        if count := sum(of_project(report, row) for row in report.projects):
            yield slug, count
    elsewhere = sum(one.rule == Indicator.Rule.ELSEWHERE for one in report.indicators)
    if elsewhere:
        yield "not-counted-here", elsewhere


def _sentence(slug: str, n: int) -> str:
    return {
        "unknown": ngettext(
            "%(n)d project in which nobody registered or was recorded: who came is not known",
            "%(n)d projects in which nobody registered or was recorded: who came is not known",
            n,
        ),
        "without-events": ngettext("%(n)d project without any event", "%(n)d projects without any event", n),
        "without-records": ngettext(
            "%(n)d held event without any attendance record",
            "%(n)d held events without any attendance record",
            n,
        ),
        "contradictions": ngettext(
            "%(n)d person recorded as present whose registration is cancelled: not counted",
            "%(n)d people recorded as present whose registration is cancelled: not counted",
            n,
        ),
        "not-noted-as-held": ngettext(
            "%(n)d event counts because its date has passed; nobody has noted that it was held",
            "%(n)d events count because their date has passed; nobody has noted that they were held",
            n,
        ),
        "without-date": ngettext(
            "%(n)d event whose date is not known, counted by the semester that its source states",
            "%(n)d events whose date is not known, counted by the semester that their sources state",
            n,
        ),
        "without-targets": ngettext(
            "%(n)d target that no project has set for an indicator",
            "%(n)d targets that projects have not set for an indicator",
            n,
        ),
        "not-counted-here": ngettext(
            "%(n)d indicator of the programme that the records here do not say",
            "%(n)d indicators of the programme that the records here do not say",
            n,
        ),
    }[slug]
