"""Plots: in proportion, in words, readable without colour, safe with any text."""

import itertools
import json
import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from events.models import Event
from learning.models import Wish
from learning.plots import (
    Cell,
    Numbers,
    Pair,
    Panel,
    Series,
    Value,
    bar_plot,
    dumbbell_plot,
    marks_plot,
    matrix_plot,
    one_decimal,
    radar_plot,
    stack_plot,
    steps_plot,
)
from learning.plots.drawing import in_parts
from learning.plots.files import as_svg
from learning.plots.stored import restored, stored
from learning.reports.figures import figure
from learning.reports.plots import plots
from learning.reports.semester import report_on, semester_report
from learning.reports.subject import Kind, Subject
from registrations.models import Invitation
from tests.factories import (
    create_action,
    create_delegation,
    create_event,
    create_feedback,
    create_kind,
    create_organisation,
    create_outcome,
    create_partner,
    create_plan,
    create_practice,
    create_project,
    create_registration,
    create_semester,
    say,
)

from .held import FEBRUARY, attend

CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = datetime(2027, 3, 2, 9, tzinfo=UTC)
WORDS = {
    "slug": "kinds",
    "finding": "Most frequent: study visits",
    "measure": "Events held",
    "n": 3,
    "summary": "Study visits: 2; seminars: 1",
    "numbers": Numbers(("Kind", "Events"), [(Cell("Study visits"), Cell("2"))]),
}


def drawing(plot):
    """The SVG of a plot, parsed: it must be well-formed XML."""
    page = render_to_string("learning/includes/plot.html", {"plot": plot, "report": Report()})
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", page, re.DOTALL).group())  # noqa: S314 - our own text


class Report:
    at = CUT_OFF


# --- Placing -----------------------------------------------------------------------------------------------------


def test_bars_start_at_zero_and_are_in_proportion():
    plot = bar_plot([(name, [Value(n, str(n))]) for name, n in (("a", 40), ("b", 10), ("c", 0))], **WORDS)

    assert [bar.width for bar in plot.shape.drawing.rects] == ["85.00%", "21.25%", "0.00%"]
    assert {bar.get("x") for bar in drawing(plot).iter("rect")} == {"0%"}


def test_bars_do_not_lie_on_each_other_nor_on_their_labels():
    rows = [(f"A label {'that is long ' * k}", [Value(2, "2 registered"), Value(1, "1 attended")]) for k in range(5)]

    drawn = bar_plot(rows, **WORDS).shape.drawing

    labels = [words for words in drawn.words if not words.dx]
    em = lambda length: float(length.removesuffix("em"))  # noqa: E731
    lines = sorted(
        [(em(bar.y), em(bar.y) + em(bar.height)) for bar in drawn.rects]
        + [(em(label.y) - 0.9, em(label.y)) for label in labels]
    )
    assert all(upper[1] <= lower[0] for upper, lower in itertools.pairwise(lines))
    assert lines[-1][1] <= em(drawn.height)


def test_all_zero_draws_no_bar_and_divides_by_nothing():
    assert [bar.width for bar in bar_plot([("a", [Value(0, "0")])], **WORDS).shape.drawing.rects] == ["0.00%"]
    assert bar_plot([], **WORDS).shape.drawing.is_empty


def test_long_label_wraps_and_is_cut_after_three_lines():
    plot = bar_plot([("Datenschutzgrundverordnungshinweise " * 9, [Value(1, "1")])], **WORDS)

    labels = [words.text for words in plot.shape.drawing.words if not words.dx]
    assert len(labels) == 3
    assert labels[-1].endswith(" …")
    assert max(map(len, labels)) <= 38


