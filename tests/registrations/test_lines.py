"""Each has its own places and its own line: the room, taking part online, and each delegation while seats are held."""

from datetime import UTC, datetime, timedelta

import pytest

from registrations import delegations, places
from registrations.exceptions import NoFreePlace, UndoTooLate
from registrations.models import Because, Decision, Delegation, Registration
from registrations.models.registrations import Line
from registrations.places import Opening, counting, waiting_list
from tests.factories import create_delegation, create_event, create_registration, create_user

pytestmark = pytest.mark.django_db
State = Registration.State
PERSON, HOST = Registration.CancelledBy.PERSON, Registration.CancelledBy.HOST
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def register(event, person: str, at: datetime = NOW, **answers) -> Registration:
    answers = {"organisation_name": "City of Gävle", "country": "SE", **answers}
    return places.register(event, name=person, email=f"{person.lower()}@example.org", at=at, **answers).registration


def states(event) -> dict[str, str]:
    return {r.name: r.state for r in event.registrations.order_by("pk")}


# --- Room and online ---------------------------------------------------------------------------------------------


def test_the_room_and_the_places_online_fill_each_for_itself():
    event = create_event(mode="hybrid", places=1, online_places=1)

    for person, mode in [("Alice", "room"), ("Bob", "room"), ("Charlie", "online"), ("Dana", "online")]:
        register(event, person, mode=mode)

    assert states(event) == {
        "Alice": State.CONFIRMED,
        "Bob": State.WAITING,
        "Charlie": State.CONFIRMED,
        "Dana": State.WAITING,
    }
    assert [r.place_in_line for r in event.registrations.waiting()] == [1, 1]
    assert list(waiting_list.place_of_each(event).values()) == [1, 1]


def test_a_place_that_gets_free_online_goes_to_whoever_waits_online():
    event = create_event(mode="hybrid", places=1, online_places=1)
    register(event, "Alice", mode="room")
    register(event, "Bob", mode="room")
    charlie = register(event, "Charlie", mode="online")
    register(event, "Dana", mode="online")

    places.cancel(charlie, by=HOST, at=LATER)

    assert (states(event)["Bob"], states(event)["Dana"]) == (State.WAITING, State.OFFERED)


def test_what_is_left_is_said_of_the_room_and_of_online():
    event = create_event(mode="hybrid", places=1, online_places=3)
    register(event, "Alice", mode="room")
    register(event, "Bob", mode="room")
    register(event, "Charlie", mode="online")

    now = places.availability(event, at=NOW)

    assert (now.opening, now.places, now.free, now.waiting) == (Opening.FULL, 1, 0, 1)
    assert (now.online_places, now.online_free, now.online_waiting) == (3, 2, 0)


def test_nobody_moves_to_a_full_side_and_whoever_waits_joins_its_line_at_the_end():
    event = create_event(mode="hybrid", places=1, online_places=1)
    alice = register(event, "Alice", mode="room")
    bob = register(event, "Bob", mode="room")
    register(event, "Charlie", mode="online")
    register(event, "Dana", mode="online", at=LATER)

    with pytest.raises(NoFreePlace):
        places.change(alice, mode="online", at=LATER)
    places.change(bob, mode="online", at=LATER + timedelta(minutes=1))

    assert states(event)["Alice"] == State.CONFIRMED
    assert [(r.name, r.place_in_line) for r in event.registrations.waiting()] == [("Dana", 1), ("Bob", 2)]


def test_whoever_takes_an_offer_to_the_other_side_gives_it_on():
    event = create_event(mode="hybrid", places=0, online_places=1)
    bob = register(event, "Bob", mode="room")
    register(event, "Charlie", mode="room", at=LATER)
    event.places = 1
    event.save()
    places.settle(event, at=LATER)
    assert states(event) == {"Bob": State.OFFERED, "Charlie": State.WAITING}

    places.change(bob, mode="online", at=LATER)

    assert states(event) == {"Bob": State.CONFIRMED, "Charlie": State.OFFERED}
    assert bob.offers.get().outcome == "declined"


def test_at_an_event_that_is_online_only_the_places_are_those_of_the_event():
    event = create_event(mode="online", places=1, online_places=5)

    register(event, "Alice")

    assert register(event, "Bob").state == State.WAITING


# --- Delegations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_dated", [True, False], ids=["until a date", "until the start"])
@pytest.mark.parametrize("when", ["before", "at that instant", "after"])
def test_until_when_seats_are_held_is_the_same_for_all_who_ask(is_dated, when):
    event = create_event(places=1)
    until = event.starts_at - timedelta(days=7) if is_dated else event.starts_at
    delegation = create_delegation(event, seats=1, releases_at=until if is_dated else None)
    alice = register(event, "Alice", delegation=delegation)
    at = until + {"before": -1, "at that instant": 0, "after": 1}[when] * timedelta(seconds=1)

    counted = counting.count(event, at)

    is_held = when == "before"
    assert delegation.holds_seats(at=at) == is_held
    assert (delegation in Delegation.objects.holding(event, at=at)) == is_held
    assert (delegation.pk in counted.holding) == is_held
    assert (alice.line(at=at) == counted.line_of(alice) == Line(delegation=delegation.pk)) == is_held


