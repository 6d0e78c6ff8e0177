"""The mails to a partner's coordinators about the seats of their delegation."""

from datetime import datetime
from typing import Any
from zlib import crc32

from django.utils import translation
from django.utils.translation import gettext

from accounts import outbox
from accounts.letters import absolute_url, render_letter
from accounts.models import Mail, User
from events.models import Event
from events.times import instant_in_words, when_in_words
from events.where import where_in_words

from .emails import event_in_short
from .models import Delegation


def reminder(delegation: Delegation, user: User, *, to_follow: int, named: int, mark: str) -> Mail | None:
    """Remind a coordinator of seats that nobody is named for; the same `mark` is written once."""
    return _write("delegation_reminder", delegation, user, mark, to_follow=to_follow, named=named)


def released(delegation: Delegation, user: User, *, number: int) -> Mail | None:
    """Say how many seats were given away because nobody was named for them."""
    at = delegation.released_at
    mark = str(int(at.timestamp())) if at else ""
    to_waiting = delegation.event.released_seats_go_to == Event.ReleasedSeats.WAITING
    return _write("delegation_released", delegation, user, mark, number=number, to_waiting=to_waiting)


def _write(name: str, delegation: Delegation, user: User, mark: str, **facts: Any) -> Mail | None:
    event, language = delegation.event, user.language
    letter = render_letter(name, {**_context(delegation, user), **facts}, language=language)
    return outbox.write(
        key=f"{name}:{delegation.pk}:{mark}:{crc32(user.email.casefold().encode()):x}",
        to=user.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=language,
        reply_to=event.contact_email,
    )


def _context(delegation: Delegation, user: User) -> dict[str, Any]:
    event, language = delegation.event, user.language
    with translation.override(language):
        title = event.in_language("title", language).text
        facts = [(gettext("When"), when_in_words(event)), (gettext("Where"), where_in_words(event))]
        in_short = event_in_short(title, event.plan)
    return {
        "name": str(user),
        "partner": str(delegation.partner),
        "project": event.project.acronym,
        "title": title,
        "facts": facts,
        "event_in_short": in_short,
        "seats": delegation.seats,
        "note": delegation.note,
        "until": _until(delegation.releases_at or event.starts_at, event, language),
        "delegation_url": absolute_url(
            "registrations:delegation", delegation.partner.slug, event.slug, language=language
        ),
        "contact_email": event.contact,
    }


def _until(at: datetime | None, event: Event, language: str) -> str:
    return instant_in_words(at, event, language) if at else ""
