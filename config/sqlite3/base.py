"""Django's SQLite backend, in which whoever waits longest for the write lock is not the last to get it.

SQLite tells nobody that a lock is free. Whoever waits asks again, at first after a millisecond and later every tenth of
a second, so that those who came last are served first while the lock lies idle in between. Here everybody asks every
few milliseconds, for as long as the connection is told to wait (PRAGMA busy_timeout, at first the `timeout` of the
settings); in a rush nobody waits a multiple of what the others wait.

Nothing depends on it but time: the lock itself stays SQLite's own.
"""

import sqlite3
import time
from typing import Any

from django.db.backends.sqlite3 import base, operations
from django.db.backends.utils import debug_transaction

# SQLite sleeps 1, 2, 5, 10 … 100 ms between its tries until this many are over; then we let it begin anew.
ROUND_MS = 6


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(self, *args: Any, **options: Any) -> list[str]:
        """Empty tables whatever their triggers say, as TRUNCATE does on PostgreSQL."""
        found = self.connection.cursor().execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = list(found)
        emptying = super().sql_flush(*args, **options)
        if not emptying:
            return []
        return [
            *(f"DROP TRIGGER {self.quote_name(name)}" for name, _sql in triggers),
            *emptying,
            *(sql for _name, sql in triggers),
        ]


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def _start_transaction_under_autocommit(self) -> None:
        (patience_ms,) = self.connection.execute("PRAGMA busy_timeout").fetchone()
        give_up_at = time.monotonic() + patience_ms / 1000
        self._let_sqlite_wait(min(ROUND_MS, patience_ms))
        try:
            with debug_transaction(self, "BEGIN"), self.wrap_database_errors:
                while not self._has_begun(may_fail=time.monotonic() < give_up_at):
                    pass
        finally:
            # A single statement outside of a transaction waits as SQLite does.
            self._let_sqlite_wait(patience_ms)

    def _has_begun(self, *, may_fail: bool) -> bool:
        # Not by a cursor of Django's: it would stay behind in its error until some other thread collects garbage, and
        # that thread, perhaps the one that has the lock, would then wait for our connection, which waits for the lock.
        try:
            self.connection.execute(f"BEGIN {self.transaction_mode or ''}")  # type: ignore[attr-defined]
        except sqlite3.OperationalError as error:
            # The lowest byte is the kind of an error, the others say more about it.
            if may_fail and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise
        return True

    def _let_sqlite_wait(self, milliseconds: int) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
