import pytest
from django.http import Http404

from projects.typed import asked_key, typed_key, typed_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1", 1), ("07", 7), ("40", 40), ("41", None), ("0", None), ("-1", None), ("", None), (" 1", None), ("²", None)],
)
def test_a_number_is_whole_and_within_its_bounds(typed, number):
    assert typed_number(typed, most=40) == number


@pytest.mark.parametrize("typed", ["x", "٣", "1.5", "9" * 19, "9" * 5_000])
def test_what_is_no_key_is_asked_of_no_database(typed):
    assert typed_key(typed) is None


def test_naming_no_row_is_something_else_than_naming_one_that_cannot_be():
    assert asked_key({}, "mail") is None
    assert asked_key({"mail": "12"}, "mail") == 12
    with pytest.raises(Http404):
        asked_key({"mail": ""}, "mail")
