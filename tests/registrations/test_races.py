"""Never one seat too many, whoever comes at the same moment, and whatever is limited.

Each race has a twin that is run without the lock: it shows that the race would notice if the lock were gone.
"""

import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import Mail
from events.models import Event
from registrations import importing, places
from registrations.exceptions import NoOpenOffer
from registrations.importing import Newcomer
from registrations.models import Person, Registration
from registrations.places import choosing, counting
from tests.factories import (
    create_delegation,
    create_event,
    create_option,
    create_registration,
    create_session,
    create_user,
)

State = Registration.State
HOST = Registration.CancelledBy.HOST


def register(event, person: str, **answers) -> places.Registered:
    answers = {"organisation_name": "City of Gävle", "country": "SE", **answers}
    return places.register(event, name=person, email=f"{person.lower()}@example.org", **answers)


def states(event) -> dict[str, str]:
    return {r.name: r.state for r in event.registrations.order_by("pk")}


PEOPLE, PLACES = 8, 3


def everybody_at_once(act: Callable[[int], object]) -> list[BaseException]:
    """Call `act` in one thread for each person, all let go at the same moment; return what went wrong."""
    start, failures = threading.Barrier(PEOPLE), []

    def run(number: int) -> None:
        try:
            start.wait(30)
            act(number)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


@pytest.fixture
def meet_after_counting(monkeypatch):
    """Let everybody who counted what is free wait for the others, for a moment, before they take something of it.

    Behind the lock nobody else arrives, so the moment passes; without it all of them have counted the same places.
    """
    monkeypatch.setattr(counting, "count", meeting(counting.count))
    monkeypatch.setattr(choosing, "_left_where_somebody_waits", meeting(choosing._left_where_somebody_waits))


def meeting(count: Callable) -> Callable:
    all_of_them, turns = threading.Barrier(PEOPLE), itertools.count()

    def count_and_wait(*arguments, **options):
        counted = count(*arguments, **options)
        with suppress(threading.BrokenBarrierError):
            all_of_them.wait(1.5)
            # Then one after the other, so that each finds what those before left.
            time.sleep(0.05 * (next(turns) % PEOPLE))
        return counted

    return count_and_wait


@pytest.fixture
def without_the_lock(monkeypatch):
    """Take out the row lock, and for SQLite, whose transaction is the lock, the transaction too."""
    monkeypatch.setattr(counting, "lock", lambda event: type(event).objects.with_page_data().get(pk=event.pk))
    for act in ("register", "approve", "restore", "hand_over"):
        monkeypatch.setattr(places, act, getattr(places, act).__wrapped__)


def open_event(**fields):
    """An event that is open on the day on which the test runs: threads do not share a clock that stands still."""
    start = timezone.now().date() + timedelta(days=60)
    opened_at = timezone.now() - timedelta(days=1)
    return create_event(**{"starts_on": start, "ends_on": start, "registration_opens_at": opened_at, **fields})


# --- Whatever is limited -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limited:
    """Something with PLACES places: `terms` are how to register for it, `has` and `waits` name people in order."""

    event: Event
    terms: dict[str, Any]
    has: Callable[[], list[str]]
    waits: Callable[[], list[str]]


def limited(what: str) -> Limited:
    match what:
        case "event":
            event, terms = open_event(places=PLACES), {}
        case "online":
            event, terms = open_event(mode="hybrid", places=0, online_places=PLACES), {"mode": "online"}
        case "delegation":
            event = open_event(places=50)
            terms = {"delegation": create_delegation(event, seats=PLACES)}
        case _:
            event = open_event()
            create = create_session if what == "session" else create_option
            picked = create(event, places=PLACES)
            names = "registration__name", "registration"
            return Limited(
                event,
                {f"{what}s": [picked]},
                lambda: [name for name, _ in picked.choices.held().order_by("registration").values_list(*names)],
                lambda: [name for name, _ in picked.choices.waiting().values_list(*names)],
            )
    return Limited(
        event,
        terms,
        lambda: list(event.registrations.confirmed().order_by("pk").values_list("name", flat=True)),
        lambda: list(event.registrations.waiting().values_list("name", flat=True)),
    )


WHATEVER_IS_LIMITED = pytest.mark.parametrize("what", ["event", "online", "delegation", "session", "option"])


@pytest.mark.django_db(transaction=True)
@WHATEVER_IS_LIMITED
def test_of_many_at_once_exactly_as_many_as_there_are_places_get_one(what, meet_after_counting):
    it = limited(what)

    failures = everybody_at_once(lambda number: register(it.event, f"Person{number}", **it.terms))

    assert failures == []
    assert len(it.has()) == PLACES
    # The first who came have a place, and the others wait in the order of arrival.
    arrived = it.event.registrations.order_by("pk")
    assert it.has() + it.waits() == list(arrived.values_list("name", flat=True))
    assert list(arrived) == list(it.event.registrations.order_by("joined_at"))


