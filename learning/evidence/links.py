"""Links for auditors: they read the folder of one event until a day, without an account, and change nothing."""

import hashlib
import re
import secrets
from datetime import datetime, time, timedelta

from accounts.letters import absolute_url
from events.models import Event

from ..models import AuditorLink

LONGEST = timedelta(days=366)
_CODE = re.compile(r"[A-Za-z0-9_-]{20,60}")


def make(event: Event, *, label: str, until, by=None) -> tuple[AuditorLink, str]:
    """Make a link that is open until the end of a day where the event takes place; return it and its address.

    The address is known now and never again: only a hash of its code is stored.
    """
    code = secrets.token_urlsafe(24)
    expires_at = datetime.combine(until + timedelta(days=1), time.min, event.zone)
    link = AuditorLink.objects.create(
        event=event, label=label, code_hash=_hash(code), expires_at=expires_at, made_by=by
    )
    return link, absolute_url("learning:audit", code, language=event.language)


def find(code: str) -> AuditorLink | None:
    """Return the link with this code, open or not; None when there never was one."""
    if not _CODE.fullmatch(code):
        return None
    links = AuditorLink.objects.select_related(
        "event__project", "event__kind", "event__host__organisation", "event__venue"
    )
    return links.filter(code_hash=_hash(code)).first()


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
