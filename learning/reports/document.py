"""What a report says, as plain data: the one thing of which every file and every frozen version is made.

    {"format", "language", "kind", "title", "at", "facts", "numbers", "indicators", "gaps", "plots", "tables"}

A fact is {"key", "label", "type", "value"}, a number {"key", "title", "rule", "value"} with None for what nobody knows,
an indicator {"key", "title", "unit", "rule", "counts", "value", "target"}, which counts by a rule of Indicator, a gap
{"key", "text", "count"}. A table is {"key", "title", "columns", "rows"}; a column {"key", "title", "type"}, of the type
"text", "number" or "date"; a row {"key", "cells"}, where a date is 2027-05-20. Plots are as learning/plots/stored.py
writes them. Keys are the same in each language and version, so that two documents can be compared. Nobody is named:
docs/decisions/frozen-reports.md says why. What leaves the team is another thing: outside.py.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registrations.proof.canonical import canonical, plain

from ..plots.stored import stored
from .figures import figure, gaps
from .indicators import IndicatorRow, indicator_rows
from .plots import plots
from .report import Report
from .rows import AssessedRow, EventRow, OutcomeRow

# A program that says more than the one before counts on: see also freezing.records_say_the_same.
FORMAT = "trajectum report 2"

# The numbers that need somebody to have been registered or recorded; without that nobody knows them.
OF_PEOPLE = (
    *("registered", "participations", "people", "organisations", "countries"),
    *("learned", "feedback", "feedback-of-others"),
)

# What few people said would lead to who said it.
OF_ANSWERS = ("learned", "feedback", "feedback-of-others")


def document(report: Report) -> dict[str, Any]:
    """Return what a report says in the current language. The same records and cut-off give the same data."""
    return dict(
        plain(
            {
                "format": FORMAT,
                "language": get_language() or "en",
                "kind": report.subject.kind,
                "title": report.subject.title,
                "at": instant(report.at),
                "facts": list(_facts(report)),
                "numbers": list(_numbers(report)),
                "indicators": [_indicator(row) for row in indicator_rows(report)],
                "gaps": [{"key": gap.slug, "text": gap.text, "count": gap.count} for gap in gaps(report)],
                # What is still ahead is told as of now, and is not what a report hands in.
                "plots": [stored(plot) for plot in plots(report) if plot.slug != "coming"],
                "tables": list(_tables(report)),
            }
        )
    )


def written(content: dict[str, Any]) -> str:
    """Return a document as the one text that is hashed, stored and downloaded as JSON."""
    return canonical(content)


def instant(at: datetime) -> str:
    """Return an aware datetime as it stands in a document and in addresses: 2027-05-20T07:00:00.123456Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _facts(report: Report) -> Iterable[dict[str, str]]:
    project, semester, event = report.project, report.semester, report.subject.event
    yield fact("programme", _("Programme"), project.programme.name)
    yield fact("project", _("Project"), f"{project.acronym}: {project.full_name}")
    if semester:
        yield fact("semester", _("Semester"), str(semester.number))
        yield fact("starts_on", _("First day"), semester.starts_on.isoformat(), "date")
        yield fact("ends_on", _("Last day"), semester.ends_on.isoformat(), "date")
        if semester.theme:
            yield fact("theme", _("Theme"), semester.theme)
    if event:
        yield fact("event", _("Event"), _title(event, get_language() or "en"))
    if partner := report.subject.partner:
        yield fact("partner", _("Partner"), partner.organisation.name)


def fact(key: str, label: str, value: str, of_type: str = "text") -> dict[str, str]:
    return {"key": key, "label": label, "type": of_type, "value": value}


def _numbers(report: Report) -> Iterable[dict[str, Any]]:
    is_known = report.has_records or not report.events
    slugs = ["events", *(f"counting-{row.counts_as}" for row in report.countings)]
    # By name, not by how many: the order of what is compared stays.
    slugs += sorted(f"kind-{row.kind.slug}" for row in report.kinds)
    slugs += [*OF_PEOPLE, "reported", "missing-evidence", "not-counted", *(["assessed"] if report.assessed else [])]
    for slug in slugs:
        found = figure(report, slug)
        if found is None:
            continue
        is_unknown = slug in OF_PEOPLE and not is_known
        # That nobody reported a head count is not that nobody came.
        is_unknown = is_unknown or (slug == "reported" and not found.rows)
        is_unknown = is_unknown or (slug in OF_ANSWERS and report.is_withheld)
        value = None if is_unknown else found.value
        yield {"key": slug, "title": found.title, "rule": found.rule, "value": value}
    rate = None if report.is_withheld else report.answer_rate
    yield {
        "key": "answer-rate",
        "title": _("Answer rate in per cent"),
        "rule": _("Feedback by people who attended, to participations."),
        "value": None if rate is None else round(rate * 100),
    }


def _indicator(row: IndicatorRow) -> dict[str, Any]:
    return {
        "key": row.indicator.code,
        "title": row.name,
        "unit": row.indicator.unit,
        "rule": row.how,
        "counts": row.indicator.rule,
        "value": row.value,
        "target": row.target,
    }


