"""The page of an event, made once and kept until something that it shows changes.

The public page of an event is what is read most, above all in the minutes after a mail to everybody. Its parts are kept
in the process under the version of everything visible (`CalendarState`), so reading it again costs one look at that
number. What differs between readers or by the minute (who is signed in, how many places are left) is never in them.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from projects.models.languages import Text

from .documents import ShownDocument
from .getting_there import getting_there
from .link_previews import is_for_everybody, picture_address
from .models import CalendarState, Event
from .programme import programme, shown_sessions, speakers_beside, towns
from .structured_data import structured_data
from .times import when_in_words
from .versions import versions
from .where import where_in_words

PAGES_KEPT = 200


@dataclass(frozen=True, slots=True)
class EventPage:
    """What the page of an event shows, in one language: `opening` stands above registration, `body` below.

    `in_short` is what the pages of registering show of it: title, when and where.
    """

    event: Event
    title: Text
    project_address: str
    outcome_is_unknown: bool
    in_short: SafeString
    opening: SafeString
    body: SafeString
    aside: SafeString
    head: SafeString


def event_page(slug: str, *, user) -> EventPage | None:
    """Return the page of an event in the current language, or None when this user may see no such event."""
    language = get_language() or "en"
    if user.is_authenticated:
        return _made(user, slug, language)
    # Read before the event: if that changes in between, the page is made once more and never kept for too long.
    version = CalendarState.current()
    return _public_page(slug, language, version, timezone.now().replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=PAGES_KEPT)
def _public_page(slug: str, language: str, version: int, hour: datetime) -> EventPage | None:
    # The hour is only part of the key: an event that is over can no longer be added to a calendar.
    return _made(None, slug, language)


def _made(user, slug: str, language: str) -> EventPage | None:
    """Make the page as this user sees it; None is the public, whose page holds nothing that is for others."""
    event = Event.objects.visible_to(user).with_page_data().filter(slug=slug).first()
    if event is None:
        return None
    sessions = shown_sessions(event, user)
    documents = list(event.documents.visible_to(user))
    more_for_registered = event.documents.for_registered().exists()
    changes = list(event.changes.all())
    outcome_is_unknown = event.outcome_is_unknown()
    practices = [
        (practice, practice.in_language("summary", language))
        for practice in event.practices.select_related("owner__organisation")
    ]
    context = {
        "event": event,
        "summary": event.in_language("summary", language),
        "description": event.in_language("description", language),
        "last_change": changes[-1] if changes else None,
        "outcome_is_unknown": outcome_is_unknown,
        "programme": programme(event, sessions, language=language, documents=documents),
        "documents": [ShownDocument.of(document) for document in documents if document.session_id is None],
        "more_for_registered": more_for_registered,
        "speakers": speakers_beside(event, sessions, user),
        "towns": towns(event, sessions),
        "places": getting_there(event, sessions),
        "practices": practices,
        "versions": versions(event, changes),
        "structured_data": structured_data(event, changes, language=language),
        "preview": picture_address(event, language) if is_for_everybody(event) else "",
        "title": event.in_language("title", language),
        "in_short": f"{when_in_words(event)} · {where_in_words(event)}",
        "address": settings.SITE_URL + event.get_absolute_url(),
        "site_name": settings.SITE_NAME,
        "language": language,
    }
    title = event.in_language("title", language)
    return EventPage(
        event=event,
        title=title,
        project_address=event.project.get_absolute_url(),
        outcome_is_unknown=outcome_is_unknown,
        in_short=render_to_string("events/includes/event_in_short.html", {"event": event, "title": title}),
        opening=render_to_string("events/includes/event_opening.html", context),
        body=render_to_string("events/includes/event_body.html", context),
        aside=render_to_string("events/includes/event_aside.html", context),
        head=render_to_string("events/includes/event_head.html", context),
    )
