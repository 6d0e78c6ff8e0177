"""The folder of an event: what is in it, what is missing, and the ZIP that an auditor opens."""

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.db.models.signals import post_delete
from django.urls import reverse

from accounts.models import Mail
from events.checklists import evidence_missing
from events.models import Document
from learning.evidence import folder_of, links, packs
from learning.evidence.folder import safe_name
from learning.evidence.packing import MANIFEST, packed_bytes
from learning.evidence.pieces import packs_of, pieces_of
from learning.models import AuditorLink, EvidencePack, PhotoConsent
from registrations.models import Consent, Invitation
from registrations.online import counting
from registrations.proof import freezing, scans
from tests.factories import (
    create_event,
    create_feedback,
    create_kind,
    create_lead,
    create_project,
    create_registration,
    create_session,
    create_user,
    record_attendance,
)
from tests.registrations.online import layouts

pytestmark = pytest.mark.django_db
DUE = ["invitation", "agenda", "signed_lists", "minutes", "photos", "feedback"]
AFTER = datetime(2027, 6, 1, 9, tzinfo=UTC)
DAY = date(2027, 5, 20)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.OUTBOX_IN_WEB_PROCESS = False
    clock.move_to(AFTER)


@pytest.fixture
def event():
    kind = create_kind("study-visit", evidence_due=[*DUE, "Visitors’ book"])
    return create_event(create_project(), kind=kind, ends_on=DAY, status="held", title="Visit to Gävle & <Tartu>")


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


def add_document(event, title, evidence="", content=b"%PDF-1.7 a file", file_type="application/pdf", **fields):
    document = Document(event=event, title=title, evidence=evidence, file_type=file_type, **fields)
    document.file_name = fields.get("file_name", f"{title}.pdf")
    document.octets = len(content)
    document.file.save(document.file_name, ContentFile(content), save=False)
    document.save()
    return document


def fill(event):
    """Everything that is due, as organisers and records bring it."""
    alice = create_registration(event, "Alice Ágnes Őry")
    record_attendance(alice)
    freezing.freeze(event, DAY, by=None)
    scans.keep_scan(event, DAY, ContentFile(b"%PDF-1.7 signed"), "application/pdf", "scan 1.pdf", by=None)
    create_session(event, title="Opening")
    Invitation.objects.create(event=event, email="bob@example.org", name="Bob", sent_at=AFTER - timedelta(days=60))
    create_feedback(alice)
    add_document(event, "Minutes", "minutes")
    add_document(event, "Foto ő", "photos", b"\xff\xd8\xff photo", "image/jpeg", file_name="Foto ő.jpg")
    add_document(event, "Book", "Visitors’ book")
    add_document(event, "Way to the station")


def missing(event) -> dict[str, str]:
    return {section.key: section.missing for section in folder_of(event).missing}


def address(name, event, *more) -> str:
    return reverse(f"learning:{name}", args=[event.slug, *more])


# --- The folder --------------------------------------------------------------------------------------------------


def test_an_empty_folder_names_all_that_is_due(event):
    assert missing(event) == {
        "invitation": "Nothing is there yet",
        "agenda": "Nothing is there yet",
        "signed_lists": "No signed list of: 20 May 2027",
        "minutes": "Nothing is there yet",
        "photos": "Nothing is there yet",
        "feedback": "Nothing is there yet",
        "Visitors’ book": "Nothing is there yet",
    }


def test_a_whole_folder_misses_nothing(event):
    fill(event)

    assert missing(event) == {}
    assert evidence_missing(event) == []


def test_the_checklist_of_the_event_knows_what_records_bring(event):
    names = ["Invitation", "Agenda", "Signed attendance lists", "Minutes", "Photos", "Feedback of those who came"]
    assert evidence_missing(event) == [*names, "Visitors’ book"]

    fill(event)
    assert evidence_missing(event) == []


def test_a_document_that_is_no_evidence_is_there_once_among_the_others(event):
    fill(event)
    folder = folder_of(event)

    assert folder.sections[-1].name == "Other documents"
    assert [item.title for item in folder.sections[-1].items] == ["Way to the station"]
    titles = [item.title for item in folder.items]
    assert titles.count("Way to the station") == 1
    assert all(section.name for section in folder.sections)


