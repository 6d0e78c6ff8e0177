"""The editor of a programme: who may use it, what each act does, and that nothing typed is lost.

Alice leads the project, Bob coordinates the partner that hosts, Charlie coordinates another partner.
"""

import json
import re
from datetime import time, timedelta
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import CalendarState, ChoiceGroup, Contribution, Draft, Session
from events.programme.changes import (
    LeavesTheDay,
    NoNeighbour,
    clear_what_was_deleted,
    delete_session,
    duplicate,
    move_earlier,
    move_later,
    restore_session,
)
from events.programme.forms import MOST_TO_LOOK_THROUGH, Places, clock, length
from events.programme.shifting import PastMidnight, planned_shift, shift_after
from registrations.models import AttendanceRecord
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_session,
    create_site,
    create_speaker,
    create_venue,
    days,
    record_attendance,
)
from venues.models import ACCESS_FIELDS, Room, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NINE, TEN, ELEVEN, NOON = time(9), time(10), time(11), time(12)


@pytest.fixture
def project():
    return create_project(acronym="MEUSE")


@pytest.fixture
def host(project):
    return create_partner(project)


@pytest.fixture
def event(project, host):
    return create_event(project, host=host, slug="conference", title="The conference", venue=create_venue())


@pytest.fixture
def bob(host, client):
    user = create_coordinator(host, "Bob")
    client.force_login(user)
    return user


def address(name: str, *args) -> str:
    return reverse(f"events:{name}", args=["conference", *args])


def hours(event) -> list[tuple[str, str, str]]:
    return [(one.title, f"{one.start_time:%H:%M}", f"{one.end_time:%H:%M}") for one in event.sessions.in_order()]


def typed(**fields) -> dict[str, str]:
    return {"day": "1", "start": "9:30", "title": "Opening", "kind": "opening", **SAID_NOTHING, **fields}


SAID_NOTHING = {"audience": "everyone", "visibility": "public"}


# --- Who may come in ---------------------------------------------------------------------------------------------


def pages_of(event) -> list[str]:
    session = event.sessions.first()
    group = event.choice_groups.first()
    return [
        address("organise_programme"),
        address("add_session"),
        address("edit_session", session.pk),
        address("shift_sessions", session.pk),
        address("add_choice_group"),
        address("edit_choice_group", group.pk),
    ]


@pytest.mark.parametrize("page", range(6))
def test_lead_and_host_edit_a_programme_and_another_partner_does_not_find_it(client, project, event, bob, page):
    create_session(event, start_time=NINE)
    ChoiceGroup.objects.create(event=event, name="Visits")
    alice, charlie = create_lead(project, "Alice"), create_coordinator(create_partner(project), "Charlie")

    answers = {}
    for user in (alice, bob, charlie):
        client.force_login(user)
        answers[user.name] = client.get(pages_of(event)[page]).status_code
    client.logout()

    assert answers == {"Alice": 200, "Bob": 200, "Charlie": 404}
    assert client.get(pages_of(event)[page]).status_code == 302


@pytest.mark.parametrize("act", ["earlier", "duplicate", "delete"])
def test_another_partner_changes_nothing(client, project, event, act):
    create_session(event, start_time=NINE, end_time=TEN)
    session = create_session(event, start_time=TEN, end_time=ELEVEN)
    client.force_login(create_coordinator(create_partner(project), "Charlie"))

    assert client.post(address("change_session", session.pk), {"act": act}).status_code == 404
    assert hours(event) == [("Session 1", "09:00", "10:00"), ("Session 2", "10:00", "11:00")]


def test_a_session_of_another_event_is_not_found_under_this_one(client, event, bob):
    other = create_session(create_event())

    assert client.get(address("edit_session", other.pk)).status_code == 404
    assert client.post(address("change_session", other.pk), {"act": "delete"}).status_code == 404
    assert client.post(address("restore_session", other.pk)).status_code == 404


@pytest.mark.parametrize("act", ["", "away", "day:99", "day:x", "day:-1", "day:²", "day:" + "9" * 5_000])
def test_an_act_that_does_not_exist_is_not_found(client, event, bob, act):
    session = create_session(event)

    assert client.post(address("change_session", session.pk), {"act": act}).status_code == 404


