"""Maps drawn from coordinates: the same each time, small, with the place inside, and nothing said that is not so."""

import hashlib
import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from venues.maps import HEIGHT, WIDTH, map_of
from venues.outlines import countries_nearby, is_in, outlines, part_of_country

TOWNS = {
    "Maastricht": ("NL", 50.8483, 5.6889),
    "Tartu": ("EE", 58.3806, 26.7251),
    "Lousada": ("PT", 41.2774, -8.2828),
    "Tromsø": ("NO", 69.65, 18.96),
    "Ponta Delgada": ("PT", 37.74, -25.67),
    "Nicosia": ("CY", 35.17, 33.36),
    "Reykjavík": ("IS", 64.15, -21.94),
    "Las Palmas": ("ES", 28.13, -15.43),
}


def drawn(town: str) -> str:
    country, latitude, longitude = TOWNS[town]
    found = map_of(latitude=latitude, longitude=longitude, town=town, country=country)
    return render_to_string("includes/map.html", {"map": found, "map_id": 1})


@pytest.mark.parametrize("town", TOWNS)
def test_a_map_is_small_and_the_place_is_inside_of_both_frames(town):
    country, latitude, longitude = TOWNS[town]
    found = map_of(latitude=latitude, longitude=longitude, town=town, country=country)

    for drawing in (found.region, found.europe):
        assert 0 < drawing.spot[0] < WIDTH and 0 < drawing.spot[1] < HEIGHT
        assert drawing.land and drawing.home
    assert len(drawn(town).encode()) <= 15_000


def test_the_same_place_gives_the_same_bytes():
    import venues.maps as maps

    first = drawn("Maastricht")
    for kept in (maps._map, maps._europe_paths, maps._shapes, outlines):
        kept.cache_clear()

    assert hashlib.sha256(drawn("Maastricht").encode()).digest() == hashlib.sha256(first.encode()).digest()


def test_paths_hold_nothing_but_whole_steps():
    paths = re.findall(r' d="([^"]*)"', drawn("Tromsø"))

    assert paths
    assert all(re.fullmatch(r"(M-?\d+ -?\d+l[-\d ]+z?|M\d+ 448v8h160v-8)+", path) for path in paths)


def test_names_are_inside_the_frame_and_do_not_lie_on_each_other():
    from venues.maps import _overlap, _rectangle

    for town, (country, latitude, longitude) in TOWNS.items():
        found = map_of(latitude=latitude, longitude=longitude, town=town, country=country)
        boxes = [_rectangle(label) for label in found.region.labels]
        assert all(box[0] >= -4 and box[2] <= WIDTH + 4 and box[1] >= -4 and box[3] <= HEIGHT + 4 for box in boxes), (
            town
        )
        assert not any(_overlap(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :]), town


def test_countries_are_named_in_the_language_of_the_page():
    with translation.override("de"):
        labels = {
            label.text
            for label in map_of(latitude=50.85, longitude=5.69, town="Maastricht", country="NL").region.labels
        }

    assert {"Maastricht", "Belgien", "Deutschland", "Niederlande", "Frankreich"} <= labels


@pytest.mark.parametrize(
    ("town", "description"),
    [
        ("Maastricht", "Maastricht, Netherlands. In the south of the country. Within 40 km: Belgium, Germany."),
        ("Tartu", "Tartu, Estonia."),
        ("Tromsø", "Tromsø, Norway. In the north-east of the country."),
        # An island is not compared with the mainland.
        ("Ponta Delgada", "Ponta Delgada, Portugal."),
    ],
)
def test_the_description_says_what_follows_from_the_coordinates(town, description):
    country, latitude, longitude = TOWNS[town]

    assert map_of(latitude=latitude, longitude=longitude, town=town, country=country).description == description


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(None, None), (50.0, None), (-21.1, 55.5), (90.0, 0.0), (40.7, -74.0)]
)
def test_there_is_no_map_where_nothing_is_known(latitude, longitude):
    assert map_of(latitude=latitude, longitude=longitude, town="Somewhere", country="NL") is None


def test_a_map_works_without_town_and_country_and_in_the_open_sea():
    found = map_of(latitude=45.0, longitude=-20.0, town="", country="")

    assert (found.name, found.description) == ("Map of the place", "")
    assert (found.region.land, found.region.home, found.region.borders) == ("", "", "")


def test_hostile_names_of_towns_are_escaped():
    found = map_of(latitude=50.85, longitude=5.69, town="</title><script>alert(1)</script>", country="NL")

    assert "<script>" not in render_to_string("includes/map.html", {"map": found, "map_id": 1})


def test_where_a_point_is():
    assert is_in("NL", 50.85, 5.69) is True
    assert is_in("BE", 50.85, 5.69) is False
    assert is_in("BE", 50.85, 5.69, within_km=20) is True
    assert is_in("US", 50.85, 5.69) is None
    assert is_in("UA", 45.0, 34.2) is True
    assert part_of_country("PT", 41.28, -8.28) == "n"
    assert part_of_country("BE", 52.0, 5.69) == ""
    assert part_of_country("US", 50.85, 5.69) == ""
    assert countries_nearby("LU", 49.61, 6.13, within_km=40) == ["FR", "DE", "BE"]
