"""One event as RFC 5545 text: what each case shows, and bytes that every program reads alike.

What is written is read back by two parsers that share no code: icalendar goes by the name of a time zone, vobject by
the VTIMEZONE in the file.
"""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import vobject
from django.conf import settings

from events.exceptions import AlreadyHeld
from events.ical import (
    FORMAT_EPOCH,
    Personal,
    calendar_bytes,
    deadline_vevent,
    entry,
    event_file,
    session_uid,
    session_vevents,
    shown_until,
    uid,
    vevent,
)
from events.models import Contribution, Event, EventKind, EventLink, PlanChange, Session, Speaker
from events.subscriptions import OneEvent
from tests.conftest import NOW
from tests.events.reading import description, read
from tests.factories import (
    create_event,
    create_kind,
    create_organisation,
    create_partner,
    create_project,
    create_session,
    create_site,
    create_venue,
)
from venues.models import Room

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ONE_DAY = {"starts_on": date(2027, 5, 20), "ends_on": date(2027, 5, 20)}


def facts(event: Event) -> dict[str, object]:
    found = read(event)
    return {
        "summary": str(found["SUMMARY"]),
        "starts": found["DTSTART"].dt,
        "ends": found["DTEND"].dt if "DTEND" in found else None,
        "status": str(found["STATUS"]),
        "transp": str(found["TRANSP"]),
        "outlook": str(found["X-MICROSOFT-CDO-BUSYSTATUS"]),
    }


def amsterdam(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=zoneinfo.ZoneInfo("Europe/Amsterdam"))


# --- One identity ------------------------------------------------------------------------------------------------


def test_a_conference_keeps_its_uid_while_its_sequence_rises_with_each_plan():
    # As S3Chem's closing conference: a save the date, suspended, announced for another town, held online.
    event = create_event(
        create_project(acronym="S3Chem"),
        title="Closing conference",
        status=Event.Status.SAVE_THE_DATE,
        starts_on=date(2028, 6, 17),
        ends_on=date(2028, 6, 18),
        start_time=None,
        end_time=None,
        venue=create_venue(name="", city="Maastricht"),
    )
    seen = [read(event)]
    event.postpone(reason="Nobody can travel.")
    seen.append(read(event))
    event.announce(
        date_precision=Event.DatePrecision.DAY,
        starts_on=date(2028, 10, 22),
        ends_on=date(2028, 10, 22),
        venue=create_venue(name="Brightlands Chemelot Campus", city="Geleen"),
    )
    seen.append(read(event))
    event.change_plan(mode=Event.Mode.ONLINE, venue=None, start_time=time(10), end_time=time(12))
    seen.append(read(event))

    assert {str(found["UID"]) for found in seen} == {f"{event.uid}@{settings.CALENDAR_DOMAIN}"}
    assert [(found["SEQUENCE"], str(found["STATUS"]), str(found["SUMMARY"])) for found in seen] == [
        (0, "TENTATIVE", "SAVE THE DATE: Closing conference (S3Chem)"),
        (1, "TENTATIVE", "POSTPONED: Closing conference (S3Chem)"),
        (2, "CONFIRMED", "Closing conference (S3Chem)"),
        (3, "CONFIRMED", "Closing conference (S3Chem)"),
    ]
    assert [found["DTSTART"].dt for found in seen] == [
        date(2028, 6, 17),
        date(2028, 6, 17),
        date(2028, 10, 22),
        datetime(2028, 10, 22, 8, tzinfo=UTC),
    ]
    assert [str(found["LOCATION"]) for found in seen] == [
        "Maastricht, Netherlands",
        "Maastricht, Netherlands",
        "Brightlands Chemelot Campus, Geleen, Netherlands",
        "Online",
    ]


def test_the_uid_outlives_a_new_title_and_a_new_address():
    event = create_event(title="Draft title", slug="draft-title")
    before = uid(event)
    event.title, event.slug = "Final conference", "final-conference"
    event.save()

    assert str(read(event)["UID"]) == before


