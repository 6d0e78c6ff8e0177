"""Whatever order acts arrive in, however often and in whatever batches: every one counts once, and all states agree."""

import itertools
import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from registrations.attendance import Act, attended_days, day_list, presence, record
from registrations.attendance.folding import Said, fold
from registrations.models import AttendanceRecord, DoorAct, DoorHelper, DoorLink, Registration
from tests.factories import create_event, create_lead, create_registration

DAYS = (date(2027, 5, 20), date(2027, 5, 21))
MORNING = datetime(2027, 5, 21, 6, tzinfo=UTC)
PEOPLE = 4


@st.composite
def acts(draw) -> list[dict]:
    """Acts of two devices about a few people; undos take back any act, also one that never arrives or is an undo."""
    made = []
    for n in range(draw(st.integers(1, 14))):
        what = draw(st.sampled_from(["in", "in", "in", "out", "absent", "undo"]))
        made.append(
            {
                "act": uuid.UUID(int=draw(st.integers(1, 10**6)) * 100 + n),
                "what": what,
                "person": draw(st.integers(0, PEOPLE - 1)),
                "day": draw(st.sampled_from(DAYS)),
                # Few instants, so that many acts share one and what they say decides.
                "happened_at": MORNING + timedelta(minutes=draw(st.integers(0, 3))),
                "how": draw(st.sampled_from(["scan", "scan", "correction"])),
                "of": draw(st.integers(0, 14)),
            }
        )
    for act in made:
        if act["what"] == "undo":
            taken_back = made[act["of"] % len(made)]
            act["undoes"] = taken_back["act"]
            act["person"], act["day"] = taken_back["person"], taken_back["day"]
    return made


