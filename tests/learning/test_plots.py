"""Plots: in proportion, in words, readable without colour, safe with any text."""

import itertools
import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from events.models import Event
from learning.plots import Cell, Numbers, Pair, Value, bar_plot, dumbbell_plot, one_decimal
from learning.reports.plots import plots
from learning.reports.semester import semester_report
from tests.factories import (
    create_event,
    create_feedback,
    create_kind,
    create_outcome,
    create_project,
    create_registration,
    create_semester,
    record_attendance,
)

FEBRUARY = datetime(2027, 2, 15, 12, tzinfo=UTC)
CUT_OFF = datetime(2027, 3, 1, 9, tzinfo=UTC)
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

    assert [bar.width for bar in plot.bars] == ["85.00%", "21.25%", "0.00%"]
    assert {bar.get("x") for bar in drawing(plot).iter("rect")} == {"0"}


def test_bars_do_not_lie_on_each_other_nor_on_their_labels():
    rows = [(f"A label {'that is long ' * k}", [Value(2, "2 registered"), Value(1, "1 attended")]) for k in range(5)]

    plot = bar_plot(rows, **WORDS)

    em = lambda length: float(length.removesuffix("em"))  # noqa: E731
    lines = sorted(
        [(em(bar.y), em(bar.y) + em(bar.height)) for bar in plot.bars]
        + [(em(label.y) - 0.9, em(label.y)) for label in plot.labels]
    )
    assert all(upper[1] <= lower[0] for upper, lower in itertools.pairwise(lines))
    assert lines[-1][1] <= em(plot.height)


def test_all_zero_draws_no_bar_and_divides_by_nothing():
    assert [bar.width for bar in bar_plot([("a", [Value(0, "0")])], **WORDS).bars] == ["0.00%"]
    assert bar_plot([], **WORDS).bars == []


def test_long_label_wraps_and_is_cut_after_three_lines():
    plot = bar_plot([("Datenschutzgrundverordnungshinweise " * 9, [Value(1, "1")])], **WORDS)

    assert len(plot.labels) == 3
    assert plot.labels[-1].text.endswith(" …")
    assert max(len(label.text) for label in plot.labels) <= 38


def test_dumbbell_stands_on_a_scale_from_1_to_5_with_its_numbers_outside():
    plot = dumbbell_plot([("rise", Pair(1, 5)), ("fall", Pair(4, 2)), ("same", Pair(3, 3))], **WORDS)

    rise, fall, same = plot.dumbbells
    assert [(d.before_x, d.after_x, d.is_rise) for d in (rise, fall, same)] == [
        ("12.00%", "88.00%", True),
        ("69.00%", "31.00%", False),
        ("50.00%", "50.00%", True),
    ]
    assert [(tick.x, tick.text) for tick in plot.ticks] == [
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

        assert (plot.dumbbells[0].before, plot.dumbbells[0].after) == ("2,4", "4,0")
        assert not [value for element in drawing(plot).iter() for value in element.attrib.values() if "," in value]
    assert [one_decimal(value) for value in (2.44, 2.45, 3.96, 11 / 3)] == ["2.4", "2.5", "4.0", "3.7"]


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


def attend(event, person, **fields):
    registration = create_registration(event, person, joined_at=FEBRUARY, confirmed_at=FEBRUARY, **fields)
    record_attendance(registration, recorded_at=FEBRUARY)
    return registration


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


def test_registered_and_attended_are_told_apart_by_words_and_shape(project):
    event = create_held_event(project, title="Visit to Lahti")
    attend(event, "Alice")
    for person in ("Bob", "Dan"):
        create_registration(event, person, joined_at=FEBRUARY, confirmed_at=FEBRUARY)

    plot = found(project)["attendance"]

    assert plot.finding == "1 of 3 registrations with a place were used (33 %)"
    assert [(bar.text, bar.style) for bar in plot.bars] == [("3 registered", "hollow"), ("1 attended", "solid")]
    assert [[(cell.text, cell.figure) for cell in row] for row in plot.numbers.rows] == [
        [("Visit to Lahti", ""), ("3", f"registered-{event.slug}"), ("1", f"attended-{event.slug}")]
    ]


def test_countries_are_sorted_bars(project):
    event = create_held_event(project)
    for person, country in (("Ann", "SE"), ("Ben", "NL"), ("Cor", "NL")):
        attend(event, person, country=country)

    plot = found(project)["countries"]

    assert plot.finding == "Largest group: Netherlands, 2 of 3 people"
    assert [(label.text, bar.text) for label, bar in zip(plot.labels, plot.bars, strict=True)] == [
        ("Netherlands", "2"),
        ("Sweden", "1"),
    ]


def test_learning_is_drawn_only_where_there_are_enough_answers(project):
    event = create_held_event(project)
    enough, few = create_outcome(event, text="I can sort"), create_outcome(event, text="I can compost")
    for n, person in enumerate(("Ann", "Ben", "Cor", "Dee", "Zoe")):
        ratings = [(enough, 2, 4)] + ([(few, 1, 5)] if n else [])
        create_feedback(attend(event, person), *ratings, given_at=FEBRUARY)

    plot = found(project)["learning"]

    assert plot.finding == "Self-ratings rose for 1 of 1 outcome"
    assert [label.text for label in plot.labels] == ["I can sort (n\u00a0=\u00a05)"]
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