def test_holding_an_event_is_no_new_revision():
    event = create_event()
    event.hold()

    assert read(event)["SEQUENCE"] == 0
    with pytest.raises(AlreadyHeld):
        event.cancel(reason="Too late.")


def test_the_same_instant_in_another_zone_is_another_entry():
    event = create_event(**ONE_DAY)
    before = event_file(event, language="en")
    event.time_zone = "Europe/Brussels"

    assert b"DTSTART;TZID=Europe/Amsterdam:20270520T090000" in before
    assert b"DTSTART;TZID=Europe/Brussels:20270520T090000" in event_file(event, language="en")


# --- What each case shows (CALENDARS contract, section 2) --------------------------------------------------------

CASES = {
    "one day with times": (
        ONE_DAY,
        {
            "summary": "Meeting (PRO)",
            "starts": amsterdam(2027, 5, 20, 9),
            "ends": amsterdam(2027, 5, 20, 16),
            "status": "CONFIRMED",
            "transp": "OPAQUE",
            "outlook": "BUSY",
        },
    ),
    "one day, end not known": (
        {**ONE_DAY, "end_time": None},
        {
            "summary": "Meeting (PRO)",
            "starts": amsterdam(2027, 5, 20, 9),
            "ends": None,
            "status": "CONFIRMED",
            "transp": "OPAQUE",
            "outlook": "BUSY",
        },
    ),
    "one day online": (
        {**ONE_DAY, "mode": Event.Mode.ONLINE},
        {
            "summary": "Meeting (PRO)",
            "starts": datetime(2027, 5, 20, 7, tzinfo=UTC),
            "ends": datetime(2027, 5, 20, 14, tzinfo=UTC),
            "status": "CONFIRMED",
            "transp": "OPAQUE",
            "outlook": "BUSY",
        },
    ),
    "one day without times": (
        {**ONE_DAY, "start_time": None, "end_time": None},
        {
            "summary": "Meeting (PRO)",
            "starts": date(2027, 5, 20),
            "ends": date(2027, 5, 21),
            "status": "CONFIRMED",
            "transp": "TRANSPARENT",
            "outlook": "FREE",
        },
    ),
    "several days": (
        {},
        {
            "summary": "Meeting (PRO)",
            "starts": date(2027, 5, 20),
            "ends": date(2027, 5, 22),
            "status": "CONFIRMED",
            "transp": "TRANSPARENT",
            "outlook": "FREE",
        },
    ),
    "several days, held": (
        {"status": Event.Status.HELD},
        {
            "summary": "Meeting (PRO)",
            "starts": date(2027, 5, 20),
            "ends": date(2027, 5, 22),
            "status": "CONFIRMED",
            "transp": "TRANSPARENT",
            "outlook": "FREE",
        },
    ),
    "save the date": (
        {**ONE_DAY, "status": Event.Status.SAVE_THE_DATE},
        {
            "summary": "SAVE THE DATE: Meeting (PRO)",
            "starts": date(2027, 5, 20),
            "ends": date(2027, 5, 21),
            "status": "TENTATIVE",
            "transp": "TRANSPARENT",
            "outlook": "TENTATIVE",
        },
    ),
    "a month": (
        {"date_precision": Event.DatePrecision.MONTH},
        {
            "summary": "Meeting (PRO), day not known",
            "starts": date(2027, 5, 1),
            "ends": date(2027, 6, 1),
            "status": "TENTATIVE",
            "transp": "TRANSPARENT",
            "outlook": "FREE",
        },
    ),
    "a month, held": (
        {"date_precision": Event.DatePrecision.MONTH, "status": Event.Status.HELD},
        {
            "summary": "Meeting (PRO), day not known",
            "starts": date(2027, 5, 1),
            "ends": date(2027, 6, 1),
            "status": "CONFIRMED",
            "transp": "TRANSPARENT",
            "outlook": "FREE",
        },
    ),
    "cancelled": (
        {**ONE_DAY, "status": Event.Status.CANCELLED, "cancelled_at": datetime(2027, 2, 1, tzinfo=UTC)},
        {
            "summary": "CANCELLED: Meeting (PRO)",
            "starts": amsterdam(2027, 5, 20, 9),
            "ends": amsterdam(2027, 5, 20, 16),
            "status": "CANCELLED",
            "transp": "TRANSPARENT",
            "outlook": "FREE",
        },
    ),
}


