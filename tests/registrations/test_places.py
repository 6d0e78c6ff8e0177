"""Never one seat too many, whoever comes at the same moment; a freed seat goes to whoever waited longest."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Mail
from registrations import emails, places
from registrations.exceptions import NoFreePlace, NoOpenOffer, NotRegistered, RegistrationClosed, TooLate, UndoTooLate
from registrations.models import Person, Registration
from registrations.models.registrations import holds_a_place
from registrations.places import Opening
from tests.factories import create_event, create_registration, create_user

State = Registration.State
PERSON, HOST = Registration.CancelledBy.PERSON, Registration.CancelledBy.HOST
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def register(event, person: str, at: datetime = NOW, **answers) -> places.Registered:
    answers = {"organisation_name": "City of Gävle", "country": "SE", **answers}
    return places.register(event, name=person, email=f"{person.lower()}@example.org", at=at, **answers)


def states(event) -> dict[str, str]:
    return {r.name: r.state for r in event.registrations.order_by("pk")}


# --- Counting ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_last_place_is_given_once_and_the_next_person_waits():
    event = create_event(places=1)

    alice, bob = register(event, "Alice"), register(event, "Bob")

    assert (alice.is_new, alice.has_place, alice.registration.state) == (True, True, State.CONFIRMED)
    assert (bob.is_new, bob.has_place, bob.registration.state) == (True, False, State.WAITING)
    assert bob.registration.place_in_line == 1
    assert (places.taken(event, NOW), places.free(event, NOW)) == (1, 0)


@pytest.mark.django_db
def test_without_a_limit_everybody_gets_a_place():
    event = create_event(places=None)

    for person in ("Alice", "Bob", "Charlie"):
        register(event, person)

    assert set(states(event).values()) == {State.CONFIRMED}
    assert places.free(event, NOW) is None


@pytest.mark.django_db
def test_an_event_with_no_places_at_all_has_a_waiting_list_only():
    event = create_event(places=0)

    assert register(event, "Alice").registration.state == State.WAITING


@pytest.mark.django_db
def test_offers_and_seats_held_for_undo_take_a_place_but_nobody_else_does():
    event = create_event(places=10)
    create_registration(event, "Alice")
    create_registration(event, "Bob", state=State.OFFERED)
    create_registration(event, "Carla", state=State.CANCELLED, seat_held_until=NOW + timedelta(minutes=1))
    create_registration(event, "Dana", state=State.CANCELLED, seat_held_until=NOW)
    create_registration(event, "Emil", state=State.CANCELLED)
    create_registration(event, "Frida", state=State.WAITING)
    create_registration(create_event(), "Greta")

    assert places.taken(event, NOW) == 3


@pytest.mark.django_db
def test_what_is_counted_is_what_holds_a_place(clock):
    event = create_event(mode="hybrid", places=10)
    now = timezone.now()
    for n, mode in enumerate(Registration.Mode.values * 2):
        held_until = now + timedelta(minutes=5) if n >= 2 else now
        create_registration(event, f"Confirmed{n}", mode=mode)
        create_registration(event, f"Cancelled{n}", mode=mode, state="cancelled", seat_held_until=held_until)
        create_registration(event, f"Waiting{n}", mode=mode, state="waiting")
        create_registration(event, f"Offered{n}", mode=mode, state="offered")
    create_registration(create_event(mode="hybrid"), "Elsewhere")

    holding = event.registrations.filter(holds_a_place(now))
    assert places.taken(event) == holding.filter(mode="room").count() > 0
    event.mode = "on_site"
    assert places.taken(event) == holding.count()


@pytest.mark.django_db
def test_a_lowered_limit_takes_nobodys_place_and_gives_none():
    event = create_event(places=3)
    for person in ("Alice", "Bob", "Charlie"):
        register(event, person)
    event.places = 1
    event.save()

    assert places.free(event, NOW) == 0
    assert register(event, "Dana").registration.state == State.WAITING
    assert list(states(event).values()).count(State.CONFIRMED) == 3


@pytest.mark.django_db
def test_places_of_a_hybrid_event_are_those_of_the_room():
    event = create_event(places=1, mode="hybrid")

    register(event, "Alice", mode="room")
    online = register(event, "Bob", mode="online")
    late = register(event, "Charlie", mode="room")

    assert (online.has_place, online.registration.state) == (True, State.CONFIRMED)
    assert late.registration.state == State.WAITING
    assert places.taken(event, NOW) == 1


@pytest.mark.django_db
def test_at_an_online_event_everybody_takes_part_online_and_takes_a_place():
    event = create_event(places=1, mode="online")

    assert register(event, "Alice", mode="room").registration.mode == "online"
    assert register(event, "Bob").registration.state == State.WAITING


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_refused_outside_of_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        places.lock(create_event())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "opening"),
    [
        ({}, Opening.OPEN),
        ({"places": 0}, Opening.FULL),
        ({"registration_opens_at": NOW + timedelta(days=1)}, Opening.NOT_YET),
        ({"registration_closes_at": NOW}, Opening.CLOSED),
        ({"status": "save_the_date"}, Opening.NOT_YET),
        ({"status": "cancelled", "cancelled_at": NOW}, Opening.CANCELLED),
        ({"status": "postponed", "date_precision": "unknown"}, Opening.POSTPONED),
        ({"status": "held"}, Opening.OVER),
        ({"starts_on": date(2027, 2, 1), "ends_on": date(2027, 2, 1)}, Opening.OVER),
        ({"registration_opens_at": None}, Opening.NOT_HERE),
    ],
)
def test_an_event_says_whether_it_takes_registrations_and_why_not(fields, opening):
    event = create_event(**fields)

    assert places.availability(event, at=NOW).opening == opening
    if opening not in (Opening.OPEN, Opening.FULL):
        with pytest.raises(RegistrationClosed):
            register(event, "Alice")
        assert not event.registrations.exists()


# --- Registering -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_person_is_registered_once_in_whatever_way_they_write_their_name():
    event = create_event(places=5)
    alice = places.register(
        event, name="Alice Ödegård", email="Alice@Example.org", organisation_name="A", country="SE", at=NOW
    )

    again = places.register(
        event, name="alice odegard", email="alice@example.ORG", organisation_name="B", country="NL", at=NOW
    )

    assert (again.registration, again.is_new, again.is_own) == (alice.registration, False, False)
    assert list(event.registrations.values_list("organisation_name", flat=True)) == ["A"]


@pytest.mark.django_db
def test_another_name_at_a_shared_mailbox_is_somebody_else():
    event = create_event()
    for name in ("Alice", "Bob"):
        places.register(event, name=name, email="office@example.org", organisation_name="A", country="SE", at=NOW)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.CONFIRMED}


@pytest.mark.django_db
def test_the_same_person_at_two_events_of_a_project_is_one_person():
    event = create_event()
    other = create_event(event.project)

    assert register(event, "Alice").registration.person == register(other, "Alice").registration.person
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_the_same_form_sent_again_is_the_same_act_even_when_the_last_place_went_to_it():
    event = create_event(places=1)
    first = register(event, "Alice", opened_at=NOW - timedelta(minutes=1))

    again = register(event, "Alice", at=NOW + timedelta(seconds=1), opened_at=NOW - timedelta(minutes=1))

    assert (again.registration, again.is_new, again.is_own, again.has_place) == (first.registration, False, True, True)
    assert Mail.objects.count() == 1


@pytest.mark.django_db
def test_whoever_knows_name_and_address_learns_nothing_from_registering_again():
    event = create_event(places=1)
    register(event, "Alice")

    stranger = register(event, "Alice", at=NOW + timedelta(hours=1), opened_at=NOW + timedelta(minutes=59))

    # Just what somebody who is not registered would be told: that all places are taken.
    assert (stranger.is_own, stranger.has_place) == (False, False)


@pytest.mark.django_db
def test_somebody_who_waits_is_not_overtaken_while_no_place_can_be_offered():
    """After the start a host may still take registrations; offers are made no more."""
    event = create_event(places=2, registration_closes_at=datetime(2027, 5, 20, 12, tzinfo=UTC))
    create_registration(event, "Alice", state=State.WAITING)

    late = register(event, "Bob", at=datetime(2027, 5, 20, 9, tzinfo=UTC))

    assert late.registration.state == State.WAITING


# --- Cancelling, undoing, coming back ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_seat_that_its_person_gives_back_is_held_for_ten_minutes_and_then_offered():
    event = create_event(places=1)
    alice = register(event, "Alice").registration
    register(event, "Bob")

    places.cancel(alice, by=PERSON, at=NOW)
    places.settle(event, at=NOW + timedelta(minutes=9, seconds=59))
    assert states(event) == {"Alice": State.CANCELLED, "Bob": State.WAITING}

    places.settle(event, at=NOW + timedelta(minutes=10))
    assert states(event) == {"Alice": State.CANCELLED, "Bob": State.OFFERED}


@pytest.mark.django_db
def test_a_seat_that_the_host_takes_back_is_offered_in_the_same_transaction():
    event = create_event(places=1)
    alice = register(event, "Alice").registration
    register(event, "Bob")

    places.cancel(alice, by=HOST, reason="Double entry", at=NOW)

    assert states(event) == {"Alice": State.CANCELLED, "Bob": State.OFFERED}


@pytest.mark.django_db
def test_undo_gives_the_same_seat_back():
    event = create_event(places=1)
    alice = register(event, "Alice").registration
    bob = register(event, "Bob").registration
    places.cancel(alice, by=PERSON, at=NOW)

    places.undo_cancelling(alice, at=NOW + timedelta(minutes=5))

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.WAITING}
    with pytest.raises(UndoTooLate):
        places.undo_cancelling(bob, at=NOW)


@pytest.mark.django_db
def test_after_ten_minutes_nothing_is_undone():
    event = create_event(places=1)
    alice = register(event, "Alice").registration
    places.cancel(alice, by=PERSON, at=NOW)

    with pytest.raises(UndoTooLate):
        places.undo_cancelling(alice, at=NOW + timedelta(minutes=10))
    assert states(event) == {"Alice": State.CANCELLED}


@pytest.mark.django_db
def test_whoever_comes_back_within_ten_minutes_gets_the_seat_that_is_held_for_them():
    event = create_event(places=1)
    alice = register(event, "Alice").registration
    register(event, "Bob")
    places.cancel(alice, by=PERSON, at=NOW)

    back = register(event, "Alice", at=NOW + timedelta(minutes=5))

    assert back.registration.state == State.CONFIRMED
    assert back.registration.code != alice.code
    assert places.taken(event, NOW + timedelta(minutes=5)) == 1
    # Who asks is told what anybody would be told; the mail says the rest.
    assert back.has_place is False
    with pytest.raises(UndoTooLate):
        places.undo_cancelling(alice, at=NOW + timedelta(minutes=6))


@pytest.mark.django_db
def test_a_seat_online_that_is_given_back_brings_nobody_into_a_full_room():
    event = create_event(places=1, mode="hybrid")
    register(event, "Bob", mode="room")
    alice = register(event, "Alice", mode="online").registration
    places.cancel(alice, by=PERSON, at=NOW)

    back = register(event, "Alice", mode="room", at=NOW + timedelta(minutes=1))

    assert back.registration.state == State.WAITING


@pytest.mark.django_db
def test_whoever_comes_back_later_starts_at_the_end_of_the_line():
    event = create_event(places=1)
    alice = register(event, "Alice").registration
    bob = register(event, "Bob").registration
    places.cancel(alice, by=PERSON, at=NOW)

    back = register(event, "Alice", at=NOW + timedelta(minutes=11)).registration

    bob.refresh_from_db()
    assert (bob.state, back.state) == (State.OFFERED, State.WAITING)


@pytest.mark.django_db
def test_a_registration_is_cancelled_once():
    alice = register(create_event(), "Alice").registration
    places.cancel(alice, by=PERSON, at=NOW)

    with pytest.raises(NotRegistered):
        places.cancel(alice, by=HOST, at=NOW)
    with pytest.raises(NotRegistered):
        places.change(alice, organisation_name="B", at=NOW)


# --- Until when --------------------------------------------------------------------------------------------------

BEGINS = datetime(2027, 5, 20, 7, tzinfo=UTC)


@pytest.mark.django_db
def test_a_person_cancels_until_the_event_begins_and_the_host_at_any_time():
    event = create_event()
    alice, bob = (register(event, person).registration for person in ("Alice", "Bob"))

    with pytest.raises(TooLate):
        places.cancel(alice, by=PERSON, at=BEGINS)
    places.cancel(alice, by=HOST, at=BEGINS)
    places.cancel(bob, by=PERSON, at=BEGINS - timedelta(seconds=1))

    assert set(states(event).values()) == {State.CANCELLED}


@pytest.mark.django_db
def test_a_person_changes_answers_until_the_cut_off_and_the_host_at_any_time():
    event = create_event(changes_until=NOW + timedelta(days=1))
    alice = register(event, "Alice").registration
    over = BEGINS + timedelta(days=3)

    places.change(alice, organisation_name="B", at=NOW)
    for late in (NOW + timedelta(days=1), over):
        with pytest.raises(TooLate):
            places.change(alice, organisation_name="C", at=late)
    changed = places.change(alice, organisation_name="D", by_host=True, at=over)

    assert changed.organisation_name == "D"


@pytest.mark.django_db
def test_a_seat_is_handed_over_until_the_cut_off_and_by_others_until_the_start():
    event = create_event(changes_until=NOW + timedelta(days=1))
    colleague = {"email": "dana@example.org", "organisation_name": "A", "country": "SE"}
    alice = register(event, "Alice").registration

    with pytest.raises(TooLate):
        places.hand_over(alice, name="Dana", at=NOW + timedelta(days=1), **colleague)
    dana = places.hand_over(alice, name="Dana", by=create_user(), at=BEGINS - timedelta(seconds=1), **colleague)
    with pytest.raises(TooLate):
        places.hand_over(dana, name="Emil", by=create_user(), at=BEGINS, **colleague)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [places.accept_offer, places.decline_offer])
def test_an_offer_ends_with_the_start_of_an_event_that_was_moved_forward(answer):
    event = create_event(places=0)
    bob = register(event, "Bob").registration
    event.places = 1
    event.save()
    places.settle(event, at=NOW)
    event.starts_on = event.ends_on = date(2027, 3, 1)
    event.save()

    with pytest.raises(NoOpenOffer):
        answer(bob, at=NOW + timedelta(hours=1))


# --- Changing ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_moves_from_online_into_a_full_room():
    event = create_event(places=1, mode="hybrid")
    register(event, "Alice", mode="room")
    bob = register(event, "Bob", mode="online").registration

    with pytest.raises(NoFreePlace):
        places.change(bob, mode="room", at=NOW)

    bob.refresh_from_db()
    assert (bob.state, bob.mode) == (State.CONFIRMED, "online")


@pytest.mark.django_db
def test_moving_online_frees_the_seat_in_the_room_for_whoever_waits():
    event = create_event(places=1, mode="hybrid")
    alice = register(event, "Alice", mode="room").registration
    register(event, "Bob", mode="room")

    places.change(alice, mode="online", at=NOW)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.OFFERED}


@pytest.mark.django_db
def test_whoever_waits_for_the_room_may_take_part_online_at_once():
    event = create_event(places=0, mode="hybrid")
    bob = register(event, "Bob", mode="room").registration

    places.change(bob, mode="online", at=NOW)

    assert states(event) == {"Bob": State.CONFIRMED}


@pytest.mark.django_db
def test_a_new_name_and_address_make_the_person_known_by_them():
    event = create_event()
    alice = register(event, "Alice").registration

    places.change(alice, name="Alice Ek", email="ek@example.org", at=NOW)

    again = places.register(event, name="Alice Ek", email="ek@example.org", organisation_name="A", country="SE", at=NOW)
    assert again.is_new is False


@pytest.mark.django_db
def test_taking_the_name_of_somebody_else_who_is_registered_tells_nothing_and_breaks_nothing():
    event = create_event()
    register(event, "Alice")
    bob = register(event, "Bob").registration

    changed = places.change(bob, name="Alice", email="alice@example.org", at=NOW)

    assert changed.name == "Alice"
    assert changed.person.name == "Bob"


@pytest.mark.django_db
def test_correcting_keeps_one_registration_and_ends_the_link_that_went_astray():
    event = create_event(places=1)
    first = places.register(
        event, name="Alice", email="alice@gmial.com", organisation_name="A", country="SE", at=NOW
    ).registration

    corrected = places.correct(
        first, name="Alice", email="alice@gmail.com", organisation_name="A", country="SE", at=NOW
    )

    assert (corrected.registration, corrected.is_own, corrected.has_place) == (first, True, True)
    assert corrected.registration.code != first.code
    assert list(event.registrations.values_list("email", "state")) == [("alice@gmail.com", State.CONFIRMED)]
    assert list(Mail.objects.order_by("pk").values_list("to", flat=True)) == ["alice@gmial.com", "alice@gmail.com"]


@pytest.mark.django_db
def test_correcting_into_somebody_who_is_registered_leaves_them_one_seat():
    event = create_event(places=5)
    known = register(event, "Alice").registration
    mistaken = register(event, "Alise").registration

    corrected = places.correct(
        mistaken, name="Alice", email="alice@example.org", organisation_name="A", country="SE", at=NOW
    )

    assert (corrected.registration, corrected.is_own) == (known, False)
    assert states(event) == {"Alice": State.CONFIRMED, "Alise": State.CANCELLED}
    assert places.taken(event, NOW) == 1


# --- Mail in the same transaction --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_when_the_mail_cannot_be_written_nobody_is_registered(monkeypatch):
    event = create_event(places=1)

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(emails, "state", fail)
    with pytest.raises(RuntimeError):
        register(event, "Alice")

    assert not event.registrations.exists()
    assert not Mail.objects.exists()
