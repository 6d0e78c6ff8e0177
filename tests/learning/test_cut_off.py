"""A report at a cut-off does not see what came after it, whatever that was and in whatever order it came."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from learning.models import Indicator, LearningOutcome, LearningSurvey, Transfer, Wish
from learning.reports.counted import counted, says
from learning.reports.document import written
from learning.reports.subject import Kind, ProgrammeSubject, Subject
from projects.models import GoodPractice, Partner, Project
from registrations.models import Registration
from tests.factories import (
    create_action,
    create_assessment_round,
    create_event,
    create_feedback,
    create_kind,
    create_outcome,
    create_partner,
    create_plan,
    create_practice,
    create_programme,
    create_project,
    create_registration,
    create_semester,
    rate,
    record_attendance,
    say,
)

pytestmark = pytest.mark.django_db

BEFORE = datetime(2027, 2, 15, 12, tzinfo=UTC)
CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)
# On another day: plans know days only.
LATER = CUT_OFF + timedelta(days=1)


@dataclass(frozen=True)
class Exchange:
    """A project at the cut-off, with one thing of each kind."""

    project: Project
    event: Event
    outcome: LearningOutcome
    alice: Registration
    ben: Registration
    owner: Partner
    other: Partner
    practice: GoodPractice
    draft: GoodPractice


def create_exchange() -> Exchange:
    programme = create_programme()
    for rule in Indicator.Rule.values:
        Indicator.objects.create(programme=programme, code=rule, name=rule, unit="n", rule=rule)
    project = create_project(programme=programme)
    create_semester(project)
    owner, other = create_partner(project), create_partner(project)
    practice = create_practice(project, owner=owner, published_at=BEFORE)
    draft = create_practice(project, state="draft")
    event = create_event(
        project,
        kind=create_kind("study-visit", evidence_due=["feedback", "signed_lists", "invitation"]),
        status=Event.Status.HELD,
        starts_on=date(2027, 2, 10),
        ends_on=date(2027, 2, 11),
    )
    event.practices.add(practice)
    outcome = create_outcome(event)
    alice, ben = (create_registration(event, name, joined_at=BEFORE, confirmed_at=BEFORE) for name in ("Alice", "Ben"))
    record_attendance(alice, happened_at=BEFORE, recorded_at=BEFORE)
    create_feedback(alice, (outcome, 2, 4), given_at=BEFORE)
    action = create_action(create_plan(other))
    say(action, "going_on", date(2027, 2, 1), noted_at=BEFORE)
    survey = LearningSurvey.objects.create(
        project=project, title="What you learned", opened_at=BEFORE, closes_on=date(2027, 3, 31)
    )
    survey.questions.create(position=1, text="I can do more", counts_from=4)
    for registration in (alice, ben):
        survey.invitations.create(person=registration.person, email=registration.email, asked_at=BEFORE)
    with time_machine.travel(BEFORE, tick=False):
        round_ = create_assessment_round(project, held_on=date(2027, 2, 1))
        rate(round_, owner, rater=owner, values=[2, 3, 2])
        rate(round_, owner, rater=other, values=[1, 2, 2])
    return Exchange(project, event, outcome, alice, ben, owner, other, practice, draft)


_minutes = itertools.count(1)


def someone_registers(at: Exchange) -> None:
    record_attendance(create_registration(at.event, f"Zoe {next(_minutes)}"))


def someone_is_found_to_have_come(at: Exchange) -> None:
    record_attendance(at.ben, happened_at=BEFORE)


def someone_was_absent_after_all(at: Exchange) -> None:
    record_attendance(at.alice, what="absent", how="correction", reason="Another Alice", happened_at=BEFORE)


def an_act_is_taken_back(at: Exchange) -> None:
    record_attendance(at.alice, what="undo", undoes=at.alice.attendance.get(recorded_at=BEFORE).act)


def someone_cancels(at: Exchange) -> None:
    at.alice.cancel(by=Registration.CancelledBy.PERSON)


def someone_answers(at: Exchange) -> None:
    create_feedback(at.ben, (at.outcome, 1, 5))


def a_partner_wants_the_practice(at: Exchange) -> None:
    Wish.objects.create(practice=at.practice, partner=at.other, reason="It is cheap", event=at.event)


def a_partner_carries_it_home(at: Exchange) -> None:
    Transfer.objects.create(practice=at.practice, partner=at.other, event=at.event)


def a_draft_is_published(at: Exchange) -> None:
    at.draft.publish()


def a_practice_is_a_draft_again(at: Exchange) -> None:
    at.practice.take_back()


def an_action_is_carried_out(at: Exchange) -> None:
    say(at.other.action_plans.get().actions.first(), "done", date(2027, 2, 20))


def an_action_is_added(at: Exchange) -> None:
    create_action(at.other.action_plans.get(), added_on=LATER.date())


def a_plan_is_adopted(at: Exchange) -> None:
    create_plan(at.owner, adopted_on=LATER.date())


def someone_answers_the_survey(at: Exchange) -> None:
    survey = at.project.surveys.get()
    invitation = survey.invitations.get(person=at.ben.person)
    invitation.answered_at = invitation.changed_at = LATER
    invitation.save()
    invitation.answers.create(question=survey.questions.get(), rating=5)


def a_region_is_rated(at: Exchange) -> None:
    rate(at.project.instruments.get().rounds.get(), at.owner, rater=at.other, values=[5, 5, 5])


THINGS: list[Callable[[Exchange], None]] = [
    someone_registers,
    someone_is_found_to_have_come,
    someone_was_absent_after_all,
    an_act_is_taken_back,
    someone_cancels,
    someone_answers,
    a_partner_wants_the_practice,
    a_partner_carries_it_home,
    a_draft_is_published,
    a_practice_is_a_draft_again,
    an_action_is_carried_out,
    an_action_is_added,
    a_plan_is_adopted,
    someone_answers_the_survey,
    a_region_is_rated,
]


def reports(exchange: Exchange, *, at: datetime) -> list[str]:
    """What the reports of the semester, of a partner and of the programme say, without the instant they begin with."""
    project = Project.objects.prefetch_related("phases", "semesters").get(pk=exchange.project.pk)
    subjects = [
        Subject(Kind.SEMESTER, project, semester=project.semesters.get()),
        Subject(Kind.PARTNER, project, partner=project.partners.get(pk=exchange.owner.pk)),
        ProgrammeSubject(project.programme),
    ]
    made = [counted(subject, at=at) for subject in subjects]
    # How far practices came is drawn, and in no table.
    return [repr(made[0].practice_rows), *(written(says(report) | {"at": ""}) for report in made)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(things=st.lists(st.sampled_from(THINGS), unique=True, min_size=3).flatmap(st.permutations))
def test_what_came_after_the_cut_off_is_not_seen_in_whatever_order(things):
    with transaction.atomic():
        exchange = create_exchange()
        before = reports(exchange, at=CUT_OFF)

        with time_machine.travel(LATER, tick=False):
            for happens in things:
                happens(exchange)

        assert reports(exchange, at=CUT_OFF) == before
        transaction.set_rollback(True)


def test_each_of_these_is_seen_with_a_later_cut_off():
    exchange = create_exchange()
    before, later = reports(exchange, at=CUT_OFF), reports(exchange, at=LATER)
    for happens in THINGS:
        with transaction.atomic(), time_machine.travel(LATER, tick=False):
            happens(exchange)
            assert reports(exchange, at=CUT_OFF) == before, happens.__name__
            assert reports(exchange, at=LATER) != later, happens.__name__
            transaction.set_rollback(True)
