"""What an event goes through: its verbs, what they refuse, undoing, and two organisers at once."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from events.exceptions import (
    AlreadyAnnounced,
    AlreadyHeld,
    AlreadyPublished,
    AlreadyUndone,
    Cancelled,
    ChangedSince,
    DateMissing,
    NotCalledOff,
    NotPublished,
    StillPostponed,
    UndoTooLate,
)
from events.models import TOLD_AFTER, Event, PlanChange
from events.versions import versions
from tests.conftest import NOW
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_user,
    create_venue,
    days,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime(2027, 3, 1, 9, tzinfo=UTC)
Status = Event.Status
UNDATED = {"date_precision": Event.DatePrecision.UNKNOWN}


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


# --- Verbs -------------------------------------------------------------------------------------------------------


def test_a_draft_becomes_a_save_the_date_then_announced_then_held():
    event = create_event(status=Status.DRAFT)

    assert event.save_the_date() is None
    assert (event.status, event.sequence) == (Status.SAVE_THE_DATE, 0)

    change = event.announce(venue=create_venue(city="Geleen"), at=MONDAY)
    assert (event.status, event.sequence, change.number) == (Status.ANNOUNCED, 1, 1)

    event.hold()
    assert (event.status, event.sequence) == (Status.HELD, 1)


VERBS: dict[str, Callable[[Event], object]] = {
    "save_the_date": lambda event: event.save_the_date(),
    "announce": lambda event: event.announce(),
    "move": lambda event: event.move(starts_on=date(2027, 5, 19)),
    "postpone": lambda event: event.postpone(reason="Flood"),
    "cancel": lambda event: event.cancel(reason="Flood"),
    "take_up_again": lambda event: event.take_up_again(reason="It is dry."),
    "hold": lambda event: event.hold(),
    "delete_draft": lambda event: event.delete_draft(),
}


@pytest.mark.parametrize(
    ("status", "verb", "refusal"),
    [
        (Status.DRAFT, "postpone", NotPublished),
        (Status.DRAFT, "cancel", NotPublished),
        (Status.DRAFT, "hold", NotPublished),
        (Status.DRAFT, "take_up_again", NotCalledOff),
        (Status.SAVE_THE_DATE, "take_up_again", NotCalledOff),
        (Status.SAVE_THE_DATE, "delete_draft", AlreadyPublished),
        (Status.ANNOUNCED, "save_the_date", AlreadyAnnounced),
        (Status.ANNOUNCED, "take_up_again", NotCalledOff),
        (Status.ANNOUNCED, "delete_draft", AlreadyPublished),
        (Status.POSTPONED, "save_the_date", DateMissing),
        (Status.POSTPONED, "announce", DateMissing),
        (Status.POSTPONED, "move", StillPostponed),
        (Status.POSTPONED, "take_up_again", DateMissing),
        (Status.POSTPONED, "delete_draft", AlreadyPublished),
        (Status.CANCELLED, "save_the_date", Cancelled),
        (Status.CANCELLED, "announce", Cancelled),
        (Status.CANCELLED, "move", Cancelled),
        (Status.CANCELLED, "postpone", Cancelled),
        (Status.CANCELLED, "hold", Cancelled),
        (Status.HELD, "save_the_date", AlreadyHeld),
        (Status.HELD, "announce", AlreadyHeld),
        (Status.HELD, "move", AlreadyHeld),
        (Status.HELD, "postpone", AlreadyHeld),
        (Status.HELD, "cancel", AlreadyHeld),
        (Status.HELD, "hold", AlreadyHeld),
        (Status.HELD, "take_up_again", NotCalledOff),
        (Status.HELD, "delete_draft", AlreadyPublished),
    ],
)
def test_a_verb_that_does_not_fit_is_refused_and_changes_nothing(status, verb, refusal):
    fields = UNDATED if status == Status.POSTPONED else {}
    event = create_event(status=status, cancelled_at=MONDAY if status == Status.CANCELLED else None, **fields)
    before = Event.objects.filter(pk=event.pk).values().get()

    with pytest.raises(refusal):
        VERBS[verb](event)

    assert Event.objects.filter(pk=event.pk).values().get() == before
    assert not PlanChange.objects.exists()


def test_a_date_is_needed_to_publish():
    event = create_event(status=Status.DRAFT, **UNDATED)

    for publish in (event.announce, event.save_the_date):
        with pytest.raises(DateMissing):
            publish()


def test_a_published_event_does_not_lose_its_date_by_moving():
    event = create_event()

    with pytest.raises(DateMissing):
        event.move(reason="?", date_precision="unknown", starts_on=None, ends_on=None, start_time=None, end_time=None)


def test_what_was_cancelled_can_be_taken_up_again():
    event = create_event()
    event.cancel(reason="Storm", at=MONDAY)

    change = event.take_up_again(reason="The storm is over.", at=MONDAY + timedelta(days=1))

    assert (event.status, event.cancelled_at, event.sequence) == (Status.ANNOUNCED, None, 2)
    assert (change.plan_before.status, change.plan_after.status) == (Status.CANCELLED, Status.ANNOUNCED)


def test_what_was_postponed_gets_its_new_date_by_being_taken_up_again():
    event = create_event()
    event.postpone(reason="Flood")
    day = date(2027, 9, 9)

    event.take_up_again(
        reason="The hall is dry.", as_status=Status.SAVE_THE_DATE, date_precision="day", starts_on=day, ends_on=day
    )

    event.refresh_from_db()
    assert (event.status, event.starts_on, event.sequence) == (Status.SAVE_THE_DATE, day, 2)


def test_cancelling_twice_keeps_when_it_was_cancelled():
    event = create_event()
    event.cancel(reason="Storm", at=MONDAY)

    assert event.cancel(reason="Again", at=MONDAY + timedelta(days=1)) is None
    assert (event.cancelled_at, event.sequence) == (MONDAY, 1)


def test_a_draft_is_deleted():
    event = create_event(status=Status.DRAFT)

    event.delete_draft()

    assert not Event.objects.exists()


# --- Telling -----------------------------------------------------------------------------------------------------


def test_people_are_told_a_minute_after_a_published_event_changed():
    event = create_event()

    change = event.move(starts_on=date(2027, 5, 19), reason="The hall is taken.", at=MONDAY)

    assert (change.tell_at, change.told_at) == (MONDAY + TOLD_AFTER, None)


def test_nobody_is_told_of_an_error_that_is_corrected():
    event = create_event()

    change = event.move(start_time=time(9, 30), reason="A typing error: it always was 9:30.", tells=False, at=MONDAY)

    assert (change.tell_at, change.reason) == (None, "A typing error: it always was 9:30.")


def test_publishing_tells_nobody():
    event = create_event(status=Status.DRAFT)

    assert event.announce(at=MONDAY) is None
    assert not event.changes.exists()


def test_another_way_to_join_is_a_new_revision_but_not_a_new_version():
    event = create_event(mode=Event.Mode.ONLINE, join_url="https://meet.example.org/old")

    change = event.move(reason="Another room", join_url="https://meet.example.org/new", at=MONDAY)

    assert (event.sequence, change.tell_at) == (1, MONDAY + TOLD_AFTER)
    assert change.fields_before["join_url"] == "https://meet.example.org/old"
    assert "meet.example.org" not in str((change.before, change.after))
    assert versions(event, list(event.changes.all())) == []


def test_what_stays_as_promised_is_no_change():
    event = create_event()

    assert event.move(reason="Nothing", starts_on=event.starts_on, places=60) is None
    event.refresh_from_db()
    assert (event.sequence, event.places) == (0, 60)


def test_what_somebody_else_changed_meanwhile_stays():
    event = create_event()
    other = Event.objects.get(pk=event.pk)
    other.title = "A better title"
    other.save()

    event.move(start_time=time(10), reason="The train is late.")

    event.refresh_from_db()
    assert (event.title, event.start_time) == ("A better title", time(10))


# --- Undoing -----------------------------------------------------------------------------------------------------


def promised(event: Event) -> dict:
    names = ("status", "starts_on", "ends_on", "start_time", "end_time", "mode", "venue", "join_url", "cancelled_at")
    return Event.objects.filter(pk=event.pk).values(*names, "registration_closes_at", "date_precision").get()


def test_undoing_puts_everything_back_under_a_higher_sequence():
    event = create_event(venue=create_venue(), registration_closes_at=MONDAY)
    before = promised(event)
    change = go_online(event)

    undoing = change.undo(at=MONDAY + seconds(59))

    event.refresh_from_db()
    change.refresh_from_db()
    assert promised(event) == before
    assert (event.sequence, undoing.number, undoing.undoes) == (2, 2, change)
    assert (change.tell_at, undoing.tell_at) == (None, MONDAY + seconds(59))


def go_online(event: Event) -> PlanChange:
    return event.move(
        reason="Going online",
        at=MONDAY,
        starts_on=date(2027, 6, 1),
        ends_on=date(2027, 6, 1),
        mode=Event.Mode.ONLINE,
        venue=None,
        join_url="https://meet.example.org/x",
        registration_closes_at=None,
    )


def test_changing_and_undoing_take_as_many_queries_after_many_changes_and_among_many_events():
    counts = []
    for earlier in (1, 3):
        event = create_event(venue=create_venue())
        for number in range(earlier):
            event.move(start_time=time(7 + number), reason="To and fro", at=MONDAY)
        event = Event.objects.get(pk=event.pk)
        with CaptureQueriesContext(connection) as queries:
            go_online(event).undo(at=MONDAY)
        counts.append(len(queries))

    assert counts[0] == counts[1] < 40


def test_what_was_undone_is_no_part_of_the_story():
    event = create_event()
    event.move(starts_on=date(2027, 5, 19), reason="First", at=MONDAY)
    event.cancel(reason="By mistake", at=MONDAY).undo(at=MONDAY + seconds(10))

    told = versions(event, list(event.changes.all()))

    assert [version.plan.starts_on for version in told] == [date(2027, 5, 19), date(2027, 5, 20)]
    assert [version.plan.status for version in told] == [Status.ANNOUNCED, Status.ANNOUNCED]
    assert "By mistake" not in str(told)


def test_after_a_minute_there_is_no_undoing():
    event = create_event()
    change = event.cancel(reason="Storm", at=MONDAY)

    with pytest.raises(UndoTooLate):
        change.undo(at=MONDAY + seconds(60))

    assert Event.objects.get().is_cancelled


def test_what_people_were_told_cannot_be_undone():
    event = create_event()
    change = event.cancel(reason="Storm", at=MONDAY)
    PlanChange.objects.filter(pk=change.pk).update(told_at=MONDAY + seconds(1))

    with pytest.raises(UndoTooLate):
        change.undo(at=MONDAY + seconds(2))


def test_nothing_is_undone_twice():
    change = create_event().cancel(reason="Storm", at=MONDAY)
    undoing = change.undo(at=MONDAY + seconds(1))

    with pytest.raises(AlreadyUndone):
        PlanChange.objects.get(pk=change.pk).undo(at=MONDAY + seconds(2))
    with pytest.raises(UndoTooLate):
        undoing.undo(at=MONDAY + seconds(2))


def test_changes_are_undone_in_turn():
    event = create_event()
    first = event.move(starts_on=date(2027, 5, 19), reason="First", at=MONDAY)
    second = event.move(start_time=time(10), reason="Second", at=MONDAY + seconds(5))

    with pytest.raises(ChangedSince):
        first.undo(at=MONDAY + seconds(10))
    second.undo(at=MONDAY + seconds(20))
    first.undo(at=MONDAY + seconds(30))

    event.refresh_from_db()
    assert (event.starts_on, event.start_time, event.sequence) == (date(2027, 5, 20), time(9), 4)
    assert versions(event, list(event.changes.all())) == []


def test_what_a_file_told_cannot_be_undone():
    event = create_event()
    plan = event.plan.to_json()
    change = PlanChange.objects.create(event=event, number=1, changed_at=MONDAY, before=plan, after=plan)

    with pytest.raises(UndoTooLate):
        change.undo(at=MONDAY)


# --- Two organisers at once --------------------------------------------------------------------------------------

ACTS: list[Callable[[Event], object]] = [
    lambda event: Event.move(event, starts_on=date(2027, 5, 19), reason="The hall is taken."),
    lambda event: Event.move(event, mode=Event.Mode.HYBRID, reason="Not all can travel."),
]


def both_at_once(event: Event, acts: list[Callable[[Event], object]]) -> list[BaseException]:
    start, failures = threading.Barrier(len(acts)), []

    def run(act: Callable[[Event], object]) -> None:
        try:
            mine = Event.objects.get(pk=event.pk)
            start.wait(30)
            act(mine)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def meet(monkeypatch, read: Callable[[Event], None]) -> None:
    """Let both wait for each other, for a moment, after reading what they change. Behind the lock nobody comes."""
    meeting = threading.Barrier(2)

    def read_and_wait(event: Event) -> None:
        read(event)
        with suppress(threading.BrokenBarrierError):
            meeting.wait(1.5)

    monkeypatch.setattr(Event, "lock", read_and_wait)


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_both_change_the_plan(monkeypatch):
    event = create_event()
    meet(monkeypatch, Event.lock)

    failures = both_at_once(event, ACTS)

    event.refresh_from_db()
    assert failures == []
    assert (event.starts_on, event.mode, event.sequence) == (date(2027, 5, 19), Event.Mode.HYBRID, 2)
    assert [change.number for change in event.changes.all()] == [1, 2]
    first, second = event.changes.all()
    assert first.after == second.before


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_one_of_them_is_lost(monkeypatch):
    """The twin of the test above: it shows that that test would notice if the lock were gone."""
    event = create_event()
    meet(monkeypatch, Event.refresh_from_db)
    monkeypatch.setattr(Event, "change_plan", Event.change_plan.__wrapped__)
    monkeypatch.setattr(Event, "move", Event.move.__wrapped__)

    failures = both_at_once(event, ACTS)

    event.refresh_from_db()
    both = (event.starts_on, event.mode) == (date(2027, 5, 19), Event.Mode.HYBRID)
    assert failures or not both


# --- Several partners and projects -------------------------------------------------------------------------------


def test_coordinators_of_co_hosts_organise_too():
    project = create_project()
    host, co_host, other = (create_partner(project) for _ in range(3))
    event = create_event(project, host=host)
    event.co_hosts.add(co_host)
    users = [create_user(name) for name in ("Bob", "Alice", "Charlie")]
    for user, partner in zip(users, (host, co_host, other), strict=True):
        user.memberships.create(role="coordinator", partner=partner)

    assert [list(Event.objects.organised_by(user)) for user in users] == [[event], [event], []]
    assert list(Event.objects.of_partner(co_host)) == [event]


def test_an_event_of_two_projects_is_there_once_for_members_of_both():
    ours, theirs, others = (create_project() for _ in range(3))
    event = create_event(ours, visibility=Event.Visibility.PARTNERS)
    event.other_projects.add(theirs, others)
    alice, charlie = create_user("Alice"), create_user("Charlie")
    for project in (theirs, others, ours):
        alice.memberships.create(role="lead", project=project)
    charlie.memberships.create(role="lead", project=create_project())

    assert list(Event.objects.visible_to(alice)) == [event]
    assert list(Event.objects.visible_to(charlie)) == []
    assert [list(Event.objects.of_project(project)) for project in (ours, theirs)] == [[event], [event]]


def test_whoever_leads_the_other_project_sees_no_draft_and_changes_nothing():
    event = create_event(status=Status.DRAFT)
    theirs = create_project()
    event.other_projects.add(theirs)
    lead = create_user("Charlie")
    lead.memberships.create(role="lead", project=theirs)

    assert list(Event.objects.visible_to(lead)) == []
    assert list(Event.objects.organised_by(lead)) == []


# --- Who sees it, and registration by hand -----------------------------------------------------------------------


def test_what_is_unlisted_is_seen_by_its_organisers_alone():
    event = create_event(visibility="unlisted")
    partner = create_partner(event.project)

    assert list(Event.objects.visible_to(None)) == []
    assert list(Event.objects.visible_to(create_coordinator(partner))) == []
    assert list(Event.objects.visible_to(create_lead(event.project))) == [event]


@pytest.mark.parametrize(
    ("by_hand", "opens", "at", "is_open"),
    [
        ("", 1, 0, False),
        ("open", 1, 0, True),
        ("open", -1, 0, True),
        ("closed", -1, 0, False),
        # The event begins on 20 May and is over on 21 May: 80 and 83 days later.
        ("", -1, 81, False),
        ("open", -1, 81, True),
        ("open", -1, 83, False),
    ],
)
def test_registration_is_opened_and_closed_by_hand_whatever_the_dates_say(by_hand, opens, at, is_open):
    event = create_event(registration_by_hand=by_hand, registration_opens_at=NOW + days(opens))

    assert event.takes_registrations(at=NOW + days(at)) is is_open


def test_by_hand_nobody_opens_registration_for_a_draft():
    assert not create_event(registration_by_hand="open", status="draft").takes_registrations(at=NOW)
