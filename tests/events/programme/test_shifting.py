"""What follows a session is shifted: what moves is shown first, what cannot be is refused, and it is undone."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from events.models import Session
from events.programme.shifting import PastMidnight, planned_shift, shift_after
from tests.factories import create_event, create_session

from .editing import ELEVEN, NINE, NOON, TEN, address, hours, three

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_all_that_follows_is_shifted_and_what_runs_beside_is_not(event):
    a, _b, _c = three(event)
    create_session(event, title="Exhibition", start_time=NINE, end_time=NOON)
    create_session(event, title="Tomorrow", day=2, start_time=TEN, end_time=ELEVEN)

    assert [one.session.title for one in planned_shift(a, 15).moved] == ["B", "C"]
    assert [one.session.title for one in planned_shift(a, 15, with_itself=True).moved] == ["A", "B", "C"]

    shift_after(a, 15)

    assert hours(event) == [
        ("A", "09:00", "09:30"),
        ("Exhibition", "09:00", "12:00"),
        ("B", "10:15", "11:15"),
        ("C", "11:15", "12:15"),
        ("Tomorrow", "10:00", "11:00"),
    ]


def test_the_page_shows_what_moves_before_it_moves(client, event, bob):
    a, *_others = three(event)

    preview = client.get(address("shift_sessions", a.pk), {"minutes": "-15"}).content.decode()
    assert "2 sessions move" in preview
    assert "09:45–10:45" in preview
    assert hours(event)[1] == ("B", "10:00", "11:00")

    client.post(address("shift_sessions", a.pk), {"minutes": "-15"})
    assert hours(event)[1:] == [("B", "09:45", "10:45"), ("C", "10:45", "11:45")]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ("", "Enter by how many minutes"),
        ("x", "Enter a number of minutes"),
        ("0", "that is not 0"),
        ("9999", "between −720 and 720"),
        ("720", "“C” would pass midnight"),
        ("-700", "“B”, “C” would pass midnight"),
    ],
)
def test_a_shift_that_cannot_be_is_refused_in_words(client, event, bob, minutes, words):
    a, *_others = three(event)

    answer = client.post(address("shift_sessions", a.pk), {"minutes": minutes})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert hours(event)[1] == ("B", "10:00", "11:00")


def test_a_shift_that_is_sent_twice_shifts_once(client, event, bob):
    a = create_session(event, title="A", start_time=NINE, end_time=TEN)
    create_session(event, title="B", start_time=TEN, end_time=ELEVEN)
    page = address("shift_sessions", a.pk)
    sent = {"minutes": "15", "seen": client.get(page, {"minutes": "15"}).context["seen"]}

    client.post(page, sent)
    answer = client.post(page, sent, follow=True)

    assert hours(event)[1] == ("B", "10:15", "11:15")
    assert answer.redirect_chain == [(f"{page}?minutes=15", 302)]
    assert "Nothing moved now" in answer.content.decode()
    assert "2 sessions are shifted" not in answer.content.decode()


def test_what_somebody_moved_since_it_was_shown_is_shown_again_before_it_shifts(client, event, bob):
    page = address("shift_sessions", late(event).pk)
    sent = {"minutes": "25", "seen": client.get(page, {"minutes": "25"}).context["seen"]}
    event.sessions.filter(title="Bus").update(start_time=time(23, 40))

    answer = client.post(page, sent, follow=True)

    assert "“Bus” would pass midnight" in answer.content.decode()
    assert evening(event)[1] == ("Music", 1, "21:00")


def late(event) -> Session:
    """Dinner until nine in the evening, and three parts of an evening after it."""
    dinner = create_session(event, title="Dinner", start_time=time(20), end_time=time(21))
    create_session(event, title="Music", start_time=time(21), end_time=time(22))
    create_session(event, title="Dance", start_time=time(22), end_time=time(23))
    create_session(event, title="Bus", start_time=time(23, 30))
    return dinner


def evening(event) -> list[tuple[str, int, str]]:
    return [(one.title, one.day, f"{one.start_time:%H:%M}") for one in event.sessions.in_order()]


def test_what_passes_midnight_is_named_and_asked_about(client, event, bob):
    page = address("shift_sessions", late(event).pk)

    answer = client.get(page, {"minutes": "90"})

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "“Dance”, “Bus” would pass midnight. Choose what becomes of them, or enter fewer minutes" in text
    assert 'value="stay"' in text and 'value="next_day"' in text
    assert "<legend>What passes midnight</legend>" in text
    assert client.post(page, {"minutes": "90"}).status_code == 422
    assert evening(event)[1] == ("Music", 1, "21:00")


def test_only_what_fits_is_shifted(client, event, bob):
    page = address("shift_sessions", late(event).pk)
    asked = {"minutes": "90", "past_midnight": "stay"}

    preview = client.get(page, asked).content.decode()
    assert "1 session moves" in preview
    assert "These stay where they are" in preview and "<li>Dance</li><li>Bus</li>" in preview
    client.post(page, asked)

    assert evening(event) == [("Dinner", 1, "20:00"), ("Dance", 1, "22:00"), ("Music", 1, "22:30"), ("Bus", 1, "23:30")]


def test_what_begins_after_midnight_goes_on_to_the_next_day(client, event, bob):
    page = address("shift_sessions", late(event).pk)
    asked = {"minutes": "90", "past_midnight": "next_day"}

    preview = client.get(page, asked).content.decode()
    assert "2 sessions move" in preview and "on day 2" in preview
    client.post(page, asked)

    # The dance would begin before midnight and end after it.
    assert evening(event) == [("Dinner", 1, "20:00"), ("Dance", 1, "22:00"), ("Music", 1, "22:30"), ("Bus", 2, "01:00")]


def test_no_next_day_is_offered_where_there_is_none(client, event, bob):
    last = create_session(event, title="Last", day=2, start_time=time(22), end_time=time(23))
    create_session(event, title="Bus", day=2, start_time=time(23, 30))
    page = address("shift_sessions", last.pk)

    assert "next_day" not in client.get(page, {"minutes": "60"}).content.decode()
    assert client.post(page, {"minutes": "60", "past_midnight": "next_day"}).status_code == 422
    assert planned_shift(last, 60, past_midnight=PastMidnight.NEXT_DAY).next_day == []


def test_a_shift_is_undone_within_a_minute(client, event, bob, clock):
    page = address("shift_sessions", late(event).pk)
    before = evening(event)

    client.post(page, {"minutes": "90", "past_midnight": "next_day"})
    assert (
        "2 sessions are shifted. You can undo it for one minute."
        in client.get(address("organise_programme")).content.decode()
    )
    client.post(address("undo_shift"))
    assert evening(event) == before
    assert "are shifted" not in client.get(address("organise_programme")).content.decode()

    client.post(page, {"minutes": "10"})
    clock.shift(timedelta(seconds=61))
    assert "are shifted" not in client.get(address("organise_programme")).content.decode()
    answer = client.post(address("undo_shift"), follow=True)
    assert "the minute is over" in answer.content.decode()
    assert evening(event)[1] == ("Music", 1, "21:10")


def test_undoing_a_shift_leaves_what_somebody_moved_or_deleted_since(client, event, bob):
    client.post(address("shift_sessions", late(event).pk), {"minutes": "10"})
    event.sessions.filter(title="Dance").update(start_time=time(22, 15))
    event.sessions.get(title="Bus").put_away()

    answer = client.post(address("undo_shift"), follow=True)

    assert "they stay as they are: “Dance”." in answer.content.decode()
    assert evening(event) == [("Dinner", 1, "20:00"), ("Music", 1, "21:00"), ("Dance", 1, "22:15")]


def test_a_shift_of_another_event_is_not_undone_here(client, event, bob, host):
    other = create_event(event.project, host=host, slug="other")
    client.post(address("shift_sessions", late(event).pk), {"minutes": "10"})

    client.post(reverse("events:undo_shift", args=[other.slug]))

    assert evening(event)[1] == ("Music", 1, "21:10")
