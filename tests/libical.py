"""libical, the C library behind Evolution, KOrganizer and Thunderbird's exports, as far as the tests ask it."""

import ctypes
import ctypes.util
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime


class _Time(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "daylight")),
        ("zone", ctypes.c_void_p),
    ]


@dataclass(frozen=True)
class Event:
    uid: str
    starts: date | datetime
    ends: date | datetime | None
    status: str
    summary: str


def is_here() -> bool:
    return ctypes.util.find_library("ical") is not None


def events(octets: bytes) -> list[Event]:
    """Read the events of a calendar, instants in UTC by the VTIMEZONEs in it. A fault anywhere is an AssertionError."""
    library = _library()
    component = library.icalparser_parse_string(octets)
    assert component, "libical reads nothing at all"
    try:
        assert library.icalcomponent_count_errors(component) == 0, "libical finds errors"
        return list(_events(library, component))
    finally:
        library.icalcomponent_free(component)


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("ical"))
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("icalparser_parse_string", pointer, [text]),
        ("icalcomponent_count_errors", number, [pointer]),
        ("icalcomponent_free", None, [pointer]),
        ("icalcomponent_string_to_kind", number, [text]),
        ("icalcomponent_get_first_component", pointer, [pointer, number]),
        ("icalcomponent_get_next_component", pointer, [pointer, number]),
        ("icalcomponent_get_uid", text, [pointer]),
        ("icalcomponent_get_summary", text, [pointer]),
        ("icalcomponent_get_status", number, [pointer]),
        ("icalproperty_status_to_string", text, [number]),
        ("icalcomponent_get_dtstart", _Time, [pointer]),
        ("icalcomponent_get_dtend", _Time, [pointer]),
        ("icaltimezone_get_utc_timezone", pointer, []),
        ("icaltime_convert_to_zone", _Time, [_Time, pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _events(library: ctypes.CDLL, component: int) -> Iterator[Event]:
    kind = library.icalcomponent_string_to_kind(b"VEVENT")
    event = library.icalcomponent_get_first_component(component, kind)
    while event:
        first, last = library.icalcomponent_get_dtstart(event), library.icalcomponent_get_dtend(event)
        yield Event(
            library.icalcomponent_get_uid(event).decode(),
            _moment(library, first),
            # It makes up an end where there is none.
            _moment(library, last) if bytes(last) != bytes(first) else None,
            library.icalproperty_status_to_string(library.icalcomponent_get_status(event)).decode(),
            library.icalcomponent_get_summary(event).decode(),
        )
        event = library.icalcomponent_get_next_component(component, kind)


def _moment(library: ctypes.CDLL, at: _Time) -> date | datetime:
    if at.is_date:
        return date(at.year, at.month, at.day)
    assert at.zone, "libical finds no time zone"
    at = library.icaltime_convert_to_zone(at, library.icaltimezone_get_utc_timezone())
    return datetime(at.year, at.month, at.day, at.hour, at.minute, at.second, tzinfo=UTC)