# --- What people type --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "time_of_day"),
    [
        ("9:30", time(9, 30)),
        ("09.30", time(9, 30)),
        ("9h30", time(9, 30)),
        ("0930", time(9, 30)),
        ("9", NINE),
        ("24:00", None),
        ("9:75", None),
        ("soon", None),
        ("", None),
        ("٩", NINE),
    ],
)
def test_a_time_is_read_as_people_write_it(text, time_of_day):
    assert clock(text) == time_of_day


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("45 min", 45),
        ("45", 45),
        ("90 minutes", 90),
        ("1 h 30", 90),
        ("2h", 120),
        ("0 min", None),
        ("15", None),
        ("x", None),
    ],
)
def test_a_length_is_read_as_people_write_it(text, minutes):
    assert (length(text).total_seconds() / 60 if length(text) else None) == minutes


def test_a_session_is_added_where_the_programme_goes_on(client, event, bob):
    create_session(event, start_time=NINE, end_time=TEN)

    page = client.get(address("add_session"))
    answer = client.post(address("add_session"), typed(start="10:00", end="45 min", speakers=""))

    assert (page.context["form"]["day"].value(), page.context["form"]["start"].value()) == (1, "10:00")
    session = event.sessions.last()
    assert answer.url == f"{address('organise_programme')}?focus=edit-{session.pk}"
    assert (session.title, session.day, session.start_time, session.end_time, session.position) == (
        "Opening",
        1,
        TEN,
        time(10, 45),
        2,
    )


def test_everything_of_a_session_is_kept(client, event, bob):
    room = Room.objects.create(venue=event.venue, name="Room Maas")
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    details = {
        "description": "One\r\n\r\nTwo",
        "is_to_be_confirmed": "on",
        "choice_group": str(group.pk),
        "track": "Track A",
        "places": "25",
        "audience": "partners",
        "visibility": "partners",
        "speaker": "the mayor",
        "spoken_languages": "English",
        "interpretation": "Hungarian",
        "note": "Bring a coat",
        "speakers-0-name": "  Ágnes   Őri ",
        "speakers-0-role": "moderator",
        "speakers-1-name": "Bo Ek",
        "speakers-1-to-be-confirmed": "on",
    }

    client.post(address("add_session"), typed(end="10:30", place=f"room:{room.pk}", **details))

    session = event.sessions.get()
    stored = {name: getattr(session, name) for name in ("description", "track", "places", "speaker", "note")}
    assert stored == {
        "description": "One\n\nTwo",
        "track": "Track A",
        "places": 25,
        "speaker": "the mayor",
        "note": "Bring a coat",
    }
    assert (session.room, session.venue, session.site, session.choice_group) == (room, None, None, group)
    assert session.is_to_be_confirmed
    assert (session.audience, session.visibility) == ("partners", "partners")
    assert [(one.speaker.name, one.role, one.is_to_be_confirmed) for one in session.contributions.all()] == [
        ("Ágnes Őri", "moderator", False),
        ("Bo Ek", "speaker", True),
    ]
    assert [speaker.name for speaker in event.speakers.all()] == ["Ágnes Őri", "Bo Ek"]


def test_a_place_may_be_a_site_or_a_room_elsewhere_and_stays_as_it_was(client, event, bob):
    site = create_site()
    elsewhere = Room.objects.create(venue=create_venue(), name="Salon")
    client.post(address("add_session"), typed(place=f"site:{site.pk}"))
    session = event.sessions.get()
    assert (session.site, session.venue, session.room) == (site, None, None)

    client.post(address("edit_session", session.pk), typed(place=f"room:{elsewhere.pk}"))
    session.refresh_from_db()
    assert (session.site, session.venue, session.room) == (None, elsewhere.venue, elsewhere)

    client.post(address("edit_session", session.pk), typed(place=f"room:{elsewhere.pk}", title="Other"))
    session.refresh_from_db()
    assert (session.venue, session.room) == (elsewhere.venue, elsewhere)


