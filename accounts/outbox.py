"""The outbox: a mail is written with the change that causes it, and leaves once that change is committed.

This is the only module that sends mail. A mail is sent at least once: whoever sends it holds it for LEASE, and if they
die meanwhile somebody else sends it after that, with the same Message-ID, by which mail programs know the copy. Mails
are claimed in batches; that one left is noted before the next one is sent, so at most one can be sent twice.

How it gets out: `accounts/background.py` drains the outbox in the web process, or `manage.py worker` does (any number).
"""

import base64
import logging
import re
import smtplib
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from itertools import takewhile
from typing import Any
from zlib import crc32

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from . import suppression
from .models import Mail

logger = logging.getLogger(__name__)

# Longer than any mail server takes for one mail; after it a mail whose sender died is sent by another.
LEASE = timedelta(minutes=10)
# How many mails are claimed in one transaction. Whoever is killed keeps the rest of them waiting for LEASE.
BATCH = 20
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
    alternatives: Iterable[tuple[str, str, bytes]] = (),
    about: str = "",
    unsubscribe_url: str = "",
    is_asked_for: bool = False,
) -> Mail | None:
    """Write one mail to one address, in the transaction that is open: if that rolls back, no mail was written.

    `key` names the cause, such as "confirmed:<code>"; writing the same key again writes nothing and returns None.
    Attachments are (file name, mimetype, content; text in UTF-8). So are `alternatives`, which say the same as the text
    in another form, such as an invitation for calendars. `about` is what pages find the mails of something by, such as
    "registration:12". `unsubscribe_url` takes a POST without signing in or asking back (RFC 8058). With `is_asked_for`,
    somebody asked for this very mail, so it is tried although the address refused mails before. Raises ValidationError
    for an address that is none.
    """
    validate_email(to)
    if reply_to:
        validate_email(reply_to)
    mail = Mail(
        key=key,
        to=to,
        reply_to=reply_to,
        language=language,
        about=about,
        unsubscribe_url=unsubscribe_url,
        subject=one_line(subject)[:SUBJECT_LENGTH],
        text=_storable(text),
        html=_storable(html),
        attachments=[
            *(_stored(*alternative) | {"alternative": True} for alternative in alternatives),
            *(_stored(*attachment) for attachment in attachments),
        ],
    )
    if not _insert(mail):
        return None
    if is_asked_for:
        suppression.lift(to)
    transaction.on_commit(wake)
    return mail


def write_again(mail: Mail, *, to: str) -> Mail | None:
    """Write a mail once more, to another address of the same person; None where that was done before.

    What is attached goes along; an invitation for calendars does not, since it names the old address.
    """
    validate_email(to)
    copy = Mail(
        key=f"{again_key(mail)}{crc32(to.casefold().encode()):x}",
        to=to,
        attachments=[one for one in mail.attachments if not one.get("alternative")],
        **{name: getattr(mail, name) for name in ("reply_to", "language", "about", "unsubscribe_url")},
        **{name: getattr(mail, name) for name in ("subject", "text", "html")},
    )
    if not _insert(copy):
        return None
    transaction.on_commit(wake)
    return copy


def again_key(mail: Mail) -> str:
    """Return what the keys of the copies of a mail begin with, see write_again."""
    return f"again:{mail.pk}:"


def _stored(name: str, mimetype: str, content: bytes) -> dict[str, Any]:
    return {
        "name": one_line(name),
        "mimetype": _without_charset(mimetype),
        "content": base64.b64encode(content).decode(),
    }


