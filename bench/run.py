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

from .client import Client, Measured, hidden_fields, many
from .server import Server, serve

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))


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

    with serve(dict(os.environ)) as server:
        if os.environ.get("BENCH_ONLY") == "papers":
            measure_papers(add)
            return
        if os.environ.get("BENCH_ONLY") == "rushes":
            measure_rushes(server, add)
            return
        floors = measure_floors(server, add)
        if os.environ.get("BENCH_ONLY") == "door":
            measure_door(server, floors, add)
            return
        measure_feed(server, floors, add)
        measure_pages(server, floors, add)
        measure_registration(server, floors, add)
        measure_rushes(server, add)
        measure_door(server, floors, add)
        measure_export(server, add)
    measure_papers(add)
    output.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def repeated(server: Server, path: str, *, headers: str = "", method: str = "GET", clients: int = 4) -> Measured:
    """Ask for one address again and again, each client over its own connection."""
    connections = [Client(server.port) for _ in range(clients)]
    requests = [client.request(method, path, headers=headers) for client in connections]

    def ask(number: int) -> None:
        status = connections[number].send(requests[number]).status
        assert status in (200, 304), f"{path} answered {status}"

    many(ask, clients=clients, seconds=0.5)
    return many(ask, clients=clients, seconds=SECONDS)


def queries_of(act: Callable[[object], object]) -> int:
    """How many queries an act costs that is given Django's test client."""
    from django.db import connection
    from django.test import Client as TestClient
    from django.test.utils import CaptureQueriesContext

    client = TestClient(headers={"host": "127.0.0.1"})
    with CaptureQueriesContext(connection) as captured:
        act(client)
    return len(captured)


def measure_floors(server: Server, add: Callable[[Row], None]) -> dict[str, Measured]:
    smallest = repeated(server, "/bench/smallest")
    add(Row("Smallest view", f"{smallest.per_second:.0f}/s, median {smallest.median_ms:.1f} ms"))
    insert = repeated(server, "/bench/insert", method="POST")
    add(Row("Committed INSERT", f"{insert.per_second:.0f}/s, median {insert.median_ms:.1f} ms"))
    return {"smallest view": smallest, "committed INSERT": insert}


def measure_feed(server: Server, floors: dict[str, Measured], add: Callable[[Row], None]) -> None:
    from django.db import transaction
    from django.test import Client as TestClient

    from events.models import CalendarEntry, Event

    from . import data

    path, smallest = "/calendars/all.ics", floors["smallest view"]
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

    def after_a_change() -> None:
        local.get(path)

    count = local.get(path).content.count(b"BEGIN:VEVENT")
    straight = min(timed(straight_with_icalendar) for _ in range(2))
    add(Row(f"{count:,} events straight with icalendar", f"{straight:.2f} s"))

    def compared(what: str, seconds: float, wanted: float | None = None, queries: int | None = None) -> None:
        row = Row(f"Calendar of {count:,} events, {what}", f"{seconds * 1000:.0f} ms", "straight with icalendar")
        row.ratio, row.queries = straight / seconds, queries
        if wanted is not None:
            row.wanted, row.reached = f"≥ {wanted:.0f}", row.ratio >= wanted
        add(row)

    compared("nothing stored", timed(with_nothing_stored))
    times = []
    for _ in range(5):
        change()
        times.append(timed(after_a_change))
    change()
    queries_of_change = queries_of(lambda client: client.get(path))
    compared("one event changed", min(times), 20, queries_of_change)
    forget()
    compared("after a restart", timed(after_a_change), queries=queries_of(lambda client: (forget(), client.get(path))))

    client = Client(server.port)
    client.get(path)
    queries = queries_of(lambda test_client: test_client.get(path))
    row = _speed(
        f"Calendar of {count:,} events, unchanged", repeated(server, path), "smallest view", smallest, None, queries
    )
    row.wanted, row.reached = "≤ 5 queries", queries <= 5
    add(row)
    etag = client.get(path).header("ETag")
    assert client.get(path, f"If-None-Match: {etag}\r\n").status == 304
    queries = queries_of(lambda test_client: test_client.get(path, headers={"if-none-match": etag}))
    unchanged = repeated(server, path, headers=f"If-None-Match: {etag}\r\n")
    row = _speed("The same, 304", unchanged, "smallest view", smallest, 0.8, queries)
    row.wanted, row.reached = "≥ 0.8, ≤ 3 queries", bool(row.reached) and queries <= 3
    add(row)

    queries_of_edit = queries_of(lambda _client: change())
    with transaction.atomic():
        data.more_events(9_000)
        forget()
        local.get(path)
        change()
        seconds = timed(after_a_change)
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


