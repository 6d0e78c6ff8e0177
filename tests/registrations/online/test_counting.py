"""Reports of online meetings until they count: nothing counts before it is confirmed, and all can be undone."""

import threading
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registrations.attendance import attended_days, minutes, session_list
from registrations.models import AttendanceRecord, OnlineReport, Registration
from registrations.online import counting
from registrations.online.counting import ReportChanged, ReportIsThere
from registrations.online.forms import PlainSelect
from registrations.online.kept import kept_rows
from registrations.online.reports import NotAReport
from tests.factories import create_event, create_lead, create_project, create_registration, create_session, create_user
from tests.registrations.online import layouts

pytestmark = pytest.mark.django_db
DAY = date(2027, 5, 20)
AFTER = datetime(2027, 5, 22, 9, tzinfo=UTC)
LAYOUTS = [layouts.zoom, layouts.teams, layouts.webex, layouts.bigbluebutton]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path
    clock.move_to(AFTER)


@pytest.fixture
def event():
    return create_event(create_project(), mode="online", ends_on=DAY, join_url="https://meet.example.org/room")


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


@pytest.fixture
def people(event):
    return {
        name: create_registration(event, name, email=f"{email}@example.org")
        for name, email in (("Alice Rossi", "alice"), ("Kovács Béla", "bela"), ("Zoltán Nagy", "zoltan"))
    }


def keep(event, content=None, name="report.csv", clocks="Europe/Amsterdam") -> OnlineReport:
    return counting.keep(event, BytesIO(content or layouts.zoom("en")), name=name, clocks=clocks)


def sure(checked) -> dict[str, Registration]:
    return {row.code: row.match.registration for row in checked.rows if row.is_sure}


def minutes_by_name(event) -> dict[str, int]:
    names = dict(event.registrations.values_list("pk", "name"))
    return {names[pk]: days.get(DAY, 0) for pk, days in minutes(event).items()}


def address(name, event, *more) -> str:
    return reverse(f"registrations:{name}", args=[event.slug, *more])


def upload(client, event, content, name="report.csv"):
    file = SimpleUploadedFile(name, content, "text/csv")
    return client.post(address("online", event), {"file": file, "clocks": "Europe/Amsterdam"})


@pytest.mark.parametrize("language", ["en", "it", "hu"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_counts_the_right_people_with_the_right_minutes(event, people, layout, language):
    report = keep(event, layout(language))
    checked = counting.check(report)

    assert AttendanceRecord.objects.count() == 0
    assert counting.confirm(report, sure(checked)) == 2
    assert minutes_by_name(event) == {"Alice Rossi": 117, "Kovács Béla": 75}
    assert {record.how for record in AttendanceRecord.objects.all()} == {"online_report"}


@pytest.mark.parametrize("value", [None, "", "7", 8])
def test_a_select_without_a_template_is_as_one_with_it(value):
    choices = [("", "Nobody"), ("Likely", [("7", 'Ann "<b>" Lee')]), ("Everybody", [("7", "Ann"), ("8", "Béla & Co")])]
    drawn = [one(attrs={"class": "wide"}) for one in (PlainSelect, forms.Select)]
    for one in drawn:
        one.choices = choices

    plain, templated = (parse_html(one.render("who", value, {"id": "id_who", "disabled": True})) for one in drawn)
    assert plain == templated


def keep_of_session(event, session) -> OnlineReport:
    file = BytesIO(layouts.zoom("en"))
    return counting.keep(event, file, name="r.csv", clocks="Europe/Amsterdam", session=session)


def was_in(event, session) -> set[int]:
    return {row.registration.pk for row in session_list(event, session) if row.first_in}


def test_a_report_of_a_session_counts_for_it_and_for_its_day(event, people):
    session, other = create_session(event, title="Round table"), create_session(event, title="Another one")
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))
    as_of_the_day = minutes(event)
    counting.take_back(report, reason="It was one session")

    report = keep_of_session(event, session)
    counting.confirm(report, sure(counting.check(report)))
    assert was_in(event, session) == set(attended_days(event)) == set(as_of_the_day)
    assert was_in(event, other) == set()
    # What overlaps counts once.
    assert minutes(event) == as_of_the_day
    counting.take_back(report, reason="Of another session")
    assert (attended_days(event), was_in(event, session)) == ({}, set())


