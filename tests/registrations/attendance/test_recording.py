"""Acts of a batch: what counts, what is kept with its reason, and what an undo takes back, whichever comes first."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from registrations.attendance import Act, Outcome, attended_days, day_list, record
from registrations.models import AttendanceRecord, DoorAct, Registration
from tests.factories import create_event, create_registration, create_session

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2027, 5, 20), date(2027, 5, 21)
MORNING = datetime(2027, 5, 20, 7, tzinfo=UTC)


def act(registration: Registration | None, n: int = 1, what: str = "in", **fields) -> Act:
    defaults = {"day": FIRST, "happened_at": MORNING + timedelta(minutes=n), "how": "scan"}
    return Act(act=uuid.UUID(int=n), what=what, registration=registration, **{**defaults, **fields})


def undo(registration: Registration | None, n: int, of: int) -> Act:
    return act(registration, n, "undo", undoes=uuid.UUID(int=of))


def test_a_batch_records_what_counts_and_keeps_the_rest_with_its_reason():
    event = create_event()
    alice = create_registration(event, "Alice")
    states = Registration.State
    others = {
        "other_event": act(create_registration(create_event(event.project), "Elsa"), 2),
        "waiting": act(create_registration(event, "Wim", state=states.WAITING), 3),
        "cancelled": act(create_registration(event, "Carla", state=states.CANCELLED), 4),
        "for_approval": act(create_registration(event, "Ada", state=states.FOR_APPROVAL), 5),
        "not_a_day": act(alice, 6, day=date(2027, 5, 22), happened_at=MORNING + timedelta(days=9)),
        "not_begun": act(alice, 7, day=SECOND),
        "not_a_session": act(alice, 8, session=create_session(create_event(event.project))),
        "no_reason": act(alice, 9, how="correction"),
        "unknown": act(None, 10),
        "forged": act(None, 11, kept_because="forged"),
    }

    outcomes = record(event, [act(alice, 1, device="desk 2", helper="Mia"), *others.values()])

    assert outcomes == [
        Outcome(uuid.UUID(int=1), counted=True),
        *(Outcome(one.act, counted=False, reason=reason) for reason, one in others.items()),
    ]
    assert list(AttendanceRecord.objects.values_list("registration", "what", "how", "device", "helper")) == [
        (alice.pk, "in", "scan", "desk 2", "Mia")
    ]
    assert set(DoorAct.objects.values_list("act", "kept_because")) == {
        (one.act, reason) for reason, one in others.items()
    }


def test_repeated_acts_get_the_first_answer_and_change_nothing():
    event = create_event()
    alice, wim = create_registration(event, "Alice"), create_registration(event, "Wim", state="waiting")
    batch = [act(alice, 1), act(wim, 2)]
    first = record(event, batch)
    wim.confirm()
    alice.cancel(by=Registration.CancelledBy.HOST)

    assert record(event, batch) == first
    assert record(event, batch * 2) == first * 2
    assert (AttendanceRecord.objects.count(), DoorAct.objects.count()) == (1, 1)


def test_an_id_that_was_used_for_somebody_else_does_not_count():
    event = create_event()
    record(event, [act(create_registration(event, "Alice"), 1)])

    outcomes = record(event, [act(create_registration(event, "Bob"), 1)])

    assert outcomes == [Outcome(uuid.UUID(int=1), counted=False, reason="used")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("knows_whom", [True, False])
def test_an_undo_takes_its_act_back_whichever_comes_first(order, knows_whom):
    event = create_event()
    alice = create_registration(event)
    acts = [act(alice, 1), undo(alice if knows_whom else None, 2, of=1)]

    for n in order:
        record(event, [acts[n]])

    assert attended_days(event) == {}
    assert not AttendanceRecord.objects.present().exists()
    assert set(AttendanceRecord.objects.values_list("act", flat=True)) == {uuid.UUID(int=1), uuid.UUID(int=2)}


def test_an_undo_takes_back_one_act_and_not_the_others():
    event = create_event()
    alice = create_registration(event)

    record(event, [act(alice, 1), act(alice, 2), undo(alice, 3, of=1)])

    assert attended_days(event) == {alice.pk: (FIRST,)}
    assert [one.act.int for one in AttendanceRecord.objects.present()] == [2]


def test_an_undo_of_somebody_elses_act_takes_nothing_back():
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")

    record(event, [act(alice, 1), undo(bob, 2, of=1)])

    assert attended_days(event) == {alice.pk: (FIRST,)}


def test_absent_takes_back_what_was_said_before_it_and_out_takes_nothing_back():
    event = create_event()
    alice, bob, cem = (create_registration(event, name) for name in ("Alice", "Bob", "Cem"))
    absent = {"what": "absent", "how": "correction", "reason": "Another guest of this name."}

    record(event, [act(alice, 1), act(alice, 2, "out"), act(bob, 3), act(bob, 4, **absent)])
    record(event, [act(cem, 6), act(cem, 5, **absent)])

    assert attended_days(event) == {alice.pk: (FIRST,), cem.pk: (FIRST,)}


CORRECTION = {"how": "correction", "reason": "Seen by the host."}


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
@pytest.mark.parametrize(
    ("said", "is_present"),
    [
        # A correction wins over what was seen at the same instant, whatever it says.
        (({"what": "in"}, {"what": "absent", **CORRECTION}), False),
        (({"what": "absent", "how": "name_search"}, {"what": "in", **CORRECTION}), True),
        # Of two that were seen, and of two corrections, that somebody was not there.
        (({"what": "in"}, {"what": "absent", "how": "name_search"}), False),
        (({"what": "in", **CORRECTION}, {"what": "absent", **CORRECTION}), False),
        (({"what": "in"}, {"what": "out"}), True),
    ],
)
def test_of_two_acts_at_one_instant_what_they_say_decides_and_not_their_ids(said, is_present, ids):
    event = create_event()
    alice = create_registration(event)
    one, other = (act(alice, n, happened_at=MORNING, **fields) for n, fields in zip(ids, said, strict=True))

    record(event, [one])
    record(event, [other])

    days = (FIRST,) if is_present else ()
    assert attended_days(event).get(alice.pk, ()) == days
    assert [row.first_in is not None for row in day_list(event, FIRST)] == [is_present]
    present = AttendanceRecord.objects.present().values_list("day", flat=True)
    assert tuple(present) == days


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_whoever_came_and_left_at_one_instant_left(ids):
    event = create_event()
    alice = create_registration(event)

    record(event, [act(alice, ids[0], "out", happened_at=MORNING), act(alice, ids[1], happened_at=MORNING)])

    assert [(row.first_in, row.last_out) for row in day_list(event, FIRST)] == [(MORNING, MORNING)]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_batch_takes_the_same_queries_for_one_three_and_fifty(count, django_assert_num_queries):
    event = create_event()
    people = [create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org") for n in range(count)]
    acts = [act(person, n) for n, person in enumerate(people, 1)]

    # What is known of these acts, and what waits for them; the insert.
    with django_assert_num_queries(2):
        record(event, acts)
    with django_assert_num_queries(1):
        record(event, acts)


def test_a_list_of_any_length_is_recorded_once():
    event = create_event()
    alice = create_registration(event)
    acts = [act(alice, n) for n in range(1, 602)]

    assert record(event, acts) == record(event, acts) == [Outcome(one.act, counted=True) for one in acts]
    assert AttendanceRecord.objects.count() == 601


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_records_of_an_event_become_visible_in_the_order_of_their_keys():
    """A device asks for what came after a key, so that none may turn up later with a smaller one."""
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    seen = []

    def second() -> None:
        record(event, [act(bob, 2)])
        seen.append(list(AttendanceRecord.objects.order_by("pk").values_list("act", flat=True)))
        connection.close()

    with transaction.atomic():
        record(event, [act(alice, 1)])
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive() and not seen
    thread.join(10)

    assert seen == [[uuid.UUID(int=1), uuid.UUID(int=2)]]