def test_dumbbell_stands_on_a_scale_from_1_to_5_with_its_numbers_outside():
    plot = dumbbell_plot([("rise", Pair(1, 5)), ("fall", Pair(4, 2)), ("same", Pair(3, 3))], **WORDS)

    drawn = plot.shape.drawing
    assert [(mark.shape, mark.x) for mark in drawn.marks] == [
        ("circle", "12.00%"),
        ("disc", "88.00%"),
        ("circle", "69.00%"),
        ("disc", "31.00%"),
        ("circle", "50.00%"),
        ("disc", "50.00%"),
    ]
    assert [(words.x, words.text) for words in drawn.words if words.anchor == "middle"] == [
        ("12.00%", "1"),
        ("31.00%", "2"),
        ("50.00%", "3"),
        ("69.00%", "4"),
        ("88.00%", "5"),
    ]
    anchors = [text.get("text-anchor") for text in drawing(plot).iter("text") if text.get("dx")]
    assert anchors == ["end", None, None, "end", "end", None]


def test_means_are_written_as_the_language_does_and_lengths_never():
    with translation.override("it"):
        plot = dumbbell_plot([("a", Pair(2.44, 3.96))], **WORDS)

        assert [words.text for words in plot.shape.drawing.words if words.dx] == ["2,4", "4,0"]
        assert not [value for element in drawing(plot).iter() for value in element.attrib.values() if "," in value]
    assert [one_decimal(value) for value in (2.44, 2.45, 3.96, 11 / 3)] == ["2.4", "2.5", "4.0", "3.7"]


def test_cells_of_a_matrix_fill_its_width_and_the_larger_half_is_darker():
    drawn = matrix_plot(
        [("1", "Lahti"), ("2", "Riga")], [("Visit", [3, 0]), ("Seminar", [1, 2])], **WORDS
    ).shape.drawing

    assert [(rect.style, rect.x, rect.width) for rect in drawn.rects] == [
        ("cell-many", "1.50%", "47.00%"),
        ("cell-none", "51.50%", "47.00%"),
        ("cell-few", "1.50%", "47.00%"),
        ("cell-many", "51.50%", "47.00%"),
    ]
    assert [words.text for words in drawn.words if words.style] == ["1", "2", "3", "·", "1", "2"]
    assert matrix_plot([], [], **WORDS).shape.drawing.rects == []


def test_pieces_of_a_stack_lie_beside_each_other_from_zero_and_neighbours_differ_without_colour():
    columns = [(f"S{k}", f"Semester {k}") for k in range(1, 6)]

    drawn = stack_plot(columns, [("Visits", [2, 1, 3, 0, 2]), ("Seminars", [0, 4, 0, 0, 0])], **WORDS).shape.drawing

    assert [(rect.style, rect.x, rect.width) for rect in drawn.rects] == [
        ("stack-solid", "0.00%", "21.25%"),
        ("stack-light", "21.25%", "10.62%"),
        ("stack-hatched", "31.88%", "31.88%"),
        # The fifth begins anew.
        ("stack-solid", "63.75%", "21.25%"),
        ("stack-light", "0.00%", "42.50%"),
    ]
    assert [words.text for words in drawn.words] == ["Visits", "S1", "S2", "S3", "S5", "8", "Seminars", "S2", "4"]
    hatching = [float(stroke.x1[:-1]) for stroke in drawn.strokes]
    assert 31.87 <= min(hatching) <= max(hatching) <= 31.87 + 31.88
    # Nothing is drawn through the name in the middle.
    assert [x for x in hatching if 46 < x < 49] == []


def test_piece_that_is_too_narrow_for_its_name_has_none():
    drawn = stack_plot([("S1", "One"), ("S2", "Two")], [("Visits", [1, 30])], **WORDS).shape.drawing

    assert [words.text for words in drawn.words] == ["Visits", "S2", "31"]
    assert stack_plot([], [], **WORDS).shape.drawing.is_empty


def test_steps_go_up_and_down_to_the_last_day_below_the_most_there_can_be():
    days = [(date(2027, 3, 1), 4), (date(2027, 3, 5), 8), (date(2027, 3, 6), 6)]
    until = date(2027, 3, 11)

    drawn = steps_plot([Panel("Visit", days, 8)], until=until, ends=("1 March", "11 March"), **WORDS).shape.drawing

    steps = [(s.x1, s.y1, s.x2, s.y2) for s in drawn.strokes if s.style == "step"]
    floor = next(s.y1 for s in drawn.strokes if s.style == "axis")
    assert steps[0] == ("0.00%", floor, "0.00%", floor)
    assert steps[-1][2] == "86.00%"
    assert {steps[k][2:] == steps[k + 1][:2] for k in range(len(steps) - 1)} == {True}
    heights = [float(floor[:-2]) - float(step[3][:-2]) for step in steps[1:]]
    assert [round(height, 2) for height in heights] == [2, 2, 4, 4, 3, 3]
    assert [s.y1 for s in drawn.strokes if s.style == "most"] == [steps[3][3]]


