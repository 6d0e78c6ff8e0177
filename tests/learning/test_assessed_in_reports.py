"""What a report says of the rounds in which regions were rated."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from learning.reports.document import document
from learning.reports.figures import figure, gaps
from learning.reports.semester import report_on, semester_report
from learning.reports.subject import Kind, Subject
from tests.factories import (
    create_assessment_round,
    create_lead,
    create_partner,
    create_project,
    create_semester,
    rate,
)

pytestmark = pytest.mark.django_db

MARCH = datetime(2027, 3, 1, 12, tzinfo=UTC)
OCTOBER = datetime(2027, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def project():
    project = create_project()
    create_semester(project)
    create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    return project


@pytest.fixture
def lousada(project):
    return create_partner(project)


@pytest.fixture
def riga(project, lousada):
    return create_partner(project)


def rated(round_, partner, values, *, on, **by):
    with time_machine.travel(datetime.combine(on, MARCH.timetz()), tick=False):
        return rate(round_, partner, values=values, **by)


def create_start(project, lousada, riga):
    start = create_assessment_round(project, held_on=date(2027, 2, 1))
    rated(start, lousada, [2, 3, 1], on=date(2027, 2, 2), rater=lousada)
    rated(start, lousada, [1, 2], on=date(2027, 2, 2), rater=riga)
    rated(start, lousada, [3, 4], on=date(2027, 2, 2), expert="Dr Berzins")
    return start


def of(report, partner):
    (row,) = [row for row in report.assessed if row.partner == partner]
    return row.own, row.own_changed, row.others, row.others_changed, row.raters


def in_semester(project, number, *, at):
    return semester_report(project, project.semesters.get(number=number), at=at)


def test_each_region_has_the_means_of_itself_and_of_others_and_what_changed(project, lousada, riga):
    create_start(project, lousada, riga)
    half_way = create_assessment_round(project, "Half-way", held_on=date(2027, 9, 1))
    rated(half_way, lousada, [4, 4], on=date(2027, 9, 2), rater=lousada)
    rated(half_way, lousada, [3, 3, 5], on=date(2027, 9, 2), rater=riga)

    first, second = in_semester(project, 1, at=OCTOBER), in_semester(project, 2, at=OCTOBER)

    assert of(first, lousada) == (2.0, None, 2.5, None, 2)
    # From 2 and 3 to 4 and 4; from 2 and 3 to 3 and 3, because nobody else had rated the third dimension before.
    assert of(second, lousada) == (4.0, 1.5, pytest.approx(11 / 3), 0.5, 1)
    to_date = report_on(Subject(Kind.PROJECT, project), at=OCTOBER)
    assert [(row.round.name, row.partner, row.is_rated) for row in to_date.assessed] == [
        ("Start", lousada, True),
        ("Start", riga, False),
        ("Half-way", lousada, True),
        ("Half-way", riga, False),
    ]


def test_round_without_a_day_belongs_to_the_day_on_which_it_was_first_rated(project, lousada, riga):
    round_ = create_assessment_round(project)
    rated(round_, lousada, [2, 3, 1], on=date(2027, 9, 2), rater=lousada)

    assert in_semester(project, 1, at=OCTOBER).assessed == ()
    assert of(in_semester(project, 2, at=OCTOBER), lousada) == (2.0, None, None, None, 0)
    assert in_semester(project, 2, at=MARCH).assessed == ()


def test_round_that_is_still_ahead_and_reports_of_partners_say_nothing(project, lousada, riga):
    create_assessment_round(project, held_on=date(2027, 6, 1))

    assert in_semester(project, 1, at=MARCH).assessed == ()
    report = report_on(Subject(Kind.PARTNER, project, partner=lousada), at=OCTOBER)
    assert report.assessed == ()
    assert "assessments" not in [table["key"] for table in document(report)["tables"]]


def test_region_that_is_not_fully_rated_is_a_gap_with_its_rows(project, lousada, riga):
    start = create_start(project, lousada, riga)
    rated(start, riga, [5], on=date(2027, 2, 3), rater=lousada)

    report = in_semester(project, 1, at=MARCH)

    assert {gap.slug: gap.count for gap in gaps(report)} == {"not-assessed": 1}
    assert [row.partner for row in figure(report, "not-assessed").rows] == [riga]
    assert figure(report, "assessed").value == 2


def test_page_files_and_rows_show_it(client, clock, project, lousada, riga):
    create_start(project, lousada, riga)
    client.force_login(create_lead(project))
    about = {"project": project.slug, "number": 1}

    clock.move_to(MARCH)
    page = client.get(reverse("learning:report", kwargs=about)).content.decode()
    assert "How regions were rated" in page
    assert reverse("learning:assessed_region", args=[project.slug, project.instruments.get().pk, lousada.slug]) in page
    rows = client.get(reverse("learning:report_rows", kwargs={**about, "figure": "assessed"})).content.decode()
    assert lousada.organisation.name in rows
    assert riga.organisation.name not in rows
    table = client.get(reverse("learning:report_table", kwargs={**about, "table": "assessments"})).content.decode()
    assert f'"Waste in towns","Start","{lousada.organisation.name}","2.0","","2.5","","2"' in table


def test_queries_are_the_same_for_one_and_for_three_rounds(project, lousada, riga, django_assert_num_queries):
    project = type(project).objects.prefetch_related("phases", "semesters").get(pk=project.pk)
    subject = Subject(Kind.PROJECT, project)
    create_start(project, lousada, riga)
    with django_assert_num_queries(9):
        report_on(subject, at=OCTOBER)
    for name in ("Half-way", "End"):
        round_ = create_assessment_round(project, name, held_on=date(2027, 9, 1))
        for partner in (lousada, riga):
            rated(round_, partner, [4, 4], on=date(2027, 9, 2), rater=lousada)
    with django_assert_num_queries(9):
        report_on(subject, at=OCTOBER)
