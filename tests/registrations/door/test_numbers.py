"""Numbers of tickets: typed as people type, with a check that finds slips, each once at an event."""

import json
import shutil
import subprocess
import uuid
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Mail
from registrations.door.codes import replace_ticket
from registrations.door.numbers import ALPHABET, in_groups, new_number, number_in
from registrations.models import AttendanceRecord, DoorLink
from registrations.paper import ticket
from registrations.places import register
from tests.factories import create_event, create_lead, create_registration

MORNING = datetime(2027, 5, 20, 7, tzinfo=UTC)
DOOR = "/en/door/conference/"


def test_a_number_is_understood_however_it_is_typed():
    numbers = [new_number() for _ in range(200)]

    assert all(number_in(number) == number for number in numbers)
    assert all(number_in(f" {in_groups(number).lower().replace(' ', '-')} ") == number for number in numbers)
    assert all(number_in(number.replace("0", "o").replace("1", "l")) == number for number in numbers)


def test_a_slip_is_found():
    for number in (new_number() for _ in range(20)):
        for place, letter in enumerate(number):
            for other in set(ALPHABET) - {letter}:
                assert number_in(number[:place] + other + number[place + 1 :]) == ""
        for place in range(7):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            assert number_in(swapped) == ("" if swapped != number else number)
    assert [number_in(text) for text in ("", "K7PM", "K7PM2QXRR", "Ágnes Őr", "UUUUUUUU")] == [""] * 5


def test_a_phone_reads_numbers_as_the_server_does(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("without node")
    texts = [new_number() for _ in range(50)] + ["ANDERSON", "k7pm-2qxr", "", "O0IL 1111", "Ágnes Ő."]
    codes = settings.BASE_DIR / "static" / "js" / "door" / "codes.js"
    (tmp_path / "codes.mjs").write_text(codes.read_text())
    script = f'import {{ numberIn }} from "./codes.mjs"; console.log(JSON.stringify({json.dumps(texts)}.map(numberIn)))'
    (tmp_path / "say.mjs").write_text(script)

    said = subprocess.run([node, "say.mjs"], cwd=tmp_path, capture_output=True, check=True, text=True).stdout

    assert json.loads(said) == [number_in(text) for text in texts]


@pytest.mark.django_db
def test_no_two_tickets_of_an_event_share_a_number():
    event = create_event()
    number = create_registration(event, "Alice").ticket_number

    with pytest.raises(IntegrityError), transaction.atomic():
        create_registration(event, "Bob", ticket_number=number)
    create_registration(create_event(), "Bob", ticket_number=number)


@pytest.mark.django_db
def test_the_number_stands_on_the_ticket_in_the_mail_and_on_paper(client, clock):
    clock.move_to(datetime(2027, 3, 1, tzinfo=UTC))
    event = create_event()
    register(event, name="Alice", email="alice@example.org", organisation_name="Gävle", country="SE")
    registration = event.registrations.with_page_data().get()
    number = in_groups(registration.ticket_number)

    assert number in client.get(f"/en/registrations/{registration.code}/ticket/").content.decode()
    assert f"Its number: {number}" in Mail.objects.get().text
    assert number in Mail.objects.get().html
    assert text_of(ticket(registration)).count(number) == 1


def text_of(pdf: bytes) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("without pdftotext")
    return subprocess.run([tool, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.fixture
def event(db):
    return create_event(slug="conference")


@pytest.fixture
def helper(event, clock) -> Client:
    clock.move_to(MORNING)
    DoorLink.objects.create(event=event, label="Entrance", pin="123456", made_by=create_lead(event.project))
    client = Client()
    client.post(DOOR, {"pin": "123456", "name": "Mia"})
    return client


def send(client: Client, n: int, code: str) -> tuple[str, str]:
    act = {"act": str(uuid.UUID(int=n)), "what": "in", "day": "2027-05-20", "at": MORNING.isoformat(), "how": "scan"}
    body = json.dumps({"acts": [{**act, "code": code}]})
    [result] = client.post(f"{DOOR}acts/", body, "application/json").json()["results"]
    return result["outcome"], result["reason"]


def test_a_device_sends_numbers_and_the_one_before_is_refused(helper, event):
    alice = create_registration(event, "Alice")
    before = alice.ticket_number
    elsewhere = create_registration(create_event(), "Bob").ticket_number
    replace_ticket(alice)

    codes = [in_groups(alice.ticket_number), before, elsewhere]
    assert [send(helper, n, code) for n, code in enumerate(codes, 1)] == [
        ("counted", ""),
        ("kept", "replaced"),
        ("kept", "unknown"),
    ]
    told = helper.get(f"{DOOR}list.json").json()
    assert (told["people"][0]["number"], told["replaced_numbers"]) == (alice.ticket_number, [before])


def test_the_plain_page_finds_and_checks_in_by_the_number(helper, event):
    alice = create_registration(event, "Alice")
    create_registration(event, "Bob")
    typed = in_groups(alice.ticket_number).lower()

    assert [row.registration for row in helper.get(DOOR, {"q": typed}).context["rows"]] == [alice]
    helper.post(DOOR, {"act": uuid.uuid4(), "what": "in", "code": typed, "day": "2027-05-20"})

    assert AttendanceRecord.objects.get().registration == alice