def test_seats_of_a_delegation_are_kept_for_it_and_for_nobody_else():
    event = create_event(places=3)
    delegation = create_delegation(event, seats=2)

    register(event, "Alice")
    register(event, "Bob")
    register(event, "Charlie", delegation=delegation)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.WAITING, "Charlie": State.CONFIRMED}
    seats = delegations.standing(delegation, at=NOW)
    assert (seats.named, seats.waiting, seats.to_follow, seats.is_released) == (1, 0, 1, False)
    assert (places.taken(event, NOW), places.free(event, NOW)) == (3, 0)


def test_more_people_than_seats_wait_in_the_line_of_their_delegation():
    event = create_event(places=10)
    delegation = create_delegation(event, seats=1)
    alice = register(event, "Alice", delegation=delegation)
    bob = register(event, "Bob", delegation=delegation)
    assert (bob.state, bob.place_in_line) == (State.WAITING, 1)
    assert places.availability(event, at=NOW, delegation=delegation).free == 0

    places.cancel(alice, by=HOST, at=LATER)

    assert states(event) == {"Alice": State.CANCELLED, "Bob": State.OFFERED}


def test_whoever_waits_for_a_full_delegation_is_told_why_somebody_later_got_a_place_for_everybody():
    event = create_event(places=2)
    delegation = create_delegation(event, seats=1)
    register(event, "Alice", delegation=delegation)
    bob = register(event, "Bob", delegation=delegation)

    register(event, "Charlie", at=LATER)

    assert states(event)["Charlie"] == State.CONFIRMED
    told = bob.decisions.get()
    assert (told.kind, told.because, told.taken_by) == (Decision.Kind.PASSED_OVER, Because.PASSED_OVER.of(), None)
    assert told.why.startswith("Waits for a seat of their delegation")


def test_being_passed_over_is_told_once_and_by_an_offer_too():
    event = create_event(places=1)
    full = create_delegation(event, seats=0)
    bob = register(event, "Bob", delegation=full)
    alice = register(event, "Alice", at=LATER)
    register(event, "Charlie", at=LATER)

    places.cancel(alice, by=HOST, at=LATER)

    assert states(event)["Charlie"] == State.OFFERED
    assert bob.decisions.count() == 1


def test_only_who_waits_in_the_line_of_a_delegation_and_came_before_is_told_of_being_passed_over():
    event = create_event(mode="hybrid", places=3, online_places=0)
    full, released = create_delegation(event, seats=0), create_delegation(event, seats=0, releases_at=NOW)
    alice, charlie = register(event, "Alice"), register(event, "Charlie")
    register(event, "Dana")
    bob = register(event, "Bob", delegation=full, at=NOW + timedelta(minutes=1))
    register(event, "Emil", delegation=full, mode="online", at=NOW + timedelta(minutes=2))
    register(event, "Frida", delegation=released, at=NOW + timedelta(minutes=3))
    gwen = register(event, "Gwen", at=NOW + timedelta(minutes=4))
    register(event, "Hugo", delegation=full, at=NOW + timedelta(minutes=5))
    places.move_ahead(gwen, by=create_user(), reason="Speaks", at=LATER)

    for leaving in (alice, charlie):
        places.cancel(leaving, by=HOST, at=LATER)

    assert (states(event)["Gwen"], states(event)["Frida"]) == (State.OFFERED, State.OFFERED)
    passed_over = Decision.objects.filter(registration__event=event, kind=Decision.Kind.PASSED_OVER)
    assert [decision.registration for decision in passed_over] == [bob]


def test_unnamed_seats_go_to_everybody_when_their_date_has_come_and_the_lines_become_one():
    event = create_event(places=3)
    mine = create_delegation(event, seats=2, releases_at=LATER)
    full = create_delegation(event, seats=1, releases_at=LATER)
    register(event, "Alice", delegation=full)
    register(event, "Bob", delegation=full)
    register(event, "Charlie", at=NOW + timedelta(minutes=1))
    register(event, "Dana", at=NOW + timedelta(minutes=2))
    assert list(states(event).values()) == [State.CONFIRMED, *[State.WAITING] * 3]

    assert places.release_delegations(at=LATER) == 2

    assert states(event) == {
        "Alice": State.CONFIRMED,
        "Bob": State.OFFERED,
        "Charlie": State.OFFERED,
        "Dana": State.WAITING,
    }
    seats = delegations.standing(mine, at=LATER)
    assert (seats.named, seats.waiting, seats.to_follow, seats.is_released) == (0, 0, 0, True)
    mine.refresh_from_db()
    assert mine.released_at == LATER
    assert places.release_delegations(at=LATER) == 0


def test_where_released_seats_are_for_the_waiting_list_a_newcomer_is_offered_one_through_it():
    event = create_event(places=2, released_seats_go_to="waiting")
    create_delegation(event, seats=2, releases_at=NOW)

    done = places.register(event, name="Al", email="al@example.org", organisation_name="A", country="SE", at=LATER)

    assert (done.registration.state, done.has_place) == (State.OFFERED, False)


