"""Reminders 7 days and 1 day before, thanks the day after: each once, to whom it concerns, whatever is restarted."""

import signal
from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import Mail
from events.models import Event
from registrations import reminders
from registrations.models import Decision, Registration
from registrations.online.joining import join_address
from registrations.questions.answering import keep_answers
from registrations.questions.asked import read_questions
from registrations.reminders import remind, remind_of_feedback, remind_of_questions, thank
from tests.factories import (
    create_event,
    create_feedback,
    create_question,
    create_registration,
    create_session,
    create_venue,
    record_attendance,
)
from venues.models import Venue

from .killing import other_process

pytestmark = pytest.mark.django_db
State = Registration.State
LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)
# 9:00 at the place is 7:00 UTC in May.
WEEK = datetime(2027, 5, 13, 7, tzinfo=UTC)
DAY = datetime(2027, 5, 19, 7, tzinfo=UTC)
START = datetime(2027, 5, 20, 7, tzinfo=UTC)
AFTER = datetime(2027, 5, 21, 7, tzinfo=UTC)


def round_table(**fields) -> Event:
    defaults = {"title": "Round table", "ends_on": date(2027, 5, 20), "contact_email": "host@example.org"}
    return create_event(venue=Venue.objects.first() or create_venue(name="MECC"), **{**defaults, **fields})


def person(event, name="Alice", *, since=LONG_AGO, **fields) -> Registration:
    return create_registration(event, name, joined_at=since, confirmed_at=since, **fields)


def subjects() -> list[tuple[str, str]]:
    return [(mail.to.partition("@")[0], mail.subject.partition(":")[0]) for mail in Mail.objects.order_by("pk")]


# --- Reminders ---------------------------------------------------------------------------------------------------


def test_each_is_written_once_at_its_hour():
    person(event := round_table())
    written = {}
    for at in (
        WEEK - timedelta(minutes=1),
        WEEK,
        WEEK + timedelta(minutes=10),
        DAY - timedelta(minutes=1),
        DAY,
        DAY + timedelta(minutes=10),
        START,
    ):
        written[at] = remind(at=at)

    assert [at for at, count in written.items() if count] == [WEEK, DAY]
    assert subjects() == [("alice", "In 7 days"), ("alice", "Tomorrow")]
    mail = Mail.objects.earliest("pk")
    assert mail.subject == "In 7 days: Round table, 20 May 2027, Maastricht"
    assert mail.text.startswith("Alice, this event is in 7 days, and your place is kept for you.\n\nRound table\n")
    assert "When: Thursday 20 May 2027, 09:00–16:00 (Maastricht time, UTC+2)" in mail.text
    assert f"/en/events/{event.slug}/" in mail.text
    assert mail.about == f"registration:{Registration.objects.get().pk}"


def test_only_those_with_a_place_are_reminded():
    event = round_table()
    for n, state in enumerate(State):
        create_registration(event, f"P{n}", state=state, joined_at=LONG_AGO, confirmed_at=LONG_AGO)

    assert remind(at=WEEK) == 1
    assert Mail.objects.get().to == Registration.objects.get(state=State.CONFIRMED).email


def test_whoever_got_their_place_less_than_a_day_before_is_not_reminded():
    event = round_table()
    person(event, "Early", since=WEEK - timedelta(days=1))
    person(event, "Late", since=WEEK - timedelta(hours=23))
    create_registration(event, "Waited", joined_at=LONG_AGO, confirmed_at=WEEK - timedelta(hours=1))
    person(event, "Later", since=WEEK + timedelta(hours=1))

    remind(at=WEEK)
    remind(at=WEEK + timedelta(hours=40))
    assert subjects() == [("early", "In 7 days")]
    remind(at=DAY)
    assert {to for to, subject in subjects() if subject == "Tomorrow"} == {"early", "late", "waited", "later"}


def test_a_reminder_that_comes_late_says_how_many_days_are_left_and_one_that_is_too_late_stays_away():
    person(round_table())

    remind(at=WEEK + timedelta(hours=30))
    remind(at=START - timedelta(minutes=1))
    assert subjects() == [("alice", "In 6 days"), ("alice", "Today")]
    Mail.objects.all().delete()
    remind(at=WEEK + timedelta(days=2))
    assert subjects() == []


@pytest.mark.parametrize("status", ["draft", "save_the_date", "cancelled", "held"])
def test_nobody_is_reminded_of_what_does_not_take_place(status):
    event = round_table()
    person(event)
    fields = {"cancelled_at": LONG_AGO} if status == "cancelled" else {}
    Event.objects.filter(pk=event.pk).update(status=status, **fields)

    assert remind(at=WEEK) == 0


def test_an_event_that_moved_has_its_own_reminders():
    event = round_table()
    person(event)
    remind(at=WEEK)
    change = event.change_plan(starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3), at=WEEK + timedelta(hours=1))
    change.told_at = WEEK + timedelta(hours=2)
    change.save()

    assert remind(at=DAY) == 0
    assert remind(at=WEEK + timedelta(days=14)) == 1
    assert subjects()[-1] == ("alice", "In 7 days")


