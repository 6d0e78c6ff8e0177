"""Who registered is told once of everything that changed, a minute later, and never twice."""

import base64
import re
import signal
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from accounts.models import Mail
from events.models import Event, PlanChange
from registrations import batches, interests, places, plan_changes
from registrations.models import Interest, Registration
from registrations.online.joining import join_address
from registrations.plan_changes import tell_of_plan_changes
from tests.factories import create_event, create_registration, create_venue
from venues.models import Venue

from .killing import other_process

pytestmark = pytest.mark.django_db
State = Registration.State
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SOON = NOW + timedelta(seconds=59)
DUE = NOW + timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def round_table(**fields) -> Event:
    fields = {"ends_on": date(2027, 5, 20), **fields}
    if "venue" not in fields:
        fields["venue"] = Venue.objects.filter(name="MECC").first() or create_venue(name="MECC", city="Maastricht")
    return create_event(title="Round table", contact_email="host@example.org", **fields)


def move(event: Event, *, at=NOW, reason="The room is taken.", **changes) -> PlanChange:
    return event.change_plan(
        reason=reason, at=at, **(changes or {"starts_on": date(2027, 6, 3), "ends_on": date(2027, 6, 3)})
    )


def sequence_of(mail: Mail) -> int:
    """The SEQUENCE of the invitation in a mail."""
    invitation = next(each for each in mail.attachments if each.get("alternative"))
    return int(re.search(rb"SEQUENCE:(\d+)", base64.b64decode(invitation["content"]))[1])


def told(**filters) -> list[str]:
    return sorted(Mail.objects.filter(key__startswith="plan_changed", **filters).values_list("to", flat=True))


# --- Once, and to whom -------------------------------------------------------------------------------------------


def test_whoever_is_registered_is_told_a_minute_later_and_once():
    event = round_table()
    for person, state in {
        "Alice": State.CONFIRMED,
        "Bob": State.WAITING,
        "Carol": State.FOR_APPROVAL,
        "Charlie": State.CANCELLED,
    }.items():
        create_registration(event, person, state=state)
    create_registration(round_table(), "Dora")
    change = move(event)

    assert tell_of_plan_changes(at=SOON) == 0
    assert tell_of_plan_changes(at=DUE) == 3
    assert tell_of_plan_changes(at=DUE) == 0

    assert told() == ["alice@example.org", "bob@example.org", "carol@example.org"]
    change.refresh_from_db()
    assert change.told_at == DUE


def test_the_mail_says_what_was_what_is_why_and_what_it_means():
    event = round_table()
    alice = create_registration(event)
    move(
        event, venue=create_venue(name="Hanenhof", city="Geleen"), starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3)
    )
    tell_of_plan_changes(at=DUE)

    mail = Mail.objects.get()
    assert mail.subject == "Moved: Round table, 3 June 2027, Geleen"
    assert (mail.to, mail.reply_to, mail.language) == ("alice@example.org", "host@example.org", "en")
    lines = [line for line in mail.text.splitlines() if line]
    assert lines[:12] == [
        "This event is moved.",
        "Reason: The room is taken.",
        "Alice, you keep your seat. Do you still come?",
        f"Yes, I still come: http://testserver/en/registrations/{alice.code}/still-coming/",
        f"No, I cannot come: http://testserver/en/registrations/{alice.code}/still-coming/?answer=no",
        "Your seat is kept until you answer.",
        "Round table",
        "When now: Thursday 3 June 2027, 09:00–16:00 (Geleen time, UTC+2)",
        "When before: Thursday 20 May 2027, 09:00–16:00 (Maastricht time, UTC+2)",
        "Where now: Hanenhof, Geleen, Netherlands",
        "Where before: MECC, Maastricht, Netherlands",
        "See my registration:",
    ]
    assert f"http://testserver/en/registrations/{alice.code}/" in mail.text
    for words in (
        "This event is moved.",
        "The room is taken.",
        "When before",
        "Hanenhof, Geleen, Netherlands",
        alice.code,
    ):
        assert words in mail.html


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"starts_on": date(2027, 6, 3), "ends_on": date(2027, 6, 3)}, "Moved: Round table, 3 June 2027, Maastricht"),
        ({"start_time": time(10), "end_time": time(12)}, "Moved: Round table, 20 May 2027, Maastricht"),
        ({"mode": "online", "venue": None}, "Now online: Round table, 20 May 2027, Online"),
        ({"mode": "hybrid"}, "Now on site and online: Round table, 20 May 2027, Maastricht"),
        ({"status": "cancelled", "cancelled_at": NOW}, "Cancelled: Round table, 20 May 2027, Maastricht"),
        ({"venue": None}, "Moved: Round table, 20 May 2027"),
    ],
)
def test_the_subject_begins_with_the_state(changes, subject):
    event = round_table()
    create_registration(event)
    move(event, **changes)
    tell_of_plan_changes(at=DUE)

    assert Mail.objects.get().subject == subject


