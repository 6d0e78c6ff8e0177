"""A morning at the door at real speed: 300 people come to three phones in 20 minutes, as they come, not evenly.

Half of them come within five minutes, some are not registered, some hold their ticket up twice and are undone. Each
phone sends one act after the other and asks for news every 15 seconds, and a counter hangs on the wall. It takes as
long as it says, so it is asked for by its name: BENCH_ONLY=morning. BENCH_MORNING_MINUTES makes it shorter, and harder.
"""

import json
import os
import queue
import random
import threading
import time
import uuid

from django.utils import timezone

from registrations.attendance import presence
from registrations.models import AttendanceRecord, DoorAct

from .door import DEVICES, LONGEST_WAIT_MS, PEOPLE, Device, Report, _event_of_today
from .server import WORKERS, Server

MINUTES = float(os.environ.get("BENCH_MORNING_MINUTES", "20"))
ASKS_EVERY = 15.0
WALL_EVERY = 10.0
# Of 300 people: every 20th is written in, every 25th is scanned twice and the second scan undone.
WALK_IN, TWICE = 20, 25


class Phone:
    """A phone with people in front of it: what they wait for is counted from when they hold up their ticket."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.line: queue.Queue[tuple[float, int] | None] = queue.Queue()
        self.waits_ms: list[float] = []
        self.answers_ms: list[float] = []
        self.asked_at = time.monotonic()

    def run(self) -> None:
        while True:
            try:
                somebody = self.line.get(timeout=max(0.01, self.asked_at + ASKS_EVERY - time.monotonic()))
            except queue.Empty:
                self.send([])
                continue
            if somebody is None:
                return
            came_at, number = somebody
            self.send(self.acts(number))
            self.waits_ms.append((time.monotonic() - came_at) * 1000)

    def acts(self, number: int) -> list[dict]:
        if number % WALK_IN == 0:
            typed = {"name": f"Walk-in {number}", "organisation": "Porto", "country": "PT", "told": True}
            act = {**self.device.act(""), "how": "walk_in", "walk_in": typed}
            del act["code"]
            return [act]
        first = self.device.act(self.device.codes[number])
        if number % TWICE:
            return [first]
        again = {**first, "act": str(uuid.uuid4())}
        undo = {**first, "act": str(uuid.uuid4()), "what": "undo", "undoes": again["act"]}
        return [first, again, undo]

    def send(self, acts: list[dict]) -> None:
        began = self.asked_at = time.monotonic()
        device = self.device
        body = json.dumps({"since": device.since, "unsent": 0, "acts": acts}).encode()
        request = device.client.request("POST", f"{device.path}acts/", body=body)
        answer = device.client.send(request.replace(b"application/x-www-form-urlencoded", b"application/json", 1))
        assert answer.status == 200, f"{answer.status}: {answer.body[:500]!r}"
        said = json.loads(answer.body)
        assert [one["outcome"] for one in said["results"]] == ["counted"] * len(acts), said["results"]
        device.since = said["version"]
        if acts:
            self.answers_ms.append((time.monotonic() - began) * 1000)


def measure(server: Server, report: Report) -> None:
    event = _event_of_today()
    phones = [Phone(Device(server, event)) for _ in range(DEVICES)]
    wall, over = Device(server, event), threading.Event()

    def hang() -> None:
        while not over.wait(WALL_EVERY):
            assert wall.client.get(f"{wall.path}counter/").status == 200

    threads = [threading.Thread(target=phone.run) for phone in phones] + [threading.Thread(target=hang)]
    for thread in threads:
        thread.start()
    begins = time.monotonic()
    for number, after in enumerate(_arrivals()):
        time.sleep(max(0.0, begins + after - time.monotonic()))
        min(phones, key=lambda phone: phone.line.qsize()).line.put((time.monotonic(), number))
    for phone in phones:
        phone.line.put(None)
    over.set()
    for thread in threads:
        thread.join()

    waits = sorted(wait for phone in phones for wait in phone.waits_ms)
    answers = sorted(one for phone in phones for one in phone.answers_ms)
    here = presence(event).on(timezone.now().astimezone(event.zone).date()).here
    records, kept = AttendanceRecord.objects.filter(registration__event=event), DoorAct.objects.filter(event=event)
    acts = PEOPLE + 2 * sum(number % WALK_IN != 0 for number in range(0, PEOPLE, TWICE))
    report(
        f"A morning: {PEOPLE} people in {MINUTES:g} min, as they come, at {DEVICES} phones",
        f"{here} here, {records.count()} acts; waited: median {waits[len(waits) // 2]:.0f} ms, "
        f"p95 {waits[int(len(waits) * 0.95)]:.0f} ms, most {waits[-1]:.0f} ms; slowest answer {answers[-1]:.0f} ms; "
        f"{WORKERS} processes",
        "",
        None,
        f"none waits over {LONGEST_WAIT_MS / 1000:g} s",
        (here, records.count(), kept.count()) == (PEOPLE, acts, 0) and waits[-1] <= LONGEST_WAIT_MS,
        None,
    )


def _arrivals() -> list[float]:
    """After how many seconds each of them comes: half of them in the middle quarter, by the same chance each time."""
    chance, seconds = random.Random(7), MINUTES * 60  # noqa: S311 - no secret
    rush = [chance.uniform(0.4 * seconds, 0.65 * seconds) for _ in range(PEOPLE // 2)]
    return sorted(rush + [chance.uniform(0, seconds) for _ in range(PEOPLE - len(rush))])