def test_what_is_of_another_day_than_the_session_does_not_count(event, people):
    event.ends_on = date(2027, 5, 21)
    event.save()
    report = keep_of_session(event, create_session(event, day=2))
    checked = counting.check(report)

    assert {(row.days, row.minutes) for row in checked.rows} == {((), 0)}
    assert counting.confirm(report, sure(checked)) == 0
    assert not AttendanceRecord.objects.exists()


def test_the_session_is_chosen_on_the_page_where_there_is_one(client, event, bob, people):
    page = reverse("registrations:online", args=[event.slug])
    assert "session" not in client.get(page).context["form"].fields
    session, foreign = create_session(event, title="Round table"), create_session(create_event(event.project))

    def send(chosen):
        file = SimpleUploadedFile("r.csv", layouts.zoom("en"))
        return client.post(page, {"clocks": "Europe/Amsterdam", "session": chosen.pk, "file": file})

    refused = send(foreign)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["session"])
    send(session)
    report = OnlineReport.objects.get()
    shown = client.get(reverse("registrations:online_report", args=[event.slug, report.pk])).content.decode()
    assert (report.session, "Of the session “Round table”" in shown) == (session, True)
    assert "Round table" in client.get(page).content.decode()


def test_confirming_twice_counts_once(event, people):
    report = keep(event)
    decisions = sure(counting.check(report))

    assert counting.confirm(report, decisions) == counting.confirm(report, decisions) == 2
    assert AttendanceRecord.objects.count() == 6


def test_a_confirmed_report_is_not_confirmed_otherwise(event, people):
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))

    with pytest.raises(ReportChanged):
        counting.confirm(report, {})
    with pytest.raises(ReportChanged):
        counting.discard(report)
    with pytest.raises(ReportChanged):
        counting.read_again(report, clocks="UTC")


def test_two_persons_of_a_report_may_be_one_registration(event, people):
    """Béla's ten minutes by a phone that nobody knows lie within his own."""
    report = keep(event)
    checked = counting.check(report)
    [unknown] = [row for row in checked.rows if row.name == "Nobody Known"]

    counting.confirm(report, {**sure(checked), unknown.code: people["Kovács Béla"]})

    assert minutes_by_name(event) == {"Alice Rossi": 117, "Kovács Béla": 75}


def test_whoever_has_no_place_does_not_count(event, people):
    waiting = create_registration(event, "Nobody Known", state=Registration.State.WAITING)
    report = keep(event)
    checked = counting.check(report)
    [row] = [row for row in checked.rows if row.name == "Nobody Known"]

    assert (row.match.registration, row.place_missing, row.is_sure) == (waiting, True, False)
    assert counting.confirm(report, {row.code: waiting}) == 0
    assert AttendanceRecord.objects.count() == 0


def test_taking_a_report_back_undoes_it_and_keeps_the_records(event, people):
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))
    report.refresh_from_db()
    counting.take_back(report, reason="That was the rehearsal")

    assert attended_days(event) == {}
    undos = AttendanceRecord.objects.filter(what="undo")
    assert (AttendanceRecord.objects.count(), undos.count()) == (12, 6)
    assert {undo.reason for undo in undos} == {"That was the rehearsal"}
    with pytest.raises(ReportChanged):
        counting.take_back(report, reason="Again")


def test_after_taking_back_the_same_file_can_be_uploaded_anew(event, people):
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))
    report.refresh_from_db()
    counting.take_back(report, reason="Wrong people")

    again = keep(event)
    counting.confirm(again, sure(counting.check(again)))

    assert minutes_by_name(event) == {"Alice Rossi": 117, "Kovács Béla": 75}


def test_taking_back_works_after_the_event_was_dated_otherwise(event, people):
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))
    event.move(starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))
    report.refresh_from_db()
    counting.take_back(report, reason="Another event")

    assert attended_days(event) == {}


def test_what_was_joined_by_the_own_link_and_the_report_are_counted_once(event, people):
    AttendanceRecord.objects.create(
        registration=people["Alice Rossi"],
        day=DAY,
        what="in",
        how="joined",
        happened_at=datetime(2027, 5, 20, 7, 58, 20, tzinfo=UTC),
    )
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))

    assert minutes_by_name(event)["Alice Rossi"] == 117