def test_a_report_of_the_meeting_tells_who_was_taken_for_whom(event):
    alice = create_registration(event, "Alice Rossi", email="alice@example.org")
    report = counting.keep(event, io.BytesIO(layouts.zoom("en")), name="zoom.csv", clocks="Europe/Amsterdam")
    checked = counting.check(report)
    assert "zoom-who-is-who.html" not in {item.name for item in folder_of(event).items}

    counting.confirm(report, {row.code: alice for row in checked.rows if row.is_sure})

    names = {item.name: item for item in folder_of(event).items}
    text = b"".join(names["zoom-who-is-who.html"].chunks()).decode()
    assert "Alice Rossi, City of Gävle" in text and "Same address" in text and "Nobody Known" in text
    assert report.sha256 in text and "zoom.csv" in names


def test_a_day_without_its_list_is_named(event):
    event.ends_on = date(2027, 5, 21)
    event.save()
    fill(event)

    assert missing(event) == {"signed_lists": "No signed list of: 21 May 2027"}


def test_a_file_that_is_lost_is_missing(event):
    fill(event)
    document = Document.objects.get(title="Minutes")
    document.file.storage.delete(document.file.name)

    assert missing(event) == {"minutes": "The file is lost: Minutes"}


def test_paths_are_safe_and_each_is_there_once(event):
    for _n in range(3):
        add_document(event, "Minutes", "minutes", file_name="../../etc/passwd")
    add_document(event, "Other", file_name="CON\x01:*?\u202egpj.exe")
    paths = [item.path for item in folder_of(event).items]

    assert len(paths) == len({path.casefold() for path in paths})
    assert [path for path in paths if ".." in path or path.startswith("/") or "\u202e" in path] == []
    assert "\x00" not in safe_name("a\x00b.pdf")
    assert safe_name("...") == "file"
    assert safe_name("a" * 300 + ".pdf").endswith(".pdf")


def test_reading_the_folder_asks_as_often_for_three_files_as_for_one(event, django_assert_num_queries):
    add_document(event, "One", "minutes")
    event = type(event).objects.with_page_data().get(pk=event.pk)
    with django_assert_num_queries(7):
        folder_of(event)
    add_document(event, "Two", "minutes")
    add_document(event, "Three", "photos")
    with django_assert_num_queries(7):
        folder_of(event)


# --- The ZIP -----------------------------------------------------------------------------------------------------


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name == "href" and tag == "a"]


def test_the_zip_is_what_an_auditor_needs(event, tmp_path):
    fill(event)
    with zipfile.ZipFile(io.BytesIO(packed_bytes(folder_of(event)))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unpacked")
        names = set(archive.namelist())
    folder = tmp_path / "unpacked"

    # The hashes agree, by a program that is not ours, and every file is in the list.
    listed = {line.split("  ", 1)[1] for line in (folder / MANIFEST).read_text().splitlines()}
    assert listed == names - {MANIFEST}
    if shutil.which("sha256sum"):
        checked = subprocess.run(
            ["sha256sum", "-c", "--strict", MANIFEST], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout.count(": OK")) == (0, len(listed))

    # The index opens every file, names the event, runs nothing and loads nothing from elsewhere.
    index = (folder / "index.html").read_text()
    local = [unquote(link) for link in Links(index).found if not link.startswith("http")]
    assert set(local) == names - {MANIFEST, "index.html", "style.css"}
    assert "Visit to Gävle &amp; &lt;Tartu&gt;" in index
    assert "<script" not in index
    assert re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver|localhost|127)', index) == []
    assert "is lost" not in index


def test_a_changed_byte_is_found_by_the_manifest(event, tmp_path):
    fill(event)
    with zipfile.ZipFile(io.BytesIO(packed_bytes(folder_of(event)))) as archive:
        lines = dict(reversed(line.split("  ", 1)) for line in archive.read(MANIFEST).decode().splitlines())
        [minutes] = [name for name in archive.namelist() if name.endswith("Minutes.pdf")]
        content = archive.read(minutes)

    assert hashlib.sha256(content).hexdigest() == lines[minutes]
    assert hashlib.sha256(content.replace(b"a", b"b", 1)).hexdigest() != lines[minutes]


def test_what_is_missing_and_lost_stands_in_the_index(event):
    fill(event)
    document = Document.objects.get(title="Minutes")
    document.file.storage.delete(document.file.name)
    with zipfile.ZipFile(io.BytesIO(packed_bytes(folder_of(event)))) as archive:
        index = archive.read("index.html").decode()

    assert "The file is lost: Minutes" in index


