"""One queue in strict order; an offer holds a place until its deadline, and none is made after the start."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import periodic
from accounts.models import Mail
from registrations import places
from registrations.exceptions import NoOpenOffer
from registrations.models import Registration
from tests.factories import create_event, create_registration

pytestmark = pytest.mark.django_db
State = Registration.State
MONDAY = datetime(2027, 3, 1, 9, tzinfo=UTC)
# The event of the factory starts at 9:00 in Maastricht.
START = datetime(2027, 5, 20, 7, tzinfo=UTC)


def wait_in_line(event, *people: str) -> list[Registration]:
    return [
        create_registration(event, person, state=State.WAITING, joined_at=MONDAY - timedelta(hours=len(people) - n))
        for n, person in enumerate(people)
    ]


def states(event) -> dict[str, str]:
    return {r.name: r.state for r in event.registrations.order_by("name")}


def test_a_free_place_is_offered_to_whoever_waited_longest():
    event = create_event(places=1)
    alice = create_registration(event, "Alice", state=State.WAITING, joined_at=MONDAY)
    create_registration(event, "Bob", state=State.WAITING, joined_at=MONDAY + timedelta(hours=1))

    places.settle(event, at=MONDAY + timedelta(days=1))

    assert states(event) == {"Alice": State.OFFERED, "Bob": State.WAITING}
    assert alice.offers.get().expires_at == MONDAY + timedelta(days=3)


def test_joining_at_the_same_instant_the_first_written_is_first():
    event = create_event(places=1)
    for person in ("Alice", "Bob"):
        create_registration(event, person, state=State.WAITING, joined_at=MONDAY)

    places.settle(event, at=MONDAY)

    assert states(event) == {"Alice": State.OFFERED, "Bob": State.WAITING}


def test_as_many_are_offered_a_place_as_there_are_places():
    event = create_event(places=3)
    create_registration(event, "Alice")
    wait_in_line(event, "Bob", "Charlie", "Dana")

    places.settle(event, at=MONDAY)

    assert list(states(event).values()) == [State.CONFIRMED, State.OFFERED, State.OFFERED, State.WAITING]


def test_when_the_limit_is_lifted_everybody_who_waits_is_offered_a_place():
    event = create_event(places=None)
    wait_in_line(event, "Bob", "Charlie")

    places.settle(event, at=MONDAY)

    assert set(states(event).values()) == {State.OFFERED}


@pytest.mark.parametrize("hours_before", [1, 47])
def test_an_offer_never_lasts_beyond_the_start(hours_before):
    event = create_event(places=1)
    (bob,) = wait_in_line(event, "Bob")

    places.settle(event, at=START - timedelta(hours=hours_before))

    assert bob.offers.get().expires_at == START


@pytest.mark.parametrize(
    "fields",
    [
        {"offers_until": MONDAY},
        {"status": "postponed"},
        {"status": "cancelled", "cancelled_at": MONDAY},
        {"starts_on": MONDAY.date(), "ends_on": MONDAY.date(), "registration_closes_at": MONDAY + timedelta(hours=1)},
    ],
)
def test_no_place_is_offered_after_the_host_stops_it_or_the_event_began(fields):
    event = create_event(places=1, **fields)
    wait_in_line(event, "Bob")

    places.settle(event, at=MONDAY)

    assert states(event) == {"Bob": State.WAITING}


def test_an_offer_that_passed_goes_to_the_next_in_line_and_its_person_leaves_the_list():
    event = create_event(places=1)
    bob, charlie = wait_in_line(event, "Bob", "Charlie")
    places.settle(event, at=MONDAY)

    places.settle(event, at=MONDAY + timedelta(hours=48) - timedelta(seconds=1))
    assert states(event) == {"Bob": State.OFFERED, "Charlie": State.WAITING}

    places.settle(event, at=MONDAY + timedelta(hours=48))
    assert states(event) == {"Bob": State.CANCELLED, "Charlie": State.OFFERED}
    assert (bob.offers.get().outcome, charlie.offers.get().outcome) == ("expired", "")


def test_a_place_is_accepted_until_the_deadline_and_not_at_it():
    event = create_event(places=2)
    bob, charlie = wait_in_line(event, "Bob", "Charlie")
    places.settle(event, at=MONDAY)
    deadline = MONDAY + timedelta(hours=48)

    places.accept_offer(bob, at=deadline - timedelta(seconds=1))
    with pytest.raises(NoOpenOffer):
        places.accept_offer(charlie, at=deadline)

    assert states(event) == {"Bob": State.CONFIRMED, "Charlie": State.OFFERED}


def test_a_declined_place_is_offered_to_the_next_in_the_same_transaction():
    event = create_event(places=1)
    bob, charlie = wait_in_line(event, "Bob", "Charlie")
    places.settle(event, at=MONDAY)

    places.decline_offer(bob, at=MONDAY + timedelta(hours=1))

    assert states(event) == {"Bob": State.CANCELLED, "Charlie": State.OFFERED}
    assert (bob.offers.get().outcome, charlie.offers.get().outcome) == ("declined", "")
    with pytest.raises(NoOpenOffer):
        places.decline_offer(bob, at=MONDAY + timedelta(hours=1))


def test_a_place_at_an_event_that_was_cancelled_cannot_be_accepted():
    event = create_event(places=1)
    (bob,) = wait_in_line(event, "Bob")
    places.settle(event, at=MONDAY)
    event.cancel(reason="Storm", at=MONDAY)

    with pytest.raises(NoOpenOffer):
        places.accept_offer(bob, at=MONDAY)


def test_leaving_the_list_holds_nothing_and_moves_the_others_up():
    event = create_event(places=0)
    bob, charlie = wait_in_line(event, "Bob", "Charlie")
    assert charlie.place_in_line == 2

    left = places.cancel(bob, by=Registration.CancelledBy.PERSON, at=MONDAY)

    assert left.seat_held_until is None
    assert charlie.place_in_line == 1


# --- By itself ---------------------------------------------------------------------------------------------------


def test_every_minute_events_are_settled_where_time_alone_changed_something():
    passed = create_event(places=1)
    wait_in_line(passed, "Alice", "Bob")
    places.settle(passed, at=MONDAY - timedelta(hours=48))
    undone = create_event(places=1)
    seat = create_registration(undone, "Alice")
    wait_in_line(undone, "Bob")
    places.cancel(seat, by=Registration.CancelledBy.PERSON, at=MONDAY - timedelta(minutes=10))
    raised = create_event(places=0)
    wait_in_line(raised, "Bob")
    raised.places = 1
    raised.save()
    full = create_event(places=0)
    wait_in_line(full, "Bob")

    assert places.settle_all(at=MONDAY) == 3

    for event in (passed, undone, raised):
        assert states(event)["Bob"] == State.OFFERED
    assert states(full) == {"Bob": State.WAITING}
    assert places.settle_all(at=MONDAY) == 0


def test_settling_is_among_the_periodic_work_of_every_minute():
    work = {name: periodic_work.seconds for name, periodic_work in periodic.registered.items()}

    assert work["registrations.places.settling.settle_all"] == 60


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(clock) -> Registration:
    event = create_event(places=1)
    bob, _charlie = wait_in_line(event, "Bob", "Charlie")
    places.settle(event)
    bob.refresh_from_db()
    return bob


def address(verb: str, registration: Registration) -> str:
    return reverse(f"registrations:{verb}", args=[registration.code])


@pytest.mark.parametrize("verb", ["accept_offer", "decline_offer"])
def test_the_link_in_the_mail_shows_both_buttons_and_changes_nothing(client, offered, verb):
    response = client.get(address(verb, offered))
    client.head(address(verb, offered))

    page = response.content.decode()
    assert "Accept the place" in page
    assert "Decline the place" in page
    assert "Wednesday 3 March 2027, 10:00 (Amsterdam time, UTC+1)" in page.replace("</time>", "").replace(
        '<time datetime="2027-03-03">', ""
    ).replace('<time datetime="2027-03-03T10:00+01:00">', "")
    offered.refresh_from_db()
    assert offered.state == State.OFFERED


def test_accepting_twice_confirms_once(client, offered):
    for _click in range(2):
        assert client.post(address("accept_offer", offered)).status_code == 302

    offered.refresh_from_db()
    assert offered.state == State.CONFIRMED
    assert Mail.objects.filter(subject__startswith="Confirmed:").count() == 1
    assert "no longer open" not in client.get(offered.get_absolute_url()).content.decode()


def test_declining_twice_offers_the_place_once(client, offered):
    for _click in range(2):
        assert client.post(address("decline_offer", offered)).status_code == 302

    assert states(offered.event) == {"Bob": State.CANCELLED, "Charlie": State.OFFERED}


def test_an_answer_that_comes_too_late_is_told_so(client, clock, offered):
    clock.shift(timedelta(hours=48))

    response = client.post(address("accept_offer", offered), follow=True)

    assert "This offer is no longer open." in response.content.decode()
    assert "Offer ended" in response.content.decode()
    assert client.get(address("accept_offer", offered)).status_code == 302


@pytest.mark.parametrize("verb", ["accept_offer", "decline_offer"])
def test_charlie_cannot_answer_with_a_code_that_he_made_up(client, offered, verb):
    response = client.post(reverse(f"registrations:{verb}", args=["x" * 27]))

    assert response.status_code == 404
    assert states(offered.event) == {"Bob": State.OFFERED, "Charlie": State.WAITING}


def test_whoever_waits_sees_their_place_in_the_line(client, clock):
    event = create_event(places=0)
    people = wait_in_line(event, "Alice", "Bob", "Charlie", "Dana", "Emil", "Frida")

    pages = [client.get(person.get_absolute_url()).content.decode() for person in people]

    assert "You are third on the list." in pages[2]
    assert "On the waiting list, place 3" in pages[2]
    assert "You are on the list at place 6." in pages[5]


def test_offers_are_made_from_the_waiting_list_only():
    event = create_event(places=5)
    create_registration(event, "Alice")

    places.settle(event, at=MONDAY)

    assert states(event) == {"Alice": State.CONFIRMED}
