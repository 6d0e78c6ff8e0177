"""The plots of a semester report: what each finds, and the numbers it draws."""

from collections.abc import Iterable

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ..plots import Cell, Numbers, Pair, Plot, Value, bar_plot, dumbbell_plot, one_decimal
from .report import Report
from .rows import MINIMUM_ANSWERS, OutcomeRow


def plots(report: Report) -> list[Plot]:
    """Return the plots that have something to draw, in the order in which people look at them."""
    drawn = (_kinds(report), _attendance(report), _countries(report), learning_plot(report.outcomes), _evidence(report))
    return [plot for plot in drawn if plot is not None]


def _kinds(report: Report) -> Plot | None:
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
        summary=_list(f"{name}: {len(row.events)}" for name, row in kinds),
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


def _attendance(report: Report) -> Plot | None:
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
    return bar_plot(
        [
            (
                title,
                [
                    Value(row.registered, _("%(n)d registered") % {"n": row.registered}, "hollow"),
                    Value(row.attended, _("%(n)d attended") % {"n": row.attended}),
                ],
            )
            for title, row in events
        ],
        slug="attendance",
        finding=_("%(came)d of %(registered)d registrations with a place were used (%(percent)d %%)")
        % {"came": came, "registered": registered, "percent": round(came / registered * 100)},
        measure=_("Registrations with a place, and people recorded as present, by event"),
        n=registered,
        summary=_list(
            _("%(event)s: %(registered)d registered, %(attended)d attended")
            % {"event": title, "registered": row.registered, "attended": row.attended}
            for title, row in events
        ),
        numbers=Numbers(
            (_("Event"), _("Registered"), _("Attended")),
            [
                (
                    Cell(title),
                    Cell(str(row.registered), f"registered-{row.event.slug}"),
                    Cell(str(row.attended), f"attended-{row.event.slug}"),
                )
                for title, row in events
            ],
        ),
    )


def _countries(report: Report) -> Plot | None:
    countries = report.countries
    if not countries:
        return None
    people = len(report.people)
    first = countries[0]
    if len(countries) == 1:
        finding = _("Everybody came from one country: %(country)s") % {"country": first.name}
    elif len(first.people) > len(countries[1].people):
        finding = _("Largest group: %(country)s, %(count)d of %(people)d people") % {
            "country": first.name,
            "count": len(first.people),
            "people": people,
        }
    else:
        finding = _("People came from %(countries)d countries") % {"countries": len(countries)}
    return bar_plot(
        [(row.name, [Value(len(row.people), str(len(row.people)))]) for row in countries],
        slug="countries",
        finding=finding,
        measure=_("People who attended, by country"),
        n=people,
        summary=_list(f"{row.name}: {len(row.people)}" for row in countries),
        numbers=Numbers(
            (_("Country"), _("People"), _("Participations")),
            [
                (
                    Cell(row.name),
                    Cell(str(len(row.people)), f"country-{row.code}"),
                    Cell(str(row.participations), f"participations-{row.code}"),
                )
                for row in countries
            ],
        ),
    )


def learning_plot(outcomes: Iterable[OutcomeRow], *, opens_rows: bool = True) -> Plot | None:
    """Draw only means of enough answers; the table names every outcome, and says where there are too few.

    `opens_rows`: the numbers of answers lead to their rows in a report. None where nobody answered.
    """
    rows = [row for row in outcomes if row.n]
    drawn = [(row, Pair(row.before, row.after)) for row in rows if row.before is not None and row.after is not None]
    if not rows:
        return None
    if drawn:
        finding = ngettext(
            "Self-ratings rose for %(rose)d of %(count)d outcome",
            "Self-ratings rose for %(rose)d of %(count)d outcomes",
            len(drawn),
        ) % {"rose": sum(pair.after > pair.before for _row, pair in drawn), "count": len(drawn)}
    else:
        finding = _("Too few answers to show a mean yet")
    too_few = _("fewer than %(minimum)d answers") % {"minimum": MINIMUM_ANSWERS}

    def mean(value: float | None) -> str:
        return too_few if value is None else one_decimal(value)

    labelled = [
        (_("%(outcome)s (n\u00a0=\u00a0%(n)d)") % {"outcome": row.text.text, "n": row.n}, pair) for row, pair in drawn
    ]
    return dumbbell_plot(
        labelled,
        slug="learning",
        finding=finding,
        measure=_("Mean self-rating from 1 (not at all) to 5 (fully): hollow before the event, filled after it"),
        n=sum(row.n for row, _pair in drawn),
        summary=_list(
            _("%(outcome)s: from %(before)s to %(after)s")
            % {"outcome": label, "before": one_decimal(pair.before), "after": one_decimal(pair.after)}
            for label, pair in labelled
        ),
        numbers=Numbers(
            (_("Learning outcome"), _("Before"), _("After"), _("Answers")),
            [
                (
                    Cell(row.text.text),
                    Cell(mean(row.before)),
                    Cell(mean(row.after)),
                    Cell(str(row.n), f"outcome-{row.outcome_id}" if opens_rows else ""),
                )
                for row in rows
            ],
        ),
    )


def _evidence(report: Report) -> Plot | None:
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
        summary=_list(
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


def _list(parts) -> str:
    # Translators: stands between the parts of a list of numbers.
    return _("; ").join(parts)
