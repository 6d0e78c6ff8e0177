"""The programme as people read it: side by side, marked as one's own, and without what is for others."""

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse

from events.models import CalendarState, ChoiceGroup, Contribution, Event, Session
from events.programme.days import programme, shown_sessions
from events.programme.editor import sessions_of
from events.programme.warnings import warnings
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_session,
    create_site,
    create_speaker,
    create_venue,
)
from venues.models import Room

from ..test_pages import queries, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NINE, HALF_NINE, TEN, ELEVEN, NOON = time(9), time(9, 30), time(10), time(11), time(12)
PARTNERS = Session.Visibility.PARTNERS


@pytest.fixture
def event():
    return create_event(slug="conference", title="The conference", venue=create_venue(city="Maastricht"))


def slots(event: Event) -> list[list[tuple[str, int]]]:
    days = programme(event, shown_sessions(event, None), language="en")
    return [[(item.session.title, item.column) for item in slot.items] for day in days for slot in day.slots]


# --- Side by side ------------------------------------------------------------------------------------------------


def test_tracks_stand_in_columns_and_are_read_in_order_of_time(event):
    for title, track, start, end in [
        ("A1", "Waste", NINE, HALF_NINE),
        ("B1", "Water", NINE, TEN),
        ("A2", "Waste", HALF_NINE, TEN),
        ("B2", "Water", TEN, ELEVEN),
    ]:
        create_session(event, title=title, track=track, start_time=start, end_time=end)
    create_session(event, title="Lunch", start_time=NOON)

    assert slots(event) == [[("A1", 1), ("B1", 2), ("A2", 1)], [("B2", 0)], [("Lunch", 0)]]


def test_sessions_that_start_together_stand_side_by_side(event):
    for title in ("A", "B", "C"):
        create_session(event, title=title, start_time=NINE, end_time=TEN)
    create_session(event, title="D", start_time=HALF_NINE, end_time=TEN)

    assert slots(event) == [[("A", 1), ("B", 2), ("C", 3)], [("D", 0)]]


def test_a_choice_group_stays_together_whatever_its_times(event):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    create_session(event, title="A", start_time=NINE, end_time=TEN, choice_group=group)
    create_session(event, title="Coffee", start_time=HALF_NINE, end_time=TEN)
    create_session(event, title="B", start_time=TEN, end_time=ELEVEN, choice_group=group)

    assert slots(event) == [[("A", 1), ("B", 2)], [("Coffee", 0)]]


def test_one_track_alone_is_no_column(event):
    create_session(event, title="A", track="Waste", start_time=NINE, end_time=TEN)
    create_session(event, title="B", track="Waste", start_time=HALF_NINE, end_time=TEN)

    assert slots(event) == [[("A", 0)], [("B", 0)]]


def test_more_than_six_columns_wrap(event):
    for _n in range(7):
        create_session(event, start_time=NINE, end_time=TEN)

    (day,) = programme(event, shown_sessions(event, None), language="en")

    assert day.slots[0].columns == 0


# --- What is said of a session -----------------------------------------------------------------------------------


def test_a_session_says_who_speaks_in_which_languages_and_what_is_not_certain(client, event):
    session = create_session(
        event,
        title="Panel on sorting",
        kind="panel",
        places=30,
        is_to_be_confirmed=True,
        spoken_languages="English, Italian",
        interpretation="Hungarian",
    )
    ana = create_speaker(event, name="Ana Őri", function="Head of waste", organisation_name="City of Pécs")
    Contribution.objects.create(session=session, speaker=ana, role="moderator", is_to_be_confirmed=True)
    create_speaker(event, name="Bo Ek")

    page = read(client, "/en/events/conference/")

    assert "Panel on sorting" in page
    assert "30 places" in page
    assert "Ana Őri (Moderator) Head of waste, City of Pécs To be confirmed" in page
    assert "Languages: English, Italian · Interpreted into: Hungarian" in page
    # Announced for the event, and in no session yet.
    assert "Further speakers Bo Ek" in page


def test_without_a_programme_the_page_says_when_it_follows(client, event):
    assert "The programme follows." in read(client, "/en/events/conference/")

    event.programme_follows_on = date(2027, 5, 3)
    event.save()

    assert "The programme follows by 3 May 2027." in read(client, "/en/events/conference/")


