import contextlib
import itertools
import threading
from datetime import timedelta
from email.utils import getaddresses
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections, transaction
from django.utils import timezone

from accounts import outbox
from accounts.models import Mail
from accounts.outbox import BACKOFF, LEASE, drain, queue_again, write

from .mail_server import mail_server

pytestmark = pytest.mark.django_db

CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Gävle → Maastricht\r\nEND:VCALENDAR\r\n".encode()


def write_mail(key="confirmed:1", **fields):
    defaults = {"to": "alice@example.org", "subject": "Confirmed: Round table", "text": "You are registered.\n"}
    return write(key=key, **{**defaults, **fields})


class AwayServer(BaseEmailBackend):
    """No mail server answers."""

    def open(self):
        raise ConnectionRefusedError(111, "Connection refused")

    def send_messages(self, messages):
        raise AssertionError("nothing was opened")


AWAY = f"{__name__}.AwayServer"


# --- Writing


def test_mail_of_a_change_that_rolled_back_was_never_written():
    with contextlib.suppress(RuntimeError), transaction.atomic():
        write_mail()
        raise RuntimeError

    assert list(Mail.objects.all()) == []
    assert drain() == 0


def test_same_key_is_written_once_and_the_callers_transaction_goes_on():
    with transaction.atomic():
        first = write_mail(subject="The first")
        second = write_mail(subject="The second")
        write_mail(key="confirmed:2", subject="Another")

    assert (first.subject, second) == ("The first", None)
    assert sorted(Mail.objects.values_list("key", "subject")) == [
        ("confirmed:1", "The first"),
        ("confirmed:2", "Another"),
    ]


@pytest.mark.django_db(transaction=True)
def test_same_key_from_two_transactions_at_once_is_written_once():
    both_started = threading.Barrier(2)
    written = []

    def register():
        both_started.wait()
        with transaction.atomic():
            written.append(write_mail())
        connections.close_all()

    threads = [threading.Thread(target=register) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(mail is None for mail in written) == [False, True]
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("subject", "stored"),
    [
        ("Confirmed\r\nBcc: charlie@example.org", "Confirmed Bcc: charlie@example.org"),
        ("a\x00b\x0bc\x85d\u2028e\u2029f\tg\x7fh", "a b c d e f g h"),
        ("x" * 10_000, "x" * 500),
        ("Gävle → Maastricht: 👩‍🔬", "Gävle → Maastricht: 👩‍🔬"),
    ],
)
def test_subject_is_one_line_of_at_most_500_characters(subject, stored):
    assert write_mail(subject=subject).subject == stored


@pytest.mark.parametrize("field", ["to", "reply_to"])
@pytest.mark.parametrize(
    "address", ["alice@example.org\nBcc: charlie@example.org", "alice", "a@example.org, b@example.org", "@", "a b@c.d"]
)
def test_address_that_is_none_is_refused(field, address):
    with pytest.raises(ValidationError):
        write_mail(**{field: address})

    assert Mail.objects.count() == 0


# --- Sending


class Killed(BaseException):
    """A process that is killed notes nothing and gives nothing back."""


def test_committed_mail_is_sent_once(mailoutbox):
    write_mail()

    assert (drain(), drain()) == (1, 0)
    assert [message.subject for message in mailoutbox] == ["Confirmed: Round table"]
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts, mail.last_error) == (Mail.State.SENT, 1, "")
    assert mail.sent_at is not None


def test_oldest_mail_is_sent_first_and_no_more_than_the_limit(mailoutbox, clock):
    for number in range(3):
        write_mail(key=f"mail:{number}", subject=f"Mail {number}")
        clock.shift(timedelta(seconds=1))

    assert drain(limit=2) == 2
    assert [message.subject for message in mailoutbox] == ["Mail 0", "Mail 1"]


def test_stop_is_asked_before_each_mail(mailoutbox):
    for number in range(3):
        write_mail(key=f"mail:{number}")

    assert drain(stop=lambda: len(mailoutbox) == 1) == 1
    assert Mail.objects.filter(state=Mail.State.WAITING, attempts=0).count() == 2


