"""How regions are seen by themselves and by others, round by round, and who says so."""

import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.assessment_forms import AssessmentRoundForm, InstrumentForm
from learning.assessment_plots import plots_of
from learning.assessments import assess, gaps_of, gaps_of_region, profiles
from learning.exceptions import NothingRated, RoundIsClosed
from learning.models import Assessment, AssessmentRound, DimensionRating, Instrument
from tests.factories import (
    create_assessment_round,
    create_coordinator,
    create_lead,
    create_organisation,
    create_partner,
    create_project,
    rate,
)

pytestmark = pytest.mark.django_db

TODAY = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _stand_still(clock):
    pass


@pytest.fixture
def project():
    return create_project(acronym="OPTIWAMAG", slug="optiwamag")


@pytest.fixture
def lousada(project):
    return create_partner(project, slug="lousada", organisation=create_organisation(name="Municipality of Lousada"))


@pytest.fixture
def riga(project):
    return create_partner(project, slug="riga", organisation=create_organisation(name="Riga Technical University"))


@pytest.fixture
def start(project):
    return create_assessment_round(project, "Start", held_on=date(2027, 1, 15))


def profile_of(partner):
    [[found]] = profiles(Instrument.objects.all(), [partner]).values()
    return found


def seen(partner, round_):
    found = profile_of(partner)
    return [found.seen(round_, dimension) for dimension in found.dimensions]


def address(name, *args):
    return reverse(f"learning:{name}", args=["optiwamag", *args])


# --- What counts -------------------------------------------------------------------------------------------------


def test_a_region_and_the_others_are_compared_dimension_by_dimension(start, lousada, riga):
    rate(start, lousada, rater=lousada, values=[4, 2])
    rate(start, lousada, rater=riga, values=[3, 3, 5])
    rate(start, lousada, expert="Ana Expert", values=[2])

    first, second, third = seen(lousada, start)

    assert (first.own, first.mean, first.disagreement) == (4, 2.5, 1.5)
    assert (second.own, second.mean, second.disagreement) == (2, 3.0, -1.0)
    assert (third.own, third.others, third.disagreement) == (None, (5,), None)


def test_whoever_rates_again_counts_once_and_what_they_said_before_stays(start, lousada, riga):
    rate(start, lousada, rater=riga, values=[1, 1, 1])
    rate(start, lousada, rater=riga, values=[5])
    rate(start, lousada, expert="Ana Expert", values=[1])
    rate(start, lousada, expert="ana expert", values=[3])

    assert [one.others for one in seen(lousada, start)] == [(5, 3), (), ()]
    assert Assessment.objects.count() == 4
    with pytest.raises(TypeError):
        Assessment.objects.first().save()


def test_what_everybody_says_of_a_dimension_stands_side_by_side(client, project, start, lousada, riga):
    first, second, *rest = start.instrument.dimensions.all()
    assess(start, lousada, rater=lousada, ratings={first: (4, ""), second: (2, "")}, by=None)
    assess(start, lousada, rater=riga, ratings={first: (3, "<b>Well</b> begun")}, by=None)

    compared = profile_of(lousada).compared(start)

    assert [(dimension, [rating and rating.value for _one, rating in row]) for dimension, row in compared] == [
        (first, [4, 3]),
        (second, [2, None]),
        *((dimension, [None, None]) for dimension in rest),
    ]
    client.force_login(create_lead(project))
    shown = client.get(reverse("learning:assessed_region", args=["optiwamag", start.instrument_id, lousada.slug])).text
    assert "&lt;b&gt;Well&lt;/b&gt; begun" in shown
    assert "skipped" in shown


def test_a_closed_round_and_an_empty_assessment_are_refused(project, lousada):
    closed = create_assessment_round(project, closes_on=date(2027, 2, 28))
    last_day = create_assessment_round(project, "End", closes_on=TODAY)

    with pytest.raises(RoundIsClosed):
        rate(closed, lousada, rater=lousada, values=[3])
    with pytest.raises(NothingRated):
        rate(last_day, lousada, rater=lousada, values=[])
    at = datetime(2027, 3, 2, tzinfo=UTC)
    with pytest.raises(RoundIsClosed):
        assess(
            last_day,
            lousada,
            rater=lousada,
            ratings={last_day.instrument.dimensions.first(): (3, "")},
            by=None,
            at=at,
        )
    assert rate(last_day, lousada, rater=lousada, values=[3]).kind == "self"