@pytest.mark.parametrize(("fields", "expected"), CASES.values(), ids=CASES)
def test_each_case_shows_as_programs_understand_it(fields, expected):
    event = create_event(create_project(acronym="PRO"), title="Meeting", **fields)

    assert facts(event) == expected


@pytest.mark.parametrize("fields", [fields for fields, _expected in CASES.values()], ids=CASES)
def test_both_parsers_read_the_same_of_each_case(fields):
    event = create_event(title="Meeting", **fields)
    found, other = read(event), vobject.readOne(event_file(event, language="en").decode()).vevent

    def instant(moment: date | datetime) -> date | datetime:
        return moment.astimezone(UTC) if isinstance(moment, datetime) else moment

    assert instant(other.dtstart.value) == instant(found["DTSTART"].dt)
    if "DTEND" in found:
        assert instant(other.dtend.value) == instant(found["DTEND"].dt)
    assert (other.uid.value, other.status.value, other.summary.value) == (
        str(found["UID"]),
        str(found["STATUS"]),
        str(found["SUMMARY"]),
    )


def test_an_event_without_any_date_is_in_no_calendar():
    event = create_event(date_precision=Event.DatePrecision.UNKNOWN)

    assert vevent(event, "en") == b""
    assert event_file(event, language="en") == b""


def test_a_postponed_event_stays_where_it_was():
    event = create_event(create_project(acronym="PRO"), title="Meeting", **ONE_DAY)
    event.postpone(reason="The hall was flooded.")

    assert facts(event) == {
        "summary": "POSTPONED: Meeting (PRO)",
        "starts": amsterdam(2027, 5, 20, 9),
        "ends": amsterdam(2027, 5, 20, 16),
        "status": "TENTATIVE",
        "transp": "TRANSPARENT",
        "outlook": "FREE",
    }


def test_a_postponed_month_stays_that_month():
    event = create_event(create_project(acronym="PRO"), title="Meeting", date_precision=Event.DatePrecision.MONTH)
    event.postpone(reason="No speaker yet.")

    found = facts(event)
    assert (found["summary"], found["starts"], found["ends"]) == (
        "POSTPONED: Meeting (PRO), day not known",
        date(2027, 5, 1),
        date(2027, 6, 1),
    )


def test_an_event_that_is_cancelled_after_it_was_postponed_is_cancelled_where_it_was():
    event = create_event(create_project(acronym="PRO"), title="Meeting", **ONE_DAY)
    event.postpone(reason="The hall was flooded.")
    event.cancel(reason="No other hall.")

    found = facts(event)
    assert (found["summary"], found["starts"], found["status"]) == (
        "CANCELLED: Meeting (PRO)",
        amsterdam(2027, 5, 20, 9),
        "CANCELLED",
    )


@pytest.mark.parametrize(
    ("cancelled_on", "last_day"),
    [
        (datetime(2027, 3, 1, tzinfo=UTC), date(2027, 6, 19)),
        (datetime(2027, 8, 1, 12, tzinfo=UTC), date(2027, 8, 31)),
    ],
    ids=["cancelled before its end", "cancelled after its end"],
)
def test_a_cancelled_event_stays_until_30_days_after_its_end_and_its_cancelling(cancelled_on, last_day):
    event = create_event(**ONE_DAY)
    event.cancel(reason="Nobody comes.", at=cancelled_on)

    assert shown_until(event) == last_day


# --- What it says ------------------------------------------------------------------------------------------------


