"""What one semester of a project amounts to, counted from its records up to an instant."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from learning.models import Feedback
from learning.reports.figures import figure, gaps
from learning.reports.semester import semester_report
from registrations.merging import merge
from registrations.models import AttendanceRecord, Registration
from tests.factories import (
    create_feedback,
    create_kind,
    create_organisation,
    create_outcome,
    create_project,
    create_registration,
    create_semester,
    record_attendance,
)

from .held import FEBRUARY, attend, create_held_event

pytestmark = pytest.mark.django_db

CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = datetime(2027, 3, 2, 9, tzinfo=UTC)


def report_of(project, at=CUT_OFF):
    return semester_report(project, project.semesters.get(), at=at)


@pytest.fixture
def project():
    project = create_project()
    create_semester(project)
    return project


def titles(rows):
    return [row.event.title for row in rows]


def names(rows):
    return [row.name for row in rows]


def numbers(report):
    """Every headline number of a report."""
    slugs = ("events", "registered", "participations", "people", "organisations", "countries", "learned", "feedback")
    return {slug: figure(report, slug).value for slug in slugs}


# --- Events ------------------------------------------------------------------------------------------------------


def test_event_counts_once_it_was_held(project):
    create_held_event(project, title="Held")
    create_held_event(project, title="Over, nobody noted it", status=Event.Status.ANNOUNCED)
    create_held_event(project, title="Draft", status=Event.Status.DRAFT)
    create_held_event(project, title="Cancelled", status=Event.Status.CANCELLED, cancelled_at=FEBRUARY)
    create_held_event(project, title="Postponed", status=Event.Status.POSTPONED)
    create_held_event(
        project, title="Ahead", status=Event.Status.ANNOUNCED, starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 1)
    )
    create_held_event(project, title="Semester before", starts_on=date(2026, 12, 30), ends_on=date(2027, 1, 2))
    create_held_event(create_project(), title="Other project")

    report = report_of(project)

    assert titles(report.events) == ["Held", "Over, nobody noted it"]
    assert [event.title for event in report.not_counted] == ["Cancelled", "Postponed", "Ahead"]
    assert titles(report.not_noted_as_held) == ["Over, nobody noted it"]


def test_event_noted_as_held_after_the_cut_off_is_not_seen_before_it_began(project):
    create_held_event(project, starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 21))

    assert numbers(report_of(project))["events"] == 0
    assert numbers(report_of(project, at=datetime(2027, 5, 19, 21, 59, tzinfo=UTC)))["events"] == 0
    assert numbers(report_of(project, at=datetime(2027, 5, 19, 22, 0, tzinfo=UTC)))["events"] == 1


def test_held_event_without_a_date_counts_in_the_semester_that_its_source_states(project):
    create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_held_event(project, title="In the first", stated_semester=1, **unknown)
    create_held_event(project, title="In no semester", **unknown)

    first, second = (
        semester_report(project, semester, at=CUT_OFF) for semester in project.semesters.order_by("number")
    )

    assert titles(first.events) == titles(first.without_date) == ["In the first"]
    assert second.events == ()
    assert [event.title for event in first.outside] == [event.title for event in second.outside] == ["In no semester"]


def test_month_counts_once_it_is_over(project):
    month = {"date_precision": "month", "start_time": None, "end_time": None, "status": Event.Status.ANNOUNCED}
    create_held_event(project, title="February", starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 28), **month)
    create_held_event(project, title="March", starts_on=date(2027, 3, 1), ends_on=date(2027, 3, 31), **month)

    report = report_of(project)

    assert titles(report.events) == titles(report.with_month_only) == ["February"]


def test_events_by_kind_and_by_how_they_count(project):
    visit = create_kind("study-visit", counts_as="targeted")
    meeting = create_kind("partner-meeting", counts_as="internal")
    for kind in (visit, meeting, visit):
        create_held_event(project, kind=kind)

    report = report_of(project)

    assert [(row.kind.slug, len(row.events)) for row in report.kinds] == [("study-visit", 2), ("partner-meeting", 1)]
    assert [(row.counts_as, len(row.events)) for row in report.countings] == [
        ("internal", 1),
        ("targeted", 2),
        ("public", 0),
    ]


# --- People ------------------------------------------------------------------------------------------------------


def test_person_at_three_events_counts_three_times_as_participation_and_once_as_person(project):
    for _n in range(3):
        attend(create_held_event(project))

    report = report_of(project)

    assert (len(report.participations), names(report.people)) == (3, ["Alice"])
    assert len(report.people[0].events) == 3


def test_persons_who_were_joined_are_one_guest_where_both_were_registered(project):
    event = create_held_event(project)
    first = create_registration(event, "Alicia", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    record_attendance(first, day=date(2027, 2, 11), happened_at=FEBRUARY, recorded_at=FEBRUARY)
    second = attend(event, "Alice")
    never_came = create_registration(event, "Ali", joined_at=FEBRUARY - timedelta(days=3), confirmed_at=FEBRUARY)
    merge(second.person, first.person)
    merge(second.person, never_came.person)

    report = report_of(project)

    [guest] = report.guests
    # As the first who was seen, on the days of all.
    assert (guest.name, guest.person_id, guest.is_registered) == ("Alicia", second.person_id, True)
    assert guest.days == (date(2027, 2, 10), date(2027, 2, 11))
    assert guest.registrations == (never_came.pk, first.pk, second.pk)
    assert [(row.registered, row.attended) for row in report.events] == [(1, 1)]
    assert (len(report.participations), len(report.people)) == (1, 1)


def test_two_days_at_one_event_are_one_participation(project):
    alice = attend(create_held_event(project))
    record_attendance(alice, day=date(2027, 2, 11), recorded_at=FEBRUARY)

    (guest,) = report_of(project).participations

    assert guest.days == (date(2027, 2, 10), date(2027, 2, 11))


def test_registered_and_attended_are_told_apart(project):
    event = create_held_event(project)
    attend(event, "Alice")
    create_registration(event, "Bob", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    create_registration(event, "Charlie", joined_at=FEBRUARY, state=Registration.State.WAITING)

    report = report_of(project)

    assert [(row.registered, row.attended) for row in report.events] == [(2, 1)]
    assert names(report.registered) == ["Alice", "Bob"]


def test_whoever_came_from_the_waiting_list_attended_without_having_had_a_place(project):
    event = create_held_event(project)
    charlie = create_registration(event, "Charlie", joined_at=FEBRUARY, state=Registration.State.WAITING)
    record_attendance(charlie, recorded_at=FEBRUARY)

    report = report_of(project)

    assert (names(report.participations), names(report.registered)) == (["Charlie"], [])


def test_presence_on_a_cancelled_registration_is_a_contradiction_not_a_participation(project):
    event = create_held_event(project)
    alice = attend(event)
    alice.cancel(by=Registration.CancelledBy.HOST, at=FEBRUARY)

    report = report_of(project)

    assert numbers(report) == dict.fromkeys(numbers(report), 0) | {"events": 1}
    assert names(report.contradictions) == ["Alice"]


def test_last_act_counts_whatever_arrived_last(project):
    alice = create_registration(create_held_event(project), joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    hour = timedelta(hours=1)
    # The desk's phone had no network: its scan at nine arrives after the correction of ten.
    record_attendance(
        alice, is_present=False, happened_at=FEBRUARY + hour, recorded_at=FEBRUARY + hour, how="correction", reason="x"
    )
    record_attendance(alice, is_present=True, happened_at=FEBRUARY, recorded_at=FEBRUARY + 2 * hour)

    assert numbers(report_of(project))["participations"] == 0


def test_an_act_that_was_taken_back_counts_only_before_that_was_recorded(project):
    alice = create_registration(create_held_event(project), joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    record = record_attendance(alice, happened_at=FEBRUARY, recorded_at=FEBRUARY)
    assert numbers(report_of(project))["participations"] == 1

    record_attendance(alice, what="undo", undoes=record.act, happened_at=FEBRUARY, recorded_at=LATER)
    assert numbers(report_of(project))["participations"] == 1
    record_attendance(alice, what="undo", undoes=record.act, happened_at=FEBRUARY, recorded_at=FEBRUARY)
    assert numbers(report_of(project))["participations"] == 0


def test_presence_agrees_with_the_rule_of_the_attendance_records(project):
    event = create_held_event(project)
    alice = create_registration(event, joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    for day, is_present, minutes in [(10, True, 0), (10, False, 5), (11, False, 0), (11, True, 0), (11, True, 1)]:
        record_attendance(
            alice,
            day=date(2027, 2, day),
            is_present=is_present,
            happened_at=FEBRUARY + timedelta(minutes=minutes),
            recorded_at=FEBRUARY,
        )

    # Somebody may have come more than once on a day.
    days = tuple(sorted(set(AttendanceRecord.objects.present().values_list("day", flat=True))))

    assert report_of(project).participations[0].days == days == (date(2027, 2, 11),)


def test_organisations_count_by_match_else_by_folded_name(project):
    event = create_held_event(project)
    chemelot = create_organisation(name="Chemelot Campus")
    attend(event, "Ann", organisation=chemelot, organisation_name="chemelot")
    attend(event, "Ben", organisation=chemelot, organisation_name="Chemelot Campus BV")
    attend(event, "Cor", organisation_name="Universität  Łódź")
    attend(event, "Dee", organisation_name="UNIVERSITAT Lodz")
    attend(event, "Eve", organisation_name="Provincie Limburg")

    report = report_of(project)

    assert [(row.name, row.is_matched, row.people) for row in report.organisations] == [
        ("Chemelot Campus", True, ("Ann", "Ben")),
        ("Universität  Łódź", False, ("Cor", "Dee")),
        ("Provincie Limburg", False, ("Eve",)),
    ]
    assert names(report.unmatched_people) == ["Cor", "Dee", "Eve"]


def test_countries_count_people_once_each(project):
    first, second = create_held_event(project), create_held_event(project)
    attend(first, "Alice", country="SE")
    attend(second, "Alice", country="SE")
    attend(second, "Bob", country="NL")
    attend(second, "Dan", country="NL")
    create_registration(second, "Charlie", country="PL", joined_at=FEBRUARY, confirmed_at=FEBRUARY)

    report = report_of(project)

    assert [(row.code, len(row.people), row.participations) for row in report.countries] == [("NL", 2, 2), ("SE", 1, 2)]


# --- Learning ----------------------------------------------------------------------------------------------------


def test_presence_alone_is_no_learning(project):
    event = create_held_event(project)
    create_outcome(event)
    attend(event)

    report = report_of(project)

    assert (len(report.people), report.learners) == (1, ())


@pytest.mark.parametrize(
    ("before", "after", "has_learned"),
    [(2, 4, True), (3, 3, False), (4, 2, False), (None, 5, False), (1, None, False), (4, 5, True)],
)
def test_learned_is_a_higher_rating_after_than_before(project, before, after, has_learned):
    event = create_held_event(project)
    outcome = create_outcome(event)
    create_feedback(attend(event), (outcome, before, after), given_at=FEBRUARY)

    assert len(report_of(project).learners) == has_learned


def test_learned_without_having_attended_is_not_counted(project):
    event = create_held_event(project)
    outcome = create_outcome(event)
    absent = create_registration(event, "Charlie", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    create_feedback(absent, (outcome, 1, 5), given_at=FEBRUARY)

    report = report_of(project)

    assert (report.learners, report.answers_of_participants, report.outcomes[0].n) == ((), (), 0)
    assert len(report.answers) == 1


def test_learned_at_two_events_counts_once(project):
    for _n in range(2):
        event = create_held_event(project)
        create_feedback(attend(event), (create_outcome(event), 1, 2), (create_outcome(event), 2, 5), given_at=FEBRUARY)

    (learner,) = report_of(project).learners

    assert [len(answer.learned) for answer in learner.answers] == [2, 2]


def test_attended_one_event_and_learned_at_another_that_was_missed_is_not_counted(project):
    attend(create_held_event(project))
    missed = create_held_event(project)
    alice = create_registration(missed, joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    create_feedback(alice, (create_outcome(missed), 1, 5), given_at=FEBRUARY)

    assert report_of(project).learners == ()


def test_mean_needs_five_answers(project):
    event = create_held_event(project)
    few, enough = create_outcome(event, text="few"), create_outcome(event, text="enough")
    for n, person in enumerate(("Ann", "Ben", "Cor", "Dee", "Eve")):
        ratings = [(enough, 1 + n % 2, 4)]
        if n:
            ratings.append((few, 1, 5))
        create_feedback(attend(event, person), *ratings, given_at=FEBRUARY)

    rows = {row.text.text: (row.n, row.before, row.after) for row in report_of(project).outcomes}

    assert rows == {"few": (4, None, None), "enough": (5, 7 / 5, 4.0)}


def test_answer_rate_is_answers_of_participants_to_participations(project):
    event = create_held_event(project)
    create_feedback(attend(event, "Alice"), relevance=5, given_at=FEBRUARY)
    attend(event, "Bob")
    absent = create_registration(event, "Charlie", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    create_feedback(absent, relevance=1, given_at=FEBRUARY)

    assert report_of(project).answer_rate == 0.5
    assert report_of(project, at=FEBRUARY - timedelta(days=1)).answer_rate is None


# --- Reported head counts ----------------------------------------------------------------------------------------


def test_reported_head_counts_stay_apart_from_counted_people(project):
    attend(create_held_event(project, reported_participants=60, reported_participants_note="more than"))
    create_held_event(project, reported_participants=0)
    create_held_event(project)

    report = report_of(project)

    assert (report.reported_participants, len(report.reported)) == (60, 2)
    assert (len(report.participations), len(report.people)) == (1, 1)


# --- The cut-off -------------------------------------------------------------------------------------------------


def create_everything(project, at):
    """One event with everything that can be recorded, all of it at `at`."""
    event = create_held_event(project)
    outcome = create_outcome(event)
    alice = attend(event, "Alice", at=at)
    create_feedback(alice, (outcome, 1, 5), given_at=at, changed_at=at)
    return event


def test_what_comes_after_the_cut_off_is_not_seen(project):
    create_everything(project, FEBRUARY)
    before = numbers(report_of(project))

    create_everything(project, LATER)
    event = Event.objects.first()
    outcome = event.outcomes.get()
    create_feedback(attend(event, "Bob", at=LATER), (outcome, 1, 5), given_at=LATER)
    alice = event.registrations.get(name="Alice")
    record_attendance(alice, is_present=False, happened_at=LATER, recorded_at=LATER)
    alice.cancel(by=Registration.CancelledBy.PERSON, at=LATER)

    # The second event itself has no record of when it was written down: its date says that it had been held.
    assert numbers(report_of(project)) == before | {"events": 2}
    assert numbers(report_of(project, at=LATER)) == {
        "events": 2,
        "registered": 2,
        "participations": 2,
        "people": 2,
        "organisations": 1,
        "countries": 1,
        "learned": 2,
        "feedback": 2,
    }


def test_record_at_the_very_instant_of_the_cut_off_is_seen(project):
    create_everything(project, CUT_OFF)

    assert numbers(report_of(project))["participations"] == 1
    assert numbers(report_of(project, at=CUT_OFF - timedelta(microseconds=1)))["participations"] == 0


def test_cancelled_after_the_cut_off_was_registered_at_it(project):
    event = create_held_event(project)
    alice = create_registration(event, joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    alice.cancel(by=Registration.CancelledBy.PERSON, at=LATER)

    assert (numbers(report_of(project))["registered"], numbers(report_of(project, at=LATER))["registered"]) == (1, 0)


def test_confirmed_after_the_cut_off_was_not_registered_at_it(project):
    create_registration(create_held_event(project), joined_at=FEBRUARY, confirmed_at=LATER)

    assert (numbers(report_of(project))["registered"], numbers(report_of(project, at=LATER))["registered"]) == (0, 1)


def test_answer_changed_after_the_cut_off_counts_as_it_reads_now_and_is_named(project):
    event = create_held_event(project)
    outcome = create_outcome(event)
    create_feedback(attend(event), (outcome, 1, 5), given_at=FEBRUARY, changed_at=LATER)

    report = report_of(project)

    assert (len(report.learners), len(report.changed_later)) == (1, 1)
    assert [gap.slug for gap in gaps(report)] == ["without-organisation-match", "changed-later"]


def test_run_twice_the_report_is_the_same(project):
    create_everything(project, FEBRUARY)

    assert report_of(project) == report_of(project)


ACTS = [
    # (who, is present, minute)
    ("Alice", True, 0),
    ("Alice", False, 1),
    ("Alice", True, 2),
    ("Bob", True, 0),
    ("Bob", False, 3),
    ("Charlie", False, 0),
    ("Charlie", True, 4),
]
_runs = itertools.count()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(ACTS))), people=st.permutations(["Alice", "Bob", "Charlie"]))
def test_order_of_arrival_is_irrelevant(order, people):
    project = create_project(acronym=f"RUN{next(_runs)}")
    create_semester(project)
    event = create_held_event(project)
    outcome = create_outcome(event, text="I can sort")
    registrations = {
        person: create_registration(event, person, joined_at=FEBRUARY, confirmed_at=FEBRUARY) for person in people
    }
    for position in order:
        person, is_present, minute = ACTS[position]
        record_attendance(
            registrations[person],
            is_present=is_present,
            happened_at=FEBRUARY + timedelta(minutes=minute),
            recorded_at=FEBRUARY + timedelta(hours=1),
        )
    for person in people:
        create_feedback(registrations[person], (outcome, 2, 3), remarks=person, given_at=FEBRUARY)

    report = report_of(project)

    assert numbers(report) == {
        "events": 1,
        "registered": 3,
        "participations": 2,
        "people": 2,
        "organisations": 1,
        "countries": 1,
        "learned": 2,
        "feedback": 2,
    }
    assert names(report.people) == ["Alice", "Charlie"]
    assert [answer.remarks for answer in report.answers] == ["Alice", "Bob", "Charlie"]
    assert report.outcomes[0].ratings == ((2, 3), (2, 3))


# --- What is missing ---------------------------------------------------------------------------------------------


def test_gaps_are_named_in_words_with_their_rows(project):
    create_held_event(project, title="Nobody ticked", status=Event.Status.ANNOUNCED)
    attended = create_held_event(project, title="No outcome, no answer", feedback_closes_on=date(2027, 3, 10))
    attend(attended, "Alice")
    attend(attended, "Bob", organisation=create_organisation(), country="")
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_held_event(project, title="No date", stated_semester=1, **unknown)

    report = report_of(project)

    assert {gap.slug: gap.text for gap in gaps(report)} == {
        "without-records": "2 held events without any attendance record",
        "not-noted-as-held": "1 event counts because its date has passed; nobody has noted that it was held",
        "without-date": "1 event whose date is not known, counted by the semester that its source states",
        "without-organisation-match": "1 person without organisation match",
        "without-country": "1 person without country",
        "without-outcomes": "1 attended event that says nothing to learn, so that nobody could rate it",
        "without-feedback": "1 attended event without any feedback",
        "with-feedback-open": "1 event that people may still give feedback on",
    }
    assert [figure(report, gap.slug).value for gap in gaps(report)] == [2, 1, 1, 1, 1, 1, 1, 1]


def test_event_at_which_nobody_was_present_has_records_all_the_same(project):
    alice = create_registration(create_held_event(project), joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    record_attendance(alice, is_present=False, recorded_at=FEBRUARY)

    report = report_of(project)

    assert (report.without_records, len(report.participations)) == ((), 0)


# --- The database, asked by hand -----------------------------------------------------------------------------------


def create_a_busy_semester(project):
    """Four events and eleven people, with everything that must not be counted among them."""
    visit, conference = create_kind("study-visit"), create_kind("final-conference", counts_as="public")
    matched = create_organisation(name="Chemelot")
    events = [
        create_held_event(project, kind=visit, starts_on=date(2027, 1, day), ends_on=date(2027, 1, day + 1))
        for day in (5, 12, 19)
    ]
    events.append(create_held_event(project, kind=conference, reported_participants=80))
    create_held_event(project, kind=visit, status=Event.Status.CANCELLED, cancelled_at=FEBRUARY)
    outcomes = [create_outcome(event) for event in events]
    for k, event in enumerate(events):
        for n in range(11):
            if (n + k) % 3 == 0:
                continue
            registration = create_registration(
                event,
                f"Person{n}",
                country=("NL", "DE", "IT", "PL")[n % 4],
                organisation=matched if n % 5 == 0 else None,
                organisation_name=f"Body {n % 4}",
                joined_at=FEBRUARY if n != 7 else LATER,
                confirmed_at=FEBRUARY,
            )
            if n % 4:
                record_attendance(registration, happened_at=FEBRUARY, recorded_at=FEBRUARY if n != 9 else LATER)
            if n % 6 == 1:
                record_attendance(
                    registration, is_present=False, happened_at=FEBRUARY + timedelta(hours=k), recorded_at=FEBRUARY
                )
            if n % 2:
                create_feedback(
                    registration, (outcomes[k], 1 + n % 3, 2 + k % 3), given_at=FEBRUARY, changed_at=FEBRUARY
                )


# Plain SQL without windows or dialect: the newest act is the one with no newer one, absence being newer than presence
# of the same instant.
PRESENT = """
    FROM registrations_attendancerecord a
    JOIN registrations_registration r ON r.id = a.registration_id
    JOIN events_event e ON e.id = r.event_id
    WHERE e.project_id = %(project)s AND e.status = 'held' AND e.starts_on BETWEEN '2027-01-01' AND '2027-06-30'
      AND r.joined_at <= %(at)s AND (r.cancelled_at IS NULL OR r.cancelled_at > %(at)s)
      AND a.recorded_at <= %(at)s AND a.what = 'in'
      AND NOT EXISTS (
        SELECT 1 FROM registrations_attendancerecord newer
        WHERE newer.registration_id = a.registration_id AND newer.day = a.day AND newer.recorded_at <= %(at)s
          AND (newer.happened_at > a.happened_at OR (newer.happened_at = a.happened_at AND newer.what = 'absent'))
      )
