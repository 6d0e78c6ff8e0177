"""Mails to many people in one round, a few at a time, so that nobody who registers waits for them.

Each batch is a transaction of its own. What was written is known by the keys of the mails, so whoever goes on after a
stop begins anew and writes the rest.
"""

from collections.abc import Callable, Iterator
from time import sleep
from typing import TypeVar

# Few enough that a transaction takes a moment only, and so long between two of them that others get SQLite's lock.
CHUNK, PAUSE_SECONDS = 10, 0.1

Done = TypeVar("Done")


def one_by_one(write: Callable[[Done], Done | None], first: Done) -> Iterator[Done]:
    """Write one batch after the other, with a pause after each; yield what each returned, until one returns None.

    `write` gets what the batch before it returned, the first one gets `first`.
    """
    last = first
    while (done := write(last)) is not None:
        yield done
        last = done
        sleep(PAUSE_SECONDS)
