"""What a phone keeps of the door: its files, its words, and for how long."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from registrations.door import phone
from tests.factories import create_event

SCRIPTS = Path(settings.BASE_DIR) / "static" / "js" / "door"
# What reads codes runs apart from the page, the worker keeps the page, and the start belongs to the server's pages.
APART = {"decoder", "start", "worker"}


def test_phone_keeps_every_file_that_the_page_needs():
    needed = {"js/door/app.js"}
    for script in SCRIPTS.glob("*.js"):
        needed |= {f"js/door/{name}.js" for name in re.findall(r'from "\./(\w+)\.js"', script.read_text())}

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
    filled = {"count", "shown", "time", "name", "here", "expected", "walk_ins", "lately"}

    assert {name for words in phone.words().values() for name in re.findall(r"\{(\w+)\}", words)} <= filled


@pytest.mark.django_db
def test_list_stays_on_a_phone_until_a_day_after_the_event():
    event = create_event(starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 21), time_zone="Europe/Amsterdam")

    during = phone.list_is_forgotten_at(event, at=datetime(2027, 5, 20, 8, tzinfo=UTC))
    # An organiser may look at the list of an event that is long over.
    afterwards = phone.list_is_forgotten_at(event, at=datetime(2028, 1, 1, tzinfo=UTC))

    assert during == datetime(2027, 5, 22, 22, tzinfo=UTC)
    assert afterwards == datetime(2028, 1, 1, tzinfo=UTC) + timedelta(hours=1)
