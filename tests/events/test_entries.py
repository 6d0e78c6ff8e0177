"""Entries that are written once and stored: what is written again, what never is, and who waits for whom."""

import hashlib
import os
import subprocess
import sys
import threading
import time as clocks
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time

import icalendar
import pytest
from django.conf import settings as project_settings
from django.db import connection, connections, transaction

from events import entries, feeds
from events.entries import calendar_of, write_entries
from events.ical import Personal
from events.models import CalendarEntry, CalendarState, Event, EventQuerySet, FeedState, Session
from tests.factories import create_event, create_partner, create_project, create_session, create_venue

ALL = "/calendars/all.ics"


def titles(octets: bytes) -> list[str]:
    return [str(event["SUMMARY"]).partition(" (")[0] for event in icalendar.Calendar.from_ical(octets).events]


def calendar(events=None, **choices) -> bytes:
    events = Event.objects.all() if events is None else events
    return calendar_of(events, language="en", name="Mine", page="http://testserver/", **choices)


@pytest.fixture
def written(monkeypatch) -> list[str]:
    """The titles of the events that were written, in order."""
    titles = []
    write = entries.vevent

    def noted(event: Event, *rest) -> bytes:
        titles.append(event.title)
        return write(event, *rest)

    monkeypatch.setattr(entries, "vevent", noted)
    return titles


# --- What is written ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_sessions_are_written_when_a_calendar_with_sessions_is_asked_for_and_then_stay(written):
    event = create_event(title="One", starts_on=date(2027, 5, 4))
    create_session(event, title="Opening", day=1, start_time=time(9, 0))

    assert titles(calendar()) == ["One"]
    assert CalendarEntry.objects.get().session_octets is None
    assert titles(calendar(with_sessions=True)) == ["One", "Opening"]
    assert titles(calendar()) == ["One"]
    assert titles(calendar(with_sessions=True)) == ["One", "Opening"]
    assert written == ["One", "One"]


@pytest.mark.django_db
def test_a_change_of_one_event_writes_one_event_again_in_every_process(client, written):
    venue = create_venue()
    for title in ("One", "Two", "Three"):
        create_event(title=title, venue=venue if title == "Two" else create_venue())
    first = client.get(ALL).content
    assert written == ["One", "Two", "Three"]
    feeds.forget_kept_calendars()
    assert client.get(ALL).content == first
    assert client.get(ALL + "?kind=thematic-event").status_code == 200
    assert written == ["One", "Two", "Three"]

    venue.name = "Town hall"
    venue.save()
    assert b"Town hall" in client.get(ALL).content
    assert written == ["One", "Two", "Three", "Two"]


@pytest.mark.django_db
def test_each_language_is_written_for_itself(client, written, settings):
    settings.LANGUAGES = [("en", "English"), ("it", "Italian")]
    create_event(title="Visit", translations={"it": {"title": "Visita"}})

    assert [titles(client.get(ALL + query).content) for query in ("", "?lang=it", "")] == [
        ["Visit"],
        ["Visita"],
        ["Visit"],
    ]
    assert written == ["Visit", "Visit"]
    assert sorted(CalendarEntry.objects.values_list("language", flat=True)) == ["en", "it"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"), [("CALENDAR_DOMAIN", "other.example.org"), ("SITE_URL", "https://other.example.org")]
)
def test_what_is_part_of_every_entry_writes_all_anew(client, settings, name, value):
    create_event()
    client.get(ALL)
    feeds.forget_kept_calendars()
    setattr(settings, name, value)

    assert b"other.example.org" in client.get(ALL).content


@pytest.mark.django_db
def test_all_entries_can_be_written_ahead(client, written, django_assert_max_num_queries):
    for title in ("One", "Two"):
        create_event(title=title)

    assert write_entries("en") == 2
    assert write_entries("en") == 0
    client.get(ALL)
    assert written == ["One", "Two"]