def test_a_transfer_is_shown_as_one(client, event):
    create_session(event, title="Bus to Geleen", kind="transfer", start_time=NINE)

    assert '<li class="session transfer">' in client.get("/en/events/conference/").content.decode()


# --- Who sees it -------------------------------------------------------------------------------------------------


def test_sessions_for_partners_are_there_for_people_with_a_role_only(client):
    project = create_project()
    event = create_event(project, slug="conference")
    secret = create_session(event, title="Steering group", visibility=PARTNERS)
    speaker = create_speaker(event, name="Only there")
    Contribution.objects.create(session=secret, speaker=speaker)
    create_session(event, title="Opening")
    partner = create_coordinator(create_partner(project), "Charlie")
    stranger = create_lead(create_project(), "Mallory")
    other = create_project()
    event.other_projects.add(other)
    sharing = create_coordinator(create_partner(other), "Dora")

    def seen(user) -> list[bool]:
        client = Client()
        if user:
            client.force_login(user)
        addresses = ["/en/events/conference/", "/en/events/conference/my-programme/"]
        pages = [read(client, address) for address in addresses]
        return ["Steering group" in page for page in pages] + ["Only there" in page for page in pages]

    # The order matters: the page that a partner saw must not be the one that is kept for the public.
    assert seen(partner) == [True] * 4
    assert seen(None) == [False] * 4
    assert seen(sharing) == [True] * 4
    assert seen(stranger) == [False] * 4


def test_what_is_for_partners_is_marked_for_them(client):
    project = create_project()
    event = create_event(project, slug="conference")
    create_session(event, title="Steering group", visibility=PARTNERS)
    client.force_login(create_lead(project))

    assert "Only people with a role in the project see this" in read(client, "/en/events/conference/")


def test_what_was_deleted_is_on_no_page(client, event):
    session = create_session(event, title="Opening")
    read(client, "/en/events/conference/")

    session.put_away()

    assert "Opening" not in read(client, "/en/events/conference/")


# --- My programme ------------------------------------------------------------------------------------------------


def test_what_was_marked_is_in_the_address_and_shown_alone(client, event):
    a = create_session(event, title="Opening", start_time=NINE, end_time=TEN)
    create_session(event, title="Lunch", start_time=NOON)

    answer = client.get("/en/events/conference/my-programme/", {"mine": [str(a.pk)]})

    assert [[item.session.title for item in slot.items] for slot in answer.context["mine"][0].slots] == [["Opening"]]
    assert answer.content.decode().count(" checked") == 1
    assert set(answer.cookies) <= {"csrftoken"}


def test_my_programme_does_not_ask_again_what_was_chosen(client, event):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    sessions = [create_session(event, start_time=NINE, end_time=TEN, choice_group=group) for _n in range(3)]

    page = read(client, f"/en/events/conference/my-programme/?mine={sessions[0].pk}&mine={sessions[1].pk}")

    mine, _heading, everything = page.partition("Change what I marked")
    assert "Choose" not in mine
    assert "Choose 2 of 3" in everything


@pytest.mark.parametrize("mine", ["x", "-1", "99999999999999999999", "\x00", "1.0"])
def test_junk_in_the_address_marks_nothing(client, event, mine):
    create_session(event, title="Opening")

    answer = client.get("/en/events/conference/my-programme/", {"mine": [mine]})

    assert answer.status_code == 200
    assert answer.context["mine"] == []
    assert "not in the programme any more" in answer.content.decode()


def test_nobody_marks_what_they_take_part_in_when_an_event_is_over(client, event):
    create_session(event)
    address = f"/en/events/{event.slug}/"
    mark = "Mark what you take part in"

    before = client.get(address).content.decode()
    Event.objects.filter(pk=event.pk).update(status=Event.Status.HELD)
    CalendarState.advance()

    assert mark in before
    assert mark not in client.get(address).content.decode()


