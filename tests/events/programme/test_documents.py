"""Documents: what is taken, who may open one, and when; no file left over and none lost."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from events.models import CalendarState, Document, Event, Session
from events.programme.changes import clear_what_was_deleted
from events.programme.document_form import DocumentForm
from events.programme.documents import NotADocument, file_name, is_opened_by, key_for, type_of
from registrations.models import Registration
from tests.conftest import NOW
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_session,
    days,
)
from tests.opening import answers_to

from .editing import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "media")]

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
Visibility = Document.Visibility


def upload(content: bytes = PDF, name: str = "slides.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def damaged(compression: int) -> bytes:
    """An archive whose list of parts is whole and whose first part cannot be unfolded."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    packed = bytearray(out.getvalue())
    start = 30 + len("mimetype") + (9 if compression == zipfile.ZIP_LZMA else 0)
    packed[start : start + 12] = b"\xff" * 12
    return bytes(packed)


def locked() -> bytes:
    """An archive that says that a password is needed."""
    packed = bytearray(zipped(mimetype="application/vnd.oasis.opendocument.text"))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def create_document(event: Event, **fields) -> Document:
    content = fields.pop("content", PDF)
    file = {"file": ContentFile(content, name="x")} if content else {}
    defaults = {"title": "Slides", "file_name": "slides.pdf", "file_type": "application/pdf", "octets": 2_100_000}
    return event.documents.create(**{**defaults, **file, **fields})


def typed(**fields) -> dict:
    return {"title": "Slides", "visibility": "public", **fields}


# --- What is taken -----------------------------------------------------------------------------------------------

TAKEN = {
    "PDF": (PDF, ".pdf"),
    "JPEG": (b"\xff\xd8\xff\xe0 and so on", ".jpg"),
    "PNG": (b"\x89PNG\r\n\x1a\n and so on", ".png"),
    "text": ("Ágnes, ő és a többiek\r\n".encode(), ".txt"),
    "ODT": (zipped(mimetype="application/vnd.oasis.opendocument.text"), ".odt"),
    "ODP": (zipped(mimetype="application/vnd.oasis.opendocument.presentation"), ".odp"),
    "DOCX": (zipped(word__document="x", **{"word__document.xml": "x"}), ".docx"),
    "XLSX": (zipped(**{"xl__workbook.xml": "x"}), ".xlsx"),
    "PPTX": (zipped(**{"ppt__presentation.xml": "x"}), ".pptx"),
}
NOT_TAKEN = {
    "nothing": b"",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "HTML after spaces": b"\xef\xbb\xbf \n<html>",
    "an SVG": b"<svg onload='alert(1)'/>",
    "a program": b"MZ\x90\x00\x03",
    "a script": b"#!/bin/sh\nrm -rf /\0",
    "an archive": zipped(**{"evil.exe": "x"}),
    "a document with macros": zipped(**{"word__document.xml": "x", "word__vbaProject.bin": "x"}),
    "an Office file with macros that calls itself ODT": zipped(
        mimetype="application/vnd.oasis.opendocument.text", **{"word__vbaProject.bin": "x"}
    ),
    "an Open Document with macros": zipped(
        mimetype="application/vnd.oasis.opendocument.text", **{"Basic__Standard__Module1.xml": "x"}
    ),
    "an Open Document with scripts": zipped(
        mimetype="application/vnd.oasis.opendocument.text", **{"Scripts__python__x.py": "x"}
    ),
    "a damaged archive": damaged(zipfile.ZIP_DEFLATED),
    "an archive damaged in LZMA": damaged(zipfile.ZIP_LZMA),
    "a locked archive": locked(),
    "an Open Document of another kind": zipped(mimetype="application/vnd.oasis.opendocument.formula"),
    "a broken archive": b"PK\x03\x04 and nothing",
    "an old Office file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "too large": b"%PDF-1.7" + b"\0" * 25_000_001,
}


@pytest.mark.parametrize(("content", "end"), TAKEN.values(), ids=TAKEN.keys())
def test_a_file_is_what_is_in_it_whatever_its_name_says(content, end):
    assert file_name("evil.exe", type_of(upload(content, "evil.exe"))) == f"evil{end}"