@pytest.mark.django_db
def test_two_changes_at_one_moment_are_two_changes(client, clock):
    event = create_event(title="Zero", venue=create_venue(name="Zero"))
    client.get(ALL)
    for word in ("One", "Two"):
        event.refresh_from_db()
        event.title = word
        event.save()
        assert titles(client.get(ALL).content) == [word]
        event.venue.name = word
        event.venue.save()
        assert f"LOCATION:{word}".encode() in client.get(ALL).content


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_editing_an_event_costs_the_same_queries_however_many_there_are(count, django_assert_max_num_queries):
    project = create_project()
    for _ in range(count):
        event = create_event(project, title="Same")
        create_session(event, start_time=time(9))
    write_entries("en")

    # The event, what leads to it from events that were split, and the version of everything visible.
    with django_assert_max_num_queries(3):
        event.save()


# --- Who sees what -----------------------------------------------------------------------------------------------


@pytest.fixture
def programme() -> Event:
    event = create_event(title="Conference", host=create_partner())
    create_session(event, title="Opening", start_time=time(9))
    create_session(event, title="Budget", start_time=time(10), visibility=Session.Visibility.PARTNERS)
    return event


@pytest.mark.django_db
def test_a_session_for_partners_is_in_no_public_calendar(client, programme):
    addresses = [
        ALL,
        f"/calendars/projects/{programme.project.slug}.ics",
        f"/calendars/partners/{programme.host.slug}.ics",
        f"/events/{programme.slug}.ics",
    ]
    for address in addresses:
        assert titles(client.get(address + "?sessions=1").content) == ["Conference", "Opening"]


@pytest.mark.django_db
def test_the_whole_programme_is_for_the_events_it_is_given_for(programme):
    other = create_event(title="Other")
    create_session(other, title="Budget of the other", start_time=time(9), visibility=Session.Visibility.PARTNERS)
    whole = Event.objects.filter(pk=programme.pk)

    for _stored in (False, True):
        assert titles(calendar(with_sessions=True, whole_programme=whole)) == [
            "Conference",
            "Opening",
            "Budget",
            "Other",
        ]
    assert titles(calendar(with_sessions=True)) == ["Conference", "Opening", "Other"]
    assert titles(calendar(whole_programme=whole)) == ["Conference", "Other"]


@pytest.mark.django_db
def test_what_is_for_one_person_is_never_stored(client):
    event = create_event(mode=Event.Mode.ONLINE, join_url="https://meet.example.org/secret")
    create_event(title="Other", join_url="https://meet.example.org/other")
    personal = {event.pk: Personal(join_url=event.join_url, manage_url="http://testserver/en/registrations/code/")}

    for _stored in (False, True):
        octets = calendar(personal=personal).replace(b"\r\n ", b"")
        assert octets.count(b"https://meet.example.org/secret") == 3
        assert b"/registrations/code/" in octets
        assert b"meet.example.org/other" not in octets
    for entry in CalendarEntry.objects.all():
        assert b"meet.example.org" not in bytes(entry.octets)
    assert b"meet.example.org" not in client.get(ALL).content


@pytest.mark.django_db
def test_a_calendar_holds_exactly_the_events_it_is_given():
    create_event(title="Public")
    create_event(title="Plan", status=Event.Status.DRAFT)
    create_event(title="Inside", visibility=Event.Visibility.PARTNERS)

    assert titles(calendar()) == ["Public", "DRAFT: Plan", "Inside"]
    assert titles(calendar(Event.objects.visible_to(None))) == ["Public"]
    assert titles(calendar(Event.objects.none())) == []


# --- Several at once ---------------------------------------------------------------------------------------------


def in_threads(count: int, act) -> list:
    results: list = []

    def run(number: int) -> None:
        try:
            results.append(act(number))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_many_readers_of_what_nobody_wrote_yet_all_get_it():
    from django.test import Client

    for number in range(30):
        create_event(title=f"Event {number}")
    feeds.forget_kept_calendars()
    together = threading.Barrier(6)

    def read(_number: int) -> tuple[int, str]:
        together.wait()
        # As in a process of its own, which has nothing kept.
        body = feeds._build(feeds.Feed("all"), date(2027, 3, 1))
        return 200, hashlib.sha256(body.octets).hexdigest()

    results = in_threads(6, read)
    assert len(set(results)) == 1, results
    assert CalendarEntry.objects.count() == 30
    assert hashlib.sha256(Client().get(ALL).content).hexdigest()