def test_the_same_folder_at_the_same_instant_is_the_same_zip(event):
    fill(event)

    assert packed_bytes(folder_of(event), at=AFTER) == packed_bytes(folder_of(event), at=AFTER)


def text_of(event, name) -> str:
    [item] = [item for item in folder_of(event).items if item.name == name]
    return b"".join(item.chunks()).decode()


def test_the_invitation_is_that_which_was_sent_without_its_key_and_its_person(event):
    invitation = Invitation.objects.create(event=event, email="bob@example.org", name="Bob Bruni", sent_at=AFTER)
    Mail.objects.create(
        key="x",
        to="bob@example.org",
        subject="Invitation: Visit",
        text=f"Bob Bruni, come!\n\nhttp://testserver/en/invitations/{invitation.code}/",
        about=f"invitation:{invitation.pk}",
    )
    text = text_of(event, "invitation.html")

    assert "come!" in text
    assert invitation.code not in text
    assert "Bob Bruni" not in text


def test_the_invitation_is_told_when_its_mail_is_deleted_already(event):
    Invitation.objects.create(event=event, email="bob@example.org", sent_at=AFTER)

    assert '<dd dir="auto">1</dd>' in text_of(event, "invitation.html")


def test_few_answers_tell_no_averages(event):
    for name in ("Alice", "Bob"):
        create_feedback(create_registration(event, name), satisfaction=5)
    assert "5.0" not in text_of(event, "feedback.html")

    for name in ("Charlie", "Dora", "Emil"):
        create_feedback(create_registration(event, name), satisfaction=5)
    assert "5.0" in text_of(event, "feedback.html")


def test_no_answer_about_photos_means_no(event):
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    alice.answer_consent(Consent.Purpose.PHOTOS, True, wording="w", language="en")
    text = text_of(event, "consent.html")

    assert text.index("Alice") < text.index("Must not be recognisable") < text.index(bob.name, text.index("Must not"))


# --- In the background -------------------------------------------------------------------------------------------


def test_a_pack_is_made_by_whoever_runs_next(event):
    fill(event)
    asked = packs.ask_for(event, language="en")
    assert packs.ask_for(event, language="en") == asked

    assert packs.make_waiting() == 1
    made = EvidencePack.objects.get()
    with made.file.open("rb") as file:
        content = file.read()
    assert (made.sha256, made.octets) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (made.done, made.total, made.is_ready) == (made.total, len(folder_of(event).items), True)
    assert packs.make_waiting() == 0


def test_a_pack_that_is_older_than_the_folder_says_so(client, event, bob):
    fill(event)
    packs.ask_for(event, language="en")
    packs.make_waiting()
    address_of_project = links.make(event.project, label="Control", until=date(2027, 7, 1))[1]
    page, listed = client.get(address("evidence", event)), client.get(address_of_project)
    for answer in (page, listed, client.get(address("pack_state", event))):
        assert "Made: " in answer.content.decode()
        assert "older than" not in answer.content.decode() and "came since" not in answer.content.decode()

    add_document(event, "More minutes", "minutes")
    add_document(event, "Slides", "presentations")
    minutes = Document.objects.get(title="Minutes")
    client.post(reverse("events:delete_document", args=[event.slug, minutes.pk]), {"reason": "Of another event"})

    text = client.get(address("evidence", event)).content.decode()
    assert "2 pieces came since." in text and "1 piece in it is in the folder no more." in text
    assert "2 pieces came since" in client.get(address_of_project).content.decode()
    packs.ask_for(event, language="en", at=AFTER + timedelta(hours=1))
    packs.make_waiting()
    assert "came since" not in client.get(address("evidence", event)).content.decode()


def test_pieces_of_many_events_are_those_of_their_folders(event, django_assert_num_queries):
    alice = create_registration(event, "Alice Rossi", email="alice@example.org")
    report = counting.keep(event, io.BytesIO(layouts.zoom("en")), name="zoom.csv", clocks="Europe/Amsterdam")
    counting.confirm(report, {row.code: alice for row in counting.check(report).rows if row.is_sure})
    fill(event)
    other = create_event(event.project, status="held")
    add_document(other, "Minutes", "minutes")

    with django_assert_num_queries(5):
        found = pieces_of([event, other])

    for one in (event, other):
        assert found[one.pk] == {item.piece for item in folder_of(one).items}
    packs.ask_for(event, language="en")
    packs.ask_for(other, language="en")
    packs.make_waiting()
    with django_assert_num_queries(6):
        ready = packs_of([event, other])
    assert [one.since.is_older for one in ready.values()] == [False, False]