def test_an_event_says_what_whoever_reads_only_the_calendar_has_to_know():
    project = create_project(acronym="BETTER")
    venue = create_venue(
        name="Kulturhaus",
        address="Schremser Straße 6",
        city="Gmünd",
        country="AT",
        latitude=48.7667,
        longitude=14.9833,
    )
    event = create_event(
        project,
        title="Final conference",
        slug="final-conference",
        kind=create_kind("final-conference"),
        summary="What five cities learned.",
        venue=venue,
        host=create_partner(project, organisation=create_organisation(name="City of Gmünd")),
        **ONE_DAY,
    )

    found = read(event)
    assert str(found["LOCATION"]) == "Kulturhaus, Schremser Straße 6, Gmünd, Austria"
    assert found["GEO"].to_ical() == "48.7667;14.9833"
    assert found["CATEGORIES"].cats == ["Final conference"]
    assert str(found["URL"]) == "http://testserver/en/events/final-conference/"
    assert str(found["CLASS"]) == "PUBLIC"
    assert description(event) == [
        "What five cities learned.",
        "Host: City of Gmünd",
        "http://testserver/en/events/final-conference/",
    ]


def test_the_times_of_an_event_of_several_days_are_told_in_words():
    event = create_event(venue=create_venue(city="Maastricht"), slug="two-days")

    assert description(event) == [
        "Thursday 20 May 2027, 09:00 to Friday 21 May 2027, 16:00 (Maastricht time, UTC+2)",
        "http://testserver/en/events/two-days/",
    ]


def test_an_unknown_end_is_said():
    assert description(create_event(slug="open-end", end_time=None, **ONE_DAY)) == [
        "The end is not known yet.",
        "http://testserver/en/events/open-end/",
    ]


def test_the_reason_comes_first_when_an_event_is_cancelled():
    event = create_event(slug="gone", summary="About waste.", start_time=None, end_time=None)
    event.cancel(reason="The hall was flooded.")

    assert description(event) == [
        "Cancelled: The hall was flooded.",
        "About waste.",
        "http://testserver/en/events/gone/",
    ]


def test_the_news_comes_first_when_an_event_moves():
    event = create_event(slug="moved", venue=create_venue(name="Town hall", city="Maastricht"), **ONE_DAY)
    event.change_plan(reason="The hall was flooded.", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))

    assert description(event) == [
        "New time or place: The hall was flooded.",
        "Before: Thursday 20 May 2027, 09:00–16:00 (Maastricht time, UTC+2), Town hall, Maastricht",
        "http://testserver/en/events/moved/",
    ]


def test_what_becomes_known_at_last_moves_nobody():
    event = create_event(slug="known", date_precision=Event.DatePrecision.MONTH, status=Event.Status.SAVE_THE_DATE)
    event.announce(
        date_precision=Event.DatePrecision.DAY, start_time=time(9), venue=create_venue(name="Town hall"), **ONE_DAY
    )

    assert event.sequence == 1
    assert description(event) == ["The end is not known yet.", "http://testserver/en/events/known/"]


def test_what_was_undone_at_once_is_no_news(clock):
    event = create_event(slug="undone", venue=create_venue(name="Town hall"), **ONE_DAY)
    change = event.change_plan(reason="The hall was flooded.", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))
    change.undo()

    found = read(event)
    # Somebody's calendar may have asked in between, so the number rises all the same.
    assert (found["SEQUENCE"], found["DTSTART"].dt) == (2, amsterdam(2027, 5, 20, 9))
    assert description(event) == ["http://testserver/en/events/undone/"]


def test_a_cancelled_event_names_what_it_became_as_far_as_everybody_sees_it():
    event = create_event(slug="conference")
    outcomes = [
        create_event(title="Maastricht, day 1", slug="maastricht"),
        create_event(title="Hidden", slug="hidden", visibility=Event.Visibility.PARTNERS),
        create_event(title="Draft", slug="draft", status=Event.Status.DRAFT),
    ]
    for outcome in outcomes:
        EventLink.objects.create(kind=EventLink.Kind.SPLIT, origin=event, outcome=outcome, made_at=NOW)
    event.cancel(reason="It became two.")

    assert description(event)[:2] == [
        "Cancelled: It became two.",
        "See instead: Maastricht, day 1, http://testserver/en/events/maastricht/",
    ]
    assert "idden" not in "".join(description(event))
    assert "raft" not in "".join(description(event)).replace("draft/", "")