@pytest.mark.parametrize("content", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_other_files_are_refused_in_words_and_not_kept(client, event, bob, media, content):
    with pytest.raises(NotADocument):
        type_of(upload(content))

    answer = client.post(address("add_document"), typed(upload=upload(content), title="Kept as typed"))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["upload"]
    assert "Kept as typed" in answer.content.decode()
    assert files(media) == []


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("slides.pdf", "slides.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\slides.final.pdf", "slides.final.pdf"),
        ('a"b\r\nX-Evil: 1.pdf', "abX-Evil 1.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("Előadás.pdf", "Előadás.pdf"),
    ],
)
def test_a_file_is_saved_under_a_harmless_name(name, saved_as):
    assert file_name(name, "application/pdf") == saved_as


# --- The form ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "keyed"), [("organise_documents", False), ("add_document", False), ("edit_document", True)]
)
def test_lead_and_host_change_documents_and_another_partner_does_not_find_them(client, event, bob, name, keyed):
    page = address(name, *([create_document(event).pk] if keyed else []))
    alice, charlie = create_lead(event.project, "Alice"), create_coordinator(create_partner(event.project), "Charlie")

    assert answers_to(client, page, alice, bob, charlie) == {"Alice": 200, "Bob": 200, "Charlie": 404}


@pytest.mark.parametrize("act", ["delete_document", "restore_document", "edit_document"])
def test_another_partner_changes_no_document(client, event, act):
    document = create_document(event)
    client.force_login(create_coordinator(create_partner(event.project), "Charlie"))

    assert client.post(address(act, document.pk), typed(title="Changed")).status_code == 404
    assert [one.title for one in event.documents.all()] == ["Slides"]


def test_a_document_is_added_with_its_type_size_and_dates(client, event, bob, media):
    session = create_session(event)

    answer = client.post(
        address("add_document"),
        typed(
            upload=upload(name="Slides final.pptx"),
            session=str(session.pk),
            language="it",
            visibility="registered",
            from_day_0="21",
            from_day_1="5",
            from_day_2="2027",
            from_time="16:00",
            until_day_0="31",
            until_day_1="12",
            until_day_2="2027",
        ),
    )

    assert answer.status_code == 302, answer.context["form"].errors
    document = event.documents.get()
    assert (document.file_name, document.file_type, document.octets) == (
        "Slides final.pdf",
        "application/pdf",
        len(PDF),
    )
    assert (document.session, document.language, document.visibility) == (session, "it", "registered")
    assert document.visible_from == datetime(2027, 5, 21, 14, tzinfo=UTC)
    assert document.visible_until == datetime(2027, 12, 31, 23, tzinfo=UTC)
    (file,) = files(media)
    assert file.suffix == ""

    page = client.get(address("edit_document", document.pk))
    assert page.context["form"]["until_day"].initial.isoformat() == "2027-12-31"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"no PDF", "ok.pdf", "The file “ok.pdf” is TXT by what is in it, so it is called “ok.txt” now."),
        (PDF, "ok.PDF", ""),
        (PDF, "without an end", ""),
        (b"\xff\xd8\xff\xe0 and so on", "photo.jpeg", ""),
    ],
)
def test_a_file_that_is_something_else_than_its_name_says_is_taken_with_a_word(
    client, event, bob, media, content, name, said
):
    page = client.post(address("add_document"), typed(upload=upload(content, name)), follow=True).content.decode()

    assert event.documents.count() == 1
    assert said in page
    assert ("by what is in it" in page) == bool(said)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"title": ""}, "title", "Enter a title"),
        ({"session": "999"}, "session", "valid choice"),
        ({"language": "xx"}, "language", "valid choice"),
        ({"visibility": "world"}, "visibility", "valid choice"),
        ({"from_time": "16:00"}, "from_day", "Enter the day too"),
        ({"from_day_0": "31", "from_day_1": "2", "from_day_2": "2027"}, "from_day", "There is no such day"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, event, bob, fields, field, words):
    answer = client.post(address("add_document"), typed(**fields))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in answer.content.decode()


def test_a_document_of_another_event_cannot_be_tied_to_a_session_here(client, event, bob):
    other = create_session(create_event())

    assert client.post(address("add_document"), typed(session=str(other.pk))).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_new_file_replaces_the_old_one_and_nothing_is_left_over(client, event, bob, media, clock):
    client.post(address("add_document"), typed(upload=upload()))
    (first,) = files(media)
    document = event.documents.get()

    client.post(address("edit_document", document.pk), typed(upload=upload(b"Text", "notes.txt")))
    (second,) = files(media)
    document.refresh_from_db()
    assert (second != first, document.file_type) == (True, "text/plain")

    client.post(address("edit_document", document.pk), typed(title="Notes"))
    assert files(media) == [second]

    client.post(address("delete_document", document.pk))
    assert files(media) == [second]
    client.post(address("restore_document", document.pk))
    assert event.documents.count() == 1

    client.post(address("delete_document", document.pk))
    clock.shift(days(31))
    clear_what_was_deleted()
    assert files(media) == []


