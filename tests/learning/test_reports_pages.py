"""Who opens a report, what its pages show, and that every number opens as many rows as it says."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.models import Event
from learning.reports.figures import figure, gaps, headline
from learning.reports.outside import plot_for_outside
from learning.reports.plots import plots
from learning.reports.semester import semester_report
from projects.models import Membership
from registrations.models import Registration
from tests.factories import (
    create_coordinator,
    create_event,
    create_feedback,
    create_kind,
    create_lead,
    create_organisation,
    create_outcome,
    create_partner,
    create_programme,
    create_project,
    create_registration,
    create_semester,
    create_user,
    record_attendance,
)

pytestmark = pytest.mark.django_db

FEBRUARY = datetime(2027, 2, 15, 12, tzinfo=UTC)
PEOPLE = ("Ann", "Ben", "Cor", "Dee", "Zoe")


@pytest.fixture(autouse=True)
def _stand_still(clock):
    pass


@pytest.fixture
def project():
    project = create_project(acronym="S3CHEM", slug="s3chem")
    create_semester(project)
    create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    return project


@pytest.fixture
def alice(client, project):
    """The lead partner, signed in."""
    lead = create_lead(project, "Alice")
    client.force_login(lead)
    return lead


def report_address(project, number=1):
    return reverse("learning:report", args=[project.slug, number])


def rows_address(project, slug, number=1):
    return reverse("learning:report_rows", args=[project.slug, number, slug])


def create_held_event(project, people=PEOPLE, **fields):
    """An event with two outcomes, five people who attended and said so, and each thing that can be missing."""
    event = create_event(
        project,
        **{
            "status": Event.Status.HELD,
            "starts_on": date(2027, 2, 10),
            "ends_on": date(2027, 2, 11),
            "kind": create_kind("study-visit"),
            "reported_participants": 40,
            "reported_participants_note": "about",
            **fields,
        },
    )
    outcomes = [create_outcome(event) for _n in range(2)]
    for n, person in enumerate(people):
        registration = create_registration(
            event,
            person,
            country=("NL", "SE")[n % 2],
            organisation=create_organisation() if n == 1 else None,
            joined_at=FEBRUARY,
            confirmed_at=FEBRUARY,
        )
        record_attendance(registration, happened_at=FEBRUARY, recorded_at=FEBRUARY)
        create_feedback(
            registration, (outcomes[0], 2, 3 + n % 3), (outcomes[1], 3, 3), will_use=f"Plan {n}", given_at=FEBRUARY
        )
    return event


def create_one_of_everything(project):
    """A semester in which every figure has rows."""
    create_held_event(project)
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_event(project, status=Event.Status.HELD, stated_semester=1, **unknown)
    create_event(project, status=Event.Status.HELD, **unknown)
    month = {"date_precision": "month", "starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 31)}
    create_event(project, status=Event.Status.HELD, start_time=None, end_time=None, **month)
    create_event(project, status=Event.Status.CANCELLED, cancelled_at=FEBRUARY)
    event = create_event(
        project, starts_on=date(2027, 1, 5), ends_on=date(2027, 1, 5), feedback_closes_on=date(2027, 3, 20)
    )
    silent = create_registration(event, "Flo", country="", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    record_attendance(silent, recorded_at=FEBRUARY)
    absent = create_registration(event, "Gus", joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    create_feedback(absent, relevance=4, given_at=FEBRUARY, changed_at=FEBRUARY + timedelta(days=60))
    torn = create_registration(
        event, "Hal", state=Registration.State.CANCELLED, cancelled_at=FEBRUARY, joined_at=FEBRUARY
    )
    record_attendance(torn, recorded_at=FEBRUARY)
    quiet = create_event(project, status=Event.Status.HELD, starts_on=date(2027, 1, 7), ends_on=date(2027, 1, 7))
    record_attendance(create_registration(quiet, "Ann", joined_at=FEBRUARY), recorded_at=FEBRUARY)


# --- Who may open it ---------------------------------------------------------------------------------------------


def test_anonymous_readers_are_asked_to_sign_in_and_come_back(client, project):
    for path in (reverse("learning:reports"), report_address(project), rows_address(project, "people")):
        response = client.get(path)

        assert (response.status_code, response["Location"]) == (302, f"{reverse('accounts:sign_in')}?next={path}")


@pytest.mark.parametrize("role", ["lead", "coordinator", "officer", "administrator"])
def test_members_of_the_project_read_its_report(client, project, role):
    if role == "lead":
        user = create_lead(project)
    elif role == "coordinator":
        user = create_coordinator(create_partner(project))
    elif role == "officer":
        user = create_user()
        Membership.objects.create(user=user, role=Membership.Role.OFFICER, programme=project.programme)
    else:
        user = User.objects.create_superuser("admin@example.org")
    client.force_login(user)

    paths = (reverse("learning:reports"), report_address(project), rows_address(project, "people"))

    assert [client.get(path).status_code for path in paths] == [200, 200, 200]


def test_charlie_of_another_project_finds_nothing(client, project):
    other = create_project(programme=create_programme())
    charlie = create_lead(other, "Charlie")
    create_held_event(project)
    client.force_login(charlie)

    listed = client.get(reverse("learning:reports")).content.decode()

    assert [client.get(path).status_code for path in (report_address(project), rows_address(project, "people"))] == [
        404,
        404,
    ]
    assert other.acronym in listed
    assert project.acronym not in listed


def test_user_without_any_role_is_refused(client, project):
    client.force_login(create_user("Charlie"))

    assert client.get(reverse("learning:reports")).status_code == 403
    assert client.get(report_address(project)).status_code == 404


def test_role_that_has_ended_opens_nothing(client, project):
    former = create_lead(project)
    former.memberships.update(ends_on=date(2027, 2, 28))
    client.force_login(former)

    assert client.get(report_address(project)).status_code == 404


@pytest.mark.usefixtures("alice")
def test_unknown_semester_and_unknown_figure_are_not_found(client, project):
    paths = [
        report_address(project, 9),
        rows_address(project, "nonsense"),
        rows_address(project, "country-XX"),
        rows_address(project, "attended-nothing"),
        rows_address(project, "outcome-1"),
        "/en/reports/s3chem/99999999999999999999999/",
    ]

    assert [client.get(path).status_code for path in paths] == [404] * len(paths)


# --- Every number opens its rows ---------------------------------------------------------------------------------


def links(page):
    """Every link of a report to its rows, with the number in its text (the last one, as in “Targeted – 2”)."""
    for address, text in re.findall(r'<a href="([^"]*/reports/[^"]*\?at=[^"]*)">([^<]*)</a>', page):
        # Its files and freezing it carry the same cut-off.
        if "/report." not in address and "/freeze/" not in address:
            yield unescape(address), unescape(text)


@pytest.mark.usefixtures("alice")
def test_every_number_of_the_page_opens_as_many_rows(client, project):
    create_one_of_everything(project)
    page = client.get(report_address(project)).content.decode()

    found = set()
    for address, text in links(page):
        response = client.get(address)
        opened = response.context["figure"]
        number = int(re.findall(r"\d+", text)[-1 if "–" in text else 0])
        rows = response.content.decode().split("<tbody>")[-1].split("</tbody>")[0].count("<tr>")
        assert opened.value == number, (address, text)
        assert rows == len(opened.rows), address
        if opened.slug != "reported":
            assert opened.value == len(opened.rows), address
        of_one = ("attended-", "registered-", "answers-", "outcome-")
        found.add(opened.slug.split("-")[0] if opened.slug.startswith(of_one) else opened.slug)

    assert found == {
        *("events", "participations", "people", "organisations", "countries", "learned", "feedback"),
        *("feedback-of-others", "reported", "not-counted", "outside", "contradictions", "changed-later"),
        *("without-records", "without-date", "with-month-only", "not-noted-as-held", "without-feedback"),
        *("without-outcomes", "with-feedback-open", "without-organisation-match", "without-country"),
        *("counting-internal", "counting-targeted", "counting-public", "kind-study-visit", "country-NL", "country-SE"),
        *("participations-NL", "participations-SE", "registered", "attended", "answers", "outcome"),
    }


@pytest.mark.usefixtures("alice")
def test_rows_show_the_report_of_the_number_that_was_clicked(client, project, clock):
    event = create_held_event(project)
    page = client.get(report_address(project)).content.decode()
    address = next(address for address, _text in links(page) if "/people/" in address)
    clock.shift(timedelta(minutes=5))
    record_attendance(create_registration(event, "Late"))

    assert client.get(address).context["figure"].value == 5
    assert client.get(rows_address(project, "people")).context["figure"].value == 6


def test_reported_head_counts_add_up_to_their_number(project):
    create_held_event(project, reported_participants=60)
    create_held_event(project, people=(), reported_participants=17)
    report = semester_report(project, project.semesters.get(number=1), at=datetime(2027, 3, 1, tzinfo=UTC))

    reported = figure(report, "reported")

    assert reported.value == sum(row.event.reported_participants for row in reported.rows) == 77


def test_no_gap_and_no_headline_is_without_a_page(project):
    create_one_of_everything(project)
    report = semester_report(project, project.semesters.get(number=1), at=datetime(2027, 3, 1, tzinfo=UTC))

    for gap in gaps(report):
        assert len(figure(report, gap.slug).rows) == int(gap.text.split()[0])
    for number in headline(report):
        assert figure(report, number.slug) == number


@pytest.mark.usefixtures("alice")
def test_people_are_listed_with_organisation_country_and_events(client, project):
    event = create_held_event(project, people=("Ann",), title="Visit to Gävle")

    page = client.get(rows_address(project, "people")).content.decode()

    row = page.split("<tbody>")[1].split("</tbody>")[0]
    cells = [re.sub(r"\s+", " ", re.sub("<[^>]*>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
    assert cells == ["Ann", "City of Gävle", "Netherlands", event.title]


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("slug", ["learned", "feedback", "changed-later", "feedback-of-others"])
def test_what_people_said_is_shown_without_who_said_it(client, project, slug):
    create_one_of_everything(project)

    response = client.get(rows_address(project, slug))

    page = response.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    assert response.context["figure"].value > 0
    assert not [name for name in (*PEOPLE, "Gus", "@example.org", "City of Gävle") if name in page]


@pytest.mark.usefixtures("alice")
def test_draft_is_nowhere_in_a_report(client, project):
    create_held_event(project, status=Event.Status.DRAFT, title="A secret draft")

    pages = [
        client.get(path).content.decode() for path in (report_address(project), rows_address(project, "not-counted"))
    ]

    assert not any("A secret draft" in page for page in pages)


# --- The page ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("alice")
def test_page_prints_the_semester_and_the_cut_off(client, project):
    page = client.get(report_address(project)).content.decode()

    assert "Report: S3CHEM, semester 1" in page
    assert '<time datetime="2027-01-01">1 January</time> – <time datetime="2027-06-30">30 June 2027</time>' in page
    assert "Made from live data, as recorded up to:" in page
    assert '<time datetime="2027-03-01T09:00+00:00">09:00</time> (UTC)' in page


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("asked", "used"),
    [
        ("2027-02-20T08:30:00Z", datetime(2027, 2, 20, 8, 30, tzinfo=UTC)),
        ("2027-02-20T08:30:00+01:00", datetime(2027, 2, 20, 7, 30, tzinfo=UTC)),
        # Still ahead, without an offset, no instant at all: the report as of now
        ("2027-04-01T00:00:00Z", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("2027-02-20T08:30:00", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("2027-02-31T08:30:00Z", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:59", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("yesterday", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("\x00", datetime(2027, 3, 1, 9, tzinfo=UTC)),
    ],
)
def test_cut_off_of_the_address_is_used_or_dropped(client, project, asked, used):
    assert client.get(report_address(project), {"at": asked}).context["report"].at == used


@pytest.mark.usefixtures("alice")
def test_semester_without_events_says_so(client, project):
    page = client.get(report_address(project, 2)).content.decode()

    assert "No event counts yet." in page
    assert "Nothing is missing." in page
    assert "<svg" not in page


@pytest.mark.usefixtures("alice")
def test_history_without_people_shows_reported_head_counts_and_its_gaps(client, project):
    """A project of years ago: nobody registered here, sources name some head counts, some dates are not known."""
    kind = create_kind("stakeholder-meeting")
    create_held_event(project, people=(), kind=kind, reported_participants=60, reported_participants_note="nearly")
    unknown = {"date_precision": "unknown", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None}
    create_event(project, kind=kind, status=Event.Status.HELD, stated_semester=1, **unknown)

    response = client.get(report_address(project))

    page = response.content.decode()
    # No zero stands for what nobody knows.
    assert [(number.slug, number.value) for number in response.context["headline"]] == [("events", 2)]
    assert "so no people are counted" in page
    assert "60 participants as reported for 1 event, apart from the people counted here" in page
    assert "2 held events without any attendance record" in page
    assert "1 event whose date is not known, counted by the semester that its source states" in page
    assert [plot.slug for plot in response.context["plots"]] == ["kinds"]


@pytest.mark.usefixtures("alice")
def test_pages_carry_no_inline_style_or_script(client, project):
    create_one_of_everything(project)

    for path in (report_address(project), rows_address(project, "people"), rows_address(project, "learned")):
        page = client.get(path).content.decode()
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", page), path


@pytest.mark.usefixtures("alice")
def test_names_are_escaped_wherever_they_are_shown(client, project):
    event = create_held_event(project, people=("Ann", "<script>alert(1)</script>"), title="<b>Bold</b> & co")
    create_outcome(event, text="</text><script>alert(2)</script>")

    for slug in (
        "people",
        "participations",
        "organisations",
        "events",
        "learned",
        "feedback",
        f"attended-{event.slug}",
    ):
        page = client.get(rows_address(project, slug)).content.decode()
        assert "<script>alert" not in page, slug
        assert "<b>Bold" not in page, slug
    page = client.get(report_address(project)).content.decode()
    assert "<script>alert" not in page
    assert "<b>Bold" not in page


# --- What it costs -----------------------------------------------------------------------------------------------


def queries_of(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("slug", ["", "people", "participations", "events", "organisations", "learned", "not-counted"])
def test_pages_take_the_same_few_queries_with_1_and_3_events(client, project, slug):
    path = rows_address(project, slug) if slug else report_address(project)
    create_one_of_everything(project)
    one = queries_of(client, path)

    for n in range(2):
        create_held_event(project, people=[f"{person}{n}" for person in PEOPLE])
        create_event(project, status=Event.Status.POSTPONED, starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 1))

    assert queries_of(client, path) == one <= 20


@pytest.mark.usefixtures("alice")
def test_list_takes_the_same_few_queries_with_1_and_3_projects(client, alice):
    one = queries_of(client, reverse("learning:reports"))
    for _n in range(2):
        other = create_project()
        create_semester(other)
        Membership.objects.create(user=alice, role=Membership.Role.LEAD, project=other)

    assert queries_of(client, reverse("learning:reports")) == one <= 16


# --- The files of plots ------------------------------------------------------------------------------------------


def plot_files(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+/plots/[^"]+)"', page)]


@pytest.mark.usefixtures("alice")
def test_each_plot_leaves_as_a_drawing_and_as_numbers(client, project):
    create_held_event(project, title="=1+1 <script>")
    page = client.get(report_address(project)).text

    files = {path: client.get(path) for path in plot_files(page)}

    report = semester_report(project, project.semesters.get(number=1), at=timezone.now())
    # A plot of small groups alone has no file.
    leaving = [plot.slug for plot in plots(report) if plot_for_outside(plot) is not None]
    assert page.count('<figure class="plot"') > len(leaving) > 2
    assert {re.search(r"plots/([\w-]+)\.", path)[1] for path in files} == set(leaving)
    assert len(files) == 2 * len(leaving)
    for path, answer in files.items():
        assert "attachment" in answer["Content-Disposition"]
        if ".svg" in path:
            drawing = ElementTree.fromstring(answer.content)  # noqa: S314 - we wrote it
            assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
            assert "<script" not in answer.text
        else:
            assert answer.content.startswith("\ufeff".encode())
            assert '"=' not in answer.text


@pytest.mark.usefixtures("alice")
def test_a_plot_that_there_is_not_and_that_of_another_project_are_not_found(client, project):
    create_held_event(project)
    path = plot_files(client.get(report_address(project)).text)[0].partition("?")[0]

    assert client.get(re.sub(r"plots/[^.]+", "plots/none", path)).status_code == 404
    assert client.get(re.sub(r"\.\w+$", ".exe", path)).status_code == 404
    client.force_login(create_lead(create_project(slug="elsewhere", acronym="ELSE")))
    assert client.get(path).status_code == 404