def test_a_postponed_event_is_named_by_its_old_date():
    event = round_table()
    create_registration(event)
    event.postpone(reason="The speakers are ill.", at=NOW)
    tell_of_plan_changes(at=DUE)

    mail = Mail.objects.get()
    assert mail.subject == "Postponed: Round table, 20 May 2027, Maastricht"
    assert "When now: New date to follow" in mail.text
    assert "When before: Thursday 20 May 2027" in mail.text
    assert "Alice, you keep your seat. We write again when there is a new date." in mail.text


def cancelled_and_told(event: Event) -> None:
    event.cancel(reason="The speakers are ill.", at=NOW)
    tell_of_plan_changes(at=DUE)
    Mail.objects.all().delete()


def test_a_cancelled_event_that_is_taken_up_again_takes_place_after_all():
    event = round_table()
    alice = create_registration(event, "Alice")
    create_registration(event, "Bob", state=State.WAITING)
    create_registration(event, "Carol", state=State.FOR_APPROVAL)
    cancelled_and_told(event)
    event.take_up_again(reason="The speakers are well again.", at=DUE)
    tell_of_plan_changes(at=DUE + timedelta(seconds=60))

    mail = Mail.objects.get(to="alice@example.org")
    assert mail.subject == "It takes place after all: Round table, 20 May 2027, Maastricht"
    assert [line for line in mail.text.splitlines() if line][:5] == [
        "It takes place after all: this event is no longer cancelled.",
        "Reason: The speakers are well again.",
        "Alice, you have your seat again and need not register anew. You cannot come any more? Give it back: somebody"
        " else gets it.",
        "Round table",
        "When: Thursday 20 May 2027, 09:00–16:00 (Maastricht time, UTC+2)",
    ]
    assert "new date" not in mail.text
    assert "Bob, you are on the waiting list again, where you were." in Mail.objects.get(to="bob@example.org").text
    assert "the host still has to decide" in Mail.objects.get(to="carol@example.org").text
    # What the mail promises is so.
    alice.refresh_from_db()
    assert alice.is_confirmed


def test_a_cancelled_event_that_is_taken_up_again_later_says_both_dates():
    event = round_table()
    create_registration(event)
    cancelled_and_told(event)
    event.take_up_again(reason="", at=DUE, starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))
    tell_of_plan_changes(at=DUE + timedelta(seconds=60))

    mail = Mail.objects.get()
    assert mail.subject == "It takes place after all: Round table, 3 June 2027, Maastricht"
    assert "this event is no longer cancelled. It has a new date." in mail.text
    assert "When now: Thursday 3 June 2027" in mail.text
    assert "When before: Thursday 20 May 2027" in mail.text


