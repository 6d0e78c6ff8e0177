"""Measure one database; called by bench/__main__.py in a process of its own."""

import csv
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from .client import Client, Measured, hidden_fields, many
from .server import Server, serve

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
# How often what is measured takes turns with its floor.
ROUNDS = 5
CLIENTS = 4


@dataclass
class Row:
    """One line of the table. `ratio` is to the floor; `wanted` says which ratio or number is to be reached."""

    what: str
    figure: str
    floor: str = ""
    ratio: float | None = None
    wanted: str = ""
    reached: bool | None = None
    queries: int | None = None
    memory_mb: float | None = None

    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            self.floor,
            self.figure,
            "" if self.ratio is None else f"{self.ratio:.2f}" if self.ratio >= 0.1 else f"1/{1 / self.ratio:.0f}",
            self.wanted,
            {None: "", True: "reached", False: "missed"}[self.reached],
            "" if self.queries is None else str(self.queries),
            "" if self.memory_mb is None else f"{self.memory_mb:.0f} MB",
        )


def main(output: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    call_command("collectstatic", interactive=False, verbosity=0)
    from . import data

    data.make()
    rows: list[Row] = []

    def add(row: Row) -> None:
        rows.append(row)
        print("  " + "  ".join(cell for cell in row.cells() if cell), flush=True)

    parts: dict[str, Callable[[Server, Callable[[Row], None]], None]] = {
        "calendars": measure_feed,
        "pages": measure_pages,
        "registration": measure_registration,
        "rushes": measure_rushes,
        "door": measure_door,
        "exports": measure_export,
        "papers": measure_papers,
        # The last: its rows would lie beside what the others measure.
        "programme": measure_programme,
    }
    if os.environ.get("DATABASE_URL"):
        # Paper knows no database.
        del parts["papers"]
    chosen = os.environ.get("BENCH_ONLY", " ".join(parts)).split()
    # As long as a morning is, so only where it is asked for.
    parts["morning"] = measure_morning
    with serve(dict(os.environ)) as server:
        measure_floors(server, add)
        for name in chosen:
            parts[name](server, add)
    output.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def asking(
    server: Server, path: str, *, headers: str = "", method: str = "GET", clients: int = CLIENTS
) -> Callable[[int], None]:
    """Return an act for each client by its number: asking for one address, over a connection of its own."""
    connections = [Client(server.port) for _ in range(clients)]
    requests = [client.request(method, path, headers=headers) for client in connections]

    def ask(number: int) -> None:
        status = connections[number].send(requests[number]).status
        assert status in (200, 304), f"{path} answered {status}"

    return ask


def side_by_side(*acts: Callable[[int], None], clients: int = CLIENTS) -> list[Measured]:
    """Measure acts in turns, so that whatever else the machine does meets all of them alike; return them in order."""
    for act in acts:
        many(act, clients=clients, seconds=0.5)
    rounds = [[many(act, clients=clients, seconds=SECONDS / ROUNDS) for act in acts] for _round in range(ROUNDS)]
    return [Measured.of_all(turns) for turns in zip(*rounds, strict=True)]


def repeated(server: Server, path: str, **how) -> tuple[Measured, Measured]:
    """Ask for one address again and again, in turns with the smallest view; return it and that floor."""
    measured, smallest = side_by_side(asking(server, path, **how), asking(server, "/bench/smallest"))
    return measured, smallest


def queries_of(act: Callable[[object], object]) -> int:
    """How many queries an act costs that is given Django's test client."""
    from django.db import connection
    from django.test import Client as TestClient
    from django.test.utils import CaptureQueriesContext

    client = TestClient(headers={"host": "127.0.0.1"})
    with CaptureQueriesContext(connection) as captured:
        act(client)
    return len(captured)


def measure_floors(server: Server, add: Callable[[Row], None]) -> None:
    insert, smallest = repeated(server, "/bench/insert", method="POST")
    add(Row("Smallest view", f"{smallest.per_second:.0f}/s, median {smallest.median_ms:.1f} ms"))
    add(Row("Committed INSERT", f"{insert.per_second:.0f}/s, median {insert.median_ms:.1f} ms"))


def measure_feed(server: Server, add: Callable[[Row], None]) -> None:
    from django.db import transaction
    from django.test import Client as TestClient

    from events.models import CalendarEntry, Event

    from . import data

    path = "/calendars/all.ics"
    local = TestClient(headers={"host": "127.0.0.1"})
    event = data.conference_event()

    def forget() -> None:
        from events.feeds import forget_kept_calendars

        forget_kept_calendars()

    def with_nothing_stored() -> None:
        CalendarEntry.objects.all().delete()
        forget()
        local.get(path)

    def change() -> None:
        event.summary = f"Changed {time.perf_counter()}"
        event.save()

    def read() -> None:
        local.get(path)

    count = local.get(path).content.count(b"BEGIN:VEVENT")
    straights = [timed(straight_with_icalendar)]
    restarts, changes = [], []
    for _turn in range(3):
        forget()
        restarts.append(timed(read))
        for _change in range(3):
            change()
            changes.append(timed(read))
        straights.append(timed(straight_with_icalendar))
    straight = median(straights)
    add(Row(f"{count:,} events straight with icalendar", f"{straight:.2f} s"))

    def compared(what: str, seconds: float, wanted: float | None = None, queries: int | None = None) -> None:
        row = Row(f"Calendar of {count:,} events, {what}", f"{seconds * 1000:.0f} ms", "straight with icalendar")
        row.ratio, row.queries = straight / seconds, queries
        if wanted is not None:
            row.wanted, row.reached = f"≥ {wanted:.0f}", row.ratio >= wanted
        add(row)

    compared("nothing stored", timed(with_nothing_stored))
    change()
    queries_of_change = queries_of(lambda client: client.get(path))
    compared("one event changed", median(changes), 20, queries_of_change)
    compared("after a restart", median(restarts), queries=queries_of(lambda client: (forget(), client.get(path))))

    client = Client(server.port)
    client.get(path)
    queries = queries_of(lambda test_client: test_client.get(path))
    row = _speed(f"Calendar of {count:,} events, unchanged", *repeated(server, path), "smallest view", None, queries)
    row.wanted, row.reached = "≤ 5 queries", queries <= 5
    add(row)
    etag = client.get(path).header("ETag")
    assert client.get(path, f"If-None-Match: {etag}\r\n").status == 304
    queries = queries_of(lambda test_client: test_client.get(path, headers={"if-none-match": etag}))
    unchanged = repeated(server, path, headers=f"If-None-Match: {etag}\r\n")
    row = _speed("The same, 304", *unchanged, "smallest view", 0.8, queries)
    row.wanted, row.reached = "≥ 0.8, ≤ 3 queries", bool(row.reached) and queries <= 3
    add(row)

    queries_of_edit = queries_of(lambda _client: change())
    with transaction.atomic():
        data.more_events(9_000)
        forget()
        local.get(path)
        change()
        seconds = timed(read)
        change()
        queries = queries_of(lambda test_client: test_client.get(path))
        edit = queries_of(lambda _client: change())
        total = Event.objects.count()
        transaction.set_rollback(True)
    forget()
    add(
        Row(
            f"Calendar of {total:,} events, one event changed",
            f"{seconds * 1000:.0f} ms",
            wanted=f"{queries_of_change} queries",
            # Within one transaction, a savepoint stands for each transaction.
            reached=queries <= queries_of_change,
            queries=queries,
        )
    )
    add(
        Row(
            f"Editing one event of {total:,}",
            f"{queries_of_edit} queries with {count:,} events",
            wanted="the same",
            reached=edit <= queries_of_edit,
            queries=edit,
        )
    )


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def straight_with_icalendar() -> None:
    """Build the calendar of all events as anybody would: load them, one component for each, and the whole as text."""
    from icalendar import Calendar

    from events.ical import component_of, entry
    from events.models import Event

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//bench//EN")
    events = Event.objects.visible_to(None).with_page_data().prefetch_related("changes", "links_onward").in_order()
    for event in events:
        shown = entry(event, "en")
        if shown is not None:
            calendar.add_component(component_of(shown))
    calendar.to_ical()


def _speed(what: str, measured: Measured, least: Measured, floor: str, wanted: float | None, queries: int) -> Row:
    ratio = measured.per_second / least.per_second
    return Row(
        what,
        f"{measured.per_second:.0f}/s, median {measured.median_ms:.1f} ms",
        f"{floor}: {least.per_second:.0f}/s",
        ratio,
        "" if wanted is None else f"≥ {wanted:.1f}" if wanted >= 0.5 else f"≥ 1/{1 / wanted:.0f}",
        None if wanted is None else ratio >= wanted,
        queries,
    )


def measure_pages(server: Server, add: Callable[[Row], None]) -> None:
    for what, path, wanted in (
        ("Event page", "/en/events/bench-event-1/", 1 / 6),
        ("Event list", "/en/events/", None),
        ("Home", "/en/", None),
    ):
        queries = queries_of(lambda test_client, path=path: test_client.get(path))
        row = _speed(what, *repeated(server, path), "smallest view", wanted, queries)
        if wanted is None:
            row.wanted, row.reached = "≤ 15 queries", queries <= 15
        add(row)


def register(client: Client, slug: str, number: int) -> str:
    """The whole flow of one person: form, answers, confirmation. Returns the page that was shown at the end."""
    path = f"/en/events/{slug}/register/"
    form = client.get(path)
    assert form.status == 200, form.status
    fields = hidden_fields(form.body)
    fields |= {
        "name": f"Person {number}",
        "email": f"flow-{slug}-{number}@example.org",
        "organisation_name": "City of Gävle",
        "country": "SE",
    }
    answer = client.post(path, fields)
    assert answer.status == 302, f"{answer.status}: {answer.body[:2000].decode(errors='replace')}"
    return client.get(answer.header("Location").removeprefix(f"http://127.0.0.1:{client.port}")).body.decode()


def measure_registration(server: Server, add: Callable[[Row], None]) -> None:
    from . import data

    event = data.conference_event()

    def flow_in_process(test_client, name: str = "Counted") -> None:
        path = f"/en/events/{event.slug}/register/"
        fields = hidden_fields(test_client.get(path).content)
        fields |= {"name": name, "email": f"{name}@example.org", "organisation_name": "A", "country": "SE"}
        answer = test_client.post(path, fields)
        assert answer.status_code == 302, answer.content[:2000]
        test_client.get(answer["Location"])

    # What a process keeps of the page of an event is made with the first of them.
    queries_of(lambda test_client: flow_in_process(test_client, "First"))
    queries = queries_of(flow_in_process)
    numbers = iter(range(10**9))
    for clients in (1, 8):
        connections = [Client(server.port) for _ in range(clients)]

        def act(number: int, connections=connections) -> None:
            client = connections[number]
            client.cookies.clear()
            register(client, event.slug, next(numbers))

        # As many clients at the floors: one of the one beside four of the other would compare two things at once.
        insert = asking(server, "/bench/insert", method="POST", clients=clients)
        smallest = asking(server, "/bench/smallest", clients=clients)
        measured, of_insert, of_smallest = side_by_side(act, insert, smallest, clients=clients)
        row = _speed(
            f"Registration, whole flow, {clients} at once",
            measured,
            of_insert,
            f"committed INSERT, {clients} at once",
            1 / 25,
            queries,
        )
        row.wanted += ", ≤ 25 queries"
        row.reached = bool(row.reached) and queries <= 25
        row.figure += f", p95 {measured.p95_ms:.0f} ms"
        add(row)
        add(_speed(f"The same, {clients} at once", measured, of_smallest, "smallest view", None, queries))


def measure_rushes(server: Server, add: Callable[[Row], None]) -> None:
    from . import rush

    rush.measure(server, lambda what, figure, wanted, reached: add(Row(what, figure, wanted=wanted, reached=reached)))


def measure_papers(_server: Server, add: Callable[[Row], None]) -> None:
    from . import papers

    papers.measure(lambda what, figure, floor, ratio, memory: add(Row(what, figure, floor, ratio, memory_mb=memory)))


def measure_programme(server: Server, add: Callable[[Row], None]) -> None:
    from . import programme

    def report(
        what: str, figure: str, wanted: str, reached: bool | None, queries: int | None, memory: float | None
    ) -> None:
        add(Row(what, figure, wanted=wanted, reached=reached, queries=queries, memory_mb=memory))

    programme.measure(server, report)


def measure_morning(server: Server, add: Callable[[Row], None]) -> None:
    from . import morning

    morning.measure(server, lambda *cells: add(Row(*cells)))


def measure_door(server: Server, add: Callable[[Row], None]) -> None:
    from . import door

    def report(
        what: str,
        figure: str,
        floor: str,
        ratio: float | None,
        wanted: str,
        reached: bool | None,
        queries: int | None,
    ) -> None:
        add(Row(what, figure, floor, ratio, wanted, reached, queries))

    door.measure(server, SECONDS, report)


def measure_export(server: Server, add: Callable[[Row], None]) -> None:
    from django.conf import settings

    from accounts.models import User

    from . import data

    key = data.session_of(User.objects.get(email="lead@example.org"))
    client = Client(server.port)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    path = "/en/organise/bench-event-0/people."
    values = list(csv.reader(io.StringIO(client.get(path + "csv").body.decode("utf-8-sig"))))
    assert len(values) == data.PEOPLE + 1, f"{len(values)} rows"
    for extension, floor_name, write in (("csv", "csv.writer", write_csv), ("xlsx", "xlsxwriter", write_xlsx)):
        floor = best_of_three(lambda write=write: write(values))
        client.get(path + extension)
        with server.peak_memory() as peak:
            seconds = best_of_three(lambda extension=extension: client.get(path + extension))

        def export(test_client, extension=extension) -> None:
            test_client.cookies[settings.SESSION_COOKIE_NAME] = key
            answer = test_client.get(path + extension)
            assert answer.status_code == 200
            for _part in answer.streaming_content if answer.streaming else (answer.content,):
                pass

        queries = queries_of(export)
        add(
            Row(
                f"Export of {data.PEOPLE:,} people to {extension.upper()}",
                f"{seconds:.2f} s",
                f"{floor_name}: {floor:.2f} s",
                seconds / floor,
                "≤ 3, ≤ 10 queries, ≤ 60 MB",
                seconds / floor <= 3 and queries <= 10 and peak[0] <= 60,
                queries,
                peak[0],
            )
        )


def best_of_three(act: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return min(times)


def write_csv(values: list[list[str]]) -> None:
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(values)


def write_xlsx(values: list[list[str]]) -> None:
    import xlsxwriter

    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        workbook = xlsxwriter.Workbook(file.name, {"constant_memory": True})
        sheet = workbook.add_worksheet()
        for number, row in enumerate(values):
            for column, value in enumerate(row):
                sheet.write_string(number, column, value)
        workbook.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
