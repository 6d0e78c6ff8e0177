"""`manage.py worker` as its own process, ended the gentle way and the hard way."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Mail
from accounts.outbox import LEASE, drain, write

from .mail_server import mail_server

pytestmark = pytest.mark.django_db(transaction=True)


def write_mails(count):
    for number in range(count):
        write(key=f"mail:{number}", to="alice@example.org", subject=f"Mail {number}", text="You are registered.")


def start_worker(server, *arguments):
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_once_sends_what_is_due_and_says_so(mailoutbox):
    write_mails(3)
    output = StringIO()

    call_command("worker", once=True, stdout=output)

    assert len(mailoutbox) == 3
    assert "mails sent: 3" in output.getvalue()


def test_sigterm_ends_the_worker_after_the_mail_it_is_sending():
    write_mails(3)
    with mail_server() as server:
        server.may_answer.clear()
        worker = start_worker(server)
        assert server.arrived.wait(30)
        worker.send_signal(signal.SIGTERM)
        server.may_answer.set()
        output, _nothing = worker.communicate(timeout=20)

        assert worker.returncode == 0, output
        assert "mails sent: 1" in output
        assert [mail["Subject"] for mail in server.mails] == ["Mail 0"]
    assert sorted(Mail.objects.values_list("subject", "state")) == [
        ("Mail 0", "sent"),
        ("Mail 1", "waiting"),
        ("Mail 2", "waiting"),
    ]


def test_mail_of_a_worker_that_was_killed_is_sent_by_another_after_the_lease(mailoutbox):
    write_mails(1)
    with mail_server() as server:
        server.may_answer.clear()
        worker = start_worker(server)
        assert server.arrived.wait(30)
        worker.kill()
        worker.communicate(timeout=20)
    assert Mail.objects.get().state == Mail.State.SENDING

    now = timezone.now()
    assert drain(at=now) == 0
    assert drain(at=now + LEASE + timedelta(seconds=1)) == 1

    assert [message.subject for message in mailoutbox] == ["Mail 0"]