def test_the_same_file_is_there_once(event):
    report = keep(event)

    with pytest.raises(ReportIsThere) as refusal:
        keep(event, name="again.csv")
    assert refusal.value.args == (report,)
    other = keep(create_event(ends_on=DAY, mode="online"))
    assert other.sha256 == report.sha256


def test_a_meeting_that_is_still_to_come_is_not_counted(client, event, bob, clock):
    clock.move_to(datetime(2027, 5, 20, 6, tzinfo=UTC))
    with pytest.raises(NotAReport, match="which is still to come"):
        keep(event)

    address = reverse("registrations:online", args=[event.slug])
    refused = client.post(
        address, {"file": SimpleUploadedFile("report.csv", layouts.zoom("en")), "clocks": "Europe/Amsterdam"}
    )
    assert refused.status_code == 422
    assert "which is still to come" in refused.content.decode()
    assert not OnlineReport.objects.exists()


def test_a_file_goes_with_its_report(event, django_capture_on_commit_callbacks):
    report = keep(event)
    storage, name = report.file.storage, report.file.name
    with django_capture_on_commit_callbacks(execute=True):
        counting.discard(report)

    assert not storage.exists(name)


def test_hours_far_from_those_of_the_event_are_pointed_out(event, people):
    report = keep(event, clocks="America/Los_Angeles")

    assert counting.check(report).at_odd_hours
    counting.read_again(report, clocks="Europe/Amsterdam")
    assert not counting.check(report).at_odd_hours


def test_checking_asks_as_often_for_three_as_for_one(event, django_assert_num_queries):
    report = keep(event)
    create_registration(event, "Alice Rossi")
    with django_assert_num_queries(1):
        counting.check(report)
    for name in ("Bob", "Charlie"):
        create_registration(event, name)
    with django_assert_num_queries(1):
        counting.check(report)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_organisers_who_confirm_at_once_count_once(event, people):
    report = keep(event)
    decisions = sure(counting.check(report))
    outcomes = []

    def confirm() -> None:
        try:
            outcomes.append(counting.confirm(report, decisions))
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [2] * 4
    assert AttendanceRecord.objects.count() == 6


# --- The pages ---------------------------------------------------------------------------------------------------


def test_a_report_is_uploaded_checked_and_confirmed_on_pages(client, event, bob, people):
    answer = upload(client, event, layouts.teams("hu"))
    report = OnlineReport.objects.get()
    assert answer["Location"] == address("online_report", event, report.pk)

    page = client.get(answer["Location"])
    text = page.content.decode()
    assert "2 found, 0 in doubt, 1 not found." in " ".join(text.split())
    assert AttendanceRecord.objects.count() == 0

    typed = {field.name: field.initial or "" for field in page.context["form"]}
    answer = client.post(answer["Location"], typed, follow=True)
    assert "2 people count as having been there." in answer.content.decode()
    assert minutes_by_name(event) == {"Alice Rossi": 117, "Kovács Béla": 75}
    report.refresh_from_db()
    assert (report.counts, report.confirmed_by, report.product) == (True, bob, "Microsoft Teams")