def test_whoever_is_told_of_a_change_at_that_moment_is_not_reminded_as_well():
    event = round_table(starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3))
    person(event)
    change = event.change_plan(starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 20), at=WEEK - timedelta(hours=2))

    assert remind(at=WEEK) == 0
    change.told_at = WEEK + timedelta(minutes=1)
    change.save()
    assert remind(at=WEEK + timedelta(minutes=10)) == 0
    assert remind(at=DAY) == 1


def test_an_event_far_to_the_east_and_one_without_a_time_are_reminded_of_by_their_own_clocks():
    person(round_table(time_zone="Pacific/Kiritimati"), "East")
    person(round_table(start_time=None, end_time=None), "Timeless")

    # 9:00 in Kiritimati (UTC+14) is 19:00 UTC of the day before.
    assert remind(at=datetime(2027, 5, 12, 19, tzinfo=UTC)) == 1
    assert remind(at=WEEK) == 1
    assert [to for to, _subject in subjects()] == ["east", "timeless"]


def test_a_reminder_speaks_the_language_of_its_reader(settings):
    settings.LANGUAGES = [("en", "English"), ("nl", "Dutch")]
    event = round_table(translations={"nl": {"title": "Ronde tafel"}})
    person(event, language="nl")
    remind(at=WEEK)

    mail = Mail.objects.get()
    assert (mail.language, "Ronde tafel" in mail.subject) == ("nl", True)


def test_whoever_joins_online_reads_where():
    event = round_table(mode="online", join_url="https://meet.example.org/abc")
    person(event, mode="online")
    remind(at=DAY)

    assert f"Join online: {join_address(Registration.objects.get())}\n" in Mail.objects.get().text


def test_a_wrong_address_keeps_nobody_else_from_being_reminded():
    event = round_table()
    Registration.objects.filter(pk=person(event, "Bad").pk).update(email="no address")
    person(event, "Good")

    assert remind(at=WEEK) == 1
    assert subjects() == [("good", "In 7 days")]


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_the_rest_is_written_once_by_the_next_round():
    event = round_table()
    for n in range(25):
        person(event, f"p{n}")
    sender = other_process(
        "import time\n"
        "from datetime import UTC, datetime\n"
        "from registrations import reminders\n"
        "once = reminders._remind\n"
        "def slow(*given):\n"
        "    if given[-1]:\n"
        "        print('in the middle', flush=True); time.sleep(30)\n"
        "    return once(*given)\n"
        "reminders._remind = slow\n"
        "reminders.remind(at=datetime(2027, 5, 13, 7, tzinfo=UTC))\n"
    )
    assert "in the middle" in sender.stdout.readline()
    sender.send_signal(signal.SIGKILL)
    sender.wait(20)
    assert Mail.objects.count() == 10

    assert remind(at=WEEK) == 15
    assert remind(at=WEEK) == 0
    assert sorted(Mail.objects.values_list("to", flat=True)) == sorted(f"p{n}@example.org" for n in range(25))


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_people_but_for_their_mails(count, django_assert_num_queries):
    event = round_table()
    for n in range(count):
        person(event, f"p{n}")

    with django_assert_num_queries(12 + count):
        assert remind(at=WEEK) == count


# --- Questions that were not asked yet --------------------------------------------------------------------------------


def named_person(event, name="Nora", *, since=LONG_AGO, kind=Decision.Kind.NAMED) -> Registration:
    named = person(event, name, since=since)
    named.decisions.create(kind=kind, taken_at=since)
    return named


def test_whoever_was_named_and_answered_nothing_is_asked_twice():
    event = round_table()
    create_question(event, "Which size are your shoes?", is_required=True)
    named_person(event)
    person(event, "Alice")

    days = [remind_of_questions(at=LONG_AGO + timedelta(days=day)) for day in (1, 2, 3)]
    last = [remind_of_questions(at=START - timedelta(days=day)) for day in (11, 10, 9, 0)]

    assert (days, last) == ([0, 1, 0], [0, 1, 0, 0])
    assert subjects() == [("nora", "The host asks you")] * 2
    assert "Nora, the host needs some answers from you." in Mail.objects.first().text


def test_whoever_is_named_late_is_asked_once():
    event = round_table()
    create_question(event, is_required=True)
    named_person(event, since=START - timedelta(days=6))

    assert [remind_of_questions(at=START - timedelta(days=day)) for day in (5, 4, 3, 2, 1)] == [0, 1, 0, 0, 0]


def test_nobody_is_asked_who_answered_or_need_not():
    asks, asks_little = round_table(), round_table()
    question = create_question(asks, is_required=True)
    create_question(asks_little)
    create_question(asks_little, is_required=True, participant_kinds=["speaker"])
    create_question(asks_little, is_required=True, shown_if={"question": question.pk, "is": "answered"})
    keep_answers(named_person(asks, "Answered"), read_questions(asks), {question.pk: "42"})
    named_person(asks, "Gone").cancel(by="person")
    named_person(asks_little, "Nora")
    closed = round_table(changes_until=LONG_AGO)
    create_question(closed, is_required=True)
    named_person(closed, "Late")

    assert remind_of_questions(at=LONG_AGO + timedelta(days=3)) == 0


