"""The plots of events: their kinds, who was invited and came, what is given of coming ones, their evidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import EventKind
from events.times import dates_in_words

from ...plots import Cell, Numbers, Panel, Plot, Value, bar_plot, stack_plot, steps_plot
from ..report import Report
from ..rows import ComingRow, EventRow, SemesterRow
from .words import in_a_row, most_frequent


def kinds_plot(report: Report) -> Plot | None:
    """Draw how many events there were of each kind: of a project and its semesters, one piece for each semester."""
    if not report.events:
        return None
    semesters = [row for row in report.by_semester if row.events]
    return _kinds_by_semester(report, semesters) if len(semesters) > 1 else _kinds(report)


def _kinds(report: Report) -> Plot:
    language = get_language() or "en"
    kinds = [(row.kind.plural_in(language), row) for row in report.kinds]
    return bar_plot(
        [(name, [Value(len(row.events), str(len(row.events)))]) for name, row in kinds],
        slug="kinds",
        finding=most_frequent([(name, len(row.events)) for name, row in kinds]),
        measure=_("Events held, by kind"),
        n=len(report.events),
        summary=in_a_row(f"{name}: {len(row.events)}" for name, row in kinds),
        numbers=Numbers(
            (_("Kind"), _("Counts as"), _("Events")),
            [
                (
                    Cell(name),
                    Cell(row.kind.get_counts_as_display()),
                    Cell(str(len(row.events)), f"kind-{row.kind.slug}"),
                )
                for name, row in kinds
            ],
        ),
    )


@dataclass(frozen=True, slots=True)
class _Column:
    """What one piece of each bar counts: the events of a semester, by its number, or None for those in none."""

    short: str
    name: str
    semester: int | None
    kinds: Counter[EventKind]

    def cell(self, kind: EventKind) -> Cell:
        opens = self.kinds[kind] and self.semester is not None
        return Cell(str(self.kinds[kind]), f"kind-{kind.slug}" if opens else "", self.semester if opens else None)


def _columns(report: Report, semesters: Sequence[SemesterRow]) -> list[_Column]:
    """Return the semesters up to the report's own; of a report to date also what is in none of them."""
    columns = [
        _Column(
            # Translators: short for “Semester 3”, on a bar that has room for two letters.
            _("S%(number)d") % {"number": row.semester.number},
            _("Semester %(number)d") % {"number": row.semester.number},
            row.semester.number,
            Counter(event.kind for event in row.events),
        )
        for row in semesters
    ]
    in_one = {event.pk for row in semesters for event in row.events}
    in_none = Counter(row.event.kind for row in report.events if row.event.pk not in in_one)
    return [*columns, _Column("–", _("In no semester"), None, in_none)] if in_none else columns


def _kinds_by_semester(report: Report, semesters: Sequence[SemesterRow]) -> Plot:
    language = get_language() or "en"
    columns = _columns(report, semesters)
    total = sum((column.kinds for column in columns), Counter[EventKind]())
    kinds = sorted(total, key=lambda kind: (-total[kind], kind.position, kind.slug))
    names = {kind: kind.plural_in(language) for kind in kinds}
    by_kind = [(names[kind], total[kind]) for kind in kinds]
    return stack_plot(
        [(column.short, column.name) for column in columns],
        [(names[kind], [column.kinds[kind] for column in columns]) for kind in kinds],
        slug="kinds",
        finding=_since_before(*report.by_semester[-2:]) if report.semester else most_frequent(by_kind),
        measure=_("Events held, by kind and semester"),
        n=total.total(),
        summary=in_a_row(f"{name}: {count}" for name, count in by_kind),
        numbers=Numbers(
            (_("Kind"), _("Counts as"), *(column.name for column in columns), _("Events")),
            [
                (
                    Cell(names[kind]),
                    Cell(kind.get_counts_as_display()),
                    *(column.cell(kind) for column in columns),
                    Cell(str(total[kind]), "" if report.semester else f"kind-{kind.slug}"),
                )
                for kind in kinds
            ],
        ),
    )


def _since_before(before: SemesterRow, last: SemesterRow) -> str:
    n = len(last.events)
    return ngettext(
        "%(n)d event in semester %(number)d, after %(before)d in semester %(earlier)d",
        "%(n)d events in semester %(number)d, after %(before)d in semester %(earlier)d",
        n,
    ) % {
        "n": n,
        "number": last.semester.number,
        "before": len(before.events),
        "earlier": before.semester.number,
    }


