"""One thread in each web process that sends mails and does what is due, so that no other process is needed.

It starts where a process begins to serve (config/wsgi.py), at the latest with its first request: a command that writes
mails leaves them to the web process, and a server that forks its workers forks none of our threads.
"""

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections

from . import outbox, periodic

logger = logging.getLogger(__name__)

# Mails written by other processes, mails to try again and periodic work wait at most this long.
PAUSE_SECONDS = 30
# Mails come in bursts, when registration opens. While they keep coming, whoever is registering goes first: the mails
# of a burst are sent together once nobody has written one for a moment, or when the first of them has waited long.
QUIET_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 10
# As long as mails keep coming, the connection to the database is kept.
KEPT_SECONDS = 5

_lock = threading.Lock()
_thread: threading.Thread | None = None
_stopping = threading.Event()


def ensure_running(**_signal: Any) -> None:
    """Start the thread of this process unless it runs (also receiver of request_started)."""
    global _thread
    if not settings.OUTBOX_IN_WEB_PROCESS or (_thread is not None and _thread.is_alive()):
        return
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="outbox", daemon=True)
            _thread.start()


def _run() -> None:
    look_at_the_clock_at = 0.0
    try:
        while not _stopping.is_set():
            if time.monotonic() >= look_at_the_clock_at:
                # By the clock only: asking what is due costs more than a mail.
                look_at_the_clock_at = time.monotonic() + PAUSE_SECONDS
                _try(periodic.run_due)
            _try(send_waiting)
            if not outbox.awake.wait(KEPT_SECONDS):
                # Connections belong to a thread; this one is not needed until the next mail.
                connections.close_all()
                outbox.awake.wait(PAUSE_SECONDS - KEPT_SECONDS)
            _wait_for_quiet()
    finally:
        connections.close_all()


def _wait_for_quiet() -> None:
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while outbox.awake.is_set() and time.monotonic() < until:
        outbox.awake.clear()
        _stopping.wait(QUIET_SECONDS)
    outbox.awake.clear()


def send_waiting() -> None:
    while outbox.drain(stop=_stopping.is_set):
        pass


def _try(work: Callable[[], object]) -> None:
    """Errors are logged: they must never reach a request, nor end the thread."""
    try:
        work()
    except Exception:
        logger.exception("The background thread could not finish; it tries again in %s seconds.", PAUSE_SECONDS)
        # Whatever state the connection is in, the next work begins with a new one.
        connections.close_all()


def _stop() -> None:
    """Let the mail that is being sent be finished, so that it is not sent once more after the lease."""
    _stopping.set()
    outbox.awake.set()
    if _thread is not None and _thread.is_alive():
        _thread.join(timeout=5)


def _after_fork() -> None:
    # The thread stays behind in the parent, and locks may have been copied while they were held.
    global _lock, _thread, _stopping
    _lock, _thread, _stopping = threading.Lock(), None, threading.Event()
    outbox.awake = threading.Event()


atexit.register(_stop)
if hasattr(os, "register_at_fork"):  # not on Windows, which knows no fork
    os.register_at_fork(after_in_child=_after_fork)
