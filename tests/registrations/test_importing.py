"""Registering the rows of a sheet: Bob hosts, Charlie coordinates another partner and must not find it."""

import io
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Mail
from registrations import exports, pasted
from registrations.models import Decision, Registration
from registrations.sheets import NotASheet, text_of_sheet
from tests.factories import (
    create_coordinator,
    create_event,
    create_organisation,
    create_partner,
    create_project,
    create_registration,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ADDRESS = "/en/organise/round-table/people/import/"
ROWS = """Full name;Email;Organisation;Country;Comes as
Anna Berg;anna@example.org;City of Gävle;Sweden;Speaker
Bo Ek;bo@example.org;City of Gävle;SE;
Cia Lund;cia@;City of Gävle;Sweden;
Dag Ros;dag@example.org;;Sweden;
Bo Ek;bo@example.org;City of Gävle;Sweden;
"""


@pytest.fixture
def host():
    return create_partner(create_project())


@pytest.fixture
def event(host):
    return create_event(host.project, host=host, slug="round-table", title="Round table", places=1)


@pytest.fixture
def bob(client, host):
    user = create_coordinator(host)
    client.force_login(user)
    return user


def send(client, people: str = "", **more):
    typed = {"people": people, "participant_kind": "participant", "language": "en", "is_told": "on"}
    return client.post(ADDRESS, {**typed, **more})


def words(answer) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def registered(event) -> list[tuple[str, str, str]]:
    return list(event.registrations.order_by("pk").values_list("name", "state", "participant_kind"))


def test_rows_are_looked_through_before_anybody_is_registered(client, event, bob):
    answer = send(client, ROWS)

    page = words(answer)
    assert answer.status_code == 200
    assert "Register 2 people" in page
    assert "3 rows are to be mended." in page
    assert "Enter the email address in the correct format, like name@example.eu" in page
    assert "The organisation is missing. Add it." in page
    assert "This person stands in an earlier row, too." in page
    assert registered(event) == []


def test_good_rows_are_registered_in_their_order_and_the_others_come_back(client, event, bob):
    answer = send(client, ROWS, register="yes")

    page = words(answer)
    assert registered(event) == [("Anna Berg", "confirmed", "speaker"), ("Bo Ek", "waiting", "participant")]
    assert "1 person is registered and gets a mail with the link." in page
    assert "1 person is on the waiting list: no place was free." in page
    assert "Cia Lund cia@ City of Gävle" in unescape(answer.content.decode()).replace("\t", " ")
    assert "anna@example.org" not in page
    assert {mail.to for mail in Mail.objects.all()} == {"anna@example.org", "bo@example.org"}
    assert {(one.kind, one.taken_by) for one in Decision.objects.all()} == {(Decision.Kind.ADDED, bob)}


def test_the_same_rows_sent_twice_register_everybody_once(client, event, bob):
    rows = "\n".join(ROWS.splitlines()[:3])
    first = send(client, rows, register="yes")
    again = send(client, rows, register="yes")

    assert first["Location"] == "/en/organise/round-table/"
    assert words(again).count("Registered already") == 2
    assert len(registered(event)) == Mail.objects.count() == 2


def test_a_country_comes_from_the_row_the_organisation_or_the_choice_for_all(client, event, bob):
    create_organisation(name="City of Tartu", country="EE")
    rows = "Anna\tanna@example.org\tCity of Tartu\nBo\tbo@example.org\tUnknown house"

    refused = send(client, rows)
    send(client, rows, country="SE", register="yes")

    assert "The country is missing. Add it, or choose one for all such rows." in words(refused)
    assert [str(one.country) for one in event.registrations.order_by("pk")] == ["EE", "SE"]


def test_what_was_exported_comes_in_again_but_for_those_who_cancelled(client, event, bob, host):
    create_registration(event, "Anna Berg", email="anna@example.org", country="SE")
    create_registration(event, "Gone", state="cancelled")
    other = create_event(host.project, host=host, slug="other")
    for write, end in ((exports.people_xlsx, "xlsx"), (None, "csv")):
        file = io.BytesIO()
        if write:
            write(event, file)
        else:
            file.write(b"".join(exports.people_csv(event)))
        file.seek(0)
        file.name = f"people.{end}"

        checked = client.post(
            ADDRESS.replace("round-table", "other"),
            {"people": "", "participant_kind": "participant", "is_told": "on", "sheet": file, "register": "yes"},
        )

        assert other.registrations.count() == 0, "A file is looked at before anything is stored."
        assert "Register 1 person" in words(checked)
        assert "Cancelled, as the sheet says." in words(checked)
    typed = {"people": checked.context["form"]["people"].value(), "participant_kind": "participant", "is_told": "on"}
    client.post(ADDRESS.replace("round-table", "other"), {**typed, "register": "yes"})
    values = ("name", "email", "organisation_name", "country")
    assert list(other.registrations.values_list(*values)) == list(event.registrations.live().values_list(*values))


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", b"%PDF"), ("a.xlsx", b"no zip"), ("a.csv", b"a\x00b"), ("a.csv", b'"a" b')]
)
def test_what_is_no_sheet_is_said(client, event, bob, name, content):
    file = io.BytesIO(content)
    file.name = name

    answer = send(client, sheet=file)

    assert answer.status_code == 422
    assert "We cannot read this file." in words(answer)
    file.seek(0)
    with pytest.raises(NotASheet):
        text_of_sheet(file, name, most_rows=10)