@pytest.mark.django_db(transaction=True)
@WHATEVER_IS_LIMITED
def test_without_the_lock_the_same_crowd_overbooks(what, meet_after_counting, without_the_lock):
    it = limited(what)

    failures = everybody_at_once(lambda number: register(it.event, f"Person{number}", **it.terms))

    assert failures == []
    assert len(it.has()) > PLACES


# --- Whoever asks ------------------------------------------------------------------------------------------------


def the_last_place_is_wanted() -> tuple[Event, Callable[[int], object]]:
    """An event with one place left, and what eight people do at once: five kinds of acts, importing among them."""
    event, host = open_event(places=PLACES), create_user()
    seated = [create_registration(event, f"Seated{n}") for n in range(PLACES - 1)]
    asking = [create_registration(event, f"Asking{n}", state=State.FOR_APPROVAL) for n in range(2)]
    gone = [create_registration(event, f"Gone{n}", state=State.CANCELLED) for n in range(2)]

    def act(number: int) -> object:
        n = number // 4
        colleague = {"name": f"New{n}", "email": f"new{n}@example.org", "organisation_name": "A", "country": "SE"}
        match number % 4:
            case 0:
                return places.approve(asking[n], by=host)
            case 1:
                return places.restore(gone[n], by=host, reason="By mistake")
            case 2:
                return places.hand_over(seated[n], **colleague)
        if n:
            typed = {**colleague, "name": "Row", "email": "row@example.org"}
            row = Newcomer(**typed, organisation=None, participant_kind="participant", language="en")
            return importing.register_all(event, [row], by=host)
        return register(event, f"Person{n}")

    return event, act


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once_whoever_asks_for_it(meet_after_counting):
    event, act = the_last_place_is_wanted()

    assert everybody_at_once(act) == []

    assert event.registrations.holding_a_place().count() == PLACES
    assert event.registrations.waiting().count() == 5
    # Both colleagues have the seats that were handed to them.
    assert event.registrations.confirmed().filter(name__startswith="New").count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_whoever_asks_gets_the_last_place(meet_after_counting, without_the_lock):
    event, act = the_last_place_is_wanted()

    everybody_at_once(act)

    assert event.registrations.holding_a_place().count() > PLACES


@pytest.mark.django_db(transaction=True)
def test_a_hundred_cancel_while_a_hundred_register():
    event = open_event(places=100)
    seated = [create_registration(event, f"Seated{n}") for n in range(100)]

    def act(number: int) -> None:
        for n in range(number, 100, PEOPLE):
            places.cancel(seated[n], by=HOST)
            register(event, f"Person{n}")

    assert everybody_at_once(act) == []

    # Each place that was given back is taken or offered, and nobody waits.
    assert event.registrations.holding_a_place().count() == 100
    assert event.registrations.filter(state=State.CANCELLED).count() == 100
    assert not event.registrations.waiting().exists()


# --- One person, one place ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_person_in_many_windows_at_once_is_registered_once():
    event = open_event()

    failures = everybody_at_once(lambda number: register(event, "Alice"))

    assert failures == []
    assert event.registrations.count() == 1
    assert Mail.objects.filter(key__startswith="confirmed:").count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_at_many_events_at_once_is_one_person():
    event = open_event()
    events = [event, *(create_event(event.project, registration_opens_at=timezone.now()) for _ in range(PEOPLE - 1))]

    failures = everybody_at_once(lambda number: register(events[number], "Alice"))

    assert failures == []
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_freed_place_is_offered_once_however_many_settle_at_once():
    event = open_event(places=1)
    for person in ("Alice", "Bob", "Charlie"):
        register(event, person)
    event.registrations.filter(name="Alice").delete()

    failures = everybody_at_once(lambda number: places.settle(event))

    assert failures == []
    assert states(event) == {"Bob": State.OFFERED, "Charlie": State.WAITING}


@pytest.mark.django_db(transaction=True)
def test_a_place_is_either_accepted_or_expired_never_both():
    event = open_event(places=1)
    bob = create_registration(event, "Bob", state=State.WAITING)
    places.settle(event)
    late = timezone.now() + timedelta(hours=48)

    def act(number):
        if number % 2:
            places.settle(event, at=late)
        else:
            with suppress(NoOpenOffer):
                places.accept_offer(bob, at=late - timedelta(minutes=1))

    assert everybody_at_once(act) == []
    bob.refresh_from_db()
    assert (bob.state, bob.offers.get().outcome) in ((State.CONFIRMED, "accepted"), (State.CANCELLED, "expired"))