def test_a_save_the_date_whose_place_is_found_and_then_announced_is_no_move():
    event = round_table(status="save_the_date", venue=None)
    create_registration(event)
    move(event, venue=create_venue(name="MECC"))
    tell_of_plan_changes(at=DUE)
    event.announce(at=DUE)
    tell_of_plan_changes(at=DUE + timedelta(seconds=60))

    assert [mail.subject.partition(":")[0] for mail in Mail.objects.order_by("pk")] == ["Place known", "Announced"]


def test_a_place_that_became_certain_is_told_as_that():
    event = round_table(place_to_be_confirmed=True)
    create_registration(event)
    move(event, place_to_be_confirmed=False)
    tell_of_plan_changes(at=DUE)

    mail = Mail.objects.get()
    assert mail.subject == "Place confirmed: Round table, 20 May 2027, Maastricht"
    assert (
        "Where now: MECC, Maastricht, Netherlands\nWhere before: MECC, Maastricht, Netherlands (to be conf" in mail.text
    )


def test_titles_are_in_the_persons_language_and_two_reasons_are_both_told():
    event = round_table(translations={"it": {"title": "Tavola rotonda"}})
    create_registration(event, language="it")
    move(event, at=NOW, reason="The room is taken.")
    move(event, at=NOW + timedelta(seconds=10), reason="The train strike.", start_time=time(11))
    tell_of_plan_changes(at=DUE + timedelta(seconds=10))

    mail = Mail.objects.get()
    assert mail.language == "it"
    assert mail.subject.startswith("Moved: Tavola rotonda")
    assert "Reason: The room is taken.\nReason: The train strike.\n" in mail.text


def test_whoever_waits_or_has_an_offer_reads_what_it_means_for_them():
    event = round_table(places=1)
    create_registration(event, "Bob", state=State.WAITING)
    offered = create_registration(event, "Carol", state=State.WAITING)
    offered.offer_place(until=NOW + timedelta(hours=48), at=NOW)
    move(event)
    tell_of_plan_changes(at=DUE)

    assert "Bob, you stay on the waiting list where you are." in Mail.objects.get(to="bob@example.org").text
    assert "Carol, a place is still held for you until Wednesday 3 March 2027, 10:00" in (
        Mail.objects.get(to="carol@example.org").text
    )


# --- What tells nobody -------------------------------------------------------------------------------------------


def test_what_was_moved_and_moved_back_tells_nobody():
    event = round_table()
    create_registration(event)
    move(event)
    move(event, at=SOON, starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 20))

    assert tell_of_plan_changes(at=SOON + timedelta(seconds=60)) == 0
    assert told() == []
    assert not PlanChange.objects.filter(told_at=None).exists()


def test_what_was_undone_tells_nobody():
    event = round_table()
    create_registration(event)
    move(event).undo(at=SOON)

    assert tell_of_plan_changes(at=DUE + timedelta(seconds=60)) == 0
    assert told() == []


def test_what_a_file_told_and_what_is_over_tell_nobody():
    create_registration(told_by_file := round_table())
    PlanChange.objects.create(event=told_by_file, number=1, before=told_by_file.plan.to_json(), after={})
    over = round_table(starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 1))
    create_registration(over)
    move(over, starts_on=date(2027, 2, 2), ends_on=date(2027, 2, 2))

    assert tell_of_plan_changes(at=DUE) == 0


def test_changes_that_follow_within_a_minute_are_one_mail_from_the_old_plan_to_the_new():
    event = round_table()
    create_registration(event)
    move(event, starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))
    move(event, at=SOON, starts_on=date(2027, 6, 10), ends_on=date(2027, 6, 10))

    assert tell_of_plan_changes(at=DUE) == 0
    assert tell_of_plan_changes(at=SOON + timedelta(seconds=60)) == 1

    text = Mail.objects.get().text
    assert "When now: Thursday 10 June 2027" in text
    assert "When before: Thursday 20 May 2027" in text


