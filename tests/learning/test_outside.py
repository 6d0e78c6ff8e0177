"""What leaves the team: no group of fewer than five people, and none that is found by subtraction."""

import json
from datetime import UTC, date, datetime
from itertools import count

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from learning.models import Indicator
from learning.plots import Cell, Numbers, matrix_plot
from learning.reports.counted import counted, says
from learning.reports.document import document
from learning.reports.formats import FORMATS
from learning.reports.freezing import content_of, freeze
from learning.reports.outside import for_outside, plot_for_outside, too_small
from learning.reports.semester import semester_report
from learning.reports.subject import ProgrammeSubject
from tests.factories import (
    create_event,
    create_feedback,
    create_kind,
    create_lead,
    create_organisation,
    create_outcome,
    create_partner,
    create_project,
    create_registration,
    create_semester,
    record_attendance,
)

FEBRUARY = datetime(2027, 2, 15, 12, tzinfo=UTC)
CUT_OFF = datetime(2027, 2, 20, 9, tzinfo=UTC)
WITHHELD = "withheld"
_guests = count(1)


# --- The rule ----------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.integers(0, 9), st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=8))
def test_what_is_told_is_small_nowhere_and_what_is_not_told_hides_itself(groups):
    withheld = too_small(groups)

    told = [counts for key, counts in groups.items() if key not in withheld]
    assert not any(0 < n < 5 for counts in told for n in counts)
    if not any(0 < n < 5 for counts in groups.values() for n in counts):
        assert withheld == set()
    for place in (0, 1):
        rest = [groups[key][place] for key in withheld]
        somebody_is_told = any(any(counts) for counts in told)
        assert not somebody_is_told or not any(rest) or (sum(rest) >= 5 and sum(map(bool, rest)) > 1)


def test_next_smallest_group_hides_a_single_small_one():
    assert too_small({"NL": [20], "SE": [9], "IT": [3]}) == {"IT", "SE"}
    assert too_small({"NL": [20], "SE": [9], "IT": [3], "PT": [3]}) == {"IT", "PT"}
    assert too_small({"NL": [20], "SE": [9], "IT": [1], "PT": [1]}) == {"IT", "PT", "SE"}
    assert too_small({"NL": [20], "SE": [9]}) == set()
    assert too_small({"NL": [9], "IT": [0], "PT": [4]}) == {"NL", "PT"}


# --- A report ----------------------------------------------------------------------------------------------------


def attend(event, people, *, country, organisation=None, answers=0, outcome=None):
    for n in range(people):
        registration = create_registration(
            event,
            f"Guest {next(_guests)}",
            joined_at=FEBRUARY,
            confirmed_at=FEBRUARY,
            country=country,
            organisation=organisation,
        )
        record_attendance(registration, happened_at=FEBRUARY, recorded_at=FEBRUARY)
        if n < answers:
            create_feedback(registration, (outcome, 2, 4), given_at=FEBRUARY)


@pytest.fixture
def project(db):
    project = create_project(acronym="S3CHEM", slug="s3chem")
    create_semester(project)
    city, lab = create_organisation(name="City", kind="local"), create_organisation(name="Lab", kind="research")
    create_partner(project, organisation=city, number=1)
    create_partner(project, organisation=lab, number=2)
    held = {"status": Event.Status.HELD, "starts_on": date(2027, 2, 10), "ends_on": date(2027, 2, 11)}
    conference, visit, dinner = (
        create_event(project, title=title, kind=create_kind(kind, counts_as=counting), **held)
        for title, kind, counting in (
            ("Conference", "final-conference", "public"),
            ("Visit", "study-visit", "targeted"),
            ("Meeting", "partner-meeting", "internal"),
        )
    )
    outcome = create_outcome(conference)
    attend(conference, 20, country="NL", organisation=city, answers=8, outcome=outcome)
    attend(conference, 7, country="SE", organisation=lab)
    attend(visit, 9, country="NL", organisation=city, answers=3, outcome=create_outcome(visit))
    attend(visit, 2, country="IT")
    attend(dinner, 3, country="NL", organisation=lab)
    return project