def test_numbers_of_steps_do_not_lie_on_each_other_and_no_limit_draws_none():
    day = date(2027, 3, 1)
    for number in (39, 40, 41):
        plot = steps_plot([Panel("Visit", [(day, number)], 40)], until=day, ends=("", ""), **WORDS)
        heights = sorted(float(words.y[:-2]) for words in plot.shape.drawing.words if words.dx)
        assert len(heights) == 1 + (number != 40)
        assert all(lower - upper >= 1.05 for upper, lower in itertools.pairwise(heights))

    unlimited = steps_plot([Panel("Visit", [(day, 3)], None)], until=day, ends=("", ""), **WORDS).shape.drawing

    assert [stroke for stroke in unlimited.strokes if stroke.style == "most"] == []


def test_a_file_has_its_lengths_in_pixels():
    drawn = bar_plot([("a", [Value(40, "40")])], **WORDS).shape.drawing.in_pixels(700, 10)

    assert (drawn.rects[0].width, drawn.rects[0].height) == ("595.0", "11.0")
    # Half an em beside its bar.
    assert drawn.words[1].x == "600.0"
    assert drawn.width == "700.0"


def test_a_drawing_is_cut_between_rows_into_parts_that_a_page_holds():
    rows = [(f"Row {k}", [k, 9]) for k in range(5)]
    drawn = matrix_plot([("1", "Lahti"), ("2", "Riga")], rows, **WORDS).shape.drawing.in_pixels(700, 10)

    parts = in_parts(drawn, 100)

    assert in_parts(drawn, 1000) == [drawn]
    assert all(float(part.height) <= 120 for part in parts)
    assert [word.text for part in parts for word in part.words if word.text.startswith("Row")] == [
        label for label, _row in rows
    ]
    assert sum(len(part.rects) for part in parts) == len(drawn.rects)
    # The columns keep their headings, and nothing lies outside its part or above the headings.
    assert [[word.text for word in part.words if word.style == "heading"] for part in parts] == [["1", "2"]] * len(
        parts
    )
    for part in parts:
        tops = [float(rect.y) for rect in part.rects]
        assert max(tops) < float(part.height)
        assert min(tops) > max(float(word.y) for word in part.words if word.style == "heading")


SHAPES = [
    bar_plot([("a", [Value(1, "1", "hollow")])], **WORDS),
    dumbbell_plot([("a", Pair(1, 2.5))], **WORDS),
    radar_plot(["a", "b", "c"], [Series("Start", [1, None, 3])], **WORDS),
    marks_plot(["a"], [Series("Start", [1]), Series("End", [4])], **WORDS),
    matrix_plot([("1", "Lahti")], [("Visit", [3])], **WORDS),
    stack_plot([(f"S{k}", f"Semester {k}") for k in range(4)], [("Visit", [1, 2, 3, 4])], **WORDS),
    steps_plot(
        [Panel("Visit", [(date(2027, 3, 1), 4)], None)], until=date(2027, 3, 2), ends=("1 March", "2 March"), **WORDS
    ),
]


@pytest.mark.parametrize("plot", SHAPES, ids=lambda plot: plot.shape.NAME)
def test_each_shape_is_drawn_alike_once_it_was_stored_as_text(plot):
    again = restored(json.loads(json.dumps(stored(plot))))

    assert again.shape.drawing == plot.shape.drawing
    assert (list(again.shape.legend), list(again.shape.names)) == (list(plot.shape.legend), list(plot.shape.names))
    assert stored(again) == json.loads(json.dumps(stored(plot)))