def test_the_database_refuses_what_makes_no_sense(start, lousada, riga):
    for wrong in (
        {"kind": "self", "rater": riga},
        {"kind": "peer", "rater": lousada},
        {"kind": "expert", "rater": None},
        {"kind": "expert", "rater": riga, "expert": "Ana"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.create(round=start, partner=lousada, **wrong)
    assessment = rate(start, lousada, rater=lousada, values=[3])
    with pytest.raises(IntegrityError), transaction.atomic():
        DimensionRating.objects.create(assessment=assessment, dimension=start.instrument.dimensions.last(), value=7)


def test_what_is_missing_is_named_and_a_round_ahead_is_not(project, start, lousada, riga):
    create_assessment_round(project, "Half-way")
    create_assessment_round(project, "End", held_on=date(2027, 9, 1))
    rate(start, lousada, rater=lousada, values=[4, 2])

    [(instrument, found)] = profiles(Instrument.objects.all(), [lousada, riga]).items()

    assert gaps_of(instrument, found, on=TODAY) == [
        "When they took place is not known: Half-way",
        "No rating of any region is known: Half-way",
        "Start: how these rate themselves is not known: Riga Technical University",
        "Start: how others rate these is not known: Municipality of Lousada, Riga Technical University",
    ]
    assert gaps_of_region(found[0], on=TODAY) == [
        "No rating of this region is known: Half-way",
        "Start: how the region rates itself is not known on: Recycling",
        "Start: how others rate the region is not known.",
    ]


def test_nobody_is_sent_to_rate_by_dimensions_that_are_not_there(client, project, start, lousada):
    address = reverse("learning:assessed_region", args=["optiwamag", start.instrument_id, lousada.slug])
    client.force_login(create_lead(project))
    assert "rate it yourselves" in client.get(address).content.decode()

    start.instrument.dimensions.all().delete()

    shown = client.get(address).content.decode()
    assert "By which dimensions the regions are rated is not known." in shown
    assert reverse("learning:add_dimension", args=["optiwamag", start.instrument_id]) in shown
    assert "rate it yourselves" not in shown


# --- Plots -------------------------------------------------------------------------------------------------------


def drawing(plot):
    page = render_to_string("learning/includes/plot.html", {"plot": plot})
    svg = re.search(r'<svg class="plot-drawing(?: radar)?" role="img".*?</desc>.*</svg>', page, re.DOTALL)
    return ElementTree.fromstring(svg.group())  # noqa: S314 - our own text


@pytest.fixture
def three_rounds(project, start, lousada, riga):
    rounds = [start, create_assessment_round(project, "Half-way"), create_assessment_round(project, "End")]
    for round_, values in zip(rounds, ([1, 2, 3], [2, 2, 3], [5, 2, 4]), strict=True):
        rate(round_, lousada, rater=lousada, values=values)
    rate(start, lousada, rater=riga, values=[2])
    return rounds


def test_a_region_has_two_radars_rows_of_marks_and_its_disagreement(three_rounds, lousada):
    plots = {plot.slug: plot for plot in plots_of(profile_of(lousada))}

    assert list(plots) == ["radar-own", "rounds-own", "radar-others", "rounds-others", "disagreement"]
    assert plots["rounds-own"].finding == "“Prevention” rose most from Start to End: by 4.0"
    assert plots["disagreement"].finding == "On “Prevention” the region sees itself 1.0 lower than others do"
    assert plots["radar-own"].shape.legend == [("circle", "Start"), ("square", "Half-way"), ("triangle", "End")]
    assert [[cell.text for cell in row] for row in plots["radar-own"].numbers.rows] == [
        ["Prevention", "1.0", "2.0", "5.0"],
        ["Separate collection", "2.0", "2.0", "2.0"],
        ["Recycling", "3.0", "3.0", "4.0"],
    ]


def test_marks_of_a_radar_lie_on_its_spokes_and_lines_close_only_where_all_is_known(three_rounds, lousada):
    own, others = (plot.shape.drawing for plot in plots_of(profile_of(lousada)) if plot.slug.startswith("radar-"))
    spokes = [[stroke for stroke in drawn.strokes if stroke.style == "axis"] for drawn in (own, others)]

    assert (own.marks[0].x, own.marks[0].y) == ("9.50em", "8.00em")
    assert (own.marks[6].x, own.marks[6].y) == ("9.50em", "2.00em")
    assert list(map(len, spokes)) == [3, 3]
    assert len(own.strokes) == 9 + 3
    assert (len(others.marks), len(others.strokes)) == (1, 3)


def test_drawings_are_well_formed_and_say_all_in_words(three_rounds, lousada):
    for plot in plots_of(profile_of(lousada)):
        description = drawing(plot).find("desc").text
        assert "Prevention" in description and "None" not in description


def test_two_dimensions_make_no_radar(three_rounds, lousada):
    DimensionRating.objects.filter(dimension__name="Recycling").delete()
    Instrument.objects.get().dimensions.get(name="Recycling").delete()

    assert [plot.slug for plot in plots_of(profile_of(lousada))] == ["rounds-own", "rounds-others", "disagreement"]


def test_profiles_take_the_same_queries_for_one_region_and_for_three(project, start, lousada, riga):
    def count():
        with CaptureQueriesContext(connection) as asked:
            profiles(Instrument.objects.all(), project.partners.select_related("organisation"))
        return len(asked)

    rate(start, lousada, rater=riga, values=[3])
    one = count()
    create_partner(project)
    later = create_assessment_round(project, "End")
    rate(later, riga, rater=lousada, values=[3])
    rate(later, riga, rater=riga, values=[3])

    assert count() == one <= 6


def test_page_of_a_region_takes_the_same_queries_for_one_rating_and_for_six(client, project, start, lousada, riga):
    shown = address("assessed_region", start.instrument_id, "lousada")
    client.force_login(create_coordinator(riga))

    def count():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(shown).status_code == 200
        return len(asked)

    rate(start, lousada, rater=riga, values=[3])
    one = count()
    rate(start, lousada, rater=lousada, values=[3, 4])
    rate(create_assessment_round(project, "End"), lousada, rater=riga, values=[3, 4])

    assert count() == one <= 15


# --- Pages -------------------------------------------------------------------------------------------------------


def test_a_coordinator_rates_their_region_and_another_one_as_peer(client, start, lousada, riga):
    first = start.instrument.dimensions.first()
    client.force_login(create_coordinator(riga))

    for partner in (riga, lousada):
        answer = client.post(
            address("rate_region", start.pk, partner.slug, "riga"),
            {f"dimension_{first.pk}": "4", f"remark_{first.pk}": "Two new depots"},
        )
        assert answer.status_code == 302
    again = client.get(address("rate_region", start.pk, "lousada", "riga"))
    shown = client.get(address("assessed_region", start.instrument_id, "lousada")).content.decode()

    assert [(one.kind, one.partner, one.rater) for one in Assessment.objects.order_by("pk")] == [
        ("self", riga, riga),
        ("peer", lousada, riga),
    ]
    assert again.context["form"][f"dimension_{first.pk}"].initial == 4
    assert "Two new depots" in shown


def test_the_lead_writes_an_instrument_and_what_an_expert_says(client, project, lousada):
    client.force_login(create_lead(project))

    client.post(address("add_instrument"), {"name": "Waste in towns"})
    instrument = Instrument.objects.get()
    anchors = {"anchor_1": "Nothing is collected", "anchor_5": "All is collected"}
    client.post(address("add_dimension", instrument.pk), {"name": "Separate collection", **anchors})
    client.post(address("add_assessment_round", instrument.pk), {"name": "Start"})
    dimension, round_ = instrument.dimensions.get(), instrument.rounds.get()
    said = {"expert": "Ana Expert", f"dimension_{dimension.pk}": "2"}
    client.post(address("rate_as_expert", round_.pk, "lousada"), said)
    shown = client.get(address("assessments")).content.decode()

    assert [(one.kind, one.expert, one.rater) for one in Assessment.objects.all()] == [("expert", "Ana Expert", None)]
    assert (dimension.position, round_.position) == (1, 1)
    assert "not itself, 0 peers, 1 expert" in shown and "Nothing is collected" in shown


def test_wrong_ratings_are_told_and_nothing_is_lost(client, start, lousada):
    first, second, _third = start.instrument.dimensions.all()
    client.force_login(create_coordinator(lousada))
    path = address("rate_region", start.pk, "lousada", "lousada")

    seven = client.post(path, {f"dimension_{first.pk}": "7", f"remark_{first.pk}": "Very good"})
    empty = client.post(path, {})
    remark = client.post(path, {f"dimension_{first.pk}": "3", f"remark_{second.pk}": "No idea"})

    assert [answer.status_code for answer in (seven, empty, remark)] == [422, 422, 422]
    assert "Choose a number from 1 to 5, or skip this dimension." in seven.content.decode()
    assert "Very good" in seven.content.decode()
    assert "Choose a number for at least one dimension." in empty.content.decode()
    assert "Choose a number too, or take the remark away." in remark.content.decode()
    assert not Assessment.objects.exists()


def test_a_round_that_closed_meanwhile_keeps_what_was_typed(client, start, lousada):
    first = start.instrument.dimensions.first()
    client.force_login(create_coordinator(lousada))
    start.closes_on = date(2027, 2, 1)
    start.save()
    path = address("rate_region", start.pk, "lousada", "lousada")

    answer = client.post(path, {f"dimension_{first.pk}": "4", f"remark_{first.pk}": "Two new depots"})

    assert answer.status_code == 422
    assert "This round is closed: nothing was stored." in answer.content.decode()
    assert "Two new depots" in answer.content.decode()
    assert "This round is closed since the end of" in client.get(path).content.decode()


def test_a_dimension_with_ratings_stays_and_names_are_there_once(client, project, start, lousada):
    first, second, _third = start.instrument.dimensions.all()
    rate(start, lousada, rater=lousada, values=[3])
    client.force_login(create_lead(project))
    anchors = {"anchor_1": "little", "anchor_5": "much"}

    rated = client.post(address("edit_dimension", first.pk), {"name": "Avoidance", **anchors})
    free = client.post(address("edit_dimension", second.pk), {"name": "Collection", **anchors})
    twice = client.post(address("add_assessment_round", start.instrument_id), {"name": "Start"})
    same = client.post(address("add_instrument"), {"name": "Waste in towns"})

    assert (rated.status_code, free.status_code) == (422, 302)
    assert "so it stays as it is" in rated.content.decode() and "Avoidance" in rated.content.decode()
    assert "The instrument has one of this name." in twice.content.decode()
    assert "The project has an instrument of this name." in same.content.decode()


def test_whoever_was_slower_with_a_name_is_told(start):
    instrument = start.instrument
    forms = [
        InstrumentForm({"name": "Later"}, instance=Instrument(project=instrument.project)),
        AssessmentRoundForm({"name": "Later"}, instance=AssessmentRound(instrument=instrument)),
    ]
    assert all(form.is_valid() for form in forms)
    Instrument.objects.create(project=instrument.project, name="Later")
    create_assessment_round(instrument.project, "Later")

    assert [form.store() for form in forms] == [False, False]
    assert all("name" in form.errors for form in forms)


def test_who_reads_and_who_writes(client, project, start, lousada, riga):
    dimension = start.instrument.dimensions.first()
    elsewhere = create_partner(create_project(), slug="elsewhere")
    pages = [
        address("assessments"),
        address("assessed_region", start.instrument_id, "lousada"),
        address("rate_region", start.pk, "lousada", "riga"),
        address("rate_region", start.pk, "riga", "lousada"),
        address("rate_as_expert", start.pk, "lousada"),
        address("add_instrument"),
        address("edit_instrument", start.instrument_id),
        address("add_dimension", start.instrument_id),
        address("edit_dimension", dimension.pk),
        address("add_assessment_round", start.instrument_id),
        address("edit_assessment_round", start.pk),
        address("rate_region", start.pk, "elsewhere", "riga"),
        address("rate_region", start.pk, "riga", "elsewhere"),
        address("assessed_region", start.instrument_id, "elsewhere"),
    ]

    def statuses(user):
        client.force_login(user)
        return [client.get(page).status_code for page in pages]

    assert statuses(create_lead(project)) == [200] * 11 + [404] * 3
    assert statuses(create_coordinator(riga, "Dora")) == [200, 200, 200] + [404] * 11
    assert statuses(create_coordinator(elsewhere, "Charlie")) == [404] * 14