"""
LEARNED = (
    PRESENT
    + """
      AND EXISTS (
        SELECT 1 FROM learning_feedback f JOIN learning_outcomerating o ON o.feedback_id = f.id
        WHERE f.registration_id = r.id AND f.given_at <= %(at)s AND o.after > o.before
      )
"""
)
BY_HAND = {
    "participations": f"SELECT COUNT(DISTINCT r.id) {PRESENT}",
    "people": f"SELECT COUNT(DISTINCT r.person_id) {PRESENT}",
    "countries": f"SELECT COUNT(DISTINCT r.country) {PRESENT}",
    "organisations": f"""SELECT COUNT(DISTINCT CASE WHEN r.organisation_id IS NULL THEN r.organisation_name
                         ELSE CAST(r.organisation_id AS TEXT) END) {PRESENT}""",
    "learned": f"SELECT COUNT(DISTINCT r.person_id) {LEARNED}",
    "feedback": f"""SELECT COUNT(*) FROM learning_feedback f WHERE f.given_at <= %(at)s
                    AND f.registration_id IN (SELECT r.id {PRESENT})""",
    "events": """SELECT COUNT(*) FROM events_event e WHERE e.project_id = %(project)s AND e.status = 'held'""",
    "registered": """SELECT COUNT(*) FROM registrations_registration r JOIN events_event e ON e.id = r.event_id
                     WHERE e.project_id = %(project)s AND e.status = 'held' AND r.joined_at <= %(at)s
                     AND r.confirmed_at <= %(at)s AND (r.cancelled_at IS NULL OR r.cancelled_at > %(at)s)""",
}


def count_by_hand(project, at):
    at = at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S")
    found = {}
    with connection.cursor() as cursor:
        for slug, query in BY_HAND.items():
            cursor.execute(query, {"project": project.pk, "at": at})
            found[slug] = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("at", [FEBRUARY - timedelta(days=1), CUT_OFF, LATER])
def test_report_agrees_with_a_count_by_hand_in_sql(project, at):
    create_a_busy_semester(project)

    report = report_of(project, at=at)

    by_hand = count_by_hand(project, at)
    assert numbers(report) == by_hand
    if at == CUT_OFF:
        assert all(by_hand.values()), by_hand
        assert by_hand["people"] < by_hand["participations"] < by_hand["registered"]


def test_report_takes_the_same_number_of_queries_whatever_the_size(project, django_assert_num_queries):
    project = type(project).objects.prefetch_related("phases", "semesters").get(pk=project.pk)
    semester = project.semesters.all()[0]
    create_everything(project, FEBRUARY)
    with django_assert_num_queries(11):
        semester_report(project, semester, at=CUT_OFF)

    create_a_busy_semester(project)
    with django_assert_num_queries(11):
        semester_report(project, semester, at=CUT_OFF)


def test_report_writes_nothing(project):
    create_everything(project, FEBRUARY)
    counts = [model.objects.count() for model in (Event, Registration, AttendanceRecord, Feedback)]

    report = report_of(project)
    numbers(report), gaps(report)

    assert [model.objects.count() for model in (Event, Registration, AttendanceRecord, Feedback)] == counts
