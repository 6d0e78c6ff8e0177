"""Speakers: who may change and who may see them, their photos, and nothing lost.

Alice leads the project, Bob coordinates the partner that hosts, Charlie coordinates another partner.
"""

import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from PIL import Image

from events.models import Contribution, Event, Session, Speaker
from events.programme.changes import clear_what_was_deleted
from events.programme.pictures import initials
from events.programme.speaker_form import SpeakerForm
from tests.factories import (
    create_coordinator,
    create_lead,
    create_partner,
    create_project,
    create_session,
    create_speaker,
    days,
)
from tests.opening import answers_to

from .editing import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "media")]


def picture(colour: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (700, 700), colour).save(out, "PNG")
    return SimpleUploadedFile("IMG_2027 me at home.png", out.getvalue())


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "keyed"), [("organise_speakers", False), ("add_speaker", False), ("edit_speaker", True)]
)
def test_lead_and_host_change_speakers_and_another_partner_does_not_find_them(client, event, bob, name, keyed):
    page = address(name, *([create_speaker(event).pk] if keyed else []))
    alice, charlie = create_lead(event.project, "Alice"), create_coordinator(create_partner(event.project), "Charlie")

    assert answers_to(client, page, alice, bob, charlie) == {"Alice": 200, "Bob": 200, "Charlie": 404}


@pytest.mark.parametrize("act", ["delete_speaker", "restore_speaker", "edit_speaker"])
def test_another_partner_changes_no_speaker(client, event, act):
    speaker = create_speaker(event, name="Ana")
    client.force_login(create_coordinator(create_partner(event.project), "Charlie"))

    assert client.post(address(act, speaker.pk), {"name": "Changed"}).status_code == 404
    assert [one.name for one in event.speakers.all()] == ["Ana"]


def test_a_speaker_is_added_with_a_photo_under_a_name_of_our_own(client, event, bob, media):
    client.post(
        address("add_speaker"),
        {"name": "Ágnes Őri", "function": "Head of waste", "organisation_name": "Pécs", "picture": picture()},
    )

    speaker = event.speakers.get()
    assert (speaker.name, speaker.function, speaker.organisation_name) == ("Ágnes Őri", "Head of waste", "Pécs")
    (file,) = files(media)
    assert file.name == f"{speaker.photo_version}.jpg"
    assert Image.open(file).size == (600, 600)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": " "}, "name", "Enter a name"),
        ({"name": "ana"}, "name", "There is a speaker of this name"),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"picture": SimpleUploadedFile("me.jpg", b"<svg/>")}, "picture", "Choose a JPEG, PNG or WebP file"),
        (
            {"picture": SimpleUploadedFile("me.jpg", b"\xff\xd8\xff\xe0junk")},
            "picture",
            "Choose a JPEG, PNG or WebP file",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, event, bob, media, fields, field, words):
    create_speaker(event, name="Ana")

    answer = client.post(address("add_speaker"), {"name": "Bo", "about": "Kept as typed", **fields})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in answer.content.decode()
    assert "Kept as typed" in answer.content.decode()
    assert files(media) == []
    assert event.speakers.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_photo_replaces_the_old_one_and_no_file_is_left_over(client, event, bob, media):
    client.post(address("add_speaker"), {"name": "Ana", "picture": picture("red")})
    (first,) = files(media)
    speaker = event.speakers.get()

    client.post(address("edit_speaker", speaker.pk), {"name": "Ana", "picture": picture("blue")})
    (second,) = files(media)
    assert second != first

    client.post(address("edit_speaker", speaker.pk), {"name": "Ana", "no_picture": "on"})
    assert files(media) == []


def test_a_photo_stays_when_the_rest_is_changed(client, event, bob, media):
    client.post(address("add_speaker"), {"name": "Ana", "picture": picture()})
    before = files(media)

    client.post(address("edit_speaker", event.speakers.get().pk), {"name": "Ana Őri"})

    assert files(media) == before
    assert event.speakers.get().photo


@pytest.mark.django_db(transaction=True)
def test_when_saving_fails_the_old_photo_is_there_and_the_new_one_is_not(event, media, monkeypatch):
    speaker = create_speaker(event, name="Ana", photo=ContentFile(initials("Ana").read(), name="x.jpg"))
    before = files(media)
    form = SpeakerForm({"name": "Ana"}, {"picture": picture()}, event=event, speaker=speaker)
    assert form.is_valid()
    save = Speaker.save

    def failing(self, *args, **kwargs):
        save(self, *args, **kwargs)
        raise IntegrityError

    monkeypatch.setattr(Speaker, "save", failing)
    with pytest.raises(IntegrityError):
        form.save()

    assert files(media) == before
    assert Speaker.objects.get().photo.name == f"speakers/{before[0].name}"


@pytest.mark.django_db(transaction=True)
def test_a_deleted_speaker_is_nowhere_comes_back_and_goes_with_the_file_after_30_days(client, event, bob, media, clock):
    client.post(address("add_speaker"), {"name": "Ana", "picture": picture()})
    speaker = event.speakers.get()
    photo = reverse("events:speaker_photo", args=[speaker.pk, speaker.photo_version])
    assert "Ana" in client.get("/en/events/conference/").content.decode()

    answer = client.post(address("delete_speaker", speaker.pk), follow=True)
    assert "Undo" in answer.content.decode()
    assert "Ana" not in client.get("/en/events/conference/").content.decode()
    assert client.get(photo).status_code == 404

    client.post(address("restore_speaker", speaker.pk))
    assert client.get(photo).status_code == 200

    client.post(address("delete_speaker", speaker.pk))
    clock.shift(days(31))
    clear_what_was_deleted()
    assert files(media) == []


