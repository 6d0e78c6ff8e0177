"""Places of sessions and of answers: only who has a seat holds one, and what gets free is given in order of picking."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Mail
from events.models import ChoiceGroup, Event
from registrations import places
from registrations.exceptions import ChoicesClash, ChoicesDoNotFit, NotRegistered
from registrations.models import Choice, Registration
from registrations.places import Left
from tests.factories import (
    create_delegation,
    create_event,
    create_option,
    create_registration,
    create_session,
    create_user,
)

pytestmark = pytest.mark.django_db
State = Registration.State
PERSON, HOST = Registration.CancelledBy.PERSON, Registration.CancelledBy.HOST
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


def register(event, person: str, at: datetime = NOW, **answers) -> Registration:
    answers = {"organisation_name": "City of Gävle", "country": "SE", **answers}
    return places.register(event, name=person, email=f"{person.lower()}@example.org", at=at, **answers).registration


def held(limited) -> list[str]:
    return list(limited.choices.held().order_by("pk").values_list("registration__name", flat=True))


def waiting(limited) -> list[str]:
    return list(limited.choices.waiting().values_list("registration__name", flat=True))


def letters(person: str) -> list[str]:
    mails = Mail.objects.filter(to=f"{person.lower()}@example.org").order_by("pk")
    return [mail.key.partition(":")[0] for mail in mails]


def test_whoever_comes_too_late_for_a_visit_keeps_the_seat_and_waits_for_the_visit():
    event = create_event()
    visit = create_session(event, places=1)

    register(event, "Alice", sessions=[visit])
    bob = register(event, "Bob", sessions=[visit])

    assert (held(visit), waiting(visit)) == (["Alice"], ["Bob"])
    assert bob.state == State.CONFIRMED
    assert places.session_places(event) == {visit.pk: Left(places=1, taken=1, waiting=1)}


def test_the_mail_that_confirms_a_seat_says_for_what_its_person_waits():
    event = create_event()
    visit, free = create_session(event, places=1, title="Visit of the yard"), create_session(event, title="Talk")
    dinner = create_option(event, places=0, label="Dinner, late")

    register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit, free], options=[dinner])

    alices, bobs = (Mail.objects.get(to=f"{name}@example.org") for name in ("alice", "bob"))
    assert "You wait for" not in alices.text
    for said in (bobs.text, bobs.html):
        assert "You wait for a place in: Visit of the yard, Dinner, late. We write to you as soon as" in said


def test_an_answer_has_places_as_a_session_has():
    event = create_event()
    dinner = create_option(event, places=1)

    register(event, "Alice", options=[dinner])
    register(event, "Bob", options=[dinner])

    assert (held(dinner), waiting(dinner)) == (["Alice"], ["Bob"])
    assert places.option_places(event) == {dinner.pk: Left(places=1, taken=1, waiting=1)}


def test_whoever_waits_for_a_seat_holds_no_choice_and_gets_it_with_the_seat():
    event = create_event(places=1)
    visit = create_session(event, places=5)
    alice = register(event, "Alice")
    bob = register(event, "Bob", sessions=[visit])
    assert (held(visit), places.session_places(event)[visit.pk].waiting) == ([], 0)

    places.cancel(alice, by=HOST, at=NOW)
    assert held(visit) == []
    places.accept_offer(bob, at=NOW + minutes(1))

    assert held(visit) == ["Bob"]
    # The mail that confirms the seat is enough.
    assert letters("Bob") == ["waiting", "offer", "confirmed"]


def test_what_gets_free_is_given_at_once_in_the_order_of_picking_and_by_mail():
    event = create_event()
    visit = create_session(event, places=1, title="The treatment plant")
    alice = register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit], at=NOW + minutes(1))
    register(event, "Charlie", sessions=[visit], at=NOW + minutes(2))

    places.choose(alice, sessions=[], options=[], at=NOW + minutes(3))

    assert (held(visit), waiting(visit)) == (["Bob"], ["Charlie"])
    assert letters("Bob") == ["confirmed", "choice_held"]
    mail = Mail.objects.get(key__startswith="choice_held:")
    assert mail.subject == "You have a place: The treatment plant"
    assert "a place became free, and it is yours: The treatment plant." in mail.text


def test_picking_again_keeps_the_place_in_the_line_and_says_what_is_held():
    event = create_event()
    full, other = create_session(event, places=1), create_session(event, places=1)
    register(event, "Alice", sessions=[full])
    bob = register(event, "Bob", sessions=[full], at=NOW + minutes(1))
    register(event, "Charlie", sessions=[full], at=NOW + minutes(2))

    chosen = places.choose(bob, sessions=[full, other], options=[], at=NOW + minutes(3))

    assert [choice.session for choice in chosen.held] == [other]
    assert [choice.session for choice in chosen.waiting] == [full]
    assert waiting(full) == ["Bob", "Charlie"]


def test_choices_are_held_for_ten_minutes_with_the_seat_and_then_given_on():
    event = create_event()
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit])

    places.cancel(alice, by=PERSON, at=NOW)
    places.settle(event, at=NOW + minutes(9))
    assert held(visit) == ["Alice"]
    places.settle(event, at=NOW + minutes(10))
    assert held(visit) == ["Bob"]


def test_undoing_keeps_the_choices_and_so_does_coming_back():
    event = create_event()
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit])

    places.cancel(alice, by=PERSON, at=NOW)
    places.undo_cancelling(alice, at=NOW + minutes(1))
    assert held(visit) == ["Alice"]

    places.cancel(alice, by=PERSON, at=NOW + minutes(2))
    back = register(event, "Alice", sessions=[visit], at=NOW + minutes(3))
    assert list(visit.choices.held().values_list("registration", flat=True)) == [back.pk]


def test_whoever_comes_back_without_the_visit_gives_it_on():
    event = create_event()
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit])
    places.cancel(alice, by=PERSON, at=NOW)

    register(event, "Alice", at=NOW + minutes(3))

    assert held(visit) == ["Bob"]


def test_what_the_host_cancels_is_given_on_in_the_same_transaction():
    event = create_event()
    visit = create_session(event, places=1)
    alice = register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit])

    places.cancel(alice, by=HOST, at=NOW)

    assert held(visit) == ["Bob"]


def test_raising_a_limit_gives_what_is_free_and_lowering_it_takes_nothing():
    event = create_event()
    visit = create_session(event, places=1)
    for n, person in enumerate(["Alice", "Bob", "Charlie"]):
        register(event, person, sessions=[visit], at=NOW + minutes(n))
    visit.places = 2
    visit.save()
    places.settle(event, at=NOW + minutes(5))
    assert (held(visit), waiting(visit)) == (["Alice", "Bob"], ["Charlie"])

    visit.places = 0
    visit.save()
    places.settle(event, at=NOW + minutes(6))

    assert (held(visit), waiting(visit)) == (["Alice", "Bob"], ["Charlie"])
    assert places.session_places(event)[visit.pk].is_full


def test_whoever_raises_a_limit_in_the_programme_need_not_say_so():
    event = create_event()
    visit = create_session(event, places=1)
    for n, person in enumerate(["Alice", "Bob", "Charlie"]):
        register(event, person, sessions=[visit], at=NOW + minutes(n))
    visit.places = 2
    visit.save()

    assert (places.settle_all(at=NOW + minutes(5)), held(visit)) == (1, ["Alice", "Bob"])
    assert places.settle_all(at=NOW + minutes(6)) == 0


@pytest.mark.parametrize("fields", [{"status": "cancelled", "cancelled_at": NOW}, {"status": "held"}])
def test_at_an_event_that_is_over_or_cancelled_nothing_is_given(fields):
    event = create_event()
    visit = create_session(event, places=1)
    register(event, "Alice", sessions=[visit])
    register(event, "Bob", sessions=[visit])
    Event.objects.filter(pk=event.pk).update(**fields)
    visit.places = 2
    visit.save()

    assert places.settle_all(at=NOW + minutes(5)) == 0
    places.settle(event, at=NOW + minutes(5))
    assert held(visit) == ["Alice"]


def test_a_visit_without_a_limit_takes_everybody_with_a_seat():
    event = create_event()
    visit = create_session(event, places=None)
    for person in ("Alice", "Bob"):
        register(event, person, sessions=[visit])

    assert held(visit) == ["Alice", "Bob"]
    assert places.session_places(event)[visit.pk].free is None


def test_two_sessions_at_the_same_time_are_refused():
    event = create_event()
    first = create_session(event, start_time=time(10), end_time=time(12))
    second = create_session(event, start_time=time(11), end_time=time(13))
    later = create_session(event, start_time=time(12), end_time=time(13))
    next_day = create_session(event, day=2, start_time=time(10), end_time=time(12))

    with pytest.raises(ChoicesClash) as refused:
        places.check_choices(event, [first, second])
    places.check_choices(event, [first, later, next_day])

    assert refused.value.sessions == (first, second)
    with pytest.raises(ChoicesClash):
        register(event, "Alice", sessions=[first, second])
    assert not event.registrations.exists()


@pytest.mark.parametrize(
    ("rule", "fitting"),
    [("exactly", [2]), ("at_least", [2, 3]), ("at_most", [0, 1, 2])],
)
def test_as_many_of_a_group_are_picked_as_its_rule_says(rule, fitting):
    event = create_event()
    group = ChoiceGroup.objects.create(event=event, name="Visits", rule=rule, pick=2)
    visits = [create_session(event, choice_group=group) for _ in range(3)]

    for picked in range(4):
        if picked in fitting:
            places.check_choices(event, visits[:picked])
        else:
            with pytest.raises(ChoicesDoNotFit) as refused:
                places.check_choices(event, visits[:picked])
            assert (refused.value.group, refused.value.picked) == (group, picked)


def test_a_group_without_a_number_asks_for_nothing_and_who_takes_part_online_may_pick_fewer():
    event = create_event(mode="hybrid")
    ChoiceGroup.objects.create(event=event, name="Talks", pick=None)
    ChoiceGroup.objects.create(event=event, name="Visits", pick=2)

    places.check_choices(event, [], mode="online")
    with pytest.raises(ChoicesDoNotFit):
        places.check_choices(event, [], mode="room")


def test_nothing_is_chosen_for_whoever_cancelled():
    alice = create_registration(create_event(), state=State.CANCELLED)

    with pytest.raises(NotRegistered):
        places.choose(alice, sessions=[], options=[], at=NOW)


def test_a_deleted_session_gives_no_places():
    event = create_event()
    visit = create_session(event, places=1)
    register(event, "Alice", sessions=[visit])
    bob = register(event, "Bob", sessions=[visit])
    visit.deleted_at = NOW
    visit.places = 2
    visit.save()

    places.settle(event, at=NOW)

    assert not Choice.objects.get(registration=bob).has_place


@pytest.mark.parametrize("people", [1, 3])
def test_saying_what_is_left_costs_one_query_however_many_there_are(people, django_assert_num_queries):
    event = create_event()
    visits = [create_session(event, places=5) for _ in range(people)]
    dinners = [create_option(event, places=5) for _ in range(people)]
    for n in range(people):
        register(event, f"Person{n}", sessions=visits, options=dinners)

    with django_assert_num_queries(1):
        assert {left.taken for left in places.session_places(event).values()} == {people}
    with django_assert_num_queries(1):
        assert {left.taken for left in places.option_places(event).values()} == {people}


def test_days_that_are_not_known_clash_with_nothing():
    event = create_event(starts_on=date(2027, 5, 20))
    sessions = [create_session(event, day=None, start_time=time(10), end_time=time(12)) for _ in range(2)]

    places.check_choices(event, sessions)


def test_picking_when_registering_costs_few_queries(django_assert_num_queries):
    event = create_event()
    visits, dinner = [create_session(event, places=1) for _ in range(3)], create_option(event, places=1)
    with CaptureQueriesContext(connection) as plain:
        register(event, "Alice")

    # What groups ask for, and the choices: what is left is counted with the seats.
    for person, has_place in (("Bob", True), ("Charlie", False)):
        with django_assert_num_queries(len(plain) + 2):
            registration = register(event, person, sessions=visits, options=[dinner])
        assert set(registration.choices.values_list("has_place", flat=True)) == {has_place}


def test_a_newcomer_takes_no_place_that_somebody_else_waits_for():
    event = create_event()
    visit = create_session(event, places=1)
    for person in ("Alice", "Bob"):
        register(event, person, sessions=[visit])
    # The limit was raised, and nobody has settled yet.
    visit.__class__.objects.filter(pk=visit.pk).update(places=2)

    register(event, "Charlie", sessions=[visit])

    assert held(visit) == ["Alice", "Bob"]


@pytest.mark.parametrize("comes_back", ["undone", "restored"])
def test_whoever_comes_back_within_minutes_gets_what_became_free_meanwhile(comes_back):
    event = create_event()
    visit = create_session(event, places=0)
    alice = register(event, "Alice", sessions=[visit])
    places.cancel(alice, by=PERSON, at=NOW + minutes(1))
    visit.places = 1
    visit.save()
    places.settle(event, at=NOW + minutes(2))

    if comes_back == "undone":
        places.undo_cancelling(alice, at=NOW + minutes(3))
    else:
        places.restore(alice, by=create_user(), reason="By mistake", at=NOW + minutes(3))

    assert held(visit) == ["Alice"]


def test_whoever_is_named_within_minutes_of_leaving_takes_a_seat_of_the_delegation_and_not_their_old_one():
    event = create_event(places=2)
    register(event, "Bob")
    alice = register(event, "Alice")
    delegation = create_delegation(event, seats=1)
    places.cancel(alice, by=PERSON, at=NOW + minutes(1))

    named = register(event, "Alice", delegation=delegation, by=create_user(), at=NOW + minutes(2))

    stored = event.registrations.live().get(name="Alice")
    assert (named, stored.state, stored.delegation) == (stored, State.CONFIRMED, delegation)
    assert letters("Alice") == ["confirmed", "cancelled", "confirmed"]