def test_a_pack_whose_maker_was_killed_is_made_anew(event):
    asked = packs.ask_for(event, language="en")
    asked.begin(total=3, at=AFTER)
    assert packs.make_waiting(at=AFTER + timedelta(minutes=4)) == 0
    assert packs.make_waiting(at=AFTER + timedelta(minutes=6)) == 1


def test_a_pack_that_cannot_be_made_says_why_and_can_be_asked_for_again(event, monkeypatch, caplog):
    def full(*args, **kwargs):
        raise OSError("No space left on device")

    packs.ask_for(event, language="en")
    monkeypatch.setattr(packs, "pack", full)
    packs.make_waiting()
    assert EvidencePack.objects.get().failed_because == "OSError: No space left on device"
    monkeypatch.undo()
    packs.ask_for(event, language="en")
    assert packs.make_waiting() == 1


def test_a_pack_is_in_the_language_of_whoever_asked(event):
    fill(event)
    packs.ask_for(event, language="nl")
    packs.make_waiting()
    with EvidencePack.objects.get().file.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert '<html lang="nl">' in archive.read("index.html").decode()


def test_old_packs_go_with_their_files(event, django_capture_on_commit_callbacks):
    packs.ask_for(event, language="en")
    packs.make_waiting()
    file = EvidencePack.objects.get().file
    assert packs.clear_old_packs(at=AFTER + timedelta(days=6)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert packs.clear_old_packs(at=AFTER + timedelta(days=8)) == 1

    assert not file.storage.exists(file.name)
    assert post_delete.has_listeners(EvidencePack)


# --- Pages -------------------------------------------------------------------------------------------------------


def test_organisers_see_the_folder_make_the_zip_and_take_it(client, event, bob):
    fill(event)
    page = client.get(address("evidence", event)).content.decode()
    assert "Everything that this kind of event asks for is there." in page

    client.post(address("ask_for_pack", event))
    assert "It is about to be made." in client.get(address("pack_state", event)).content.decode()
    packs.make_waiting()
    pack = EvidencePack.objects.get()
    assert pack.sha256 in client.get(address("pack_state", event)).content.decode()
    answer = client.get(address("pack", event, pack.pk))
    assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}-evidence-2027-06-01.zip"'
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == pack.sha256


def test_every_file_is_handed_out_to_be_saved(client, event, bob):
    fill(event)
    for item in folder_of(event).items:
        answer = client.get(address("evidence_file", event, item.key))
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
        assert answer["Content-Disposition"].startswith("attachment")
        assert b"".join(answer.streaming_content)
    assert client.get(address("evidence_file", event, "0" * 20)).status_code == 404


def test_photos_are_marked(client, event, bob):
    photo = add_document(event, "Group", "photos")
    minutes = add_document(event, "Minutes", "minutes")

    client.post(address("mark_photo", event, photo.pk), {"consent": "agreed"})
    assert (PhotoConsent.objects.get().document, PhotoConsent.objects.get().checked_by) == (photo, bob)
    assert "Everybody in it agreed" in next(i.about for i in folder_of(event).items if i.document == photo)
    refused = client.post(address("mark_photo", event, photo.pk), {"consent": "nonsense"})
    text = refused.content.decode()
    assert (refused.status_code, PhotoConsent.objects.get().consent) == (422, "agreed")
    assert text.count("Say whether this photo may be used") == 2 and "Error:" in text.partition("</title>")[0]
    assert f'href="#id_consent_{photo.pk}"' in text and f'id="id_consent_{photo.pk}_error"' in text
    client.post(address("mark_photo", event, photo.pk), {"consent": ""})
    assert not PhotoConsent.objects.exists()
    assert client.post(address("mark_photo", event, minutes.pk), {"consent": "agreed"}).status_code == 404


def test_charlie_sees_none_of_it(client, event, bob):
    fill(event)
    item = folder_of(event).items[0]
    packs.ask_for(event, language="en")
    packs.make_waiting()
    pack = EvidencePack.objects.get()
    link, _address = links.make(event, label="Auditor", until=date(2027, 7, 1))
    photo = Document.objects.get(evidence="photos")
    client.force_login(create_lead(create_project(), "Charlie"))

    for name, more in (("evidence", ()), ("evidence_file", (item.key,)), ("pack_state", ()), ("pack", (pack.pk,))):
        assert client.get(address(name, event, *more)).status_code == 404
    for name, more in (
        ("ask_for_pack", ()),
        ("make_auditor_link", ()),
        ("revoke_auditor_link", (link.pk,)),
        ("mark_photo", (photo.pk,)),
    ):
        assert client.post(address(name, event, *more)).status_code == 404
        assert client.get(address(name, event, *more)).status_code == 405
    client.force_login(create_user())
    assert client.get(address("evidence", event)).status_code == 403


