"""The numbers of a semester report, each with a name for its address, what it counts, and the rows behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .indicators import indicator_rows
from .report import Report
from .rows import MINIMUM_ANSWERS

# The tables of templates/learning/rows/.
EVENTS = "events"
EVENTS_NOT_COUNTED = "events_not_counted"
GUESTS = "guests"
PEOPLE = "people"
ORGANISATIONS = "organisations"
COUNTRIES = "countries"
LEARNERS = "learners"
ANSWERS = "answers"
RATINGS = "ratings"
REPORTED = "reported"
EVIDENCE = "evidence"
EVIDENCE_MISSING = "evidence_missing"
INDICATORS = "indicators"
PRACTICES = "practices"
ASSESSED = "assessed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `value` is how many rows there are; for reported head counts it is their sum."""

    slug: str
    title: str
    rule: str
    table: str
    rows: Sequence[Any]
    total: int | None = None

    @property
    def value(self) -> int:
        return len(self.rows) if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing or contradicts itself, in one sentence; its rows say where."""

    slug: str
    text: str
    count: int


def figure(report: Report, slug: str) -> Figure | None:
    """Return the number with this name in the report, or None where there is no such number."""
    if build := _FIGURES.get(slug):
        return build(report)
    for prefix, build_one in _FAMILIES.items():
        if slug.startswith(prefix):
            return build_one(report, slug)
    return None


def headline(report: Report) -> list[Figure]:
    """The numbers at the top of a report. Where nothing was recorded, no zero stands for what nobody knows."""
    if report.events and not report.has_records:
        return [_FIGURES["events"](report)]
    slugs = ["events", "participations", "people", "organisations", "countries", "learned", "feedback"]
    if report.is_withheld:
        slugs = slugs[:-2]
    return [_FIGURES[slug](report) for slug in slugs]


def gaps(report: Report) -> list[Gap]:
    """What is missing before the report can be believed, each with the figure that lists it."""
    # Translators: each sentence is a link to the list of what it names.
    found = [
        (
            "without-records",
            report.without_records,
            lambda n: ngettext(
                "%(n)d held event without any attendance record",
                "%(n)d held events without any attendance record",
                n,
            ),
        ),
        (
            "contradictions",
            report.contradictions,
            lambda n: ngettext(
                "%(n)d person recorded as present whose registration is cancelled: not counted",
                "%(n)d people recorded as present whose registration is cancelled: not counted",
                n,
            ),
        ),
        (
            "not-noted-as-held",
            report.not_noted_as_held,
            lambda n: ngettext(
                "%(n)d event counts because its date has passed; nobody has noted that it was held",
                "%(n)d events count because their date has passed; nobody has noted that they were held",
                n,
            ),
        ),
        (
            "without-date",
            report.without_date,
            lambda n: ngettext(
                "%(n)d event whose date is not known, counted by the semester that its source states",
                "%(n)d events whose date is not known, counted by the semester that their sources state",
                n,
            ),
        ),
        (
            "with-month-only",
            report.with_month_only,
            lambda n: ngettext(
                "%(n)d event of which only the month is known",
                "%(n)d events of which only the month is known",
                n,
            ),
        ),
        (
            "without-organisation-match",
            report.unmatched_people,
            lambda n: ngettext(
                "%(n)d person without organisation match",
                "%(n)d people without organisation match",
                n,
            ),
        ),
        (
            "without-country",
            report.people_without_country,
            lambda n: ngettext("%(n)d person without country", "%(n)d people without country", n),
        ),
        (
            "without-outcomes",
            report.without_outcomes,
            lambda n: ngettext(
                "%(n)d attended event that says nothing to learn, so that nobody could rate it",
                "%(n)d attended events that say nothing to learn, so that nobody could rate it",
                n,
            ),
        ),
        (
            "without-feedback",
            report.without_feedback,
            lambda n: ngettext(
                "%(n)d attended event without any feedback",
                "%(n)d attended events without any feedback",
                n,
            ),
        ),
        (
            "without-evidence",
            report.without_evidence,
            lambda n: ngettext(
                "%(n)d event whose evidence is not complete",
                "%(n)d events whose evidence is not complete",
                n,
            ),
        ),
        (
            "with-feedback-open",
            report.with_feedback_open,
            lambda n: ngettext(
                "%(n)d event that people may still give feedback on",
                "%(n)d events that people may still give feedback on",
                n,
            ),
        ),
        (
            "changed-later",
            report.changed_later,
            lambda n: ngettext(
                "%(n)d answer was changed after the cut-off and counts as it reads now",
                "%(n)d answers were changed after the cut-off and count as they read now",
                n,
            ),
        ),
        (
            "not-counted-here",
            [row for row in indicator_rows(report) if row.value is None],
            lambda n: ngettext(
                "%(n)d indicator of the programme that the records here do not say",
                "%(n)d indicators of the programme that the records here do not say",
                n,
            ),
        ),
        (
            "not-assessed",
            report.not_fully_rated,
            lambda n: ngettext(
                "%(n)d region that did not rate itself in a round of assessment, or that nobody else rated",
                "%(n)d times that a region did not rate itself in a round of assessment, or that nobody else rated it",
                n,
            ),
        ),
        (
            "outside",
            report.outside,
            lambda n: ngettext(
                "%(n)d held event of this project is in no semester, so that no report counts it",
                "%(n)d held events of this project are in no semester, so that no report counts them",
                n,
            ),
        ),
    ]
    return [Gap(slug, sentence(len(rows)) % {"n": len(rows)}, len(rows)) for slug, rows, sentence in found if rows]


_FIGURES: dict[str, Callable[[Report], Figure]] = {
    "events": lambda r: Figure(
        "events",
        _("Events held"),
        _("Published events that were held or whose date had passed. Cancelled and postponed ones do not count."),
        EVENTS,
        r.events,
    ),
    "participations": lambda r: Figure(
        "participations",
        _("Participations"),
        _("One person at one event, recorded as present on at least one day. Of several records the last act counts."),
        GUESTS,
        r.participations,
    ),
    "people": lambda r: Figure(
        "people",
        _("People"),
        _("Each person once, however many events they attended."),
        PEOPLE,
        r.people,
    ),
    "first-time": lambda r: Figure(
        "first-time",
        _("People who came for the first time"),
        _("Each person once who attended no event in an earlier semester of this project."),
        PEOPLE,
        r.first_time,
    ),
    "returning": lambda r: Figure(
        "returning",
        _("People who came again"),
        _("Each person once who also attended an event in an earlier semester of this project."),
        PEOPLE,
        r.returning,
    ),
    "assessed": lambda r: Figure(
        "assessed",
        _("Regions rated"),
        _("Each region once in each round of assessment. What others say is the mean of peers and experts."),
        ASSESSED,
        r.regions_rated,
    ),
    "not-assessed": lambda r: Figure(
        "not-assessed",
        _("Regions that are not fully rated"),
        _("In that round they did not rate themselves, or nobody else rated them."),
        ASSESSED,
        r.not_fully_rated,
    ),
    "practices-seen": lambda r: Figure(
        "practices-seen",
        _("Good practices that were seen"),
        _("Shown or visited at an event of the project that had taken place."),
        PRACTICES,
        r.practices_seen,
    ),
    "practices-considered": lambda r: Figure(
        "practices-considered",
        _("Good practices that were considered"),
        _("Wanted by another partner, carried home to one, or in an action plan."),
        PRACTICES,
        r.practices_considered,
    ),
    "practices-taken-up": lambda r: Figure(
        "practices-taken-up",
        _("Good practices that were taken up"),
        _("In an action of a plan that was not dropped."),
        PRACTICES,
        r.practices_taken_up,
    ),
    "organisations": lambda r: Figure(
        "organisations",
        _("Organisations"),
        _("Of the people who attended. Without a match the typed name counts, whatever its case and accents."),
        ORGANISATIONS,
        r.organisations,
    ),
    "countries": lambda r: Figure(
        "countries",
        _("Countries"),
        _("Of the people who attended, as they gave them. Whoever gave two is listed under both."),
        COUNTRIES,
        r.countries,
    ),
    "learned": lambda r: Figure(
        "learned",
        _("People who say they learned"),
        _(
            "Each person once who attended an event and rated at least one of its learning outcomes higher after the "
            "event than before. Presence alone never counts. Answers are shown without names."
        ),
        LEARNERS,
        r.learners,
    ),
    "feedback": lambda r: Figure(
        "feedback",
        _("Feedback by participants"),
        _("Answers by people who are recorded as present, without names."),
        ANSWERS,
        r.answers_of_participants,
    ),
    "feedback-of-others": lambda r: Figure(
        "feedback-of-others",
        _("Feedback by people without attendance record"),
        _("Read, but not counted: feedback does not prove presence."),
        ANSWERS,
        [answer for answer in r.answers if not answer.has_attended],
    ),
    "registered": lambda r: Figure(
        "registered",
        _("Registrations with a place"),
        _("Confirmed and not cancelled at the cut-off."),
        GUESTS,
        r.registered,
    ),
    "reported": lambda r: Figure(
        "reported",
        _("Participants as reported"),
        _(
            "Head counts from hosts and sources, as they gave them. They stay apart from the people counted here, "
            "because nobody can say whom they count."
        ),
        REPORTED,
        r.reported,
        total=r.reported_participants,
    ),
    "missing-evidence": lambda r: Figure(
        "missing-evidence",
        _("Missing pieces of evidence"),
        _(
            "What the kinds of these events ask for and what was not there at the cut-off: a document with its file, "
            "an attendance list for each day, an invitation that was sent, a programme, feedback."
        ),
        EVIDENCE_MISSING,
        r.evidence_missing,
    ),
    "not-counted": lambda r: Figure(
        "not-counted",
        _("Events that do not count"),
        _("Published events that were cancelled, postponed, or not over at the cut-off."),
        EVENTS_NOT_COUNTED,
        r.not_counted,
    ),
    # Gaps
    "without-records": lambda r: Figure(
        "without-records",
        _("Events without any attendance record"),
        _("Tick or import who came; until then nobody is counted for them."),
        EVENTS,
        r.without_records,
    ),
    "contradictions": lambda r: Figure(
        "contradictions",
        _("Present, though the registration is cancelled"),
        _("Not counted. Correct the attendance, or register the person again."),
        GUESTS,
        r.contradictions,
    ),
    "not-noted-as-held": lambda r: Figure(
        "not-noted-as-held",
        _("Events not noted as held"),
        _("Note that they were held, or cancel them."),
        EVENTS,
        r.not_noted_as_held,
    ),
    "without-date": lambda r: Figure(
        "without-date",
        _("Events whose date is not known"),
        _("They count in the semester that their source states."),
        EVENTS,
        r.without_date,
    ),
    "with-month-only": lambda r: Figure(
        "with-month-only",
        _("Events of which only the month is known"),
        _("They count in the semester of their month."),
        EVENTS,
        r.with_month_only,
    ),
    "without-organisation-match": lambda r: Figure(
        "without-organisation-match",
        _("People without organisation match"),
        _("Their organisation counts by the name they typed, so that two spellings count twice."),
        PEOPLE,
        r.unmatched_people,
    ),
    "without-country": lambda r: Figure(
        "without-country",
        _("People without country"),
        _("They are in no country’s number."),
        PEOPLE,
        r.people_without_country,
    ),
    "without-outcomes": lambda r: Figure(
        "without-outcomes",
        _("Attended events without learning outcomes"),
        _("Without an outcome to rate, nobody can say that they learned."),
        EVENTS,
        r.without_outcomes,
    ),
    "without-feedback": lambda r: Figure(
        "without-feedback",
        _("Attended events without feedback"),
        _("Nobody who came has answered yet."),
        EVENTS,
        r.without_feedback,
    ),
    "without-evidence": lambda r: Figure(
        "without-evidence",
        _("Events whose evidence is not complete"),
        _("An auditor asks for these pieces, perhaps years later. Collect them now."),
        EVIDENCE,
        r.without_evidence,
    ),
    "with-feedback-open": lambda r: Figure(
        "with-feedback-open",
        _("Events with feedback still open"),
        _("The number of people who say they learned can still rise."),
        EVENTS,
        r.with_feedback_open,
    ),
    "changed-later": lambda r: Figure(
        "changed-later",
        _("Answers changed after the cut-off"),
        _("What somebody took back is not kept, so they count as they read now."),
        ANSWERS,
        r.changed_later,
    ),
    "not-counted-here": lambda r: Figure(
        "not-counted-here",
        _("Indicators that are not counted here"),
        _("The programme asks for them, and no record here says how many there are. Say it from where it is known."),
        INDICATORS,
        [row for row in indicator_rows(r) if row.value is None],
    ),
    "outside": lambda r: Figure(
        "outside",
        _("Held events in no semester"),
        _("Their date is outside every semester, or neither date nor semester is known."),
        EVENTS_NOT_COUNTED,
        r.outside,
    ),
}


def _of_kind(report: Report, slug: str) -> Figure | None:
    for row in report.kinds:
        if slug == f"kind-{row.kind.slug}":
            title = row.kind.plural_in(get_language() or "en")
            return Figure(slug, title, _("Events of this kind that count."), EVENTS, row.events)
    return None


def _counting_as(report: Report, slug: str) -> Figure | None:
    for row in report.countings:
        if slug == f"counting-{row.counts_as}":
            return Figure(slug, row.label, _("Events whose kind counts like this."), EVENTS, row.events)
    return None


def _from_country(report: Report, slug: str) -> Figure | None:
    what, _hyphen, code = slug.partition("-")
    for row in report.countries:
        if row.code != code:
            continue
        if what == "participations":
            title = _("Participations of people from: %(country)s") % {"country": row.name}
            rows = [guest for guest in report.participations if guest.country == code]
            return Figure(slug, title, _("One person at one event, as they gave their country there."), GUESTS, rows)
        title = _("People from: %(country)s") % {"country": row.name}
        return Figure(slug, title, _("Each person once, as they gave their country."), PEOPLE, row.people)
    return None


def _of_organisation_kind(report: Report, slug: str) -> Figure | None:
    what, _slash, kind = slug.partition("-of-kind-")
    for row in report.organisation_kinds:
        if row.slug != kind:
            continue
        if what == "participations":
            title = _("Participations by kind of organisation: %(kind)s") % {"kind": row.name}
            guests = [guest for guest in report.participations if guest.organisation_kind == row.kind]
            rule = _("One person at one event, by the organisation that they were matched with there.")
            return Figure(slug, title, rule, GUESTS, guests)
        title = _("People by kind of organisation: %(kind)s") % {"kind": row.name}
        return Figure(
            slug, title, _("Each person once, by the organisation that they were matched with."), PEOPLE, row.people
        )
    return None


def _at_event(report: Report, slug: str) -> Figure | None:
    what, _hyphen, event_slug = slug.partition("-")
    for row in report.events:
        if row.event.slug != event_slug:
            continue
        event = {"event": row.event.in_language("title", get_language() or "en").text}
        if what == "registered":
            rule = _("Confirmed and not cancelled at the cut-off.")
            guests = [guest for guest in report.registered if guest.event == row.event]
            return Figure(slug, _("Registered: %(event)s") % event, rule, GUESTS, guests)
        if what == "attended":
            rule = _("Recorded as present on at least one day.")
            guests = [guest for guest in report.participations if guest.event == row.event]
            return Figure(slug, _("Attended: %(event)s") % event, rule, GUESTS, guests)
        rule = _("Answers by people who are recorded as present, without names.")
        answers = [answer for answer in report.answers_of_participants if answer.event == row.event]
        return Figure(slug, _("Feedback: %(event)s") % event, rule, ANSWERS, answers)
    return None


def _of_partner(report: Report, slug: str) -> Figure | None:
    number, _hyphen, event_slug = slug.removeprefix("of-partner-").partition("-")
    for partner in report.partners:
        if str(partner.number) != number:
            continue
        guests = [
            guest
            for guest in report.participations
            if guest.event.slug == event_slug and report.partner_of(guest) == partner.pk
        ]
        if not guests:
            return None
        event = guests[0].event.in_language("title", get_language() or "en").text
        title = _("%(partner)s at: %(event)s") % {"partner": partner.organisation.name, "event": event}
        rule = _("People of its delegation, or of its organisation, who are recorded as present.")
        return Figure(slug, title, rule, GUESTS, guests)
    return None


def _missing_of_event(report: Report, slug: str) -> Figure | None:
    for row in report.evidence:
        if slug == f"evidence-{row.event.slug}":
            title = _("Missing evidence: %(event)s") % {
                "event": row.event.in_language("title", get_language() or "en").text
            }
            rows = [(row.event, name) for name in row.missing]
            rule = _("What the kind of this event asks for and what was not there at the cut-off.")
            return Figure(slug, title, rule, EVIDENCE_MISSING, rows)
    return None


def _of_outcome(report: Report, slug: str) -> Figure | None:
    for row in report.outcomes:
        if slug == f"outcome-{row.outcome_id}":
            rule = _(
                "Each answer with a rating before and after, by somebody who attended, without names. "
                "Below %(minimum)d answers no mean is shown."
            ) % {"minimum": MINIMUM_ANSWERS}
            return Figure(slug, row.text.text, rule, RATINGS, row.ratings)
    return None


def _of_indicator(report: Report, slug: str) -> Figure | None:
    for row in indicator_rows(report):
        if row.slug == slug and row.rows is not None:
            return Figure(slug, row.name, row.how, row.table, row.rows)
    return None


# Numbers of which there is one for each kind, country, event or outcome.
_FAMILIES: dict[str, Callable[[Report, str], Figure | None]] = {
    "kind-": _of_kind,
    "counting-": _counting_as,
    "country-": _from_country,
    "people-of-kind-": _of_organisation_kind,
    # Before the one that begins in the same way.
    "participations-of-kind-": _of_organisation_kind,
    "participations-": _from_country,
    "registered-": _at_event,
    "attended-": _at_event,
    "answers-": _at_event,
    "outcome-": _of_outcome,
    "evidence-": _missing_of_event,
    "of-partner-": _of_partner,
    "indicator-": _of_indicator,
}
