"""The door of an event: who is let in, what a device is told, and what becomes of what it sends."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Mail
from events.models import Event
from registrations.attendance import attended_days, presence
from registrations.door import listing
from registrations.door.access import remember
from registrations.door.codes import replace_ticket
from registrations.door.log import log_of
from registrations.door.signing import hash_of, new_code, public_key
from registrations.models import AttendanceRecord, Door, DoorAct, DoorHelper, DoorLink, Registration, Signature
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

FIRST = date(2027, 5, 20)
MORNING = datetime(2027, 5, 20, 7, tzinfo=UTC)
DOOR = "/en/door/conference/"


@pytest.fixture(autouse=True)
def no_counts_of_other_tests(monkeypatch):
    """Each test counts once: a slow machine must not count in the middle of what is measured."""
    monkeypatch.setattr(listing, "RECENT_SECONDS", 3600)
    listing.forget_counts()


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
def link(event) -> DoorLink:
    return DoorLink.objects.create(event=event, label="Entrance", pin="123456", made_by=create_lead(event.project))


@pytest.fixture
def helper(client, link, morning) -> Client:
    """Mia, who stands at the door that morning."""
    answer = client.post(DOOR, {"pin": "123 456", "name": "Mia"})
    assert answer.status_code == 302
    return client


def sent(n: int, what: str = "in", **fields) -> dict:
    at = (MORNING + timedelta(minutes=n)).isoformat()
    return {"act": str(uuid.UUID(int=n)), "what": what, "day": str(FIRST), "at": at, "how": "scan", **fields}


def send(client: Client, *acts: dict, device: str = "Desk 2", **body):
    return client.post(f"{DOOR}acts/", json.dumps({"device": device, "acts": acts, **body}), "application/json")


def outcomes(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    return [(result["outcome"], result["reason"]) for result in answer.json()["results"]]


def person_of(client: Client, registration: Registration) -> str:
    people = client.get(f"{DOOR}list.json").json()["people"]
    return next(one["id"] for one in people if one["code"] == hash_of(registration.ticket_code))


# --- Who is let in -----------------------------------------------------------------------------------------------


def test_a_helper_comes_in_by_the_pin_and_by_the_key_of_the_qr_code(client, link, morning):
    assert client.get(f"{DOOR}list.json").status_code == 401
    assert client.post(DOOR, {"pin": "123456", "name": "Mia"})["Location"] == DOOR
    assert client.get(f"{DOOR}list.json").status_code == 200

    other = Client()
    assert other.post(DOOR, {"key": link.key, "name": "Ben"}).status_code == 302
    assert other.get(f"{DOOR}list.json").status_code == 200
    assert list(DoorHelper.objects.values_list("name", "device")) == [("Mia", "Desk 1"), ("Ben", "Desk 2")]


@pytest.mark.parametrize("visibility", ["partners", "unlisted"])
def test_the_door_of_an_event_tells_strangers_nothing_about_it_and_lets_helpers_in(
    client, event, link, morning, visibility
):
    event.visibility = visibility
    event.save()

    for address in (DOOR, f"{DOOR}?key=wrong", f"{DOOR}app/manifest.webmanifest"):
        assert "The conference" not in client.get(address).content.decode()
    assert "The conference" not in client.post(DOOR, {"pin": "000000", "name": "Mia"}).content.decode()
    assert "The conference" in client.get(f"{DOOR}?key={link.key}").content.decode()
    assert client.post(DOOR, {"pin": "123456", "name": "Mia"})["Location"] == DOOR


@pytest.mark.parametrize(
    "fields", [{"pin": "123457", "name": "Mia"}, {"key": "wrong", "name": "Mia"}, {"pin": "123456"}]
)
def test_whoever_has_no_pin_or_no_name_is_told_and_loses_nothing(client, link, morning, fields):
    answer = client.post(DOOR, fields)

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert "Mia" in answer.content.decode() or "name" not in fields
    assert not DoorHelper.objects.exists()


@pytest.mark.parametrize("day", [-1, 2])
def test_nobody_comes_in_on_another_day(client, link, morning, day):
    morning.move_to(MORNING + timedelta(days=day))

    client.post(DOOR, {"pin": "123456", "name": "Mia"})

    assert client.get(f"{DOOR}list.json").status_code == 401
    words = "Nobody is expected today. Next: " if day < 0 else "Nobody is expected any more."
    assert words in client.get(DOOR).content.decode()


def test_the_list_ends_with_the_event_and_what_was_done_is_taken_for_a_day_more(helper, event, morning):
    registration = create_registration(event)
    code = {"code": registration.ticket_code}
    morning.move_to(datetime(2027, 5, 22, 10, tzinfo=UTC))
    assert helper.get(f"{DOOR}list.json").status_code == 401
    assert outcomes(send(helper, sent(1, **code))) == [("counted", "")]

    morning.move_to(datetime(2027, 5, 22, 22, 1, tzinfo=UTC))
    assert send(helper, sent(2, **code)).status_code == 401


def test_a_revoked_link_ends_what_was_begun_by_it(helper, link):
    link.revoke()

    assert helper.get(f"{DOOR}list.json").status_code == 401
    assert send(helper, sent(1)).status_code == 401
    assert helper.post(DOOR, {"pin": "123456", "name": "Mia"}).status_code == 422


def test_all_that_is_wrong_is_said_at_once(client, link, morning):
    page = client.post(DOOR, {"pin": "123457", "name": ""}).content.decode()

    assert "This PIN opens no door." in page and "Enter your first name" in page
    assert not DoorHelper.objects.exists()


def test_a_device_has_one_name_for_the_host_in_the_log_and_on_itself(helper, event):
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")

    assert send(helper, sent(1, code=alice.ticket_code), device="").json()["device"] == "Desk 1"
    assert send(helper, sent(2, code=bob.ticket_code), device="Foyer").json()["device"] == "Foyer"

    assert list(AttendanceRecord.objects.values_list("device", flat=True)) == ["Desk 1", "Foyer"]
    assert DoorHelper.objects.get().device == "Foyer"


def test_guessing_pins_ends_soon(client, link, morning):
    for n in range(10):
        client.post(DOOR, {"pin": f"{n:06}", "name": "Eve"})

    answer = client.post(DOOR, {"pin": "123456", "name": "Eve"})

    assert answer.status_code == 422
    assert "Too many wrong PINs" in answer.content.decode()
    assert Client().post(DOOR, {"key": link.key, "name": "Mia"}).status_code == 302
    morning.shift(timedelta(minutes=16))
    assert client.post(DOOR, {"pin": "123456", "name": "Mia"}).status_code == 302


def test_organisers_come_in_with_their_account_and_others_do_not(client, event, clock):
    client.force_login(create_coordinator(event.host, "Bob"))
    assert client.get(f"{DOOR}list.json").status_code == 200
    assert client.get(DOOR).status_code == 200

    client.force_login(create_user("Charlie"))
    assert client.get(f"{DOOR}list.json").status_code == 401


def test_the_door_of_another_event_is_not_opened(helper, event):
    create_event(event.project, slug="other")

    assert helper.get("/en/door/other/list.json").status_code == 401
    assert helper.get("/en/door/nothing/").status_code == 404


def test_closing_ends_at_the_door(helper):
    assert "Thank you" in helper.post(f"{DOOR}close/").content.decode()
    assert helper.get(f"{DOOR}list.json").status_code == 401


# --- What a device is told ---------------------------------------------------------------------------------------


def test_the_list_says_who_is_expected_and_no_address_or_answer(helper, event):
    alice = create_registration(event, "Ágnes", email="secret@example.org", organisation_name="Város", phone="+3612345")
    create_registration(event, "Wim", state=Registration.State.WAITING)
    session = create_session(event, title="Workshop")

    answer = helper.get(f"{DOOR}list.json")
    told = answer.json()

    assert told["event"] == {
        "title": "The conference",
        "zone": "Europe/Amsterdam",
        "days": ["2027-05-20", "2027-05-21"],
        "sessions": [{"id": str(session.pk), "title": "Workshop", "day": "2027-05-20", "start": None}],
        "needs_signature": False,
        "mode_of_door": "express",
        "capacity": None,
    }
    assert told["public_key"] == public_key()
    assert [(one["name"], one["status"]) for one in told["people"]] == [("Wim", "waiting"), ("Ágnes", "confirmed")]
    assert told["people"][1] == {
        "id": told["people"][1]["id"],
        "name": "Ágnes",
        "organisation": "Város",
        "search": "agnes varos",
        "code": hash_of(alice.ticket_code),
        "number": alice.ticket_number,
        "status": "confirmed",
        "days": ["2027-05-20", "2027-05-21"],
        "note": "",
        "no_photos": True,
        "here": {"2027-05-20": None, "2027-05-21": None},
        "left": {},
        "desk": {},
    }
    for secret in ("secret@example.org", "+3612345", alice.code, alice.ticket_code):
        assert secret not in answer.content.decode()


def test_the_list_is_sent_again_only_if_something_changed(helper, event):
    registration = create_registration(event)
    etag = helper.get(f"{DOOR}list.json")["ETag"]

    assert helper.get(f"{DOOR}list.json", headers={"if-none-match": etag}).status_code == 304
    send(helper, sent(1, code=registration.ticket_code))
    assert helper.get(f"{DOOR}list.json", headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(helper, event, count, django_assert_num_queries):
    for n in range(count):
        registration = create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org")
        send(helper, sent(n + 1, code=registration.ticket_code))

    # Who asks, the door, people with their answers about photos, their acts, replaced tickets, sessions.
    with django_assert_num_queries(6):
        helper.get(f"{DOOR}list.json")


# --- What a device sends -----------------------------------------------------------------------------------------


def test_what_may_count_is_recorded_with_who_stood_there(helper, event):
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")

    answer = send(
        helper, sent(1, code=alice.ticket_code), sent(2, person=person_of(helper, bob), how="name_search"), since=""
    )

    assert outcomes(answer) == [("counted", ""), ("counted", "")]
    assert list(
        AttendanceRecord.objects.values_list(
            "registration", "what", "how", "day", "happened_at", "device", "helper", "recorded_by"
        )
    ) == [
        (alice.pk, "in", "scan", FIRST, MORNING + timedelta(minutes=1), "Desk 2", "Mia", None),
        (bob.pk, "in", "name_search", FIRST, MORNING + timedelta(minutes=2), "Desk 2", "Mia", None),
    ]
    here = [one["here"]["2027-05-20"] for one in answer.json()["changes"]]
    assert here == ["2027-05-20T07:01:00.000000Z", "2027-05-20T07:02:00.000000Z"]
    assert answer.json()["counter"]["expected"] == 2


def test_codes_that_do_not_count_are_kept_with_their_reason(helper, event):
    cancelled = create_registration(event, "Cem", state=Registration.State.CANCELLED)
    other = create_registration(create_event(event.project), "Elsa")
    replaced = create_registration(event, "Rosa")
    before = replaced.ticket_code
    replace_ticket(replaced)
    codes = [new_code()[:-8] + "AAAAAAAA", new_code(), other.ticket_code, cancelled.ticket_code, before, "", "x"]

    answer = send(helper, *(sent(n, code=code) for n, code in enumerate(codes, 1)))

    reasons = ["forged", "unknown", "other_event", "cancelled", "replaced", "unknown", "forged"]
    assert outcomes(answer) == [("kept", reason) for reason in reasons]
    assert all(result["words"] for result in answer.json()["results"])
    assert sorted(DoorAct.objects.values_list("kept_because", flat=True)) == sorted(reasons)
    assert AttendanceRecord.objects.count() == 0
    assert outcomes(send(helper, sent(9, code=replaced.ticket_code))) == [("counted", "")]


def test_sending_again_changes_nothing(helper, event):
    acts = [sent(1, code=create_registration(event).ticket_code), sent(2, code=new_code())]

    assert outcomes(send(helper, *acts)) == outcomes(send(helper, *acts)) == [("counted", ""), ("kept", "unknown")]
    assert (AttendanceRecord.objects.count(), DoorAct.objects.count()) == (1, 1)


def test_what_was_kept_once_stays_so_when_it_is_sent_again_and_might_count_now(helper, event):
    waits, alice = create_registration(event, "Wim", state=Registration.State.WAITING), create_registration(event)
    acts = [sent(1, code=waits.ticket_code), sent(2, code=alice.ticket_code)]
    assert outcomes(send(helper, acts[0])) == [("kept", "waiting")]
    Registration.objects.filter(pk=waits.pk).update(state=Registration.State.CONFIRMED, confirmed_at=MORNING)

    for _again in range(2):
        assert outcomes(send(helper, *acts)) == [("kept", "waiting"), ("counted", "")]
    assert list(AttendanceRecord.objects.values_list("registration", flat=True)) == [alice.pk]


def test_an_act_that_is_twice_in_a_request_is_one_record(helper, event):
    act = sent(1, code=create_registration(event).ticket_code)

    assert outcomes(send(helper, act, act)) == [("counted", "")] * 2
    assert AttendanceRecord.objects.count() == 1


def test_an_undo_leaves_the_record_and_takes_the_presence_back(helper, event):
    registration = create_registration(event)
    send(helper, sent(1, code=registration.ticket_code))

    answer = send(helper, sent(2, "undo", person=person_of(helper, registration), undoes=str(uuid.UUID(int=1))))

    assert outcomes(answer) == [("counted", "")]
    assert attended_days(event) == {}
    assert [record.what for record in AttendanceRecord.objects.all()] == ["in", "undo"]
    assert answer.json()["changes"][0]["here"]["2027-05-20"] is None


def test_a_device_is_told_at_which_desk_somebody_came_in(helper, event):
    registration = create_registration(event)

    send(helper, sent(2, code=registration.ticket_code), device="Desk 2")
    answer = send(helper, sent(1, code=registration.ticket_code), device="Side entrance")

    assert answer.json()["changes"][0]["desk"] == {"2027-05-20": "Side entrance"}


def test_changes_come_from_other_devices_too(helper, event, link, morning):
    create_registration(event, "Alice")
    morning.shift(timedelta(minutes=5))
    version = helper.get(f"{DOOR}list.json").json()["version"]
    morning.shift(timedelta(minutes=5))
    bob = create_registration(event, "Bob")
    other = Client()
    other.post(DOOR, {"pin": "123456", "name": "Ben"})
    send(other, sent(1, code=bob.ticket_code))

    answer = send(helper, since=version).json()

    assert [one["name"] for one in answer["changes"]] == ["Bob"]
    morning.shift(timedelta(minutes=5))
    # What was the newest may have had company that was not stored yet, so it is told once more.
    answer = send(helper, since=answer["version"]).json()
    assert [one["name"] for one in answer["changes"]] == ["Bob"]
    assert send(helper, since=answer["version"]).json()["changes"] == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"acts": 1}',
        '{"acts": [1]}',
        '{"acts": [{"act": "x", "at": "2027-05-20T07:00:00Z"}]}',
        json.dumps({"acts": [{"act": str(uuid.UUID(int=1)), "at": "2027-05-20T07:00:00"}]}),
        json.dumps({"acts": [sent(n) for n in range(51)]}),
    ],
)
def test_what_is_not_understood_is_refused_in_words(helper, body):
    answer = helper.post(f"{DOOR}acts/", body, "application/json")

    assert answer.status_code == 400
    assert answer.json()["words"]
    assert not DoorAct.objects.exists()


def test_an_act_that_says_nothing_of_use_is_kept(helper, event):
    person = person_of(helper, create_registration(event))
    acts = [
        sent(1, person=person, what="correct"),
        sent(2, person=person, how="signed_list"),
        sent(3, person=person, day="tomorrow"),
        sent(4, "undo", person=person),
        sent(5, person=person, session="999999"),
        sent(6, person="nobody"),
    ]

    reasons = [reason for _outcome, reason in outcomes(send(helper, *acts))]

    assert reasons == ["unreadable", "unreadable", "unreadable", "unreadable", "not_a_session", "unknown"]


def test_a_form_of_another_site_cannot_send(helper):
    answer = helper.post(f"{DOOR}acts/", {"acts": "[]"})

    assert answer.status_code == 400


def test_a_device_sends_when_its_token_is_long_gone(event, link, morning):
    device = Client(enforce_csrf_checks=True)
    helper = DoorHelper.objects.create(link=link, name="Mia", device="Desk 1")
    answer = HttpResponse()
    remember(answer, event, helper)
    device.cookies["door-conference"] = answer.cookies["door-conference"].value

    assert outcomes(send(device, sent(1, code=create_registration(event).ticket_code))) == [("counted", "")]


def test_a_device_says_how_much_it_still_keeps(helper, event):
    assert send(helper, unsent=12).status_code == send(helper, unsent="x").status_code == 200

    assert DoorHelper.objects.get().unsent == 12


@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_batch_takes_the_same_queries_for_one_three_and_fifty(helper, event, count, django_assert_num_queries):
    people = [create_registration(event, f"Guest {n}", email=f"guest-{n}@example.org") for n in range(count)]
    acts = [sent(n, code=person.ticket_code) for n, person in enumerate(people, 1)]
    send(helper)

    version = helper.get(f"{DOOR}list.json").json()["version"]

    # Who asks; whose the codes are, and whether the log has any of the acts; insert; who changed, their rows and acts.
    with django_assert_num_queries(6):
        assert len(outcomes(send(helper, *acts, since=version))) == count
    # Again, as when the answer was lost: nothing is stored, so what is known is looked up.
    with django_assert_num_queries(7):
        assert len(outcomes(send(helper, *acts, since=version))) == count


def test_a_device_that_asks_while_nothing_is_new_costs_two_queries(helper, event, django_assert_num_queries):
    send(helper, sent(1, code=create_registration(event).ticket_code))
    Registration.objects.update(changed_at=MORNING - timedelta(days=1))
    version = helper.get(f"{DOOR}list.json").json()["version"]
    version = send(helper, since=version).json()["version"]

    # Who asks, and who changed.
    with django_assert_num_queries(2):
        answer = send(helper, since=version).json()
    assert (answer["changes"], answer["version"]) == ([], version)


def test_what_arrives_while_a_device_is_answered_is_told_with_the_next_answer(event, monkeypatch):
    alice, bob = (create_registration(event, name) for name in ("Alice", "Bob"))
    Registration.objects.update(changed_at=MORNING - timedelta(days=1))
    since = listing.Version(MORNING)
    record_attendance(alice)
    read = listing._ACTS.tuples

    def read_late(**keys):
        record_attendance(bob)
        record_attendance(alice)
        return read(**keys)

    with monkeypatch.context() as patched:
        patched.setattr(listing._ACTS, "tuples", read_late)
        first = listing.changes(event, since, at=MORNING)
    second = listing.changes(event, first.version, at=MORNING)

    assert [person["name"] for person in first.people] == ["Alice"]
    assert [person["name"] for person in second.people] == ["Alice", "Bob"]


def test_each_device_is_told_of_a_check_in_once(helper, event):
    people = [create_registration(event, name) for name in ("Alice", "Bob")]
    Registration.objects.update(changed_at=MORNING - timedelta(days=1))
    versions = [helper.get(f"{DOOR}list.json").json()["version"]]
    told = []

    for n, person in enumerate(people, 1):
        answer = send(helper, sent(n, code=person.ticket_code), since=versions[-1]).json()
        versions.append(answer["version"])
        told.append([one["name"] for one in answer["changes"]])
    record_attendance(create_registration(create_event(event.project), "Elsa"))

    assert told == [["Alice"], ["Bob"]]
    # Nobody hears of people of other events. A device that was without network meanwhile hears of both; one that has
    # no list, of nobody.
    assert [one["name"] for one in send(helper, since=versions[0]).json()["changes"]] == ["Alice", "Bob"]
    for since in ("", "x", "2027-13-01T00:00:00Z 1", None):
        assert send(helper, since=since).json()["changes"] == []
    # As a list that was made before versions had numbers says it.
    assert len(send(helper, since=versions[0].split()[0]).json()["changes"]) == 2


# --- Walk-ins ----------------------------------------------------------------------------------------------------


def walk_in(n: int, **fields) -> dict:
    typed = {"name": "Ana Lima", "organisation": "Porto", "country": "PT", "email": "", "told": True, **fields}
    return sent(n, how="walk_in", person=f"walk-in {uuid.UUID(int=n)}", walk_in=typed)


def test_a_walk_in_is_registered_and_checked_in_once(helper, event):
    first, again = send(helper, walk_in(1)), send(helper, walk_in(1))

    registration = event.registrations.get()
    assert (registration.name, registration.organisation_name, registration.state) == ("Ana Lima", "Porto", "confirmed")
    assert outcomes(first) == outcomes(again) == [("counted", "")]
    assert first.json()["results"][0]["person"] == person_of(helper, registration)
    assert presence(event).on(FIRST).here == 1
    assert registration.decisions.get().why == "Came to the door, and was told how their data is used."
    assert not Mail.objects.exists()


def test_a_walk_in_for_a_day_that_has_not_begun_is_kept_and_registers_nobody(helper, event):
    answer = send(helper, {**walk_in(1), "day": "2027-05-21"})

    assert outcomes(answer) == [("kept", "not_begun")]
    assert not event.registrations.filter(name=walk_in(1)["walk_in"]["name"]).exists()


def test_a_walk_in_with_an_address_gets_their_mail(helper, event):
    send(helper, walk_in(1, email="ana@example.org"))

    assert [mail.to for mail in Mail.objects.all()] == ["ana@example.org"]


def test_a_full_event_needs_the_pin_of_the_host(helper, event):
    create_registration(event)
    event.places = 1
    event.save()
    door = Door.objects.create(event=event, host_pin="777777")

    answer = send(helper, walk_in(1), walk_in(2, over_limit_pin="111111"), walk_in(3, over_limit_pin=door.host_pin))

    assert outcomes(answer) == [("kept", "full"), ("kept", "wrong_pin"), ("counted", "")]
    assert event.registrations.confirmed().count() == 2
    # Whoever was turned away stays known to the host.
    assert [one.name for one in log_of(event) if one.why] == ["Ana Lima, Porto"] * 2


def test_the_log_names_nobody_of_another_event(helper, event):
    stranger = create_registration(create_event(), "Beata")

    assert outcomes(send(helper, sent(1, code=stranger.ticket_code))) == [("kept", "other_event")]

    assert [one.name for one in log_of(event)] == ["Somebody of another event"]


def test_a_walk_in_who_waits_comes_in_with_the_pin_of_the_host(helper, event):
    Door.objects.create(event=event, host_pin="777777")
    waits = create_registration(event, "Ana Lima", email="", state=Registration.State.WAITING)

    assert outcomes(send(helper, walk_in(1), walk_in(2, over_limit_pin="777777"))) == [
        ("kept", "full"),
        ("counted", ""),
    ]
    waits.refresh_from_db()
    assert waits.is_confirmed and event.registrations.count() == 1


@pytest.mark.parametrize("wrong", [{"name": " "}, {"country": "XX"}, {"told": False}, {"email": "ana"}])
def test_a_walk_in_that_lacks_something_is_kept(helper, event, wrong):
    assert outcomes(send(helper, walk_in(1, **wrong))) == [("kept", "not_registered")]
    assert not event.registrations.exists()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_walk_in_can_be_undone_and_signed_before_the_server_knows_them(helper, event, order):
    person = f"walk-in {uuid.UUID(int=1)}"
    acts = [walk_in(1), sent(2, "undo", person=person, undoes=str(uuid.UUID(int=1))), sent(3, "out", person=person)]

    for n in order:
        send(helper, acts[n])

    registration = event.registrations.get()
    assert (registration.state, registration.cancelled_by) == ("cancelled", "host")
    assert attended_days(event) == {}


def test_a_walk_in_who_was_undone_gives_the_place_to_somebody_else(helper, event):
    event.places = 1
    event.save()

    send(helper, walk_in(1, email="ana@example.org"), sent(2, "undo", undoes=str(uuid.UUID(int=1))))

    assert outcomes(send(helper, walk_in(3, name="Rui Costa"))) == [("counted", "")]
    assert [(one.name, one.state) for one in event.registrations.order_by("pk")] == [
        ("Ana Lima", "cancelled"),
        ("Rui Costa", "confirmed"),
    ]
    cancelled = event.registrations.get(name="Ana Lima")
    assert "taken back there" in Mail.objects.order_by("pk").last().text
    assert cancelled.decisions.last().kind == "cancelled"
    # Sent again, it changes nothing.
    assert outcomes(send(helper, sent(2, "undo", undoes=str(uuid.UUID(int=1))))) == [("counted", "")]
    assert [mail.to for mail in Mail.objects.all()] == ["ana@example.org"] * 2


def test_undoing_a_walk_in_leaves_whoever_was_registered_before_or_is_here_otherwise(helper, event):
    before = create_registration(event, "Ana Lima", email="ana@example.org", joined_at=MORNING - timedelta(days=9))
    send(helper, walk_in(1, email="ana@example.org"), walk_in(2, name="Rui Costa"))
    rui = event.registrations.get(name="Rui Costa")
    send(helper, sent(3, code=rui.ticket_code))

    send(helper, *(sent(n + 3, "undo", undoes=str(uuid.UUID(int=n))) for n in (1, 2)))

    for one in (before, rui):
        one.refresh_from_db()
        assert one.is_confirmed
    assert set(attended_days(event)) == {rui.pk}


def test_the_list_says_how_many_places_are_left(helper, event):
    assert helper.get(f"{DOOR}list.json").json()["free"] is None
    create_registration(event)
    event.places = 3
    event.save()

    assert helper.get(f"{DOOR}list.json").json()["free"] == 2


def test_what_was_kept_without_network_arrives_after_the_event(helper, event, morning):
    morning.move_to(datetime(2027, 5, 21, 20, tzinfo=UTC))

    assert outcomes(send(helper, walk_in(1, email="ana@example.org"))) == [("counted", "")]
    assert not Mail.objects.exists()


# --- Signatures --------------------------------------------------------------------------------------------------


def test_a_signature_is_kept_beside_its_record(helper, event):
    alice, bob, eve = (create_registration(event, name) for name in ("Alice", "Bob", "Eve"))
    drawn = {"path": "M 1 2 L 30 40", "width": 600, "height": 200}

    send(
        helper,
        sent(1, person=person_of(helper, alice), how="signature", signature=drawn),
        sent(2, person=person_of(helper, bob), how="signature", signature={"name": "Bob", "present": True}),
        sent(3, person=person_of(helper, eve), how="signature", signature={"path": '"/><script>', "width": "x"}),
    )

    signatures = Signature.objects.order_by("act").values_list("registration", "typed", "path")
    assert list(signatures) == [(alice.pk, "", "M 2 3 L 45 60"), (bob.pk, "Bob", "")]
    assert AttendanceRecord.objects.filter(how="signature").count() == 3


# --- The plain page ----------------------------------------------------------------------------------------------


def test_the_door_works_as_a_plain_page(helper, event):
    alice = create_registration(event, "Ágnes")
    create_registration(event, "Bob")
    page = helper.get(f"{DOOR}?q=agn")
    row = page.context["rows"][0]
    assert [row.registration for row in page.context["rows"]] == [alice]

    helper.post(DOOR, {"act": row.act, "what": "in", "person": row.person, "day": FIRST})
    page = helper.get(DOOR)
    assert "Welcome: Ágnes" in page.content.decode()
    assert "1 of 2 here" in page.content.decode()
    row = page.context["rows"][1]
    helper.post(DOOR, {"act": row.act, "what": "undo", "undoes": row.undoes, "person": row.person, "day": FIRST})
    assert "0 of 2 here" in helper.get(DOOR).content.decode()


def test_a_code_is_typed_and_a_walk_in_written_on_the_plain_page(helper, event):
    alice = create_registration(event, "Alice")
    helper.post(DOOR, {"act": uuid.uuid4(), "what": "in", "code": f"http://x/t/{alice.ticket_code}", "day": FIRST})
    typed = {"act": uuid.uuid4(), "what": "walk_in", "day": FIRST, "name": "Ana", "organisation": "Porto"}

    page = helper.post(DOOR, typed)
    assert page.status_code == 422
    assert "Choose the country." in page.content.decode() and 'value="Porto"' in page.content.decode()
    helper.post(DOOR, typed | {"country": "PT", "told": "on"})

    assert presence(event).on(FIRST).here == 2


def test_the_search_at_the_door_knows_no_addresses(helper, event):
    create_registration(event, "Alice", email="hidden@example.org")

    assert helper.get(f"{DOOR}?q=hidden").context["rows"] == []


def test_the_counter_is_for_a_wall(helper, event):
    send(helper, sent(1, code=create_registration(event).ticket_code))

    assert "of 1 here" in helper.get(f"{DOOR}counter/").content.decode()
    assert Client().get(f"{DOOR}counter/").status_code == 302


def test_an_event_without_days_has_no_door(client, event):
    event.date_precision = Event.DatePrecision.UNKNOWN
    event.starts_on = event.ends_on = event.start_time = event.end_time = None
    event.save()
    client.force_login(create_coordinator(event.host))

    assert client.get(DOOR).status_code == 404


# --- A day that is over ------------------------------------------------------------------------------------------


def test_what_was_kept_on_a_phone_counts_later_and_what_is_said_later_does_not(helper, event, morning):
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    send(helper, sent(1, code=alice.ticket_code))
    morning.move_to(MORNING + timedelta(days=1))
    tomorrow = (MORNING + timedelta(days=1)).isoformat()
    walker = {"name": "Wanda", "organisation": "Porto", "country": "PT", "told": True}

    answer = send(
        helper,
        sent(2, code=bob.ticket_code),
        sent(3, code=bob.ticket_code, at=tomorrow),
        sent(4, "undo", undoes=str(uuid.UUID(int=1)), at=tomorrow),
        sent(5, how="walk_in", walk_in=walker, at=tomorrow),
    )

    assert outcomes(answer) == [("counted", ""), ("kept", "day_over"), ("kept", "day_over"), ("kept", "day_over")]
    assert set(attended_days(event)) == {alice.pk, bob.pk}
    assert event.registrations.count() == 2


def test_a_phone_whose_clock_is_days_ahead_still_checks_people_in(helper, event):
    alice = create_registration(event, "Alice")

    answer = send(helper, sent(1, code=alice.ticket_code, at=(MORNING + timedelta(days=3)).isoformat()))

    assert outcomes(answer) == [("counted", "")]


def test_the_plain_page_of_a_day_that_is_over_changes_nothing(helper, event, morning):
    registration = create_registration(event, "Alice")
    send(helper, sent(1, code=registration.ticket_code))
    morning.move_to(MORNING + timedelta(days=1))

    page = helper.get(f"{DOOR}?day={FIRST}").content.decode()

    assert "This day is over. Whoever organises the event puts it right under Attendance" in page
    assert 'name="what"' not in page
    helper.post(DOOR, {"act": uuid.uuid4(), "what": "in", "code": registration.ticket_code, "day": FIRST})
    assert "The day was over" in helper.get(DOOR).content.decode()
    assert AttendanceRecord.objects.count() == 1


# --- Scanned twice -----------------------------------------------------------------------------------------------


def test_undoing_one_of_two_scans_leaves_the_other_and_undoing_beside_a_name_takes_both_back(helper, event):
    alice = create_registration(event, "Alice")
    send(helper, sent(1, code=alice.ticket_code), sent(2, code=alice.ticket_code))

    send(helper, sent(3, "undo", undoes=str(uuid.UUID(int=1))))
    assert presence(event).on(FIRST).here == 1
    assert "since 09:02" in helper.get(DOOR).content.decode()

    send(helper, sent(4, code=alice.ticket_code))
    page = helper.get(DOOR)
    [row] = page.context["rows"]
    assert [act.int for act in row.undoes] == [2, 4]
    undo = {"act": row.act, "what": "undo", "undoes": row.undoes, "person": row.person, "day": FIRST}
    for _twice in range(2):
        assert helper.post(DOOR, undo).status_code == 302
    assert presence(event).on(FIRST).here == 0
    assert AttendanceRecord.objects.filter(what="undo").count() == 3
