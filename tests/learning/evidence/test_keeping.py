"""Evidence is kept until a day: before it, a piece goes only with a reason that stays in the folder."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from events.models import Document, EvidenceRemoval
from learning.evidence import folder_of
from tests.factories import create_coordinator, create_event, create_kind, create_lead, create_partner, create_project

pytestmark = pytest.mark.django_db
AFTER = datetime(2027, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path
    clock.move_to(AFTER)


@pytest.fixture
def event():
    kind = create_kind("study-visit", evidence_due=["minutes", "presentations"])
    return create_event(create_project(), kind=kind, status="held")


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


@pytest.fixture
def minutes(event):
    document = Document(event=event, title="Minutes", evidence="minutes", file_name="minutes.pdf")
    document.file.save("minutes.pdf", ContentFile(b"%PDF-1.7 minutes"))
    return document


def address(name, event, *more) -> str:
    return reverse(name, args=[event.slug, *more])


def test_a_piece_of_evidence_is_deleted_only_with_a_reason(client, event, bob, minutes):
    page = address("events:delete_document", event, minutes.pk)

    assert "It can go, but only with a reason." in client.post(page).content.decode()
    assert client.post(page, {"reason": " "}).status_code == 422
    assert (event.documents.count(), EvidenceRemoval.objects.count()) == (1, 0)

    client.post(page, {"reason": "It was another meeting's"})
    removal = EvidenceRemoval.objects.get()
    assert (event.documents.count(), removal.reason, removal.removed_by) == (0, "It was another meeting's", bob)
    assert len(removal.sha256) == 64
    assert folder_of(event).removed == (removal,)
    assert "It was another meeting" in client.get(address("learning:evidence", event)).content.decode()


def test_what_is_no_evidence_or_kept_no_longer_goes_as_before(client, event, bob, minutes):
    other = Document.objects.create(event=event, title="Way to the station", file="documents/x")
    client.post(address("events:delete_document", event, other.pk))
    # Over by the clock of the database, too.
    event.project.evidence_kept_until = date(2020, 5, 31)
    event.project.save()
    client.post(address("events:delete_document", event, minutes.pk))

    assert (event.documents.count(), EvidenceRemoval.objects.count()) == (0, 0)


def test_on_its_last_day_evidence_is_still_kept(event, minutes):
    event.project.evidence_kept_until = date(2027, 6, 1)

    assert minutes.is_kept_as_evidence()
    assert not minutes.is_kept_as_evidence(on=date(2027, 6, 2))


def test_another_file_or_another_mark_needs_a_reason(client, event, bob, minutes):
    page = address("events:edit_document", event, minutes.pk)
    typed = {"title": "Minutes", "evidence": "minutes", "visibility": "public", "language": ""}

    client.post(page, {**typed, "title": "Minutes of the meeting"})
    assert (Document.objects.get().title, EvidenceRemoval.objects.count()) == ("Minutes of the meeting", 0)
    refused = client.post(page, {**typed, "evidence": "presentations"})
    assert (refused.status_code, "Say why: another file" in refused.content.decode()) == (422, True)
    upload = SimpleUploadedFile("new.pdf", b"%PDF-1.7 new")
    assert client.post(page, {**typed, "upload": upload}).status_code == 422
    client.post(page, {**typed, "evidence": "presentations", "reason": "They are slides"})
    assert (Document.objects.get().evidence, EvidenceRemoval.objects.get().reason) == (
        "presentations",
        "They are slides",
    )


def test_the_lead_says_until_when_and_never_earlier(client, event, bob):
    page = address("learning:keep_evidence_until", event)

    client.post(page, {"day_0": "31", "day_1": "12", "day_2": "2035"})
    event.project.refresh_from_db()
    assert event.project.evidence_kept_until == date(2035, 12, 31)
    refused = client.post(page, {"day_0": "31", "day_1": "12", "day_2": "2034"})
    assert (refused.status_code, "Enter a later day" in refused.content.decode()) == (422, True)
    assert client.post(page, {}).status_code == 422


def test_a_host_does_not_say_until_when(client, event):
    host = create_partner(event.project)
    event.host = host
    event.save()
    client.force_login(create_coordinator(host))

    assert client.post(address("learning:keep_evidence_until", event)).status_code == 404
    assert "Save the day" not in client.get(address("learning:evidence", event)).content.decode()


def test_a_removal_is_never_changed(event, bob, minutes):
    removal = EvidenceRemoval.objects.create(event=event, title="x", evidence="minutes", reason="y")

    with pytest.raises(TypeError):
        removal.save()