@pytest.mark.parametrize("plot", SHAPES, ids=lambda plot: plot.shape.NAME)
def test_each_shape_is_a_file_with_numbers_that_svg_reads(plot):
    with translation.override("it"):
        file = ElementTree.fromstring(as_svg(plot, at=CUT_OFF))  # noqa: S314 - our own text

    assert (file.get("role"), file[0].text, file[1].text) == ("img", WORDS["finding"], WORDS["summary"])
    lengths = [
        element.get(name)
        for element in file.iter()
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height")
        if element.get(name)
    ]
    assert [length for length in lengths if not re.fullmatch(r"-?[\d.]+|100%", length)] == []


# --- Reading -----------------------------------------------------------------------------------------------------


def test_drawing_is_a_named_image_with_a_summary():
    svg = drawing(bar_plot([("Study visits", [Value(2, "2")])], **WORDS))

    assert (svg.get("role"), svg.get("aria-labelledby"), svg.get("aria-describedby")) == (
        "img",
        "plot-kinds-title",
        "plot-kinds-summary",
    )
    assert [(element.tag, element.get("id"), element.text) for element in svg[:2]] == [
        ("title", "plot-kinds-title", "Most frequent: study visits"),
        ("desc", "plot-kinds-summary", "Study visits: 2; seminars: 1"),
    ]


def test_text_is_escaped():
    svg = drawing(bar_plot([('</text><script>"&', [Value(1, "<b>")])], **WORDS))

    assert [text.text for text in svg.iter("text")] == ['</text><script>"&', "<b>"]
    assert list(svg.iter("script")) == []


def test_drawing_has_no_style_of_its_own():
    svg = drawing(dumbbell_plot([("a", Pair(1, 2))], **WORDS))

    attributes = {name for element in svg.iter() for name in element.attrib}
    assert not attributes & {"style", "fill", "stroke", "font-size", "viewBox", "onload"}


# --- What a report finds -----------------------------------------------------------------------------------------


@pytest.fixture
def project(db):
    project = create_project()
    create_semester(project)
    return project


def create_held_event(project, kind="study-visit", **fields):
    fields = {"status": Event.Status.HELD, "starts_on": date(2027, 2, 10), "ends_on": date(2027, 2, 11), **fields}
    return create_event(project, kind=create_kind(kind), **fields)


def found(project):
    report = semester_report(project, project.semesters.get(), at=CUT_OFF)
    return {plot.slug: plot for plot in plots(report)}


def test_without_records_there_is_nothing_to_draw(project):
    assert found(project) == {}


def test_title_names_the_most_frequent_kind_only_when_there_is_one(project):
    create_held_event(project, "study-visit")
    assert found(project)["kinds"].finding == "The only event is of the kind: Study visits"

    create_held_event(project, "seminar")
    assert found(project)["kinds"].finding == "2 events of 2 kinds"

    create_held_event(project, "seminar")
    plot = found(project)["kinds"]
    assert plot.finding == "Most frequent: Seminars, 2 of 3"
    assert plot.summary == "Seminars: 2; Study visits: 1"
    assert [[cell.text for cell in row] for row in plot.numbers.rows] == [
        ["Seminars", "Targeted: partners and invited stakeholders", "2"],
        ["Study visits", "Targeted: partners and invited stakeholders", "1"],
    ]


