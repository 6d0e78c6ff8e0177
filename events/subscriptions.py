"""The links by which people get our calendars and events into their own calendar program."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote, urlencode, urlsplit

from .feeds import Feed
from .ical import entry
from .models import Event

GOOGLE = "https://calendar.google.com/calendar"
OUTLOOK = "https://outlook.office.com/calendar"


@dataclass(frozen=True, slots=True)
class Subscription:
    """The addresses under which one feed is subscribed to."""

    address: str
    webcal: str
    google: str
    outlook: str

    @classmethod
    def to(cls, feed: Feed) -> "Subscription":
        """Return the links to a public feed."""
        address = feed.address
        webcal = urlsplit(address)._replace(scheme="webcal").geturl()
        return cls(
            address=address,
            webcal=webcal,
            # Google takes the webcal form only, Outlook on the web the https form only.
            google=f"{GOOGLE}/r?cid={quote(webcal, safe='')}",
            outlook=f"{OUTLOOK}/0/addfromweb?{urlencode({'url': address})}",
        )


@dataclass(frozen=True, slots=True)
class OneEvent:
    """The links by which one event is added to a calendar; the two websites get no news of it later."""

    file: str
    google: str
    outlook: str

    @classmethod
    def of(cls, event: Event, language: str) -> "OneEvent | None":
        """Return the links for an event with its texts in `language`.

        None when there is nothing to add: no date, cancelled, over, or not public, so that its calendar is empty.
        """
        is_public = event.is_published and event.visibility == Event.Visibility.PUBLIC
        if not is_public or event.starts_on is None or event.is_cancelled or event.is_over():
            return None
        shown = entry(event, language)
        if shown is None:
            return None
        starts, ends = shown.starts, shown.ends or shown.starts
        google = {
            "action": "TEMPLATE",
            "text": shown.summary,
            "dates": f"{_google(starts)}/{_google(ends)}",
            "details": shown.description,
            "location": shown.location,
        }
        outlook = {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": shown.summary,
            "startdt": _outlook(starts),
            "enddt": _outlook(ends),
            "body": shown.description,
            "location": shown.location,
        }
        if shown.is_whole_day:
            outlook["allday"] = "true"
        return cls(
            file=Feed("event", event.slug, language=language).path,
            google=f"{GOOGLE}/render?{urlencode(google)}",
            outlook=f"{OUTLOOK}/0/deeplink/compose?{urlencode(outlook, quote_via=quote)}",
        )


def _google(at: date | datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if isinstance(at, datetime) else f"{at:%Y%m%d}"


def _outlook(at: date | datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(at, datetime) else f"{at:%Y-%m-%d}"