def test_a_sheet_of_excel_in_other_countries_is_read():
    file = io.BytesIO("Name;E-Mail;Land\nJürg;j@example.org;Österreich\n".encode("cp1252"))

    rows = pasted.read_rows(text_of_sheet(file, "list.CSV", most_rows=10))

    assert rows[0].cells == {"name": "Jürg", "email": "j@example.org", "country": "Österreich"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"people": ""}, "Paste at least one row, or choose a file."),
        ({"people": "A\ta@example.org\tB", "is_told": ""}, "Tell them first how their data is used"),
        ({"people": "\n".join(f"P{n}\tp{n}@example.org\tB" for n in range(201))}, "These are 201 rows."),
        ({"people": "x" * 200_001}, "200000"),
    ],
)
def test_what_is_wrong_is_said_and_stays(client, event, bob, typed, said):
    answer = send(client, **{"register": "yes", **typed})

    assert answer.status_code == 422
    assert said in words(answer)
    assert typed["people"][:20] in answer.content.decode()
    assert registered(event) == []


def test_hostile_names_are_stored_as_typed_and_shown_harmless(client, event, bob):
    name = "<script>alert(1)</script> =cmd|x 😀"
    shown = send(client, f"{name}\tx@example.org\tHouse", country="SE")
    send(client, f"{name}\tx@example.org\tHouse", country="SE", register="yes")

    assert b"<script>alert" not in shown.content
    assert Registration.objects.get().name == name


def test_nobody_is_registered_for_what_is_not_announced(client, event, bob):
    event.status = event.Status.SAVE_THE_DATE
    event.save()

    answer = send(client, "A\ta@example.org\tB", country="SE", register="yes")

    assert answer.status_code == 422
    assert "The event is over, cancelled or not announced" in words(answer)


def test_others_do_not_find_it(client, event):
    client.force_login(create_coordinator(create_partner(event.project), "Charlie"))
    assert client.get(ADDRESS).status_code == send(client, ROWS, register="yes").status_code == 404
    assert registered(event) == []


def test_one_row_and_three_are_checked_with_the_same_queries(client, event, bob, django_assert_num_queries):
    row = "A{n}\ta{n}@example.org\tHouse {n}"
    with CaptureQueriesContext(connection) as one:
        send(client, row.format(n=1), country="SE")
    with django_assert_num_queries(len(one)):
        send(client, "\n".join(row.format(n=n) for n in range(3)), country="SE")
