"""Connections to PostgreSQL that are still there, and those that are not."""

import time

import pytest
from django.db import connection
from django.db.backends.postgresql import base

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