@pytest.mark.django_db(transaction=True)
def test_when_saving_fails_the_old_file_is_there_and_the_new_one_is_not(event, media, monkeypatch):
    document = create_document(event)
    before = files(media)
    form = DocumentForm(typed(), {"upload": upload()}, event=event, document=document)
    assert form.is_valid(), form.errors
    save = Document.save

    def failing(self, *args, **kwargs):
        save(self, *args, **kwargs)
        raise IntegrityError

    monkeypatch.setattr(Document, "save", failing)
    with pytest.raises(IntegrityError):
        form.save()

    assert files(media) == before
    assert Document.objects.get().file.name == f"documents/{before[0].name}"


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_event(event, media):
    create_document(event)

    event.delete()

    assert files(media) == []


# --- Who may open it ---------------------------------------------------------------------------------------------


def as_user(user) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("visibility", "opens_for"),
    [
        (Visibility.PUBLIC, ["nobody", "stranger", "partner", "organiser"]),
        (Visibility.REGISTERED, ["partner", "organiser"]),
        (Visibility.PARTNERS, ["partner", "organiser"]),
        (Visibility.ORGANISERS, ["organiser"]),
    ],
)
def test_a_file_opens_for_those_it_is_for_and_stands_on_their_page(event, visibility, opens_for):
    document = create_document(event, visibility=visibility, title="The slides")
    users = {
        "nobody": None,
        "stranger": create_lead(create_project(), "Mallory"),
        "partner": create_coordinator(create_partner(event.project), "Charlie"),
        "organiser": create_lead(event.project, "Alice"),
    }
    link = reverse("events:document", args=[document.pk])

    opened = [name for name, user in users.items() if as_user(user).get(link).status_code == 200]
    listed = [
        name
        for name, user in users.items()
        if "The slides" in as_user(user).get("/en/events/conference/").content.decode()
    ]

    assert opened == listed == opens_for


def test_a_file_is_saved_and_never_run(client, event):
    document = create_document(event, file_name='Előadás "1".pdf')

    answer = client.get(reverse("events:document", args=[document.pk]))

    assert b"".join(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''El%C5%91ad%C3%A1s")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-cache"


def test_whoever_has_a_seat_opens_what_is_for_the_registered_from_their_own_page(client, event, clock):
    document = create_document(event, visibility=Visibility.REGISTERED, title="The slides")
    alice = create_registration(event)
    waiting = create_registration(event, "Bob", state=Registration.State.WAITING)
    link = reverse("events:document", args=[document.pk])

    page = client.get(f"/en/registrations/{alice.code}/").content.decode()
    assert f"{link}?key={key_for(document)}" in page
    assert "The slides" not in client.get(f"/en/registrations/{waiting.code}/").content.decode()
    public = client.get("/en/events/conference/").content.decode()
    assert "The slides" not in public
    assert "More is for people who are registered." in public

    key = key_for(document)
    assert client.get(link, {"key": key}).status_code == 200
    assert client.get(link, {"key": key[:-1]}).status_code == 404
    assert client.get(link, {"key": key_for(create_document(event))}).status_code == 404
    clock.shift(timedelta(hours=13))
    assert not is_opened_by(document, key)
    assert client.get(link, {"key": key}).status_code == 404


def test_a_key_opens_nothing_that_was_kept_for_fewer_meanwhile(client, event):
    document = create_document(event, visibility=Visibility.REGISTERED)
    link, key = reverse("events:document", args=[document.pk]), key_for(document)

    document.visibility = Visibility.ORGANISERS
    document.save()

    assert client.get(link, {"key": key}).status_code == 404


@pytest.mark.parametrize(
    ("starts", "ends", "status"),
    [(None, None, 200), (-1, 1, 200), (1, None, 404), (None, -1, 404), (0, None, 200), (None, 0, 404)],
)
def test_a_file_opens_between_its_dates(client, event, starts, ends, status):
    document = create_document(
        event,
        visible_from=NOW + timedelta(hours=starts) if starts is not None else None,
        visible_until=NOW + timedelta(hours=ends) if ends is not None else None,
    )

    assert client.get(reverse("events:document", args=[document.pk])).status_code == status
    # Its organisers prepare it, so they always see it.
    organiser = as_user(create_lead(event.project))
    assert organiser.get(reverse("events:document", args=[document.pk])).status_code == 200


def test_a_document_of_a_session_for_partners_is_for_partners(client, event):
    session = create_session(event, visibility=Session.Visibility.PARTNERS)
    document = create_document(event, session=session)
    link = reverse("events:document", args=[document.pk])

    assert client.get(link).status_code == 404
    assert as_user(create_coordinator(create_partner(event.project), "Charlie")).get(link).status_code == 200


@pytest.mark.parametrize("fields", [{"status": Event.Status.DRAFT}, {"visibility": Event.Visibility.PARTNERS}])
def test_a_document_of_a_hidden_event_is_hidden(client, event, fields):
    document = create_document(event)
    for name, value in fields.items():
        setattr(event, name, value)
    event.save()

    assert client.get(reverse("events:document", args=[document.pk])).status_code == 404


def test_a_document_without_a_file_says_that_it_comes(client, event):
    document = create_document(event, content=None, title="The slides")

    page = client.get("/en/events/conference/").content.decode()

    assert "comes later" in page
    assert client.get(reverse("events:document", args=[document.pk])).status_code == 404


def test_nothing_is_said_of_links_where_no_document_has_one(client, event):
    create_document(event, content=None, visibility=Visibility.REGISTERED, title="Way to the dinner")
    address = f"/en/registrations/{create_registration(event).code}/"

    without = client.get(address).content.decode()
    create_document(event, visibility=Visibility.REGISTERED)

    assert "Way to the dinner" in without and "comes later" in without
    assert "work for 12 hours" not in without
    assert "work for 12 hours" in client.get(address).content.decode()


def test_a_document_that_has_not_come_is_named_to_organisers_alone(client, event):
    create_document(event, content=None, title="The slides")
    Event.objects.filter(pk=event.pk).update(status=Event.Status.HELD)
    CalendarState.advance()

    page = client.get("/en/events/conference/").content.decode()
    assert "The slides" not in page and "comes later" not in page
    bob = create_lead(event.project, "Bob")
    assert "Not there yet" in as_user(bob).get("/en/organise/conference/documents/").content.decode()


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, event, media):
    document = create_document(event)
    for file in files(media):
        file.unlink()

    assert client.get(reverse("events:document", args=[document.pk])).status_code == 404