def test_a_place_beside_the_released_seats_is_for_whoever_comes():
    event = create_event(places=3, released_seats_go_to="waiting")
    create_delegation(event, seats=2, releases_at=NOW)

    register(event, "Alice", at=LATER)
    register(event, "Bob", at=LATER)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.OFFERED}


def test_what_is_released_for_the_waiting_list_leaves_the_places_online_to_whoever_comes():
    event = create_event(mode="hybrid", places=2, online_places=1, released_seats_go_to="waiting")
    create_delegation(event, seats=2, releases_at=NOW)

    assert register(event, "Alice", mode="online", at=LATER).state == State.CONFIRMED


def test_seats_that_are_held_until_the_start_are_given_away_then():
    event = create_event(places=1, registration_closes_at=datetime(2027, 5, 20, 12, tzinfo=UTC))
    create_delegation(event, seats=1)

    assert places.free(event, datetime(2027, 5, 20, 6, 59, tzinfo=UTC)) == 0
    assert places.free(event, datetime(2027, 5, 20, 7, tzinfo=UTC)) == 1


def test_more_seats_than_the_event_has_never_overbook_it():
    event = create_event(places=2)
    register(event, "Alice")
    delegation = create_delegation(event, seats=5)

    for person in ("Bob", "Charlie"):
        register(event, person, delegation=delegation)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.CONFIRMED, "Charlie": State.WAITING}


def test_whoever_registered_alone_and_is_named_then_uses_a_seat_of_the_delegation_and_frees_their_own():
    event, coordinator = create_event(places=2), create_user("Bob")
    delegation = create_delegation(event, seats=1)
    register(event, "Alice")
    register(event, "Charlie")

    done = places.register(
        event,
        name="Alice",
        email="alice@example.org",
        organisation_name="A",
        country="SE",
        delegation=delegation,
        by=coordinator,
        at=LATER,
    )

    assert done.is_new is False
    assert states(event) == {"Alice": State.CONFIRMED, "Charlie": State.OFFERED}
    assert delegations.standing(delegation, at=LATER).named == 1


def test_whoever_waits_and_is_named_for_a_delegation_with_a_free_seat_gets_it():
    event = create_event(places=1)
    delegation = create_delegation(event, seats=1)
    alice = register(event, "Alice")
    assert alice.state == State.WAITING

    register(event, "Alice", delegation=delegation, by=create_user("Bob"), at=LATER)

    assert states(event) == {"Alice": State.CONFIRMED}


def test_a_delegate_who_takes_part_online_needs_no_seat_of_the_delegation():
    event = create_event(mode="hybrid", places=5, online_places=5)
    delegation = create_delegation(event, seats=1)
    alice = register(event, "Alice", delegation=delegation, mode="room")
    register(event, "Bob", delegation=delegation, mode="room")

    places.change(alice, mode="online", at=LATER)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.OFFERED}


def test_a_seat_is_offered_to_each_of_those_for_whom_there_is_one_and_to_nobody_else():
    event = create_event(places=0)
    for person in ("Alice", "Bob", "Charlie"):
        register(event, person)
    event.places = 2
    event.save()

    places.settle(event, at=LATER)

    assert states(event) == {"Alice": State.OFFERED, "Bob": State.OFFERED, "Charlie": State.WAITING}


def test_a_place_that_is_offered_no_more_is_not_given_past_those_who_wait():
    event = create_event(places=1, offers_until=NOW)
    alice = register(event, "Alice")
    register(event, "Bob")
    places.cancel(alice, by=HOST, at=LATER)

    register(event, "Charlie", at=LATER)

    assert states(event) == {"Alice": State.CANCELLED, "Bob": State.WAITING, "Charlie": State.WAITING}


def test_whoever_comes_when_all_who_waited_got_an_offer_gets_what_is_left():
    event = create_event(places=1)
    register(event, "Alice")
    register(event, "Bob")
    event.places = 3
    event.save()

    register(event, "Charlie", at=LATER)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.OFFERED, "Charlie": State.CONFIRMED}


def test_whoever_got_the_seat_of_somebody_else_cannot_have_their_old_one_back_too():
    event = create_event(places=2)
    alice, bob = register(event, "Alice"), register(event, "Bob")
    places.cancel(alice, by=PERSON, at=LATER)
    answers = {"organisation_name": "A", "country": "SE"}
    places.hand_over(bob, name="Alice", email="alice@example.org", at=LATER, **answers)

    with pytest.raises(UndoTooLate):
        places.undo_cancelling(alice, at=LATER)


@pytest.mark.parametrize("people", [1, 3])
def test_what_is_left_costs_one_query_however_many_lines_there_are(people, django_assert_num_queries):
    event = create_event(mode="hybrid", places=50)
    for n in range(people):
        create_registration(event, f"Person{n}", delegation=create_delegation(event))
        create_registration(event, f"Online{n}", mode="online", state=State.WAITING)

    with django_assert_num_queries(1):
        now = places.availability(event, at=NOW)
    assert (now.free, now.online_waiting) == (50 - 2 * people, people)
