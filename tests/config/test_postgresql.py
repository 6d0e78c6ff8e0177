"""Connections to PostgreSQL that are still there, and those that are not; what they keep, and how they read."""

import time
from datetime import UTC, datetime

import pytest
from django.db import DataError, connection
from django.db.backends.postgresql import base
from django.db.models import Value

from registrations.compiled import Compiled
from registrations.models import Registration
from tests.factories import create_event, create_registration

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def other():
    """Another connection to the same database."""
    other = connection.copy()
    other.ensure_connection()
    yield other
    other.close()


def test_a_connection_that_is_there_is_known_without_asking_the_server(other, monkeypatch):
    asked = []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: asked.append(self) or True)

    assert other.is_usable()
    assert asked == []


def test_a_connection_that_the_server_closed_is_noticed(other):
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    # The last words of the server are on their way.
    time.sleep(0.1)

    assert not other.is_usable()
    other.close()
    assert not other.is_usable()


def kept(connection) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def ask(connection, number: int) -> None:
    with connection.prepared_cursor() as cursor:
        cursor.execute("SELECT 1 FROM events_event WHERE id > %s", [number])


def test_a_statement_that_is_repeated_is_kept_once_whatever_the_size_of_its_numbers(other):
    for number in (1, 40_000, 2**40, 4, 5, 6, 40_001, 2**40 + 1):
        ask(other, number)

    assert kept(other) == ["SELECT 1 FROM events_event WHERE id > $1"]


def test_behind_a_pooler_no_statement_is_kept(other):
    other.close()
    other.settings_dict = {**other.settings_dict, "OPTIONS": {}}
    for number in range(8):
        ask(other, number)

    assert kept(other) == []


def test_what_is_no_blank_is_written_into_the_statement():
    create_registration(create_event(), "Alice")
    registration = create_registration(create_event(), "100 %s of 'it'")
    named = Compiled(
        lambda event: Registration.objects.filter(event=event, name="100 %s of 'it'").values_list("pk", Value("%%")),
        "event",
    )

    for _time in range(7):
        assert named.tuples(event=registration.event_id) == [(registration.pk, "%%")]

    [statement] = [one for one in kept(connection) if "100 %s" in one]
    assert "$1" in statement and "$2" not in statement


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-23 03:46:46.009897+00", datetime(2026, 11, 23, 3, 46, 46, 9897, UTC)),
        ("2026-11-23 03:46:46.5+02", datetime(2026, 11, 23, 1, 46, 46, 500_000, UTC)),
        ("0001-01-02 00:00:00+00", datetime(1, 1, 2, tzinfo=UTC)),
        (None, None),
    ],
)
@pytest.mark.parametrize("cursor_of", [lambda one: one.cursor(), lambda one: one.prepared_cursor()])
def test_an_instant_is_read_as_it_was_written(written, instant, cursor_of):
    with cursor_of(connection) as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        assert cursor.fetchone() == (instant,)


@pytest.mark.parametrize("written", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_is_no_instant_of_python_is_refused_as_django_does(written):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        with pytest.raises(DataError):
            cursor.fetchone()
