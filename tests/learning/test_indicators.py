"""What the programme asks to count: definitions are data, each is counted by its rule, and no event counts twice."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from events.models import Event
from learning.loading import load_indicators, load_known_indicators, sets
from learning.models import Action, ActionPlan, Indicator, IndicatorTarget, MonitoringRound, Progress
from learning.reports.document import document
from learning.reports.figures import figure, gaps
from learning.reports.indicators import indicator_rows
from learning.reports.semester import semester_report
from tests.factories import (
    create_coordinator,
    create_event,
    create_feedback,
    create_kind,
    create_lead,
    create_organisation,
    create_outcome,
    create_partner,
    create_practice,
    create_programme,
    create_project,
    create_semester,
)

from .held import FEBRUARY, attend

pytestmark = pytest.mark.django_db

CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def project():
    project = create_project(acronym="S3CHEM", slug="s3chem")
    create_semester(project)
    return project


def create_indicator(project, code, rule, **fields):
    return Indicator.objects.create(
        programme=project.programme, code=code, name=f"All {code}", unit="pieces", rule=rule, **fields
    )


def create_held_event(project, kind="thematic-event", counts_as="targeted", **fields):
    held = {"status": Event.Status.HELD, "starts_on": date(2027, 2, 10), "ends_on": date(2027, 2, 11)}
    return create_event(project, kind=create_kind(kind, counts_as=counts_as), **{**held, **fields})


def report_of(project):
    return semester_report(project, project.semesters.get(), at=CUT_OFF)


def values(project):
    return {row.indicator.code: row.value for row in indicator_rows(report_of(project))}


def test_each_rule_counts_its_rows(project):
    for rule in Indicator.Rule.values:
        create_indicator(project, rule, rule)
    limburg = create_organisation(nuts="NL423")
    first, second = create_held_event(project), create_held_event(project)
    outcome = create_outcome(first)
    create_feedback(attend(first, organisation=limburg), (outcome, 1, 5), given_at=FEBRUARY)
    attend(second, organisation=limburg)
    attend(second, "Bob", country="NL", organisation=create_organisation(nuts="NL421"))
    plan = ActionPlan.objects.create(partner=create_partner(project))
    ActionPlan.objects.create(partner=create_partner(create_project()))
    done, undone = (Action.objects.create(plan=plan, position=n, title=f"Action {n}") for n in (1, 2))
    asked = MonitoringRound.objects.create(project=project, name="First", held_on=date(2027, 2, 20))
    Progress.objects.create(action=done, round=asked, status="done", noted_at=FEBRUARY)
    Progress.objects.create(action=undone, round=asked, status="done", noted_at=FEBRUARY)
    Progress.objects.create(action=undone, round=asked, status="going_on", noted_at=FEBRUARY)
    Progress.objects.create(action=undone, round=asked, status="done", noted_at=CUT_OFF.replace(hour=10))
    create_practice(project)

    counted = values(project)

    assert counted == {
        "events": 2,
        "participations": 3,
        "people": 2,
        "organisations": 2,
        "regions": 1,
        "countries": 2,
        "learners": 1,
        # Nobody was asked; see test_surveys.py.
        "surveyed": None,
        "partners": 1,
        "practices": 1,
        "plans": 1,
        "actions": 2,
        "actions-done": 1,
        "elsewhere": None,
    }
    report = report_of(project)
    for code, value in counted.items():
        opened = figure(report, f"indicator-{code}")
        assert value is None if opened is None else opened.value == value
    assert [gap.text for gap in gaps(report) if gap.slug == "not-counted-here"] == [
        "2 indicators of the programme that the records here do not say"
    ]


def test_only_events_that_fit_are_counted(project):
    create_indicator(project, "public", "events", counts_as=["public"])
    create_indicator(project, "visits", "participations", kinds=["study-visit"])
    attend(create_held_event(project, "study-visit"))
    attend(create_held_event(project, "final-conference", "public"))
    create_held_event(project, "partner-meeting", "internal")

    assert values(project) == {"public": 1, "visits": 1}


def test_no_event_counts_in_two_indicators_that_exclude_each_other(project):
    create_indicator(project, "visits", "events", kinds=["study-visit"], excludes="events", position=1)
    create_indicator(project, "targeted", "participations", counts_as=["targeted"], excludes="events", position=2)
    create_indicator(project, "every", "events", excludes="events", position=3)
    create_indicator(project, "beside", "events", position=4)
    attend(create_held_event(project, "study-visit"))
    attend(create_held_event(project, "thematic-event"))
    attend(create_held_event(project, "final-conference", "public"))

    assert values(project) == {"visits": 1, "targeted": 1, "every": 1, "beside": 3}


def test_without_records_people_are_not_known_rather_than_none(project):
    create_indicator(project, "RCO81", "participations")
    create_indicator(project, "learners", "learners")
    create_indicator(project, "events", "events")
    create_held_event(project)

    assert values(project) == {"RCO81": None, "learners": None, "events": 1}


def test_target_of_the_semester_stands_beside_its_value(project):
    indicator = create_indicator(project, "events", "events")
    other = create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    first = project.semesters.get(number=1)
    for semester, value in ((first, 3), (other, 9), (None, 20)):
        IndicatorTarget.objects.create(indicator=indicator, project=project, semester=semester, value=value)
    create_held_event(project)

    report = semester_report(project, first, at=CUT_OFF)
    (row,) = indicator_rows(report)

    assert (row.value, row.target, row.reached) == (1, 3, 33)
    assert document(report)["indicators"] == [
        {
            "key": "events",
            "title": "All events",
            "unit": "pieces",
            "rule": "Events held",
            "counts": "events",
            "value": 1,
            "target": 3,
        }
    ]


def test_queries_are_the_same_for_any_number_of_indicators_and_events(project, django_assert_max_num_queries):
    for rule in Indicator.Rule.values:
        create_indicator(project, rule, rule)
    for _n in range(3):
        attend(create_held_event(project))
    report = report_of(project)

    with django_assert_max_num_queries(0):
        indicator_rows(report)


# --- What is shipped ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", sets())
def test_shipped_sets_are_whole_and_name_their_sources(slug):
    programme = create_programme()

    created = load_indicators(programme, sets()[slug])

    for indicator in created:
        indicator.full_clean()
        assert all(source.startswith("https://") for source in indicator.sources)
        assert indicator.sources
    assert len({indicator.code for indicator in created}) == len(created)
    assert load_indicators(programme, sets()[slug]) == []


def test_programme_that_has_indicators_keeps_them_as_they_are():
    programme = create_programme(slug="interreg-europe-2014-2020")
    assert len(load_known_indicators()) == 6
    programme.indicators.exclude(code="events").delete()

    assert load_known_indicators() == []


def test_the_common_set_is_whole_and_what_few_are_asked_for_waits():
    programme = create_programme()
    load_indicators(programme, sets()["interreg-2021-2027"])

    codes = set(programme.indicators.values_list("code", flat=True))

    outputs = {f"RCO{n}" for n in (81, 82, 83, 84, 85, 86, 87, 90, 115, 116, 117, 118, 120)}
    assert codes == outputs | {f"RCR{n}" for n in (79, 81, 82, 83, 84, 85, 104)}
    used = programme.indicators.filter(is_used=True).values_list("code", flat=True)
    assert set(used) == {"RCO81", "RCO115", "RCO87", "RCO83", "RCO84", "RCO116", "RCR79", "RCR84", "RCR104"}


def test_a_report_says_what_its_indicators_mean_and_where_that_stands(client, project):
    client.force_login(create_lead(project))
    create_indicator(
        project,
        "RCO115",
        "events",
        definition="Open to all citizens.",
        sources=["https://eur-lex.europa.eu/eli/reg/2021/1058/oj"],
    )

    shown = client.get(reverse("learning:report", kwargs={"project": project.slug, "number": 1})).text

    assert "Open to all citizens." in shown
    assert 'href="https://eur-lex.europa.eu/eli/reg/2021/1058/oj"' in shown


def test_command_gives_a_programme_a_set(capsys):
    create_programme(slug="ours")

    call_command("load_indicators", programme="ours", chosen="interreg-2021-2027")

    assert "20 indicators created." in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no programme nothing"):
        call_command("load_indicators", programme="nothing", chosen="interreg-2021-2027")
    with pytest.raises(CommandError, match="or neither"):
        call_command("load_indicators", programme="ours")


@pytest.mark.parametrize("wrong", [{"counts_as": ["secret"]}, {"kinds": ["no-such-kind"]}])
def test_filter_that_fits_nothing_is_refused(project, wrong):
    indicator = Indicator(programme=project.programme, code="x", name="x", unit="x", rule="events", **wrong)

    with pytest.raises(ValidationError) as refused:
        indicator.full_clean()

    assert list(refused.value.message_dict) == list(wrong)


def test_target_of_another_programme_or_semester_is_refused(project):
    other = create_project(programme=create_programme())
    target = IndicatorTarget(
        indicator=create_indicator(other, "x", "events"),
        project=project,
        semester=create_semester(project, number=3),
        value=1,
    )

    with pytest.raises(ValidationError, match="another programme"):
        target.full_clean()
    target.indicator, target.semester = create_indicator(project, "x", "events"), create_semester(other)
    with pytest.raises(ValidationError, match="another project"):
        target.full_clean()


# --- Setting targets ---------------------------------------------------------------------------------------------


def targets_address(project):
    return reverse("learning:report_targets", kwargs={"project": project.slug, "number": 1})


def test_lead_sets_changes_and_takes_away_targets(client, project):
    client.force_login(create_lead(project))
    create_indicator(project, "RCO81", "participations")
    create_indicator(project, "RCO115", "events")

    client.post(targets_address(project), {"target-RCO81": "120", "target-RCO115": "4"})
    client.post(targets_address(project), {"target-RCO81": "150", "target-RCO115": ""})

    semester = project.semesters.get()
    assert list(IndicatorTarget.objects.values_list("indicator__code", "semester", "value")) == [
        ("RCO81", semester.pk, 150)
    ]
    assert 'value="150"' in client.get(targets_address(project)).content.decode()


@pytest.mark.parametrize("wrong", ["-1", "many", "99999999999999999999"])
def test_wrong_target_is_said_and_nothing_is_lost(client, project, wrong):
    client.force_login(create_lead(project))
    create_indicator(project, "RCO81", "participations")
    create_indicator(project, "RCO115", "events")

    response = client.post(targets_address(project), {"target-RCO81": wrong, "target-RCO115": "7"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error:" in page
    assert "Enter a whole number from 0 to 2,000,000,000 in digits alone" in page
    assert f'value="{wrong}"' in page
    assert 'value="7"' in page
    assert not IndicatorTarget.objects.exists()


def test_only_the_lead_sets_targets(client, project):
    client.force_login(create_coordinator(create_partner(project)))
    assert client.get(targets_address(project)).status_code == 404
    client.force_login(create_lead(create_project(), "Charlie"))
    assert client.post(targets_address(project), {}).status_code == 404
