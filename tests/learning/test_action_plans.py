"""What partners set out to do, how much of it is carried out at a date, and who writes it."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.action_plans import gaps_in_common, gaps_of, put_into_plan, standings
from learning.exceptions import OriginInACircle
from learning.models import Action, ActionPlan, MonitoringRound, Progress, Transfer
from tests.factories import (
    create_action,
    create_coordinator,
    create_lead,
    create_organisation,
    create_partner,
    create_plan,
    create_practice,
    create_project,
    say,
)

pytestmark = pytest.mark.django_db

SPRING, AUTUMN = date(2027, 4, 1), date(2027, 10, 1)


@pytest.fixture(autouse=True)
def _stand_still(clock):
    pass


@pytest.fixture
def project():
    return create_project(acronym="S3CHEM", slug="s3chem")


@pytest.fixture
def limburg(project):
    return create_partner(project, organisation=create_organisation(name="Province of Limburg"))


@pytest.fixture
def plan(limburg):
    return create_plan(limburg, policy_instrument="OP Zuid", adopted_on=date(2027, 1, 1))


def on(day):
    [standing] = standings(ActionPlan.objects.all(), on=day)
    return standing


def address(name, plan, *args):
    return reverse(f"learning:{name}", args=[plan.partner.project.slug, *args])


# --- How much is carried out -------------------------------------------------------------------------------------


def test_the_last_round_up_to_a_day_counts(plan):
    first, second = create_action(plan), create_action(plan)
    say(first, "going_on", SPRING)
    say(second, "not_started", SPRING)
    say(first, "done", AUTUMN)

    assert (on(date(2027, 3, 31)).share, on(SPRING).share, on(date(2027, 9, 30)).share) == (None, 0, 0)
    assert (on(AUTUMN).share, on(AUTUMN).done) == (0.5, 1)


def test_of_one_round_what_was_said_last_counts_in_whatever_order_it_arrived(plan):
    action = create_action(plan)
    say(action, "done", SPRING, noted_at=datetime(2027, 4, 3, tzinfo=UTC))
    say(action, "going_on", SPRING, noted_at=datetime(2027, 4, 2, tzinfo=UTC))

    assert on(SPRING).done == 1


def test_what_was_dropped_stays_in_the_whole_and_what_came_later_is_not_in_it_before(plan):
    dropped, done, later = create_action(plan), create_action(plan), create_action(plan, added_on=AUTUMN)
    say(dropped, "dropped", SPRING, why="The law changed.")
    say(done, "done", SPRING)

    assert on(SPRING).share == 0.5
    assert [action for action, _said in on(AUTUMN).actions] == [dropped, done, later]
    assert on(AUTUMN).silent == [later]


def test_a_plan_of_which_nothing_is_known_has_no_share_but_gaps(limburg):
    create_plan(limburg)

    standing = on(SPRING)

    assert (standing.share, standing.per_cent) == (None, None)
    assert gaps_of(standing) == [
        "The policy instrument is not known.",
        "When it was adopted is not known.",
        "No action of it is known.",
    ]


def test_plans_that_miss_the_same_are_named_together(plan, limburg, project):
    nothing_known = [create_plan(limburg), create_plan(create_partner(project))]

    rows = standings(ActionPlan.objects.order_by("pk"), on=SPRING)

    assert gaps_in_common(rows) == [
        ([plan], ["No action of it is known."]),
        (
            nothing_known,
            [
                "The policy instrument is not known.",
                "When it was adopted is not known.",
                "No action of it is known.",
            ],
        ),
    ]


def test_what_is_missing_of_actions_is_named(plan):
    say(create_action(plan, title="A roadmap"), "done", SPRING)

    assert gaps_of(on(SPRING)) == [
        "Where they come from is not said: “A roadmap”",
        "Until when is not said: “A roadmap”",
        "Carried out, but nothing shows it: “A roadmap”",
    ]


def test_progress_is_added_and_never_changed(plan):
    said = say(create_action(plan), "going_on", SPRING)
    said.status = "done"

    with pytest.raises(TypeError):
        said.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        say(said.action, "changed", SPRING)


def test_standings_are_five_queries_however_many_plans(plan, project, django_assert_num_queries):
    def count():
        with CaptureQueriesContext(connection) as asked:
            standings(ActionPlan.objects.all(), on=AUTUMN)
        return len(asked)

    say(create_action(plan, builds_on=create_action(plan)), "done", SPRING)
    one = count()
    for _plan in range(2):
        other = create_plan(create_partner(project))
        say(create_action(other, practice=create_practice(project, owner=plan.partner)), "done", SPRING)

    assert count() == one <= 5


# --- Where an action comes from ----------------------------------------------------------------------------------


def test_actions_that_build_on_each_other_form_no_circle(plan):
    first = create_action(plan, title="Roadmap")
    second = create_action(plan, title="Fund", builds_on=first)
    third = create_action(plan, title="Office", builds_on=second)

    first.builds_on = third
    with pytest.raises(OriginInACircle) as refused:
        put_into_plan(first)
    assert refused.value.titles == ["Roadmap", "Office", "Fund", "Roadmap"]

    third.builds_on = None
    put_into_plan(third)
    assert Action.objects.get(pk=third.pk).builds_on is None


def test_a_circle_that_came_from_elsewhere_holds_nobody_for_ever(plan):
    first = create_action(plan)
    second = create_action(plan, builds_on=first)
    Action.objects.filter(pk=first.pk).update(builds_on=second)

    put_into_plan(create_action(plan, builds_on=first))


# --- Pages -------------------------------------------------------------------------------------------------------


def test_a_coordinator_writes_a_plan_with_an_action_and_says_how_far_it_is(client, project, limburg):
    practice = create_practice(project, owner=create_partner(project), name="Open platform")
    Transfer.objects.create(practice=practice, partner=limburg, due_on=AUTUMN)
    MonitoringRound.objects.create(project=project, name="First", held_on=SPRING)
    client.force_login(create_coordinator(limburg))

    client.post(reverse("learning:add_plan", args=["s3chem"]), {"partner": limburg.pk, "policy_instrument": "OP Zuid"})
    plan = ActionPlan.objects.get()
    form = client.get(address("add_action", plan, plan.pk) + f"?practice={practice.slug}")
    assert form.context["form"]["practice"].initial == practice
    client.post(address("add_action", plan, plan.pk), {"title": "A platform of ours", "practice": practice.pk})
    action = Action.objects.get()
    round_ = MonitoringRound.objects.get()
    client.post(
        address("progress", plan, action.pk), {"round": round_.pk, "status": "done", "evidence": "It is online."}
    )
    shown = client.get(address("plan", plan, plan.pk) + "?on_0=1&on_1=4&on_2=2027").content.decode()

    assert (action.plan, action.position, action.practice) == (plan, 1, practice)
    assert "Carried out: 1 of 1 actions (100 %)" in shown
    assert "It is online." in shown


def test_dates_turned_round_and_a_circle_are_told_and_nothing_is_lost(client, plan):
    first = create_action(plan, title="Roadmap")
    second = create_action(plan, title="Fund", builds_on=first)
    client.force_login(create_coordinator(plan.partner))
    typed = {"title": "Roadmap", "nature": "Meet and write"}

    dates = {"starts_on_0": "1", "starts_on_1": "10", "starts_on_2": "2027"}
    dates |= {"ends_on_0": "1", "ends_on_1": "4", "ends_on_2": "2027"}
    turned = client.post(address("edit_action", plan, first.pk), {**typed, **dates})
    circle = client.post(address("edit_action", plan, first.pk), {**typed, "builds_on": second.pk})

    assert (turned.status_code, circle.status_code) == (422, 422)
    assert "The last day cannot be before the first day." in turned.content.decode()
    assert "Then this action would build on itself: Roadmap → Fund → Roadmap." in circle.content.decode()
    assert "Meet and write" in turned.content.decode() and "Meet and write" in circle.content.decode()


@pytest.mark.parametrize("status", ["changed", "dropped"])
def test_what_was_changed_or_dropped_needs_a_reason(client, plan, status):
    action = create_action(plan)
    round_ = MonitoringRound.objects.create(project=plan.partner.project, name="First", held_on=SPRING)
    client.force_login(create_coordinator(plan.partner))

    answer = client.post(address("progress", plan, action.pk), {"round": round_.pk, "status": status})

    assert answer.status_code == 422
    assert "Write why it was changed or dropped." in answer.content.decode()
    assert not Progress.objects.exists()


def test_a_second_plan_for_an_instrument_and_a_practice_of_ones_own_are_refused(client, plan):
    mine = create_practice(plan.partner.project, owner=plan.partner)
    client.force_login(create_coordinator(plan.partner))

    same = client.post(
        reverse("learning:add_plan", args=["s3chem"]), {"partner": plan.partner.pk, "policy_instrument": "OP Zuid"}
    )
    own = client.post(address("add_action", plan, plan.pk), {"title": "More of it", "practice": mine.pk})

    assert "This partner has a plan for this policy instrument." in same.content.decode()
    assert "Province of Limburg owns this practice" in own.content.decode()
    assert not Action.objects.exists()


def test_a_form_that_is_sent_twice_adds_one_action(client, plan):
    client.force_login(create_coordinator(plan.partner))

    answers = [client.post(address("add_action", plan, plan.pk), {"title": "Roadmap"}) for _press in range(2)]

    assert [answer.status_code for answer in answers] == [302, 422]
    assert "This plan has an action of that title." in answers[1].content.decode()
    assert Action.objects.count() == 1


def test_only_the_lead_opens_a_round_and_one_for_each_day(client, project, plan):
    form = {"name": "First", "held_on_0": "1", "held_on_1": "4", "held_on_2": "2027"}
    opening = reverse("learning:add_round", args=["s3chem"])

    client.force_login(create_coordinator(plan.partner))
    assert client.post(opening, form).status_code == 404
    client.force_login(create_lead(project, "Alice"))
    assert client.post(opening, {}).status_code == 422
    client.post(opening, form)
    again = client.post(opening, form)

    assert "There is a round for this day." in again.content.decode()
    assert [round_.held_on for round_ in MonitoringRound.objects.all()] == [SPRING]


def test_who_reads_and_who_writes(client, project, plan):
    action = create_action(plan)
    readable = [reverse("learning:plans", args=["s3chem"]), address("plan", plan, plan.pk)]
    writable = [
        address("edit_plan", plan, plan.pk),
        address("add_action", plan, plan.pk),
        address("edit_action", plan, action.pk),
        address("progress", plan, action.pk),
    ]

    def statuses(user):
        client.force_login(user)
        return [client.get(path).status_code for path in [*readable, *writable]]

    assert statuses(create_coordinator(plan.partner)) == [200] * 6
    assert statuses(create_lead(project)) == [200] * 6
    assert statuses(create_coordinator(create_partner(project), "Dora")) == [200, 200, 404, 404, 404, 404]
    assert statuses(create_coordinator(create_partner(create_project()), "Charlie")) == [404] * 6


def test_all_actions_of_a_day_are_taken_away(client, project, plan):
    say(create_action(plan, title="=Roadmap", ends_on=AUTUMN), "done", SPRING, evidence="Online")
    create_plan(create_partner(project, organisation=create_organisation(name="Asturias")))
    path = reverse("learning:actions_table", args=["s3chem"]) + "?on_0=1&on_1=4&on_2=2027"

    client.force_login(create_coordinator(create_partner(create_project()), "Charlie"))
    assert client.get(path).status_code == 404
    client.force_login(create_lead(project))
    lines = b"".join(client.get(path).streaming_content).decode("utf-8-sig").splitlines()

    assert lines[1:] == [
        '"Province of Limburg","OP Zuid","\'=Roadmap","","","2027-10-01","Carried out","2027-04-01","","Online"',
        '"Asturias","","","","","","","","",""',
    ]


def test_the_pages_ask_as_often_for_three_plans_as_for_one(client, project, plan):
    client.force_login(create_lead(project))

    def queries(path):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    paths = [reverse("learning:plans", args=["s3chem"]), plan.get_absolute_url()]
    say(create_action(plan, practice=create_practice(project, owner=create_partner(project))), "done", SPRING)
    one = [queries(path) for path in paths]
    for _plan in range(2):
        other = create_plan(create_partner(project))
        for target in (plan, other):
            practice = create_practice(project, owner=create_partner(project))
            say(create_action(target, practice=practice), "done", SPRING)

    assert [queries(path) for path in paths] == one


def test_a_day_that_cannot_be_read_is_told(client, project, plan):
    client.force_login(create_lead(project))

    answer = client.get(reverse("learning:plans", args=["s3chem"]) + "?on_0=31&on_1=2&on_2=2027")

    assert answer.status_code == 422
    assert "There is no such day: 31.2.2027" in answer.content.decode()
