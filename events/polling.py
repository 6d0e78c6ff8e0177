"""How the bytes of a calendar are answered: programs ask for them again and again, and mostly get “nothing new”."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from .models import FeedState

_NOT_TAKEN = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class CalendarBody:
    """The bytes of a calendar, with what an answer has to know about them; `changed_at` is None where nobody noted."""

    octets: bytes
    digest: str
    changed_at: datetime | None = None

    @classmethod
    def of(cls, octets: bytes, *, key: str) -> "CalendarBody":
        """Return bytes with the time at which they replaced others under `key`, an address or the name of a secret one.

        A key must not be made up by strangers, or they fill the table of times; "" notes nothing.
        """
        digest = hashlib.sha256(octets).hexdigest()[:32]
        return cls(octets, digest, FeedState.changed_at_for(key, digest, at=timezone.now()) if key else None)

    @cached_property
    def zipped(self) -> bytes:
        # The time is left out, so that these bytes too are the same in every process.
        return gzip.compress(self.octets, 5, mtime=0)

    @cached_property
    def tag(self) -> str:
        return f'"{self.digest}"'

    @cached_property
    def last_modified(self) -> str:
        return http_date(self.changed_at.timestamp()) if self.changed_at else ""

    def is_known_to(self, request: HttpRequest) -> bool:
        """Whether whoever asks has these bytes already: by tag, and only without a tag by date (RFC 9110 §13.2.2)."""
        tags = request.META.get("HTTP_IF_NONE_MATCH")
        if tags:
            return any(tag in ("*", self.tag) or tag.removeprefix("W/") == self.tag for tag in parse_etags(tags))
        since = request.META.get("HTTP_IF_MODIFIED_SINCE")
        if not since or self.changed_at is None:
            return False
        asked = parse_http_date_safe(since)
        return asked is not None and int(self.changed_at.timestamp()) <= asked


def answer(request: HttpRequest, calendar: CalendarBody, *, language: str, file_name: str) -> HttpResponse:
    """Answer a GET or HEAD for a calendar as programs need it (RFC 9110 §13). `file_name` is ASCII and ends in .ics."""
    is_zipped = settings.CALENDAR_GZIP and _takes_gzip(request)
    headers = {
        # Strong for the bytes themselves; weak for their zipped form, which stands for the same calendar.
        "ETag": f"W/{calendar.tag}" if is_zipped else calendar.tag,
        "Cache-Control": "private, max-age=900",
        "Vary": "Accept-Encoding",
        "Content-Language": language,
    }
    if calendar.last_modified:
        headers["Last-Modified"] = calendar.last_modified
    if calendar.is_known_to(request):
        return HttpResponseNotModified(headers=headers)
    body = calendar.zipped if is_zipped else calendar.octets
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    headers["Content-Length"] = str(len(body))
    headers["X-Robots-Tag"] = "noindex"
    if is_zipped:
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)


def no_calendar() -> HttpResponse:
    """Answer 404: programs keep what they have, and nobody learns whether there ever was a calendar."""
    return _few_words("There is no calendar at this address.\n", 404)


def calendar_is_gone() -> HttpResponse:
    """Answer 410 to whoever has an address that was taken back: Thunderbird then stops asking."""
    return _few_words("This calendar was taken back. Ask for a new address where you got this one.\n", 410)


def _few_words(words: str, status: int) -> HttpResponse:
    # Nobody reads them but programs.
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Language": settings.LANGUAGE_CODE,
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(words, status=status, headers=headers)


def _takes_gzip(request: HttpRequest) -> bool:
    for coding in request.META.get("HTTP_ACCEPT_ENCODING", "").split(","):
        name, _semicolon, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            return _NOT_TAKEN.fullmatch(weight) is None
    return False
