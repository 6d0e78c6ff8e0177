"""Certificates are issued from the records only, to whoever was there long enough, and each issue is kept."""

import io
import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import translation

from registrations import paper
from registrations.attendance import Act, check_in, check_out, record
from registrations.models import Certificate
from registrations.paper.certificates import hours_in_words
from registrations.paper.heads import in_groups
from registrations.proof.certificates import Issued, Numbers, issue, issue_to_all, numbers_of
from registrations.proof.exceptions import NotEnough, NothingChanged, NotOver
from registrations.proof.verifying import State, verify
from tests.factories import create_event, create_lead, create_project, create_registration

from .reading import text_of

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2027, 5, 20), date(2027, 5, 21)
# The event lasts from 9 to 16 on both days where it is, which is two hours ahead: 840 minutes.
NINE = datetime(2027, 5, 20, 7, tzinfo=UTC)
AFTERWARDS = datetime(2027, 5, 22, 7, tzinfo=UTC)


@pytest.fixture
def event():
    return create_event(create_project(acronym="BETTER"), title="Counters that speak")


def there_on(registration, *days: date):
    for day in days:
        check_in(registration, day, at=NINE + (day - FIRST), how="scan")
    return registration


def test_certificate_says_who_was_where_and_for_how_long(event):
    alice = there_on(create_registration(event, "Alice"), FIRST, SECOND)

    issued = issue(alice, at=AFTERWARDS)

    content = json.loads(issued.content)
    assert content["days"] == [{"day": "2027-05-20", "minutes": 420}, {"day": "2027-05-21", "minutes": 420}]
    pdf = paper.certificate(alice)
    text = text_of(pdf).replace("\n", " ")
    for part in ("Alice", "City of Gävle", "Counters that speak", "BETTER", "7 h", "14 h", in_groups(issued.code)):
        assert part in text
    assert pypdf.PdfReader(io.BytesIO(pdf)).attachments["certificate.json"][0] == issued.content.encode()
    assert paper.certificate(alice) == pdf
    assert verify(issued.code).state == State.GENUINE


def test_certificate_says_that_letters_of_a_name_are_missing(event):
    li = there_on(create_registration(event, "李小明 Bruce"), FIRST, SECOND)

    issued = issue(li, at=AFTERWARDS)

    text = text_of(paper.certificate(li)).replace("\n", " ")
    assert "[?] Bruce" in text and "[?] stands for letters that cannot be printed here." in text
    assert json.loads(issued.content)["name"] == "李小明 Bruce"


def test_nobody_gets_one_before_the_event_is_over(event):
    alice = there_on(create_registration(event, "Alice"), FIRST)

    with pytest.raises(NotOver):
        issue(alice, at=NINE + timedelta(days=1))
    with pytest.raises(NotOver):
        issue_to_all(event, by=None, at=NINE + timedelta(days=1))


@pytest.mark.parametrize(("minutes", "is_enough"), [(419, False), (420, True)])
def test_half_of_the_programme_is_enough(event, minutes, is_enough):
    alice = there_on(create_registration(event, "Alice"), FIRST)
    left = NINE + timedelta(minutes=minutes)
    record(event, [Act(act=uuid.uuid4(), what="out", registration=alice, day=FIRST, happened_at=left, how="scan")])

    if is_enough:
        assert json.loads(issue(alice, at=AFTERWARDS).content)["minutes"] == minutes
    else:
        with pytest.raises(NotEnough) as refused:
            issue(alice, at=AFTERWARDS)
        assert (refused.value.minutes, refused.value.of_minutes) == (minutes, 840)


def test_whoever_was_found_absent_or_never_came_gets_none(event):
    absent, never = there_on(create_registration(event, "Alice"), FIRST), create_registration(event, "Bob")
    check_out(absent, FIRST, at=AFTERWARDS, how="correction", reason="Somebody else")

    for registration in (absent, never):
        with pytest.raises(NotEnough):
            issue(registration, at=AFTERWARDS)


def test_the_same_again_issues_nothing_and_a_correction_issues_the_next(event):
    alice = there_on(create_registration(event, "Alice"), FIRST, SECOND)
    first = issue(alice, at=AFTERWARDS)
    with pytest.raises(NothingChanged):
        issue(alice, at=AFTERWARDS + timedelta(days=1))
    alice.name = "Alice Ő."
    alice.save()

    second = issue(alice, by=create_lead(event.project), at=AFTERWARDS + timedelta(days=1))

    assert (second.number, second.previous, json.loads(second.content)["previous"]) == (2, first, first.sha256)
    assert (verify(first.code).state, verify(first.code).newer) == (State.REPLACED, second)
    text = text_of(paper.certificate(alice))
    assert "Alice Ő." in text and "takes the place of the one before" in text


