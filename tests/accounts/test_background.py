import os
import threading
import time

import pytest
from django.test import Client

from accounts import background, outbox, periodic
from accounts.models import Mail
from accounts.outbox import write

pytestmark = pytest.mark.django_db(transaction=True)


def write_mail(key="confirmed:1"):
    return write(key=key, to="alice@example.org", subject="Confirmed", text="You are registered.")


def wait_until(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def web_process(settings):
    """A process whose requests start the thread, and which lets go of it at the end."""
    settings.OUTBOX_IN_WEB_PROCESS = True
    yield
    background._stop()
    background._after_fork()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "outbox"]


def test_first_request_starts_one_thread_that_sends_what_waits_and_what_comes(web_process, mailoutbox):
    write_mail("left by a command")
    assert threads() == []

    for _ in range(3):
        assert Client().get("/healthz").status_code == 200
    wait_until(lambda: len(mailoutbox) == 1)
    assert len(threads()) == 1

    write_mail("by a request")
    wait_until(lambda: len(mailoutbox) == 2)
    wait_until(lambda: Mail.objects.filter(state=Mail.State.SENT).count() == 2)


def test_periodic_work_is_looked_for_by_the_clock_and_not_at_every_mail(web_process, monkeypatch, mailoutbox):
    looked = []
    monkeypatch.setattr(periodic, "run_due", lambda: looked.append("looked"))
    Client().get("/healthz")
    for number in range(1, 4):
        write_mail(f"mail:{number}")
        wait_until(lambda number=number: len(mailoutbox) == number)

    assert looked == ["looked"]


def test_the_mails_of_a_burst_wait_until_nobody_writes_any(monkeypatch):
    waited = []

    def somebody_writes_meanwhile(seconds):
        waited.append(seconds)
        if len(waited) < 4:
            outbox.awake.set()

    monkeypatch.setattr(background._stopping, "wait", somebody_writes_meanwhile)
    outbox.awake.set()

    background._wait_for_quiet()

    assert waited == [background.QUIET_SECONDS] * 4
    assert not outbox.awake.is_set()


def test_the_mails_of_a_burst_do_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(background, "LONGEST_WAIT_SECONDS", 0.05)
    began = time.monotonic()
    monkeypatch.setattr(background._stopping, "wait", lambda _seconds: (time.sleep(0.01), outbox.awake.set()))
    outbox.awake.set()

    background._wait_for_quiet()

    assert time.monotonic() - began >= 0.05
    assert not outbox.awake.is_set()


def test_thread_ends_within_seconds_when_asked(web_process):
    Client().get("/healthz")
    wait_until(lambda: len(threads()) == 1)

    background._stop()

    assert threads() == []


def test_no_thread_starts_where_a_worker_sends(settings):
    settings.OUTBOX_IN_WEB_PROCESS = False

    Client().get("/healthz")

    assert threads() == []


def test_thread_outlives_an_error_and_no_request_sees_it(web_process, monkeypatch, mailoutbox, caplog):
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "drain", lambda **_: 1 / 0)
        assert Client().get("/healthz").status_code == 200
        wait_until(lambda: "The background thread could not finish" in caplog.text)

    write_mail()

    wait_until(lambda: len(mailoutbox) == 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system knows no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_process_starts_its_own_thread(web_process):
    Client().get("/healthz")
    wait_until(lambda: len(threads()) == 1)

    child = os.fork()
    if child == 0:
        is_alone = background._thread is None
        background._run = lambda: time.sleep(1)
        background.ensure_running()
        os._exit(0 if is_alone and background._thread.is_alive() else 1)

    assert os.waitpid(child, 0)[1] == 0