def test_a_place_that_is_not_certain_says_so():
    event = create_event(venue=create_venue(name="", city="Geleen"), place_to_be_confirmed=True, **ONE_DAY)

    assert str(read(event)["LOCATION"]) == "Geleen, Netherlands (to be confirmed)"


def test_a_draft_is_marked_and_takes_nobodys_time():
    event = create_event(create_project(acronym="PRO"), title="Meeting", status=Event.Status.DRAFT, **ONE_DAY)
    found = facts(event)

    assert found["summary"] == "DRAFT: Meeting (PRO)"
    assert (found["status"], found["transp"], found["outlook"]) == ("TENTATIVE", "TRANSPARENT", "FREE")


def test_the_texts_of_an_entry_make_room_for_its_addresses():
    event = create_event(slug="long", summary="Ω" * 3_000, join_url="https://meet.example.org/1")
    event.change_plan(reason="ő" * 3_000, start_time=time(10))
    found = str(read(event, join_url="https://meet.example.org/1")["DESCRIPTION"])

    assert len(found.encode()) <= 4_000
    assert found.endswith("…\nJoin online: https://meet.example.org/1\nhttp://testserver/en/events/long/")


# --- For one person ----------------------------------------------------------------------------------------------


def test_days_of_an_event_block_the_calendar_of_whoever_takes_part():
    event = create_event(starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 21))
    taking_part = entry(event, "en", Personal(blocks_days=True))
    waiting = entry(event, "en", Personal(blocks_days=True, is_tentative=True, note="You are on the waiting list."))

    assert (taking_part.status, taking_part.is_transparent, taking_part.busy) == ("CONFIRMED", False, "BUSY")
    assert (waiting.status, waiting.is_transparent, waiting.busy) == ("TENTATIVE", False, "TENTATIVE")
    assert waiting.description.startswith("You are on the waiting list.\n")
    assert entry(event, "en").is_transparent
    event.cancel(reason="Nobody comes.")
    cancelled = entry(event, "en", Personal(blocks_days=True))
    assert (cancelled.status, cancelled.is_transparent, cancelled.busy) == ("CANCELLED", True, "FREE")


def test_a_deadline_is_an_entry_that_leaves_whoever_reads_it_free():
    name = "registration-closes-1"
    octets = deadline_vevent(
        name,
        summary="Registration closes",
        description="For the kick-off.",
        page="https://example.org/en/events/kick-off/",
        category="Deadline",
        at=datetime(2027, 5, 1, 18, tzinfo=zoneinfo.ZoneInfo("Europe/Amsterdam")),
        changed_at=NOW,
    )
    (found,) = icalendar.Calendar.from_ical(calendar_bytes([octets])).events

    assert str(found["UID"]) == f"{name}@{settings.CALENDAR_DOMAIN}"
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (
        datetime(2027, 5, 1, 16, tzinfo=UTC),
        datetime(2027, 5, 1, 16, 15, tzinfo=UTC),
    )
    assert (str(found["TRANSP"]), str(found["STATUS"])) == ("TRANSPARENT", "CONFIRMED")


def test_texts_come_in_the_language_of_the_feed_where_they_are_written_in_it():
    kind = EventKind.objects.create(slug="visit", name="Study visit", plural="Study visits", names={"it": "Visita"})
    event = create_event(
        create_project(acronym="PRO"),
        kind=kind,
        title="Visit to Geleen",
        summary="A campus.",
        translations={"it": {"title": "Visita a Geleen"}},
        **ONE_DAY,
    )

    found = read(event, "it")
    assert str(found["SUMMARY"]) == "Visita a Geleen (PRO)"
    assert found["CATEGORIES"].cats == ["Visita"]
    assert "A campus." in description(event)


def test_the_project_is_not_named_twice():
    event = create_event(create_project(acronym="BETTER"), title="BETTER: final conference")

    assert str(read(event)["SUMMARY"]) == "BETTER: final conference"


