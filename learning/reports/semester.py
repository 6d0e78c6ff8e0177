"""What a project did in a semester or to date, at one event, or by one partner, counted up to an instant.

Reads only. The rules of counting are explained in docs/decisions/semester-report.md. Everything a page shows is a row
here, and every number is how many rows there are (or, for head counts that somebody else reported, their sum).
"""

import operator
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, reduce
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language

from events.checklists import evidence_missing_of
from events.models import Event, EventKind
from events.models.event_queries import EventQuerySet
from projects.models import GoodPractice, Partner, Project, Semester
from projects.models.languages import Text
from projects.search import fold
from registrations.models import AttendanceRecord, Registration
from registrations.models.attendance import What, weight

from ..feedback import last_minute
from ..models import (
    Action,
    ActionPlan,
    Feedback,
    Indicator,
    IndicatorTarget,
    LearningOutcome,
    OutcomeRating,
    Progress,
)
from ..surveys import SurveyLearner, learners
from .subject import Kind, Subject

# A mean of fewer answers says more about who answered than about the event.
MINIMUM_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Guest:
    """One person at one event. Registered: had a place at the cut-off. Attended: seen on at least one day."""

    registration_id: int
    person_id: int
    event: Event
    name: str
    organisation: str
    # The organisation that the registration was matched with, else None: then the typed name stands for it.
    organisation_id: int | None
    country: str
    country_name: str
    # NUTS 2, of the organisation that was matched; "" where that is not known.
    region: str
    is_registered: bool
    days: tuple[date, ...]

    @property
    def has_attended(self) -> bool:
        return bool(self.days)

    @property
    def organisation_key(self) -> tuple[str, str]:
        """What makes two organisations the same: the match, else the typed name without case, accents and spaces."""
        if self.organisation_id is not None:
            return ("matched", str(self.organisation_id))
        return ("typed", " ".join(fold(self.organisation).split()))