def test_the_calendar_of_my_programme_holds_what_is_marked_and_nothing_hidden(client):
    event = create_event(slug="conference", time_zone="Europe/Amsterdam")
    mine = create_session(event, title="Opening", start_time=NINE, end_time=TEN)
    create_session(event, title="Lunch", start_time=NOON)
    hidden = create_session(event, title="Steering group", start_time=TEN, visibility=PARTNERS)

    answer = client.get(f"/en/events/conference/my-programme.ics?mine={mine.pk}&mine={hidden.pk}")

    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert text.count("BEGIN:VEVENT") == 1
    assert "Opening" in text
    assert "DTSTART;TZID=Europe/Amsterdam:20270520T090000" in text
    assert "BEGIN:VTIMEZONE" in text


@pytest.mark.parametrize("page", ["my-programme/", "my-programme.ics"])
def test_the_programme_of_a_draft_is_not_found(client, page):
    create_event(slug="draft", status=Event.Status.DRAFT)

    assert client.get(f"/en/events/draft/{page}").status_code == 404


def test_my_programme_takes_the_same_queries_for_one_and_three_sessions(client, event):
    def one_more() -> None:
        session = create_session(event, start_time=NINE, site=create_site())
        Contribution.objects.create(session=session, speaker=create_speaker(event))

    one_more()
    with_one = queries(client, "/en/events/conference/my-programme/")
    one_more()
    one_more()

    assert queries(client, "/en/events/conference/my-programme/") == with_one <= 8


# --- What to look at ---------------------------------------------------------------------------------------------


def concerns(event: Event) -> list[str]:
    event = Event.objects.with_page_data().get(pk=event.pk)
    return [concern.text for concern in warnings(event, sessions_of(event))]


def test_a_programme_without_trouble_has_no_warnings(event):
    create_session(event, title="A", start_time=NINE, end_time=TEN)
    create_session(event, title="B", start_time=TEN, end_time=ELEVEN)
    create_session(event, title="C", start_time=TEN, end_time=ELEVEN)

    assert concerns(event) == []


def test_two_sessions_in_one_room(event):
    room = Room.objects.create(venue=event.venue, name="Room Maas")
    create_session(event, title="A", start_time=NINE, end_time=TEN, room=room)
    create_session(event, title="B", start_time=NINE, end_time=TEN, room=room)

    assert concerns(event) == ["“A” and “B” are in the same room at the same time: Room Maas."]


def test_one_speaker_in_two_sessions(event):
    ana = create_speaker(event, name="Ana")
    for title in ("A", "B"):
        session = create_session(event, title=title, start_time=NINE, end_time=TEN)
        Contribution.objects.create(session=session, speaker=ana)

    assert concerns(event) == ["Ana is in “A” and in “B” at the same time."]

    ana.put_away()
    assert concerns(event) == []


def test_sessions_that_overlap(event):
    create_session(event, title="A", start_time=NINE, end_time=TEN, track="Waste")
    create_session(event, title="B", start_time=HALF_NINE, end_time=TEN, track="Waste")
    create_session(event, title="C", start_time=ELEVEN, end_time=NOON)
    create_session(event, title="D", start_time=time(11, 30), end_time=NOON)

    assert concerns(event) == [
        "“A” and “B” overlap in one track: Waste.",
        "“C” and “D” overlap, and the same people are expected in both.",
    ]


def test_another_town_needs_a_transfer_that_leaves_and_arrives_in_time(event):
    create_session(event, title="A", start_time=NINE, end_time=TEN)
    create_session(event, title="Visit", start_time=ELEVEN, end_time=NOON, site=create_site(city="Geleen"))
    assert concerns(event) == ["No transfer from Maastricht to Geleen: “A” is followed by “Visit”."]

    bus = create_session(event, title="Bus", kind="transfer", start_time=time(9, 45), end_time=time(11, 15))
    assert sorted(concerns(event)) == [
        "The transfer “Bus” arrives at 11:15, after “Visit” starts.",
        "The transfer “Bus” leaves at 09:45, before “A” ends.",
        "“A” and “Bus” overlap, and the same people are expected in both.",
        "“Bus” and “Visit” overlap, and the same people are expected in both.",
    ]

    bus.start_time, bus.end_time = TEN, ELEVEN
    bus.save()
    assert concerns(event) == []


def test_two_houses_of_one_town_need_ten_minutes(event):
    create_session(event, title="A", start_time=NINE, end_time=TEN)
    create_session(event, title="B", start_time=time(10, 5), venue=create_venue(name="Town hall", city="Maastricht"))

    (text,) = concerns(event)
    assert text.startswith("Too little time from ")


