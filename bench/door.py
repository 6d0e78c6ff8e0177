"""The door of an event under load, over HTTP: acts one by one, in batches, and 300 people let in by three devices."""

import json
import os
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone

from events.models import Event
from projects.models import Project
from registrations.attendance import presence
from registrations.door.ids import ids_of
from registrations.models import AttendanceRecord, DoorAct, DoorLink, Person, Registration

from .client import Client, many
from .server import WORKERS, Server

PEOPLE = 300
DEVICES = 3
# In reality 300 people come in 20 minutes. One minute is twenty times harder, and BENCH_DOOR_MINUTES=20 is real.
MINUTES = float(os.environ.get("BENCH_DOOR_MINUTES", "1"))
LONGEST_WAIT_MS = 1_500
BATCH = 50
BATCHED_ACTS_A_SECOND = 1_000
ONE_BY_ONE = 1 / 8
# What is reported: words, what was measured, the floor, its ratio, what was wanted, whether that was reached, queries.
Report = Callable[[str, str, str, float | None, str, bool | None, int | None], None]


def measure(server: Server, seconds: float, report: Report) -> None:
    event = _event_of_today()
    _one_by_one(server, event, report)
    _in_batches(server, event, seconds, report)
    _let_in(server, event, report)


def _event_of_today() -> Event:
    event = Event.objects.select_related("project").get(slug="bench-event-16")
    event.starts_on = timezone.now().astimezone(event.zone).date() - timedelta(days=1)
    # Whatever the clock says, today is one of its days.
    event.ends_on = event.starts_on + timedelta(days=2)
    event.save()
    now = timezone.now()
    persons = Person.objects.bulk_create(
        Person(project=event.project, name=f"Guest {n}", email=f"door-{n}@example.org", name_key=f"guest {n}")
        for n in range(PEOPLE)
    )
    Registration.objects.bulk_create(
        Registration(
            event=event,
            person=person,
            name=person.name,
            email=person.email,
            organisation_name="City of Gävle",
            country="SE",
            state=Registration.State.CONFIRMED,
            joined_at=now,
            confirmed_at=now,
        )
        for person in persons
    )
    # Registered long ago: nobody on the list is news.
    event.registrations.update(changed_at=now - timedelta(days=1))
    DoorLink.objects.create(event=event, label="Bench", pin="123456")
    return event


class Device:
    """A phone at the door: signed in, with the list, and sending as the app does."""

    def __init__(self, server: Server, event: Event) -> None:
        self.client = Client(server.port)
        self.path = f"/en/door/{event.slug}/"
        form = self.client.get(self.path)
        assert form.status == 200, form.status
        from .client import hidden_fields

        answer = self.client.post(self.path, hidden_fields(form.body) | {"pin": "123456", "name": "Mia"})
        assert answer.status == 302, answer.body[:500]
        listed = json.loads(self.client.get(f"{self.path}list.json").body)
        self.people = [one["id"] for one in listed["people"]]
        self.codes = list(event.registrations.values_list("ticket_code", flat=True))
        self.since = listed["version"]
        self.day = timezone.now().astimezone(event.zone).date().isoformat()

    def act(self, code: str) -> dict[str, str]:
        return {
            "act": str(uuid.uuid4()),
            "what": "in",
            "code": code,
            "day": self.day,
            "at": timezone.now().isoformat(),
            "how": "scan",
        }

    def send(self, codes: list[str]) -> None:
        acts = [self.act(code) for code in codes]
        body = json.dumps({"device": "Bench", "since": self.since, "acts": acts}).encode()
        request = self.client.request("POST", f"{self.path}acts/", body=body, headers="")
        request = request.replace(b"application/x-www-form-urlencoded", b"application/json", 1)
        answer = self.client.send(request)
        assert answer.status == 200, f"{answer.status}: {answer.body[:500]!r}"
        said = json.loads(answer.body)
        assert [one["outcome"] for one in said["results"]] == ["counted"] * len(acts)
        self.since = said["version"]


