"""Sessions trade places, move to other days, and are dragged."""

from datetime import time

import pytest

from events.programme.changes import LeavesTheDay, NoNeighbour, move_earlier, move_later
from tests.factories import create_session

from .editing import ELEVEN, NINE, TEN, address, hours, three

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_trading_places_keeps_lengths_and_what_lies_between(event):
    a, b, _c = three(event)

    move_earlier(b)
    assert hours(event) == [("B", "09:00", "10:00"), ("A", "10:30", "11:00"), ("C", "11:00", "12:00")]

    a.refresh_from_db()
    move_earlier(a)
    assert hours(event) == [("A", "09:00", "09:30"), ("B", "10:00", "11:00"), ("C", "11:00", "12:00")]


def test_sessions_of_the_same_hour_trade_their_order(event):
    a = create_session(event, title="A", start_time=NINE, end_time=TEN)
    create_session(event, title="B", start_time=NINE, end_time=ELEVEN)

    move_later(a)

    assert hours(event) == [("B", "09:00", "11:00"), ("A", "09:00", "10:00")]


def test_the_first_and_the_last_of_a_day_stay(event):
    a, _b, c = three(event)

    with pytest.raises(NoNeighbour):
        move_earlier(a)
    with pytest.raises(NoNeighbour):
        move_later(c)


def test_trading_never_leaves_the_day(event):
    a = create_session(event, title="A", start_time=NINE, end_time=time(23))
    create_session(event, title="B", start_time=time(22), end_time=time(23, 30))

    with pytest.raises(LeavesTheDay):
        move_later(a)
    assert hours(event) == [("A", "09:00", "23:00"), ("B", "22:00", "23:30")]


def test_moving_is_done_by_buttons_that_keep_the_focus(client, event, bob):
    _a, b, _c = three(event)

    answer = client.post(address("change_session", b.pk), {"act": "earlier"}, follow=True)

    assert answer.redirect_chain[0][0].endswith(f"?focus=earlier-{b.pk}")
    page = answer.content.decode()
    assert "“B” is now on: day 1, 09:00–10:00." in page
    # It is the first now: its other button has the focus.
    assert page.count("autofocus") == 1


def test_a_session_moves_to_another_day_at_the_same_hour(client, event, bob):
    a, *_others = three(event)

    client.post(address("change_session", a.pk), {"act": "day:2"})

    a.refresh_from_db()
    assert (a.day, a.start_time) == (2, NINE)


def test_a_session_is_dragged_by_several_places_at_once(client, event, bob):
    for hour, title in ((9, "One"), (10, "Two"), (11, "Three")):
        create_session(event, title=title, start_time=time(hour), end_time=time(hour + 1), day=1)
    one = event.sessions.get(title="One")

    client.post(address("change_session", one.pk), {"act": "later", "steps": "2"})
    assert list(event.sessions.in_order().values_list("title", flat=True)) == ["Two", "Three", "One"]

    # Further than there is: nothing moves by half.
    client.post(address("change_session", one.pk), {"act": "earlier", "steps": "9"})
    assert list(event.sessions.in_order().values_list("title", flat=True)) == ["Two", "Three", "One"]
