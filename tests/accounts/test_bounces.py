"""Reports of mails that came back, as mail servers write them."""

import io
import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.conf import settings as conf
from django.core.management import call_command
from django.utils import timezone

from accounts import bounces
from accounts.models import Mail, SuppressedAddress
from accounts.outbox import write

pytestmark = pytest.mark.django_db


def sent_mail(key="confirmed:1", to="alice@example.org") -> Mail:
    mail = write(key=key, to=to, subject="Confirmed", text="You are registered.")
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.SENT, sent_at=timezone.now())
    mail.refresh_from_db()
    return mail


def report(mail, *, action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 <alice@example.org>: No such user"):
    """What Postfix sends back (RFC 3462, RFC 3464)."""
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: events@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org. I'm sorry to have to inform you
that your message could not be delivered to one or more recipients.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 1 Mar 2027 10:00:00 +0100 (CET)

Final-Recipient: rfc822; somebody-else@example.org
Original-Recipient: rfc822;alice@example.org
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b
Content-Type: message/rfc822

From: Trajectum <events@example.org>
To: alice@example.org
Subject: Confirmed
Message-ID: <{mail.message_id}@example.org>
Content-Type: text/plain

You are registered.

--b--
""".encode()


def plain(
    mail, *, sender="MAILER-DAEMON@mx.example.org", subject="failure notice", words=None, extra="Return-Path: <>\n"
):
    """What qmail and small servers send: words alone, and our mail below them."""
    words = words or "Sorry, no mailbox here by that name. (#5.1.1)\n550 5.1.1 unknown user"
    return f"""{extra}From: {sender}
To: events@example.org
Subject: {subject}

Hi. This is the program at mx.example.org.
<alice@example.org>:
{words}

--- Below this line is a copy of the message.

From: Trajectum <events@example.org>
Message-ID: <{mail.message_id}@example.org>
Subject: Confirmed

You are registered.
""".encode()


def suppressed() -> list[str]:
    return list(SuppressedAddress.objects.values_list("address", flat=True))


def test_report_is_noted_on_its_mail_and_the_address_gets_nothing_more():
    mail, other = sent_mail(), sent_mail("other", "bob@example.org")

    assert bounces.note(report(mail)) == [mail]

    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.state, mail.bounce) == (Mail.State.SENT, "550 5.1.1 <alice@example.org>: No such user")
    assert (mail.bounced_at is not None, other.bounced_at) == (True, None)
    # What the report says of another address is not believed.
    assert suppressed() == ["alice@example.org"]


def test_same_report_twice_is_noted_once():
    mail = sent_mail()
    bounces.note(report(mail))
    first = Mail.objects.get().bounced_at

    assert bounces.note(report(mail)) == []
    assert Mail.objects.get().bounced_at == first


@pytest.mark.parametrize(
    ("status", "diagnostic", "is_suppressed"),
    [
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", False),
        ("5.7.1", "smtp; 550 5.7.1 Message rejected as spam", False),
        ("5.0.0", "X-Postfix; unknown user", True),
        ("5.4.4", "X-Postfix; Host or domain name not found", True),
    ],
)
def test_what_is_no_fault_of_the_mailbox_is_noted_and_suppresses_nobody(status, diagnostic, is_suppressed):
    mail = sent_mail()
    bounces.note(report(mail, status=status, diagnostic=diagnostic))

    mail.refresh_from_db()
    assert mail.bounce == diagnostic.partition("; ")[2]
    assert bool(suppressed()) is is_suppressed


def test_a_mail_that_is_late_has_not_come_back():
    mail = sent_mail()
    assert bounces.note(report(mail, action="delayed", status="4.4.1", diagnostic="X-Postfix; timed out")) == []
    assert bounces.note(plain(mail, words="451 4.4.1 could not be delivered yet, I will try again")) == []

    mail.refresh_from_db()
    assert mail.bounced_at is None


def test_report_in_words_alone_is_read_too():
    mail = sent_mail()
    assert bounces.note(plain(mail)) == [mail]

    mail.refresh_from_db()
    assert mail.bounce == "550 5.1.1 unknown user"
    assert suppressed() == ["alice@example.org"]


def test_report_without_any_code_is_noted_and_suppresses_nobody():
    mail = sent_mail()
    bounces.note(plain(mail, words="Your mail could not be delivered, says the post room."))

    mail.refresh_from_db()
    assert mail.bounce == "Your mail could not be delivered, says the post room."
    assert suppressed() == []


def test_an_answer_of_a_person_that_quotes_our_mail_is_no_report():
    mail = sent_mail()
    answer = plain(
        mail,
        sender="Alice <alice@example.org>",
        subject="Re: Confirmed",
        words="Thank you! My colleague says his mail could not be delivered, 550 5.1.1.",
        extra=f"In-Reply-To: <{mail.message_id}@example.org>\n",
    )
    away = plain(
        mail, sender="Alice <alice@example.org>", subject="Out of office", words="Away until Monday.", extra=""
    )

    assert bounces.note(answer) == bounces.note(away) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 1000,
        b"From: MAILER-DAEMON@x\n\n550 5.1.1 <not-an-id@example.org>",
        f"From: MAILER-DAEMON@x\n\n550 5.1.1 <{uuid4()}@example.org>".encode(),
        b"Content-Type: multipart/report; boundary=b\n\n"
        + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 3000,
        b"Content-Type: message/delivery-status\n\nAction: failed\nStatus: \xff\n",
        b"Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n%%%%",
    ],
)
def test_whatever_else_comes_changes_nothing(content):
    sent_mail()
    assert bounces.note(content) == []


def test_what_a_report_says_is_kept_in_one_line_of_bounded_length():
    mail = sent_mail()
    bounces.note(report(mail, diagnostic="smtp; 550 5.1.1 <script>" + "x" * 5000))

    mail.refresh_from_db()
    assert mail.bounce.startswith("550 5.1.1 <script>xxx")
    assert len(mail.bounce) == 1000


def test_command_says_what_it_noted():
    mail, output = sent_mail(), io.StringIO()
    call_command("read_bounce", source=io.BytesIO(report(mail)), stdout=output)
    call_command("read_bounce", source=io.BytesIO(report(mail)), stdout=output)
    call_command("read_bounce", source=io.BytesIO(b"hello"), quiet=True, stdout=output)

    assert output.getvalue().splitlines() == [
        f"came back: mail {mail.pk} to alice@example.org: 550 5.1.1 <alice@example.org>: No such user",
        "nothing to note: this mail reports no failure of a mail of ours",
    ]


@pytest.mark.django_db(transaction=True)
def test_command_reads_the_pipe_of_a_mail_server():
    from django.db import connection

    mail = sent_mail()
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "read_bounce"],
        cwd=conf.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        input=report(mail),
        capture_output=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert Mail.objects.get().bounced_at is not None