def _insert(mail: Mail) -> bool:
    """Write the row unless its key is known. One statement, which harms nobody's transaction when it is."""
    fields = [field for field in Mail._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(field.pre_save(mail, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Mail._meta.db_table} ({columns}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING RETURNING id",  # noqa: S608 - nothing in it comes from outside
            values,
        )
        row = cursor.fetchone()
    if row is None:
        return False
    mail.pk = row[0]
    mail._state.adding, mail._state.db = False, connection.alias
    return True


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
    sent = tried = 0
    with _Server() as server:
        while tried < limit and not stop():
            batch = _claim(at or timezone.now(), min(BATCH, limit - tried))
            if not batch:
                break
            tried += len(batch)
            sent += _send(batch, server, at=at, stop=stop)
            if server.is_away:
                break
    return sent


def _send(batch: list[Mail], server: "_Server", *, at: datetime | None, stop: Callable[[], bool]) -> int:
    """Send mails that we have claimed; return how many left. What is not tried is given back."""
    started = time.monotonic()
    waiting, left = list(batch), 0
    refused = suppression.suppressed(mail.to for mail in batch)
    try:
        # A slow mail server must not keep us beyond the lease, when somebody else takes the rest for abandoned.
        while waiting and not stop() and time.monotonic() - started < LEASE.total_seconds() / 2:
            mail = waiting.pop(0)
            if (words := refused.get(mail.to.casefold())) is not None:
                _not_tried(mail, words)
                continue
            try:
                server.send(mail)
            except Exception as error:
                _failed(mail, error, at=at or timezone.now())
                if server.is_away:
                    # The other mails keep their tries for when it is back.
                    break
            else:
                # Before the next one is sent: whoever is killed in between leaves one mail that left and is not noted.
                _sent(mail, at=at or timezone.now())
                left += 1
    finally:
        _give_back(waiting)
    return left


class _Server:
    """The mail server: one conversation for many mails. `is_away`: it did not answer at all."""

    def __init__(self) -> None:
        self.is_away = False
        self._backend: BaseEmailBackend | None = None

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def send(self, mail: Mail) -> None:
        if self._backend is None:
            self.is_away = True
            backend = _backend()
            backend.open()
            self._backend, self.is_away = backend, False
        try:
            self._backend.send_messages([message(mail)])
        except Exception:
            # Whatever state the conversation is in, the next mail begins a new one.
            self._close()
            raise

    def _close(self) -> None:
        if self._backend is not None:
            try:
                self._backend.close()
            except Exception:
                logger.debug("The mail server did not say goodbye.", exc_info=True)
            self._backend = None


def sender_address() -> str:
    """Return the address that our mails come from, without a name."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def message(mail: Mail) -> EmailMultiAlternatives:
    """Return the mail as it goes over the wire, but for the date: the same every time it is sent."""
    headers = {
        "Message-ID": f"<{mail.message_id}@{sender_address().rpartition('@')[2]}>",
        # Out-of-office programs must not answer (RFC 3834 §5).
        "Auto-Submitted": "auto-generated",
        "Content-Language": mail.language,
    }
    if mail.unsubscribe_url:
        # The mail program shows a button of its own, and one press of it is enough (RFC 8058 §3.1).
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else [],
        headers=headers,
    )
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments:
        content = base64.b64decode(attachment["content"])
        if attachment.get("alternative"):
            # After the HTML: of the forms that it understands, a program takes the last one (RFC 2046 §5.1.4).
            letter.attach_alternative(content.decode(), attachment["mimetype"])
        else:
            letter.attach(attachment["name"], content, attachment["mimetype"])
    return letter


def _backend() -> BaseEmailBackend:
    # Django 6.1 puts `mailers` in the place of `get_connection()`; 5.2 does not know them.
    if mailers := getattr(django_mail, "mailers", None):
        return mailers.default
    return django_mail.get_connection()


def _claim(at: datetime, most: int) -> list[Mail]:
    """Take the oldest mails that are due, so that nobody else sends them for as long as the lease lasts."""
    # Asked without a lock first: on SQLite the transaction below would keep every writer waiting.
    while Mail.objects.due(at).exists():
        with transaction.atomic():
            # SQLite has no row locks; its transaction is immediate, so only one process is in here at a time.
            due = list(Mail.objects.due(at).select_for_update(skip_locked=True)[:most])
            if not due:
                return []
            if due[0].state == Mail.State.SENDING:
                # Its sender died. If this mail was the cause, it shall take no others along: it is tried alone.
                batch = due[:1]
                if batch[0].attempts >= ATTEMPTS:
                    # Each try was counted before it was made, so this one's sender died in the last of them.
                    _give_up(batch[0])
                    continue
            else:
                batch = list(takewhile(lambda mail: mail.state == Mail.State.WAITING, due))
            Mail.objects.filter(pk__in=[mail.pk for mail in batch]).update(
                state=Mail.State.SENDING, attempts=F("attempts") + 1, next_try_at=at + LEASE
            )
            for mail in batch:
                # `next_try_at` stays what it was, in case the mail is given back.
                mail.state = Mail.State.SENDING
                mail.attempts += 1
            return batch
    return []


def _give_up(mail: Mail) -> None:
    mail.state = Mail.State.FAILED
    mail.last_error = mail.last_error or "Whoever sent this mail ended while sending it."
    mail.save(update_fields=["state", "last_error"])


def _give_back(mails: Iterable[Mail]) -> None:
    """Leave mails that were claimed but not tried to whoever drains next, as if nothing had been."""
    for mail in mails:
        _ours(mail).update(state=Mail.State.WAITING, attempts=mail.attempts - 1, next_try_at=mail.next_try_at)


def _ours(mail: Mail) -> QuerySet[Mail]:
    # After the lease somebody else may be sending it.
    return Mail.objects.filter(pk=mail.pk, state=Mail.State.SENDING, attempts=mail.attempts)


def _sent(mail: Mail, *, at: datetime) -> None:
    # Also when the lease ran out meanwhile: it has left, so nobody needs to send it again.
    Mail.objects.filter(pk=mail.pk).exclude(state=Mail.State.SENT).update(
        state=Mail.State.SENT, sent_at=at, last_error=""
    )


def _not_tried(mail: Mail, words: str) -> None:
    why = f"Not tried: nothing is sent to this address, because a mail to it was refused for good ({words})."
    _ours(mail).update(state=Mail.State.FAILED, attempts=mail.attempts - 1, last_error=_storable(why)[:2000])


def _failed(mail: Mail, error: Exception, *, at: datetime) -> None:
    refusal = _refusal(error)
    is_last = mail.attempts >= ATTEMPTS or refusal is not None
    logger.warning("Mail %s could not be sent (try %s of %s): %s", mail.pk, mail.attempts, ATTEMPTS, error)
    words = _storable(_in_words(error))[:2000]
    outcome = {
        "state": Mail.State.FAILED if is_last else Mail.State.WAITING,
        "next_try_at": at if is_last else at + BACKOFF[mail.attempts - 1],
        "last_error": words,
    }
    if refusal is None or not refusal.is_of_the_mailbox:
        _ours(mail).update(**outcome)
        return
    with transaction.atomic():
        _ours(mail).update(**outcome, bounced_at=at, bounce=refusal.words)
        suppression.suppress(mail.to, reason=refusal.words, at=at)


def _in_words(error: Exception) -> str:
    """What went wrong, for people: the answer of the mail server as it gave it, where it gave one."""
    words: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return f"{type(error).__name__}: {error}"
    return suppression.Refusal.of_answer(code, words, is_of_address=False).words


def _refusal(error: Exception) -> suppression.Refusal | None:
    """What the server said if it will never take this mail (RFC 5321 §4.2.1: 5yz), at RCPT or after DATA."""
    answers: list[tuple[int, bytes | str]]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPDataError):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return None
    if not answers or not all(500 <= code <= 599 for code, _words in answers):
        return None
    code, words = answers[0]
    is_of_address = isinstance(error, smtplib.SMTPRecipientsRefused)
    return suppression.Refusal.of_answer(code, words, is_of_address=is_of_address)


# --- After a failure ---------------------------------------------------------------------------------------------


def queue_again(mails: QuerySet[Mail]) -> int:
    """Give mails that could not be sent all their tries anew; return how many. Others are left as they are."""
    queued = mails.filter(state=Mail.State.FAILED).update(
        state=Mail.State.WAITING, attempts=0, next_try_at=timezone.now(), bounced_at=None, bounce=""
    )
    transaction.on_commit(wake)
    return queued
