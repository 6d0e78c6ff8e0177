"""Django's PostgreSQL backend: statements that are planned once, instants that are read quickly, and no idle question.

What the door and registering ask again and again (registrations/compiled.py) takes PostgreSQL several times longer to
plan than to find. Such a statement is prepared: from the fifth time on, its connection keeps it.

Django reads each instant with a regular expression in Python, which takes ten times longer than Python's own reader.

Before the first query of a request Django sends one that says nothing (CONN_HEALTH_CHECKS), so that a connection which
the server closed meanwhile fails no request. Such a connection has the end of the stream waiting to be read: where
nothing waits on the socket, one look at it is enough. Whoever drops connections without a word is not seen by it; ours
are a minute old at most (CONN_MAX_AGE).
"""

import select
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.utils import CursorWrapper
from psycopg.types.numeric import Int8Dumper


class InstantLoader(BaseTzLoader):
    """Reads instants as the server writes them to a connection whose time zone is UTC, as Django's are."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            # Years without four digits, and infinity: for Django to read, or to refuse.
            return super().load(data)


class PreparedCursor(psycopg.Cursor):
    """A cursor that sends a statement and its parameters apart, as Django's own does not."""

    def __init__(self, connection: psycopg.Connection) -> None:
        super().__init__(connection)
        # Each small number would get the smallest type that holds it, and each of these types a plan of its own.
        self.adapters.register_dumper(int, Int8Dumper)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        connection = super().get_new_connection(conn_params)
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", InstantLoader)
        return connection

    def prepared_cursor(self) -> CursorWrapper:
        """Return a cursor for statements that are repeated; a text among its parameters is of whatever type fits."""
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(PreparedCursor(self.connection))  # type: ignore[attr-defined]

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        # A server that has something to say, be it good-bye, is asked.
        return not socket.poll(0) or super().is_usable()
