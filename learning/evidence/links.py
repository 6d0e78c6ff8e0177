"""Links for auditors: they read the folders of an event, a semester or a project until a day, and change nothing."""

import hashlib
import re
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import get_language

from accounts.letters import absolute_url
from events.models import Event
from projects.models import Project, Semester

from ..models import AuditorLink

LONGEST = timedelta(days=366)
_CODE = re.compile(r"[A-Za-z0-9_-]{20,60}")


def make(about: Event | Project | Semester, *, label: str, until: date, by: Any = None) -> tuple[AuditorLink, str]:
    """Make a link to what it is about, open until the end of a day; return it and its address.

    The day is that of the event's place, else of UTC. The address is known now and never again: only a hash of its
    code is stored.
    """
    code = secrets.token_urlsafe(24)
    link = AuditorLink(label=label, code_hash=_hash(code), made_by=by)
    if isinstance(about, Event):
        link.event, language = about, about.language
    else:
        link.semester = about if isinstance(about, Semester) else None
        link.project = about.project if isinstance(about, Semester) else about
        language = get_language() or "en"
    link.expires_at = datetime.combine(until + timedelta(days=1), time.min, link.zone)
    link.save()
    return link, absolute_url("learning:audit", code, language=language)


def find(code: str) -> AuditorLink | None:
    """Return the link with this code, open or not; None when there never was one."""
    if not _CODE.fullmatch(code):
        return None
    links = AuditorLink.objects.select_related(
        "event__project",
        "event__kind",
        "event__host__organisation",
        "event__venue",
        "project",
        # Which semester a date is in depends on the project alone.
        "semester__project",
    )
    return links.filter(code_hash=_hash(code)).first()


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
