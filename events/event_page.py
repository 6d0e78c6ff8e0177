"""The page of an event, made once and kept until something that it shows changes.

The public page of an event is what is read most, above all in the minutes after a mail to everybody. Its parts are kept
in the process under the version of everything visible (`CalendarState`), so reading it again costs one look at that
number. What differs between readers or by the minute (who is signed in, how many places are left) is never in them.
Whoever comes with nothing gets the whole page as it is kept, with that filled in.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from config.kept_pages import KeptPages, comes_with_nothing
from projects.languages import Language, language_of
from projects.models.languages import Text

from .kinds.parts import carried, visit
from .models import CalendarState, Event, Session
from .passes import visible_events
from .places.getting_there import getting_there
from .programme.days import programme, shown_sessions, speakers_beside, towns
from .programme.documents import ShownDocument, said_to_readers
from .syndication.link_previews import is_for_everybody, picture_address
from .syndication.structured_data import structured_data
from .times import when_in_words
from .versions import versions
from .where import where_in_words

PAGES_KEPT = 200
_TEMPLATE = "events/event.html"
_whole = KeptPages(_TEMPLATE, blanks=("csrf_token", "registration"))
_TEXTS = ("summary", "description", "themes", "audience", "bring")


@dataclass(frozen=True, slots=True)
class TextLanguage:
    """Another language in which the texts of an event exist, and the address of its page with them."""

    language: Language
    address: str


@dataclass(frozen=True, slots=True, eq=False)
class EventPage:
    """What the page of an event shows, in one language: `opening` stands above registration, `body` below.

    `in_short` is what the pages of registering show of it: title, when and where. `text_languages` are the languages
    beside the one that is shown in which there are texts of it. `version` is that of everything visible under which it
    was made, so that others can keep what they make of it as long; 0: it was made for one reader and is not kept. A
    page that is kept is the same object for everybody, so what is made of it can be kept under the page itself.
    """

    event: Event
    title: Text
    project_address: str
    outcome_is_unknown: bool
    in_short: SafeString
    text_languages: tuple[TextLanguage, ...]
    opening: SafeString
    body: SafeString
    aside: SafeString
    head: SafeString
    version: int = 0


def event_page(slug: str, *, user, text_language: str = "", passes: Collection[int] = ()) -> EventPage | None:
    """Return the page of an event in the current language, or None when this user may see no such event.

    `text_language` is the code of the language in which to read what organisers wrote, while the page's own words stay;
    one in which there is nothing of this event is passed over. `passes` are keys of unlisted events that the browser
    may see (events/passes.py); their pages are never kept.
    """
    page = _page(slug, user, "", passes)
    # Looked up first: a page that nobody can ask for needs not be kept.
    if page is None or text_language not in {each.language.code for each in page.text_languages}:
        return page
    return _page(slug, user, text_language, passes)


def whole_page(request: HttpRequest, page: EventPage) -> str:
    """Return the page of an event as HTML, with what registering says at this moment."""
    about = {"page": page, "request": request}
    registration = render_to_string("events/includes/event_registration.html", about)
    if page.version and comes_with_nothing(request):
        return _whole.filled(request, page, lambda: {"page": page}, registration=registration)
    return render_to_string(_TEMPLATE, {"page": page, "registration": registration}, request)


def _page(slug: str, user, text_language: str, passes: Collection[int]) -> EventPage | None:
    language = get_language() or "en"
    if user.is_authenticated or passes:
        return _made(user, slug, language, text_language, passes)
    # Read before the event: if that changes in between, the page is made once more and never kept for too long.
    version = CalendarState.current()
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    return _public_page(slug, language, text_language, version, hour)


@lru_cache(maxsize=PAGES_KEPT)
def _public_page(slug: str, language: str, text_language: str, version: int, hour: datetime) -> EventPage | None:
    # The hour is only part of the key: an event that is over can no longer be added to a calendar.
    page = _made(None, slug, language, text_language)
    return replace(page, version=version) if page else None


def _text_languages(
    event: Event, sessions: Iterable[Session], *, language: str, read_in: str
) -> tuple[TextLanguage, ...]:
    there = dict.fromkeys([*event.languages, *(code for session in sessions for code in session.translations)])
    shown = read_in if read_in in there else event.language
    address = event.get_absolute_url()
    return tuple(
        TextLanguage(language_of(code), address if code == language else f"{address}?text={code}")
        for code in there
        if code != shown
    )


def _made(user, slug: str, language: str, text_language: str, passes: Collection[int] = ()) -> EventPage | None:
    """Make the page as this user sees it; None is the public, whose page holds nothing that is for others."""
    event = visible_events(user, passes).with_page_data().filter(slug=slug).first()
    if event is None:
        return None
    sessions = shown_sessions(event, user)
    documents = said_to_readers(event.documents.visible_to(user), event)
    more_for_registered = event.documents.for_registered().exists()
    changes = list(event.changes.all())
    outcome_is_unknown = event.outcome_is_unknown()
    practices = list(event.practices.published().select_related("owner__organisation", "project"))
    read_in = text_language or language
    text_languages = _text_languages(event, sessions, language=language, read_in=read_in)
    title = event.in_language("title", read_in)
    context = {
        "event": event,
        "reader": user,
        **{name: event.in_language(name, read_in) for name in _TEXTS},
        "text_language": read_in,
        "text_languages": text_languages,
        "visit": visit(event, sessions, language=read_in),
        "carried": carried(event, practices),
        "is_over": event.is_over(),
        "last_change": changes[-1] if changes else None,
        "outcome_is_unknown": outcome_is_unknown,
        "programme": programme(event, sessions, language=read_in, documents=documents),
        "documents": [ShownDocument.of(one, language=read_in) for one in documents if one.session_id is None],
        "more_for_registered": more_for_registered,
        "speakers": speakers_beside(event, sessions, user),
        "towns": towns(event, sessions),
        "places": getting_there(event, sessions),
        "practices": [(practice, practice.in_language("summary", read_in)) for practice in practices],
        "versions": versions(event, changes),
        "structured_data": structured_data(event, changes, language=read_in),
        "preview": picture_address(event, language) if is_for_everybody(event) else "",
        "title": title,
        "in_short": f"{when_in_words(event)} · {where_in_words(event)}",
        "address": settings.SITE_URL + event.get_absolute_url(),
        "site_name": settings.SITE_NAME,
        "language": language,
    }
    return EventPage(
        event=event,
        title=title,
        project_address=event.project.get_absolute_url(),
        outcome_is_unknown=outcome_is_unknown,
        in_short=render_to_string("events/includes/event_in_short.html", {"event": event, "title": title}),
        text_languages=text_languages,
        opening=render_to_string("events/includes/event_opening.html", context),
        body=render_to_string("events/includes/event_body.html", context),
        aside=render_to_string("events/includes/event_aside.html", context),
        head=render_to_string("events/includes/event_head.html", context),
    )
