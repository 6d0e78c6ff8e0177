"""The form of a session: what people type, and two who write at once lose nothing."""

import json
from datetime import time, timedelta

import pytest
from django.urls import reverse

from events.models import ChoiceGroup, Contribution, Draft, Session
from events.programme.forms import clock, length
from tests.factories import create_session, create_site, create_speaker, create_venue
from venues.models import Room

from .editing import NINE, TEN, address, opened, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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


def test_the_form_carries_what_it_was_opened_with(client, event, bob):
    session = create_session(event, title="Opening")

    assert json.loads(opened(client, session))["title"] == "Opening"


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