def said(project):
    return document(semester_report(project, project.semesters.get(), at=CUT_OFF))


def by_key(items):
    return {item["key"]: item for item in items}


def cells(content, table):
    [found] = [each for each in content["tables"] if each["key"] == table]
    keys = [column["key"] for column in found["columns"]]
    return [dict(zip(keys, row["cells"], strict=True)) for row in found["rows"]]


def test_groups_of_the_tables_are_withheld_with_the_next_smallest(project):
    content = for_outside(said(project))

    assert {table["key"] for table in content["tables"]}.isdisjoint({"participations", "people"})
    assert [
        (row["title"], row["registered"], row["attended"], row["feedback"]) for row in cells(content, "events")
    ] == [
        ("Conference", 27, 27, WITHHELD),
        ("Visit", WITHHELD, WITHHELD, WITHHELD),
        ("Meeting", WITHHELD, WITHHELD, 0),
    ]
    assert [(row["name"], row["people"]) for row in cells(content, "countries")] == [
        ("Netherlands", 32),
        ("Sweden", WITHHELD),
        ("Italy", WITHHELD),
    ]
    assert [row["answers"] for row in cells(content, "outcomes")] == [8, WITHHELD]
    assert by_key(content["facts"])["small-groups"]["value"].startswith("Fewer than 5 people are withheld")


def test_what_is_told_of_a_whole_leaves_no_small_rest(project):
    whole, content = said(project), for_outside(said(project))
    numbers = {key: number["value"] for key, number in by_key(whole["numbers"]).items()}

    for table, column, number in (
        ("events", "attended", "participations"),
        ("events", "registered", "registered"),
        ("events", "feedback", "feedback"),
        ("countries", "people", "people"),
        ("countries", "participations", "participations"),
        ("organisation-kinds", "people", "people"),
    ):
        told = [row[column] for row in cells(content, table) if row[column] != WITHHELD]
        assert not any(0 < n < 5 for n in told), (table, column)
        assert not 0 < numbers[number] - sum(told) < 5, (table, column)


def test_plots_say_neither_the_numbers_nor_what_they_found_of_them(project):
    whole, content = by_key(said(project)["plots"]), by_key(for_outside(said(project))["plots"])

    assert whole["countries"]["finding"] == "Largest group: Netherlands, 32 of 41 people"
    countries = content["countries"]
    assert countries["finding"] == "People who attended, by country"
    assert countries["summary"] == "Netherlands: 32; Sweden: withheld; Italy: withheld"
    assert countries["rows"] == [
        ["Netherlands", "32", "32"],
        ["Sweden", WITHHELD, WITHHELD],
        ["Italy", WITHHELD, WITHHELD],
    ]
    assert [[value["number"] for value in values] for _label, values in countries["drawn"]["rows"]] == [[32], [0], [0]]
    assert content["attendance"]["rows"] == [
        ["Conference", "27", "27"],
        ["Visit", WITHHELD, WITHHELD],
        ["Meeting", WITHHELD, WITHHELD],
    ]
    # Of events there is nothing to withhold.
    assert content["kinds"] == whole["kinds"]
    assert "41" not in content["organisation-kinds"]["summary"]


