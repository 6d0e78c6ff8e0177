"""Waiting for the write lock of SQLite."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction

from config.sqlite3.base import ROUND_MS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.sqlite,
]


@pytest.fixture
def somebody_writing() -> Iterator[sqlite3.Connection]:
    """Another connection, which holds the write lock."""
    path = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def busy_timeout() -> int:
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def begin() -> None:
    with transaction.atomic():
        assert connection.connection.in_transaction


def test_a_transaction_waits_for_as_many_rounds_as_it_takes(somebody_writing):
    connection.ensure_connection()
    release = threading.Timer(20 * ROUND_MS / 1000, somebody_writing.execute, ["COMMIT"])
    release.start()

    begin()

    release.join()
    assert not somebody_writing.in_transaction
    assert busy_timeout() == 1000 * connection.settings_dict["OPTIONS"]["timeout"]


def test_it_gives_up_when_the_time_of_the_connection_is_over(somebody_writing):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")

    with pytest.raises(OperationalError, match="database is locked"):
        begin()

    assert busy_timeout() == 50
    somebody_writing.execute("COMMIT")
    begin()
    connection.close()