def test_the_middle_of_a_town_is_no_pin_for_a_building_in_it():
    coordinates = {"latitude": 50.85, "longitude": 5.69, "coordinates_note": "city level, approximate"}
    town = create_venue(name="", city="Maastricht", **coordinates)
    building = create_venue(name="Provincial hall", city="Maastricht", **coordinates)

    assert "GEO" in read(create_event(venue=town))
    assert "GEO" not in read(create_event(venue=building))


def test_the_address_to_join_is_only_for_those_it_is_given_to():
    event = create_event(
        mode=Event.Mode.ONLINE, online_platform="WebEx", join_url="https://meet.example.org/secret", **ONE_DAY
    )

    assert b"secret" not in event_file(event, language="en")
    assert str(read(event)["LOCATION"]) == "Online (WebEx)"
    found = read(event, join_url="https://meet.example.org/secret")
    assert str(found["LOCATION"]) == "https://meet.example.org/secret"
    assert [(c.uri, c.feature) for c in found.conferences] == [
        ("https://meet.example.org/secret", ["AUDIO", "VIDEO"]),
    ]
    assert "Join online: https://meet.example.org/secret" in description(
        event, join_url="https://meet.example.org/secret"
    )


def test_a_hybrid_event_shows_its_place_and_the_address_to_join():
    event = create_event(mode=Event.Mode.HYBRID, venue=create_venue(name="Town hall", city="Geleen"), **ONE_DAY)

    found = read(event, join_url="https://meet.example.org/1")
    assert str(found["LOCATION"]) == "Town hall, Geleen, Netherlands"
    assert found["DTSTART"].dt == amsterdam(2027, 5, 20, 9)
    assert [c.uri for c in found.conferences] == ["https://meet.example.org/1"]


def test_what_is_for_partners_is_private_in_the_file_of_a_partner():
    event = create_event(visibility=Event.Visibility.PARTNERS)

    assert str(read(event)["CLASS"]) == "PRIVATE"


def test_nothing_is_written_that_programs_trip_over():
    event = create_event(contact_email="desk@example.org", join_url="https://meet.example.org/1", **ONE_DAY)
    create_session(event, start_time=time(9), end_time=time(10))
    text = calendar_bytes([vevent(event, "en"), session_vevents(event, "en")], name="All").decode()
    calendar = icalendar.Calendar.from_ical(text)

    # vdirsyncer keeps one event of a calendar that has a UID; an ORGANIZER makes an entry an invitation.
    assert set(calendar) == {
        "VERSION",
        "PRODID",
        "CALSCALE",
        "NAME",
        "X-WR-CALNAME",
        "COLOR",
        "REFRESH-INTERVAL",
        "X-PUBLISHED-TTL",
    }
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n" in text
    for unwanted in ("METHOD", "ORGANIZER", "ATTENDEE", "DURATION:", "RRULE:FREQ=DAILY", "BEGIN:VALARM", "RDATE"):
        assert f"\r\n{unwanted}" not in text


def test_a_calendar_name_is_escaped():
    text = calendar_bytes([], name="Waste; circular, and\r\nEND:VCALENDAR").decode()

    for name in ("NAME", "X-WR-CALNAME"):
        assert f"\r\n{name}:Waste\\; circular\\, and END:VCALENDAR\r\n" in text
    assert text.split("\r\n").count("END:VCALENDAR") == 1


# --- Revisions ---------------------------------------------------------------------------------------------------


def _rename_venue(event: Event) -> None:
    event.venue.name = "New hall"
    event.venue.save()


def _rename_kind(event: Event) -> None:
    event.kind.name = "Seminar"
    event.kind.save()


def _rename_host(event: Event) -> None:
    event.host.organisation.name = "City of Geleen"
    event.host.organisation.save()


def _rename_project(event: Event) -> None:
    event.project.acronym = "NEW"
    event.project.save()


def _lose_host(event: Event) -> None:
    event.host.delete()


def _retitle_session(event: Event) -> None:
    session = event.sessions.get()
    session.title = "Opening"
    session.save()