def test_matrix_is_a_whole_in_both_directions():
    columns = [("1", "City"), ("2", "Lab"), ("3", "Fund")]
    rows = [("Conference", [20, 7, 9]), ("Visit", [9, 3, 8]), ("Meeting", [30, 8, 2]), ("Fair", [6, 0, 6])]
    numbers = Numbers(
        ("Event", "City", "Lab", "Fund"), [[Cell(label), *(Cell(str(n)) for n in row)] for label, row in rows]
    )
    plot = matrix_plot(
        columns,
        rows,
        slug="partners",
        finding="Most partners at one event: 3 of 3, Conference",
        measure="People of each partner",
        n=108,
        summary="City: 65 participations at 4 events",
        numbers=numbers,
    )

    shown = plot_for_outside(plot)

    # The eights would tell the three and the two beside and below them; nobody looks as few do.
    assert shown.shape.rows == [
        ("Conference", [20, 7, 9]),
        ("Visit", [9, 0, 0]),
        ("Meeting", [30, 0, 0]),
        ("Fair", [6, 0, 6]),
    ]
    assert [[cell.text for cell in row[1:]] for row in shown.numbers.rows] == [
        ["20", "7", "9"],
        ["9", WITHHELD, WITHHELD],
        ["30", WITHHELD, WITHHELD],
        ["6", WITHHELD, "6"],
    ]
    assert (shown.finding, shown.summary.partition(";")[0]) == ("People of each partner", "Conference: 20, 7, 9")


def test_plot_of_small_groups_alone_is_not_drawn(project):
    assert by_key(said(project)["plots"])["partners"]["drawn"]["rows"] == [
        ["Conference", [20, 7]],
        ["Visit", [9, 0]],
        ["Meeting", [0, 3]],
    ]
    assert "partners" not in by_key(for_outside(said(project))["plots"])


def test_indicators_tell_no_few_people_nor_lack_few(project):
    programme = project.programme
    for code, rule, counts_as in (
        ("all", "participations", []),
        ("invited", "participations", ["targeted", "public"]),
        ("public", "participations", ["public"]),
        ("internal", "people", ["internal"]),
        ("few-events", "events", []),
    ):
        Indicator.objects.create(programme=programme, code=code, name=code, unit="", rule=rule, counts_as=counts_as)

    whole, content = by_key(said(project)["indicators"]), by_key(for_outside(said(project))["indicators"])

    assert {key: each["value"] for key, each in whole.items()} == {
        "all": 41,
        "invited": 38,
        "public": 27,
        "internal": 3,
        "few-events": 3,
    }
    assert {key: each["value"] for key, each in content.items()} == {
        "all": WITHHELD,
        "invited": WITHHELD,
        "public": 27,
        "internal": WITHHELD,
        "few-events": 3,
    }


def test_indicators_of_a_version_that_does_not_say_what_they_count_are_taken_for_people(project):
    Indicator.objects.create(programme=project.programme, code="events", name="", unit="", rule="events")
    Indicator.objects.create(programme=project.programme, code="people", name="", unit="", rule="people")
    content = said(project)
    for indicator in content["indicators"]:
        del indicator["counts"]

    told = {key: each["value"] for key, each in by_key(for_outside(content)["indicators"]).items()}

    assert told == {"events": WITHHELD, "people": 41}


def test_few_people_at_all_are_told_in_no_number_and_no_plot(db):
    project = create_project()
    create_semester(project)
    event = create_event(
        project, status=Event.Status.HELD, starts_on=date(2027, 2, 10), ends_on=date(2027, 2, 10), title="Visit"
    )
    attend(event, 3, country="NL", organisation=create_organisation(kind="local"))

    content = for_outside(said(project))

    numbers = {key: number["value"] for key, number in by_key(content["numbers"]).items()}
    assert {numbers[key] for key in ("registered", "participations", "people", "answer-rate")} == {WITHHELD}
    assert (numbers["events"], numbers["organisations"], numbers["feedback"]) == (1, 1, 0)
    assert {plot["key"] for plot in content["plots"]} == {"kinds"}


