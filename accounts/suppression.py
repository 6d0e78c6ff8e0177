"""Addresses that no mail is sent to any more, because the server of one said that nobody is there.

A mailbox that does not exist refuses every mail, and a sender who goes on writing to it is taken for a spammer. A
refusal of the message (its size, its words, the sender) says nothing about the mailbox and suppresses nobody.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from .models import SuppressedAddress

# Enhanced status codes (RFC 3463, and the registry of RFC 5248) of a mailbox that is not there, or takes no mail ever:
# other or undefined, bad address, mailbox disabled, no way to its domain. Not so: full (5.2.2), policy (5.7).
_OF_THE_MAILBOX = re.compile(r"5\.(?:0\.\d+|1\.(?!7|8)\d+|2\.[01]|4\.4)")
ENHANCED_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# Without an enhanced code: mailbox not available, not local, name not allowed (RFC 5321 §4.2.3).
_CODES_OF_THE_MAILBOX = {550, 551, 553}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a mail server said when it refused for good. `is_of_the_mailbox`: writing to it again is of no use."""

    words: str
    is_of_the_mailbox: bool

    @classmethod
    def of_answer(cls, code: int, words: bytes | str, *, is_of_address: bool) -> "Refusal":
        """Read the answer to RCPT (`is_of_address`) or to DATA: a code of three digits, and words."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        text = " ".join(text.replace("\x00", "").split())[:1000]
        enhanced = ENHANCED_CODE.search(text)
        is_of_the_mailbox = is_mailbox_gone(enhanced[1]) if enhanced else code in _CODES_OF_THE_MAILBOX
        return cls(f"{code} {text}".strip(), is_of_address and is_of_the_mailbox)


def is_mailbox_gone(status: str) -> bool:
    """Whether an enhanced status code, such as 5.1.1, says that the mailbox is not there."""
    return _OF_THE_MAILBOX.fullmatch(status) is not None


def suppress(address: str, *, reason: str, at: datetime | None = None) -> None:
    """Send nothing more to an address. One that is suppressed already keeps its first reason."""
    SuppressedAddress.objects.get_or_create(
        address=address.casefold(), defaults={"reason": reason[:1000], "since": at or timezone.now()}
    )


def lift(address: str) -> bool:
    """Write to an address again; return whether it was suppressed."""
    deleted, _by_model = SuppressedAddress.objects.filter(address=address.casefold()).delete()
    return bool(deleted)


def suppressed(addresses: Iterable[str]) -> dict[str, str]:
    """Return those of these addresses that are suppressed, in small letters, each with what its server said."""
    wanted = {address.casefold() for address in addresses}
    return dict(SuppressedAddress.objects.filter(address__in=wanted).values_list("address", "reason"))