# --- Auditors ----------------------------------------------------------------------------------------------------


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def test_an_auditor_reads_everything_and_changes_nothing(client, event):
    fill(event)
    link, whole = links.make(event, label="First-level control", until=date(2027, 7, 1))
    path = path_of(whole)
    before = Document.objects.count(), PhotoConsent.objects.count()

    page = client.get(path)
    assert page.status_code == 200
    for found in Links(page.content.decode()).found:
        if "/files/" in found:
            assert client.get(found).status_code == 200
    client.post(f"{path}{event.slug}/pack/")
    packs.make_waiting()
    pack = EvidencePack.objects.get()
    assert client.get(f"{path}{event.slug}/pack/{pack.pk}/").status_code == 200
    assert client.post(path).status_code == 405
    assert (Document.objects.count(), PhotoConsent.objects.count()) == before
    link.refresh_from_db()
    assert (link.opened, link.last_opened_at) == (1, AFTER)


def test_a_link_opens_until_its_day_and_not_after(client, event, clock):
    link, whole = links.make(event, label="Control", until=date(2027, 7, 1))
    path = path_of(whole)

    clock.move_to(datetime(2027, 7, 1, 21, 59, tzinfo=UTC))
    assert client.get(path).status_code == 200
    clock.move_to(datetime(2027, 7, 1, 22, 0, tzinfo=UTC))
    folder = f"{path}{event.slug}/"
    for address_of in (path, folder, f"{folder}files/{'0' * 20}/", f"{folder}pack/1/"):
        gone = client.get(address_of)
        assert (gone.status_code, "This link is over" in gone.content.decode()) == (410, True)
    assert link.code_hash not in whole


def test_a_revoked_link_is_closed_at_once_and_an_unknown_one_tells_nothing(client, event, bob):
    link, whole = links.make(event, label="Control", until=date(2027, 7, 1))
    client.post(address("revoke_auditor_link", event, link.pk))

    client.logout()
    assert client.get(path_of(whole)).status_code == 410
    for code in ("x" * 32, "short", "x" * 61):
        assert client.get(reverse("learning:audit", args=[code])).status_code == 404


def test_a_link_opens_no_other_event(client, event):
    other = create_event(title="Other")
    other_document = add_document(other, "Secret", "minutes")
    _link, whole = links.make(event, label="Control", until=date(2027, 7, 1))
    packs.ask_for(other, language="en")
    packs.make_waiting()
    key = next(item.key for item in folder_of(other).items if item.document == other_document)

    pack = EvidencePack.objects.get()
    for slug in (event.slug, other.slug):
        assert client.get(f"{path_of(whole)}{slug}/files/{key}/").status_code == 404
        assert client.get(f"{path_of(whole)}{slug}/pack/{pack.pk}/").status_code == 404
    assert client.get(f"{path_of(whole)}{other.slug}/").status_code == 404
    assert client.post(f"{path_of(whole)}{other.slug}/pack/").status_code == 404


@pytest.mark.parametrize(
    ("label", "until", "words"),
    [
        ("", ("1", "7", "2027"), "Say for whom the link is"),
        ("Control", ("", "", ""), "Enter the last day of the link"),
        ("Control", ("1", "5", "2027"), "This day is over"),
        ("Control", ("1", "7", "2029"), "Enter a day within one year"),
    ],
)
def test_a_link_that_cannot_be_made_says_why(client, event, bob, label, until, words):
    day = dict(zip(("until_0", "until_1", "until_2"), until, strict=True))
    answer = client.post(address("make_auditor_link", event), {"label": label, **day})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not AuditorLink.objects.exists()


def test_the_address_of_a_new_link_is_shown_once(client, event, bob):
    day = {"until_0": "1", "until_1": "7", "until_2": "2027"}
    answer = client.post(address("make_auditor_link", event), {"label": "Control", **day}).content.decode()
    [whole] = re.findall(r'value="(http[^"]+/audit/[^"]+)"', answer)

    assert client.get(path_of(whole)).status_code == 200
    assert "/audit/" not in client.get(address("evidence", event)).content.decode()
