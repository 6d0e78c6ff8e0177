"""Writing on the side while somebody waits for an answer that does not need what is written."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)

# How long others who write are waited for.
PATIENCE_MS = 100

Result = TypeVar("Result")


def written_if_possible(write: Callable[[], Result]) -> Result | None:
    """Run `write` in a transaction and return its result; None when it could not be written.

    Somebody else may hold the lock for long, the database may be read-only or its disk full: the next reader tries
    again.
    """
    try:
        with _short_patience(), transaction.atomic():
            return write()
    except DatabaseError as error:
        logger.info("Not stored, which the next reader makes up for: %s", error)
        return None


@contextmanager
def _short_patience() -> Iterator[None]:
    # Inside a transaction the lock is held already, or its patience is somebody else's choice.
    if connection.in_atomic_block:
        yield
        return
    setting = {"sqlite": "PRAGMA busy_timeout = %d", "postgresql": "SET lock_timeout = %d"}[connection.vendor]
    usual = {"sqlite": 1000 * connection.settings_dict["OPTIONS"].get("timeout", 5), "postgresql": 0}
    with connection.cursor() as cursor:
        cursor.execute(setting % PATIENCE_MS)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(setting % usual[connection.vendor])