def attendance_plot(report: Report) -> Plot | None:
    """Draw how many were invited, had a place and came; invitations only where any were sent."""
    language = get_language() or "en"
    events = [
        (row.event.in_language("title", language).text, row)
        for row in report.events
        if row.has_records or row.registered
    ]
    registered = len(report.registered)
    if not events or not registered:
        return None
    came = sum(guest.has_attended for guest in report.registered)
    has_invited = any(row.invited for _title, row in events)

    def values(row: EventRow) -> list[Value]:
        invited = [Value(row.invited, _("%(n)d invited") % {"n": row.invited}, "dashed")] if row.invited else []
        return [
            *invited,
            Value(row.registered, _("%(n)d registered") % {"n": row.registered}, "hollow"),
            Value(row.attended, _("%(n)d attended") % {"n": row.attended}),
        ]

    return bar_plot(
        [(title, values(row)) for title, row in events],
        slug="attendance",
        finding=_("%(came)d of %(registered)d registrations with a place were used (%(percent)d %%)")
        % {"came": came, "registered": registered, "percent": round(came / registered * 100)},
        measure=_("Personal invitations, registrations with a place, and people recorded as present, by event")
        if has_invited
        else _("Registrations with a place, and people recorded as present, by event"),
        n=registered,
        summary=in_a_row(f"{title}: {', '.join(value.text for value in values(row))}" for title, row in events),
        numbers=Numbers(
            (_("Event"), *([_("Invited")] if has_invited else []), _("Registered"), _("Attended")),
            [
                (
                    Cell(title),
                    *([Cell(str(row.invited))] if has_invited else []),
                    Cell(str(row.registered), f"registered-{row.event.slug}"),
                    Cell(str(row.attended), f"attended-{row.event.slug}"),
                )
                for title, row in events
            ],
        ),
    )


def coming_plot(report: Report) -> Plot | None:
    """Draw the places of coming events as they were given day by day, against how many there are."""
    language = get_language() or "en"
    drawn = [(row.event.in_language("title", language).text, row) for row in report.coming if row.days]
    if not drawn:
        return None
    given = sum(row.given for _title, row in drawn)
    full = sum(row.places is not None and row.given >= row.places for _title, row in drawn)
    if full:
        finding = ngettext(
            "%(full)d of %(events)d coming event is full", "%(full)d of %(events)d coming events are full", len(drawn)
        ) % {"full": full, "events": len(drawn)}
    else:
        finding = ngettext(
            "%(given)d place of coming events is given", "%(given)d places of coming events are given", given
        ) % {"given": given}
    labelled = [(_how_far(title, row), row) for title, row in drawn]
    first = min(row.days[0][0] for _title, row in drawn)
    until = report.at.astimezone(UTC).date()
    return steps_plot(
        [Panel(label, row.days, row.places) for label, row in labelled],
        until=until,
        ends=(dates_in_words(first, first), dates_in_words(until, until)),
        slug="coming",
        finding=finding,
        measure=_("Places given at coming events, day by day; dashed: how many there are"),
        n=given,
        summary=in_a_row(label for label, _row in labelled),
        numbers=Numbers(
            (_("Event"), _("Day"), _("Given by then"), _("Places")),
            [
                (
                    Cell(title),
                    Cell(dates_in_words(day, day)),
                    Cell(str(number)),
                    Cell(_("no limit") if row.places is None else str(row.places)),
                )
                for title, row in drawn
                for day, number in row.days
            ],
        ),
    )


def _how_far(title: str, row: ComingRow) -> str:
    if row.places is None:
        return _("%(event)s: %(given)d places given") % {"event": title, "given": row.given}
    return _("%(event)s: %(given)d of %(places)d places given") % {
        "event": title,
        "given": row.given,
        "places": row.places,
    }


def evidence_plot(report: Report) -> Plot | None:
    """Draw what is there beside what is due; where nothing is there yet, the gap says it all."""
    due, there = report.evidence_due, report.evidence_due - len(report.evidence_missing)
    if not there:
        return None
    language = get_language() or "en"
    events = [(row.event.in_language("title", language).text, row) for row in report.evidence]
    return bar_plot(
        [
            (
                title,
                [
                    Value(len(row.due), _("%(n)d due") % {"n": len(row.due)}, "hollow"),
                    Value(row.there, _("%(n)d there") % {"n": row.there}),
                ],
            )
            for title, row in events
        ],
        slug="evidence",
        finding=_("%(there)d of %(due)d pieces of evidence are there (%(percent)d %%)")
        % {"there": there, "due": due, "percent": int(there / due * 100)},
        measure=_("Pieces of evidence that are due, and those that are there, by event"),
        n=due,
        summary=in_a_row(
            _("%(event)s: %(there)d of %(due)d") % {"event": title, "there": row.there, "due": len(row.due)}
            for title, row in events
        ),
        numbers=Numbers(
            (_("Event"), _("Due"), _("There"), _("Missing")),
            [
                (
                    Cell(title),
                    Cell(str(len(row.due))),
                    Cell(str(row.there)),
                    Cell(str(len(row.missing)), f"evidence-{row.event.slug}"),
                )
                for title, row in events
            ],
        ),
    )
