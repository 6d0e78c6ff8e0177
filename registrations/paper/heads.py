"""What every sheet says of its event: whose it is, who pays for it, when and where."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from events.models import Event
from events.times import day_in_words
from events.where import where_in_words


def head(event: Event, title: str) -> dict[str, Any]:
    """Return what base.typ needs, in the current language. `event` comes with its page data."""
    language = get_language() or "en"
    return {
        "language": language.partition("-")[0],
        "title": f"{title}: {title_of(event)}",
        "author": event.project.acronym,
        "project": event.project.acronym,
        "programme": event.project.programme.name,
        "cofunding": gettext("Co-funded by the European Union"),
        # Translators: {page} and {pages} are filled in by the printing program; leave them as they are.
        "page_words": gettext("Page {page} of {pages}"),
        "heading": title,
        "event": title_of(event),
        "footer": f"{settings.SITE_NAME} · {event.project.acronym} · {title_of(event)}",
    }


def title_of(event: Event) -> str:
    return event.in_language("title", get_language() or "en").text


def facts_of(event: Event, day: date | None = None) -> list[dict[str, str]]:
    """Return when and where as pairs of a label and a value; a day instead of all of them where one is given."""
    facts = [fact(gettext("Date"), day_in_words(day))] if day else []
    facts.append(fact(gettext("Place"), where_in_words(event)))
    if event.host:
        facts.append(fact(gettext("Host"), str(event.host)))
    return facts


def fact(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}


def in_groups(code: str) -> str:
    """Return the code of a paper as people read it: ABCDE-FGHIJ-KLMNO-PQRST."""
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))


def verify_address(code: str) -> str:
    """Return the absolute address at which a paper with a code is verified."""
    return f"{settings.SITE_URL}/verify/{code}"
