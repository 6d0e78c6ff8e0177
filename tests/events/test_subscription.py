"""A real subscription: vdirsyncer fetches a calendar again and again, and khal shows what is in it."""

import os
import shutil
import subprocess
from datetime import date, time
from pathlib import Path

import pytest

from events.models import Event
from tests.factories import create_event, create_project, create_session, create_venue

pytestmark = pytest.mark.django_db(transaction=True)


class Subscriber:
    """Somebody with both programs and a folder of their own."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.calendar = folder, folder / "calendar"
        self.environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "Europe/Amsterdam"}
        (folder / "vdirsyncer").write_text(
            f"""
            [general]
            status_path = "{folder}/status"
            [pair feed]
            a = "here"
            b = "there"
            collections = null
            [storage here]
            type = "filesystem"
            path = "{self.calendar}"
            fileext = ".ics"
            [storage there]
            type = "http"
            url = "{address}"
            """
        )
        (folder / "khal").write_text(
            f"""
[calendars]
[[feed]]
path = {self.calendar}
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = Europe/Amsterdam
default_timezone = Europe/Amsterdam
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""
        )
        self.calendar.mkdir()
        self.run("vdirsyncer", "-c", str(folder / "vdirsyncer"), "discover")

    def run(self, *command: str) -> str:
        result = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr

    def sync(self) -> list[str]:
        """Fetch the calendar; return what was done, in the program's words, without its first line."""
        lines = self.run("vdirsyncer", "-c", str(self.folder / "vdirsyncer"), "sync").splitlines()
        return [line for line in lines if not line.startswith("Syncing ")]

    def files(self) -> dict[str, tuple[bytes, int]]:
        return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in self.calendar.iterdir()}

    def shown(self) -> list[str]:
        """What the calendar shows between May and December 2027."""
        row = "{start-date} {start-time}-{end-time} {title}"
        lines = self.run(
            *("khal", "-c", str(self.folder / "khal"), "list", "--once", "--day-format", "", "--format", row),
            *("2027-05-01", "2027-12-31"),
        ).splitlines()
        return [" ".join(line.split()) for line in lines if line.strip()]


@pytest.fixture
def subscribe(tmp_path, live_server):
    for program in ("vdirsyncer", "khal"):
        if shutil.which(program) is None:
            pytest.skip(f"No {program} here: install the package {program}.")
    return lambda path: Subscriber(tmp_path, live_server.url + path)


def test_a_second_fetch_brings_nothing(subscribe):
    project = create_project(slug="one")
    for title in ("Őszi műhely; két nap, Ημερίδα", "Kick-off", "Kick-off"):
        event = create_event(project, title=title, ends_on=date(2027, 5, 20))
        create_session(event, title="Opening", start_time=time(9))
    subscriber = subscribe("/calendars/projects/one.ics?sessions=1")

    assert len(subscriber.sync()) == 6
    before = subscriber.files()
    assert len(before) == 6
    assert subscriber.sync() == []
    assert subscriber.files() == before
    event.save()
    assert subscriber.sync() == []
    assert subscriber.files() == before


def test_a_conference_that_moves_is_one_entry_at_every_step(subscribe):
    conference = create_event(
        create_project(acronym="S3Chem"),
        title="Closing conference",
        slug="closing",
        status=Event.Status.SAVE_THE_DATE,
        starts_on=date(2027, 6, 17),
        ends_on=date(2027, 6, 18),
        start_time=None,
        end_time=None,
        venue=create_venue(name="", city="Maastricht"),
    )
    subscriber = subscribe("/calendars/all.ics")
    days = {"date_precision": Event.DatePrecision.DAY}

    subscriber.sync()
    assert subscriber.shown() == ["2027-06-17 - SAVE THE DATE: Closing conference (S3Chem)"]
    conference.postpone(reason="Nobody can travel.")
    subscriber.sync()
    assert subscriber.shown() == ["2027-06-17 - POSTPONED: Closing conference (S3Chem)"]
    conference.announce(
        starts_on=date(2027, 10, 21), ends_on=date(2027, 10, 21), start_time=time(9), end_time=time(16), **days
    )
    second = create_event(
        conference.project,
        title="Closing conference, second day",
        starts_on=date(2027, 10, 22),
        ends_on=date(2027, 10, 22),
        venue=create_venue(name="Brightlands Chemelot Campus", city="Geleen"),
    )
    subscriber.sync()
    assert subscriber.shown() == [
        "2027-10-21 09:00-16:00 Closing conference (S3Chem)",
        "2027-10-22 09:00-16:00 Closing conference, second day (S3Chem)",
    ]
    second.change_plan(mode=Event.Mode.ONLINE, venue=None, start_time=time(10), end_time=time(12))
    conference.cancel(reason="The hall was flooded.")
    subscriber.sync()
    assert subscriber.shown() == [
        "2027-10-21 09:00-16:00 CANCELLED: Closing conference (S3Chem)",
        "2027-10-22 10:00-12:00 Closing conference, second day (S3Chem)",
    ]
    assert subscriber.sync() == []
