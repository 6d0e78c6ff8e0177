"""What the programme asks to count, counted: each indicator by its rule, of the events that it fits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import EventKind

from ..models import Indicator
from .report import Report

Rule = Indicator.Rule


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator. `rows` are what it counts; None where nothing here says how many there are."""

    indicator: Indicator
    target: int | None
    rows: Sequence[Any] | None
    # One of the tables of templates/learning/rows/; "" where there is none.
    table: str

    @property
    def title(self) -> str:
        return f"{self.indicator.code}: {self.name}"

    @property
    def unit(self) -> str:
        return self.indicator.unit

    @property
    def value(self) -> int | None:
        return None if self.rows is None else len(self.rows)

    @property
    def reached(self) -> int | None:
        """Per cent of the target; None without a target, or while nobody knows the value."""
        if self.value is None or not self.target:
            return None
        # Not rounded up: what is not reached reads as less than a hundred.
        return self.value * 100 // self.target

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return f"indicator-{self.indicator.code}"

    @property
    def name(self) -> str:
        return self.indicator.name_in(get_language() or "en")

    @property
    def how(self) -> str:
        return how_counted(self.indicator)


@dataclass(frozen=True, slots=True)
class Defined:
    """What is meant by an indicator: how it is counted here, the words of the programme, and where those stand."""

    title: str
    how: str
    definition: str
    sources: Sequence[str]


def defined(indicators: Iterable[Indicator]) -> list[Defined]:
    """Return what is meant by each indicator, in their order."""
    return [Defined(str(one), how_counted(one), one.definition, one.sources) for one in indicators]


def how_counted(indicator: Indicator) -> str:
    """Say in words how an indicator is counted: the rule, and of which events."""
    said = [str(indicator.get_rule_display())]
    if indicator.counts_as:
        names = dict(EventKind.Counting.choices)
        kinds = "; ".join(str(names.get(each, each)) for each in indicator.counts_as)
        said.append(_("of events that count as: %(kinds)s") % {"kinds": kinds})
    if indicator.kinds:
        said.append(_("of events of the kinds: %(kinds)s") % {"kinds": ", ".join(indicator.kinds)})
    if indicator.excludes:
        said.append(_("an event counts in the first that it fits of those that exclude each other"))
    if indicator.rule == Rule.SURVEYED:
        said.append(_("an answer that was changed counts as it reads now"))
    return " · ".join(said)


def indicator_rows(report: Report) -> list[IndicatorRow]:
    """Return the indicators of the report's programme, in its order."""
    found = []
    # The events that an indicator took, for the others of the same word.
    taken: dict[str, set[int]] = {}
    for indicator, target in report.indicators:
        events = _events(report, indicator, taken)
        found.append(IndicatorRow(indicator, target, *_counted(report, indicator, events)))
    return found


def _events(report: Report, indicator: Indicator, taken: dict[str, set[int]]) -> set[int]:
    if indicator.rule not in Indicator.OF_EVENTS:
        return set()
    fitting = {row.event.pk for row in report.events if indicator.fits(row.event.kind)}
    if indicator.excludes:
        before = taken.setdefault(indicator.excludes, set())
        fitting -= before
        before |= fitting
    return fitting


def _counted(report: Report, indicator: Indicator, events: set[int]) -> tuple[Sequence[Any] | None, str]:
    if indicator.rule == Rule.EVENTS:
        return [row for row in report.events if row.event.pk in events], "events"
    if indicator.rule == Rule.PARTNERS:
        return report.partners, "partners"
    if indicator.rule == Rule.PRACTICES:
        return report.practices, "practices"
    if indicator.rule == Rule.PLANS:
        return report.plans, "plans"
    if indicator.rule == Rule.ACTIONS:
        return report.actions, "actions"
    if indicator.rule == Rule.ACTIONS_DONE:
        return report.actions_done, "actions"
    if indicator.rule == Rule.SURVEYED:
        return report.surveyed, "surveyed"
    if indicator.rule == Rule.ELSEWHERE:
        return None, ""
    if report.events and not report.has_records:
        # Nobody registered or was recorded here: how many came is not known, rather than none.
        return None, ""
    part = report.of_events(events)
    rows, table = _OF_PEOPLE[Rule(indicator.rule)]
    return rows(part), table


_OF_PEOPLE: dict[Rule, tuple[Callable[[Report], Sequence[Any]], str]] = {
    Rule.PARTICIPATIONS: (lambda part: part.participations, "guests"),
    Rule.PEOPLE: (lambda part: part.people, "people"),
    Rule.ORGANISATIONS: (lambda part: part.organisations, "organisations"),
    Rule.REGIONS: (lambda part: part.regions, "regions"),
    Rule.COUNTRIES: (lambda part: part.countries, "countries"),
    Rule.LEARNERS: (lambda part: part.learners, "learners"),
}
