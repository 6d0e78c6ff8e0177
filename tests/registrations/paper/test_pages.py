"""The page of an event's paper: who opens it, what it shows, and what it does."""

import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from registrations.attendance import check_in
from registrations.exceptions import ScanWithdrawn
from registrations.models import ScannedList, SignedList
from tests.factories import create_event, create_lead, create_project, create_registration, create_user

from .reading import sizes_of, text_of

pytestmark = pytest.mark.django_db

DAY = date(2027, 5, 20)
MORNING = datetime(2027, 5, 20, 7, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def evening():
    with time_machine.travel(datetime(2027, 5, 20, 18, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def event():
    return create_event(create_project())


@pytest.fixture
def bob(event, client):
    """Leads the project, and is signed in."""
    bob = create_lead(event.project)
    client.force_login(bob)
    return bob


def address(event, name: str = "papers", *more) -> str:
    return reverse(f"registrations:{name}", args=[event.slug, *more])


def read(client, event) -> str:
    return client.get(address(event)).content.decode()


def test_day_is_frozen_with_a_button_that_goes_once_it_says_the_same(client, event, bob):
    check_in(create_registration(event, "Alice"), DAY, at=MORNING)
    assert address(event, "freeze_day", DAY) in read(client, event)

    client.post(address(event, "freeze_day", DAY), follow=True)

    frozen = SignedList.objects.get()
    page = read(client, event)
    assert (frozen.frozen_by, frozen.day) == (bob, DAY)
    assert address(event, "freeze_day", DAY) not in page
    assert "Genuine" in page and reverse("verifying:verify", args=[frozen.code]) in page
    answer = client.get(address(event, "frozen_list", DAY, 1))
    assert answer.content == frozen.file.open("rb").read()


def test_correction_is_said_on_the_page(client, event, bob):
    check_in(create_registration(event, "Alice"), DAY, at=MORNING)
    client.post(address(event, "freeze_day", DAY))
    check_in(create_registration(event, "Charlie"), DAY, at=MORNING, how="correction", reason="Seen by all")

    assert "were corrected since this day was frozen" in read(client, event)

    client.post(address(event, "freeze_day", DAY))
    page = read(client, event)
    assert "were corrected" not in page and "Genuine, replaced" in page


def test_what_is_not_frozen_is_said_in_words(client, event, bob):
    nobody = client.post(address(event, "freeze_day", DAY), follow=True).content.decode()
    tomorrow = client.post(address(event, "freeze_day", "2027-05-21"), follow=True).content.decode()

    assert "Nobody is recorded as present" in nobody
    assert "has not begun yet" in tomorrow
    assert client.post(address(event, "freeze_day", "2027-05-22")).status_code == 404
    assert client.get(address(event, "freeze_day", DAY)).status_code == 405


def test_scan_is_kept_for_its_day_and_handed_out(client, event, bob):
    scan = SimpleUploadedFile("signed <1>.pdf", PDF, "application/pdf")

    client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": scan})

    kept = ScannedList.objects.get()
    assert (kept.day, kept.file_name, kept.uploaded_by) == (DAY, "signed 1.pdf", bob)
    answer = client.get(address(event, "scan", kept.pk))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert "signed 1.pdf" in read(client, event)


def test_the_same_scan_twice_is_kept_once(client, event, bob):
    for _time in range(2):
        client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", PDF)})

    assert ScannedList.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>", b"\x89PNG\r\n\x1a\nbroken", b"%PDF-1.7 signed"])
def test_what_is_no_scan_is_refused_with_words(client, event, bob, content):
    answer = client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", content)})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not ScannedList.objects.exists()


def test_withdrawn_scan_stays_with_its_reason(client, event, bob):
    client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", PDF)})
    scan = ScannedList.objects.get()

    assert client.post(address(event, "withdraw_scan", scan.pk), {"reason": ""}).status_code == 422
    assert client.get(address(event, "withdraw_scan", scan.pk)).status_code == 200
    client.post(address(event, "withdraw_scan", scan.pk), {"reason": "Of another day"})

    assert "Of another day" in read(client, event)
    assert client.get(address(event, "scan", scan.pk)).status_code == 200
    # The same file may come back.
    client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", PDF)})
    assert ScannedList.objects.standing().count() == 1


def test_of_two_who_withdraw_a_scan_the_reason_of_one_stays(client, event, bob):
    client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", PDF)})
    scan, as_another_read_it = ScannedList.objects.get(), ScannedList.objects.get()
    scan.withdraw(by=bob, reason="Of another day")

    with pytest.raises(ScanWithdrawn):
        as_another_read_it.withdraw(by=bob, reason="Not readable")

    assert ScannedList.objects.get().withdrawn_because == "Of another day"


def test_a_picture_is_said_to_be_kept_as_a_jpeg(client, event, bob):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    scan = SimpleUploadedFile("list.png", picture.getvalue())

    answer = client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": scan}, follow=True)

    kept = ScannedList.objects.get()
    assert (kept.file_name, kept.file_type) == ("list.jpg", "image/jpeg")
    assert "as the JPEG list.jpg, drawn anew" in answer.content.decode()
    assert "A picture is kept as a JPEG." in answer.content.decode()


def test_others_find_nothing(client, event):
    check_in(create_registration(event, "Alice"), DAY, at=MORNING)
    client.force_login(create_lead(create_project(), "Charlie"))

    for name, more in (
        ("papers", []),
        ("list_to_sign", [DAY]),
        ("frozen_list", [DAY, 1]),
        ("badges", ["a6"]),
        ("table_signs", []),
        ("scan", [1]),
        ("withdraw_scan", [1]),
    ):
        assert client.get(address(event, name, *more)).status_code == 404, name
    for name, more in (("freeze_day", [DAY]), ("add_scan", [DAY]), ("issue_certificates", [])):
        assert client.post(address(event, name, *more)).status_code == 404, name
    client.force_login(create_user("Dora"))
    assert client.get(address(event)).status_code == 403


def test_page_takes_as_many_queries_for_three_people_as_for_one(client, event, bob, django_assert_num_queries):
    check_in(create_registration(event, "Alice"), DAY, at=MORNING)
    client.post(address(event, "freeze_day", DAY))
    client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", PDF)})
    with CaptureQueriesContext(connection) as one:
        read(client, event)
    queries = len(one)
    for name in ("Charlie", "Dora"):
        check_in(create_registration(event, name), DAY, at=MORNING, how="signed_list")
        client.post(address(event, "freeze_day", DAY))
        client.post(address(event, "add_scan", DAY), {f"scan-{DAY}-file": SimpleUploadedFile("a.pdf", PDF + b" ")})

    with django_assert_num_queries(queries):
        read(client, event)
    assert queries <= 15


# --- Letters that no font has ------------------------------------------------------------------------------------


def test_names_that_cannot_be_printed_are_named_before_printing(client, event, bob, django_assert_num_queries):
    create_registration(event, "Ágnes Őry")
    with CaptureQueriesContext(connection) as without:
        assert "Our fonts for paper lack letters" not in read(client, event)
    li = create_registration(event, "李小明 Bruce")
    create_registration(event, "王伟", state="waiting")

    with django_assert_num_queries(len(without)):
        page = read(client, event)

    assert "Our fonts for paper lack letters" in page
    assert address(event, "person", li.pk) in page and "李小明 Bruce" in page
    assert "Ágnes" not in page and "王伟" not in page


def test_list_says_in_which_rows_letters_are_missing(client, event, bob):
    for name in ("Ágnes Őry", "李小明 Bruce", "王伟"):
        check_in(create_registration(event, name), DAY, at=MORNING)
    client.post(address(event, "freeze_day", DAY))

    to_sign = text_of(client.get(address(event, "list_to_sign", DAY)).content)
    frozen = text_of(client.get(address(event, "frozen_list", DAY, 1)).content)

    said = "[?] stands for letters that cannot be printed here, in rows 2, 3."
    assert said in to_sign.replace("\n", " ")
    assert said + " The file attached to this PDF has the names" in frozen.replace("\n", " ")
    assert "[?] Bruce" in to_sign and "[?] Bruce" in frozen
    assert "李小明 Bruce" in SignedList.objects.get().content


def test_whoever_has_such_a_name_reads_it_beside_their_ticket(client):
    coming = create_event(starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 1))
    li, agnes = create_registration(coming, "李小明 Bruce"), create_registration(coming, "Ágnes Őry")

    assert "On paper “[?]” stands for them" in client.get(li.get_absolute_url()).content.decode()
    assert "On paper" not in client.get(agnes.get_absolute_url()).content.decode()
    ticket = text_of(client.get(reverse("registrations:ticket", args=[li.code])).content)
    assert "[?] Bruce" in ticket and "[?] stands for letters" in ticket


# --- Badges, signs and tickets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["a6", "a7", "labels-8", "labels-14"])
def test_badge_names_the_person_and_says_no_photos(client, event, bob, layout):
    alice, charlie = create_registration(event, "Alice"), create_registration(event, "Charlie")
    alice.answer_consent("photos", True, wording="1", language="en")
    charlie.answer_consent("photos", True, wording="1", language="en")
    charlie.answer_consent("photos", False, wording="1", language="en")

    text = text_of(client.get(address(event, "badges", layout)).content)

    assert "Alice" in text and "City of Gävle" in text
    assert text.count("No photos") == 1
    assert client.get(address(event, "badges", "a0")).status_code == 404


def test_table_sign_is_there_for_whoever_comes(client, event, bob):
    create_registration(event, "Alice")
    create_registration(event, "Charlie", mode="online")

    text = text_of(client.get(address(event, "table_signs")).content)

    assert "Alice" in text and "Charlie" not in text


def test_words_without_end_stay_on_the_paper_of_a_ticket_and_can_be_read(client):
    endless = ("Wasserwirtschaftsverband" * 9)[:200]
    alice = create_registration(name=endless, organisation_name=endless)
    ticket = client.get(reverse("registrations:ticket", args=[alice.code])).content

    lines = [line.replace("\u200b", "") for line in text_of(ticket).splitlines()]

    broken = [line for line in lines if "schaft" in line]
    assert "".join(broken) == endless * 2
    assert max(map(len, broken)) < 110
    assert min(sizes_of(ticket)) >= 8


def test_ticket_is_for_the_holder_of_the_link(client):
    coming = create_event(starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 1), title="Waste without borders")
    alice = create_registration(coming, "Alice")
    waiting = create_registration(coming, "Charlie", state="waiting")

    answer = client.get(reverse("registrations:ticket", args=[alice.code]))

    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    assert "Alice" in text and "Waste without borders" in text and "Show this at the door" in text
    assert reverse("registrations:ticket", args=[alice.code]) in client.get(alice.get_absolute_url()).content.decode()
    assert client.get(reverse("registrations:ticket", args=[waiting.code])).status_code == 404
