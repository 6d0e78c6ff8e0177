"""The outbox: a mail is written with the change that causes it, and leaves once that change is committed.

This is the only module that sends mail. A mail is sent at least once: whoever sends it holds it for LEASE, and if they
die meanwhile somebody else sends it after that, with the same Message-ID, by which mail programs know the copy.

How it gets out: `accounts/background.py` drains the outbox in the web process, or `manage.py worker` does (any number).
"""

import base64
import logging
import re
import smtplib
import threading
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from .models import Mail

logger = logging.getLogger(__name__)

# Longer than any mail server takes for one mail; after it a mail whose sender died is sent by another.
LEASE = timedelta(minutes=10)
# How long to wait after the first, second, … failure. After the last of them a mail counts as not sent.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
ATTEMPTS = len(BACKOFF) + 1
SUBJECT_LENGTH = 500

# Set when a mail was written in this process; the thread of accounts/background.py waits for it.
awake = threading.Event()


# --- Writing -----------------------------------------------------------------------------------------------------


def write(
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    language: str = "en",
    reply_to: str = "",
    attachments: Iterable[tuple[str, str, bytes]] = (),
) -> Mail | None:
    """Write one mail to one address, in the transaction that is open: if that rolls back, no mail was written.

    `key` names the cause, such as "confirmed:<code>"; writing the same key again writes nothing and returns None.
    Attachments are (file name, mimetype, content; text in UTF-8). Raises ValidationError for an address that is none.
    """
    validate_email(to)
    if reply_to:
        validate_email(reply_to)
    mail = Mail(
        key=key,
        to=to,
        reply_to=reply_to,
        language=language,
        subject=one_line(subject)[:SUBJECT_LENGTH],
        text=_storable(text),
        html=_storable(html),
        attachments=[
            {
                "name": one_line(name),
                "mimetype": _without_charset(mimetype),
                "content": base64.b64encode(content).decode(),
            }
            for name, mimetype, content in attachments
        ],
    )
    try:
        # The inner block is a savepoint: a key that exists must not break the caller's transaction on PostgreSQL.
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        if Mail.objects.filter(key=key).exists():
            return None
        raise
    transaction.on_commit(wake)
    return mail


def one_line(text: str) -> str:
    """Return the text in one line without control characters: a header with a line break would start another one."""
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in str(text)).split())


def _storable(text: str) -> str:
    # PostgreSQL refuses NUL in texts, and no mail needs it.
    return str(text).replace("\x00", "")


def _without_charset(mimetype: str) -> str:
    # Django adds the charset itself; with two of them some programs take neither.
    return re.sub(r";\s*charset=[^;]*", "", one_line(mimetype), flags=re.IGNORECASE)


def wake() -> None:
    """Tell the background thread of this process that a mail waits; where there is none, nobody hears it."""
    awake.set()


# --- Sending -----------------------------------------------------------------------------------------------------


def drain(*, at: datetime | None = None, limit: int = 100, stop: Callable[[], bool] = lambda: False) -> int:
    """Send the mails that are due, oldest first, at most `limit`; return how many left.

    Any number of processes may drain at the same time. `stop` is asked before each mail. A mail that could not be
    sent waits for its next try and is kept with the error; nothing is raised for it.
    """
    sent = 0
    connection: BaseEmailBackend | None = None
    try:
        for _number in range(limit):
            if stop() or (mail := _claim(at or timezone.now())) is None:
                break
            try:
                if connection is None:
                    connection = _connection()
                    connection.open()
            except Exception as error:
                # The mail server is away: the other mails keep their tries for when it is back.
                _failed(mail, error, at=at or timezone.now())
                break
            try:
                connection.send_messages([message(mail)])
            except Exception as error:
                _failed(mail, error, at=at or timezone.now())
                # Whatever state the conversation is in, the next mail begins a new one.
                _close(connection)
                connection = None
            else:
                _sent(mail, at=at or timezone.now())
                sent += 1
    finally:
        _close(connection)
    return sent


def message(mail: Mail) -> EmailMultiAlternatives:
    """Return the mail as it goes over the wire, but for the date: the same every time it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    letter = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else [],
        headers={
            "Message-ID": f"<{mail.message_id}@{domain}>",
            # Out-of-office programs must not answer (RFC 3834 §5).
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments:
        letter.attach(attachment["name"], base64.b64decode(attachment["content"]), attachment["mimetype"])
    return letter


def _connection() -> BaseEmailBackend:
    # Django 6.1 puts `mailers` in the place of `get_connection()`; 5.2 does not know them.
    if mailers := getattr(django_mail, "mailers", None):
        return mailers.default
    return django_mail.get_connection()


def _close(connection: BaseEmailBackend | None) -> None:
    if connection is not None:
        try:
            connection.close()
        except Exception:
            logger.debug("The mail server did not say goodbye.", exc_info=True)


def _claim(at: datetime) -> Mail | None:
    """Take the oldest mail that is due, so that nobody else sends it for as long as the lease lasts."""
    # Asked without a lock first: on SQLite the transaction below would keep every writer waiting.
    while Mail.objects.due(at).exists():
        with transaction.atomic():
            # SQLite has no row locks; its transaction is immediate, so only one process is in here at a time.
            mail = Mail.objects.due(at).select_for_update(skip_locked=True).first()
            if mail is None:
                return None
            if mail.attempts >= ATTEMPTS:
                # Each try was counted before it was made, so this one's sender died in the last of them.
                mail.state = Mail.State.FAILED
                mail.last_error = mail.last_error or "Whoever sent this mail ended while sending it."
                mail.save(update_fields=["state", "last_error"])
                continue
            mail.state = Mail.State.SENDING
            mail.attempts += 1
            mail.next_try_at = at + LEASE
            mail.save(update_fields=["state", "attempts", "next_try_at"])
            return mail
    return None


def _sent(mail: Mail, *, at: datetime) -> None:
    # Also when the lease ran out meanwhile: it has left, so nobody needs to send it again.
    Mail.objects.filter(pk=mail.pk).exclude(state=Mail.State.SENT).update(
        state=Mail.State.SENT, sent_at=at, last_error=""
    )


def _failed(mail: Mail, error: Exception, *, at: datetime) -> None:
    is_last = mail.attempts >= ATTEMPTS or _is_refused_for_good(error)
    logger.warning("Mail %s could not be sent (try %s of %s): %s", mail.pk, mail.attempts, ATTEMPTS, error)
    # Only while the mail is still ours: after the lease somebody else may be sending it.
    Mail.objects.filter(pk=mail.pk, state=Mail.State.SENDING, attempts=mail.attempts).update(
        state=Mail.State.FAILED if is_last else Mail.State.WAITING,
        next_try_at=at if is_last else at + BACKOFF[mail.attempts - 1],
        last_error=_storable(f"{type(error).__name__}: {error}")[:2000],
    )


def _is_refused_for_good(error: Exception) -> bool:
    """Does the server say that this address will never take mail (RFC 5321 §4.2.1: 5yz)?"""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code <= 599 for code, _words in error.recipients.values()
    )


# --- After a failure ---------------------------------------------------------------------------------------------


def queue_again(mails: QuerySet[Mail]) -> int:
    """Give mails that could not be sent all their tries anew; return how many. Others are left as they are."""
    queued = mails.filter(state=Mail.State.FAILED).update(
        state=Mail.State.WAITING, attempts=0, next_try_at=timezone.now()
    )
    transaction.on_commit(wake)
    return queued