def test_somebody_in_doubt_is_chosen(client, event, bob, people):
    upload(client, event, layouts.zoom("it"))
    report = OnlineReport.objects.get()
    page = client.get(address("online_report", event, report.pk))
    code = counting.code_of("nobody known")

    client.post(address("online_report", event, report.pk), {code: str(people["Zoltán Nagy"].pk)})

    assert minutes_by_name(event) == {"Zoltán Nagy": 10}
    assert page.context["rows"][0][0].name == "Nobody Known"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7 nothing", "This is a PDF"),
        (b"Name,Email\nAlice,alice@example.org\n", "This is not a report of a meeting"),
        (layouts.zoom("en").replace(b"2027", b"2025"), "was there on 20 May 2025"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason_beside_the_field(client, event, bob, content, words):
    words = words.replace("was there", "were there")
    answer = upload(client, event, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "Error:" in answer.content.decode().partition("</title>")[0]
    assert OnlineReport.objects.count() == 0


def test_no_file_and_an_unknown_clock_are_refused(client, event, bob):
    answer = client.post(address("online", event), {"clocks": "Mars/Olympus"})

    assert answer.status_code == 422
    assert "Choose the file of the report" in answer.content.decode()


def test_the_same_file_again_leads_to_what_is_there(client, event, bob):
    first = upload(client, event, layouts.webex("en"))
    second = upload(client, event, layouts.webex("en"), name="renamed.csv")

    assert first["Location"] == second["Location"]
    assert OnlineReport.objects.count() == 1


def test_of_more_rows_than_a_form_may_have_the_sure_ones_count_as_they_stand(client, event, bob, people, monkeypatch):
    monkeypatch.setattr("registrations.online.forms.MOST_CHOICES", 1)
    upload(client, event, layouts.zoom("en"))
    report = OnlineReport.objects.get()
    page = client.get(address("online_report", event, report.pk))
    text = page.content.decode()
    assert list(page.context["form"].fields) == [counting.code_of("nobody known")]
    assert "There are too many rows to choose in each." in text and "<bdi>Alice Rossi</bdi>" in text

    client.post(address("online_report", event, report.pk), {counting.code_of("nobody known"): ""})

    assert minutes_by_name(event) == {"Alice Rossi": 117, "Kovács Béla": 75}


def test_rows_that_name_nobody_are_counted_out(client, event, bob, people):
    content = (
        layouts.zoom("en").decode("utf-8-sig") + "\r\n,,2027-05-20 10:00:00 AM,2027-05-20 11:00:00 AM,60,Yes,No\r\n"
    )
    upload(client, event, content.encode())

    text = client.get(address("online_report", event, OnlineReport.objects.get().pk)).content.decode()
    assert "1 row names nobody and is left out." in text


def test_a_choice_that_is_none_comes_back_with_everything_else(client, event, bob, people):
    upload(client, event, layouts.zoom("en"))
    report = OnlineReport.objects.get()
    code = counting.code_of("nobody known")
    stranger = create_registration(create_event(), "Stranger")

    answer = client.post(address("online_report", event, report.pk), {code: str(stranger.pk)})

    assert answer.status_code == 422
    assert AttendanceRecord.objects.count() == 0


def test_a_report_is_discarded_or_taken_back_with_a_reason(client, event, bob, people):
    upload(client, event, layouts.zoom("en"))
    report = OnlineReport.objects.get()
    client.post(address("discard_online_report", event, report.pk))
    assert OnlineReport.objects.count() == 0

    upload(client, event, layouts.zoom("en"))
    report = OnlineReport.objects.get()
    counting.confirm(report, sure(counting.check(report)))
    refused = client.post(address("take_online_report_back", event, report.pk), {"reason": " "})
    assert (refused.status_code, len(attended_days(event))) == (422, 2)
    client.post(address("take_online_report_back", event, report.pk), {"reason": "The rehearsal"})
    assert attended_days(event) == {}
    assert "The rehearsal" in client.get(address("online", event)).content.decode()


def test_a_confirmed_report_shows_who_was_taken_for_whom_and_keeps_it(client, event, bob, people):
    report = keep(event)
    rows = counting.check(report).rows
    unknown = counting.code_of("nobody known")
    decisions = {row.code: row.match.registration for row in rows if row.name != "Béla Kovács" and row.is_sure}
    counting.confirm(report, {**decisions, unknown: people["Zoltán Nagy"]}, by=bob)
    report.refresh_from_db()
    kept = [(row.name, row.person, row.minutes, row.how_in_words) for row in kept_rows(report)]
    assert kept == [
        ("Alice Rossi", "Alice Rossi", 117, "Same address"),
        ("Nobody Known", "Zoltán Nagy", 10, "Chosen by the organiser"),
        ("Béla Kovács", "", 75, "Does not count"),
    ]

    # Neither another name nor another day of the event changes what was confirmed, nor does taking it back.
    people["Alice Rossi"].name = "Alice Bianchi"
    people["Alice Rossi"].save()
    event.move(starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))
    counting.take_back(report, reason="Wrong people")
    assert [(row.name, row.person, row.minutes, row.how_in_words) for row in kept_rows(report)] == kept
    page = client.get(address("online_report", event, report.pk)).content.decode()
    assert "Who was taken for whom" in page and "Wrong people" in page and "Chosen by the organiser" in page
    assert address("person", event, people["Zoltán Nagy"].pk) in page


def test_a_confirmed_report_is_sent_again_without_effect(client, event, bob, people):
    report = keep(event)
    counting.confirm(report, sure(counting.check(report)))

    answer = client.post(address("online_report", event, report.pk), {}, follow=True)

    assert "This report was confirmed before." in answer.content.decode()
    assert AttendanceRecord.objects.count() == 6


def test_the_page_of_a_confirmed_report_asks_as_often_for_three_as_for_one(client, event, bob, people):
    report = keep(event)
    counting.confirm(report, {counting.code_of("nobody known"): people["Zoltán Nagy"]})
    with CaptureQueriesContext(connection) as one:
        client.get(address("online_report", event, report.pk))
    counting.take_back(report, reason="Wrong people")
    report = keep(event)
    counting.confirm(report, {**sure(counting.check(report)), counting.code_of("nobody known"): people["Zoltán Nagy"]})
    with CaptureQueriesContext(connection) as three:
        client.get(address("online_report", event, report.pk))

    assert len(one) == len(three)


@pytest.mark.parametrize("clocks", ["Mars/Olympus", ""])
def test_a_clock_that_is_none_is_refused_beside_its_field(client, event, bob, people, clocks):
    report = keep(event)

    answer = client.post(address("read_online_report_again", event, report.pk), {"clocks": clocks})

    text = answer.content.decode()
    assert (answer.status_code, "Choose a clock of the list" in text) == (422, True)
    assert "Error:" in text.partition("</title>")[0]
    report.refresh_from_db()
    assert report.clocks == "Europe/Amsterdam"


def test_a_clock_on_which_nothing_is_of_the_event_is_refused_beside_its_field(client, event, bob, people, clock):
    report = keep(event)
    clock.move_to(datetime(2027, 5, 20, 11, 50, tzinfo=UTC))

    answer = client.post(address("read_online_report_again", event, report.pk), {"clocks": "America/Los_Angeles"})

    assert answer.status_code == 422
    assert "which is still to come" in answer.content.decode()
    assert counting.code_of("nobody known") in answer.context["form"].fields


def test_the_clock_is_changed_before_it_counts(client, event, bob, people):
    upload(client, event, layouts.zoom("en"))
    report = OnlineReport.objects.get()

    client.post(address("read_online_report_again", event, report.pk), {"clocks": "UTC"})

    report.refresh_from_db()
    assert report.clocks == "UTC"
    assert "12:00–13:15" in client.get(address("online_report", event, report.pk)).content.decode()


def test_the_file_is_handed_out_as_it_came_and_never_run(client, event, bob):
    upload(client, event, layouts.teams("en"), name="meetingAttendance.csv")
    answer = client.get(address("online_report_file", event, OnlineReport.objects.get().pk))

    assert b"".join(answer.streaming_content) == layouts.teams("en")
    assert answer["Content-Disposition"] == 'attachment; filename="meetingAttendance.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_report_whose_event_moved_says_so(client, event, bob):
    upload(client, event, layouts.teams("en"))
    event.move(starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))

    page = client.get(address("online_report", event, OnlineReport.objects.get().pk))

    assert (page.status_code, "the event takes place on 3 June 2027" in page.content.decode()) == (200, True)


