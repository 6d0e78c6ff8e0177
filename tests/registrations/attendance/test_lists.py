"""Presence person by person: who came when, how that is known, and for how many minutes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from registrations.attendance import day_list, minutes, session_list
from registrations.models import Registration, Signature
from tests.factories import create_event, create_registration, create_session, record_attendance

pytestmark = pytest.mark.django_db

FIRST = date(2027, 5, 20)
# In Amsterdam, two hours ahead of UTC.
NINE, TEN, NOON, TWO = (datetime(2027, 5, 20, hour - 2, tzinfo=UTC) for hour in (9, 10, 12, 14))


@pytest.fixture
def event():
    """Its first day has a programme until four o'clock."""
    event = create_event()
    create_session(event, start_time=time(9), end_time=time(16))
    return event


@pytest.fixture
def alice(event) -> Registration:
    return create_registration(event, "Alice")


def came(registration: Registration, at: datetime, **fields) -> None:
    record_attendance(registration, **{"happened_at": at, "how": "scan", **fields})


def left(registration: Registration, at: datetime, **fields) -> None:
    came(registration, at, what="out", **fields)


def test_the_list_of_a_day_has_everybody_with_a_place_in_the_order_of_names(event, alice):
    agnes = create_registration(event, "Ágnes")
    create_registration(event, "Wim", state=Registration.State.WAITING)
    came(alice, NINE)
    left(alice, NOON)

    rows = day_list(event, FIRST)

    assert [(row.registration, row.name, row.organisation, row.country) for row in rows] == [
        (agnes, "Ágnes", "City of Gävle", "SE"),
        (alice, "Alice", "City of Gävle", "SE"),
    ]
    assert [(row.first_in, row.last_out, row.minutes, row.how) for row in rows] == [
        (None, None, 0, ""),
        (NINE, NOON, 180, "scan"),
    ]


def test_minutes_are_from_coming_to_leaving_and_what_overlaps_counts_once(event, alice):
    came(alice, NINE)
    came(alice, TEN)
    left(alice, NOON)
    came(alice, TWO)
    session = create_session(event, start_time=time(9), end_time=time(10))
    came(alice, NINE, session=session)

    assert minutes(event) == {alice.pk: {FIRST: 180 + 120}}


def test_whoever_nobody_saw_leave_stayed_until_the_programme_ended(event, alice):
    came(alice, NOON)

    assert minutes(event) == {alice.pk: {FIRST: 240}}
    assert day_list(event, FIRST)[0].last_out is None


@pytest.mark.parametrize("how", [{"how": "signed_list"}, {"how": "correction", "reason": "Was there all day."}])
def test_a_list_on_paper_and_a_correction_mean_the_whole_programme(event, alice, how):
    came(alice, TWO + timedelta(days=14), **how)

    assert minutes(event) == {alice.pk: {FIRST: 420}}


def test_whoever_was_found_absent_has_no_minutes_and_no_time(event, alice):
    came(alice, NINE)
    came(alice, NOON, what="absent", how="correction", reason="Ticked by mistake.")

    assert minutes(event) == {}
    assert [(row.first_in, row.minutes) for row in day_list(event, FIRST)] == [(None, 0)]


def test_the_list_of_a_session_is_apart_from_that_of_its_day(event, alice):
    workshop = create_session(event, start_time=time(10), end_time=time(12))
    came(alice, TEN, session=workshop)

    assert [(row.first_in, row.minutes) for row in session_list(event, workshop)] == [(TEN, 120)]
    assert [row.first_in for row in day_list(event, FIRST)] == [None]


def test_what_was_signed_on_a_screen_stands_beside_the_name(event, alice):
    came(alice, NINE)
    came(alice, NINE + timedelta(minutes=1), how="signature")
    act = alice.attendance.get(how="signature").act
    signature = Signature.objects.create(act=act, registration=alice, path="M0 0L10 20")

    assert [row.signature for row in day_list(event, FIRST)] == [signature]
    assert signature.svg.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 300"><path d="M0 0L10 20"'
    )


@pytest.mark.parametrize("how", ["undo", "absent"])
def test_what_was_signed_and_taken_back_is_on_no_list(event, alice, how):
    came(alice, NINE)
    came(alice, TEN, how="signature")
    act = alice.attendance.get(how="signature").act
    Signature.objects.create(act=act, registration=alice, path="M0 0L10 20")
    if how == "undo":
        came(alice, NOON, what="undo", undoes=act)
    else:
        came(alice, NOON, what="absent", how="correction", reason="Somebody else signed in this row.")
        came(alice, TWO)

    assert [(row.first_in, row.signature) for row in day_list(event, FIRST)] == [(NINE if how == "undo" else TWO, None)]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_for_one_and_three(event, count, django_assert_num_queries):
    for n in range(count):
        came(create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org"), NINE)

    # People, their acts, and the programme.
    with django_assert_num_queries(3):
        assert len(day_list(event, FIRST)) == count
    with django_assert_num_queries(2):
        assert len(minutes(event)) == count