def _one_by_one(server: Server, event: Event, report: Report) -> None:
    from .run import asking, side_by_side

    devices = [Device(server, event) for _ in range(4)]
    turns = [iter(range(10**9)) for _ in devices]

    def act(number: int) -> None:
        device = devices[number]
        device.send([device.codes[(next(turns[number]) * 4 + number) % PEOPLE]])

    before = _stored(event)
    measured, smallest = side_by_side(act, asking(server, "/bench/smallest"))
    assert _stored(event) - before == sum(map(next, turns))
    ratio = measured.per_second / smallest.per_second
    report(
        "Check-in at the door, one act a request",
        f"{measured.per_second:.0f}/s, median {measured.median_ms:.1f} ms, p95 {measured.p95_ms:.0f} ms",
        f"smallest view: {smallest.per_second:.0f}/s",
        ratio,
        "≥ 1/8",
        ratio >= ONE_BY_ONE,
        _queries(devices[0], event, 1),
    )


def _in_batches(server: Server, event: Event, seconds: float, report: Report) -> None:
    from django.db import connection

    devices = [Device(server, event) for _ in range(4)]
    turns = [iter(range(10**9)) for _ in devices]

    def act(number: int) -> None:
        device, turn = devices[number], next(turns[number])
        device.send([device.codes[(turn * BATCH + n) % PEOPLE] for n in range(BATCH)])

    many(act, clients=4, seconds=0.5)
    before = _stored(event)
    measured = many(act, clients=4, seconds=seconds)
    assert _stored(event) - before == measured.count * BATCH
    acts = measured.per_second * BATCH
    is_postgresql = connection.vendor == "postgresql"
    report(
        f"Check-ins at the door, {BATCH} acts a request",
        f"{acts:.0f} acts/s, p95 {measured.p95_ms:.0f} ms a request",
        "",
        None,
        f"≥ {BATCHED_ACTS_A_SECOND:,} acts/s" if is_postgresql else "",
        acts >= BATCHED_ACTS_A_SECOND if is_postgresql else None,
        _queries(devices[0], event, BATCH),
    )


def _let_in(server: Server, event: Event, report: Report) -> None:
    """Everybody comes once, evenly over the minutes, to whichever device is theirs."""
    # The database lets records go once nothing has to be kept.
    Project.objects.filter(pk=event.project_id).update(evidence_kept_until=date.min)
    AttendanceRecord.objects.filter(registration__event=event).delete()
    devices = [Device(server, event) for _ in range(DEVICES)]
    pause = MINUTES * 60 / (PEOPLE / DEVICES)
    begins = time.perf_counter()
    turns = [iter(range(PEOPLE)) for _ in devices]

    def act(number: int) -> None:
        turn = next(turns[number])
        devices[number].send([devices[number].codes[turn * DEVICES + number]])

    def paced(number: int) -> None:
        # The pause is no part of what is measured.
        time.sleep(max(0.0, begins + pause * (waited[number] + 1) - time.perf_counter()))
        started = time.perf_counter()
        act(number)
        took.append((time.perf_counter() - started) * 1000)
        waited[number] += 1

    waited, took = [0] * DEVICES, list[float]()
    many(paced, clients=DEVICES, times=PEOPLE // DEVICES)
    day = timezone.now().astimezone(event.zone).date()
    p95 = sorted(took)[int(len(took) * 0.95)]
    here, kept = presence(event).on(day).here, DoorAct.objects.filter(event=event).count()
    report(
        f"{PEOPLE} people in {MINUTES:g} min at {DEVICES} devices",
        f"{here} here, p95 {p95:.0f} ms, slowest {max(took):.0f} ms, {WORKERS} processes",
        "",
        None,
        f"{PEOPLE} here, none waits over {LONGEST_WAIT_MS / 1000:g} s",
        (here, kept) == (PEOPLE, 0) and max(took) <= LONGEST_WAIT_MS,
        None,
    )


def _stored(event: Event) -> int:
    return AttendanceRecord.objects.filter(registration__event=event).count()


def _queries(device: Device, event: Event, count: int) -> int:
    """How many queries one request costs, asked in this process."""
    from .run import queries_of

    def ask(test_client) -> None:
        for name, value in device.client.cookies.items():
            test_client.cookies[name] = value
        body = {"device": "Bench", "since": device.since, "acts": [device.act(code) for code in device.codes[:count]]}
        answer = test_client.post(f"{device.path}acts/", json.dumps(body), "application/json")
        assert answer.status_code == 200, answer.content[:500]

    assert ids_of(event.pk, [1])
    return queries_of(ask)