def test_kinds_of_a_project_are_stacked_by_semester_up_to_the_own_of_the_report(project):
    second = create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    create_semester(project, number=3, starts_on=date(2028, 1, 1), ends_on=date(2028, 6, 30))
    create_held_event(project, "study-visit")
    create_held_event(project, "seminar")
    for kind, day in (("seminar", date(2027, 9, 1)), ("seminar", date(2027, 9, 2)), ("workshop", date(2028, 2, 1))):
        create_held_event(project, kind, starts_on=day, ends_on=day)
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_held_event(project, "workshop", **unknown)
    at = datetime(2028, 3, 1, 9, tzinfo=UTC)

    of_second = plots(semester_report(project, second, at=at))[0]
    to_date = plots(report_on(Subject(Kind.PROJECT, project), at=at))[0]

    assert (of_second.finding, of_second.n) == ("2 events in semester 2, after 2 in semester 1", 4)
    assert of_second.shape.columns == [("S1", "Semester 1"), ("S2", "Semester 2")]
    assert of_second.shape.rows == [("Seminars", [1, 2]), ("Study visits", [1, 0])]
    assert [[(cell.text, cell.figure, cell.semester) for cell in row[2:]] for row in of_second.numbers.rows] == [
        [("1", "kind-seminar", 1), ("2", "kind-seminar", 2), ("3", "", None)],
        [("1", "kind-study-visit", 1), ("0", "", None), ("1", "", None)],
    ]
    assert (to_date.finding, to_date.n) == ("Most frequent: Seminars, 3 of 6", 6)
    assert [name for _short, name in to_date.shape.columns] == [
        "Semester 1",
        "Semester 2",
        "Semester 3",
        "In no semester",
    ]
    assert to_date.shape.rows == [
        ("Seminars", [1, 2, 0, 0]),
        ("Workshops", [0, 0, 1, 1]),
        ("Study visits", [1, 0, 0, 0]),
    ]
    assert [row[-1].figure for row in to_date.numbers.rows] == ["kind-seminar", "kind-workshop", "kind-study-visit"]


def test_registered_and_attended_are_told_apart_by_words_and_shape(project):
    event = create_held_event(project, title="Visit to Lahti")
    attend(event, "Alice")
    for person in ("Bob", "Dan"):
        create_registration(event, person, joined_at=FEBRUARY, confirmed_at=FEBRUARY)

    plot = found(project)["attendance"]

    assert plot.finding == "1 of 3 registrations with a place were used (33 %)"
    [(_label, values)] = plot.shape.rows
    assert [(value.text, value.style) for value in values] == [("3 registered", "hollow"), ("1 attended", "solid")]
    assert [[(cell.text, cell.figure) for cell in row] for row in plot.numbers.rows] == [
        [("Visit to Lahti", ""), ("3", f"registered-{event.slug}"), ("1", f"attended-{event.slug}")]
    ]


def test_countries_are_sorted_bars(project):
    event = create_held_event(project)
    for person, country in (("Ann", "SE"), ("Ben", "NL"), ("Cor", "NL")):
        attend(event, person, country=country)

    plot = found(project)["countries"]

    assert plot.finding == "Largest group: Netherlands, 2 of 3 people"
    assert plot.shape.rows == [("Netherlands", [Value(2, "2")]), ("Sweden", [Value(1, "1")])]


def test_kinds_of_organisation_are_sorted_bars_and_what_is_not_known_stands_last(project):
    city = create_organisation(name="City of Lahti", kind="local")
    event, second = create_held_event(project), create_held_event(project)
    lab = create_organisation(name="Lab", kind="research")
    attend(event, "Ann", organisation=city)
    attend(second, "Ann", organisation=city)
    attend(event, "Ben", organisation=city)
    attend(event, "Cor", organisation=lab)
    for person in ("Dee", "Eve", "Flo"):
        attend(event, person)

    report = semester_report_of(project)
    plot = found(project)["organisation-kinds"]

    assert plot.finding == "Largest group: Local public authority, 2 of 6 people"
    assert [(label, value.number, value.style) for label, [value] in plot.shape.rows] == [
        ("Local public authority", 2, "solid"),
        ("Research or education", 1, "solid"),
        ("Not known", 3, "dashed"),
    ]
    assert [[cell.text for cell in row] for row in plot.numbers.rows] == [
        ["Local public authority", "2", "3"],
        ["Research or education", "1", "1"],
        ["Not known", "3", "3"],
    ]
    for row in plot.numbers.rows:
        for cell in row[1:]:
            assert str(figure(report, cell.figure).value) == cell.text
    assert figure(report, "people-of-kind-company") is None


def test_without_any_known_kind_of_organisation_none_is_drawn(project):
    attend(create_held_event(project), "Ann", organisation=create_organisation(name="Lab"))

    assert "organisation-kinds" not in found(project)


