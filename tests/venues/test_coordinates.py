"""Coordinates as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.coordinates import NoCoordinates, in_words, read_coordinates

HERE = (50.85, 5.69)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50.85, 5.69", HERE),
        ("  50.85   5.69 ", HERE),
        ("50.85,5.69", HERE),
        ("50,85; 5,69", HERE),
        ("50,85 5,69", HERE),
        ("50.85°, 5.69°", HERE),
        ("50.85/5.69", HERE),
        ("50.85 N, 5.69 E", HERE),
        ("50.85°N 5.69°E", HERE),
        ("41.28, -8.28", (41.28, -8.28)),
        ("41.28, −8.28", (41.28, -8.28)),
        ("41.28 N 8.28 W", (41.28, -8.28)),
        ("50°51′N 5°41′E", (50.85, 5.683333)),
        ("50°51'N, 5°41'E", (50.85, 5.683333)),
        ("50°51′12.3″N 5°41′06″E", (50.853417, 5.685)),
        ("50° 51' 12.3\" N 5° 41' 6\" E", (50.853417, 5.685)),
        ("N 50° 51.2' E 5° 41.1'", (50.853333, 5.685)),
        ("50 51 12 N 5 41 6 E", (50.853333, 5.685)),
        ("41°17′S 8°17′W", (-41.283333, -8.283333)),
        ("https://www.openstreetmap.org/#map=17/50.85/5.69", HERE),
        ("https://www.openstreetmap.org/?mlat=50.85&mlon=5.69#map=12/51.0/6.0", HERE),
        ("https://www.openstreetmap.org/way/123#map=19/50.85000/5.69000&layers=N", HERE),
        ("https://www.google.com/maps/place/Somewhere/@50.85,5.69,17z/data=!3m1", HERE),
        ("https://maps.example.org/?q=50.85,5.69", HERE),
        ("geo:50.85,5.69?z=17", HERE),
        ("GEO:50.85,5.69", HERE),
    ],
)
def test_every_usual_way_of_writing_is_read(text, expected):
    assert read_coordinates(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50.85",
        "50,85",
        "Maastricht",
        "50.85, ",
        "https://www.openstreetmap.org/",
        "https://[",
        "geo:",
        "ab cd",
    ],
)
def test_what_holds_no_coordinates_is_refused_with_examples(text):
    with pytest.raises(NoCoordinates, match="Enter coordinates such as"):
        read_coordinates(text)


@pytest.mark.parametrize("text", ["95, 5", "5, 185", "50°51′N 200°41′E", "https://www.openstreetmap.org/#map=3/91/0"])
def test_what_is_not_on_earth_is_refused(text):
    with pytest.raises(NoCoordinates, match="Latitude goes from"):
        read_coordinates(text)


def test_in_words_is_read_again():
    assert in_words(None, 5.69) == ""
    assert read_coordinates(in_words(*HERE)) == HERE
    assert read_coordinates(in_words(-33.123456, 151.123456)) == (-33.123456, 151.123456)


@given(st.text(max_size=60) | st.from_regex(r"[-0-9.,;°'NSEW /#=@]{1,40}", fullmatch=True))
def test_nothing_that_is_typed_breaks_it(text):
    try:
        latitude, longitude = read_coordinates(text)
    except NoCoordinates:
        return
    assert -90 <= latitude <= 90 and -180 <= longitude <= 180