def test_save_and_add_another_goes_on_with_the_same_day(client, event, bob):
    answer = client.post(address("add_session"), typed(day="2", end="10:30", another="1"))

    assert answer.url == f"{address('add_session')}?day=2"
    assert client.get(answer.url).context["form"]["start"].value() == "10:30"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"title": "  "}, "title", "Enter a title"),
        ({"title": "x" * 301}, "title", "at most 300 characters"),
        ({"start": "later"}, "start", "Enter the time like 09:30"),
        ({"start": "25:00"}, "start", "Enter the time like 09:30"),
        ({"end": "long"}, "end", "Enter when it ends, like 10:30, or how long it takes, like 45 min"),
        ({"end": "9:00"}, "end", "The end must be later than the start, 09:30"),
        ({"start": "", "end": "10:00"}, "end", "Enter when it starts too, or leave the end empty"),
        ({"start": "23:30", "end": "45 min"}, "end", "A session ends before midnight"),
        ({"day": "99"}, "day", "99"),
        ({"kind": "party"}, "kind", "party"),
        ({"place": "room:999"}, "place", "room:999"),
        ({"place": "<b>"}, "place", "&lt;b&gt;"),
        ({"places": "-1"}, "places", "0"),
        ({"places": "many"}, "places", "whole number"),
        ({"choice_group": "999"}, "choice_group", "valid choice"),
        ({"speakers-0-name": "Bo", "speakers-1-name": "bo"}, "speakers", "A speaker is named twice"),
        ({"speakers-0-name": "Bo", "speakers-0-role": "king"}, "speakers", "Choose a role"),
        ({"speakers-0-name": "x" * 201}, "speakers", "at most 200 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client, event, bob, fields, field, words):
    answer = client.post(address("add_session"), typed(description="Kept as typed", **fields))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    page = answer.content.decode()
    assert words in page
    assert "Kept as typed" in page
    assert "<title>Error:" in page
    assert not event.sessions.exists()


# --- Two people at once ------------------------------------------------------------------------------------------


def opened(client: Client, session: Session) -> str:
    return client.get(address("edit_session", session.pk)).context["form"].initial["opened_with"]


def test_what_only_somebody_else_changed_is_taken_over(client, event, bob):
    session = create_session(event, start_time=time(9, 30), title="Opening", kind="opening")
    with_this = opened(client, session)
    Session.objects.filter(pk=session.pk).update(note="Bring a coat", title="Opening")

    client.post(address("edit_session", session.pk), typed(description="Words", opened_with=with_this))

    session.refresh_from_db()
    assert (session.note, session.description) == ("Bring a coat", "Words")


def test_what_both_changed_is_shown_with_both_texts_until_one_is_chosen(client, event, bob):
    session = create_session(event, start_time=time(9, 30), title="Opening", kind="opening")
    with_this = opened(client, session)
    Session.objects.filter(pk=session.pk).update(title="Opening by the mayor")

    answer = client.post(address("edit_session", session.pk), typed(title="Grand opening", opened_with=with_this))

    assert answer.status_code == 422
    assert "Opening by the mayor" in answer.content.decode()
    assert "Grand opening" in answer.content.decode()
    session.refresh_from_db()
    assert session.title == "Opening by the mayor"

    client.post(
        address("edit_session", session.pk),
        typed(title="Grand opening", opened_with=with_this, **{"keep-title": "mine"}),
    )
    session.refresh_from_db()
    assert session.title == "Grand opening"


def test_speakers_that_both_changed_are_compared_too(client, event, bob):
    session = create_session(event, start_time=time(9, 30), title="Opening", kind="opening")
    with_this = opened(client, session)
    Contribution.objects.create(session=session, speaker=create_speaker(event, name="Ana"))

    answer = client.post(address("edit_session", session.pk), typed(opened_with=with_this, **{"speakers-0-name": "Bo"}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["speakers"]

    client.post(address("edit_session", session.pk), typed(opened_with=with_this))
    assert [one.speaker.name for one in session.contributions.all()] == ["Ana"]


@pytest.mark.parametrize("junk", ["", "[]", "{", '{"title": 7}', '{"title": ["x"]}', "null"])
def test_a_form_that_does_not_say_what_it_was_opened_with_is_no_error(client, event, bob, junk):
    session = create_session(event)

    answer = client.post(address("edit_session", session.pk), typed(opened_with=junk))

    assert answer.status_code in (302, 422)


def test_what_was_typed_and_not_saved_is_offered_again_and_forgotten_when_saved(client, event, bob):
    client.post(reverse("events:draft", args=["conference", "session-new"]), typed(title="Half a ti"))

    page = client.get(address("add_session"))
    again = client.get(address("add_session"), {"draft": "1"})

    assert "You typed something here" in page.content.decode()
    assert again.context["form"]["title"].value() == "Half a ti"
    assert not event.sessions.exists()
    client.post(address("add_session"), typed())
    assert not Draft.objects.exists()


# --- Moving ------------------------------------------------------------------------------------------------------


def three(event) -> list[Session]:
    return [
        create_session(event, title="A", start_time=NINE, end_time=time(9, 30)),
        create_session(event, title="B", start_time=TEN, end_time=ELEVEN),
        create_session(event, title="C", start_time=ELEVEN, end_time=NOON),
    ]


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


# --- Shifting ----------------------------------------------------------------------------------------------------


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


def test_a_session_that_is_sent_twice_is_added_once(client, event, bob, clock):
    page = address("add_session")
    sent = typed(window="one", another="1")

    answers = [client.post(page, sent) for _press in range(2)]

    assert [answer.url for answer in answers] == [f"{page}?day=1"] * 2
    assert event.sessions.filter(title="Opening").count() == 1
    client.post(page, {**sent, "window": "other"})
    assert event.sessions.filter(title="Opening").count() == 2
    clock.shift(timedelta(seconds=6))
    client.post(page, sent)
    assert event.sessions.filter(title="Opening").count() == 3


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


# --- Copying, deleting and taking back ---------------------------------------------------------------------------


def test_a_copy_has_the_same_speakers_and_its_own_identity(event):
    a, *_others = three(event)
    Contribution.objects.create(session=a, speaker=create_speaker(event, name="Ana"), role="guide")

    other = duplicate(a)

    assert other.pk != a.pk
    assert (other.title, other.start_time, other.position) == ("A", NINE, 4)
    assert [(one.speaker.name, one.role) for one in other.contributions.all()] == [("Ana", "guide")]
    assert a.contributions.count() == 1


def test_what_was_deleted_comes_back_as_it_was(client, event, bob):
    a, *_others = three(event)
    Contribution.objects.create(session=a, speaker=create_speaker(event))

    answer = client.post(address("change_session", a.pk), {"act": "delete"}, follow=True)
    assert "“A” is deleted." in answer.content.decode()
    assert [title for title, *_hours in hours(event)] == ["B", "C"]

    client.post(address("restore_session", a.pk))
    assert [title for title, *_hours in hours(event)] == ["A", "B", "C"]
    assert event.sessions.get(title="A").contributions.count() == 1
    # Once more changes nothing.
    assert client.post(address("restore_session", a.pk)).status_code == 302


def test_a_place_that_was_taken_meanwhile_is_no_error(event):
    a, b, _c = three(event)
    delete_session(a)
    b.position = a.position
    b.save()

    restore_session(a)

    assert sorted(event.sessions.values_list("position", flat=True)) == [1, 3, 4]


def test_what_was_deleted_is_cleared_away_after_30_days_and_who_attended_stays_on_record(event, clock):
    a, b, _c = three(event)
    registration = create_registration(event)
    record_attendance(registration, session=b)
    delete_session(a)
    delete_session(b)

    clear_what_was_deleted()
    assert Session.with_deleted.count() == 3
    clock.shift(days(31))
    clear_what_was_deleted()

    assert set(Session.with_deleted.values_list("title", flat=True)) == {"B", "C"}
    assert AttendanceRecord.objects.count() == 1


# --- Choice groups -----------------------------------------------------------------------------------------------


def test_two_people_in_one_choice_group_lose_nothing(client, event, bob):
    group = event.choice_groups.create(name="Visits", pick=1)
    page = address("edit_choice_group", group.pk)
    opened = {"opened_with": client.get(page).context["form"]["opened_with"].value()}
    event.choice_groups.filter(pk=group.pk).update(name="Trips", pick=2)

    answer = client.post(page, {"name": "Tours", "pick": "1", **opened})

    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("Tours", "Trips")]
    assert 'value="Tours"' in answer.content.decode()
    group.refresh_from_db()
    assert group.name == "Trips"
    client.post(page, {"name": "Tours", "pick": "1", **opened, "keep-name": "mine"})
    group.refresh_from_db()
    assert (group.name, group.pick) == ("Tours", 2)


def test_a_choice_group_is_made_changed_and_dissolved(client, event, bob):
    client.post(address("add_choice_group"), {"name": "Visits", "pick": "2"})
    group = event.choice_groups.get()
    session = create_session(event, choice_group=group)
    client.post(address("edit_choice_group", group.pk), {"name": "Afternoon", "pick": ""})
    group.refresh_from_db()
    assert (group.name, group.pick) == ("Afternoon", None)

    client.post(address("delete_choice_group", group.pk))
    session.refresh_from_db()
    assert session.choice_group is None


@pytest.mark.parametrize(
    ("name", "pick", "words"),
    [
        ("", "2", "Enter a name"),
        ("Visits", "2", "There is a group of this name"),
        ("X", "0", "at least one"),
        ("X", "x", "whole number"),
    ],
)
def test_a_wrong_choice_group_is_refused_in_words(client, event, bob, name, pick, words):
    ChoiceGroup.objects.create(event=event, name="Visits")

    answer = client.post(address("add_choice_group"), {"name": name, "pick": pick})

    assert answer.status_code == 422
    assert words in answer.content.decode()


# --- Calendars and queries ---------------------------------------------------------------------------------------


def test_every_change_of_a_programme_is_told_once_to_calendars_and_pages(client, event, bob):
    a, b, _c = three(event)
    event.refresh_from_db()
    acts = [
        lambda: client.post(address("change_session", b.pk), {"act": "earlier"}),
        lambda: client.post(address("shift_sessions", a.pk), {"minutes": "5"}),
        lambda: client.post(address("change_session", b.pk), {"act": "delete"}),
        lambda: client.post(address("restore_session", b.pk)),
        lambda: client.post(address("add_session"), typed(**{"speakers-0-name": "Ana"})),
    ]

    versions = [CalendarState.current()]
    for act in acts:
        assert act().status_code == 302
        versions.append(CalendarState.current())

    assert [later - earlier for earlier, later in pairwise(versions)] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("name", ["organise_programme", "add_session", "organise_speakers", "organise_documents"])
def test_pages_take_the_same_queries_for_1_and_30_sessions(client, event, bob, name):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(name)).status_code == 200
        return len(captured)

    def one_more() -> None:
        session = create_session(event, start_time=NINE, site=create_site())
        Contribution.objects.create(session=session, speaker=create_speaker(event))
        event.documents.create(session=session, title="Slides")

    one_more()
    queries()
    with_one = queries()
    for _n in range(29):
        one_more()

    # A form of a session also reads where its project has been before.
    assert queries() == with_one <= 19


def test_what_people_typed_is_never_markup(client, event, bob):
    create_session(event, title="<script>alert(1)</script>", track="<b>", speaker="<i>")

    assert "<script>alert" not in client.get(address("organise_programme")).content.decode()


def test_the_form_carries_what_it_was_opened_with(client, event, bob):
    session = create_session(event, title="Opening")

    assert json.loads(opened(client, session))["title"] == "Opening"


UNKNOWN_ACCESS = dict.fromkeys(ACCESS_FIELDS, "unknown")


# --- Places of sessions ------------------------------------------------------------------------------------------


def test_a_missing_place_is_added_and_what_was_typed_is_there_again(client, event, bob):
    form = address("add_session")

    answer = client.post(address("draft", "session-new"), typed(title="Workshop", keep="venues"))
    assert answer.url == f"{reverse('events:new_place', args=['venues'])}?{urlencode({'back': form})}"
    assert f'href="{form}?draft=1"' in client.get(answer.url).content.decode()
    answer = client.post(answer.url, {"name": "Old mill", **UNKNOWN_ACCESS})
    mill = Venue.objects.get(name="Old mill")
    assert answer.url == f"{form}?draft=1&place=venue%3A{mill.pk}"

    page = client.get(answer.url).content.decode()
    assert 'value="Workshop"' in page
    assert f'<option value="venue:{mill.pk}" selected>' in page


def test_one_comes_back_to_no_other_address(client, bob):
    for other in ("https://example.org/", "//example.org/", "/en/help/", "x"):
        address = f"{reverse('events:new_place', args=['venues'])}?{urlencode({'back': other})}"
        assert "?draft=1" not in client.get(address).content.decode()
        answer = client.post(address, {"name": f"Hall {other}", **UNKNOWN_ACCESS})
        assert answer.url.startswith("/en/organise/places/venues/")


def test_places_of_the_project_are_offered_before_others(event):
    near, far = create_venue(name="Near", city="Zwolle"), create_venue(name="Far", city="Aachen")
    create_session(create_event(event.project), venue=near)

    groups = dict(Places.of(event).choices(event, None)[1:])

    (label,) = [label for label, options in groups.items() if (f"venue:{near.pk}", str(near)) in options]
    assert label == "Places of this event and its project"
    labels = list(groups)
    assert labels.index(label) < labels.index("Other venues")
    assert (f"venue:{far.pk}", str(far)) in groups["Other venues"]


def options(page: str) -> list[str]:
    (select,) = re.findall(r'<select name="place".*?</select>', page, re.DOTALL)
    return [name.strip() for name in re.findall(r"<option[^>]*>([^<]*)", select)]


def test_places_in_the_town_of_the_event_come_before_others(event):
    here, far = create_venue(name="Here", city="Maastricht"), create_venue(name="Far", city="Aachen")
    site = create_site(name="Mine", city="Maastricht")

    groups = dict(Places.of(event).choices(event, None)[1:])

    assert groups["Places in Maastricht"] == [(f"venue:{here.pk}", str(here)), (f"site:{site.pk}", str(site))]
    assert groups["Other venues"] == [(f"venue:{far.pk}", str(far))]


def test_a_long_list_of_places_is_searched_and_what_was_typed_stays(client, event, bob):
    page = address("add_session")
    assert 'name="find"' not in client.get(page).content.decode()
    for number in range(MOST_TO_LOOK_THROUGH):
        create_venue(name=f"Hall {number}", city="Liège")
    mill = create_venue(name="Old mill", city="Liège")
    room = Room.objects.create(venue=mill, name="Room Élan")
    asked = typed(title="Workshop", found="", **{"speakers-0-name": "Ana"})

    answer = client.post(page, {**asked, "find": "MILL liege"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert options(text) == ["The place of the event", str(mill), f"{mill}: {room.name}"]
    assert 'value="Workshop"' in text and 'value="Ana"' in text
    assert not event.sessions.exists()
    assert options(client.post(page, {**asked, "find": "elan"}).content.decode())[1:] == [f"{mill}: {room.name}"]

    # What is found is chosen, and saved.
    chosen = {**asked, "find": "mill", "found": "mill", "place": f"room:{room.pk}"}
    assert client.post(page, chosen).status_code == 302
    assert event.sessions.get().room == room


def test_a_place_that_was_chosen_stays_offered_and_no_match_offers_all(client, event, bob):
    halls = [create_venue(name=f"Hall {number}") for number in range(MOST_TO_LOOK_THROUGH + 1)]
    create_venue(name="Old mill")
    session = create_session(event, venue=halls[3])
    page = address("edit_session", session.pk)
    asked = typed(place=f"venue:{halls[5].pk}", found="")

    text = client.post(page, {**asked, "find": "mill"}).content.decode()
    assert len(options(text)) == 4
    assert f'<option value="venue:{halls[5].pk}" selected>' in text

    text = client.post(page, {**asked, "find": "no such place"}).content.decode()
    assert "No place has “no such place”. The list shows all." in text
    assert len(options(text)) == 1 + len(halls) + 1

    # Pressing the button without any words shows the list again, and saves nothing.
    assert client.post(page, {**asked, "find": "", "search": "1"}).status_code == 200
    session.refresh_from_db()
    assert session.venue == halls[3]


def test_a_session_is_dragged_by_several_places_at_once(client, event, bob):
    for hour, title in ((9, "One"), (10, "Two"), (11, "Three")):
        create_session(event, title=title, start_time=time(hour), end_time=time(hour + 1), day=1)
    one = event.sessions.get(title="One")

    client.post(address("change_session", one.pk), {"act": "later", "steps": "2"})
    assert list(event.sessions.in_order().values_list("title", flat=True)) == ["Two", "Three", "One"]

    # Further than there is: nothing moves by half.
    client.post(address("change_session", one.pk), {"act": "earlier", "steps": "9"})
    assert list(event.sessions.in_order().values_list("title", flat=True)) == ["Two", "Three", "One"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [("exactly", "Choose 2 of 3"), ("at_least", "Choose at least 2 of 3"), ("at_most", "Choose at most 2 of 3")],
)
def test_the_rule_of_a_choice_group_is_said_on_the_page_of_the_event(client, event, bob, rule, words):
    client.post(address("add_choice_group"), {"name": "Visits", "rule": rule, "pick": "2"})
    group = event.choice_groups.get()
    for hour in (9, 11, 13):
        create_session(event, choice_group=group, start_time=time(hour), end_time=time(hour + 1))

    assert group.rule == rule
    assert words in client.get(event.get_absolute_url()).content.decode()


def test_a_rule_that_is_none_is_refused(client, event, bob):
    assert client.post(address("add_choice_group"), {"name": "Visits", "rule": "some", "pick": "2"}).status_code == 422
    assert event.choice_groups.count() == 0