class TestInterleavings(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(acts(), st.randoms(use_true_random=False))
    def test_any_order_repeats_and_batches_end_in_the_same_state(self, made, chance):
        states = [self.state_after(self.sent(made, chance)) for _ in range(2)]

        assert states == [self.expected(made)] * 2

    def sent(self, made: list[dict], chance) -> list[list[dict]]:
        """Every act at least once, some twice, shuffled, in batches of any size."""
        queue = [*made, *chance.sample(made, len(made) // 2)]
        chance.shuffle(queue)
        batches = []
        while queue:
            size = chance.randint(1, len(queue))
            batches.append(queue[:size])
            queue = queue[size:]
        return batches

    def state_after(self, batches: list[list[dict]]):
        event = create_event()
        people = [create_registration(event, f"Guest {n}", email=f"g{n}@example.org") for n in range(PEOPLE)]
        # The same ids again in another event would be the same acts.
        salt = uuid.uuid4()
        for batch in batches:
            record(event, [self.act(people, one, salt) for one in batch])
        days = attended_days(event)
        present = AttendanceRecord.objects.present().of_days().filter(registration__event=event)
        in_sql = {(pk, day) for pk, day in present.values_list("registration_id", "day")}
        assert in_sql == {(pk, day) for pk, of_person in days.items() for day in of_person}
        listed = [[row.first_in for row in day_list(event, day)] for day in DAYS]
        assert [sum(at is not None for at in of_day) for of_day in listed] == [
            presence(event).on(day).here for day in DAYS
        ]
        number = {person.pk: n for n, person in enumerate(people)}
        records = AttendanceRecord.objects.filter(registration__event=event)
        return (
            {number[pk]: of_person for pk, of_person in days.items()},
            listed,
            sorted((number[r.registration_id], r.what, r.happened_at) for r in records),
        )

    def act(self, people: list[Registration], one: dict, salt: uuid.UUID) -> Act:
        # An order of ids that the salt does not change.
        def salted(act: uuid.UUID) -> uuid.UUID:
            return uuid.UUID(int=(act.int << 64) | (salt.int & (2**64 - 1)))

        return Act(
            act=salted(one["act"]),
            what=one["what"],
            registration=people[one["person"]],
            day=one["day"],
            happened_at=one["happened_at"],
            how=one["how"],
            reason="Seen by the host.",
            undoes=salted(one["undoes"]) if one["what"] == "undo" else None,
        )

    def expected(self, made: list[dict]):
        """The same by the definition alone."""

        def folded(person: int, day: date):
            of = [one for one in made if one["person"] == person]
            return fold(
                Said(one["happened_at"], one["act"], one["what"], one["how"], one.get("undoes"))
                for one in of
                if one["day"] == day
            )

        table = {(person, day): folded(person, day) for person, day in itertools.product(range(PEOPLE), DAYS)}
        days = {
            person: tuple(day for day in DAYS if table[person, day].attended)
            for person in range(PEOPLE)
            if any(table[person, day].attended for day in DAYS)
        }
        listed = [[table[person, day].first_in for person in range(PEOPLE)] for day in DAYS]
        return days, listed, sorted((one["person"], one["what"], one["happened_at"]) for one in made)


# --- Two devices that lose the network ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_two_devices_reconnect_in_either_order_and_lose_nothing(client, clock, seed):
    import random

    chance = random.Random(seed)
    clock.move_to(datetime(2027, 5, 20, 7, tzinfo=UTC))
    event = create_event(slug="conference")
    people = [create_registration(event, f"Guest {n}", email=f"g{n}@example.org") for n in range(40)]
    DoorLink.objects.create(event=event, label="Entrance", pin="123456", made_by=create_lead(event.project))
    devices = [Client(), Client()]
    for number, device in enumerate(devices):
        device.post("/en/door/conference/", {"pin": "123456", "name": f"Helper {number}"})
    listed = devices[0].get("/en/door/conference/list.json").json()["people"]
    ids = {one["name"]: one["id"] for one in listed}
    queues = [_morning(chance, device, people, ids) for device in range(2)]
    for queue in queues:
        # What was answered, but the answer was lost, is sent again; and pages that were reloaded send in any order.
        queue += chance.sample(queue, 20)
    batches = [(n, queue[at : at + 15]) for n, queue in enumerate(queues) for at in range(0, len(queue), 15)]
    chance.shuffle(batches)

    for number, batch in batches:
        body = json.dumps({"device": f"Phone {number}", "acts": batch})
        answer = devices[number].post("/en/door/conference/acts/", body, "application/json")
        assert answer.status_code == 200

    sent = {one["act"]: one for queue in queues for one in queue}
    stored = {str(act) for act in AttendanceRecord.objects.values_list("act", flat=True)}
    kept = {str(act) for act in DoorAct.objects.values_list("act", flat=True)}
    assert stored | kept == set(sent) and not stored & kept
    assert kept == {act for act, one in sent.items() if one.get("code") == "forged"}
    assert event.registrations.count() == 40 + sum("walk_in" in one for one in sent.values())
    undone = {one["undoes"] for one in sent.values() if one["what"] == "undo"}
    came = {
        _who(one, sent) for act, one in sent.items() if one["what"] == "in" and act not in undone and act not in kept
    }
    assert presence(event).on(DAYS[0]).here == len(came)
    assert DoorHelper.objects.count() == 2


def _morning(chance, device: int, people: list[Registration], ids: dict[str, str]) -> list[dict]:
    """A hundred acts of one phone: check-ins, some of them twice or by both, walk-ins, undos, forged codes."""
    queue: list[dict] = []
    for n in range(100):
        at = datetime(2027, 5, 20, 7, tzinfo=UTC) + timedelta(seconds=10 * n + device)
        act = {"act": str(uuid.UUID(int=chance.getrandbits(128))), "what": "in", "day": "2027-05-20"}
        act |= {"at": at.isoformat(), "how": "scan"}
        dice = chance.random()
        before = [one for one in queue if one["what"] == "in" and "code" not in one]
        if dice < 0.1:
            act |= {"how": "walk_in", "walk_in": _walker(f"Walker {device} {n}")}
        elif dice < 0.3 and before:
            taken_back = chance.choice(before)
            person = taken_back.get("person") or f"walk-in {taken_back['act']}"
            act |= {"what": "undo", "undoes": taken_back["act"], "person": person}
        elif dice < 0.35:
            act |= {"code": "forged"}
        else:
            act |= {"person": ids[chance.choice(people).name]}
        queue.append(act)
    return queue


def _walker(name: str) -> dict:
    return {"name": name, "organisation": "Porto", "country": "PT", "email": "", "told": True}


def _who(one: dict, sent: dict[str, dict]) -> str:
    return one.get("person") or one["act"]