def _speed(what: str, measured: Measured, floor: str, least: Measured, wanted: float | None, queries: int) -> Row:
    ratio = measured.per_second / least.per_second
    return Row(
        what,
        f"{measured.per_second:.0f}/s, median {measured.median_ms:.1f} ms",
        floor,
        ratio,
        "" if wanted is None else f"≥ {wanted:.1f}" if wanted >= 0.5 else f"≥ 1/{1 / wanted:.0f}",
        None if wanted is None else ratio >= wanted,
        queries,
    )


def measure_pages(server: Server, floors: dict[str, Measured], add: Callable[[Row], None]) -> None:
    smallest = floors["smallest view"]
    for what, path, wanted in (
        ("Event page", "/en/events/bench-event-1/", 1 / 6),
        ("Event list", "/en/events/", None),
        ("Home", "/en/", None),
    ):
        queries = queries_of(lambda test_client, path=path: test_client.get(path))
        row = _speed(what, repeated(server, path), "smallest view", smallest, wanted, queries)
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


def measure_registration(server: Server, floors: dict[str, Measured], add: Callable[[Row], None]) -> None:
    from . import data

    event = data.conference_event()

    def flow_in_process(test_client) -> None:
        path = f"/en/events/{event.slug}/register/"
        fields = hidden_fields(test_client.get(path).content)
        fields |= {"name": "Counted", "email": "counted@example.org", "organisation_name": "A", "country": "SE"}
        answer = test_client.post(path, fields)
        assert answer.status_code == 302, answer.content[:2000]
        test_client.get(answer["Location"])

    queries = queries_of(flow_in_process)
    numbers = iter(range(10**9))
    for clients in (1, 8):
        connections = [Client(server.port) for _ in range(clients)]

        def act(number: int, connections=connections) -> None:
            client = connections[number]
            client.cookies.clear()
            register(client, event.slug, next(numbers))

        many(act, clients=clients, seconds=0.5)
        measured = many(act, clients=clients, seconds=SECONDS)
        # As many clients at the floor: one client of the one beside four of the other would compare two things at once.
        insert = repeated(server, "/bench/insert", method="POST", clients=clients)
        least = repeated(server, "/bench/smallest", clients=clients)
        row = _speed(
            f"Registration, whole flow, {clients} at once",
            measured,
            f"committed INSERT, {clients} at once: {insert.per_second:.0f}/s",
            insert,
            1 / 25,
            queries,
        )
        row.wanted += ", ≤ 25 queries"
        row.reached = bool(row.reached) and queries <= 25
        row.figure += f", p95 {measured.p95_ms:.0f} ms"
        add(row)
        floor = f"smallest view, {clients} at once: {least.per_second:.0f}/s"
        add(_speed(f"The same, {clients} at once", measured, floor, least, None, queries))


def measure_rushes(server: Server, add: Callable[[Row], None]) -> None:
    from . import rush

    rush.measure(server, lambda what, figure, wanted, reached: add(Row(what, figure, wanted=wanted, reached=reached)))


def measure_papers(add: Callable[[Row], None]) -> None:
    from . import papers

    papers.measure(lambda what, figure, floor, ratio, memory: add(Row(what, figure, floor, ratio, memory_mb=memory)))


def measure_door(server: Server, floors: dict[str, Measured], add: Callable[[Row], None]) -> None:
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

    door.measure(server, floors["smallest view"], SECONDS, report)


def measure_export(server: Server, add: Callable[[Row], None]) -> None:
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    from . import data

    lead = User.objects.get(email="lead@example.org")
    session = SessionStore()
    session["_auth_user_id"] = str(lead.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = lead.get_session_auth_hash()
    session.save()
    client = Client(server.port)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    path = "/en/organise/bench-event-0/people."
    values = list(csv.reader(io.StringIO(client.get(path + "csv").body.decode("utf-8-sig"))))
    assert len(values) == data.PEOPLE + 1, f"{len(values)} rows"
    for extension, floor_name, write in (("csv", "csv.writer", write_csv), ("xlsx", "xlsxwriter", write_xlsx)):
        floor = best_of_three(lambda write=write: write(values))
        client.get(path + extension)
        with server.peak_memory() as peak:
            seconds = best_of_three(lambda extension=extension: client.get(path + extension))

        def export(test_client, extension=extension) -> None:
            test_client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
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
