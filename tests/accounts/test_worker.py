"""`manage.py worker` as its own process, ended the gentle way and the hard way; and the server that needs none."""

import os
import signal
import socket
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


def start(server, *command, **environment):
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    mails = f"smtp://127.0.0.1:{server.port}"
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "EMAIL_URL": mails, **environment},
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
        worker = start(server, "worker")
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
        worker = start(server, "worker")
        assert server.arrived.wait(30)
        worker.kill()
        worker.communicate(timeout=20)
    assert Mail.objects.get().state == Mail.State.SENDING

    now = timezone.now()
    assert drain(at=now) == 0
    assert drain(at=now + LEASE + timedelta(seconds=1)) == 1

    assert [message.subject for message in mailoutbox] == ["Mail 0"]


def test_server_sends_what_waits_before_anybody_visits_it(tmp_path):
    write_mails(1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with mail_server() as mails:
        site = start(mails, "start", "--workers", "1", PORT=str(port), VAR_DIR=str(tmp_path), SITE_URL="")
        try:
            assert mails.arrived.wait(180)
        finally:
            site.terminate()
            output, _nothing = site.communicate(timeout=20)
    assert [mail["Subject"] for mail in mails.mails] == ["Mail 0"], output