def test_mail_is_tried_again_later_and_later_then_counts_as_not_sent(settings, clock):
    settings.EMAIL_BACKEND = AWAY
    write_mail()
    waits = []
    for _attempt in BACKOFF:
        before = timezone.now()
        assert drain() == 0
        mail = Mail.objects.get()
        assert mail.state == Mail.State.WAITING
        assert mail.last_error == "ConnectionRefusedError: [Errno 111] Connection refused"
        waits.append(mail.next_try_at - before)
        clock.shift(mail.next_try_at - before - timedelta(seconds=1))
        drain()
        assert Mail.objects.get().attempts == len(waits)  # it was not its turn yet
        clock.shift(timedelta(seconds=1))

    drain()

    mail = Mail.objects.get()
    assert waits == list(BACKOFF)
    assert (mail.state, mail.attempts) == (Mail.State.FAILED, len(BACKOFF) + 1)
    clock.shift(timedelta(days=30))
    drain()
    assert Mail.objects.get().attempts == len(BACKOFF) + 1


def test_server_that_is_away_costs_one_mail_a_try_and_all_leave_when_it_is_back(settings, mailoutbox, clock):
    for number in range(3):
        write_mail(key=f"mail:{number}")
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = AWAY
    drain()
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 1]

    settings.EMAIL_BACKEND = working
    assert drain() == 2
    clock.shift(BACKOFF[0])

    assert drain() == 1
    assert len(mailoutbox) == 3


def test_failed_mail_can_be_queued_again_and_others_are_left_alone(mailoutbox):
    write_mail(key="sent")
    drain()
    failed = write_mail(key="failed")
    Mail.objects.filter(pk=failed.pk).update(state=Mail.State.FAILED, attempts=6, last_error="550")

    assert queue_again(Mail.objects.all()) == 1
    assert drain() == 1
    assert len(mailoutbox) == 2
    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SENT}


def send_from_threads(count):
    together = threading.Barrier(count)
    sent = []

    def work():
        together.wait()
        sent.append(drain())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(sent)


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_mail_once(settings):
    with mail_server() as server:
        use(settings, server)
        for number in range(12):
            write_mail(key=f"mail:{number}", subject=f"Mail {number}")

        assert send_from_threads(4) == 12
        assert sorted(mail["Subject"] for mail in server.mails) == sorted(f"Mail {number}" for number in range(12))


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_the_same_test_shows_mails_sent_twice(settings, monkeypatch):
    """The twin of the test above: it would not notice a missing claim if this one did not."""
    monkeypatch.setattr(outbox, "_claim", lambda at, most: list(Mail.objects.due(at)[:most]))
    with mail_server() as server:
        use(settings, server)
        for number in range(12):
            write_mail(key=f"mail:{number}", subject=f"Mail {number}")

        assert send_from_threads(4) > 12
        assert len(server.mails) > len({mail["Message-ID"] for mail in server.mails})


def test_mail_of_a_sender_that_died_is_sent_after_the_lease_with_the_same_message_id(mailoutbox, clock, monkeypatch):
    def die(mail, **_):
        raise Killed

    write_mail()
    with monkeypatch.context() as killing:
        killing.setattr(outbox, "_sent", die)
        with pytest.raises(Killed):
            drain()
    assert Mail.objects.get().state == Mail.State.SENDING

    clock.shift(LEASE - timedelta(seconds=1))
    assert drain() == 0
    clock.shift(timedelta(seconds=1))
    assert drain() == 1

    assert Mail.objects.get().state == Mail.State.SENT
    assert len({message.extra_headers["Message-ID"] for message in mailoutbox}) == 1
    assert len(mailoutbox) == 2


def kill_at(subject, monkeypatch):
    sent = outbox.message

    def message(mail):
        if mail.subject == subject:
            raise Killed
        return sent(mail)

    monkeypatch.setattr(outbox, "message", message)
    monkeypatch.setattr(outbox, "_give_back", lambda mails: None)


