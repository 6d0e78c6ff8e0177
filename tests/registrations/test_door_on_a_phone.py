"""What a phone keeps of the door: its files, its words, and for how long."""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from events.models import Event
from registrations.door import phone
from registrations.models import DoorLink
from tests.conftest import NOW
from tests.factories import create_event, create_registration

SCRIPTS = Path(settings.BASE_DIR) / "static" / "js" / "door"
# What reads codes runs apart from the page, the worker keeps the page, and the start belongs to the server's pages.
APART = {"decoder", "start", "worker"}


def test_phone_keeps_every_file_that_the_page_needs():
    needed = {"js/door/app.js"}
    for script in SCRIPTS.glob("*.js"):
        needed |= {f"js/door/{name}.js" for name in re.findall(r'(?:from|import) "\./(\w+)\.js"', script.read_text())}

    assert needed == {f"js/door/{script.name}" for script in SCRIPTS.glob("*.js") if script.stem not in APART}
    assert needed < set(phone.FILES.values())
    assert {"js/door/decoder.js", "vendor/zxing-wasm/reader.js"} < set(phone.FILES.values())


def test_worker_begins_with_the_files_and_the_sum_over_them():
    version, files, *_rest = phone.worker().splitlines()

    assert re.fullmatch(r'const VERSION = "[0-9a-f]{16}";', version)
    assert re.findall(r'"([^"]+)"', files) == [f"/static/{path}" for path in phone.FILES.values()]


def test_app_says_only_words_that_are_translated():
    known = phone.words()
    said = set()
    for script in SCRIPTS.glob("*.js"):
        said |= set(re.findall(r'\bsay\("(\w+)"', script.read_text()))

    assert said - set(known) == set()


def test_words_name_only_what_the_phone_fills_in():
    filled = {"count", "shown", "time", "desk", "name", "here", "expected", "walk_ins", "lately"}

    assert {name for words in phone.words().values() for name in re.findall(r"\{(\w+)\}", words)} <= filled


@pytest.mark.django_db
def test_list_stays_on_a_phone_until_a_day_after_the_event():
    event = create_event(starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 21), time_zone="Europe/Amsterdam")

    during = phone.list_is_forgotten_at(event, at=datetime(2027, 5, 20, 8, tzinfo=UTC))
    # An organiser may look at the list of an event that is long over.
    afterwards = phone.list_is_forgotten_at(event, at=datetime(2028, 1, 1, tzinfo=UTC))

    assert during == datetime(2027, 5, 22, 22, tzinfo=UTC)
    assert afterwards == datetime(2028, 1, 1, tzinfo=UTC) + timedelta(hours=1)


# --- The pages of the app ----------------------------------------------------------------------------------------


@pytest.fixture
def event(db, clock):
    """An event of today, with somebody on its list."""
    event = create_event(starts_on=NOW.date(), ends_on=NOW.date(), time_zone="Europe/Amsterdam")
    create_registration(event, "Alice", email="alice@example.org")
    return event


@pytest.fixture
def helper(client, event):
    """A helper who came in by the PIN of a link."""
    link = DoorLink.objects.create(event=event, label="Entrance")
    client.post(reverse("door:door", args=[event.slug]), {"pin": link.pin, "name": "Bob"})
    return client


def test_page_of_the_app_says_nothing_about_anybody(helper, event, django_assert_num_queries):
    create_registration(event, "Carol", email="carol@example.org")
    with django_assert_num_queries(1):
        answer = helper.get(reverse("door:app", args=[event.slug]))

    assert answer.status_code == 200
    assert event.title in answer.text
    assert [name for name in ("Alice", "Carol", "alice@", "Bob") if name in answer.text] == []


def test_whoever_is_not_at_the_door_is_asked_to_begin(client, event):
    page = client.get(reverse("door:app", args=[event.slug]))
    secret = client.get(reverse("door:secret", args=[event.slug]))

    assert (page.status_code, page["Location"]) == (302, reverse("door:door", args=[event.slug]))
    assert (secret.status_code, phone.cookie_name(event) in client.cookies) == (401, False)


def test_secret_of_the_list_goes_with_the_event(helper, event):
    answer = helper.get(reverse("door:secret", args=[event.slug]))
    cookie = answer.cookies[phone.cookie_name(event)]

    assert answer.json() == {"forgetAt": phone.list_is_forgotten_at(event).isoformat()}
    assert len(cookie.value) == 43
    # Django counts whole seconds and adds one.
    assert parsedate_to_datetime(cookie["expires"]) - phone.list_is_forgotten_at(event) <= timedelta(seconds=1)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == ("", "Strict", "/")
    # Each phone has its own.
    assert helper.get(reverse("door:secret", args=[event.slug])).cookies[cookie.key].value != cookie.value


def test_app_can_be_installed(client, event):
    answer = client.get(reverse("door:manifest", args=[event.slug]))

    assert answer["Content-Type"] == "application/manifest+json"
    assert (answer.json()["start_url"], answer.json()["display"]) == (f"/en/door/{event.slug}/app/", "standalone")


def test_icons_are_drawn_in_the_sizes_that_the_manifest_names(client, event):
    icons = client.get(reverse("door:manifest", args=[event.slug])).json()["icons"]
    drawn = {icon["src"].rpartition("/")[2]: icon["sizes"] for icon in icons if icon["type"] == "image/png"}

    assert drawn == {"icon-192.png": "192x192", "icon-512.png": "512x512", "icon-maskable-512.png": "512x512"}
    for name, sizes in {**drawn, phone.APPLE_ICON: "180x180"}.items():
        with Image.open(Path(settings.BASE_DIR) / "static" / name) as image:
            assert f"{image.width}x{image.height}" == sizes
            corner, *_rest = image.convert("RGBA").getpixel((0, 0))[3:]
            # Phones cut or round these themselves, and would show black behind a hole.
            assert (corner == 255) == (name in (phone.APPLE_ICON, "icon-maskable-512.png"))


def test_drafts_have_no_manifest(client, db):
    draft = create_event(status=Event.Status.DRAFT)

    assert client.get(reverse("door:manifest", args=[draft.slug])).status_code == 404


def test_worker_is_a_script_for_all_doors_of_a_language(client, db):
    answer = client.get(reverse("door:worker"))

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert reverse("door:worker") == "/en/door/worker.js"
