"""Two places that are one: what moves, what is kept, and that it can all be taken back."""

import math
import threading
from datetime import timedelta

import pytest
from django.db import connection

from events.models import CalendarState, Event, PlaceMerge, Session
from events.places.merges import (
    AlreadyMerged,
    AlreadySeparate,
    LikelyDuplicates,
    MergedOnward,
    NameTaken,
    SamePlace,
    groups_to_fill,
    likely_duplicates,
    merge,
    undo,
)
from events.programme.changes import delete_session, restore_session
from tests.factories import create_event, create_session, create_site, create_user, create_venue
from venues.models import Room, Site, Venue

pytestmark = pytest.mark.django_db


def everything() -> dict:
    """All that a merge may touch, but for the moments at which it did."""
    return {
        "venues": list(Venue.objects.order_by("pk").values()),
        "sites": list(Site.objects.order_by("pk").values()),
        "rooms": list(Room.objects.order_by("pk").values()),
        "events": list(Event.objects.order_by("pk").values("pk", "venue", "search_text", "sequence")),
        "sessions": list(Session.objects.order_by("pk").values("pk", "venue", "room", "site")),
    }


@pytest.fixture
def two_venues() -> tuple[Venue, Venue]:
    """De Overkant with a hall, and its double with two events, three sessions, a hall of 200 seats and a cellar."""
    kept = create_venue(name="De Overkant", directions="Cross the bridge.")
    Room.objects.create(venue=kept, name="Hall")
    other = create_venue(name="Overkant", latitude=50.85, longitude=5.69, hotels="Hotel Wyck, 300 m")
    hall = Room.objects.create(venue=other, name="HALL", seats=200)
    cellar = Room.objects.create(venue=other, name="Cellar", seats=30)
    event = create_event(venue=other)
    create_session(event, venue=other, room=hall)
    create_session(event, venue=other, room=cellar)
    create_session(create_event(venue=other), venue=other)
    create_event(venue=kept)
    return kept, other


def test_events_sessions_and_rooms_move_and_the_other_is_no_longer_offered(two_venues):
    kept, other = two_venues
    alice = create_user("Alice")

    record = merge(kept, other, by=alice)

    assert set(Event.objects.values_list("venue", flat=True)) == {kept.pk}
    assert set(Session.objects.values_list("venue", flat=True)) == {kept.pk}
    assert list(Venue.objects.offered()) == [kept]
    assert list(kept.rooms.values_list("name", "seats").order_by("name")) == [("Cellar", 30), ("Hall", 200)]
    assert list(other.rooms.values_list("name", "seats")) == [("HALL", 200)]
    assert {session.room.venue for session in Session.objects.exclude(room=None)} == {kept}
    assert (record.kept, record.other, record.merged_by) == (kept, other, alice)
    assert (len(record.events), len(record.sessions), len(record.rooms), len(record.joined_rooms)) == (2, 3, 1, 1)


def test_values_are_taken_from_the_other_where_it_was_chosen(two_venues):
    kept, other = two_venues

    assert groups_to_fill(kept, other) == {"latitude", "hotels"}
    merge(kept, other, take={"name", "latitude", "directions"})

    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.name, kept.latitude, kept.longitude, kept.directions, kept.hotels) == ("Overkant", 50.85, 5.69, "", "")
    assert (other.name, other.hotels, other.merged_into_id) == ("Overkant", "Hotel Wyck, 300 m", kept.pk)


def test_taken_back_everything_is_as_before(two_venues):
    before = everything()
    record = merge(*two_venues, take={"name", "latitude", "directions", "hotels"})
    assert everything() != before

    undo(record, by=create_user("Bob"))

    assert everything() == before
    record.refresh_from_db()
    assert record.undone_by.name == "Bob"


def test_sites_are_merged_and_taken_apart_as_well():
    kept, other = create_site(name="Yard"), create_site(name="The yard", needs_id=True, instruction="Closed shoes.")
    create_session(create_event(), site=other)
    before = everything()

    record = merge(kept, other, take=groups_to_fill(kept, other))

    kept.refresh_from_db()
    assert (kept.needs_id, kept.instruction, kept.sessions.count()) == (True, "Closed shoes.", 1)
    undo(record)
    assert everything() == before


def test_calendars_get_the_new_words_and_no_new_revision(two_venues):
    kept, other = two_venues
    event = other.events.first()
    elsewhere = create_event(venue=create_venue())
    version = CalendarState.current()

    merge(kept, other)

    moved = Event.objects.get(pk=event.pk)
    assert moved.changed_at > event.changed_at
    assert moved.sequence == event.sequence
    assert not moved.changes.exists()
    assert Event.objects.get(pk=elsewhere.pk).changed_at == elsewhere.changed_at
    assert CalendarState.current() > version


def test_what_changed_since_stays_when_it_is_taken_back(two_venues):
    kept, other = two_venues
    record = merge(kept, other, take={"latitude", "hotels"})
    moved_on = create_venue(name="Elsewhere")
    first, second = Event.objects.filter(pk__in=record.events).order_by("pk")
    first.venue = moved_on
    first.save()
    Venue.objects.filter(pk=kept.pk).update(hotels="Hotel Maas, 100 m")
    cellar = Room.objects.get(name="Cellar")
    later = create_session(create_event(venue=kept), venue=kept, room=cellar)

    undo(record)

    kept.refresh_from_db()
    assert (kept.hotels, kept.latitude) == ("Hotel Maas, 100 m", None)
    assert Event.objects.get(pk=first.pk).venue == moved_on
    assert Event.objects.get(pk=second.pk).venue == other
    later.refresh_from_db()
    assert (later.venue, later.room.name, later.room.venue) == (kept, "Cellar", kept)
    assert other.rooms.filter(name="Cellar").exists()


