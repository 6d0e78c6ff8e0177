"""Ticking who came: records are added and never changed, an act counts once, and presence is what the last act says."""

import itertools
import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from events.models import Event
from registrations.attendance import (
    DayPresence,
    Presence,
    SignedList,
    attended_days,
    begun_days,
    check_in,
    check_out,
    day_list,
    is_over,
    presence,
    record_signed_list,
)
from registrations.exceptions import ActUsedElsewhere, DayNotBegun, NotADayOfTheEvent, NotConfirmed, ReasonMissing
from registrations.models import AttendanceRecord, Registration
from registrations.models import SignedList as FrozenList
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_session,
    create_user,
    record_attendance,
)

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2027, 5, 20), date(2027, 5, 21)
MORNING = datetime(2027, 5, 20, 7, tzinfo=UTC)
NEXT_MORNING = MORNING + timedelta(days=1)
ACT = uuid.UUID(int=1)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


# --- What a tick does --------------------------------------------------------------------------------------------


def test_checking_in_adds_a_record_that_says_who_when_how_and_by_whom():
    registration, bob = create_registration(), create_user("Bob")

    record = check_in(registration, FIRST, by=bob, how=AttendanceRecord.How.SIGNED_LIST, act=ACT, at=MORNING)

    assert list(
        AttendanceRecord.objects.values_list(
            "pk", "act", "registration", "day", "session", "what", "happened_at", "how", "recorded_by"
        )
    ) == [(record.pk, ACT, registration.pk, FIRST, None, "in", MORNING, "signed_list", bob.pk)]


def test_undoing_adds_a_record_and_removes_none():
    registration = create_registration()
    check_in(registration, FIRST, at=MORNING)

    check_out(registration, FIRST, at=MORNING + hours(1))

    assert [record.is_present for record in AttendanceRecord.objects.all()] == [True, False]
    assert attended_days(registration.event) == {}


def test_the_same_act_twice_is_one_record():
    registration = create_registration()

    first = check_in(registration, FIRST, act=ACT, at=MORNING)
    again = check_in(registration, FIRST, act=ACT, at=MORNING + hours(1))

    assert first == again
    assert AttendanceRecord.objects.get().happened_at == MORNING


def test_an_act_that_is_sent_again_after_its_undoing_changes_nothing():
    registration = create_registration()
    check_in(registration, FIRST, act=ACT, at=MORNING)
    check_out(registration, FIRST, at=MORNING + hours(1))

    check_in(registration, FIRST, act=ACT, at=MORNING + hours(2))

    assert attended_days(registration.event) == {}


def test_an_act_is_accepted_again_even_if_the_place_is_gone_by_now():
    registration = create_registration()
    record = check_in(registration, FIRST, act=ACT, at=MORNING)
    registration.cancel(by=Registration.CancelledBy.HOST, at=MORNING + hours(1))

    assert check_in(registration, FIRST, act=ACT, at=MORNING) == record


@pytest.mark.parametrize("what", ["person", "day", "tick"])
def test_an_act_id_of_something_else_is_refused(what):
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    check_in(alice, FIRST, act=ACT, at=MORNING)

    tick, person, day, at = {
        "person": (check_in, bob, FIRST, MORNING),
        "day": (check_in, alice, SECOND, NEXT_MORNING),
        "tick": (check_out, alice, FIRST, MORNING),
    }[what]
    with pytest.raises(ActUsedElsewhere):
        tick(person, day, act=ACT, at=at)

    assert AttendanceRecord.objects.count() == 1


@pytest.mark.parametrize("state", [state for state in Registration.State.values if state != "confirmed"])
def test_only_somebody_with_a_place_is_ticked(state):
    registration = create_registration(state=state)

    with pytest.raises(NotConfirmed):
        check_in(registration, FIRST, at=MORNING)

    assert AttendanceRecord.objects.count() == 0


@pytest.mark.parametrize("day", [FIRST - timedelta(days=1), SECOND + timedelta(days=1)])
def test_only_days_of_the_event_are_ticked(day):
    with pytest.raises(NotADayOfTheEvent):
        check_in(create_registration(), day, at=NEXT_MORNING + hours(48))