@contextmanager
def somebody_writes(events: EventQuerySet | None = None) -> Iterator[None]:
    """Hold a lock: the file on SQLite; on PostgreSQL these events, by default so that nothing may point to any."""
    events = Event.objects.select_for_update() if events is None else events
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(events)
            locked.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(5)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_reader_does_not_wait_for_a_long_write(client):
    create_event(title="One")
    feeds.forget_kept_calendars()
    with somebody_writes():
        started = clocks.monotonic()
        response = client.get(ALL)
        assert clocks.monotonic() - started < 2
    assert titles(response.content) == ["One"]
    assert not CalendarEntry.objects.exists()

    # The next one stores it, and waits for its own writes as long as before.
    feeds.forget_kept_calendars()
    assert client.get(ALL).content == response.content
    assert CalendarEntry.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout")
        assert cursor.fetchone()[0] in (60_000, "0")


# SQLite has one lock for everything, so nothing is stored there meanwhile.
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_while_places_are_given_calendars_are_stored(client):
    """Whoever has the lock of one event for long must not make everybody write all events anew on each request."""
    create_event(title="One")
    feeds.forget_kept_calendars()
    with somebody_writes(Event.objects.locked()):
        assert titles(client.get(ALL).content) == ["One"]
        assert CalendarEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_still_gives_calendars(client):
    create_event(title="One")
    feeds.forget_kept_calendars()
    CalendarState.advance()
    on, off = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        response = client.get(ALL)
        assert titles(response.content) == ["One"]
        assert "Last-Modified" not in response.headers
        assert client.get(ALL, headers={"if-none-match": response["ETag"]}).status_code == 304
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)
    assert not CalendarEntry.objects.exists()
    assert not FeedState.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_deleted_meanwhile_stops_nobody(monkeypatch, client):
    create_event(title="Stays")
    gone = create_event(title="Gone")
    store = entries._store

    def store_late(written) -> None:
        Event.objects.filter(pk=gone.pk).delete()
        store(written)

    monkeypatch.setattr(entries, "_store", store_late)
    feeds.forget_kept_calendars()
    assert client.get(ALL).status_code == 200
    monkeypatch.undo()
    feeds.forget_kept_calendars()
    assert titles(client.get(ALL).content) == ["Stays"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_closed_meanwhile_is_made_again(client):
    create_event(title="One")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()

    def end_it(_number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [process])

    assert in_threads(1, end_it) == [None]
    assert titles(client.get(ALL).content) == ["One"]


@pytest.mark.django_db(transaction=True)
def test_every_process_writes_the_same_bytes():
    for number in range(3):
        event = create_event(title=f"Őszi műhely {number}; Ημερίδα", venue=create_venue(), host=create_partner())
        event.change_plan(reason="The hall was flooded.", start_time=time(10))
        create_session(event, title="Opening", start_time=time(10))
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    )
    script = """
import django, hashlib; django.setup()
from django.conf import settings
settings.SITE_URL = "http://testserver"
from django.test import Client
from events.models import CalendarEntry
CalendarEntry.objects.all().delete()
answer = Client(headers={"host": "127.0.0.1"}).get("/calendars/all.ics?sessions=1")
print(answer.status_code, answer["ETag"], answer["Last-Modified"], hashlib.sha256(answer.content).hexdigest())
"""
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=project_settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": url,
                "ENV_FILE": "none",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "PYTHONHASHSEED": seed,
                "TZ": zone,
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Europe/Tallinn"), ("3", "America/New_York"))
    }
    assert len(printed) == 1
    assert printed.pop().startswith("200 ")
