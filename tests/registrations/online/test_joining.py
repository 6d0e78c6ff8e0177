"""Personal links to the meeting: opening one changes nothing, its button records who joined and leads there."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from registrations.attendance import minutes, presence
from registrations.models import AttendanceRecord, Registration
from registrations.online import joining
from tests.factories import create_event, create_registration

pytestmark = pytest.mark.django_db
MEETING = "https://meet.example.org/room"
# 09:30 in Maastricht, on the first day of the event.
DURING = datetime(2027, 5, 20, 7, 30, tzinfo=UTC)


def online_event(**fields):
    return create_event(**{"mode": "online", "join_url": MEETING, **fields})


def address(registration: Registration) -> str:
    return reverse("registrations:join", args=[joining.join_code(registration)])


def records() -> list[tuple[str, date, str]]:
    return [(record.registration.name, record.day, record.how) for record in AttendanceRecord.objects.all()]


def test_opening_the_link_records_nothing(client, clock):
    clock.move_to(DURING)
    alice = create_registration(online_event(), "Alice")

    page = client.get(address(alice))
    client.head(address(alice))

    assert page.status_code == 200
    assert "Join the meeting" in page.content.decode()
    assert MEETING not in page.content.decode()
    assert records() == []


def test_the_button_records_the_joining_and_leads_to_the_meeting(client, clock):
    clock.move_to(DURING)
    alice = create_registration(online_event(), "Alice")

    answer = client.post(address(alice), {"act": str(uuid.uuid4())})

    assert (answer.status_code, answer["Location"]) == (302, MEETING)
    assert records() == [("Alice", date(2027, 5, 20), "joined")]


def test_the_same_press_sent_twice_is_one_record(client, clock):
    clock.move_to(DURING)
    alice = create_registration(online_event(), "Alice")
    act = {"act": str(uuid.uuid4())}

    answers = [client.post(address(alice), act) for _ in range(3)]

    assert [answer["Location"] for answer in answers] == [MEETING] * 3
    assert len(records()) == 1


def test_whoever_joins_twice_is_there_once_since_the_first_time(client, clock):
    event = online_event()
    alice, bob = (create_registration(event, name) for name in ("Alice", "Bob"))
    # On the laptop, then on the phone when its network was lost; Bob joins once, when Alice did first.
    for person, later in ((alice, timedelta()), (bob, timedelta()), (alice, timedelta(minutes=45))):
        clock.move_to(DURING + later)
        client.post(address(person), {"act": str(uuid.uuid4())})

    assert len(records()) == 3
    assert presence(event).on(date(2027, 5, 20)).here == 2
    of_alice, of_bob = (minutes(event)[person.pk][date(2027, 5, 20)] for person in (alice, bob))
    assert of_alice == of_bob > 45


def test_a_press_without_its_id_still_leads_to_the_meeting(client, clock):
    clock.move_to(DURING)
    alice = create_registration(online_event(), "Alice")

    assert client.post(address(alice), {"act": "nonsense"})["Location"] == MEETING
    assert len(records()) == 1


@pytest.mark.parametrize(
    ("at", "is_noted"),
    [
        (datetime(2027, 5, 19, 12, tzinfo=UTC), False),  # the day before: a test
        (datetime(2027, 5, 20, 5, 59, tzinfo=UTC), False),
        (datetime(2027, 5, 20, 6, 0, tzinfo=UTC), True),  # an hour before it starts
        (datetime(2027, 5, 21, 14, 59, tzinfo=UTC), True),  # it runs late
        (datetime(2027, 5, 21, 15, 1, tzinfo=UTC), False),
    ],
)
def test_joining_counts_around_the_hours_of_the_event(client, clock, at, is_noted):
    clock.move_to(at)
    alice = create_registration(online_event(), "Alice")

    assert client.post(address(alice), {"act": str(uuid.uuid4())})["Location"] == MEETING
    assert len(records()) == is_noted


def test_an_event_just_after_midnight_is_not_noted_on_the_day_before():
    event = online_event(start_time="00:30:00", ends_on=date(2027, 5, 20), end_time="02:00:00")
    event.refresh_from_db()
    day_before = datetime(2027, 5, 19, 21, 45, tzinfo=UTC)  # 23:45 in Maastricht

    assert not joining.is_noted(event, at=day_before)
    assert joining.noted_from(event) == datetime(2027, 5, 19, 22, tzinfo=UTC)


def test_whoever_has_no_place_is_not_let_in(client, clock):
    clock.move_to(DURING)
    event = online_event()
    waiting = create_registration(event, "Bob", state=Registration.State.WAITING)
    gone = create_registration(event, "Charlie", state=Registration.State.CANCELLED)

    for registration in (waiting, gone):
        answer = client.post(address(registration))
        assert answer.status_code == 200
        assert "There is no confirmed place behind this link" in answer.content.decode()
        assert MEETING not in answer.content.decode()
    assert records() == []


def test_a_link_with_another_mark_or_number_finds_nobody(client):
    event = online_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    mark = joining.join_code(alice).partition("-")[2]

    for code in (f"{bob.pk}-{mark}", f"{alice.pk}-{mark[:-1]}", f"{alice.pk}-", f"{alice.pk}", f"²-{mark}", "9" * 30):
        assert client.get(reverse("registrations:join", args=[code])).status_code == 404


def test_the_link_is_no_key_to_the_registration(client):
    alice = create_registration(online_event(), "Alice")

    assert alice.code not in joining.join_code(alice)
    assert alice.code not in client.get(address(alice)).content.decode()
    assert client.get(reverse("registrations:registration", args=[joining.join_code(alice)])).status_code == 404


def test_the_link_leads_wherever_the_meeting_is_now(client, clock):
    clock.move_to(DURING)
    event = online_event()
    alice = create_registration(event, "Alice")
    before = joining.join_address(alice)
    event.move(join_url="https://meet.example.org/other", at=DURING - timedelta(days=1))
    alice.event.refresh_from_db()

    assert joining.join_address(alice) == before
    assert client.post(address(alice))["Location"] == "https://meet.example.org/other"


def test_a_cancelled_event_and_one_without_a_meeting_say_so(client, clock):
    clock.move_to(DURING)
    cancelled, nowhere = online_event(), online_event(join_url="")
    cancelled.cancel(reason="Storm", at=DURING - timedelta(days=2))
    alice, bob = create_registration(cancelled, "Alice"), create_registration(nowhere, "Bob")

    assert "This event is cancelled" in client.post(address(alice)).content.decode()
    assert "There is no meeting to join yet" in client.post(address(bob)).content.decode()
    assert joining.join_address(bob) == ""


def test_only_the_page_with_the_button_may_lead_elsewhere(client):
    alice = create_registration(online_event(), "Alice")

    assert "form-action 'self' https: http:" in client.get(address(alice))["Content-Security-Policy"]
    assert "form-action 'self';" in client.get(alice.get_absolute_url())["Content-Security-Policy"] + ";"


def test_the_page_asks_as_often_for_one_as_for_three(client, django_assert_num_queries):
    event = online_event()
    people = [create_registration(event, name) for name in ("Alice", "Bob", "Charlie")]

    for registration in people:
        with django_assert_num_queries(1):
            client.get(address(registration))
