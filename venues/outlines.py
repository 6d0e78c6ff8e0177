"""The outlines of Europe and its neighbours (Natural Earth, public domain), and what they tell about a point.

Points are (longitude, latitude) in degrees. How the file was made is in docs/vendored.md.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).resolve().parent / "data" / "outlines.json"
# West, south, east and north of what the file knows.
KNOWN = (-34.0, 25.0, 58.0, 82.0)
KM_PER_DEGREE = 111.195
# How far a simplified coast may be from a real harbour.
COAST_KM = 8

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]


@dataclass(frozen=True)
class Outlines:
    """Coasts, countries by their ISO code, and the lines between them."""

    land: list[Polygon]
    countries: dict[str, list[Polygon]]
    borders: list[list[Point]]


@lru_cache(maxsize=1)
def outlines() -> Outlines:
    """Read the file, once in a process."""
    stored = json.loads(FILE.read_text("ascii"))
    lines = [_line(steps, stored["steps_per_degree"]) for steps in stored["lines"]]

    def polygons(listed: list[list[list[int]]]) -> list[Polygon]:
        return [[_ring(ring, lines) for ring in polygon] for polygon in listed]

    return Outlines(
        land=polygons(stored["land"]),
        countries={code: polygons(listed) for code, listed in stored["countries"].items()},
        borders=[lines[line] for line in stored["borders"]],
    )


def is_known(latitude: float, longitude: float) -> bool:
    """Whether a point is where the file has outlines."""
    west, south, east, north = KNOWN
    return west < longitude < east and south < latitude < north


def is_in(country: str, latitude: float, longitude: float, *, within_km: float = 0) -> bool | None:
    """Whether a point is in a country, or no further from it than so many kilometres; None if the file cannot say."""
    polygons = outlines().countries.get(country)
    if polygons is None or not is_known(latitude, longitude):
        return None
    point = (longitude, latitude)
    return any(_is_around(point, polygon) for polygon in polygons) or _is_close(point, polygons, within_km)


def part_of_country(country: str, latitude: float, longitude: float) -> str:
    """Return where in its country a point is: “s”, “nw”…, “c” for none of these, “” where that cannot be said.

    In the south is what has at most a quarter of the land south of it, so that the shape of a country does not matter.
    Islands beside the largest part of a country are not compared with it.
    """
    polygons = outlines().countries.get(country)
    if polygons is None:
        return ""
    mainland = max(polygons, key=_area)
    point = (longitude, latitude)
    # The outlines are simplified, and harbours lie outside of them.
    if not _is_around(point, mainland) and _distance_km(point, [mainland], COAST_KM) > COAST_KM:
        return ""
    whole = _area(mainland)
    south = _area([_clipped(ring, 1, latitude) for ring in mainland]) / whole
    west = _area([_clipped(ring, 0, longitude) for ring in mainland]) / whole
    return (_side(south, "s", "n") + _side(west, "w", "e")) or "c"


def countries_nearby(country: str, latitude: float, longitude: float, *, within_km: float) -> list[str]:
    """Return the codes of other countries that are no further away than so many kilometres, the nearest first."""
    point = (longitude, latitude)
    near = [
        (distance, code)
        for code, polygons in outlines().countries.items()
        if code != country and (distance := _distance_km(point, polygons, within_km)) <= within_km
    ]
    return [code for _distance, code in sorted(near)]


def _line(steps: list[int], per_degree: int) -> list[Point]:
    points, x, y = [], 0, 0
    for step_x, step_y in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + step_x, y + step_y
        points.append((x / per_degree, y / per_degree))
    return points


def _ring(listed: Iterable[int], lines: list[list[Point]]) -> Ring:
    ring: Ring = []
    for line in listed:
        # Each line begins where the one before it ends.
        ring += (lines[line] if line >= 0 else lines[~line][::-1])[bool(ring) :]
    return ring


def _is_around(point: Point, polygon: Polygon) -> bool:
    x, y = point
    inside = False
    for ring in polygon:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                inside = not inside
    return inside


def _is_close(point: Point, polygons: list[Polygon], km: float) -> bool:
    return km > 0 and _distance_km(point, polygons, km) <= km


def _distance_km(point: Point, polygons: list[Polygon], at_most: float) -> float:
    """How far a point is from the outline of polygons; infinite where it is certainly more than `at_most`."""
    x, y = point
    k = math.cos(math.radians(y))
    degrees = at_most / KM_PER_DEGREE
    nearest = math.inf
    for ring in (polygon[0] for polygon in polygons):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if min(y1, y2) > y + degrees or max(y1, y2) < y - degrees:
                continue
            ax, ay, dx, dy = (x - x1) * k, y - y1, (x2 - x1) * k, y2 - y1
            length = dx * dx + dy * dy
            part = min(max((ax * dx + ay * dy) / length, 0.0), 1.0) if length else 0.0
            nearest = min(nearest, math.hypot(ax - part * dx, ay - part * dy))
    return nearest * KM_PER_DEGREE


def _clipped(ring: Ring, axis: int, limit: float) -> Ring:
    """The part of a ring that is south (axis 1) or west (axis 0) of a limit."""
    kept: Ring = []
    for begin, end in pairwise(ring):
        if begin[axis] <= limit:
            kept.append(begin)
        if (begin[axis] <= limit) != (end[axis] <= limit):
            part = (limit - begin[axis]) / (end[axis] - begin[axis])
            kept.append((begin[0] + part * (end[0] - begin[0]), begin[1] + part * (end[1] - begin[1])))
    return [*kept, kept[0]] if kept else []


def _area(polygon: Polygon) -> float:
    """The area in square degrees of the equator: x stays, and y becomes the sine, which keeps areas right."""
    area = 0.0
    for n, ring in enumerate(polygon):
        doubled = sum(
            x1 * math.sin(math.radians(y2)) - x2 * math.sin(math.radians(y1)) for (x1, y1), (x2, y2) in pairwise(ring)
        )
        # The rings after the first are holes.
        area += abs(doubled) * (-1 if n else 1)
    return area


def _side(part: float, low: str, high: str) -> str:
    return low if part < 0.25 else high if part > 0.75 else ""