@dataclass(frozen=True, slots=True)
class Answer:
    """One feedback, without a name. `ratings` are (outcome, before, after)."""

    feedback_id: int
    person_id: int
    event: Event
    has_attended: bool
    relevance: int | None
    satisfaction: int | None
    will_use: str
    remarks: str
    ratings: tuple[tuple[Text, int | None, int | None], ...]
    was_changed_later: bool

    @property
    def learned(self) -> tuple[tuple[Text, int, int], ...]:
        """The outcomes that were rated higher after the event than before."""
        return tuple(
            (outcome, before, after)
            for outcome, before, after in self.ratings
            if before is not None and after is not None and after > before
        )


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event that counts. `answers` are by people who attended; `has_records`: attendance was kept, whoever came."""

    event: Event
    registered: int
    attended: int
    answers: int
    outcomes: int
    has_records: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """An event that counts and whose kind asks for evidence: the names of what is due, and of what is missing of it."""

    event: Event
    due: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def there(self) -> int:
        return len(self.due) - len(self.missing)


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: EventKind
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class CountingRow:
    counts_as: str
    label: str
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One human, however many events they attended."""

    person_id: int
    name: str
    organisations: tuple[str, ...]
    countries: tuple[str, ...]
    events: tuple[Event, ...]
    is_matched: bool


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    # See Guest.organisation_key.
    key: tuple[str, str]
    name: str
    is_matched: bool
    countries: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountryRow:
    code: str
    name: str
    people: tuple[PersonRow, ...]
    participations: int


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region by its NUTS 2 code. `people` is how many came from its organisations."""

    code: str
    organisations: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One person who says they learned, without a name: what they rated higher, event by event."""

    person_id: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What those who attended said about one outcome. The means are None below MINIMUM_ANSWERS."""

    outcome_id: int
    text: Text
    event: Event
    ratings: tuple[tuple[int, int], ...]

    @property
    def n(self) -> int:
        return len(self.ratings)

    @property
    def before(self) -> float | None:
        return self._mean(before for before, _after in self.ratings)

    @property
    def after(self) -> float | None:
        return self._mean(after for _before, after in self.ratings)

    def _mean(self, values: Iterable[int]) -> float | None:
        return None if self.n < MINIMUM_ANSWERS else sum(values) / self.n


@dataclass(frozen=True)
class Report:
    """The rows of one report, in the order of their events, then of names. Of a partner: its people alone."""

    subject: Subject
    at: datetime
    events: tuple[EventRow, ...]
    # Published events of the semester that do not count: cancelled, postponed, or not over at the cut-off.
    not_counted: tuple[Event, ...]
    # Held events of the project that are in no semester.
    outside: tuple[Event, ...]
    guests: tuple[Guest, ...]
    # Seen at an event although the registration is cancelled: somebody must say which is right.
    contradictions: tuple[Guest, ...]
    answers: tuple[Answer, ...]
    outcomes: tuple[OutcomeRow, ...]
    # Events whose kind asks for evidence.
    evidence: tuple[EvidenceRow, ...]
    # What the programme asks to count, with what the project promised to reach.
    indicators: tuple[tuple[Indicator, int | None], ...]
    # Of the project, as far as an indicator asks for them; they have no history.
    partners: tuple[Partner, ...] = ()
    practices: tuple[GoodPractice, ...] = ()
    surveyed: tuple[SurveyLearner, ...] | None = None
    plans: tuple[ActionPlan, ...] = ()
    actions: tuple[Action, ...] = ()
    actions_done: tuple[Action, ...] = ()
    # Whether so few answered that what they said would lead to who said it: then there are no answers here.
    is_withheld: bool = False

    @property
    def project(self) -> Project:
        return self.subject.project

    @property
    def semester(self) -> Semester | None:
        return self.subject.semester

    @cached_property
    def kinds(self) -> tuple[KindRow, ...]:
        """Events by kind, the most frequent first."""
        by_kind: dict[EventKind, list[EventRow]] = defaultdict(list)
        for row in self.events:
            by_kind[row.event.kind].append(row)
        rows = [KindRow(kind, tuple(events)) for kind, events in by_kind.items()]
        return tuple(sorted(rows, key=lambda row: (-len(row.events), row.kind.position, row.kind.slug)))

    @cached_property
    def countings(self) -> tuple[CountingRow, ...]:
        """Events by how their kind counts: internal, targeted, public. All three, the empty ones too."""
        return tuple(
            CountingRow(value, str(label), tuple(row for row in self.events if row.event.kind.counts_as == value))
            for value, label in EventKind.Counting.choices
        )

    @cached_property
    def registered(self) -> tuple[Guest, ...]:
        return tuple(guest for guest in self.guests if guest.is_registered)

    @cached_property
    def participations(self) -> tuple[Guest, ...]:
        return tuple(guest for guest in self.guests if guest.has_attended)

    @cached_property
    def people(self) -> tuple[PersonRow, ...]:
        by_person: dict[int, list[Guest]] = defaultdict(list)
        for guest in self.participations:
            by_person[guest.person_id].append(guest)
        rows = [
            PersonRow(
                person_id,
                # As the person last typed it.
                guests[-1].name,
                _distinct(guest.organisation for guest in guests),
                _distinct(guest.country_name for guest in guests),
                tuple(guest.event for guest in guests),
                all(guest.organisation_id is not None for guest in guests),
            )
            for person_id, guests in by_person.items()
        ]
        return tuple(sorted(rows, key=lambda row: (fold(row.name), row.person_id)))

    @cached_property
    def organisations(self) -> tuple[OrganisationRow, ...]:
        by_organisation: dict[tuple[str, str], list[Guest]] = defaultdict(list)
        for guest in self.participations:
            if guest.organisation:
                by_organisation[guest.organisation_key].append(guest)
        rows = [
            OrganisationRow(
                key,
                guests[0].organisation,
                guests[0].organisation_id is not None,
                _distinct(guest.country_name for guest in guests),
                tuple({guest.person_id: guest.name for guest in guests}.values()),
            )
            for key, guests in by_organisation.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-len(row.people), fold(row.name), not row.is_matched)))

    @cached_property
    def countries(self) -> tuple[CountryRow, ...]:
        """Countries that people came from, the largest group first. Whoever came from two is counted in both."""
        by_country: dict[tuple[str, str], list[Guest]] = defaultdict(list)
        for guest in self.participations:
            if guest.country:
                by_country[guest.country, guest.country_name].append(guest)
        rows = []
        for (code, name), guests in by_country.items():
            from_there = {guest.person_id for guest in guests}
            people = tuple(row for row in self.people if row.person_id in from_there)
            rows.append(CountryRow(code, name, people, len(guests)))
        return tuple(sorted(rows, key=lambda row: (-len(row.people), row.name)))

    @cached_property
    def regions(self) -> tuple[RegionRow, ...]:
        """Regions (NUTS 2) of the organisations of those who attended, as far as they were matched."""
        by_region: dict[str, list[Guest]] = defaultdict(list)
        for guest in self.participations:
            if guest.region:
                by_region[guest.region].append(guest)
        return tuple(
            RegionRow(
                region, _distinct(sorted(guest.organisation for guest in guests)), len({g.person_id for g in guests})
            )
            for region, guests in sorted(by_region.items())
        )

    def of_events(self, events: Collection[int]) -> "Report":
        """The same report of some of its events, by their keys."""
        return replace(
            self,
            events=tuple(row for row in self.events if row.event.pk in events),
            guests=tuple(guest for guest in self.guests if guest.event.pk in events),
            answers=tuple(answer for answer in self.answers if answer.event.pk in events),
        )

    @cached_property
    def learners(self) -> tuple[LearnerRow, ...]:
        """People who attended and rated at least one outcome of that event higher after it than before."""
        by_person: dict[int, list[Answer]] = defaultdict(list)
        for answer in self.answers:
            if answer.has_attended and answer.learned:
                by_person[answer.person_id].append(answer)
        # In the order of what they said, not of their names, so that a row leads to nobody.
        return tuple(
            LearnerRow(person_id, tuple(answers))
            for person_id, answers in sorted(
                by_person.items(),
                key=lambda item: ([(a.event.pk, [(b, c) for _o, b, c in a.learned]) for a in item[1]], item[0]),
            )
        )

    @cached_property
    def answers_of_participants(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.has_attended)

    @cached_property
    def answer_rate(self) -> float | None:
        """The share of participations with feedback, 0 to 1; None while there are none."""
        participations = len(self.participations)
        return len(self.answers_of_participants) / participations if participations else None

    @cached_property
    def reported(self) -> tuple[EventRow, ...]:
        """Events for which somebody else reported a head count. It is never added to the people counted here."""
        return tuple(row for row in self.events if row.event.reported_participants is not None)

    @cached_property
    def reported_participants(self) -> int:
        return sum(row.event.reported_participants or 0 for row in self.reported)

    # What is missing

    @cached_property
    def has_records(self) -> bool:
        """Whether anybody was ever registered or recorded: a project of years ago has its events alone."""
        return bool(self.guests) or any(row.has_records for row in self.events)

    @cached_property
    def without_records(self) -> tuple[EventRow, ...]:
        return tuple(row for row in self.events if not row.has_records)

    @cached_property
    def without_date(self) -> tuple[EventRow, ...]:
        return tuple(row for row in self.events if row.event.starts_on is None)

    @cached_property
    def with_month_only(self) -> tuple[EventRow, ...]:
        return tuple(row for row in self.events if row.event.date_precision == Event.DatePrecision.MONTH)

    @cached_property
    def not_noted_as_held(self) -> tuple[EventRow, ...]:
        """Events that count because their date has passed, though nobody has said that they took place."""
        return tuple(row for row in self.events if row.event.status != Event.Status.HELD)

    @cached_property
    def without_evidence(self) -> tuple[EvidenceRow, ...]:
        """Events of which a piece of evidence that is due was not there."""
        return tuple(row for row in self.evidence if row.missing)

    @cached_property
    def evidence_missing(self) -> tuple[tuple[Event, str], ...]:
        """Each piece of evidence that was not there, with its event."""
        return tuple((row.event, name) for row in self.evidence for name in row.missing)

    @cached_property
    def evidence_due(self) -> int:
        return sum(len(row.due) for row in self.evidence)

    @cached_property
    def without_feedback(self) -> tuple[EventRow, ...]:
        return tuple(row for row in self.events if row.attended and not row.answers)

    @cached_property
    def without_outcomes(self) -> tuple[EventRow, ...]:
        return tuple(row for row in self.events if row.attended and not row.outcomes)

    @cached_property
    def with_feedback_open(self) -> tuple[EventRow, ...]:
        return tuple(
            row
            for row in self.events
            if row.attended and (closes := last_minute(row.event)) is not None and self.at < closes
        )

    @cached_property
    def unmatched_people(self) -> tuple[PersonRow, ...]:
        return tuple(row for row in self.people if not row.is_matched)

    @cached_property
    def people_without_country(self) -> tuple[PersonRow, ...]:
        return tuple(row for row in self.people if not row.countries)

    @cached_property
    def changed_later(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.was_changed_later)


def semester_report(project: Project, semester: Semester, *, at: datetime) -> Report:
    """Count one semester of a project from what was recorded up to `at` (aware). See `report_on`."""
    return report_on(Subject(Kind.SEMESTER, project, semester=semester), at=at)


def report_on(subject: Subject, *, at: datetime) -> Report:
    """Count what a subject is about from what was recorded up to `at` (aware).

    The same records and the same instant give the same report, in whatever order the records arrived. What was
    registered, recorded or said after `at` is not seen. Eight queries, at most five more where partners, practices and
    plans are asked for, and at most six for the evidence, whatever the size, once the phases and semesters of the
    project are there.
    """
    project = subject.project
    language = get_language() or "en"
    published = list(_events_of(subject).published().select_related("project", "kind", "venue").in_order())
    for event in published:
        # Whether an open date will still be given depends on the project's end: asked of one object, not of each event.
        if event.project_id == project.pk:
            event.project = project
    counted = {event.pk: event for event in published if event_counts(event, subject, at=at)}
    registrations = list(
        _registrations_of(subject).filter(event__in=counted, joined_at__lte=at).select_related("organisation")
    )
    days, with_records = _presence(counted, at=at)
    guests, contradictions = _guests(registrations, counted, days, at=at)
    outcomes = list(LearningOutcome.objects.filter(event__in=counted).order_by("position"))
    texts = {outcome.pk: outcome.in_language("text", language) for outcome in outcomes}
    answers, ratings = _answers(_registrations_of(subject), counted, guests, texts, at=at)
    # Of one event or one partner so few may have answered that everybody knows who they are.
    is_withheld = (
        subject.kind in (Kind.EVENT, Kind.PARTNER)
        and 0 < sum(answer.has_attended for answer in answers) < MINIMUM_ANSWERS
    )
    if is_withheld:
        answers, ratings = (), defaultdict(list)
    registered = Counter(guest.event.pk for guest in guests if guest.is_registered)
    attended = Counter(guest.event.pk for guest in guests if guest.has_attended)
    answered = Counter(answer.event.pk for answer in answers if answer.has_attended)
    set_out = Counter(outcome.event_id for outcome in outcomes)
    indicators = _indicators(subject)
    rules = {indicator.rule for indicator, _target in indicators}

    return Report(
        subject=subject,
        at=at,
        events=tuple(
            EventRow(
                event=event,
                registered=registered[pk],
                attended=attended[pk],
                answers=answered[pk],
                outcomes=set_out[pk],
                has_records=pk in with_records,
            )
            for pk, event in counted.items()
        ),
        not_counted=tuple(event for event in published if event.pk not in counted),
        outside=_outside(project, at=at) if subject.semester else (),
        guests=guests,
        contradictions=contradictions,
        answers=answers,
        outcomes=tuple(
            OutcomeRow(outcome.pk, texts[outcome.pk], event, tuple(sorted(ratings[outcome.pk])))
            for event in counted.values()
            for outcome in outcomes
            if outcome.event_id == event.pk
        ),
        # A partner owes no evidence for events of others.
        evidence=() if subject.kind == Kind.PARTNER else _evidence(counted.values(), at=at),
        indicators=indicators,
        is_withheld=is_withheld,
        partners=_partners(project) if Indicator.Rule.PARTNERS in rules else (),
        practices=_practices(project, at=at) if Indicator.Rule.PRACTICES in rules else (),
        surveyed=_surveyed(subject, at=at) if Indicator.Rule.SURVEYED in rules else None,
        **(_carried_out(project, at=at) if rules & _OF_PLANS else {}),
    )


def _events_of(subject: Subject) -> EventQuerySet:
    if subject.semester is not None:
        return Event.objects.in_semester(subject.semester)
    events = Event.objects.of_project(subject.project)
    return events if subject.event is None else events.filter(pk=subject.event.pk)


def _registrations_of(subject: Subject) -> QuerySet[Registration]:
    """Of a partner, those of its delegations and those matched with its organisation; else all."""
    partner = subject.partner
    if partner is None:
        return Registration.objects.all()
    return Registration.objects.filter(Q(delegation__partner=partner) | Q(organisation=partner.organisation_id))


def event_counts(event: Event, subject: Subject, *, at: datetime) -> bool:
    """Whether a published event had taken place at an instant, as far as anybody has said.

    An event that is noted as held counts from its first day, not before: the note may have come after the cut-off. One
    without a date cannot be placed better than in its semester.
    """
    if event.is_cancelled or event.is_postponed:
        return False
    if event.status != Event.Status.HELD:
        return event.is_over(at=at)
    first_day = event.starts_on or _first_day(event, subject)
    return first_day is None or first_day <= at.astimezone(event.zone).date()


def _first_day(event: Event, subject: Subject) -> date | None:
    """The first day of the semester that holds an event without a date, as its source states."""
    if subject.semester:
        return subject.semester.starts_on
    semesters = subject.project.semesters.all()
    return next((each.starts_on for each in semesters if each.number == event.stated_semester), None)


def _presence(events: Iterable[int], *, at: datetime) -> tuple[dict[int, set[date]], set[int]]:
    """Return the days on which each registration was present, and the events that have any record.

    See also AttendanceQuerySet.present and registrations/attendance: of the acts on one day that were not taken back
    until then the last one counts, and a session alone makes no day.
    """
    records = AttendanceRecord.objects.filter(registration__event__in=events, session__isnull=True, recorded_at__lte=at)
    of_record = ("registration_id", "registration__event_id", "day", "happened_at", "act", "what", "how", "undoes")
    rows = list(records.values_list(*of_record))
    undos = {(row[0], row[-1]) for row in rows if row[-1]}
    latest: dict[tuple[int, date], tuple[datetime, int, bool]] = {}
    with_records = set()
    for registration_id, event_id, day, happened_at, act, what, how, _undoes in rows:
        with_records.add(event_id)
        if what not in (What.IN, What.ABSENT) or (registration_id, act) in undos:
            continue
        said = (happened_at, weight(what, how), what == What.IN)
        latest[registration_id, day] = max(latest.get((registration_id, day), said), said)
    days: dict[int, set[date]] = defaultdict(set)
    for (registration_id, day), (_happened_at, _weight, is_present) in latest.items():
        if is_present:
            days[registration_id].add(day)
    return days, with_records


def _guests(
    registrations: Iterable[Registration], events: dict[int, Event], days: dict[int, set[date]], *, at: datetime
) -> tuple[tuple[Guest, ...], tuple[Guest, ...]]:
    guests, contradictions = [], []
    for registration in registrations:
        was_cancelled = registration.cancelled_at is not None and registration.cancelled_at <= at
        organisation = registration.organisation
        guest = Guest(
            registration_id=registration.pk,
            person_id=registration.person_id,
            event=events[registration.event_id],
            name=registration.name,
            organisation=organisation.name if organisation else registration.organisation_name,
            organisation_id=registration.organisation_id,
            country=registration.country.code or "",  # type: ignore[attr-defined]
            country_name=registration.country.name,  # type: ignore[attr-defined]
            region=organisation.nuts[:4] if organisation else "",
            is_registered=(
                not was_cancelled and registration.confirmed_at is not None and registration.confirmed_at <= at
            ),
            days=tuple(sorted(days.get(registration.pk, ()))),
        )
        if was_cancelled:
            if guest.has_attended:
                contradictions.append(guest)
        elif guest.is_registered or guest.has_attended:
            guests.append(guest)
    order = {pk: position for position, pk in enumerate(events)}
    for found in (guests, contradictions):
        found.sort(key=lambda guest: (order[guest.event.pk], fold(guest.name), guest.registration_id))
    return tuple(guests), tuple(contradictions)


def _answers(
    registrations: QuerySet[Registration],
    events: dict[int, Event],
    guests: Iterable[Guest],
    texts: dict[int, Text],
    *,
    at: datetime,
) -> tuple[tuple[Answer, ...], dict[int, list[tuple[int, int]]]]:
    """Return the answers, and the pairs of ratings for each outcome by people who attended."""
    attended = {guest.registration_id for guest in guests if guest.has_attended}
    said = (
        Feedback.objects.filter(registration__in=registrations, registration__event__in=events, given_at__lte=at)
        .exclude(registration__cancelled_at__lte=at)
        .select_related("registration")
    )
    by_feedback: dict[int, list[OutcomeRating]] = defaultdict(list)
    for rating in OutcomeRating.objects.filter(feedback__in=said, outcome__event__in=events).order_by(
        "outcome__position"
    ):
        by_feedback[rating.feedback_id].append(rating)

    answers = []
    by_outcome: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for feedback in said:
        ratings, registration = by_feedback[feedback.pk], feedback.registration
        if registration is None:  # of nobody knows whom, and of no registration's event either
            continue
        has_attended = registration.pk in attended
        answers.append(
            Answer(
                feedback_id=feedback.pk,
                person_id=registration.person_id,
                event=events[registration.event_id],
                has_attended=has_attended,
                relevance=feedback.relevance,
                satisfaction=feedback.satisfaction,
                will_use=feedback.will_use,
                remarks=feedback.remarks,
                ratings=tuple((texts[rating.outcome_id], rating.before, rating.after) for rating in ratings),
                was_changed_later=feedback.changed_at > at,
            )
        )
        for rating in ratings:
            if has_attended and rating.before is not None and rating.after is not None:
                by_outcome[rating.outcome_id].append((rating.before, rating.after))
    order = {pk: position for position, pk in enumerate(events)}
    # In the order of what was said: neither a name nor the hour of sending leads to who said it.
    answers.sort(
        key=lambda answer: (
            order[answer.event.pk],
            -(answer.relevance or 0),
            -(answer.satisfaction or 0),
            answer.will_use,
            answer.remarks,
            answer.feedback_id,
        )
    )
    return tuple(answers), by_outcome


def _evidence(events: Collection[Event], *, at: datetime) -> tuple[EvidenceRow, ...]:
    missing = evidence_missing_of(events, at=at)
    return tuple(
        EvidenceRow(
            event,
            due=tuple(str(each.name) for each in event.kind.evidence),
            missing=tuple(str(each.name) for each in missing[event.pk]),
        )
        for event in events
        if event.kind.evidence
    )


def _indicators(subject: Subject) -> tuple[tuple[Indicator, int | None], ...]:
    """Return what the programme asks to count, and the target of the semester or project for each.

    It asks projects, not events or partners.
    """
    if subject.kind not in (Kind.SEMESTER, Kind.PROJECT):
        return ()
    project, semester = subject.project, subject.semester
    targets = IndicatorTarget.objects.filter(indicator=OuterRef("pk"), project=project, semester=semester)
    if semester is None:
        targets = IndicatorTarget.objects.filter(indicator=OuterRef("pk"), project=project, semester__isnull=True)
    asked = Indicator.objects.filter(programme=project.programme_id, is_used=True).order_by("position", "code")
    return tuple(
        (indicator, indicator.target) for indicator in asked.annotate(target=Subquery(targets.values("value")))
    )


def _partners(project: Project) -> tuple[Partner, ...]:
    return tuple(project.partners.select_related("organisation").order_by("number"))


def _practices(project: Project, *, at: datetime) -> tuple[GoodPractice, ...]:
    """Return the practices that had been published; those that were loaded from sources have no such instant."""
    practices = project.practices.published().exclude(published_at__gt=at)
    return tuple(practices.select_related("project", "owner__organisation").order_by("name", "pk"))


def _surveyed(subject: Subject, *, at: datetime) -> tuple[SurveyLearner, ...] | None:
    """Return who says in a learning survey that they learned; None for a partner or an event, of which none asks."""
    if subject.kind not in (Kind.SEMESTER, Kind.PROJECT):
        return None
    return learners(subject.project, semester=subject.semester, at=at)


_OF_PLANS = {Indicator.Rule.PLANS, Indicator.Rule.ACTIONS, Indicator.Rule.ACTIONS_DONE}


def _carried_out(project: Project, *, at: datetime) -> dict[str, Any]:
    """Return plans, their actions, and those that were carried out, as far as anybody had said; three queries."""
    day = at.astimezone(UTC).date()
    plans = ActionPlan.objects.filter(partner__project=project).exclude(adopted_on__gt=day)
    plans = plans.select_related("partner__project", "partner__organisation").order_by("partner__number", "pk")
    found = tuple(plans)
    actions = Action.objects.filter(plan__in=[plan.pk for plan in found]).exclude(added_on__gt=day)
    actions = actions.select_related("plan__partner__project", "plan__partner__organisation")
    in_them = tuple(actions.order_by("plan__partner__number", "plan", "position"))
    said = Progress.objects.on(day).filter(action__in=[action.pk for action in in_them], noted_at__lte=at)
    # What was said last counts.
    last = {progress.action_id: progress.status for progress in said}
    done = tuple(action for action in in_them if last.get(action.pk) == Progress.Status.DONE)
    return {"plans": found, "actions": in_them, "actions_done": done}


def _outside(project: Project, *, at: datetime) -> tuple[Event, ...]:
    """Held events of a project that no semester holds, so that no report shows them."""
    in_semesters = [Event.objects.in_semester(semester) for semester in project.semesters.all()]
    events = Event.objects.of_project(project).filter(status=Event.Status.HELD)
    if in_semesters:
        events = events.exclude(pk__in=reduce(operator.or_, in_semesters).values("pk"))
    found = []
    for event in events.select_related("project", "kind", "venue").in_order():
        if event.project_id == project.pk:
            event.project = project
        if event.starts_on is None or event.starts_on <= at.astimezone(event.zone).date():
            found.append(event)
    return tuple(found)


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, each once, in the order they first came."""
    return tuple(dict.fromkeys(value for value in values if value))