def test_an_event_without_an_exact_date_has_no_day_to_tick():
    event = create_event(date_precision=Event.DatePrecision.MONTH)

    with pytest.raises(NotADayOfTheEvent):
        check_in(create_registration(event), date(2027, 5, 1), at=NEXT_MORNING)


@pytest.mark.parametrize(
    ("zone", "begins_at"),
    [
        ("Europe/Amsterdam", datetime(2027, 5, 19, 22, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2027, 5, 19, 12, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 5, 20, 4, tzinfo=UTC)),
    ],
)
def test_a_day_is_ticked_from_its_midnight_where_the_event_is(zone, begins_at):
    registration = create_registration(create_event(time_zone=zone))

    with pytest.raises(DayNotBegun):
        check_in(registration, FIRST, at=begins_at - timedelta(seconds=1))
    assert begun_days(registration.event, at=begins_at - timedelta(seconds=1)) == []

    check_in(registration, FIRST, at=begins_at)
    assert begun_days(registration.event, at=begins_at) == [FIRST]
    with pytest.raises(DayNotBegun):
        check_in(registration, SECOND, at=begins_at)


# --- A signed list -----------------------------------------------------------------------------------------------


def test_a_signed_list_ticks_those_with_a_place_and_names_the_others():
    event, bob = create_event(), create_user("Bob")
    alice, left = create_registration(event, "Alice"), create_registration(event, "Left", state="cancelled")

    done = record_signed_list(event, FIRST, [alice, left], act=ACT, by=bob, at=MORNING)

    assert done == SignedList(ticked=(alice,), without_place=(left,))
    assert list(AttendanceRecord.objects.values_list("registration", "day", "what", "how", "recorded_by")) == [
        (alice.pk, FIRST, "in", "signed_list", bob.pk)
    ]


def test_the_same_list_twice_adds_nothing():
    event = create_event()
    people = [create_registration(event, name) for name in ("Alice", "Bob", "Cem")]

    record_signed_list(event, FIRST, people[:2], act=ACT, at=MORNING)
    record_signed_list(event, FIRST, people, act=ACT, at=MORNING + hours(1))

    assert AttendanceRecord.objects.count() == 3
    assert set(attended_days(event)) == {person.pk for person in people}


