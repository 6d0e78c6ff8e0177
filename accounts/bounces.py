"""Mails that come back: what a mail server reports about a mail of ours, and which mail it was.

A report is an untrusted mail. It names ours by its Message-ID, which is random and known to nobody but its reader, and
what it says is kept about that mail and its own address, whatever other address the report names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from . import suppression
from .models import Mail
from .suppression import ENHANCED_CODE

# More of a report than this is never needed: what it says stands before the mail that it returns.
LARGEST = 1_000_000
# The words of plain reports, by which they are told from a person's answer that quotes our mail.
_FAILED = re.compile(
    r"(?i)undeliver|not be delivered|delivery (?:has |status |to the )|could ?n[o']t be delivered|returned mail|failure"
    r"|does not exist|unknown user|user unknown|no such user|mailbox (?:unavailable|not found)|address rejected"
)
_SMTP_ANSWER = re.compile(r"\b([45]\d\d)[ -#]+(?:(\d\.\d{1,3}\.\d{1,3}))?")
_MESSAGE_ID = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})@[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail says about mails of ours. `status` is an enhanced status code (RFC 3463), "" where there is none."""

    message_ids: tuple[UUID, ...]
    status: str
    words: str

    @property
    def is_final(self) -> bool:
        """Whether it has come back; else it is late and tried again by the server that says so."""
        return self.status.startswith("5")


def read(content: bytes) -> Report | None:
    """Return what a mail reports; None when it reports no failure, such as an answer of somebody, or says “delayed”.

    Raises nothing for any content.
    """
    try:
        return _read(message_from_bytes(content[:LARGEST], policy=policy.compat32))
    except (RecursionError, ValueError, LookupError):
        # Whoever writes a mail that Python's parser cannot read reports nothing.
        return None


def _read(letter: Message) -> Report | None:
    found = tuple(dict.fromkeys(UUID(match[1]) for match in _MESSAGE_ID.finditer(_all_of(letter))))
    if not found:
        return None
    for_programs = any(part.get_content_type() == "message/delivery-status" for part in letter.walk())
    report = _of_delivery_status(letter, found) if for_programs else _of_plain_words(letter, found)
    return report if report is not None and report.is_final else None


@transaction.atomic
def note(content: bytes, *, at: datetime | None = None) -> list[Mail]:
    """Note on the mails that a report names that they came back; return those that were not known to have.

    Where the mailbox is not there, nothing more is sent to its address.
    """
    at = at or timezone.now()
    report = read(content)
    if report is None:
        return []
    returned = list(Mail.objects.select_for_update().filter(message_id__in=report.message_ids, bounced_at=None))
    for mail in returned:
        mail.bounced_at, mail.bounce = at, report.words
        mail.save(update_fields=["bounced_at", "bounce"])
        if suppression.is_mailbox_gone(report.status):
            suppression.suppress(mail.to, reason=report.words, at=at)
    return returned


def _of_delivery_status(letter: Message, found: tuple[UUID, ...]) -> Report | None:
    """Read a report that programs can read (RFC 3464): one group of fields for each recipient."""
    for part in letter.walk():
        groups = part.get_payload()
        if part.get_content_type() != "message/delivery-status" or not isinstance(groups, list):
            continue
        for fields in groups:
            if not isinstance(fields, Message):
                continue
            action = str(fields.get("Action", "")).strip().lower()
            status = ENHANCED_CODE.search(str(fields.get("Status", "")))
            if action != "failed":
                continue
            # “smtp; 550 5.1.1 No such user”: the type of what follows says nothing to people.
            answer = _one_line(str(fields.get("Diagnostic-Code", "")).partition(";")[2])
            code = status[1] if status else "5.0.0"
            return Report(found, code, answer or _one_line(f"{code} {fields.get('Final-Recipient', '')}"))
    return None


def _of_plain_words(letter: Message, found: tuple[UUID, ...]) -> Report | None:
    """Read a report in words alone, as old or small servers send them."""
    comes_from_a_server = str(letter.get("Return-Path", "")).strip() == "<>" or re.match(
        r"(?i).*(?:mailer-daemon|postmaster)@", str(letter.get("From", ""))
    )
    words = next(_texts(letter), "")
    if letter.get("In-Reply-To") and not comes_from_a_server:
        return None
    if not comes_from_a_server or not _FAILED.search(f"{letter.get('Subject', '')}\n{words}"):
        return None
    for line in words.splitlines():
        if answer := _SMTP_ANSWER.search(line):
            is_of_mailbox = answer[1] in ("550", "551", "553")
            plain = "5.1.1" if is_of_mailbox else f"{answer[1][0]}.0.0" if answer[1][0] == "4" else "5.3.0"
            return Report(found, answer[2] or plain, _one_line(line))
    line = next((line for line in words.splitlines() if _FAILED.search(line)), str(letter.get("Subject", "")))
    # Nobody says why, so it is noted, and the address is tried again with the next mail.
    return Report(found, "5.3.0", _one_line(line))


def _all_of(letter: Message) -> str:
    """The headers of the mail that is returned, wherever in the report they stand."""
    pieces = []
    for part in letter.walk():
        if part is not letter:
            pieces += [
                str(value) for name, value in part.items() if name.lower() in ("message-id", "original-message-id")
            ]
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                pieces.append(payload.decode("utf-8", "replace"))
    pieces += [str(letter.get(name, "")) for name in ("In-Reply-To", "References")]
    return "\n".join(pieces)


def _texts(letter: Message) -> Iterator[str]:
    for part in letter.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload.decode("utf-8", "replace")


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:1000]
