"""Builds venues/data/outlines.json from the file countries-50m.json of the npm package world-atlas (Natural Earth)."""

import hashlib
import json
import math
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django_countries import countries

from ...outlines import FILE, KNOWN

# Natural Earth marks these without a number of ISO 3166.
WITHOUT_NUMBER = {"Kosovo": "XK"}
# Natural Earth draws who holds a place. The Union and the United Nations (A/RES/68/262) count Crimea to Ukraine.
CRIMEA = (34.2, 45.2)
# One step is a 200th of a degree, some 500 m: less than a pixel of any map we draw.
STEPS_PER_DEGREE = 200
# How far a simplified line may be from the real one, in degrees: where we draw, and beyond.
NEAR, FAR = 0.006, 1.5

Point = tuple[float, float]


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, help="countries-50m.json of the package world-atlas")

    def handle(self, *, source: Path, **options: Any) -> None:
        content = source.read_bytes()
        made = build(json.loads(content))
        made["source"] = {"name": f"world-atlas {source.name}", "sha256": hashlib.sha256(content).hexdigest()}
        FILE.write_text(json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n", "ascii")
        self.stdout.write(f"{FILE.name}: {FILE.stat().st_size} bytes, {len(made['countries'])} countries.")


def build(topology: dict[str, Any]) -> dict[str, Any]:
    """Return the outlines of Europe and its neighbours: lines, and who is made of which of them.

    `lines` are flat lists of steps: the first two are a point, each further pair leads to the next one. `land` and
    `countries` are lists of polygons, each a list of rings, each a list of lines; −1 is line 0 backwards, as in
    TopoJSON. `borders` are the lines that two countries share.
    """
    arcs = list(_decoded(topology))
    geometries = topology["objects"]["countries"]["geometries"]
    polygons = {code: _polygons(geometry) for geometry in geometries if (code := _code(geometry))}
    for polygon in [polygon for polygon in polygons["RU"] if _is_around(CRIMEA, _ring(polygon[0], arcs))]:
        polygons["RU"].remove(polygon)
        polygons["UA"].append(polygon)
    owners: dict[int, set[str]] = {}
    for name, polygon in (
        (_code(geometry) or geometry["properties"]["name"], polygon)
        for geometry in geometries
        for polygon in (polygons.get(_code(geometry)) or _polygons(geometry))
    ):
        for arc in (arc for ring in polygon for arc in ring):
            owners.setdefault(_forwards(arc), set()).add(name)
    land = [polygon for geometry in topology["objects"]["land"]["geometries"] for polygon in _polygons(geometry)]
    near = {code: [p for p in listed if _is_near(p, arcs)] for code, listed in sorted(polygons.items())}
    near = {code: listed for code, listed in near.items() if listed}
    land = [polygon for polygon in land if _is_near(polygon, arcs)]
    borders = [arc for arc, names in owners.items() if len(names) > 1 and _is_seen(arcs[arc])]
    used = sorted({_forwards(arc) for listed in [land, *near.values()] for p in listed for r in p for arc in r})
    places = {arc: place for place, arc in enumerate(used)}

    def renamed(listed: list) -> list:
        return [[[places[a] if a >= 0 else ~places[~a] for a in ring] for ring in polygon] for polygon in listed]

    return {
        "steps_per_degree": STEPS_PER_DEGREE,
        "lines": [_steps(_simplified(arcs[arc], NEAR if _is_seen(arcs[arc]) else FAR)) for arc in used],
        "land": renamed(land),
        "countries": {code: renamed(listed) for code, listed in near.items()},
        "borders": sorted(places[arc] for arc in borders if arc in places),
    }


def _decoded(topology: dict[str, Any]) -> Iterator[list[Point]]:
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * kx + dx, y * ky + dy))
        yield points


def _code(geometry: dict[str, Any]) -> str:
    if "id" not in geometry:
        return WITHOUT_NUMBER.get(geometry["properties"]["name"], "")
    return str(countries.alpha2(int(geometry["id"])))


def _polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    arcs = geometry.get("arcs", [])
    return [arcs] if geometry["type"] == "Polygon" else list(arcs)


def _forwards(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _ring(lines: list[int], arcs: list[list[Point]]) -> list[Point]:
    return [point for line in lines for point in (arcs[line] if line >= 0 else arcs[~line][::-1])]


def _is_near(polygon: list[list[int]], arcs: list[list[Point]]) -> bool:
    return _is_seen(_ring(polygon[0], arcs))


def _is_seen(points: list[Point]) -> bool:
    west, south, east, north = KNOWN
    return (
        max(x for x, _y in points) >= west
        and min(x for x, _y in points) <= east
        and max(y for _x, y in points) >= south
        and min(y for _x, y in points) <= north
    )


def _is_around(point: Point, ring: list[Point]) -> bool:
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def _simplified(points: list[Point], tolerance: float) -> list[Point]:
    """Leave out points that are not further than `tolerance` from the line without them (Ramer, Douglas, Peucker)."""
    kept = {0, len(points) - 1}
    # A ring begins where it ends; the line between is none, so its furthest point is kept as well.
    stretches = [(0, len(points) - 1)]
    while stretches:
        first, last = stretches.pop()
        distance, furthest = max(
            ((_distance(points[n], points[first], points[last]), n) for n in range(first + 1, last)), default=(0.0, 0)
        )
        if distance > tolerance:
            kept.add(furthest)
            stretches += [(first, furthest), (furthest, last)]
    return [points[n] for n in sorted(kept)]


def _distance(point: Point, begin: Point, end: Point) -> float:
    # Degrees east are shorter than degrees north.
    k = math.cos(math.radians(begin[1]))
    x, y = (point[0] - begin[0]) * k, point[1] - begin[1]
    dx, dy = (end[0] - begin[0]) * k, end[1] - begin[1]
    length = dx * dx + dy * dy
    part = min(max((x * dx + y * dy) / length, 0.0), 1.0) if length else 0.0
    return math.hypot(x - part * dx, y - part * dy)


def _steps(points: list[Point]) -> list[int]:
    steps: list[int] = []
    x = y = 0
    for longitude, latitude in points:
        new_x, new_y = round(longitude * STEPS_PER_DEGREE), round(latitude * STEPS_PER_DEGREE)
        if not steps or (new_x, new_y) != (x, y):
            steps += [new_x - x, new_y - y]
        x, y = new_x, new_y
    return steps
