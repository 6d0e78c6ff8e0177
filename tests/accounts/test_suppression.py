"""An address that refused for good gets nothing more, until somebody asks for a mail or an administrator says so."""

import pytest

from accounts import suppression
from accounts.models import Mail, SuppressedAddress
from accounts.outbox import drain, write
from accounts.suppression import Refusal, is_mailbox_gone, lift, suppress, suppressed

from .mail_server import mail_server

pytestmark = pytest.mark.django_db


def write_mail(key="confirmed:1", to="nobody@example.org", **fields):
    return write(key=key, to=to, subject="Confirmed", text="You are registered.", **fields)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def test_address_that_is_refused_for_good_is_told_and_gets_nothing_more(server):
    server.refused = {b"nobody@example.org"}
    refused = write_mail()
    drain()

    refused.refresh_from_db()
    assert (refused.state, refused.attempts, refused.bounce) == (Mail.State.FAILED, 1, "550 no such mailbox")
    assert refused.bounced_at is not None
    assert suppressed(["Nobody@example.org", "alice@example.org"]) == {"nobody@example.org": "550 no such mailbox"}

    server.refused = set()
    later, other = write_mail("later", "NOBODY@example.org"), write_mail("other", "alice@example.org")
    assert drain() == 1

    later.refresh_from_db()
    other.refresh_from_db()
    assert [mail["To"] for mail in server.mails] == ["alice@example.org"]
    assert (later.state, later.attempts, other.state) == (Mail.State.FAILED, 0, Mail.State.SENT)
    assert later.last_error == (
        "Not tried: nothing is sent to this address, because a mail to it was refused for good (550 no such mailbox)."
    )


def test_mail_that_somebody_asks_for_is_tried_all_the_same(server):
    suppress("nobody@example.org", reason="550 no such mailbox")
    write_mail("asked for", "Nobody@example.org", is_asked_for=True)

    assert drain() == 1
    assert not SuppressedAddress.objects.exists()


def test_asking_for_a_mail_that_is_written_already_lifts_nothing():
    write_mail()
    suppress("nobody@example.org", reason="550 no such mailbox")
    assert write_mail(is_asked_for=True) is None

    assert SuppressedAddress.objects.exists()


def test_suppressing_twice_keeps_the_first_reason_and_lifting_takes_it_back():
    suppress("Nobody@example.org", reason="first")
    suppress("nobody@EXAMPLE.org", reason="second")

    assert list(SuppressedAddress.objects.values_list("address", "reason")) == [("nobody@example.org", "first")]
    assert (lift("nobody@example.org"), lift("nobody@example.org")) == (True, False)


@pytest.mark.parametrize(
    ("status", "is_gone"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.0.0", True),
        ("5.2.1", True),
        ("5.4.4", True),
        ("5.1.8", False),  # the sender is refused
        ("5.2.2", False),  # full
        ("5.3.4", False),  # too large
        ("5.7.1", False),  # not wanted here
        ("4.1.1", False),
        ("", False),
    ],
)
def test_only_what_is_said_of_the_mailbox_counts(status, is_gone):
    assert is_mailbox_gone(status) is is_gone


@pytest.mark.parametrize(
    ("answer", "of_mailbox"),
    [
        ((550, b"5.1.1 No such user"), True),
        ((550, b"no such mailbox"), True),
        ((553, "mailbox name not allowed"), True),
        ((550, b"5.7.1 Relaying denied"), False),
        ((552, b"mailbox full"), False),
        ((554, b"go away"), False),
    ],
)
def test_a_server_that_does_not_want_us_suppresses_nobody(answer, of_mailbox):
    assert Refusal.of_answer(*answer, is_of_address=True).is_of_the_mailbox is of_mailbox
    # After DATA it is the message that is refused.
    assert Refusal.of_answer(*answer, is_of_address=False).is_of_the_mailbox is False


def test_what_a_server_says_is_kept_in_one_line_of_bounded_length():
    refusal = Refusal.of_answer(550, b"no\r\nsuch\x00 mailbox \xff" + b"x" * 5000, is_of_address=True)

    assert refusal.words.startswith("550 no such mailbox \ufffdxxx")
    assert len(refusal.words) < 1010


def test_looking_for_suppressed_addresses_is_one_query(django_assert_num_queries):
    for number in range(3):
        suppress(f"p{number}@example.org", reason="gone")

    for count in (1, 3):
        with django_assert_num_queries(1):
            assert len(suppression.suppressed(f"p{n}@example.org" for n in range(count))) == count