def test_a_second_change_is_told_from_the_plan_that_people_know():
    event = round_table()
    create_registration(event)
    move(event)
    tell_of_plan_changes(at=DUE)
    move(event, at=DUE, starts_on=date(2027, 6, 10), ends_on=date(2027, 6, 10))
    tell_of_plan_changes(at=DUE + timedelta(seconds=60))

    assert "When before: Thursday 3 June 2027" in Mail.objects.latest("pk").text
    assert Mail.objects.count() == 2


def test_another_address_of_the_meeting_tells_nobody_because_their_own_link_leads_there():
    event = round_table(mode="online", venue=None, join_url="https://meet.example.org/old")
    alice = create_registration(event, "Alice")
    before = join_address(alice)
    change = move(event, join_url="https://meet.example.org/new", reason="")

    assert tell_of_plan_changes(at=DUE) == 0
    assert told() == []
    change.refresh_from_db()
    assert change.told_at is not None
    alice.refresh_from_db()
    assert (join_address(alice), alice.event.join_url) == (before, "https://meet.example.org/new")
    # A change that is told says nothing of it either, beside the link that they have.
    move(
        event, at=DUE, join_url="https://meet.example.org/newest", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3)
    )
    assert tell_of_plan_changes(at=DUE + timedelta(seconds=60)) == 1
    mail = Mail.objects.get()
    assert mail.subject == "Moved: Round table, 3 June 2027, Online"
    assert "meet.example.org" not in mail.text and f"Join online: {before}\n" in mail.text


def test_an_address_that_leads_elsewhere_is_announced_as_telling_nobody():
    event = round_table(mode="online", venue=None, join_url="https://meet.example.org/old")
    create_registration(event, "Alice")
    before = event.plan
    event.join_url = "https://meet.example.org/new"

    assert plan_changes.audience(event, before=before).is_nothing_new


def test_the_first_link_is_told_to_those_who_join_there():
    event = round_table(mode="online", venue=None)
    alice = create_registration(event, "Alice")
    create_registration(event, "Bob", state=State.WAITING)
    move(event, join_url="https://meet.example.org/new", reason="")
    tell_of_plan_changes(at=DUE)

    mail = Mail.objects.get()
    assert mail.to == "alice@example.org"
    assert mail.subject == "Your link to join: Round table, 20 May 2027, Online"
    assert f"Join online: {join_address(alice)}\n" in mail.text


def test_the_link_to_join_is_for_those_with_a_seat():
    event = round_table(join_url="https://meet.example.org/abc")
    alice = create_registration(event, "Alice")
    bob = create_registration(event, "Bob", state=State.WAITING)
    move(event, mode="online", venue=None)
    tell_of_plan_changes(at=DUE)

    assert f"Join online: {join_address(alice)}\n" in Mail.objects.get(to="alice@example.org").text
    mail = Mail.objects.get(to="bob@example.org")
    assert "/join/" not in mail.text + mail.html + str(mail.attachments)
    assert join_address(bob) != join_address(alice)


# --- Who joined meanwhile ----------------------------------------------------------------------------------------


def test_whoever_registers_after_a_change_knows_it_and_is_told_nothing(clock):
    event = round_table(status="save_the_date", registration_opens_at=NOW - timedelta(days=1))
    create_registration(event, "Bob", joined_at=NOW - timedelta(days=1))
    move(event, starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4))
    event.announce(at=NOW + timedelta(seconds=10))
    clock.shift(timedelta(seconds=40))
    places.register(event, name="Anna", email="anna@example.org", organisation_name="City of Gävle", country="SE")
    tell_of_plan_changes(at=NOW + timedelta(seconds=70))

    assert told() == ["bob@example.org"]
    assert [mail.subject for mail in Mail.objects.filter(to="anna@example.org")] == [
        "Confirmed: Round table, 3–4 June 2027, Maastricht"
    ]