def test_learning_is_drawn_only_where_there_are_enough_answers(project):
    event = create_held_event(project)
    enough, few = create_outcome(event, text="I can sort"), create_outcome(event, text="I can compost")
    for n, person in enumerate(("Ann", "Ben", "Cor", "Dee", "Zoe")):
        ratings = [(enough, 2, 4)] + ([(few, 1, 5)] if n else [])
        create_feedback(attend(event, person), *ratings, given_at=FEBRUARY)

    plot = found(project)["learning"]

    assert plot.finding == "Self-ratings rose for 1 of 1 outcome"
    assert plot.shape.rows == [("I can sort (n\u00a0=\u00a05)", Pair(2.0, 4.0))]
    assert [[cell.text for cell in row] for row in plot.numbers.rows] == [
        ["I can sort", "2.0", "4.0", "5"],
        ["I can compost", "fewer than 5 answers", "fewer than 5 answers", "4"],
    ]


def test_too_few_answers_leave_a_table_without_a_drawing(project):
    event = create_held_event(project)
    create_feedback(attend(event, "Ann"), (create_outcome(event), 1, 5), given_at=FEBRUARY)

    plot = found(project)["learning"]
    page = render_to_string("learning/includes/plot.html", {"plot": plot, "report": semester_report_of(project)})

    assert plot.finding == "Too few answers to show a mean yet"
    assert "<svg" not in page
    assert "fewer than 5 answers" in page


def semester_report_of(project):
    return semester_report(project, project.semesters.get(), at=CUT_OFF)


# --- Invited, first-time, partners, practices, places ---------------------------------------------------------------


def numbers_of(plot):
    return [[cell.text for cell in row] for row in plot.numbers.rows]


def test_invited_people_stand_above_those_who_registered(project):
    event = create_held_event(project, title="Visit to Lahti")
    attend(event, "Alice")
    for n, (made_at, sent_at) in enumerate(
        ((FEBRUARY, FEBRUARY), (FEBRUARY, CUT_OFF), (FEBRUARY, None), (LATER, LATER))
    ):
        Invitation.objects.create(event=event, email=f"guest{n}@example.org", made_at=made_at, sent_at=sent_at)

    plot = found(project)["attendance"]

    assert [(value.text, value.style) for value in plot.shape.rows[0][1]] == [
        ("2 invited", "dashed"),
        ("1 registered", "hollow"),
        ("1 attended", "solid"),
    ]
    assert numbers_of(plot) == [["Visit to Lahti", "2", "1", "1"]]


