"""What is missing in the folders of many events: on the desk of organisers and in the report of a semester."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from events.checklists import evidence_missing_of
from events.models import Document, Event
from events.programme.evidence_kept import keep_reason
from learning.evidence import folder_of
from learning.reports.figures import figure, gaps
from learning.reports.plots import plots
from learning.reports.semester import semester_report
from registrations.attendance import check_in
from registrations.models import Invitation, ScannedList, Signature
from registrations.proof import freeze
from tests.factories import (
    create_event,
    create_feedback,
    create_kind,
    create_lead,
    create_project,
    create_registration,
    create_semester,
    create_session,
    record_attendance,
)

pytestmark = pytest.mark.django_db
DUE = ["invitation", "agenda", "signed_lists", "minutes", "feedback"]
NAMES = ["Invitation", "Agenda", "Signed attendance lists", "Minutes", "Feedback of those who came"]
AFTER = datetime(2027, 6, 1, 9, tzinfo=UTC)
DAY = date(2027, 5, 20)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path
    clock.move_to(AFTER)


@pytest.fixture
def project():
    project = create_project(acronym="BETTER", slug="better")
    create_semester(project, starts_on=date(2027, 1, 1), ends_on=date(2027, 6, 30))
    return project


def held(project, **fields):
    kind = create_kind("study-visit", evidence_due=DUE)
    return create_event(project, **{"kind": kind, "status": "held", "ends_on": DAY, **fields})


def scan(event, day=DAY, **fields):
    about = {"file_name": "x.pdf", "file_type": "application/pdf", "octets": 1}
    return ScannedList.objects.create(
        event=event, day=day, sha256=f"{day}", file=ContentFile(b"%PDF-1.7", "x.pdf"), **about, **fields
    )


def add_document(event, evidence):
    return Document.objects.create(
        event=event, title="A document", evidence=evidence, file=ContentFile(b"%PDF-1.7", "x.pdf")
    )


def fill(event):
    Invitation.objects.create(event=event, email="bob@example.org", sent_at=AFTER - timedelta(days=60))
    create_session(event)
    scan(event)
    add_document(event, "minutes")
    create_feedback(create_registration(event))


def missing(*events, at=None) -> list[list[str]]:
    found = evidence_missing_of(events, at=at)
    return [[str(each.name) for each in found[event.pk]] for event in events]


def test_each_event_lacks_what_its_own_kind_asks_for(project):
    whole, empty = held(project), held(project)
    other = create_event(project, kind=create_kind("visit", evidence_due=["Visitors’ book"]))
    plain = create_event(project, kind=create_kind("plain"))
    fill(whole)

    assert missing(whole, empty, other, plain) == [[], NAMES, ["Visitors’ book"], []]


def test_lists_and_folder_agree_about_the_days(project):
    event = held(project, ends_on=DAY + timedelta(days=1))
    fill(event)
    add_document(event, "signed_lists")
    [section] = [section for section in folder_of(event).missing if section.key == "signed_lists"]

    assert section.missing == "No signed list of: 21 May 2027"
    assert missing(event) == [["Signed attendance lists"]]
    scan(event, DAY + timedelta(days=1))
    assert missing(event) == [[]]


def sign(registration):
    at = datetime(2027, 5, 20, 10, tzinfo=UTC)
    act = check_in(registration, DAY, at=at, how="signature", reason="Arrived late").act
    Signature.objects.create(act=act, registration=registration, typed=registration.name)


def test_a_frozen_list_alone_brings_no_signatures_of_those_in_the_room(client, project):
    event = held(project)
    fill(event)
    ScannedList.objects.get().withdraw(by=None, reason="Not readable")
    charlie, bob = create_registration(event, "Charlie"), create_registration(event, "Bob")
    record_attendance(charlie)
    record_attendance(bob)

    def lacks() -> str:
        assert missing(event) in ([[]], [["Signed attendance lists"]])
        folder = {section.key: section.missing for section in folder_of(event).missing}
        assert bool(folder) == bool(missing(event)[0])
        return folder.get("signed_lists", "")

    assert lacks() == "No signed list of: 20 May 2027"
    freeze(event, DAY, by=None, at=AFTER - timedelta(hours=2))
    said = "Frozen, but without signatures, which a scan of the paper brings: 20 May 2027"
    assert lacks() == f"{said} (2)"

    client.force_login(create_lead(project))
    page = reverse("registrations:papers", args=[event.slug])
    assert "2 people who were in the room did not sign on a screen." in client.get(page).content.decode()

    # One signs on the screen, and the list is frozen again: one signature is left.
    sign(charlie)
    freeze(event, DAY, by=None, at=AFTER - timedelta(hours=1))
    assert lacks() == f"{said} (1)"

    sign(bob)
    freeze(event, DAY, by=None, at=AFTER)
    assert lacks() == ""
    assert "Signed attendance lists" in missing(event, at=AFTER - timedelta(minutes=1))[0]
    assert "did not sign on a screen" not in client.get(page).content.decode()


def test_whoever_took_part_online_owes_no_signature(project):
    event = held(project, mode="hybrid")
    fill(event)
    ScannedList.objects.get().withdraw(by=None, reason="Not readable")
    online, joined = create_registration(event, "Charlie", mode="online"), create_registration(event, "Bob")
    record_attendance(online)
    check_in(joined, DAY, at=datetime(2027, 5, 20, 8, tzinfo=UTC), how="joined")
    freeze(event, DAY, by=None, at=AFTER)

    assert missing(event) == [[]]
    assert folder_of(event).missing == []


def test_a_deleted_session_is_no_programme(project):
    event = held(project)
    fill(event)
    event.sessions.get().put_away()

    assert missing(event) == [["Agenda"]]
    assert [section.key for section in folder_of(event).missing] == ["agenda"]


def test_the_cut_off_sees_what_was_there_then(project, clock):
    event = held(project)
    fill(event)
    keep_reason(event.documents.get(), "Of another meeting")
    event.documents.get().put_away(at=AFTER + timedelta(hours=2))
    ScannedList.objects.get().withdraw(by=None, reason="Another day’s")
    ScannedList.objects.update(withdrawn_at=AFTER + timedelta(hours=2))

    assert missing(event, at=AFTER - timedelta(days=1)) == [
        ["Signed attendance lists", "Minutes", "Feedback of those who came"]
    ]
    assert missing(event, at=AFTER + timedelta(hours=1)) == [[]]
    assert missing(event, at=AFTER + timedelta(hours=3)) == [["Signed attendance lists", "Minutes"]]


@pytest.mark.parametrize("count", [1, 3])
def test_many_events_take_as_many_queries_as_one(project, count, django_assert_num_queries):
    for _ in range(count):
        fill(held(project))
    events = list(Event.objects.with_page_data())

    with django_assert_num_queries(1):
        evidence_missing_of(events)


# --- My events ---------------------------------------------------------------------------------------------------


def test_my_events_name_what_is_missing_of_those_that_took_place(client, project):
    event = held(project, title="The visit")
    create_event(project, kind=event.kind, title="Still ahead", starts_on=date(2027, 9, 1), ends_on=date(2027, 9, 1))
    held(project, title="Called off", status="cancelled", cancelled_at=AFTER)
    client.force_login(create_lead(project))
    page = client.get(reverse("registrations:organise")).content.decode()

    assert page.count("Evidence missing:") == 1
    assert f"Evidence missing: {', '.join(NAMES)}" in page
    assert reverse("learning:evidence", args=[event.slug]) in page
    fill(event)
    assert "Evidence missing" not in client.get(reverse("registrations:organise")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_my_events_take_the_same_queries_for_one_and_three(client, project, count, django_assert_num_queries):
    for _ in range(count):
        held(project)
    client.force_login(create_lead(project))

    # Eight as for events that are ahead, and one for the pieces that are due.
    with django_assert_num_queries(9):
        client.get(reverse("registrations:organise"))


# --- The semester report -----------------------------------------------------------------------------------------


def report_of(project, at=AFTER):
    return semester_report(project, project.semesters.get(), at=at)


def test_the_report_counts_what_is_missing_and_names_it(project):
    whole, half, empty = held(project, title="Whole"), held(project), held(project)
    fill(whole)
    add_document(half, "minutes")
    create_event(project, kind=create_kind("plain"), status="held", ends_on=DAY)
    report = report_of(project)

    assert [len(row.missing) for row in report.evidence] == [0, 4, 5]
    assert "2 events whose evidence is not complete" in [gap.text for gap in gaps(report)]
    assert [row.event for row in figure(report, "without-evidence").rows] == [half, empty]
    assert figure(report, "missing-evidence").value == 9
    assert figure(report, f"evidence-{empty.slug}").rows == [(empty, name) for name in NAMES]
    [plot] = [plot for plot in plots(report) if plot.slug == "evidence"]
    assert plot.finding == "6 of 15 pieces of evidence are there (40 %)"
    assert [cell.text for cell in plot.numbers.rows[0]] == ["Whole", "5", "5", "0"]


def test_every_number_opens_its_rows(client, project):
    whole, empty = held(project, title="Whole"), held(project, title="Empty")
    fill(whole)
    client.force_login(create_lead(project))
    page = client.get(reverse("learning:report", args=["better", 1])).content.decode()

    assert "5 of 10 pieces of evidence are missing" in page
    for slug in ("without-evidence", "missing-evidence", f"evidence-{empty.slug}"):
        assert f"/{slug}/?at=" in page
        rows = client.get(reverse("learning:report_rows", args=["better", 1, slug])).content.decode()
        assert ("Empty" in rows, "Minutes" in rows) == (True, True)


def test_where_nothing_is_due_or_nothing_is_there_no_plot_is_drawn(project):
    create_event(project, kind=create_kind("plain"), status="held", ends_on=DAY)
    assert [plot.slug for plot in plots(report_of(project)) if plot.slug == "evidence"] == []
    held(project)
    assert [plot.slug for plot in plots(report_of(project)) if plot.slug == "evidence"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_takes_the_same_queries_for_one_and_three(project, count, django_assert_num_queries):
    for _ in range(count):
        fill(held(project))
    project = type(project).objects.prefetch_related("phases", "semesters").get(pk=project.pk)

    with django_assert_num_queries(12):
        semester_report(project, project.semesters.all()[0], at=AFTER)