def test_a_document_is_named_with_type_size_and_language(client, event):
    create_document(event, title="The slides", language="it", session=create_session(event))

    page = client.get("/en/events/conference/").content.decode()

    assert "(PDF, 2.0\xa0MB, Italian)" in page
    assert 'hreflang="it"' in page


def test_a_change_of_a_document_is_on_the_page_at_once(client, event):
    document = create_document(event, title="The slides")
    assert "The slides" in client.get("/en/events/conference/").content.decode()
    before = CalendarState.current()

    document.title = "The film"
    document.save()

    assert CalendarState.current() == before + 1
    assert "The film" in client.get("/en/events/conference/").content.decode()


def test_two_people_in_one_document_lose_nothing(client, event, bob):
    document = create_document(event, title="Slides", language="en")
    page = address("edit_document", document.pk)
    opened = {"opened_with": client.get(page).context["form"]["opened_with"].value()}
    Document.objects.filter(pk=document.pk).update(title="Theirs", language="it")

    answer = client.post(page, typed(title="Mine", language="en", **opened))

    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("Mine", "Theirs")]
    assert 'value="Mine"' in answer.content.decode()
    document.refresh_from_db()
    assert document.title == "Theirs"
    client.post(page, typed(title="Mine", language="en", **opened, **{"keep-title": "mine"}))
    document.refresh_from_db()
    assert (document.title, document.language) == ("Mine", "it")


def test_documents_are_put_in_order_by_buttons(client, event, bob):
    first, second = (create_document(event, title=title) for title in ("Agenda", "Slides"))

    client.post(address("move_document", second.pk), {"move": "up"})

    assert list(event.documents.order_by("position").values_list("title", flat=True)) == ["Slides", "Agenda"]
    assert (
        "cannot move further"
        in client.post(address("move_document", first.pk), {"move": "down"}, follow=True).content.decode()
    )


def test_what_is_typed_of_a_document_is_kept_and_offered_again(client, event, bob):
    document = create_document(event, title="Slides")
    page = address("edit_document", document.pk)

    client.post(address("draft", f"document-{document.pk}"), typed(title="New slides", from_day="half"))

    assert "Use it" in client.get(page).content.decode()
    assert 'value="New slides"' in client.get(page + "?draft=1").content.decode()
    client.post(page, typed(title="New slides"))
    assert "Use it" not in client.get(page).content.decode()