def test_whoever_registers_between_a_change_and_its_undoing_gets_one_mail_that_corrects_the_plan(clock):
    event = round_table()
    create_registration(event, "Bob", joined_at=NOW - timedelta(days=1))
    change = move(event)
    clock.shift(timedelta(seconds=20))
    anna = {"organisation_name": "City of Gävle", "country": "SE"}
    places.register(event, name="Anna", email="anna@example.org", **anna)
    clock.shift(timedelta(seconds=20))
    change.undo(at=NOW + timedelta(seconds=40))
    clock.shift(timedelta(seconds=10))
    places.register(event, name="Emil", email="emil@example.org", **anna)
    for at in (DUE, DUE + timedelta(seconds=60)):
        tell_of_plan_changes(at=at)

    wrong, right = Mail.objects.filter(to="anna@example.org").order_by("pk")
    assert wrong.subject == "Confirmed: Round table, 3 June 2027, Maastricht"
    assert right.subject == "Corrected: Round table, 20 May 2027, Maastricht"
    assert "The plan that our last mail to you named was taken back. This one holds." in right.text
    assert "When now: Thursday 20 May 2027" in right.text
    assert "The room is taken." not in right.text
    assert [sequence_of(mail) for mail in (wrong, right)] == [1, 2]
    assert told() == ["anna@example.org"]


def test_whoever_waited_and_was_confirmed_before_the_undoing_is_corrected_too():
    event = round_table()
    between = {"confirmed_at": NOW + timedelta(seconds=20), "joined_at": NOW - timedelta(days=1)}
    create_registration(event, "Bob", **between)
    move(event).undo(at=NOW + timedelta(seconds=40))
    tell_of_plan_changes(at=DUE)

    assert [mail.subject.partition(":")[0] for mail in Mail.objects.all()] == ["Corrected"]


def test_a_change_that_stands_and_one_that_was_undone_are_told_to_each_as_they_knew_them():
    event = round_table()
    create_registration(event, "Bob", joined_at=NOW - timedelta(days=1))
    move(event, start_time=time(11))
    create_registration(event, "Carol", joined_at=NOW + timedelta(seconds=5))
    second = move(event, at=NOW + timedelta(seconds=10))
    create_registration(event, "Dora", joined_at=NOW + timedelta(seconds=20))
    second.undo(at=NOW + timedelta(seconds=30))
    tell_of_plan_changes(at=DUE)

    assert {mail.to: mail.subject.partition(":")[0] for mail in Mail.objects.all()} == {
        "bob@example.org": "Moved",
        "dora@example.org": "Corrected",
    }


def test_whoever_asks_to_hear_after_a_change_knows_it(clock):
    event = round_table(status="save_the_date")
    interests.join(event, email="bob@example.org", language="en")
    move(event)
    clock.shift(timedelta(seconds=40))
    interests.join(event, email="dora@example.org", language="en")
    tell_of_plan_changes(at=DUE)

    assert told() == ["bob@example.org"]
    assert "3 June 2027" in Mail.objects.get(to="dora@example.org").subject


def test_whoever_registers_between_two_changes_is_told_of_the_second_only(clock):
    event = round_table()
    move(event)
    create_registration(event, "Anna", joined_at=NOW + timedelta(seconds=20))
    move(event, at=SOON, reason="The train strike.", starts_on=date(2027, 6, 10), ends_on=date(2027, 6, 10))
    tell_of_plan_changes(at=SOON + timedelta(seconds=60))

    text = Mail.objects.get(to="anna@example.org").text
    assert "When before: Thursday 3 June 2027" in text
    assert "When now: Thursday 10 June 2027" in text
    assert "The train strike." in text
    assert "The room is taken." not in text


# --- Stopped in the middle ---------------------------------------------------------------------------------------


class Stopped(BaseException):
    pass


def stop_after(monkeypatch, number: int):
    """Let the process end while it writes the mail after so many."""
    written = 0
    write = plan_changes._write

    def counted(*arguments):
        nonlocal written
        if written == number:
            raise Stopped
        written += 1
        return write(*arguments)

    monkeypatch.setattr(plan_changes, "_write", counted)