def _drop_session(event: Event) -> None:
    event.sessions.get().delete()


def _rename_room(event: Event) -> None:
    room = Room.objects.get()
    room.name = "Hall B"
    room.save()


def _note_change(event: Event) -> None:
    PlanChange.objects.create(event=event, number=1, before=event.plan.to_json(), after=event.plan.to_json())


@pytest.mark.parametrize(
    "change",
    [
        _rename_venue,
        _rename_kind,
        _rename_host,
        _rename_project,
        _lose_host,
        _retitle_session,
        _drop_session,
        _rename_room,
        _note_change,
    ],
)
def test_every_visible_change_advances_last_modified_of_the_event_it_shows_in_and_of_no_other(change, clock):
    venue = create_venue()
    event = create_event(venue=venue, host=create_partner())
    room = Room.objects.create(venue=create_venue(), name="Hall A")
    create_session(event, start_time=time(9), venue=room.venue, room=room)
    other = create_event(kind=create_kind("other"))
    before, other_before = read(event)["LAST-MODIFIED"].dt, read(other)["LAST-MODIFIED"].dt

    clock.shift(timedelta(hours=1))
    change(event)

    assert read(event)["LAST-MODIFIED"].dt == before + timedelta(hours=1)
    assert read(event)["DTSTAMP"].dt == read(event)["LAST-MODIFIED"].dt
    assert read(other)["LAST-MODIFIED"].dt == other_before


def test_a_renamed_site_shows_in_the_events_that_visit_it(clock):
    event = create_event()
    site = create_site()
    create_session(event, start_time=time(9), site=site)
    before = read(event)["LAST-MODIFIED"].dt
    clock.shift(timedelta(hours=1))
    site.name = "Biogas plant"
    site.save()

    assert read(event)["LAST-MODIFIED"].dt == before + timedelta(hours=1)


