"""The plots of people: where they came from, whether they had come before, and of which partner they were."""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ...plots import Cell, Numbers, Plot, Value, bar_plot, matrix_plot
from ..report import Report
from ..subject import Kind
from .words import in_a_row


def countries_plot(report: Report) -> Plot | None:
    """Draw how many people came from each country."""
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
        summary=in_a_row(f"{row.name}: {len(row.people)}" for row in countries),
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


def organisation_kinds_plot(report: Report) -> Plot | None:
    """Draw how many people came from each kind of organisation; nothing where no kind is known."""
    kinds = report.organisation_kinds
    if not any(row.kind for row in kinds):
        return None
    people, known = len(report.people), [row for row in kinds if row.kind]
    first = known[0]
    if len(known) > 1 and len(first.people) == len(known[1].people):
        finding = _("People came from %(kinds)d kinds of organisation") % {"kinds": len(known)}
    else:
        finding = _("Largest group: %(kind)s, %(count)d of %(people)d people") % {
            "kind": first.name,
            "count": len(first.people),
            "people": people,
        }
    return bar_plot(
        [
            (row.name, [Value(len(row.people), str(len(row.people)), "solid" if row.kind else "dashed")])
            for row in kinds
        ],
        slug="organisation-kinds",
        finding=finding,
        measure=_("People who attended, by kind of organisation; dashed: not known"),
        n=people,
        summary=in_a_row(f"{row.name}: {len(row.people)}" for row in kinds),
        numbers=Numbers(
            (_("Kind of organisation"), _("People"), _("Participations")),
            [
                (
                    Cell(row.name),
                    Cell(str(len(row.people)), f"people-of-kind-{row.slug}"),
                    Cell(str(row.participations), f"participations-of-kind-{row.slug}"),
                )
                for row in kinds
            ],
        ),
    )


def newcomers_plot(report: Report) -> Plot | None:
    """Draw who came for the first time and who came again, by semester; from the second semester on."""
    rows = [row for row in report.by_semester if row.people]
    if len(rows) < 2:
        return None
    last = rows[-1]
    return bar_plot(
        [
            (
                _("Semester %(number)d") % {"number": row.semester.number},
                [
                    Value(len(row.first_time), _("%(n)d new") % {"n": len(row.first_time)}, "solid"),
                    Value(len(row.returning), _("%(n)d again") % {"n": len(row.returning)}, "hollow"),
                ],
            )
            for row in rows
        ],
        slug="newcomers",
        finding=_("In semester %(number)d, %(returning)d of %(people)d people had come before")
        % {"number": last.semester.number, "returning": len(last.returning), "people": last.people},
        measure=_("People who attended, by semester: for the first time in this project, and again"),
        n=last.people,
        summary=in_a_row(
            _("Semester %(number)d: %(first)d for the first time, %(again)d again")
            % {"number": row.semester.number, "first": len(row.first_time), "again": len(row.returning)}
            for row in rows
        ),
        numbers=Numbers(
            (_("Semester"), _("For the first time"), _("Again"), _("People")),
            [
                (
                    Cell(str(row.semester.number)),
                    Cell(str(len(row.first_time)), "first-time", row.semester.number),
                    Cell(str(len(row.returning)), "returning", row.semester.number),
                    Cell(str(row.people), "people", row.semester.number),
                )
                for row in rows
            ],
        ),
    )


def partners_plot(report: Report) -> Plot | None:
    """Draw how many people of each partner came to each event."""
    if report.subject.kind not in (Kind.SEMESTER, Kind.PROJECT):
        return None
    language = get_language() or "en"
    partners = report.partner_rows
    events = [(row.event.in_language("title", language).text, row.event) for row in report.events if row.attended]
    came = sum(sum(row.attended.values()) for row in partners)
    if not events or not came:
        return None
    nowhere = sum(not row.attended for row in partners)
    if nowhere:
        finding = ngettext(
            "Nobody came from %(n)d of %(partners)d partner",
            "Nobody came from %(n)d of %(partners)d partners",
            len(partners),
        ) % {"n": nowhere, "partners": len(partners)}
    else:
        together = {title: sum(event.pk in row.attended for row in partners) for title, event in events}
        most = max(together, key=lambda title: together[title])
        finding = _("Most partners at one event: %(n)d of %(partners)d, %(event)s") % {
            "n": together[most],
            "partners": len(partners),
            "event": most,
        }
    return matrix_plot(
        [(str(row.partner.number), row.partner.organisation.name) for row in partners],
        [(title, [row.attended.get(event.pk, 0) for row in partners]) for title, event in events],
        slug="partners",
        finding=finding,
        measure=_("People of each partner who attended, by event"),
        n=came,
        summary=in_a_row(
            _("%(partner)s: %(n)d participations at %(events)d events")
            % {
                "partner": row.partner.organisation.name,
                "n": sum(row.attended.values()),
                "events": len(row.attended),
            }
            for row in partners
        ),
        numbers=Numbers(
            (_("Event"), *(row.partner.organisation.name for row in partners)),
            [
                (
                    Cell(title),
                    *(
                        Cell(str(n), f"of-partner-{row.partner.number}-{event.slug}") if n else Cell("0")
                        for row in partners
                        for n in [row.attended.get(event.pk, 0)]
                    ),
                )
                for title, event in events
            ],
        ),
    )
