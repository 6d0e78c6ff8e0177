"""A report: the rows that were read, and each number as the rows that it counts.

Nothing here asks the database. What the numbers mean is explained in docs/decisions/semester-report.md.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from events.models import Event, EventKind
from projects.models import GoodPractice, Organisation, Partner, Project, Semester
from projects.search import fold

from ..feedback import last_minute
from ..models import Action, ActionPlan, Indicator
from ..surveys import SurveyLearner
from .rows import (
    Answer,
    AssessedRow,
    ComingRow,
    CountingRow,
    CountryRow,
    EventRow,
    EvidenceRow,
    Guest,
    KindRow,
    LearnerRow,
    OrganisationKindRow,
    OrganisationRow,
    OutcomeRow,
    PartnerRow,
    PersonRow,
    PracticeRow,
    RegionRow,
    SemesterRow,
    distinct,
)
from .subject import Subject


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
    # Of the project; they have no history.
    partners: tuple[Partner, ...] = ()
    practice_rows: tuple[PracticeRow, ...] = ()
    assessed: tuple[AssessedRow, ...] = ()
    surveyed: tuple[SurveyLearner, ...] | None = None
    plans: tuple[ActionPlan, ...] = ()
    actions: tuple[Action, ...] = ()
    actions_done: tuple[Action, ...] = ()
    # Who came for the first time and who came again, up to the semester.
    by_semester: tuple[SemesterRow, ...] = ()
    coming: tuple[ComingRow, ...] = ()
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
                distinct(guest.organisation for guest in guests),
                distinct(guest.country_name for guest in guests),
                tuple(guest.event for guest in guests),
                all(guest.organisation_id is not None for guest in guests),
            )
            for person_id, guests in by_person.items()
        ]
        return tuple(sorted(rows, key=lambda row: (fold(row.name), row.person_id)))

    @cached_property
    def regions_rated(self) -> tuple[AssessedRow, ...]:
        return tuple(row for row in self.assessed if row.is_rated)

    @cached_property
    def not_fully_rated(self) -> tuple[AssessedRow, ...]:
        """Regions in a round in which they did not rate themselves, or nobody else rated them."""
        return tuple(row for row in self.assessed if not row.is_complete)

    @cached_property
    def first_time(self) -> tuple[PersonRow, ...]:
        """People of the semester who had attended nothing in an earlier one. Of a report to date nobody is asked."""
        return self._people_of(self.by_semester[-1].first_time) if self.semester and self.by_semester else ()

    @cached_property
    def returning(self) -> tuple[PersonRow, ...]:
        return self._people_of(self.by_semester[-1].returning) if self.semester and self.by_semester else ()

    def _people_of(self, keys: Collection[int]) -> tuple[PersonRow, ...]:
        return tuple(row for row in self.people if row.person_id in keys)

    def partner_of(self, guest: Guest) -> int | None:
        """Whose people somebody counts with: of the partner who named them, else of their organisation, else None."""
        if guest.partner_id in self._partner_keys:
            return guest.partner_id
        return self._partner_of_organisation.get(guest.organisation_id or 0)

    @cached_property
    def _partner_keys(self) -> frozenset[int]:
        return frozenset(partner.pk for partner in self.partners)

    @cached_property
    def _partner_of_organisation(self) -> dict[int, int]:
        return {partner.organisation_id: partner.pk for partner in self.partners}

    @cached_property
    def partner_rows(self) -> tuple[PartnerRow, ...]:
        """Each partner, also one of which nobody came, with its participations by event."""
        attended: dict[int, Counter[int]] = {partner.pk: Counter() for partner in self.partners}
        for guest in self.participations:
            partner = self.partner_of(guest)
            if partner is not None:
                attended[partner][guest.event.pk] += 1
        return tuple(PartnerRow(partner, dict(attended[partner.pk])) for partner in self.partners)

    @property
    def practices(self) -> tuple[GoodPractice, ...]:
        return tuple(row.practice for row in self.practice_rows)

    @cached_property
    def practices_seen(self) -> tuple[GoodPractice, ...]:
        return tuple(row.practice for row in self.practice_rows if row.is_seen)

    @cached_property
    def practices_considered(self) -> tuple[GoodPractice, ...]:
        return tuple(row.practice for row in self.practice_rows if row.is_considered)

    @cached_property
    def practices_taken_up(self) -> tuple[GoodPractice, ...]:
        return tuple(row.practice for row in self.practice_rows if row.is_taken_up)

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
                distinct(guest.country_name for guest in guests),
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
    def organisation_kinds(self) -> tuple[OrganisationKindRow, ...]:
        """Kinds of the organisations that people came from, the largest group first; at last those not known.

        Whoever came from two kinds is counted in both.
        """
        by_kind: dict[str, list[Guest]] = defaultdict(list)
        for guest in self.participations:
            by_kind[guest.organisation_kind].append(guest)
        names = dict(Organisation.Kind.choices)
        rows = []
        for kind, guests in by_kind.items():
            of_kind = {guest.person_id for guest in guests}
            people = tuple(row for row in self.people if row.person_id in of_kind)
            rows.append(OrganisationKindRow(kind, str(names.get(kind, kind)), people, len(guests)))
        return tuple(sorted(rows, key=lambda row: (not row.kind, -len(row.people), row.name)))

    @cached_property
    def regions(self) -> tuple[RegionRow, ...]:
        """Regions (NUTS 2) of the organisations of those who attended, as far as they were matched."""
        by_region: dict[str, list[Guest]] = defaultdict(list)
        for guest in self.participations:
            if guest.region:
                by_region[guest.region].append(guest)
        return tuple(
            RegionRow(
                region, distinct(sorted(guest.organisation for guest in guests)), len({g.person_id for g in guests})
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
        # Of somebody who was there with two registrations there may be two answers.
        answered = {(answer.event.pk, answer.person_id) for answer in self.answers_of_participants}
        return len(answered) / participations if participations else None

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