def test_who_came_before_is_told_from_who_came_for_the_first_time(project):
    second = create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    create_semester(project, number=3, starts_on=date(2028, 1, 1), ends_on=date(2028, 6, 30))
    spring = create_held_event(project)
    autumn = [create_held_event(project, starts_on=date(2027, 9, day), ends_on=date(2027, 9, day)) for day in (1, 2)]
    for person in ("Ann", "Ben"):
        attend(spring, person)
    # At two events of the semester; present although cancelled; and registered only.
    for event, person in ((autumn[0], "Ann"), (autumn[1], "Ann"), (autumn[0], "Cor")):
        attend(event, person)
    attend(autumn[0], "Dee", state="cancelled", cancelled_at=FEBRUARY)
    create_registration(autumn[1], "Ben", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    at = datetime(2028, 3, 1, tzinfo=UTC)

    report = semester_report(project, second, at=at)
    plot = {plot.slug: plot for plot in plots(report)}["newcomers"]

    assert plot.finding == "In semester 2, 1 of 2 people had come before"
    assert numbers_of(plot) == [["1", "2", "0", "2"], ["2", "1", "1", "2"]]
    assert [row.name for row in figure(report, "first-time").rows] == ["Cor"]
    assert [row.name for row in figure(report, "returning").rows] == ["Ann"]
    # To date the third semester has nobody, and the numbers lead to the reports of their semesters.
    to_date = report_on(Subject(Kind.PROJECT, project), at=at)
    again = {plot.slug: plot for plot in plots(to_date)}["newcomers"]
    assert again.numbers == plot.numbers
    assert {cell.semester for row in again.numbers.rows for cell in row[1:]} == {1, 2}


def test_first_semester_alone_compares_with_nothing(project):
    attend(create_held_event(project), "Ann")

    assert "newcomers" not in found(project)


def test_people_count_with_the_partner_that_named_them_else_with_their_organisation(project):
    lahti, riga, lousada = (
        create_partner(project, organisation=create_organisation(name=name)) for name in ("Lahti", "Riga", "Lousada")
    )
    visit, seminar = create_held_event(project, title="Visit"), create_held_event(project, title="Seminar")
    attend(visit, "Ann", delegation=create_delegation(visit, partner=lahti), organisation=riga.organisation)
    attend(visit, "Ben", organisation=riga.organisation)
    attend(visit, "Cor")
    attend(seminar, "Ann", organisation=lahti.organisation)

    report = semester_report(project, project.semesters.get(), at=CUT_OFF)
    plot = found(project)["partners"]

    assert plot.finding == "Nobody came from 1 of 3 partners"
    assert plot.shape.columns == [("1", "Lahti"), ("2", "Riga"), ("3", "Lousada")]
    assert numbers_of(plot) == [["Visit", "1", "1", "0"], ["Seminar", "1", "0", "0"]]
    assert [guest.name for guest in figure(report, f"of-partner-2-{visit.slug}").rows] == ["Ben"]
    assert [figure(report, f"of-partner-{n}-{seminar.slug}") for n in ("2", "9", "x")] == [None] * 3
    assert lousada.pk not in {report.partner_of(guest) for guest in report.guests}


def test_practices_are_seen_considered_and_taken_up_by_others_as_far_as_said_by_then(project):
    owner, other = create_partner(project), create_partner(project)
    seen, wanted, planned, own, dropped, _still = (
        create_practice(project, owner=owner, name=name) for name in ("A", "B", "C", "D", "E", "F")
    )
    create_practice(project, owner=owner, name="Later", published_at=LATER)
    create_held_event(project).practices.add(seen)
    create_event(project).practices.add(wanted)
    for practice, noted_at in ((wanted, FEBRUARY), (seen, LATER)):
        Wish.objects.create(practice=practice, partner=other, reason="We need it", noted_at=noted_at)
    plan = create_plan(other)
    create_action(plan, practice=planned)
    create_action(create_plan(owner), practice=own)
    say(create_action(plan, practice=dropped), "dropped", date(2027, 2, 20), why="No money", noted_at=FEBRUARY)

    report = semester_report(project, project.semesters.get(), at=CUT_OFF)

    rows = {
        slug: [row.name for row in figure(report, f"practices-{slug}").rows]
        for slug in ("seen", "considered", "taken-up")
    }
    assert rows == {"seen": ["A"], "considered": ["B", "C"], "taken-up": ["C"]}
    plot = found(project)["practices"]
    assert plot.finding == "1 of 6 good practices were taken up by another partner"
    assert [row[1] for row in numbers_of(plot)] == ["1", "2", "1"]


def test_places_of_coming_events_are_drawn_as_they_were_given(project):
    coming = create_event(project, title="Visit to Riga", places=3)
    day = timedelta(days=1)
    for n, person in enumerate(("Ann", "Ben", "Cor")):
        create_registration(coming, person, joined_at=FEBRUARY, confirmed_at=FEBRUARY + n * day)
    create_registration(coming, "Dee", joined_at=FEBRUARY, confirmed_at=LATER)
    create_registration(
        coming, "Eva", joined_at=FEBRUARY, confirmed_at=FEBRUARY, state="cancelled", cancelled_at=FEBRUARY + day
    )
    waiting = create_registration(coming, "Fay", joined_at=FEBRUARY, state="waiting")
    postponed = create_event(project, status=Event.Status.POSTPONED)
    create_registration(postponed, "Ann", joined_at=FEBRUARY, confirmed_at=FEBRUARY)

    plot = found(project)["coming"]

    assert waiting.confirmed_at is None
    assert plot.finding == "1 of 1 coming event is full"
    assert numbers_of(plot) == [
        ["Visit to Riga", "15 February 2027", "2", "3"],
        ["Visit to Riga", "16 February 2027", "2", "3"],
        ["Visit to Riga", "17 February 2027", "3", "3"],
    ]
    assert plot.summary == "Visit to Riga: 3 of 3 places given"
