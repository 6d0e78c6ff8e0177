"""The database keeps evidence: whatever way a row is deleted, it takes a recorded reason or a day that is over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin.sites import site
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from accounts.models import User
from events.models import Document, Event, EvidenceRemoval
from events.programme import changes
from events.programme.evidence_kept import keep_reason
from learning.evidence import folder_of
from projects.models import Project
from registrations.models import AttendanceRecord, Certificate, OnlineReport, ScannedList, SignedList
from registrations.proof import freeze
from registrations.proof.certificates import issue
from tests.factories import (
    create_event,
    create_kind,
    create_lead,
    create_project,
    create_registration,
    record_attendance,
)

# The database has a clock of its own: days are over for it, too, only if they are over by the real one.
LONG_AGO = date(2020, 1, 1)
REFUSED = "evidence is kept: it goes only with a reason"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def event():
    return create_event(create_project(), kind=create_kind("visit", evidence_due=["minutes"]), status="held")


@pytest.fixture
def minutes(event):
    file = ContentFile(b"%PDF-1.7 minutes", "minutes.pdf")
    return Document.objects.create(event=event, title="Minutes", evidence="minutes", file=file)


def scan_of(event):
    file = ContentFile(b"%PDF-1.7 signed", "scan.pdf")
    about = {"file_name": "scan.pdf", "file_type": "application/pdf", "octets": 1, "sha256": "a" * 64}
    return ScannedList.objects.create(event=event, day=event.starts_on, file=file, **about)


@pytest.fixture
def scan(event):
    return scan_of(event)


@pytest.fixture
def frozen(event):
    record_attendance(create_registration(event))
    return freeze(event, event.starts_on, by=None, at=datetime(2027, 5, 22, tzinfo=UTC))


@pytest.fixture
def report(event):
    file = ContentFile(b"Name,Minutes", "report.csv")
    values = {"file": file, "file_name": "report.csv", "sha256": "b" * 64, "clocks": "Europe/Paris"}
    return OnlineReport.objects.create(event=event, confirmed_at=datetime(2027, 5, 21, tzinfo=UTC), **values)


@pytest.fixture(params=["minutes", "scan", "frozen", "report"])
def piece(request):
    return request.getfixturevalue(request.param)


def is_refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except IntegrityError as error:
        return REFUSED in str(error)
    return False


def rows(piece):
    """The row without any manager or method of ours."""
    return type(piece)._base_manager.filter(pk=piece.pk)


def in_sql(sql: str, *values):
    def act():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    return act


def end_keeping(event, day=LONG_AGO):
    Project.objects.filter(pk=event.project_id).update(evidence_kept_until=day)


def give_reason(piece, **fields):
    evidence = getattr(piece, "evidence", "signed_lists")
    values = {"event": piece.event, "title": "x", "evidence": evidence, "stored_as": piece.file.name}
    return EvidenceRemoval.objects.create(reason="Of another event", **{**values, **fields})


def test_no_piece_goes_without_a_reason_whatever_way_is_taken(piece):
    table = piece._meta.db_table

    assert is_refused(piece.delete)
    assert is_refused(rows(piece).delete)
    assert is_refused(in_sql(f"DELETE FROM {table}"))
    assert rows(piece).exists()


def test_a_piece_goes_with_its_reason_and_not_with_that_of_another(piece):
    give_reason(piece, stored_as="documents/other")
    give_reason(piece, event=create_event(piece.event.project))
    assert is_refused(rows(piece).delete)

    give_reason(piece)
    rows(piece).delete()
    assert not rows(piece).exists()


def test_a_piece_goes_when_its_day_is_over(piece):
    end_keeping(piece.event, datetime.now(UTC).date() + timedelta(days=1))
    assert is_refused(rows(piece).delete)

    end_keeping(piece.event)
    rows(piece).delete()
    assert not rows(piece).exists()


def test_another_file_or_event_or_mark_takes_it_away_too(event, minutes, scan, report):
    other = create_event(event.project)
    for piece in (minutes, scan, report):
        assert is_refused(lambda piece=piece: rows(piece).update(file="documents/other"))
        assert is_refused(lambda piece=piece: rows(piece).update(event=other))
    assert is_refused(lambda: rows(minutes).update(evidence=""))
    assert is_refused(lambda: rows(minutes).update(deleted_at=datetime.now(UTC)))
    assert is_refused(lambda: rows(scan).update(day=LONG_AGO))

    # What says nothing about the file changes as before.
    rows(minutes).update(title="Minutes of the meeting")
    scan.withdraw(by=None, reason="Of another day")
    report.take_back(reason="Of another meeting")


def test_a_reason_for_another_mark_is_none_for_deleting(minutes):
    keep_reason(minutes, "They are slides")
    rows(minutes).update(evidence="presentations")

    assert is_refused(rows(minutes).delete)


def test_what_was_deleted_with_a_reason_is_cleared_away_and_can_be_brought_back(event, minutes):
    keep_reason(minutes, "Of another meeting")
    minutes.put_away()
    assert [removal.reason for removal in folder_of(event).removed] == ["Of another meeting"]
    changes.restore_document(minutes)
    assert folder_of(event).removed == ()

    minutes.put_away(at=datetime.now(UTC) - timedelta(days=40))
    changes.clear_what_was_deleted()
    assert not Document.with_deleted.exists()
    assert EvidenceRemoval.objects.count() == 1


def test_what_is_no_evidence_goes_as_before(event, report):
    rows(report).update(confirmed_at=None)
    for values in ({"evidence": "", "file": "documents/x"}, {"evidence": "minutes", "file": ""}):
        Document.objects.create(event=event, title="x", **values)
    draft = create_event(event.project, status="draft")
    Document.objects.create(event=draft, title="x", evidence="minutes", file="documents/y")

    draft.delete_draft()
    assert Document.objects.all().delete()[0] == 2
    assert OnlineReport.objects.all().delete()[0] == 1


# --- What is deleted with something else ---------------------------------------------------------------------------


def test_an_event_is_not_deleted_with_evidence_that_is_kept(event, minutes):
    assert is_refused(Event.objects.filter(pk=event.pk).delete)
    keep_reason(minutes, "Of another meeting")
    rows(minutes).delete()
    # The reason itself stays as long.
    assert is_refused(Event.objects.filter(pk=event.pk).delete)
    assert is_refused(lambda: EvidenceRemoval.objects.update(reason="None"))

    end_keeping(event)
    Event.objects.filter(pk=event.pk).delete()
    assert (Event.objects.count(), EvidenceRemoval.objects.count()) == (0, 0)


def test_nor_by_deleting_the_event_first(event, minutes):
    def behind_it():
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("DELETE FROM events_event_co_hosts")
            cursor.execute("DELETE FROM events_event WHERE id = %s", [event.pk])
            cursor.execute("DELETE FROM events_document")

    assert is_refused(behind_it)


def test_a_project_with_events_is_never_deleted(event, minutes):
    with pytest.raises(ProtectedError):
        event.project.delete()


def test_a_user_who_gave_a_reason_is_deleted_and_the_reason_stays(event, minutes):
    bob = create_lead(event.project)
    keep_reason(minutes, "Of another meeting", by=bob)
    User.objects.filter(pk=bob.pk).delete()

    assert EvidenceRemoval.objects.get().removed_by is None


# --- What all of it is made of ------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [AttendanceRecord, Certificate])
def test_no_record_and_no_certificate_goes_while_evidence_is_kept(event, model):
    registration = create_registration(event)
    record_attendance(registration)
    issue(registration, by=None, at=datetime(2027, 5, 22, tzinfo=UTC))
    one = model.objects.get()
    give_reason(scan_of(event))

    assert is_refused(one.delete)
    assert is_refused(rows(one).delete)
    assert is_refused(in_sql(f"DELETE FROM {model._meta.db_table}"))
    end_keeping(event)
    assert rows(one).delete()[0] == 1


def test_what_a_draft_tried_goes(event):
    record_attendance(create_registration(event))
    Event.objects.filter(pk=event.pk).update(status="draft")

    assert AttendanceRecord.objects.all().delete()[0] == 1


# --- Pages -------------------------------------------------------------------------------------------------------


def test_the_administration_says_what_keeps_an_event(client, event, minutes):
    client.force_login(User.objects.create_superuser("root@example.org", password="x"))
    page = reverse("admin:events_event_delete", args=[event.pk])
    chosen = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}

    assert "Evidence that is kept: Minutes" in client.get(page).content.decode()
    assert client.post(page, {"post": "yes"}).status_code == 200
    assert client.post(reverse("admin:events_event_changelist"), chosen).status_code == 200
    assert Event.objects.exists()
    end_keeping(event)
    assert client.post(page, {"post": "yes"}).status_code == 302
    assert not Event.objects.exists()


def test_the_administration_has_no_page_to_delete_a_piece():
    for model in (Document, EvidenceRemoval, ScannedList, SignedList, OnlineReport):
        assert not site.is_registered(model)


def test_an_organiser_whose_document_became_evidence_meanwhile_is_asked_why(client, event, minutes, monkeypatch):
    client.force_login(create_lead(event.project))
    monkeypatch.setattr(Document, "is_kept_as_evidence", lambda self: False)
    answer = client.post(reverse("events:delete_document", args=[event.slug, minutes.pk]))

    assert (answer.status_code, "only with a reason" in answer.content.decode()) == (200, True)
    assert event.documents.count() == 1


# --- The triggers themselves -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_migrating_again_leaves_the_guard_and_emptying_everything_passes_it(event, minutes):
    call_command("migrate", verbosity=0)
    assert is_refused(rows(minutes).delete)

    call_command("flush", interactive=False, verbosity=0)
    assert not Document.objects.exists()
    event = create_event()
    again = Document.objects.create(event=event, title="x", evidence="minutes", file="documents/z")
    assert is_refused(rows(again).delete)
