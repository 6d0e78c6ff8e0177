"""What a host decides about one person asks for places as everybody does, and leaves a decision with its reason."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Mail
from projects.models import GroupMember, StakeholderGroup
from registrations import places
from registrations.exceptions import (
    AlreadyRegistered,
    NotCancelled,
    NotForApproval,
    NotRegistered,
    NotWaiting,
    ReasonMissing,
    RegistrationClosed,
    TooLate,
)
from registrations.models import Decision, Registration
from registrations.status import status_of
from tests.factories import create_event, create_partner, create_registration, create_session, create_user

pytestmark = pytest.mark.django_db
State, Kind = Registration.State, Decision.Kind
PERSON, HOST = Registration.CancelledBy.PERSON, Registration.CancelledBy.HOST
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def register(event, person: str, at: datetime = NOW, **answers) -> Registration:
    answers = {"organisation_name": "City of Gävle", "country": "SE", **answers}
    return places.register(event, name=person, email=f"{person.lower()}@example.org", at=at, **answers).registration


def hand_over(registration, person: str, at: datetime = LATER, **details) -> Registration:
    details = {"organisation_name": "City of Gävle", "country": "SE", **details}
    return places.hand_over(registration, name=person, email=f"{person.lower()}@example.org", at=at, **details)


def states(event) -> dict[str, str]:
    return {r.name: r.state for r in event.registrations.order_by("pk")}


def decisions(event) -> list[tuple]:
    of_event = Decision.objects.filter(registration__event=event).order_by("pk")
    return list(of_event.values_list("registration__name", "kind", "reason", "taken_by__name"))


def letters(person: str) -> list[str]:
    mails = Mail.objects.filter(to=f"{person.lower()}@example.org").order_by("pk")
    return [mail.key.partition(":")[0] for mail in mails]


# --- Approval ----------------------------------------------------------------------------------------------------


def test_where_the_host_approves_nobody_gets_a_place_before():
    event = create_event(places=1, needs_approval=True)

    done = places.register(event, name="Alice", email="alice@example.org", organisation_name="A", country="SE", at=NOW)

    assert (done.registration.state, done.has_place) == (State.FOR_APPROVAL, False)
    assert places.taken(event, NOW) == 0
    assert letters("Alice") == ["for_approval"]


def test_approving_gives_the_last_place_once_and_then_the_end_of_the_line():
    event, bob = create_event(places=1, needs_approval=True), create_user("Bob")
    first, second = register(event, "Alice"), register(event, "Charlie")

    places.approve(second, by=bob, text="Welcome", at=LATER)
    places.approve(first, by=bob, at=LATER)

    assert states(event) == {"Alice": State.WAITING, "Charlie": State.CONFIRMED}
    assert decisions(event) == [("Charlie", Kind.APPROVED, "Welcome", "Bob"), ("Alice", Kind.APPROVED, "", "Bob")]
    assert letters("Charlie") == ["for_approval", "confirmed"]
    assert "The host says: Welcome" in Mail.objects.get(to="charlie@example.org", key__startswith="confirmed").text
    with pytest.raises(NotForApproval):
        places.approve(first, by=bob, at=LATER)


def test_approving_gives_what_was_chosen_too():
    event = create_event(needs_approval=True)
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit])
    assert not visit.choices.held().exists()

    places.approve(alice, by=create_user("Bob"), at=LATER)

    assert visit.choices.held().get().registration == alice


def test_rejecting_tells_why_and_ends_it():
    event, bob = create_event(needs_approval=True), create_user("Bob")
    alice = register(event, "Alice")

    places.reject(alice, by=bob, text="For partners only this time", at=LATER)

    assert states(event) == {"Alice": State.CANCELLED}
    assert decisions(event) == [("Alice", Kind.REJECTED, "For partners only this time", "Bob")]
    assert letters("Alice") == ["for_approval", "rejected"]
    assert "For partners only this time" in Mail.objects.get(key__startswith="rejected").text
    with pytest.raises(NotForApproval):
        places.reject(alice, by=bob, at=LATER)


def test_members_of_a_stakeholder_group_are_let_in_and_others_wait_for_approval():
    event = create_event(admission="groups")
    group = StakeholderGroup.objects.create(partner=create_partner(event.project), name="Water board")
    GroupMember.objects.create(group=group, email="Alice@example.org")

    register(event, "Alice")
    register(event, "Bob")
    register(event, "Charlie", is_approved=True)

    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.FOR_APPROVAL, "Charlie": State.CONFIRMED}


def test_registering_where_groups_are_let_in_does_not_tell_who_is_in_one():
    event = create_event(admission="groups")
    group = StakeholderGroup.objects.create(partner=create_partner(event.project), name="Water board")
    GroupMember.objects.create(group=group, email="alice@example.org")

    told = [
        places.register(event, name=name, email=f"{name}@example.org", organisation_name="A", country="SE", at=NOW)
        for name in ("alice", "bob")
    ]

    assert [done.has_place for done in told] == [False, False]


@pytest.mark.parametrize(("before", "after"), [("alice", "bob"), ("bob", "alice")])
def test_correcting_the_address_asks_the_host_as_the_new_address_would_have(before, after):
    event = create_event(admission="groups", places=1)
    visit = create_session(event, places=1)
    group = StakeholderGroup.objects.create(partner=create_partner(event.project), name="Water board")
    GroupMember.objects.create(group=group, email="alice@example.org")
    answers = {"name": "Alice", "organisation_name": "A", "country": "SE"}
    done = places.register(event, email=f"{before}@example.org", sessions=[visit], at=NOW, **answers)

    corrected = places.correct(done.registration, email=f"{after}@example.org", at=LATER, **answers).registration

    is_member = after == "alice"
    assert corrected.state == (State.CONFIRMED if is_member else State.FOR_APPROVAL)
    assert (places.taken(event, LATER), visit.choices.held().count()) == (int(is_member), int(is_member))


def test_whoever_was_rejected_reads_that_and_why():
    event = create_event(needs_approval=True)
    alice = places.reject(register(event, "Alice"), by=create_user("Bob"), text="Partners only", at=LATER)

    status = status_of(alice, at=LATER)

    assert (status.word, status.sentence) == ("No place", "The host could not give you a place. Reason: Partners only")


# --- Adding, restoring, moving ahead -----------------------------------------------------------------------------


def test_an_organiser_adds_people_after_registration_has_closed_but_never_beyond_the_limit():
    event, bob = create_event(places=1, registration_closes_at=NOW), create_user("Bob")

    for person in ("Alice", "Charlie"):
        register(event, person, at=LATER, by=bob)

    assert states(event) == {"Alice": State.CONFIRMED, "Charlie": State.WAITING}
    assert decisions(event) == [("Alice", Kind.ADDED, "", "Bob"), ("Charlie", Kind.ADDED, "", "Bob")]
    with pytest.raises(RegistrationClosed):
        register(event, "Dana", at=datetime(2027, 6, 1, tzinfo=UTC), by=bob)


def test_whoever_is_restored_gets_a_place_if_there_is_one_else_the_end_of_the_line():
    event, bob = create_event(places=1), create_user("Bob")
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit])
    places.cancel(alice, by=HOST, at=NOW)

    places.restore(alice, by=bob, reason="Cancelled by mistake", at=LATER)
    assert (states(event), visit.choices.held().count()) == ({"Alice": State.CONFIRMED}, 1)

    places.cancel(alice, by=HOST, at=LATER, decided_by=bob)
    register(event, "Charlie", at=LATER)
    places.restore(alice, by=bob, reason="She comes after all", at=LATER)

    assert states(event) == {"Alice": State.WAITING, "Charlie": State.CONFIRMED}
    assert [kind for _name, kind, _reason, _by in decisions(event)] == [
        Kind.CANCELLED,
        Kind.RESTORED,
        Kind.CANCELLED,
        Kind.RESTORED,
    ]


def test_whoever_is_restored_within_ten_minutes_gets_the_seat_that_is_held():
    event = create_event(places=1)
    alice = register(event, "Alice")
    register(event, "Charlie")
    places.cancel(alice, by=PERSON, at=NOW)

    places.restore(alice, by=create_user("Bob"), reason="She called", at=NOW + timedelta(minutes=5))

    assert states(event) == {"Alice": State.CONFIRMED, "Charlie": State.WAITING}


def test_what_cannot_be_restored():
    event, bob = create_event(), create_user("Bob")
    alice = register(event, "Alice")
    with pytest.raises(NotCancelled):
        places.restore(alice, by=bob, reason="Why not", at=NOW)
    with pytest.raises(ReasonMissing):
        places.restore(alice, by=bob, reason=" ", at=NOW)
    places.cancel(alice, by=HOST, at=NOW)
    register(event, "Alice", at=LATER)

    with pytest.raises(AlreadyRegistered):
        places.restore(alice, by=bob, reason="Why not", at=LATER)


def test_whoever_is_moved_ahead_is_first_in_line_and_the_reason_is_kept():
    event, bob = create_event(places=1), create_user("Bob")
    alice = register(event, "Alice")
    charlie, dana, emil = (register(event, person) for person in ("Charlie", "Dana", "Emil"))

    places.move_ahead(emil, by=bob, reason="Speaks in the panel", at=LATER)
    assert [r.name for r in event.registrations.waiting()] == ["Emil", "Charlie", "Dana"]
    places.move_ahead(dana, by=bob, reason="Hosts the next event", at=LATER + timedelta(minutes=1))

    line = list(event.registrations.waiting())
    assert [(r.name, r.place_in_line) for r in line] == [("Dana", 1), ("Emil", 2), ("Charlie", 3)]
    assert decisions(event)[0] == ("Emil", Kind.MOVED_AHEAD, "Speaks in the panel", "Bob")
    places.cancel(alice, by=HOST, at=LATER + timedelta(minutes=2))
    assert states(event)["Dana"] == State.OFFERED
    with pytest.raises(NotWaiting):
        places.move_ahead(dana, by=bob, reason="Again", at=LATER + timedelta(minutes=3))
    with pytest.raises(ReasonMissing):
        places.move_ahead(charlie, by=bob, reason="", at=LATER)


# --- Handing over ------------------------------------------------------------------------------------------------


def test_a_colleague_gets_the_seat_and_the_choices_and_nobody_who_waits_gets_them_meanwhile():
    event = create_event(places=1, mode="hybrid")
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit], mode="room")
    register(event, "Charlie", mode="room")

    bob = hand_over(alice, "Bob", reason="I am ill")

    assert states(event) == {"Alice": State.CANCELLED, "Charlie": State.WAITING, "Bob": State.CONFIRMED}
    assert visit.choices.held().get().registration == bob
    assert (bob.takes_over_from, bob.mode) == (alice, "room")
    assert places.taken(event, LATER) == 1
    assert letters("Alice") == ["confirmed", "handed_over"]
    assert letters("Bob") == ["confirmed"]
    assert decisions(event) == [("Alice", Kind.SWAPPED, "I am ill", None), ("Bob", Kind.SWAPPED, "I am ill", None)]
    with pytest.raises(NotRegistered):
        hand_over(alice, "Dana")


def test_a_place_in_the_line_and_an_offer_are_handed_over_as_they_are():
    event = create_event(places=1)
    first = register(event, "Alice")
    bob = register(event, "Bob")
    register(event, "Charlie", at=NOW + timedelta(minutes=1))

    coordinator = create_user()
    with pytest.raises(TooLate):
        hand_over(bob, "Dana", at=NOW + timedelta(minutes=2))
    dana = hand_over(bob, "Dana", at=NOW + timedelta(minutes=2), by=coordinator)
    assert [r.name for r in event.registrations.waiting()] == ["Dana", "Charlie"]
    places.cancel(first, by=HOST, at=LATER)
    emil = hand_over(dana, "Emil", by=coordinator)

    places.accept_offer(emil, at=LATER)
    assert states(event)["Emil"] == State.CONFIRMED
    assert states(event)["Charlie"] == State.WAITING


def test_a_colleague_who_waits_leaves_the_line_for_the_place_that_is_handed_to_them():
    event = create_event(places=1)
    alice, bob = register(event, "Alice"), register(event, "Bob")

    new = hand_over(alice, "Bob")

    assert list(event.registrations.live()) == [new]
    bob.refresh_from_db()
    assert bob.state == State.CANCELLED


def test_a_place_is_not_handed_to_somebody_who_has_one():
    event = create_event()
    alice = register(event, "Alice")
    register(event, "Bob")

    for person in ("Alice", "Bob"):
        with pytest.raises(AlreadyRegistered):
            hand_over(alice, person)
    assert states(event) == {"Alice": State.CONFIRMED, "Bob": State.CONFIRMED}


def test_the_seat_of_whoever_cancelled_is_not_handed_over():
    with pytest.raises(NotRegistered):
        hand_over(create_registration(create_event(), state=State.CANCELLED), "Bob")