def test_charlie_sees_none_of_it(client, event, bob, people):
    upload(client, event, layouts.teams("en"))
    report = OnlineReport.objects.get()
    charlie = create_lead(create_project(), "Charlie")
    other = create_event(charlie.memberships.get().project, mode="online")
    client.force_login(charlie)

    assert client.get(address("online", event)).status_code == 404
    for name in ("online_report", "online_report_file"):
        assert client.get(address(name, event, report.pk)).status_code == 404
        # Through an event of their own, another's report is not there either.
        assert client.get(address(name, other, report.pk)).status_code == 404
    for name in ("read_online_report_again", "discard_online_report", "take_online_report_back"):
        assert client.post(address(name, event, report.pk)).status_code == 404
        assert client.get(address(name, event, report.pk)).status_code == 405
    client.force_login(create_user())
    assert client.get(address("online", event)).status_code == 403


def test_the_page_asks_as_often_for_one_report_as_for_three(client, event, bob):
    numbers = []
    for content in (layouts.zoom("en"), layouts.zoom("it"), layouts.zoom("hu")):
        keep(event, content)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address("online", event))
        numbers.append(len(queries))

    assert len(set(numbers)) == 1


def test_a_report_of_a_file_that_breaks_off_can_always_be_refused(event):
    with pytest.raises(NotAReport):
        keep(event, b"Name,Join Time\n")