def test_a_speaker_whose_name_was_given_again_does_not_come_back_twice(client, event, bob):
    speaker = create_speaker(event, name="Ana")
    client.post(address("delete_speaker", speaker.pk))
    create_speaker(event, name="Ana")

    answer = client.post(address("restore_speaker", speaker.pk), follow=True)

    assert "Rename that one first" in answer.content.decode()
    assert event.speakers.count() == 1


# --- Photos ------------------------------------------------------------------------------------------------------


def with_photo(event: Event) -> tuple[Speaker, str]:
    speaker = create_speaker(event, photo=ContentFile(initials("Ana Bo").read(), name="x.jpg"))
    return speaker, reverse("events:speaker_photo", args=[speaker.pk, speaker.photo_version])


def test_a_photo_is_handed_out_with_headers_that_keep_it_a_picture(client, event):
    _speaker, photo = with_photo(event)

    answer = client.get(photo)

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert answer["Content-Disposition"] == "inline"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_another_version_or_none_is_not_found(client, event):
    speaker, photo = with_photo(event)

    assert client.get(photo.replace(speaker.photo_version, "0" * 32)).status_code == 404
    assert client.get(photo.replace(speaker.photo_version, "..")).status_code == 404
    nobody = create_speaker(event)
    assert client.get(f"/en/speakers/{nobody.pk}/x.jpg").status_code == 404
    assert client.get(f"/en/speakers/{speaker.pk + 999}/x.jpg").status_code == 404


def test_the_photo_of_what_is_for_partners_is_for_partners(client, event):
    speaker, photo = with_photo(event)
    secret = create_session(event, visibility=Session.Visibility.PARTNERS)
    Contribution.objects.create(session=secret, speaker=speaker)

    assert client.get(photo).status_code == 404
    client.force_login(create_coordinator(create_partner(event.project), "Charlie"))
    answer = client.get(photo)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-cache")
    client.force_login(create_lead(create_project(), "Mallory"))
    assert client.get(photo).status_code == 404

    # Deleting the session does not make public who spoke in it.
    secret.put_away()
    client.logout()
    assert client.get(photo).status_code == 404


def test_the_photo_of_a_draft_is_for_its_organisers(client, event):
    _speaker, photo = with_photo(event)
    event.status = Event.Status.DRAFT
    event.save()

    assert client.get(photo).status_code == 404
    client.force_login(create_lead(event.project))
    assert client.get(photo).status_code == 200


def test_two_people_in_one_speaker_lose_nothing(client, event, bob):
    speaker = create_speaker(event, name="Ana", function="Clerk")
    page = address("edit_speaker", speaker.pk)
    opened = {"opened_with": client.get(page).context["form"]["opened_with"].value()}
    Speaker.objects.filter(pk=speaker.pk).update(about="Theirs", function="Mayor")

    answer = client.post(page, {"name": "Ana", "about": "Mine", "function": "Clerk", **opened})

    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("Mine", "Theirs")]
    assert ">\nMine</textarea>" in answer.content.decode()
    speaker.refresh_from_db()
    assert speaker.about == "Theirs"
    client.post(page, {"name": "Ana", "about": "Mine", "function": "Clerk", **opened, "keep-about": "mine"})
    speaker.refresh_from_db()
    assert (speaker.about, speaker.function) == ("Mine", "Mayor")


def test_speakers_are_put_in_order_by_buttons(client, event, bob):
    # As from a file: all at one position.
    ana, bo, cem = (create_speaker(event, name=name, position=1) for name in ("Ana", "Bo", "Cem"))

    answer = client.post(address("move_speaker", cem.pk), {"move": "up"}, follow=True)
    assert list(event.speakers.order_by("position").values_list("name", flat=True)) == ["Ana", "Cem", "Bo"]
    assert answer.redirect_chain[0][0] == f"{address('organise_speakers')}?focus=up-{cem.pk}"
    page = answer.content.decode()
    assert page.count("autofocus") == 1 and page.count(">Move up<") == page.count(">Move down<") == 2

    client.post(address("move_speaker", ana.pk), {"move": "down"})
    assert list(event.speakers.order_by("position").values_list("name", flat=True)) == ["Cem", "Ana", "Bo"]
    answer = client.post(address("move_speaker", bo.pk), {"move": "down"}, follow=True)
    assert "cannot move further" in answer.content.decode()
    assert client.post(address("move_speaker", bo.pk), {"move": "away"}).status_code == 404


def test_another_partner_moves_no_speaker(client, event):
    speaker = create_speaker(event)
    client.force_login(create_coordinator(create_partner(event.project), "Charlie"))

    assert client.post(address("move_speaker", speaker.pk), {"move": "up"}).status_code == 404


def test_what_is_typed_of_a_speaker_is_kept_and_offered_again(client, event, bob):
    page = address("add_speaker")
    draft = address("draft", "speaker-new")

    client.post(draft, {"name": "Ana", "about": "Half a sentence"}, headers={"X-Autosave": "1"})
    assert "Use it" in client.get(page).content.decode()
    used = client.get(page + "?draft=1").content.decode()
    assert 'value="Ana"' in used and "Half a sentence" in used
    assert client.post(draft, {"name": "Ana", "keep": "1"}).url == page

    client.post(page, {"name": "Ana"})
    assert "Use it" not in client.get(page).content.decode()
