"""Maps drawn from coordinates and the outlines we have: no request leaves the installation for one.

A map is text: paths and labels in the units of its frame, for templates/includes/map.html to write as SVG. The colours
come from the style sheet. The same place gives the same map, always.
"""

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from django.utils.translation import get_language, gettext
from django_countries import countries

from .outlines import KM_PER_DEGREE, Point, countries_nearby, is_known, outlines, part_of_country

WIDTH, HEIGHT = 640, 480
EARTH_KM = 6371.0
# How much of the world a unit of a frame is, in kilometres: 400 km from side to side, and all of Europe.
REGION_KM, EUROPE_KM = 400 / WIDTH, 6000 / WIDTH
EUROPE = (51.0, 12.0)
# How far what is drawn may be from what we have, in units of the frame. A frame is some 370 pixels wide.
REGION_DETAIL, EUROPE_DETAIL = 0.6, 1.4
NEARBY_KM = 40
# Drawn beyond the frame, so that no coast seems to run along its edge.
MARGIN = 8
# The letters in units of the frame: at 320 pixels, that is 14 pixels high.
LETTERS, LETTER_WIDTH, BOLD_LETTER_WIDTH = 32, 0.56, 0.62
SCALE_KM = 100

# The first map of a process takes a second. In a rush, threads that all drew the same one would take that each.
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Label:
    """A word with the point it stands at; `anchor` is where the point is in it (start, middle)."""

    text: str
    x: int
    y: int
    anchor: str = "middle"
    is_town: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a frame shows, as paths of SVG; `home` is the country of the place, `spot` the place."""

    land: str
    home: str
    borders: str
    spot: tuple[int, int]
    labels: tuple[Label, ...] = ()
    scale_x: int = 0
    scale_label: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """A place in its region and in Europe; `name` and `description` say it to whoever does not see it."""

    name: str
    description: str
    region: Drawing
    europe: Drawing


def map_of(*, latitude: float | None, longitude: float | None, town: str, country: str) -> Map | None:
    """Return the map of a place in the current language; None where the outlines do not reach or nothing is known.

    `country` is an ISO 3166 code, or empty while it is not known.
    """
    if latitude is None or longitude is None or not is_known(latitude, longitude):
        return None
    # A hundredth of a degree is a kilometre: neighbours share one map.
    with _drawing:
        return _map(round(latitude, 2), round(longitude, 2), town, country, get_language() or "en")


@lru_cache(maxsize=500)
def _map(latitude: float, longitude: float, town: str, country: str, language: str) -> Map:
    # The language is part of the key only; the words below are in the current one.
    return Map(
        name=gettext("Map: %(town)s") % {"town": town} if town else gettext("Map of the place"),
        description=_described(latitude, longitude, town, country),
        region=_region(latitude, longitude, town, country),
        europe=_europe(latitude, longitude, country),
    )


def _described(latitude: float, longitude: float, town: str, country: str) -> str:
    # The town of Luxembourg is called as its country.
    place = ", ".join(dict.fromkeys(part for part in (town, str(countries.name(country))) if part))
    part = {
        "n": gettext("In the north of the country."),
        "ne": gettext("In the north-east of the country."),
        "e": gettext("In the east of the country."),
        "se": gettext("In the south-east of the country."),
        "s": gettext("In the south of the country."),
        "sw": gettext("In the south-west of the country."),
        "w": gettext("In the west of the country."),
        "nw": gettext("In the north-west of the country."),
    }.get(part_of_country(country, latitude, longitude), "")
    near = ", ".join(
        str(countries.name(code))
        for code in countries_nearby(country, latitude, longitude, within_km=NEARBY_KM)
        if countries.name(code)
    )
    sentences = [gettext("%(place)s.") % {"place": place} if place else "", part]
    if country and near:
        sentences.append(gettext("Within 40 km: %(countries)s.") % {"countries": near})
    return " ".join(sentence for sentence in sentences if sentence)


# --- Two frames --------------------------------------------------------------------------------------------------


def _region(latitude: float, longitude: float, town: str, country: str) -> Drawing:
    project = _projection(latitude, longitude, REGION_KM)
    # What is certainly not in the frame is left out before the slow part.
    north = (HEIGHT * REGION_KM / KM_PER_DEGREE) * 1.2
    east = (WIDTH * REGION_KM / KM_PER_DEGREE) * 1.2 / math.cos(math.radians(min(abs(latitude) + north, 85)))
    box = (longitude - east, latitude - north, longitude + east, latitude + north)
    known = _shapes()
    shown = {
        code: rings for code, shapes in known.countries.items() if (rings := _rings(_within(shapes, box), project))
    }
    spot = (WIDTH // 2, HEIGHT // 2)
    return Drawing(
        land=_closed_path(_rings(_within(known.land, box), project), REGION_DETAIL),
        home=_closed_path(shown.get(country, []), REGION_DETAIL),
        borders=_open_path(([project(point) for point in line] for line in _within(known.borders, box)), REGION_DETAIL),
        spot=spot,
        labels=_labels(shown, spot, town),
        scale_x=WIDTH - 24 - round(SCALE_KM / REGION_KM),
        scale_label=gettext("%(km)s km") % {"km": SCALE_KM},
    )


def _europe(latitude: float, longitude: float, country: str) -> Drawing:
    project = _projection(*EUROPE, EUROPE_KM)
    x, y = project((longitude, latitude))
    # Islands far out would be beyond the edge: for them the frame moves.
    aside = (_beyond(x, WIDTH), _beyond(y, HEIGHT))
    land, borders = _europe_paths(aside)
    home = _rings((line for _box, line in _shapes().countries.get(country, [])), _moved(project, aside))
    return Drawing(
        land=land,
        home=_closed_path(home, EUROPE_DETAIL),
        borders=borders,
        spot=(round(x) - aside[0], round(y) - aside[1]),
    )


def _beyond(value: float, size: int) -> int:
    least, most = 40, size - 40
    return round(min(value - least, 0) + max(value - most, 0))


@lru_cache(maxsize=8)
def _europe_paths(aside: tuple[int, int]) -> tuple[str, str]:
    project = _moved(_projection(*EUROPE, EUROPE_KM), aside)
    land = _rings((line for _box, line in _shapes().land), project)
    borders = ([project(point) for point in line] for _box, line in _shapes().borders)
    return _closed_path(land, EUROPE_DETAIL), _open_path(borders, EUROPE_DETAIL)


# --- From degrees to units of the frame --------------------------------------------------------------------------

Project = Callable[[Point], Point]
Box = tuple[float, float, float, float]
# A line with the box around it: west, south, east, north.
Shape = tuple[Box, list[Point]]


@dataclass(frozen=True)
class Shapes:
    land: list[Shape]
    countries: dict[str, list[Shape]]
    borders: list[Shape]


@lru_cache(maxsize=1)
def _shapes() -> Shapes:
    known = outlines()
    return Shapes(
        land=_boxed(ring for polygon in known.land for ring in polygon),
        countries={
            code: _boxed(ring for polygon in polygons for ring in polygon) for code, polygons in known.countries.items()
        },
        borders=_boxed(known.borders),
    )


def _boxed(lines: Iterable[list[Point]]) -> list[Shape]:
    return [((*map(min, zip(*line, strict=True)), *map(max, zip(*line, strict=True))), line) for line in lines]


def _within(shapes: list[Shape], box: Box) -> Iterator[list[Point]]:
    """The lines that may reach into a box, whole: cut along a parallel, they would be cut along a curve of the map."""
    west, south, east, north = box
    return (line for (x1, y1, x2, y2), line in shapes if x2 >= west and x1 <= east and y2 >= south and y1 <= north)


def _projection(latitude: float, longitude: float, km: float) -> Project:
    """Lambert's azimuthal equal-area projection around a point, as the maps of the Union's statistics use it."""
    middle = math.radians(latitude)
    sin_middle, cos_middle = math.sin(middle), math.cos(middle)

    def project(point: Point) -> Point:
        along, up = math.radians(point[0] - longitude), math.radians(point[1])
        sin_up, cos_up, cos_along = math.sin(up), math.cos(up), math.cos(along)
        k = EARTH_KM / km * math.sqrt(2 / (1 + sin_middle * sin_up + cos_middle * cos_up * cos_along))
        return (
            WIDTH / 2 + k * cos_up * math.sin(along),
            HEIGHT / 2 - k * (cos_middle * sin_up - sin_middle * cos_up * cos_along),
        )

    return project


def _moved(project: Project, aside: tuple[int, int]) -> Project:
    def moved(point: Point) -> Point:
        x, y = project(point)
        return x - aside[0], y - aside[1]

    return moved


def _rings(rings: Iterable[list[Point]], project: Project) -> list[list[Point]]:
    """The parts of closed lines that are in the frame."""
    frame = (-MARGIN, -MARGIN, WIDTH + MARGIN, HEIGHT + MARGIN)
    return [inner for ring in rings if len(inner := _clipped([project(point) for point in ring], frame)) > 2]


def _clipped(ring: list[Point], box: Box) -> list[Point]:
    """Cut a closed line to a box (Sutherland, Hodgman)."""
    for axis, limit, sign in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        if not ring:
            return []
        kept: list[Point] = []
        begin = ring[-1]
        was_inside = (begin[axis] - limit) * sign >= 0
        for end in ring:
            is_inside = (end[axis] - limit) * sign >= 0
            if is_inside != was_inside:
                part = (limit - begin[axis]) / (end[axis] - begin[axis])
                kept.append((begin[0] + part * (end[0] - begin[0]), begin[1] + part * (end[1] - begin[1])))
            if is_inside:
                kept.append(end)
            begin, was_inside = end, is_inside
        ring = kept
    return ring


# --- Paths -------------------------------------------------------------------------------------------------------


def _closed_path(rings: Iterable[list[Point]], detail: float) -> str:
    paths = []
    for ring in rings:
        # The halves of a ring are simplified apart: the line between its two ends would be no line.
        half = len(ring) // 2
        points = _simplified(ring[: half + 1], detail) + _simplified([*ring[half:], ring[0]], detail)[1:-1]
        path = _steps(points)
        # What is smaller than a dot is none.
        if path.count(" ") >= 2 and _size(points) > 3:
            paths.append(path + "z")
    return "".join(paths)


def _open_path(lines: Iterable[list[Point]], detail: float) -> str:
    return "".join(_steps(_simplified(part, detail)) for line in lines for part in _visible_parts(line))


def _visible_parts(line: list[Point]) -> list[list[Point]]:
    """The stretches of a line in the frame, each with one point beyond where it leaves it."""
    parts: list[list[Point]] = []
    goes_on = False
    for begin, end in pairwise(line):
        if _is_visible(begin, end):
            if goes_on:
                parts[-1].append(end)
            else:
                parts.append([begin, end])
            goes_on = True
        else:
            goes_on = False
    return parts


def _is_visible(begin: Point, end: Point) -> bool:
    return (
        max(begin[0], end[0]) >= 0
        and min(begin[0], end[0]) <= WIDTH
        and max(begin[1], end[1]) >= 0
        and min(begin[1], end[1]) <= HEIGHT
    )


def _size(points: list[Point]) -> float:
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _simplified(points: list[Point], detail: float) -> list[Point]:
    """Leave out points that are nearer than `detail` to the line without them (Ramer, Douglas, Peucker)."""
    kept = {0, len(points) - 1}
    stretches = [(0, len(points) - 1)]
    while stretches:
        first, last = stretches.pop()
        (x1, y1), (x2, y2) = points[first], points[last]
        dx, dy = x2 - x1, y2 - y1
        length = math.hypot(dx, dy)
        furthest, distance = 0, detail
        for n in range(first + 1, last):
            x, y = points[n]
            off = abs(dx * (y - y1) - dy * (x - x1)) / length if length else math.hypot(x - x1, y - y1)
            if off > distance:
                furthest, distance = n, off
        if furthest:
            kept.add(furthest)
            stretches += [(first, furthest), (furthest, last)]
    return [points[n] for n in sorted(kept)]


def _steps(points: list[Point]) -> str:
    """A path in whole units, each point told by the step to it: “M12 30l5-7 3 2”."""
    text, x, y = "", 0, 0
    for n, point in enumerate(points):
        new_x, new_y = round(point[0]), round(point[1])
        if n == 0:
            text = f"M{new_x} {new_y}l"
        elif (new_x, new_y) != (x, y):
            step_x, step_y = new_x - x, new_y - y
            separator = "" if text[-1] == "l" or step_x < 0 else " "
            text += f"{separator}{step_x}{'' if step_y < 0 else ' '}{step_y}"
        x, y = new_x, new_y
    return "" if text.endswith("l") else text


# --- Words on the map --------------------------------------------------------------------------------------------

Rectangle = tuple[float, float, float, float]


def _labels(shown: dict[str, list[list[Point]]], spot: tuple[int, int], town: str) -> tuple[Label, ...]:
    """The name of the town beside its spot, and those of countries where they have room inside of them."""
    # Where the scale is, and the spot.
    taken: list[Rectangle] = [
        (WIDTH - 260, HEIGHT - 90, WIDTH, HEIGHT),
        (spot[0] - 20, spot[1] - 20, spot[0] + 20, spot[1] + 20),
    ]
    labels = []
    if town:
        town_label = Label(town, spot[0] + 24, spot[1] + 11, "start", is_town=True)
        if _rectangle(town_label)[2] > WIDTH:
            town_label = Label(town, spot[0], spot[1] - 28, is_town=True)
        labels.append(town_label)
        taken.append(_rectangle(town_label))
    # The largest first: where two names want the same room, it is theirs.
    for code, rings in sorted(shown.items(), key=lambda item: (-_covered(item[1]), item[0])):
        name = str(countries.name(code))
        for text in (name, code):
            if text and (label := _label_inside(text, rings, taken)):
                labels.append(label)
                taken.append(_rectangle(label))
                break
    return tuple(labels)


def _label_inside(text: str, rings: list[list[Point]], taken: list[Rectangle]) -> Label | None:
    half = len(text) * LETTERS * LETTER_WIDTH / 2 + 6
    best: tuple[float, Label] | None = None
    for y in range(LETTERS, HEIGHT - LETTERS // 2, LETTERS // 2):
        # Room is needed over the whole height of the letters.
        stretches = _both(_crossed(rings, y - LETTERS * 0.75), _crossed(rings, y + LETTERS * 0.15))
        for left, right in stretches:
            left, right = max(left, 6), min(right, WIDTH - 6)
            middle = (left + right) / 2
            for x in (middle, left + half, right - half):
                room = min(x - left, right - x) - half
                label = Label(text, round(x), y)
                if room < -1 or any(_overlap(_rectangle(label), other) for other in taken):
                    continue
                # As far inside as there is room, and not at the very edge of the map.
                worth = min(room, 120) - abs(y - HEIGHT / 2) / 8
                if best is None or worth > best[0]:
                    best = (worth, label)
    return best[1] if best else None


def _crossed(rings: list[list[Point]], y: float) -> list[tuple[float, float]]:
    """From where to where a horizontal line is inside of rings."""
    crossings = sorted(
        x1 + (y - y1) / (y2 - y1) * (x2 - x1)
        for ring in rings
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]])
        if (y1 > y) != (y2 > y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=False))


def _both(first: list[tuple[float, float]], second: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [
        (max(left, other_left), min(right, other_right))
        for left, right in first
        for other_left, other_right in second
        if max(left, other_left) < min(right, other_right)
    ]


def _covered(rings: list[list[Point]]) -> float:
    return sum(abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]))) for ring in rings)


def _rectangle(label: Label) -> Rectangle:
    width = len(label.text) * LETTERS * (BOLD_LETTER_WIDTH if label.is_town else LETTER_WIDTH)
    left = label.x if label.anchor == "start" else label.x - width / 2
    return (left - 4, label.y - LETTERS, left + width + 4, label.y + LETTERS * 0.25)


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
