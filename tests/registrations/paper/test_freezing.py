"""A day is frozen, corrected, frozen again; and whatever is changed by hand afterwards is seen."""

import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from registrations.attendance import check_in, check_out
from registrations.exceptions import DayNotBegun, NotADayOfTheEvent
from registrations.models import Signature, SignedList
from registrations.paper.heads import in_groups
from registrations.proof.exceptions import NobodyThere, NothingChanged
from registrations.proof.freezing import freeze
from registrations.proof.verifying import State, verify
from tests.factories import create_event, create_lead, create_project, create_registration

from .reading import text_of

pytestmark = pytest.mark.django_db

DAY = date(2027, 5, 20)
MORNING = datetime(2027, 5, 20, 7, tzinfo=UTC)
EVENING = datetime(2027, 5, 20, 18, tzinfo=UTC)


@pytest.fixture
def event():
    return create_event(create_project(acronym="OptiWaMag"), title="Waste without borders")


@pytest.fixture
def present(event):
    """Őry and Bob were there, Charlie was not."""
    people = {name: create_registration(event, name) for name in ("Őry", "Bob", "Charlie")}
    check_in(people["Őry"], DAY, at=MORNING)
    check_in(people["Bob"], DAY, at=MORNING + timedelta(minutes=5), how="scan")
    return people


