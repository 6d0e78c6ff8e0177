"""The links by which people get our calendars and events into their own calendar program."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote, urlencode, urlsplit

from .feeds import Feed
from .ical import entry
from .models import Event

GOOGLE = "https://calendar.google.com/calendar"
OUTLOOK = "https://outlook.office.com/calendar"
OUTLOOK_LIVE = "https://outlook.live.com/calendar"
# Google takes no longer address, and does not say so.
LONGEST_FOR_GOOGLE = 256


@dataclass(frozen=True, slots=True)
class Subscription:
    """The addresses under which one feed is subscribed to: `outlook` for work and school, `outlook_live` for others.

    `google` is "" for an address that is too long for Google.
    """

    address: str
    webcal: str
    google: str
    outlook: str
    outlook_live: str

    @classmethod
    def to(cls, feed: Feed) -> "Subscription":
        """Return the links to a public feed."""
        return cls.at(feed.address)

    @classmethod
    def at(cls, address: str) -> "Subscription":
        """Return the links to a calendar at an address."""
        webcal = urlsplit(address)._replace(scheme="webcal").geturl()
        return cls(
            address=address,
            webcal=webcal,
            # Google takes the webcal form only, Outlook on the web the https form only.
            google=f"{GOOGLE}/r?cid={quote(webcal, safe='')}" if len(address) <= LONGEST_FOR_GOOGLE else "",
            outlook=f"{OUTLOOK}/0/addfromweb?{urlencode({'url': address})}",
            outlook_live=f"{OUTLOOK_LIVE}/0/addfromweb?{urlencode({'url': address})}",
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