def test_whoever_goes_on_after_a_stop_tells_the_others_only(monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(plan_changes, "CHUNK", 2)
    monkeypatch.setattr(batches, "sleep", pauses.append)
    event = round_table()
    people = sorted(f"p{n}@example.org" for n in range(5))
    for n in range(5):
        create_registration(event, f"P{n}")
    move(event)
    with monkeypatch.context() as stopping:
        stop_after(stopping, 3)
        with pytest.raises(Stopped):
            tell_of_plan_changes(at=DUE)
    # The first two are committed, the third was rolled back with its transaction.
    assert told() == people[:2]

    assert tell_of_plan_changes(at=DUE + timedelta(seconds=90)) == 3
    assert told() == people
    # Between two transactions others get the lock: after one before the stop, and after three.
    assert pauses == [batches.PAUSE_SECONDS] * 4


def test_without_the_key_of_each_mail_people_would_be_told_twice(monkeypatch):
    """The guard matters: with keys that differ each time, the first two get a second mail."""
    monkeypatch.setattr(plan_changes, "CHUNK", 2)
    event = round_table()
    for n in range(3):
        create_registration(event, f"P{n}")
    move(event)
    keys = iter(range(1000))
    monkeypatch.setattr("registrations.emails._key", lambda name, *others: f"plan_changed:{next(keys)}")
    with monkeypatch.context() as stopping:
        stop_after(stopping, 2)
        with pytest.raises(Stopped):
            tell_of_plan_changes(at=DUE)
    tell_of_plan_changes(at=DUE)

    assert told() == ["p0@example.org", "p0@example.org", "p1@example.org", "p1@example.org", "p2@example.org"]


def test_a_change_between_stop_and_going_on_tells_each_what_they_do_not_know(monkeypatch):
    monkeypatch.setattr(plan_changes, "CHUNK", 1)
    event = round_table()
    create_registration(event, "Alice")
    create_registration(event, "Bob")
    move(event)
    with monkeypatch.context() as stopping:
        stop_after(stopping, 1)
        with pytest.raises(Stopped):
            tell_of_plan_changes(at=DUE)
    move(event, at=DUE, starts_on=date(2027, 6, 10), ends_on=date(2027, 6, 10))

    assert tell_of_plan_changes(at=DUE + timedelta(seconds=60)) == 2
    assert "When before: Thursday 3 June" in Mail.objects.filter(to="alice@example.org").latest("pk").text
    bob = Mail.objects.get(to="bob@example.org")
    assert "When before: Thursday 20 May" in bob.text
    assert "When now: Thursday 10 June" in bob.text


@pytest.mark.django_db(transaction=True)
def test_after_kill_9_in_the_middle_each_has_exactly_one_mail():
    event = round_table()
    for n in range(130):
        create_registration(event, f"P{n}")
    move(event, at=NOW)
    teller = other_process(
        "from datetime import datetime, UTC\n"
        "from registrations import plan_changes\n"
        "write, count = plan_changes._write, [0]\n"
        "def slow(*arguments):\n"
        "    count[0] += 1\n"
        "    if count[0] == 70:\n"
        "        print('in the middle', flush=True)\n"
        "        import time; time.sleep(60)\n"
        "    return write(*arguments)\n"
        "plan_changes._write = slow\n"
        "plan_changes.tell_of_plan_changes(at=datetime(2027, 3, 1, 9, 1, tzinfo=UTC))\n"
    )
    assert "in the middle" in teller.stdout.readline()
    teller.send_signal(signal.SIGKILL)
    teller.wait(20)
    assert len(told()) == 60

    assert tell_of_plan_changes(at=DUE) == 70
    assert told() == sorted(f"p{n}@example.org" for n in range(130))


def test_one_wrong_address_keeps_nobody_else_from_being_told():
    event = round_table()
    create_registration(event, "Alice")
    Registration.objects.filter(pk=create_registration(event, "Bob").pk).update(email="no address")
    create_registration(event, "Carol")
    move(event)

    assert tell_of_plan_changes(at=DUE) == 2
    assert told() == ["alice@example.org", "carol@example.org"]


def test_one_event_that_fails_keeps_no_other_from_telling(monkeypatch):
    create_registration(broken := round_table(), "Alice")
    create_registration(fine := round_table(), "Bob")
    move(broken)
    move(fine)
    news = plan_changes._news

    def failing(event, changes):
        if event == broken:
            raise RuntimeError
        return news(event, changes)

    monkeypatch.setattr(plan_changes, "_news", failing)

    assert tell_of_plan_changes(at=DUE) == 1
    assert told() == ["bob@example.org"]


# --- Those who asked to hear -------------------------------------------------------------------------------------


def test_the_interest_list_is_told_once_unless_registered():
    event = round_table(status="save_the_date")
    Interest.objects.create(event=event, email="dora@example.org")
    Interest.objects.create(event=event, email="alice@example.org")
    create_registration(event, "Alice")
    move(event)

    assert tell_of_plan_changes(at=DUE) == 2
    assert told() == ["alice@example.org", "dora@example.org"]
    mail = Mail.objects.get(to="dora@example.org")
    assert mail.subject == "Moved: Round table, 3 June 2027, Maastricht"
    assert "When before: Thursday 20 May 2027" in mail.text
    assert "/interest/" in mail.text
    assert mail.attachments == []


# --- Before anything is changed ----------------------------------------------------------------------------------


def preview(event, **context) -> str:
    before = Event.objects.get(pk=event.pk).plan
    template = Template("{% load plan_changes %}{% who_is_told event before reason %}")
    return template.render(Context({"event": event, "before": before, "reason": "", **context}))


def test_the_editor_shows_who_is_told_and_what_the_mail_says():
    event = round_table()
    for person, state in (("A", "confirmed"), ("B", "confirmed"), ("C", "waiting"), ("D", "cancelled")):
        create_registration(event, person, state=state)
    Interest.objects.create(event=event, email="dora@example.org")
    event.starts_on = event.ends_on = date(2027, 6, 3)

    shown = preview(event, reason="The <room> is taken.")

    for words in (
        "4 people get one mail each",
        "2 with a seat",
        "1 on the waiting list",
        "1 who asked to hear when registration opens",
        "Moved: Round table, 3 June 2027, Maastricht",
        "When before: Thursday 20 May 2027",
        "Reason: The &lt;room&gt; is taken.",
    ):
        assert words in shown
    assert Mail.objects.count() == 0


def test_the_editor_says_when_nobody_is_told():
    event = round_table()
    create_registration(event)

    assert "Nobody: when and where people come stays the same." in preview(event)
    # Before it is known what changes, the people are counted.
    assert "1 person gets one mail" in preview(event, before=None)
    Registration.objects.all().delete()
    event.starts_on = event.ends_on = date(2027, 6, 3)
    assert "Nobody: no one is registered or waits for news." in preview(event)


@pytest.mark.parametrize("number", [1, 3])
def test_looking_who_is_told_takes_four_queries(number):
    event = round_table()
    for n in range(number):
        create_registration(event, f"P{n}")
    event.starts_on = event.ends_on = date(2027, 6, 3)

    before = Event.objects.get(pk=event.pk).plan

    with CaptureQueriesContext(connection) as queries:
        plan_changes.audience(event, before=before)

    assert len(queries) == 4


@pytest.mark.parametrize("number", [1, 3])
def test_telling_costs_the_same_queries_for_each_person(number):
    event = round_table()
    for n in range(number):
        create_registration(event, f"P{n}")
    move(event)

    with CaptureQueriesContext(connection) as queries:
        tell_of_plan_changes(at=DUE)

    # One for each mail; the rest is once for all of them.
    mails = [query for query in queries if "accounts_mail" in query["sql"] and "INSERT" in query["sql"]]
    assert len(mails) == number
    assert len(queries) - len(mails) == 22