def test_once_the_records_say_otherwise_it_is_no_longer_valid(client, event):
    alice = there_on(create_registration(event, "Alice"), FIRST, SECOND)
    there_on(create_registration(event, "Bob"), FIRST, SECOND)
    issue_to_all(event, by=None, at=AFTERWARDS)
    for day in (FIRST, SECOND):
        check_out(alice, day, at=AFTERWARDS, how="correction", reason="Somebody else")

    assert verify(alice.certificates.get().code).state == State.OUTDATED
    page = client.get(f"/verify/{alice.certificates.get().code}").content.decode()
    assert "Genuine, no longer valid" in page and "by what they say now there would be none" in page
    assert numbers_of(event) == Numbers(there=1, enough=1, issued=2, withdrawn=1)
    with time_machine.travel(AFTERWARDS, tick=False):
        client.force_login(create_lead(event.project))
        papers = client.get(reverse("registrations:papers", args=[event.slug])).content.decode()
    assert "1 certificate is no longer valid" in papers


def test_a_day_that_the_event_has_no_more_is_not_certified(event):
    alice = there_on(create_registration(event, "Alice"), FIRST, SECOND)
    event.ends_on = FIRST
    event.save()
    alice.refresh_from_db()

    assert json.loads(issue(alice, at=AFTERWARDS).content)["days"] == [{"day": "2027-05-20", "minutes": 420}]


def test_it_is_in_the_language_of_the_person(event):
    alice = there_on(create_registration(event, "Alice", language="hu"), FIRST, SECOND)
    event.translations = {"hu": {"title": "Beszélő ablakok"}}
    event.save()
    alice.refresh_from_db()

    with translation.override("en"):
        issued = issue(alice, at=AFTERWARDS)

    assert json.loads(issued.content)["language"] == "hu"
    assert "Beszélő ablakok" in text_of(paper.certificate(alice))


@pytest.mark.parametrize(("minutes", "words"), [(390, "6 h 30 min"), (120, "2 h"), (45, "45 min"), (0, "0 min")])
def test_minutes_are_told_as_hours(minutes, words):
    assert hours_in_words(minutes) == words


def test_changed_by_hand_is_seen(event):
    issued = issue(there_on(create_registration(event, "Alice"), FIRST, SECOND), at=AFTERWARDS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE registrations_certificate DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER registrations_certificate_is_never_changed")
        cursor.execute("UPDATE registrations_certificate SET content = REPLACE(content, '420', '460')")

    assert verify(issued.code).state == State.CHANGED


# --- Pages -------------------------------------------------------------------------------------------------------


def test_organisers_issue_to_everybody_who_was_there_long_enough(client, event):
    there_on(create_registration(event, "Alice"), FIRST, SECOND)
    there_on(create_registration(event, "Bob"), SECOND)
    create_registration(event, "Charlie")

    with time_machine.travel(AFTERWARDS, tick=False):
        client.force_login(create_lead(event.project))
        answer = client.post(reverse("registrations:issue_certificates", args=[event.slug]), follow=True)

    page = answer.content.decode()
    assert "2 certificates are issued" in page and "2 people were there" in page
    assert Certificate.objects.count() == 2
    assert issue_to_all(event, by=None, at=AFTERWARDS) == Issued(new=0, same=2, too_little=0)


def test_person_gets_it_from_the_page_of_the_registration(client, event):
    alice = there_on(create_registration(event, "Alice"), FIRST, SECOND)
    address = reverse("registrations:certificate", args=[alice.code])

    with time_machine.travel(AFTERWARDS, tick=False):
        assert client.get(address).status_code == 404
        assert "Get my certificate" in client.get(alice.get_absolute_url()).content.decode()
        answer = client.post(reverse("registrations:issue_certificate", args=[alice.code]), follow=True)
        again = client.post(reverse("registrations:issue_certificate", args=[alice.code]), follow=True)

    assert answer["Content-Type"] == "application/pdf"
    assert again.content == answer.content
    assert Certificate.objects.get().issued_by is None


def test_whoever_was_not_there_reads_why_there_is_none(client, event):
    bob = create_registration(event, "Bob")

    with time_machine.travel(AFTERWARDS, tick=False):
        page = client.get(bob.get_absolute_url()).content.decode()
        refused = client.post(reverse("registrations:issue_certificate", args=[bob.code]), follow=True)

    assert "there is no certificate" in page and "Get my certificate" not in page
    assert "There is no certificate for you" in refused.content.decode()


def test_before_the_end_of_the_event_its_people_read_to_come_back_then(client, event):
    alice = there_on(create_registration(event, "Alice"), FIRST)

    with time_machine.travel(NINE + timedelta(hours=1), tick=False):
        refused = client.post(reverse("registrations:issue_certificate", args=[alice.code]), follow=True)

    assert "There is a certificate when the event is over" in refused.content.decode()


def test_verifying_a_certificate_names_nobody(client, event):
    issued = issue(there_on(create_registration(event, "Alice"), FIRST, SECOND), at=AFTERWARDS)

    page = client.get(f"/verify/{issued.code}").content.decode()

    assert "Genuine" in page and "Certificate of attendance" in page and "Alice" not in page
