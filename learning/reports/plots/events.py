"""The plots of events: their kinds, who was invited and came, what is given of coming ones, their evidence."""

from datetime import UTC

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.times import dates_in_words

from ...plots import Cell, Numbers, Panel, Plot, Value, bar_plot, steps_plot
from ..report import Report
from ..rows import ComingRow, EventRow
from .words import in_a_row


def kinds_plot(report: Report) -> Plot | None:
    """Draw how many events there were of each kind."""
    language = get_language() or "en"
    kinds = [(row.kind.plural_in(language), row) for row in report.kinds]
    if not kinds:
        return None
    total = len(report.events)
    leader, first = kinds[0]
    if len(kinds) == 1:
        finding = ngettext(
            "The only event is of the kind: %(kind)s", "All %(total)d events are of one kind: %(kind)s", total
        ) % {"kind": leader, "total": total}
    elif len(first.events) > len(kinds[1][1].events):
        finding = _("Most frequent: %(kind)s, %(count)d of %(total)d") % {
            "kind": leader,
            "count": len(first.events),
            "total": total,
        }
    else:
        finding = _("%(total)d events of %(kinds)d kinds") % {
            "total": total,
            "kinds": len(kinds),
        }
    return bar_plot(
        [(name, [Value(len(row.events), str(len(row.events)))]) for name, row in kinds],
        slug="kinds",
        finding=finding,
        measure=_("Events held, by kind"),
        n=total,
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