def test_a_session_that_was_deleted_comes_back_to_the_kept_place(two_venues):
    kept, other = two_venues
    session = create_session(other.events.first(), venue=other, room=other.rooms.get(name="HALL"))
    delete_session(session)

    merge(kept, other)

    restore_session(Session.with_deleted.get(pk=session.pk))
    back = Session.objects.get(pk=session.pk)
    assert (back.venue, back.room) == (kept, kept.rooms.get(name="Hall"))


def test_what_cannot_be_merged_is_refused(two_venues):
    kept, other = two_venues

    with pytest.raises(SamePlace):
        merge(kept, kept)
    with pytest.raises(SamePlace):
        merge(kept, create_site())
    merge(kept, other)
    for pair in ((kept, other), (other, kept), (create_venue(), other)):
        with pytest.raises(AlreadyMerged):
            merge(*pair)
    assert PlaceMerge.objects.count() == 1


def test_what_cannot_be_taken_back_is_refused(two_venues):
    kept, other = two_venues
    third = create_venue(name="Third")
    first = merge(kept, other)
    second = merge(third, kept)

    with pytest.raises(MergedOnward):
        undo(first)
    undo(second)
    create_venue(name="Overkant", city=other.city)
    with pytest.raises(NameTaken):
        undo(first)
    Venue.objects.filter(name="Overkant", merged_into=None).delete()
    undo(first)
    with pytest.raises(AlreadySeparate):
        undo(first)


def test_a_merge_that_fails_changes_nothing(two_venues, monkeypatch):
    before = everything()

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(PlaceMerge, "save", fail)
    with pytest.raises(RuntimeError):
        merge(*two_venues, take={"name"})

    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_the_other_way_round_one_is_refused(two_venues):
    kept, other = two_venues
    start = threading.Barrier(2)
    results: list[str] = []

    def run(one: Venue, two: Venue) -> None:
        start.wait()
        try:
            merge(one, two)
            results.append("merged")
        except AlreadyMerged:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in ((kept, other), (other, kept))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(results) == ["merged", "refused"]
    remaining = Venue.objects.offered().get()
    assert set(Event.objects.values_list("venue", flat=True)) == {remaining.pk}


# --- Which are likely one ----------------------------------------------------------------------------------------


def test_one_name_in_one_town_is_likely_one_place():
    one = create_venue(name="Łódź Hall", city="Gävle")
    other = create_venue(name="lodz  hall", city="GAVLE")
    create_venue(name="Łódź Hall", city="Elsewhere")

    assert likely_duplicates(Venue) == [LikelyDuplicates(one, other, None)]
    assert likely_duplicates(Venue, of=one) == likely_duplicates(Venue, of=other) == likely_duplicates(Venue)
    assert likely_duplicates(Site) == []


def test_places_less_than_150_metres_apart_are_likely_one():
    one = create_venue(latitude=50.85, longitude=5.69)
    other = create_venue(latitude=50.851, longitude=5.69)
    create_venue(latitude=50.8528, longitude=5.69)
    create_venue(latitude=50.85, longitude=5.6885, coordinates_note="city level, approximate")
    create_venue(name="", city="Maastricht", latitude=50.85, longitude=5.69)

    assert likely_duplicates(Venue) == [LikelyDuplicates(one, other, 111)]


@pytest.mark.parametrize(("north", "east"), [(149, 0), (0, 149), (-100, -100), (100, -100)])
@pytest.mark.parametrize("latitude", [50.85, 0.0, -33.9, 69.65])
def test_neighbours_are_found_in_every_direction(latitude, north, east):
    degrees = 1 / 111_195
    create_venue(latitude=latitude, longitude=5.6903)
    create_venue(
        latitude=latitude + north * degrees,
        longitude=5.6903 + east * degrees / math.cos(math.radians(latitude)),
    )

    assert len(likely_duplicates(Venue)) == 1


def test_places_that_were_taken_apart_again_are_not_proposed_again():
    one, other = create_venue(name="Hall"), create_venue(name="hall")
    undo(merge(one, other))

    assert likely_duplicates(Venue) == []


def test_a_merged_place_is_not_proposed():
    merge(create_venue(name="Hall"), create_venue(name="hall"))

    assert likely_duplicates(Venue) == []


# --- What else follows from it -----------------------------------------------------------------------------------


def test_finding_duplicates_asks_as_often_for_many_places_as_for_few(django_assert_num_queries):
    create_venue()
    with django_assert_num_queries(2):
        likely_duplicates(Venue)
    for n in range(30):
        create_venue(latitude=50 + n / 1000, longitude=5.0)
    with django_assert_num_queries(2):
        likely_duplicates(Venue)


def test_a_page_of_long_ago_still_says_what_was_planned(two_venues, clock):
    kept, other = two_venues
    event = other.events.first()
    clock.shift(timedelta(days=1))
    event.change_plan(reason="The hall is closed.", venue=create_venue(name="Elsewhere"))

    merge(kept, other)

    assert event.changes.get().plan_before.venue_name == "Overkant"
