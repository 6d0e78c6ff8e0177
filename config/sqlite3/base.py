"""Django's SQLite backend, in which whoever waits longest for the write lock is not the last to get it.

SQLite tells nobody that a lock is free. Whoever waits asks again, at first after a millisecond and later every tenth of
a second, so that those who came last are served first while the lock lies idle in between. Here everybody asks every
few milliseconds, for as long as the settings allow; in a rush nobody waits a multiple of what the others wait.

Nothing depends on it but time: the lock itself stays SQLite's own.
"""

import sqlite3
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

# SQLite sleeps 1, 2, 5, 10 … 100 ms between its tries until this many are over; then we let it begin anew.
ROUND_MS = 6


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        patience_ms = int(self.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
        give_up_at = time.monotonic() + patience_ms / 1000
        self._let_sqlite_wait(min(ROUND_MS, patience_ms))
        try:
            while True:
                try:
                    return super()._start_transaction_under_autocommit()  # type: ignore[misc]
                except OperationalError as error:
                    if not _is_busy(error) or time.monotonic() >= give_up_at:
                        raise
        finally:
            # A single statement outside of a transaction waits as SQLite does.
            self._let_sqlite_wait(patience_ms)

    def _let_sqlite_wait(self, milliseconds: int) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _is_busy(error: OperationalError) -> bool:
    # The lowest byte is the kind of an error, the others say more about it.
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