def test_projects_of_a_programme_are_a_whole_too(project):
    for n, people in enumerate((30, 2)):
        other = create_project(programme=project.programme, acronym=f"OTHER{n}")
        event = create_event(other, status=Event.Status.HELD, starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 1))
        attend(event, people, country="NL")
    Indicator.objects.create(programme=project.programme, code="people", name="", unit="", rule="people")
    Indicator.objects.create(programme=project.programme, code="events", name="", unit="", rule="events")

    content = for_outside(says(counted(ProgrammeSubject(project.programme), at=CUT_OFF)))

    assert [(row["project"], row["people"]) for row in cells(content, "projects")] == [
        ("OTHER0", WITHHELD),
        ("OTHER1", WITHHELD),
        ("S3CHEM", 41),
    ]
    assert {(row["project"], row["indicator"]): row["value"] for row in cells(content, "indicators")} == {
        ("OTHER0", "people"): WITHHELD,
        ("OTHER1", "people"): WITHHELD,
        ("S3CHEM", "people"): 41,
        ("OTHER0", "events"): 1,
        ("OTHER1", "events"): 1,
        ("S3CHEM", "events"): 3,
    }
    assert by_key(content["plots"])["projects"]["rows"] == [
        ["S3CHEM", "41", "41"],
        ["OTHER0", WITHHELD, WITHHELD],
        ["OTHER1", WITHHELD, WITHHELD],
    ]


def test_it_says_so_in_the_language_of_the_document(project):
    content = said(project)
    with translation.override("it"):
        assert for_outside(content) == for_outside(content | {"language": "en"})


# --- Files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.usefixtures("clock")
def test_each_file_can_be_had_for_outside_from_the_page_the_command_and_a_version(
    client, project, extension, capfdbinary
):
    client.force_login(create_lead(project))
    report = semester_report(project, project.semesters.get(), at=CUT_OFF)
    version = freeze(report, by=None)
    of_report = {"project": "s3chem", "number": 1, "extension": extension}
    asked = {"at": "2027-02-20T09:00:00Z", "for": "outside"}

    live = client.get(reverse("learning:report_file", kwargs=of_report), asked)
    frozen = client.get(reverse("learning:frozen_report_file", kwargs={**of_report, "version": 1}), asked)
    call_command("report", "s3chem", "1", "--outside", format=extension, at="2027-02-20T09:00:00Z")

    assert live.content == FORMATS[extension].make(for_outside(document(report)))
    assert frozen.content == FORMATS[extension].make(for_outside(content_of(version)))
    assert capfdbinary.readouterr().out == live.content
    assert f"report-s3chem-1-outside.{extension}" in live.headers["Content-Disposition"]


@pytest.mark.usefixtures("clock")
def test_table_of_persons_is_not_there_for_outside(client, project):
    client.force_login(create_lead(project))
    address = reverse("learning:report_table", kwargs={"project": "s3chem", "number": 1, "table": "people"})

    assert client.get(address).status_code == 200
    assert client.get(address, {"for": "outside"}).status_code == 404


@pytest.mark.usefixtures("clock")
def test_file_of_a_plot_is_for_others_also_of_a_version(client, project):
    client.force_login(create_lead(project))
    freeze(semester_report(project, project.semesters.get(), at=CUT_OFF), by=None)
    of_plot = {"project": "s3chem", "number": 1, "plot": "countries"}
    at = {"at": "2027-02-20T09:00:00Z"}

    for name, more in (("report_plot", {}), ("frozen_report_plot", {"version": 1})):
        table = client.get(reverse(f"learning:{name}", kwargs={**of_plot, **more, "extension": "csv"}), at)
        drawing = client.get(reverse(f"learning:{name}", kwargs={**of_plot, **more, "extension": "svg"}), at)
        assert table.content.decode("utf-8-sig").splitlines()[1:] == [
            '"Netherlands","32","32"',
            '"Sweden","withheld","withheld"',
            '"Italy","withheld","withheld"',
        ]
        assert b"Italy: withheld" in drawing.content
        assert (
            client.get(
                reverse(f"learning:{name}", kwargs={**of_plot, **more, "plot": "nothing", "extension": "svg"}), at
            ).status_code
            == 404
        )


def test_what_was_recorded_since_a_version_stays_inside(project):
    report = semester_report(project, project.semesters.get(), at=CUT_OFF)
    version = content_of(freeze(report, by=None))
    version["frozen"]["since"] = [{"key": "x", "event": "Visit", "texts": ["1 record of attendance"]}]

    content = for_outside(json.loads(json.dumps(version)))

    assert content["frozen"] == version["frozen"] | {"since": []}