def test_a_list_of_a_day_to_come_is_refused_whole():
    event = create_event()

    with pytest.raises(DayNotBegun):
        record_signed_list(event, SECOND, [create_registration(event)], act=ACT, at=MORNING)

    assert AttendanceRecord.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_the_same_queries_for_one_and_three(count, django_assert_num_queries):
    event = create_event()
    people = [create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org") for n in range(count)]

    # Whether the list is frozen, when the programme begins, what is known of these acts; the insert.
    with django_assert_num_queries(4):
        record_signed_list(event, FIRST, people, act=ACT, at=MORNING)


# --- Presence ----------------------------------------------------------------------------------------------------


def test_presence_counts_people_with_a_place_on_each_day():
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    create_registration(event, "Cem")
    left = create_registration(event, "Left")
    for person in (alice, bob, left):
        check_in(person, FIRST, at=MORNING)
    check_in(alice, SECOND, at=NEXT_MORNING)
    left.cancel(by=Registration.CancelledBy.PERSON, at=NEXT_MORNING)
    create_registration(event, "Waits", state=Registration.State.WAITING)
    record_attendance(create_registration(create_event(event.project)))

    assert presence(event) == Presence(
        days=(DayPresence(FIRST, here=2, expected=3), DayPresence(SECOND, here=1, expected=3)), attended=2, expected=3
    )


def test_records_of_sessions_are_apart_from_those_of_days():
    event = create_event()
    registration = create_registration(event)
    record_attendance(registration, session=create_session(event))

    assert attended_days(event) == {}
    assert presence(event).on(FIRST).here == 0


def test_a_day_that_is_no_longer_of_the_event_is_not_counted_and_not_lost():
    event = create_event()
    registration = create_registration(event)
    check_in(registration, FIRST, at=MORNING)
    event.starts_on = SECOND
    event.save()

    assert presence(event).days == (DayPresence(SECOND, here=0, expected=1),)
    assert attended_days(event) == {registration.pk: (FIRST,)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_presence_does_not_depend_on_the_order_in_which_records_arrive(order):
    # In, out, in again on the first day, and in on the second; two acts at the same instant, so their ids decide.
    acts = [
        {"act": uuid.UUID(int=4), "happened_at": MORNING, "is_present": True},
        {"act": uuid.UUID(int=3), "happened_at": MORNING + hours(1), "is_present": True},
        {"act": uuid.UUID(int=9), "happened_at": MORNING + hours(1), "is_present": False},
        {"act": uuid.UUID(int=1), "happened_at": NEXT_MORNING, "is_present": True, "day": SECOND},
    ]
    registration = create_registration()

    for n in order:
        record_attendance(registration, **acts[n])

    assert attended_days(registration.event) == {registration.pk: (SECOND,)}
    assert [record.act.int for record in AttendanceRecord.objects.present()] == [1]


@pytest.mark.parametrize("count", [1, 3])
def test_attended_days_take_one_query(count, django_assert_num_queries):
    event = create_event()
    people = [create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org") for n in range(count)]
    for person in people:
        check_in(person, FIRST, at=MORNING)

    with django_assert_num_queries(1):
        assert len(attended_days(event)) == count
    with django_assert_num_queries(1):
        assert len(attended_days(event, people[:1])) == 1


# --- Records are never changed -----------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"what": "absent"}, {"happened_at": NEXT_MORNING}, {"recorded_by": None}])
def test_the_database_refuses_to_change_a_record(change):
    record = check_in(create_registration(), FIRST, at=MORNING)

    with pytest.raises(DatabaseError, match="attendance records are never changed"), transaction.atomic():
        AttendanceRecord.objects.filter(pk=record.pk).update(**change)

    assert AttendanceRecord.objects.get().is_present


def test_the_model_says_so_before_the_database():
    record = check_in(create_registration(), FIRST, at=MORNING)
    record.what = "absent"

    with pytest.raises(TypeError, match="never changed"):
        record.save()


def test_whoever_recorded_may_be_deleted_and_the_record_stays():
    bob = create_user("Bob")
    check_in(create_registration(), FIRST, by=bob, at=MORNING)

    bob.delete()

    assert AttendanceRecord.objects.get().recorded_by is None


def test_a_correction_needs_a_reason():
    registration = create_registration()

    with pytest.raises(ReasonMissing):
        check_in(registration, FIRST, how=AttendanceRecord.How.CORRECTION, at=MORNING)
    with pytest.raises(DatabaseError), transaction.atomic():
        record_attendance(registration, how=AttendanceRecord.How.CORRECTION)

    check_in(registration, FIRST, how=AttendanceRecord.How.CORRECTION, reason="Signed on the back.", at=MORNING)
    assert AttendanceRecord.objects.get().reason == "Signed on the back."


# --- Two at once -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_same_act_by_eight_at_once_is_one_record():
    registration = create_registration()
    start = threading.Barrier(8)
    results: list[object] = []

    def tick() -> None:
        try:
            start.wait(timeout=10)
            results.append(check_in(registration, FIRST, act=ACT, at=MORNING).pk)
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert results == [AttendanceRecord.objects.get().pk] * 8


# --- The page ----------------------------------------------------------------------------------------------------


@pytest.fixture
def event():
    project = create_project()
    return create_event(project, host=create_partner(project), slug="conference", title="The conference")


@pytest.fixture
def morning(clock):
    """The clock on the morning of the first day."""
    clock.move_to(MORNING)
    return clock


@pytest.fixture
def desk(client, event, morning):
    """Bob, who coordinates the host, signed in that morning."""
    client.force_login(create_coordinator(event.host, "Bob"))
    return client


ADDRESS = "/en/organise/conference/attendance/"


def tick_of(registration: Registration, tick: str = "in", **fields) -> dict[str, str]:
    return {"act": str(uuid.uuid4()), "day": str(FIRST), "person": str(registration.pk), "tick": tick, **fields}


def test_the_address_is_as_settled(event):
    assert reverse("registrations:attendance", args=[event.slug]) == ADDRESS


def test_ticking_shows_the_page_again_at_the_same_person(desk, event):
    registration = create_registration(event, "Ágnes")

    answer = desk.post(f"{ADDRESS}?day={FIRST}&q=agn", tick_of(registration))

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"{ADDRESS}?day={FIRST}&q=agn#person-{registration.pk}",
    )
    record = AttendanceRecord.objects.get()
    assert (record.registration, record.is_present, record.how, record.recorded_by.name) == (
        registration,
        True,
        "name_search",
        "Bob",
    )
    page = desk.get(ADDRESS).content.decode()
    assert "Ágnes is here." in page
    assert "1 of 1 here" in page
    assert "since 09:00" in page
    assert "Times are in Amsterdam time, UTC+2." in page


def test_undoing_on_the_page_adds_a_record(desk, event, morning):
    registration = create_registration(event)
    desk.post(ADDRESS, tick_of(registration))
    morning.shift(timedelta(seconds=5))

    desk.post(ADDRESS, tick_of(registration, "out"))

    assert [record.is_present for record in AttendanceRecord.objects.all()] == [True, False]
    assert "0 of 1 here" in desk.get(ADDRESS).content.decode()


def test_the_same_post_twice_is_one_record(desk, event):
    data = tick_of(create_registration(event))

    answers = [desk.post(ADDRESS, data).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert AttendanceRecord.objects.count() == 1


def test_with_htmx_the_answer_is_the_row_and_the_counter(desk, event):
    registration = create_registration(event, "Ágnes")
    create_registration(event, "Bo")

    answer = desk.post(ADDRESS, tick_of(registration), headers={"hx-request": "true"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.strip().startswith(f'<li id="person-{registration.pk}" class="is-here">')
    assert '<strong id="here" hx-swap-oob="innerHTML">1 of 2 here</strong>' in text
    assert "Undo" in text
    assert ">Bo<" not in text
    assert "<html" not in text


def test_before_the_first_day_nothing_can_be_ticked_and_the_page_says_when(desk, event, clock):
    clock.move_to(MORNING - timedelta(days=1))
    registration = create_registration(event, "Ágnes")

    page = desk.get(ADDRESS).content.decode()

    assert "This day can be ticked once it has begun: from Thursday 20 May 2027, 00:00 (Amsterdam time, UTC+2)." in page
    assert "Ágnes" in page
    assert "Check in" not in page

    answer = desk.post(ADDRESS, tick_of(registration))

    assert answer.status_code == 302
    assert AttendanceRecord.objects.count() == 0
    assert desk.get(ADDRESS).content.decode().count("This day can be ticked once it has begun") == 2


def test_with_htmx_a_refusal_loads_the_page_that_says_why(desk, event, clock):
    clock.move_to(MORNING - timedelta(days=1))

    answer = desk.post(ADDRESS, tick_of(create_registration(event)), headers={"hx-request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (200, ADDRESS)
    assert "This day can be ticked once it has begun" in desk.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"act": "x"}, {"act": ""}, {"day": "32"}, {"day": "2027-06-01"}, {"person": "0"}, {"person": "x"}, {"tick": "up"}],
)
def test_a_tick_that_is_no_tick_changes_nothing(desk, event, wrong):
    answer = desk.post(ADDRESS, tick_of(create_registration(event), **wrong))

    assert answer.status_code == 302
    assert AttendanceRecord.objects.count() == 0
    assert 'class="banner banner-error"' in desk.get(ADDRESS).content.decode()


def test_people_of_another_event_are_not_ticked_here(desk, event):
    elsewhere = create_registration(create_event(event.project))

    desk.post(ADDRESS, tick_of(elsewhere))
    answer = desk.post(ADDRESS, {"list": "save", "act": str(ACT), "day": str(FIRST), "people": [elsewhere.pk]})

    assert answer.status_code == 422
    assert "One of the ticked people is not registered for this event." in answer.content.decode()
    assert AttendanceRecord.objects.count() == 0


def test_somebody_without_a_place_is_not_ticked_and_the_page_says_so(desk, event):
    registration = create_registration(event, "Cem", state=Registration.State.WAITING)

    desk.post(ADDRESS, tick_of(registration))

    assert AttendanceRecord.objects.count() == 0
    assert "Cem has no confirmed place" in desk.get(ADDRESS).content.decode()


def test_a_signed_list_is_saved_at_once(desk, event):
    alice, bo, left = (create_registration(event, name) for name in ("Alice", "Bo", "Left"))
    left.cancel(by=Registration.CancelledBy.PERSON)
    data = {"list": "save", "act": str(ACT), "day": str(FIRST), "people": [alice.pk, bo.pk, left.pk]}

    answers = [desk.post(f"{ADDRESS}?day={FIRST}", data) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, f"{ADDRESS}?day={FIRST}")] * 2
    assert set(AttendanceRecord.objects.values_list("registration", "how")) == {
        (alice.pk, "signed_list"),
        (bo.pk, "signed_list"),
    }
    assert AttendanceRecord.objects.count() == 2
    page = desk.get(ADDRESS).content.decode()
    assert "2 people are ticked as here." in page
    assert "Left has no confirmed place" in page


def test_an_empty_list_is_refused_with_a_link_to_the_people(desk, event):
    create_registration(event)

    answer = desk.post(ADDRESS, {"list": "save", "act": str(ACT), "day": str(FIRST)})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page.replace("\n", "")
    assert '<a href="#id_people">Tick at least one person.</a>' in page
    assert 'id="id_people"' in page


@pytest.mark.parametrize("key", ["99999999999999999999", "9" * 5_000])
def test_a_list_with_a_key_that_nobody_can_have_changes_nothing(desk, event, key):
    sent = {"list": "1", "day": "2027-05-20", "act": str(uuid.uuid4()), "people": [key]}

    assert desk.post(ADDRESS, sent).status_code in (302, 422)
    assert AttendanceRecord.objects.count() == 0


def test_the_day_is_today_else_the_last_that_has_begun_else_the_first(desk, event, clock):
    create_registration(event)

    def chosen(query: str = "") -> str:
        return desk.get(f"{ADDRESS}{query}").context["day"].isoformat()

    clock.move_to(MORNING - timedelta(days=30))
    assert chosen() == "2027-05-20"
    clock.move_to(NEXT_MORNING)
    assert chosen() == "2027-05-21"
    assert chosen("?day=2027-05-20") == "2027-05-20"
    assert chosen("?day=2027-02-31") == "2027-05-21"
    assert chosen("?day=2027-06-01") == "2027-05-21"
    clock.move_to(NEXT_MORNING + timedelta(days=10))
    assert chosen() == "2027-05-21"


def test_an_event_without_an_exact_date_says_what_is_missing(desk, event):
    event.date_precision, event.starts_on, event.ends_on = Event.DatePrecision.UNKNOWN, None, None
    event.start_time = event.end_time = None
    event.save()

    assert "the event needs its exact date first" in desk.get(ADDRESS).content.decode()


@pytest.mark.usefixtures("morning")
def test_another_partner_can_neither_see_nor_tick(client, event):
    registration = create_registration(event)
    client.force_login(create_coordinator(create_partner(event.project), "Charlie"))

    assert client.get(ADDRESS).status_code == 404
    assert client.post(ADDRESS, tick_of(registration)).status_code == 404
    assert AttendanceRecord.objects.count() == 0


@pytest.mark.usefixtures("morning")
def test_nobody_ticks_without_the_token_of_the_form(event):
    client = Client(enforce_csrf_checks=True)
    client.force_login(create_lead(event.project, "Alice"))

    assert client.post(ADDRESS, tick_of(create_registration(event))).status_code == 403
    assert AttendanceRecord.objects.count() == 0


def test_wrong_verbs_are_refused(desk, event):
    assert desk.put(ADDRESS).status_code == 405
    assert desk.delete(ADDRESS).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_one_and_three(desk, event, count, django_assert_num_queries):
    for n in range(count):
        record_attendance(create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org"))

    # Session, user, roles, event; two for who is here; sessions; how many people, the people, their records; whether
    # the list is frozen.
    with django_assert_num_queries(11):
        assert desk.get(ADDRESS).status_code == 200


# --- Corrections and sessions ------------------------------------------------------------------------------------


def test_a_correction_is_recorded_with_its_reason_and_shown(desk, event, clock):
    registration = create_registration(event)
    desk.post(ADDRESS, tick_of(registration))

    # Of two acts at one instant, chance would say which of them counts.
    clock.shift(timedelta(seconds=1))
    desk.post(ADDRESS, tick_of(registration, "out", correct="on", reason="Another guest of this name."))

    record = AttendanceRecord.objects.get(what="absent")
    assert (record.how, record.reason) == ("correction", "Another guest of this name.")
    page = desk.get(ADDRESS).content.decode()
    assert "Was not there, Correction, Bob, Another guest of this name." in page
    assert "0 of 1 here" in page


def test_a_correction_without_a_reason_changes_nothing_and_says_so(desk, event):
    registration = create_registration(event)

    desk.post(ADDRESS, tick_of(registration, correct="on", reason=""))

    assert not AttendanceRecord.objects.exists()
    assert "Say why, in the field beside the button." in desk.get(ADDRESS).content.decode()


def test_a_session_is_ticked_apart_from_its_day(desk, event):
    registration, session = create_registration(event), create_session(event, title="Workshop")
    address = f"{ADDRESS}?day={FIRST}&session={session.pk}"
    assert "Workshop" in desk.get(ADDRESS).content.decode()

    desk.post(address, tick_of(registration, session=str(session.pk)))

    assert AttendanceRecord.objects.get().session == session
    assert [tick.is_here for tick in desk.get(address).context["ticks"]] == [True]
    assert [tick.is_here for tick in desk.get(ADDRESS).context["ticks"]] == [False]
    assert desk.post(ADDRESS, tick_of(registration, session="999999")).status_code == 302
    assert AttendanceRecord.objects.count() == 1


# --- A day that is over, or frozen ---------------------------------------------------------------------------------


def freeze_by_hand(event: Event, day: date = FIRST) -> None:
    """A frozen list, without its paper."""
    FrozenList.objects.create(
        event=event, day=day, version=1, content="{}", sha256="0" * 64, code="A" * 20, people=0, frozen_at=MORNING,
        file="list.pdf", file_sha256="0" * 64, octets=1,
    )  # fmt: skip


def test_a_day_is_over_four_hours_after_its_midnight_where_the_event_is():
    event = create_event()
    midnight = datetime(2027, 5, 20, 22, tzinfo=UTC)

    assert not is_over(event, FIRST, at=midnight + hours(4) - timedelta(seconds=1))
    assert is_over(event, FIRST, at=midnight + hours(4))


@pytest.mark.parametrize("tick", [check_in, check_out])
@pytest.mark.parametrize("is_frozen", [False, True])
def test_a_day_that_is_over_or_frozen_is_changed_with_a_reason_only(tick, is_frozen):
    registration = create_registration()
    at = MORNING + hours(1) if is_frozen else NEXT_MORNING
    if is_frozen:
        freeze_by_hand(registration.event)

    with pytest.raises(ReasonMissing):
        tick(registration, FIRST, at=at)
    assert not AttendanceRecord.objects.exists()

    tick(registration, FIRST, how=AttendanceRecord.How.CORRECTION, reason="Signed on the back.", at=at)
    record = AttendanceRecord.objects.get()
    assert (record.reason, record.happened_at) == ("Signed on the back.", at)


def test_a_correction_says_since_when_somebody_was_there_and_not_when_it_was_made():
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    correction = {"how": AttendanceRecord.How.CORRECTION, "reason": "The phone broke.", "at": NEXT_MORNING}

    check_in(alice, FIRST, **correction)
    check_in(bob, FIRST, came_at=MORNING + hours(3), **correction)

    # The event begins at nine and ends at four, where it is.
    assert [(row.name, row.first_in, row.minutes) for row in day_list(event, FIRST)] == [
        ("Alice", MORNING, 420),
        ("Bob", MORNING + hours(3), 240),
    ]


def test_a_later_correction_counts_whatever_instant_it_is_about():
    registration = create_registration()
    correction = {"how": AttendanceRecord.How.CORRECTION, "reason": "Asked them."}
    check_out(registration, FIRST, at=NEXT_MORNING, **correction)

    check_in(registration, FIRST, at=NEXT_MORNING + hours(1), came_at=MORNING + hours(1), **correction)

    assert [row.first_in for row in day_list(registration.event, FIRST)] == [MORNING + hours(1)]


def test_a_list_signed_on_paper_is_typed_later_and_says_nothing_of_when_until_it_is_frozen():
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")

    record_signed_list(event, FIRST, [alice], act=ACT, at=NEXT_MORNING)
    freeze_by_hand(event)
    with pytest.raises(ReasonMissing):
        record_signed_list(event, FIRST, [bob], act=uuid.uuid4(), at=NEXT_MORNING)
    record_signed_list(event, FIRST, [bob], act=uuid.uuid4(), at=NEXT_MORNING, reason="Page 2 was found.")

    assert [(row.name, row.first_in) for row in day_list(event, FIRST)] == [("Alice", MORNING), ("Bob", MORNING)]
    assert list(AttendanceRecord.objects.order_by("pk").values_list("reason", flat=True)) == ["", "Page 2 was found."]


def test_the_page_of_a_day_that_is_over_asks_for_the_reason_and_shows_it(desk, event, clock):
    registration = create_registration(event, "Ágnes")
    clock.move_to(NEXT_MORNING)
    address = f"{ADDRESS}?day={FIRST}"
    page = desk.get(address).content.decode()
    assert "This day is over. What you put right needs a reason" in page
    assert f'id="tick-{registration.pk}"' not in page

    desk.post(address, tick_of(registration))
    assert not AttendanceRecord.objects.exists()
    assert "a day that is over or whose list is frozen" in desk.get(address).content.decode()

    desk.post(address, tick_of(registration, correct="on", reason="The phone broke.", since="09:30"))
    assert AttendanceRecord.objects.get().came_at == MORNING + timedelta(minutes=30)
    page = desk.get(address).content.decode()
    assert "since 09:30" in page
    assert "Came, there since 09:30, Correction, Bob, The phone broke." in page


def test_a_time_that_is_none_is_said_and_nothing_typed_is_lost(desk, event):
    registration = create_registration(event, "Ágnes")

    answer = desk.post(ADDRESS, tick_of(registration, correct="on", reason="The phone broke.", since="half past"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page.replace("\n", "")
    assert page.count("Enter the time as 09:30, or leave it empty for the whole day.") == 2
    assert 'value="half past"' in page and 'value="The phone broke."' in page
    assert not AttendanceRecord.objects.exists()


def test_a_paper_list_of_a_frozen_day_without_a_reason_says_so_and_keeps_the_boxes(desk, event):
    registration = create_registration(event)
    freeze_by_hand(event)
    sent = {"list": "save", "act": str(ACT), "day": str(FIRST), "people": [registration.pk]}

    answer = desk.post(f"{ADDRESS}?day={FIRST}", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Say why: the list of this day is frozen") == 2
    assert 'aria-describedby="signed-list-hint" checked' in page

    assert desk.post(f"{ADDRESS}?day={FIRST}", {**sent, "reason": "Page 2 was found."}).status_code == 302
    assert AttendanceRecord.objects.get().reason == "Page 2 was found."