def test_batch_whose_sender_was_killed_is_sent_after_the_lease_and_nothing_is_lost(mailoutbox, clock, monkeypatch):
    for number in range(4):
        write_mail(key=f"mail:{number}", subject=f"Mail {number}")
    with monkeypatch.context() as killing:
        kill_at("Mail 2", killing)
        with pytest.raises(Killed):
            drain()
    sent, sending = (Mail.State.SENT, 1), (Mail.State.SENDING, 1)
    assert list(Mail.objects.order_by("pk").values_list("state", "attempts")) == [sent, sent, sending, sending]

    clock.shift(LEASE - timedelta(seconds=1))
    assert drain() == 0
    clock.shift(timedelta(seconds=1))
    assert drain() == 2

    assert set(Mail.objects.values_list("state", flat=True)) == {Mail.State.SENT}
    # What had left before was noted, so nothing is there twice.
    assert [message.subject for message in mailoutbox] == ["Mail 0", "Mail 1", "Mail 2", "Mail 3"]


def test_mail_that_kills_its_sender_takes_no_others_along(clock, monkeypatch):
    for number in range(3):
        write_mail(key=f"mail:{number}", subject=f"Mail {number}")
    with monkeypatch.context() as killing:
        kill_at("Mail 1", killing)
        with pytest.raises(Killed):
            drain()
    with monkeypatch.context() as killing:
        sent = outbox.message
        killing.setattr(outbox, "message", lambda mail: 1 / 0 if mail.subject == "Mail 1" else sent(mail))
        killing.setattr(outbox, "_failed", lambda mail, error, **_: (_ for _ in ()).throw(Killed))
        for _attempt in range(outbox.ATTEMPTS):
            clock.shift(LEASE)
            with contextlib.suppress(Killed):
                drain()
        clock.shift(LEASE)
        drain()

    assert sorted(Mail.objects.values_list("subject", "state", "attempts")) == [
        ("Mail 0", Mail.State.SENT, 1),
        ("Mail 1", Mail.State.FAILED, outbox.ATTEMPTS),
        ("Mail 2", Mail.State.SENT, 2),
    ]


def test_slow_server_keeps_no_mail_beyond_the_lease(mailoutbox, monkeypatch):
    for number in range(3):
        write_mail(key=f"mail:{number}")
    claimed = []
    claim = outbox._claim
    # A clock by which each look takes a sixth of the lease: two mails are sent, the third is claimed anew.
    seconds = itertools.count(step=LEASE.total_seconds() / 6)
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    monkeypatch.setattr(outbox, "_claim", lambda *given: claimed.append(claim(*given)) or list(claimed[-1]))

    assert drain() == 3

    assert [len(batch) for batch in claimed] == [3, 1, 0]
    assert list(Mail.objects.values_list("state", "attempts")) == [(Mail.State.SENT, 1)] * 3


def test_mail_of_a_batch_costs_one_query_more(django_assert_num_queries):
    for count in (1, 3):
        for number in range(count):
            write_mail(key=f"mail:{count}:{number}")
        # Asked, claimed, asked for addresses that refuse, and asked again; and one that notes each mail that left.
        with django_assert_num_queries(7 + count):
            assert drain() == count


def test_mail_that_kills_its_sender_each_time_is_given_up(clock, monkeypatch):
    def die(mail):
        raise Killed

    monkeypatch.setattr(outbox, "message", die)
    write_mail()
    for _attempt in range(outbox.ATTEMPTS):
        with pytest.raises(Killed):
            drain()
        clock.shift(LEASE)

    assert drain() == 0
    mail = Mail.objects.get()
    assert (mail.state, mail.last_error) == (Mail.State.FAILED, "Whoever sent this mail ended while sending it.")


def test_late_failure_does_not_touch_a_mail_that_somebody_else_is_sending(clock):
    write_mail()
    [late] = outbox._claim(timezone.now(), 1)
    clock.shift(LEASE)
    outbox._claim(timezone.now(), 1)

    outbox._failed(late, TimeoutError("late"), at=timezone.now())

    mail = Mail.objects.get()
    assert (mail.state, mail.attempts, mail.last_error) == (Mail.State.SENDING, 2, "")