def by_hand(statement: str, *values: object) -> None:
    """Change the database as somebody might who has its password: without the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE registrations_signedlist DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE registrations_attendancerecord DISABLE TRIGGER USER")
        else:
            for trigger in ("is_never_changed", "is_kept", "is_not_changed"):
                cursor.execute(f"DROP TRIGGER IF EXISTS registrations_signedlist_{trigger}")
                cursor.execute(f"DROP TRIGGER IF EXISTS registrations_attendancerecord_{trigger}")
        cursor.execute(statement, values)


# --- Freezing ----------------------------------------------------------------------------------------------------


def test_frozen_list_holds_who_was_there_and_its_hash_is_that_of_its_bytes(event, present):
    frozen = freeze(event, DAY, by=create_lead(event.project), at=EVENING)

    content = json.loads(frozen.content)
    assert [(one["name"], one["in"], one["how"]) for one in content["people"]] == [
        ("Bob", "2027-05-20T07:05:00Z", "scan"),
        ("Őry", "2027-05-20T07:00:00Z", "name_search"),
    ]
    assert (content["version"], content["previous"], content["with_a_place"]) == (1, "", 3)
    assert frozen.sha256 == hashlib.sha256(frozen.content.encode()).hexdigest()
    assert frozen.people == 2


def test_pdf_carries_names_hash_version_and_address_and_its_data(event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)

    pdf = frozen.file.open("rb").read()
    text = text_of(pdf).replace("\n", "")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    for part in ("Őry", "Bob", "09:05", "Ticket scanned", "2 people were there", frozen.sha256, "Version: 1"):
        assert part in text
    assert in_groups(frozen.code) in text and f"/verify/{frozen.code}" in text
    assert "Charlie" not in text
    assert reader.attachments["list.json"][0] == frozen.content.encode()
    assert hashlib.sha256(pdf).hexdigest() == frozen.file_sha256


def test_signatures_of_the_screen_are_on_the_list(event, present):
    signed_at = MORNING + timedelta(minutes=10)
    drawn, typed = (check_in(present[name], DAY, at=signed_at, how="signature") for name in ("Őry", "Bob"))
    Signature.objects.create(act=drawn.act, registration=present["Őry"], path="M10 20L900 250")
    Signature.objects.create(act=typed.act, registration=present["Bob"], typed="Robert B.")

    frozen = freeze(event, DAY, by=None, at=EVENING)

    signed = {one["name"]: one["signature"] for one in json.loads(frozen.content)["people"]}
    assert signed == {"Bob": {"typed": "Robert B."}, "Őry": {"path": "M10 20L900 250"}}
    assert "Robert B." in text_of(frozen.file.open("rb").read())


def test_freezing_the_same_again_makes_nothing(event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)

    with pytest.raises(NothingChanged) as refused:
        freeze(event, DAY, by=None, at=EVENING + timedelta(hours=1))

    assert refused.value.latest == frozen


def test_correction_makes_the_next_version_and_the_first_still_verifies(event, present):
    first = freeze(event, DAY, by=None, at=EVENING)
    check_out(present["Bob"], DAY, at=EVENING + timedelta(hours=1), how="correction", reason="Somebody else")

    second = freeze(event, DAY, by=None, at=EVENING + timedelta(hours=2))

    assert (second.version, second.previous, json.loads(second.content)["previous"]) == (2, first, first.sha256)
    assert second.people == 1
    assert first.sha256 in text_of(second.file.open("rb").read()).replace("\n", "")
    assert (verify(first.code).state, verify(first.code).newer) == (State.REPLACED, second)
    assert verify(second.code).state == State.GENUINE


@pytest.mark.parametrize(
    ("day", "at", "refusal"),
    [
        (date(2027, 5, 22), EVENING, NotADayOfTheEvent),
        (date(2027, 5, 21), EVENING, DayNotBegun),
        (DAY, EVENING, NobodyThere),
    ],
)
def test_what_cannot_be_frozen_is_refused(event, day, at, refusal):
    create_registration(event)

    with pytest.raises(refusal):
        freeze(event, day, by=None, at=at)

    assert not SignedList.objects.exists()


def test_the_database_refuses_to_change_what_was_frozen(event, present):
    frozen = freeze(event, DAY, by=create_lead(event.project), at=EVENING)

    with pytest.raises(TypeError):
        frozen.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        SignedList.objects.update(people=3)
    # Whoever froze it may be deleted.
    frozen.frozen_by.memberships.all().delete()
    frozen.frozen_by.delete()
    assert verify(frozen.code).state == State.GENUINE


# --- Verifying ---------------------------------------------------------------------------------------------------


def test_one_byte_of_the_content_changed_by_hand_is_seen(event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)
    by_hand("UPDATE registrations_signedlist SET content = REPLACE(content, 'Bob', 'Bab')")

    verdict = verify(frozen.code)

    assert verdict.state == State.CHANGED
    assert verdict.sha256 != frozen.sha256


@pytest.mark.parametrize(
    "change",
    ["people = 3", "version = 1, frozen_at = '2027-05-20 19:00:00+00:00'", "day = '2027-05-21'"],
)
def test_what_stands_beside_the_content_cannot_say_something_else(event, present, change):
    frozen = freeze(event, DAY, by=None, at=EVENING)
    by_hand(f"UPDATE registrations_signedlist SET {change}")

    assert verify(frozen.code).state == State.CHANGED


def test_content_and_hash_changed_together_leave_the_paper_without_its_list(event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)
    content = frozen.content.replace("Bob", "Bab")
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    by_hand("UPDATE registrations_signedlist SET content = %s, sha256 = %s", content, sha256)

    assert verify(frozen.code).state == State.CHANGED


def test_an_earlier_version_changed_by_hand_is_seen_from_the_later_one(event, present):
    first = freeze(event, DAY, by=None, at=EVENING)
    check_in(present["Charlie"], DAY, at=EVENING, how="correction", reason="Seen in a picture")
    second = freeze(event, DAY, by=None, at=EVENING + timedelta(hours=1))
    by_hand("UPDATE registrations_signedlist SET content = REPLACE(content, 'Bob', 'Bab') WHERE version = 1")

    assert verify(first.code).state == State.CHANGED
    assert (verify(second.code).state, verify(second.code).broken) == (State.EARLIER_CHANGED, 1)


def test_codes_are_read_as_people_type_them(event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)

    assert verify(in_groups(frozen.code).lower().replace("-", " ")).paper == frozen
    for unknown in ("", "A" * 20, frozen.code[:-1], frozen.code + "A", "☃" * 20, "\x00", "9" * 4000):
        assert verify(unknown).state == State.UNKNOWN


# Of a day that was frozen twice: what somebody changes by hand, and what the pages of the two versions say then.
CHANGES = [
    (
        "UPDATE registrations_attendancerecord SET happened_at = '2027-05-20 08:00:00+00:00' WHERE how = 'scan'",
        ["stored as it was frozen", "But 1 attendance record that it was made of was changed or deleted since."],
        ["stored as it was frozen", "But 1 attendance record that it was made of was changed or deleted since."],
    ),
    (
        "DELETE FROM registrations_attendancerecord",
        ["But 2 attendance records that it was made of were changed or deleted since."],
        ["But 3 attendance records that it was made of were changed or deleted since."],
    ),
    (
        "UPDATE registrations_signedlist SET content = REPLACE(content, 'Bob', 'Bab') WHERE version = 2",
        ["Genuine, replaced"],
        ["was changed after it was frozen", "Hash of what is stored now"],
    ),
    (
        "UPDATE registrations_signedlist SET content = REPLACE(content, 'Bob', 'Bab') WHERE version = 1",
        ["was changed after it was frozen"],
        ["This version is as it was made, but version 1 before it was changed."],
    ),
    (
        "UPDATE registrations_signedlist SET sha256 = REPLACE(sha256, SUBSTR(sha256, 30, 9), '000000000')"
        " WHERE version = 2",
        ["Genuine, replaced"],
        ["the hash that is stored beside it was changed by hand", "Hash that is stored beside it"],
    ),
    (
        "UPDATE registrations_signedlist SET code = 'AAAAABBBBBCCCCCDDDDD' WHERE version = 2",
        ["Genuine, replaced"],
        ["the code that is stored beside it was changed by hand"],
    ),
    (
        "UPDATE registrations_signedlist SET people = 9 WHERE version = 1",
        ["its day, number, time or count beside it was changed"],
        ["This version is as it was made, but version 1 before it was changed."],
    ),
]


@pytest.mark.parametrize(("statement", "first", "second"), CHANGES)
def test_page_says_what_was_changed_by_hand(client, event, present, statement, first, second):
    one = freeze(event, DAY, by=None, at=EVENING)
    check_in(present["Charlie"], DAY, at=EVENING, how="correction", reason="Seen in a picture")
    two = freeze(event, DAY, by=None, at=EVENING + timedelta(hours=1))
    assert [verify(paper.code).state for paper in (one, two)] == [State.REPLACED, State.GENUINE]

    by_hand(statement)

    for paper, said in ((one, first), (two, second)):
        page = client.get(f"/verify/{paper.code}").content.decode()
        assert [words for words in said if words not in page] == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM registrations_signedlist WHERE version = 2", "but version 2 before it is gone."),
        ("DELETE FROM registrations_signedlist WHERE version = 1", "but version 1 before it is gone."),
        ("UPDATE registrations_signedlist SET previous_id = NULL WHERE version = 3", "version 3 is not tied"),
    ],
)
@pytest.mark.sqlite
def test_page_says_that_a_version_is_gone_or_not_tied(client, event, present, statement, said):
    freeze(event, DAY, by=None, at=EVENING)
    for hour, name in ((1, "Charlie"), (2, "Dora")):
        person = present.get(name) or create_registration(event, name)
        check_in(person, DAY, at=EVENING, how="correction", reason="Seen in a picture")
        last = freeze(event, DAY, by=None, at=EVENING + timedelta(hours=hour))
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute("PRAGMA defer_foreign_keys = ON")
    by_hand(statement)

    page = client.get(f"/verify/{last.code}").content.decode()

    assert "An earlier version was changed" in page and said in page
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    transaction.set_rollback(True)


def test_records_that_came_later_change_nothing_that_was_frozen(event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)
    check_out(present["Bob"], DAY, at=EVENING + timedelta(hours=1), how="correction", reason="Somebody else")

    assert verify(frozen.code).state == State.GENUINE


# --- The page for everybody --------------------------------------------------------------------------------------


def test_anybody_reads_when_and_how_many_and_no_names(client, event, present):
    frozen = freeze(event, DAY, by=create_lead(event.project, "Dora"), at=EVENING)

    answer = client.get(reverse("verifying:verify", args=[frozen.code]))

    page = answer.content.decode()
    for part in ("Genuine", "Waste without borders", "OptiWaMag", "20 May 2027", "2 people", frozen.sha256):
        assert part in page
    assert not any(name in page for name in ("Bob", "Őry", "Charlie", "Dora"))


def test_page_says_what_happened(client, event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)
    by_hand("UPDATE registrations_signedlist SET content = REPLACE(content, 'Bob', 'Bab')")

    page = client.get(f"/verify/{frozen.code}").content.decode()

    assert "was changed after it was frozen" in page and "Hash of what is stored now" in page


def test_file_that_was_changed_or_lost_is_named(client, event, present):
    frozen = freeze(event, DAY, by=None, at=EVENING)
    with open(frozen.file.path, "ab") as file:
        file.write(b" ")
    assert "the file here was changed since" in client.get(f"/verify/{frozen.code}").content.decode()

    frozen.file.storage.delete(frozen.file.name)
    assert "the file is missing here" in client.get(f"/verify/{frozen.code}").content.decode()


def test_unknown_code_says_so(client):
    answer = client.get("/verify/" + "A" * 20)

    assert (answer.status_code, "has this code" in answer.content.decode()) == (404, True)
    assert client.get("/verify/%00").status_code == 404


def test_typed_code_leads_to_its_page(client):
    assert client.get("/verify/?code=aaaaa-aaaaa-aaaaa-aaaaa")["Location"] == "/verify/" + "A" * 20
    wrong = client.get("/verify/?code=short")
    assert (wrong.status_code, 'value="short"' in wrong.content.decode()) == (422, True)
    assert client.get("/verify/").status_code == 200
