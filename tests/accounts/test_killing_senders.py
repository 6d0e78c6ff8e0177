"""Kill -9 a sender between any two of its steps: no mail is lost, and at most one leaves twice, as the same mail."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Mail
from accounts.outbox import LEASE, drain, write
from tests.registrations.killing import other_process

from .mail_server import mail_server

pytestmark = pytest.mark.django_db(transaction=True)

# What the sender does, with its second mail, before it hangs until it is killed.
START = """
import time
from django.conf import settings
from django.db import transaction
from accounts import outbox
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", {port}
claim, send, note, message = outbox._claim, outbox._Server.send, outbox._sent, outbox.message
def hang():
    print("here", flush=True)
    time.sleep(60)
def is_second(mail):
    return mail.subject == "Mail 1"
"""
STEPS = {
    "while claiming": """
def claiming(*given):
    with transaction.atomic():
        claim(*given)
        hang()
outbox._claim = claiming
""",
    "after claiming": """
def claimed(*given):
    batch = claim(*given)
    hang()
    return batch
outbox._claim = claimed
""",
    "before sending": """
def before(mail):
    if is_second(mail):
        hang()
    return message(mail)
outbox.message = before
""",
    "after sending": """
def after(server, mail):
    send(server, mail)
    if is_second(mail):
        hang()
outbox._Server.send = after
""",
    "while noting": """
def noting(mail, *, at):
    with transaction.atomic():
        note(mail, at=at)
        if is_second(mail):
            hang()
outbox._sent = noting
""",
    "after noting": """
def noted(mail, *, at):
    note(mail, at=at)
    if is_second(mail):
        hang()
outbox._sent = noted
""",
}
# Those in which the mail had left and was not noted.
IN_THE_WINDOW = {"after sending", "while noting"}


def send_the_rest(server, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    later = timezone.now() + LEASE + timedelta(seconds=1)
    while drain(at=later):
        pass


@pytest.mark.parametrize("step", STEPS)
def test_no_mail_is_lost_and_at_most_one_leaves_twice(step, settings):
    for number in range(4):
        write(key=f"mail:{number}", to=f"p{number}@example.org", subject=f"Mail {number}", text="You are registered.")
    with mail_server() as server:
        sender = other_process(START.format(port=server.port) + STEPS[step] + "\noutbox.drain()\n")
        assert "here" in sender.stdout.readline()
        sender.kill()
        sender.communicate(timeout=20)
        send_the_rest(server, settings)

    twice = Counter({"Mail 1": 1}) if step in IN_THE_WINDOW else Counter()
    assert Counter(mail["Subject"] for mail in server.mails) == Counter(f"Mail {n}" for n in range(4)) + twice
    assert len({mail["Message-ID"] for mail in server.mails}) == 4
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SENT}


def test_killed_while_the_server_thinks_about_a_mail_it_took(settings):
    for number in range(4):
        write(key=f"mail:{number}", to=f"p{number}@example.org", subject=f"Mail {number}", text="You are registered.")
    with mail_server() as server:
        server.may_answer.clear()
        sender = other_process(START.format(port=server.port) + "\noutbox.drain()\n")
        assert server.arrived.wait(60)
        sender.kill()
        sender.communicate(timeout=20)
        server.may_answer.set()
        send_the_rest(server, settings)

    assert Counter(mail["Subject"] for mail in server.mails) == Counter(f"Mail {n}" for n in (0, 0, 1, 2, 3))
    assert len({mail["Message-ID"] for mail in server.mails}) == 4
