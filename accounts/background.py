"""One thread in each web process that sends mails and does what is due, so that no other process is needed.

It starts with the first request: a command that writes mails leaves them to the web process, and a server that forks
its workers forks none of our threads.
"""

import atexit
import logging
import os
import threading
from typing import Any

from django.conf import settings
from django.db import connections

from . import outbox, periodic

logger = logging.getLogger(__name__)

# Mails written by other processes, mails to try again and periodic work wait at most this long.
PAUSE_SECONDS = 30

_lock = threading.Lock()
_thread: threading.Thread | None = None
_stopping = threading.Event()


def ensure_running(**_signal: Any) -> None:
    """Start the thread of this process unless it runs (receiver of request_started)."""
    global _thread
    if not settings.OUTBOX_IN_WEB_PROCESS or (_thread is not None and _thread.is_alive()):
        return
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_run, name="outbox", daemon=True)
            _thread.start()


def _run() -> None:
    while not _stopping.is_set():
        work()
        outbox.awake.wait(PAUSE_SECONDS)
        outbox.awake.clear()


def work() -> None:
    """Do what is due now and send what is waiting. Errors are logged: they must never reach a request."""
    try:
        periodic.run_due()
        while outbox.drain(stop=_stopping.is_set):
            pass
    except Exception:
        logger.exception("The background thread could not finish; it tries again in %s seconds.", PAUSE_SECONDS)
    finally:
        # Connections belong to a thread; kept open, this one would stay open between two mails.
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
