"""Coordinates as people paste them: from a map on the web, a phone, a road sign or a paper map."""

import math
import re
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

Coordinates = tuple[float, float]

# Six digits after the point are a tenth of a metre.
DIGITS = 6
LONGEST = 500

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_PAIR = re.compile(rf"({_NUMBER})[,/;]({_NUMBER})")
# “50.85, 5.69”, “50.85 5.69”, “50,85; 5,69”
_DECIMAL = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*°?\s*[,;/\s]\s*([-+]?\d+(?:[.,]\d+)?)\s*°?")
# One half of “50°51′12.3″N 5°41′E” or “N 50° 51.2' E 5° 41'”
_PART = r"(\d+(?:[.,]\d+)?)\s*"
_ANGLE = rf"{_PART}(?:°|º|d|\s)\s*(?:{_PART}(?:′|'|’|m|\s)?\s*(?:{_PART}(?:″|\"|”|''|s)?)?)?"
_SIDE_LAST = re.compile(rf"{_ANGLE}\s*([NS])[\s,;/]*{_ANGLE}\s*([EOW])", re.IGNORECASE)
_SIDE_FIRST = re.compile(rf"([NS])\s*{_ANGLE}[\s,;/]*([EOW])\s*{_ANGLE}", re.IGNORECASE)
_DECIMAL_WITH_SIDES = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*°?\s*([NS])[\s,;/]*(\d+(?:[.,]\d+)?)\s*°?\s*([EOW])", re.IGNORECASE
)


class NoCoordinates(ValueError):
    """The text holds no coordinates; the message says what would, in the current language."""


def read_coordinates(text: str) -> Coordinates:
    """Return latitude and longitude in degrees from any usual way of writing them.

    Reads decimal degrees (with point or comma), degrees with minutes and seconds, geo: addresses, and links to
    OpenStreetMap and other maps that name a point. Raises NoCoordinates with words for whoever typed it.
    """
    text = " ".join(text[:LONGEST].replace("−", "-").replace("\N{NO-BREAK SPACE}", " ").split())
    found = _in_link(text) if re.match(r"(https?|geo):", text, re.IGNORECASE) else _in_text(text)
    if found is None:
        raise NoCoordinates(
            _("Enter coordinates such as 50.85, 5.69 or 50°51′N 5°41′E, or paste the address of a place on a map.")
        )
    latitude, longitude = found
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180):
        raise NoCoordinates(_("Latitude goes from −90 to 90 and longitude from −180 to 180. Enter latitude first."))
    return round(latitude, DIGITS), round(longitude, DIGITS)


def in_words(latitude: float | None, longitude: float | None) -> str:
    """Return coordinates as `read_coordinates` takes them; empty where they are not known."""
    if latitude is None or longitude is None:
        return ""
    return ", ".join(f"{degrees:.{DIGITS}f}".rstrip("0").rstrip(".") for degrees in (latitude, longitude))


def _in_link(text: str) -> Coordinates | None:
    address = unquote(text)
    if address.lower().startswith("geo:"):
        found = _PAIR.match(address, 4)
        return (float(found[1]), float(found[2])) if found else None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    asked = parse_qs(parts.query)
    if "mlat" in asked and "mlon" in asked:
        return _both(asked["mlat"][0], asked["mlon"][0])
    # OpenStreetMap: #map=17/50.85/5.69 (zoom first); others: /@50.85,5.69,17z and ?q=50.85,5.69
    if found := re.search(rf"map=\d+(?:\.\d+)?/({_NUMBER})/({_NUMBER})", parts.fragment):
        return _both(found[1], found[2])
    if found := re.search(rf"@({_NUMBER}),({_NUMBER})", parts.path):
        return _both(found[1], found[2])
    for name in ("q", "query", "ll", "to"):
        for value in asked.get(name, []):
            if found := _PAIR.fullmatch(value.replace(" ", "")):
                return _both(found[1], found[2])
    return None


def _in_text(text: str) -> Coordinates | None:
    if found := _DECIMAL.fullmatch(text):
        # “50,85” alone is one number with a decimal comma and no pair.
        if re.fullmatch(r"[-+]?\d+,\d+", text) and len(text.split(",")[1]) > 1 and " " not in text:
            return None
        return _both(found[1], found[2])
    if found := _DECIMAL_WITH_SIDES.fullmatch(text):
        return _number(found[1]) * _sign(found[2]), _number(found[3]) * _sign(found[4])
    if found := _SIDE_LAST.fullmatch(text):
        return _angle(*found.group(1, 2, 3, 4)), _angle(*found.group(5, 6, 7, 8))
    if found := _SIDE_FIRST.fullmatch(text):
        return _angle(*found.group(2, 3, 4, 1)), _angle(*found.group(6, 7, 8, 5))
    return None


def _both(latitude: str, longitude: str) -> Coordinates | None:
    try:
        return _number(latitude), _number(longitude)
    except ValueError:
        return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _angle(degrees: str, minutes: str | None, seconds: str | None, side: str) -> float:
    return (_number(degrees) + _number(minutes or "0") / 60 + _number(seconds or "0") / 3600) * _sign(side)


def _sign(side: str) -> int:
    return -1 if side.upper() in "SW" else 1
