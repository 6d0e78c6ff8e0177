"""What is done again and again without anybody asking, in the background of a web process or by `manage.py worker`.

    @every(minutes=1)
    def settle_expired_offers() -> None: …

The module that holds such a function is imported in `ready()` of its app. However many processes run, each function
is called about once in its time, by one of them. It must bear being called twice all the same.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache

logger = logging.getLogger(__name__)

Work = Callable[[], object]


@dataclass(frozen=True)
class Periodic:
    name: str
    work: Work
    seconds: int


registered: dict[str, Periodic] = {}


def every(*, minutes: int) -> Callable[[Work], Work]:
    """Call a function once in so many minutes."""

    def register(work: Work) -> Work:
        name = f"{work.__module__}.{work.__qualname__}"
        registered[name] = Periodic(name, work, minutes * 60)
        return work

    return register


def run_due() -> list[str]:
    """Call what has not been called in its time; return the names. One that fails is logged and hinders no other."""
    called = []
    for periodic in list(registered.values()):
        # Whoever adds the mark does the work; it is gone again when the time is over.
        if cache.add(f"periodic:{periodic.name}", True, timeout=periodic.seconds):
            called.append(periodic.name)
            try:
                periodic.work()
            except Exception:
                logger.exception("%s failed; it is tried again in %s seconds.", periodic.name, periodic.seconds)
    return called