def test_whoever_must_choose_a_session_is_asked_too():
    event = round_table()
    group = event.choice_groups.create(name="Tracks", pick=1)
    for title in ("A", "B"):
        create_session(event, title=title, choice_group=group)
    named_person(event, kind=Decision.Kind.ADDED)

    assert remind_of_questions(at=LONG_AGO + timedelta(days=3)) == 1


# --- Thanks ------------------------------------------------------------------------------------------------------


def held(**fields) -> Event:
    event = round_table(**fields)
    Event.objects.filter(pk=event.pk).update(status="held")
    return event


def test_thanks_go_once_to_everybody_with_a_place_the_day_after():
    event = held()
    alice = person(event)
    create_registration(event, "Charlie", state=State.CANCELLED)
    create_registration(event, "Waits", state=State.WAITING)

    assert [thank(at=AFTER - timedelta(minutes=1)), thank(at=AFTER), thank(at=AFTER + timedelta(hours=1))] == [0, 1, 0]
    mail = Mail.objects.get()
    assert mail.subject == "Thank you: Round table, 20 May 2027, Maastricht"
    assert mail.text.startswith("Alice, thank you for taking part.\n")
    assert f"Say what you take home:\nhttp://testserver/en/registrations/{alice.code}/feedback/" in mail.text


def test_where_attendance_is_kept_only_those_who_were_there_are_thanked_later_ones_later():
    event = held()
    alice, bob = person(event), person(event, "Bob")
    person(event, "Absent")
    record_attendance(alice)

    thank(at=AFTER)
    record_attendance(bob)
    thank(at=AFTER + timedelta(days=2))
    assert [to for to, _subject in subjects()] == ["alice", "bob"]


def test_nobody_is_thanked_weeks_later_or_for_what_was_not_held():
    person(held())
    person(round_table())

    assert thank(at=AFTER + timedelta(days=7)) == 0


def test_feedback_that_is_closed_is_not_asked_for():
    person(held(feedback_closes_on=date(2027, 5, 20)))
    person(held(feedback_closes_on=date(2027, 5, 27)), "Bob")
    thank(at=AFTER)

    assert "/feedback/" not in Mail.objects.get(to="alice@example.org").text
    assert "It is open until Thursday 27 May 2027, 23:59" in Mail.objects.get(to="bob@example.org").text


# --- Feedback that was not given yet -----------------------------------------------------------------------------

A_WEEK_AFTER = AFTER + timedelta(days=6)


def asked_again() -> list[str]:
    return [mail.to.partition("@")[0] for mail in Mail.objects.filter(key__startswith="feedback_reminder:")]


def test_whoever_was_there_and_said_nothing_is_asked_once_more_a_week_after(clock):
    event = held()
    alice = person(event)
    create_feedback(person(event, "Bob"), relevance=4)
    clock.move_to(AFTER)
    thank()

    written = [remind_of_feedback(at=A_WEEK_AFTER + timedelta(minutes=n)) for n in (-1, 0, 60)]

    assert (written, asked_again()) == ([0, 1, 0], ["alice"])
    mail = Mail.objects.get(key__startswith="feedback_reminder:")
    assert mail.subject == "What did you take home? Round table, 20 May 2027, Maastricht"
    assert f"Say what you take home:\nhttp://testserver/en/registrations/{alice.code}/feedback/" in mail.text


@pytest.mark.parametrize(
    ("closes", "due"),
    [
        (date(2027, 5, 26), datetime(2027, 5, 24, 7, tzinfo=UTC)),
        # Two days before that, everybody was thanked a moment ago.
        (date(2027, 5, 23), None),
        (date(2027, 8, 1), datetime(2027, 5, 27, 7, tzinfo=UTC)),
    ],
)
def test_they_are_asked_before_feedback_closes_and_never_right_behind_the_thanks(clock, closes, due):
    person(held(feedback_closes_on=closes))
    clock.move_to(AFTER)
    thank()
    hours = [AFTER + timedelta(hours=n) for n in range(24 * 20)]

    asked = [at for at in hours if remind_of_feedback(at=at)]

    assert asked == ([due] if due else [])


def test_nobody_is_asked_again_who_was_not_there_or_was_not_thanked(clock):
    event = held()
    alice, bob = person(event), person(event, "Bob")
    person(event, "Absent")
    record_attendance(alice)
    clock.move_to(AFTER)
    thank()
    record_attendance(bob)

    remind_of_feedback(at=A_WEEK_AFTER)

    assert asked_again() == ["alice"]


def test_they_are_looked_for_again_and_again():
    from accounts.periodic import registered

    assert {
        "registrations.reminders.remind",
        "registrations.reminders.thank",
        "registrations.reminders.remind_of_feedback",
    } <= set(registered)
    assert time(9) == reminders.MORNING
