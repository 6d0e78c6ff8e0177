"""A real mail server that refuses, delays and drops: nothing is lost, and nobody is mailed twice unless we say so."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import Mail, SuppressedAddress
from accounts.outbox import BACKOFF, drain, write

from .mail_server import DROPS, TAKES_AND_DROPS, mail_server

pytestmark = pytest.mark.django_db
# Longer than a busy machine may stand still.
TIMEOUT = 1.0
LONGER = 3 * TIMEOUT


@pytest.fixture
def server(settings, clock):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = TIMEOUT
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def write_mails(count=3) -> None:
    for number in range(count):
        write(key=f"mail:{number}", to=f"p{number}@example.org", subject=f"Mail {number}", text="You are registered.")


def received(server) -> Counter:
    return Counter(mail["Subject"] for mail in server.mails)


ONCE_EACH = Counter({"Mail 0": 1, "Mail 1": 1, "Mail 2": 1})
LATER = [
    ("220", "421 4.3.2 too busy"),
    ("220", "554 5.3.2 not now"),
    ("220", DROPS),
    ("220", LONGER),
    ("EHLO", DROPS),
    ("EHLO", LONGER),
    ("MAIL", "451 4.3.0 try later"),
    ("MAIL", "550 5.7.1 not from you"),
    ("MAIL", DROPS),
    ("RCPT", "451 4.7.1 greylisted"),
    ("RCPT", "450 4.2.1 mailbox busy"),
    ("RCPT", DROPS),
    ("RCPT", LONGER),
    ("DATA", "451 4.3.0 try later"),
    ("DATA", DROPS),
    (".", "452 4.2.2 no room"),
    (".", "451 4.3.0 try later"),
    (".", DROPS),
    (".", LONGER),
]


@pytest.mark.parametrize(("step", "fault"), LATER)
def test_what_goes_wrong_once_costs_one_mail_one_try(server, clock, step, fault):
    server.faults = {step: fault}
    write_mails()
    drain()

    # It waits, and says why; no address is taken for dead.
    assert Mail.objects.filter(state=Mail.State.FAILED).count() == 0
    [late] = Mail.objects.exclude(state=Mail.State.SENT).exclude(last_error="")
    assert (late.state, late.attempts, late.bounced_at) == (Mail.State.WAITING, 1, None)
    assert not SuppressedAddress.objects.exists()

    drain()
    clock.shift(BACKOFF[0])
    drain()

    assert set(Mail.objects.values_list("state", "last_error")) == {(Mail.State.SENT, "")}
    assert received(server) == ONCE_EACH


def test_a_server_that_took_a_mail_and_broke_off_gets_it_once_more_as_the_same_mail(server, clock):
    server.faults = {".": TAKES_AND_DROPS}
    write_mails()
    drain()
    clock.shift(BACKOFF[0])
    drain()

    assert received(server) == ONCE_EACH + Counter({"Mail 0": 1})
    assert len({mail["Message-ID"] for mail in server.mails}) == 3


@pytest.mark.parametrize(
    ("step", "answer", "is_suppressed"),
    [
        ("RCPT", "550 5.1.1 no such user", True),
        ("RCPT", "550 no such user here", True),
        ("RCPT", "553 5.1.3 bad address", True),
        ("RCPT", "550 5.7.1 relaying denied", False),
        ("RCPT", "552 5.2.2 mailbox full", False),
        ("DATA", "554 5.5.1 no", False),
        (".", "554 5.7.1 looks like spam", False),
        (".", "552 5.3.4 too large", False),
        # Whatever is said of the message, it is not said of the mailbox.
        (".", "550 5.1.1 no such user", False),
    ],
)
def test_what_is_refused_for_good_is_not_tried_again_and_only_a_dead_mailbox_is_suppressed(
    server, clock, step, answer, is_suppressed
):
    server.faults = {step: answer}
    write_mails()
    assert drain() == 2

    refused = Mail.objects.get(key="mail:0")
    assert (refused.state, refused.attempts) == (Mail.State.FAILED, 1)
    assert answer.partition(" ")[2] in refused.last_error
    assert (refused.bounced_at is not None, refused.bounce) == (is_suppressed, answer if is_suppressed else "")
    assert list(SuppressedAddress.objects.values_list("address", flat=True)) == ["p0@example.org"] * is_suppressed
    clock.shift(timedelta(days=2))
    assert drain() == 0
    assert received(server) == Counter({"Mail 1": 1, "Mail 2": 1})


def test_a_server_that_never_answers_costs_one_mail_a_try_in_each_round_and_all_leave_when_it_does(server, clock):
    write_mails()
    for round_ in range(3):
        server.faults = {"220": LONGER}
        assert drain() == 0
        assert sum(Mail.objects.values_list("attempts", flat=True)) == round_ + 1
        assert Mail.objects.filter(state=Mail.State.WAITING).count() == 3

    clock.shift(BACKOFF[-1])
    assert drain() == 3
    assert received(server) == ONCE_EACH


def test_a_slow_server_is_waited_for(server):
    server.faults = dict.fromkeys(("220", "EHLO", "MAIL", "RCPT", "DATA"), TIMEOUT / 4)
    write_mails()

    assert drain() == 3
    assert received(server) == ONCE_EACH