def test_last_modified_is_never_older_than_the_way_events_are_written():
    event = create_event()
    Event.objects.filter(pk=event.pk).update(changed_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert read(event)["LAST-MODIFIED"].dt == FORMAT_EPOCH


# --- Sessions ----------------------------------------------------------------------------------------------------


def test_each_session_with_a_time_is_an_entry_of_its_own_related_to_its_event():
    event = create_event(title="Conference", slug="conference", venue=create_venue(name="Town hall", city="Geleen"))
    opening = create_session(event, title="Opening", start_time=time(9, 30), end_time=time(10))
    visit = create_session(event, title="Plant", day=2, start_time=time(14), site=create_site(name="Plant"))
    create_session(event, title="Dinner")
    create_session(event, title="Poll", day=None, start_time=time(9))

    found = icalendar.Calendar.from_ical(calendar_bytes([session_vevents(event, "en")])).events
    assert [
        (str(s["SUMMARY"]), str(s["UID"]), s["DTSTART"].dt, str(s["RELATED-TO"]), str(s["LOCATION"])) for s in found
    ] == [
        (
            "Opening",
            session_uid(opening),
            amsterdam(2027, 5, 20, 9, 30),
            uid(event),
            "Town hall, Geleen, Netherlands",
        ),
        ("Plant", session_uid(visit), amsterdam(2027, 5, 21, 14), uid(event), "Plant, Geleen, Netherlands"),
    ]
    assert [str(s["TRANSP"]) for s in found] == ["OPAQUE", "OPAQUE"]
    assert found[0]["DTEND"].dt == amsterdam(2027, 5, 20, 10)
    assert "DTEND" not in found[1]


def test_the_sessions_of_a_cancelled_event_are_cancelled_too():
    event = create_event()
    create_session(event, title="Opening", start_time=time(9))
    event.cancel(reason="Nobody comes.")

    (found,) = icalendar.Calendar.from_ical(calendar_bytes([session_vevents(event, "en")])).events
    assert (str(found["STATUS"]), str(found["SUMMARY"])) == ("CANCELLED", "CANCELLED: Opening")


def test_a_session_says_who_speaks_and_what_is_not_certain():
    event = create_event(title="Conference", slug="conference")
    session = create_session(event, title="Panel", start_time=time(9), track="Bio-waste", is_to_be_confirmed=True)
    roles = Contribution.Role
    for name, role, is_open in (("Jana Nováková", roles.MODERATOR, False), ("João Conceição", roles.SPEAKER, True)):
        speaker = Speaker.objects.create(event=event, name=name, function="Head of waste")
        Contribution.objects.create(session=session, speaker=speaker, role=role, is_to_be_confirmed=is_open)

    (found,) = icalendar.Calendar.from_ical(calendar_bytes([session_vevents(event, "en")])).events
    assert (str(found["SUMMARY"]), str(found["STATUS"])) == ("Panel (to be confirmed)", "TENTATIVE")
    assert str(found["DESCRIPTION"]).split("\n") == [
        "Jana Nováková, Head of waste (Moderator)",
        "João Conceição, Head of waste, to be confirmed",
        "Bio-waste",
        "Conference",
        f"http://testserver/en/events/conference/#session-{session.pk}",
    ]


def test_sessions_for_partners_are_apart_from_those_for_everybody():
    event = create_event()
    create_session(event, title="Opening", start_time=time(9))
    create_session(event, title="Budget", start_time=time(10), visibility=Session.Visibility.PARTNERS)

    assert b"Budget" not in session_vevents(event, "en")
    (found,) = icalendar.Calendar.from_ical(
        calendar_bytes([session_vevents(event, "en", visibility=Session.Visibility.PARTNERS)])
    ).events
    assert (str(found["SUMMARY"]), str(found["CLASS"])) == ("Budget", "PRIVATE")


# --- Links for one event -----------------------------------------------------------------------------------------


def test_the_links_for_one_event_carry_its_times():
    event = create_event(create_project(acronym="PRO"), title="Meeting & more", slug="meeting", **ONE_DAY)

    links = OneEvent.of(event, "en")
    assert links.file == "/events/meeting.ics"
    assert "text=Meeting+%26+more+%28PRO%29&dates=20270520T070000Z%2F20270520T140000Z" in links.google
    assert "subject=Meeting%20%26%20more%20%28PRO%29&startdt=2027-05-20T07%3A00%3A00Z" in links.outlook


def test_whole_days_are_whole_days_in_the_links_too():
    links = OneEvent.of(create_event(), "en")

    assert "dates=20270520%2F20270522" in links.google
    assert "startdt=2027-05-20&enddt=2027-05-22" in links.outlook
    assert links.outlook.endswith("allday=true")


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Event.Status.DRAFT},
        {"visibility": Event.Visibility.PARTNERS},
        {"date_precision": Event.DatePrecision.UNKNOWN},
        {"status": Event.Status.CANCELLED, "cancelled_at": datetime(2027, 2, 1, tzinfo=UTC)},
        {"starts_on": date(2027, 2, 1), "ends_on": date(2027, 2, 2)},
    ],
    ids=["draft", "for partners", "no date", "cancelled", "over"],
)
def test_there_are_no_links_where_there_is_nothing_to_add(fields):
    assert OneEvent.of(create_event(**fields), "en") is None


def test_the_file_of_one_person_differs_from_the_feed_in_its_description_alone():
    event = create_event(summary="Mit Führung durch die Anlage, danach ein Gespräch mit őrült ötletek; und mehr.")
    link = "http://testserver/en/registrations/abcdefghijklmnopqrstuvwxyz0/"

    own, public = (icalendar.Calendar.from_ical(event_file(event, language="en", manage_url=url)) for url in (link, ""))

    own_event, public_event = own.walk("VEVENT")[0], public.walk("VEVENT")[0]
    assert link in own_event["DESCRIPTION"]
    differing = {name for name in {*own_event, *public_event} if own_event.get(name) != public_event.get(name)}
    assert differing == {"DESCRIPTION"}
    assert max(len(line) for line in event_file(event, language="en", manage_url=link).split(b"\r\n")) <= 75
