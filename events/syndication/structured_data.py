"""An event as schema.org describes one, for search engines (https://schema.org/Event).

It says what the public page says and nothing more: never how to join online.
"""

import json
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from venues.models import Venue

from ..models import Event, PlanChange
from .link_previews import is_for_everybody, picture_address

# Characters that could end the element or start another one, written as JSON allows.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}

_ATTENDANCE = {
    Event.Mode.ON_SITE: "https://schema.org/OfflineEventAttendanceMode",
    Event.Mode.ONLINE: "https://schema.org/OnlineEventAttendanceMode",
    Event.Mode.HYBRID: "https://schema.org/MixedEventAttendanceMode",
}


def structured_data(event: Event, changes: list[PlanChange], *, language: str) -> SafeString:
    """Return a public event as JSON-LD that is safe inside a `script` element; "" where there is nothing to tell.

    That is: for an event that is not for everybody, and for one without any date, which schema.org requires.
    `changes` are those of the event, in order.
    """
    if not is_for_everybody(event) or event.starts_on is None:
        return SafeString("")
    title, summary = event.in_language("title", language), event.in_language("summary", language)
    address = settings.SITE_URL + event.get_absolute_url()
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": title.text,
        "description": summary.text,
        "inLanguage": title.language,
        "image": [picture_address(event, language)],
        "eventStatus": f"https://schema.org/{_status(event, changes)}",
        "eventAttendanceMode": _ATTENDANCE.get(Event.Mode(event.mode), ""),
        "startDate": _starts(event),
        "endDate": _ends(event),
        "previousStartDate": _previous_start(event, changes),
        "location": _locations(event, address),
        "organizer": _organiser(event),
        "isAccessibleForFree": True,
    }
    text = json.dumps({name: value for name, value in data.items() if value not in ("", None, [])}, ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 - nothing that HTML knows is left in it


def _status(event: Event, changes: list[PlanChange]) -> str:
    if event.is_cancelled:
        return "EventCancelled"
    if event.is_postponed:
        return "EventPostponed"
    if changes and changes[-1].plan_before.mode != Event.Mode.ONLINE and event.mode == Event.Mode.ONLINE:
        return "EventMovedOnline"
    return "EventRescheduled" if _previous_start(event, changes) else "EventScheduled"


def _previous_start(event: Event, changes: list[PlanChange]) -> str:
    """The day for which the event was planned last, if that was another one."""
    for change in reversed(changes):
        before = change.plan_before.starts_on
        if before is not None and before != event.starts_on:
            return before.isoformat()
    return ""


def _starts(event: Event) -> str:
    if event.date_precision == Event.DatePrecision.MONTH:
        return f"{event.starts_on:%Y-%m}"
    return _instant(event.starts_on, event.starts_at if event.start_time else None)


def _ends(event: Event) -> str:
    if event.date_precision == Event.DatePrecision.MONTH:
        return ""
    return _instant(event.ends_on, event.ends_at if event.end_time else None)


def _instant(day: date | None, instant: datetime | None) -> str:
    if instant is not None:
        return instant.isoformat()
    return day.isoformat() if day else ""


def _locations(event: Event, address: str) -> list[dict[str, Any]]:
    found = []
    if event.mode != Event.Mode.ONLINE and event.venue is not None:
        found.append(_place(event.venue))
    if event.has_online_part:
        # Where one joins is told to those with a seat; the page says how to get one.
        found.append({"@type": "VirtualLocation", "url": address})
    return found


def _place(venue: Venue) -> dict[str, Any]:
    postal = {
        "streetAddress": venue.address,
        "addressLocality": venue.city,
        "addressCountry": str(venue.country),
    }
    place: dict[str, Any] = {
        "@type": "Place",
        "name": venue.name or venue.city,
        "address": {"@type": "PostalAddress", **{name: value for name, value in postal.items() if value}},
    }
    if venue.latitude is not None and venue.longitude is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}
    return place


def _organiser(event: Event) -> dict[str, str]:
    if event.host is not None:
        return {"@type": "Organization", "name": event.host.organisation.name}
    return {"@type": "Organization", "name": event.project.acronym}