def _tables(report: Report) -> Iterable[dict[str, Any]]:
    language = get_language() or "en"
    yield table(
        "events",
        _("Events"),
        [
            ("title", _("Event"), "text"),
            ("kind", _("Kind"), "text"),
            ("counts_as", _("Counts as"), "text"),
            ("starts_on", _("First day"), "date"),
            ("ends_on", _("Last day"), "date"),
            ("registered", _("Registered"), "number"),
            ("attended", _("Attended"), "number"),
            ("feedback", _("Feedback"), "number"),
            ("reported", _("As reported"), "number"),
            ("reported_note", _("As the source says"), "text"),
        ],
        ((str(row.event.uid), _event(row, language, is_withheld=report.is_withheld)) for row in report.events),
    )
    yield table(
        "participations",
        _("Participations"),
        [
            ("person", _("Person, by number"), "number"),
            ("event", _("Event"), "text"),
            ("country", _("Country"), "text"),
            ("days", _("Days present"), "number"),
        ],
        sorted(
            (
                (
                    f"{guest.event.uid}/{guest.registrations[0]}",
                    [guest.person_id, _title(guest.event, language), guest.country_name, len(guest.days)],
                )
                for guest in report.participations
            ),
            # Not by name, which would lead to who it is.
            key=lambda row: (str(row[1][1]), row[0]),
        ),
    )
    yield table(
        "people",
        _("People"),
        [
            ("person", _("Person, by number"), "number"),
            ("countries", _("Country"), "text"),
            ("events", _("Events attended"), "number"),
        ],
        (
            (str(row.person_id), [row.person_id, ", ".join(row.countries), len(row.events)])
            for row in sorted(report.people, key=lambda row: row.person_id)
        ),
    )
    yield table(
        "organisations",
        _("Organisations"),
        [
            ("name", _("Organisation"), "text"),
            ("countries", _("Country"), "text"),
            ("people", _("People"), "number"),
        ],
        (("/".join(row.key), [row.name, ", ".join(row.countries), len(row.people)]) for row in report.organisations),
    )
    yield table(
        "countries",
        _("Countries"),
        [
            ("name", _("Country"), "text"),
            ("people", _("People"), "number"),
            ("participations", _("Participations"), "number"),
        ],
        ((row.code, [row.name, len(row.people), row.participations]) for row in report.countries),
    )
    yield table(
        "organisation-kinds",
        _("Kinds of organisation"),
        [
            ("name", _("Kind of organisation"), "text"),
            ("people", _("People"), "number"),
            ("participations", _("Participations"), "number"),
        ],
        ((row.slug, [row.name, len(row.people), row.participations]) for row in report.organisation_kinds),
    )
    yield table(
        "outcomes",
        _("Learning outcomes"),
        [
            ("outcome", _("Learning outcome"), "text"),
            ("event", _("Event"), "text"),
            ("before", _("Before"), "number"),
            ("after", _("After"), "number"),
            ("answers", _("Answers"), "number"),
        ],
        ((str(row.outcome_id), _outcome(row, language)) for row in report.outcomes),
    )
    if report.assessed:
        yield table(
            "assessments",
            _("Ratings of regions"),
            [
                ("instrument", _("Instrument of assessment"), "text"),
                ("round", _("Round"), "text"),
                ("region", _("Region"), "text"),
                ("own", _("Region itself"), "number"),
                ("own_changed", _("Region itself: change"), "number"),
                ("others", _("Others"), "number"),
                ("others_changed", _("Others: change"), "number"),
                ("raters", _("Number of others"), "number"),
            ],
            ((f"{row.round.pk}/{row.partner.slug}", _assessed(row)) for row in report.assessed),
        )
    yield table(
        "evidence",
        _("Missing pieces of evidence"),
        [("event", _("Event"), "text"), ("missing", _("What is missing"), "text")],
        (
            (str(row.event.uid), [_title(row.event, language), ", ".join(row.missing)])
            for row in report.without_evidence
        ),
    )
    yield table(
        "not-counted",
        _("Events that do not count"),
        [("title", _("Event"), "text"), ("status", _("Status"), "text"), ("starts_on", _("First day"), "date")],
        (
            (str(event.uid), [_title(event, language), event.get_status_display(), _day(event.starts_on)])
            for event in report.not_counted
        ),
    )


def _event(row: EventRow, language: str, *, is_withheld: bool) -> list[Any]:
    event = row.event
    return [
        _title(event, language),
        event.kind.name_in(language),
        event.kind.get_counts_as_display(),
        _day(event.starts_on),
        _day(event.ends_on),
        row.registered,
        row.attended if row.has_records else None,
        None if is_withheld else row.answers,
        event.reported_participants,
        event.reported_participants_note,
    ]


def _outcome(row: OutcomeRow, language: str) -> list[Any]:
    means = [None if mean is None else round(mean, 2) for mean in (row.before, row.after)]
    return [row.text.text, _title(row.event, language), *means, row.n]


def _assessed(row: AssessedRow) -> list[Any]:
    means = (row.own, row.own_changed, row.others, row.others_changed)
    said = [None if mean is None else round(mean, 2) for mean in means]
    return [str(row.round.instrument), row.round.name, row.partner.organisation.name, *said, row.raters]


def _title(event: Any, language: str) -> str:
    return str(event.in_language("title", language).text)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def table(
    key: str, title: str, columns: list[tuple[str, str, str]], rows: Iterable[tuple[str, list[Any]]]
) -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "columns": [{"key": column, "title": heading, "type": of_type} for column, heading, of_type in columns],
        "rows": [{"key": row, "cells": cells} for row, cells in rows],
    }
