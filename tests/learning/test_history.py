"""What sources say of plans and practices of the four real projects, and what they leave open."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from events.loading import load_projects
from events.models import Event
from learning.action_plans import gaps_of, standings
from learning.assessments import gaps_of as assessment_gaps
from learning.assessments import profiles
from learning.history import SHIPPED, HistoryRefused, load_history
from learning.journeys import journey
from learning.models import ActionPlan, Instrument, Showing
from projects.models import GoodPractice, Partner

pytestmark = pytest.mark.django_db

PROJECTS = settings.BASE_DIR / "events" / "data" / "seed_projects.json"


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load_projects(PROJECTS)
        load_history()
        yield
        transaction.set_rollback(True)


def file_with(tmp_path: Path, **content) -> Path:
    path = tmp_path / "history.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_the_seven_regions_have_a_plan_of_which_nothing_else_is_known(loaded):
    plans = standings(ActionPlan.objects.filter(partner__project__slug="s3chem"), on=date(2027, 3, 1))

    assert len({standing.plan.partner.organisation.region for standing in plans}) == 7
    assert {standing.share for standing in plans} == {None}
    assert {len(gaps_of(standing)) for standing in plans} == {3}


def test_optiwamag_has_three_rounds_of_which_nothing_else_is_known(loaded):
    partners = Partner.objects.filter(project__slug="optiwamag").select_related("organisation")
    [(instrument, found)] = profiles(Instrument.objects.filter(project__slug="optiwamag"), partners).items()

    assert [round_.name for round_ in instrument.rounds.all()] == ["Start", "Half-way", "End"]
    assert instrument.sources
    assert len(found) == 6 and not any(one.is_known for one in found)
    assert assessment_gaps(instrument, found, on=date(2027, 3, 1))[:2] == [
        "By which dimensions the regions are rated is not known.",
        "When they took place is not known: Start, Half-way, End",
    ]


def test_a_practice_was_studied_where_sources_say_so(loaded):
    practice = GoodPractice.objects.get(name="BioEscola 360")

    way = journey(practice, user=None)
    [stop] = way.studied

    assert stop.event.source_key == "optiwamag-e10"
    assert [session.title for session in stop.sessions] == ["Visit: Lagoa kindergarten, BioEscola 360"]
    assert way.shown == []


def test_a_second_time_changes_nothing_and_what_people_found_out_stays(loaded):
    plan = ActionPlan.objects.get(source_key="s3chem-p3:plan")
    plan.policy_instrument = "OP Zuid"
    plan.save()
    revisions = list(Event.objects.order_by("pk").values_list("sequence", flat=True))
    before = Showing.objects.count(), ActionPlan.objects.count()

    load_history()

    plan.refresh_from_db()
    assert plan.policy_instrument == "OP Zuid"
    assert (Showing.objects.count(), ActionPlan.objects.count()) == before
    assert list(Event.objects.order_by("pk").values_list("sequence", flat=True)) == revisions


def test_what_is_not_here_is_told_and_nothing_is_stored(tmp_path):
    path = file_with(
        tmp_path,
        plans=[{"partner": "nobody"}, 7],
        assessments=[{"project": "x"}],
        shown=[{"project": "x", "practice": "y", "event": "z"}],
    )

    before = ActionPlan.objects.count()

    with pytest.raises(HistoryRefused) as refused:
        load_history(path)

    assert refused.value.problems == [
        "plans[0]: there is no partner “nobody”",
        "plans[1]: is not a record in braces",
        "assessments[0]: there is no project “x”",
        "shown[0]: x has no practice “y”",
        "shown[0]: there is no event “z”",
    ]
    assert ActionPlan.objects.count() == before


@pytest.mark.parametrize("content", ["[1]", "{", "nothing"])
def test_a_file_that_cannot_be_read_is_told(tmp_path, content):
    path = tmp_path / "history.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_history", str(path))


def test_the_shipped_file_names_a_source_for_each_plan():
    assert all(plan["sources"] for plan in json.loads(SHIPPED.read_text("utf-8"))["plans"])