def test_leaving_a_list_is_one_press_of_a_button_of_the_mail_program():
    left = write_mail(unsubscribe_url="https://example.org/en/interest/abc/")
    other = write_mail(key="no list")

    headers = outbox.message(left).extra_headers
    assert headers["List-Unsubscribe"] == "<https://example.org/en/interest/abc/>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not {name for name in outbox.message(other).extra_headers if name.startswith("List-")}


# --- Over the wire


def use(settings, server):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port


def test_mail_with_hostile_subject_and_calendar_arrives_intact(settings):
    settings.DEFAULT_FROM_EMAIL = "Trajectum <events@example.eu>"
    with mail_server() as server:
        use(settings, server)
        written = write_mail(
            subject="Confirmed: “Gävle”\r\nBcc: charlie@example.org\r\n\r\n<script>",
            text="Ürdü – 你好\n.\n.hidden\n",
            html="<p>Ürdü – 你好</p>",
            language="nl",
            reply_to="host@example.org",
            attachments=[
                ("event.ics", "text/calendar; method=PUBLISH; charset=utf-8", CALENDAR),
                ("a\r\nb.bin", "application/octet-stream", bytes(range(256))),
            ],
        )
        assert drain() == 1

    [mail] = server.mails
    assert mail["Subject"].strip() == "Confirmed: “Gävle” Bcc: charlie@example.org <script>"
    assert mail["Bcc"] is None
    assert getaddresses([mail["To"], mail["Reply-To"]]) == [("", "alice@example.org"), ("", "host@example.org")]
    assert mail["Message-ID"] == f"<{written.message_id}@example.eu>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "nl")
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Ürdü – 你好", ".", ".hidden"]
    assert mail.get_body(("html",)).get_content().strip() == "<p>Ürdü – 你好</p>"
    calendar, binary = mail.iter_attachments()
    assert calendar["Content-Type"].params == {"method": "PUBLISH", "charset": "utf-8"}
    assert calendar.get_filename() == "event.ics"
    assert calendar.get_payload(decode=True) == CALENDAR
    assert binary.get_filename() == "a b.bin"
    assert binary.get_payload(decode=True) == bytes(range(256))


def test_an_invitation_arrives_as_another_form_of_the_text_and_a_file_beside_it(settings):
    with mail_server() as server:
        use(settings, server)
        write_mail(
            html="<p>You are registered.</p>",
            alternatives=[("invitation.ics", "text/calendar; method=REQUEST; charset=utf-8", CALENDAR)],
            attachments=[("event.ics", "application/ics", CALENDAR)],
        )
        assert drain() == 1

    [mail] = server.mails
    body, file = mail.iter_parts()
    assert mail.get_content_type() == "multipart/mixed"
    assert body.get_content_type() == "multipart/alternative"
    text, html, invitation = body.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert invitation.get_content_type() == "text/calendar"
    assert invitation["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert invitation.get_content_disposition() is None
    assert invitation.get_payload(decode=True) == CALENDAR
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "event.ics")


def test_refused_address_counts_as_not_sent_at_once_and_the_next_mail_leaves(settings, clock):
    with mail_server() as server:
        server.refused = {b"nobody@example.org"}
        use(settings, server)
        write_mail(key="nobody", to="nobody@example.org")
        clock.shift(timedelta(seconds=1))
        write_mail(key="alice")

        assert drain() == 1
        assert [mail["To"] for mail in server.mails] == ["alice@example.org"]

    refused = Mail.objects.get(key="nobody")
    assert (refused.state, refused.attempts) == (Mail.State.FAILED, 1)
    assert "no such mailbox" in refused.last_error


def test_server_that_breaks_off_costs_only_that_mail(settings):
    settings.EMAIL_TIMEOUT = 0.3
    with mail_server() as server:
        use(settings, server)
        server.may_answer.clear()
        write_mail(key="slow")
        assert drain() == 0
        assert Mail.objects.get().last_error.endswith("timed out")
        server.may_answer.set()
        write_mail(key="next")
        assert drain() == 1