def test_what_is_outside_the_event(event):
    create_session(event, title="Early", day=1, start_time=time(8), end_time=NINE)
    create_session(event, title="Late", day=2, start_time=time(17))
    create_session(event, title="Never", day=3, start_time=NINE)

    assert concerns(event) == [
        "“Early” starts at 08:00, before the event does.",
        "“Late” starts at 17:00, after the event ends.",
        "“Never” is on day 3, after the last day of the event.",
    ]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 3, 28), "“A”: 02:30 does not exist on this day, because the clocks go forward."),
        (date(2027, 10, 31), "“A”: 02:30 is there twice on this day, because the clocks go back."),
    ],
)
@pytest.mark.parametrize(("zone", "hour"), [("Europe/Amsterdam", 2), ("Europe/Lisbon", 1), ("Europe/Tallinn", 3)])
def test_the_night_in_which_the_clocks_change(day, words, zone, hour):
    event = create_event(starts_on=day, ends_on=day, start_time=None, end_time=None, time_zone=zone)
    create_session(event, title="A", start_time=time(hour, 30), end_time=NINE)

    found = concerns(event)

    assert found[0].startswith("The clocks change on Sunday")
    assert found[1:] == [words.replace("02:30", f"{hour:02}:30")]


def test_a_choice_group_runs_at_one_time_and_leaves_something_to_choose(event):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=1)
    create_session(event, title="A", start_time=NINE, end_time=TEN, choice_group=group)
    assert concerns(event) == ["“Visits”: nothing is left to choose when everybody takes part in 1 of 1."]

    create_session(event, title="B", start_time=TEN, end_time=ELEVEN, choice_group=group)
    assert concerns(event) == ["“B” is not at the same time as the others of its group, “Visits”."]


TOO_FEW = "“Visits”: everybody takes part in 2 of 3, but the times allow no more than 1."


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param([(NINE, TEN), (NINE, TEN), (NINE, TEN)], [TOO_FEW], id="all at once"),
        pytest.param([(NINE, ELEVEN), (HALF_NINE, NOON), (TEN, time(13))], [TOO_FEW], id="each pair overlaps"),
        pytest.param([(NINE, None), (NINE, None), (NINE, TEN)], [TOO_FEW], id="without ends, begun together"),
        pytest.param([(NINE, TEN), (TEN, ELEVEN), (NINE, ELEVEN)], [], id="two fit, beside a long one"),
        pytest.param([(NINE, TEN), (NINE, TEN), (None, None)], [], id="a time is open"),
    ],
)
def test_so_many_of_a_choice_group_can_be_taken_part_in_as_it_asks_for(event, times, expected):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    for starts, ends in times:
        create_session(event, start_time=starts, end_time=ends, places=20, choice_group=group)

    assert concerns(event) == expected


def test_the_way_between_two_houses_counts_in_a_choice_group(event):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    hall, mill = create_venue(name="Town hall"), create_venue(name="Mill")
    here = create_session(event, title="A", start_time=NINE, end_time=TEN, venue=hall, choice_group=group)
    for venue in (hall, mill):
        create_session(event, start_time=time(10, 5), end_time=ELEVEN, venue=venue, choice_group=group)
    assert TOO_FEW not in concerns(event)

    here.venue = create_venue(name="Castle")
    here.save()
    assert TOO_FEW in concerns(event)


def test_sessions_of_one_choice_group_may_be_on_two_days(event):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    for day in (1, 1, 2):
        create_session(event, day=day, start_time=TEN, end_time=ELEVEN, choice_group=group)

    assert concerns(event) == []


def test_warnings_stand_on_top_of_the_editor_and_lead_to_their_session(client, event):
    client.force_login(create_lead(event.project))
    room = Room.objects.create(venue=event.venue, name="Room Maas")
    create_session(event, title="A", start_time=NINE, end_time=TEN, room=room)
    second = create_session(event, title="B", start_time=NINE, end_time=TEN, room=room)

    page = client.get(reverse("events:organise_programme", args=["conference"])).content.decode()

    assert "1 thing to look at" in page
    assert f'<a href="#session-{second.pk}">' in page
    assert f'id="session-{second.pk}"' in page
