"""What we write, read by programs that share no code with us or with each other.

They differ in what they go by: icalendar, ics and ical look up the name of a time zone, vobject and libical calculate
with the VTIMEZONE in the file. All have to find the same events at the same instants.
"""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time

import ical.calendar_stream
import icalendar
import ics
import pytest
import vobject
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from events.feeds import forget_kept_calendars
from events.loading import load_projects
from events.models import Event, EventKind
from projects.models import Partner, Project
from tests import libical
from tests.factories import create_event, create_project, create_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# UID, start and end as dates or in UTC (the end None where there is none), status, title.
Facts = tuple[str, date | datetime, date | datetime | None, str, str]


def _utc(at: date | datetime) -> date | datetime:
    return at.astimezone(UTC) if isinstance(at, datetime) else at


def by_icalendar(octets: bytes) -> Iterator[Facts]:
    calendar = icalendar.Calendar.from_ical(octets)
    assert calendar.errors == []
    for event in calendar.events:
        assert event.errors == []
        ends = _utc(event["DTEND"].dt) if "DTEND" in event else None
        yield str(event["UID"]), _utc(event["DTSTART"].dt), ends, str(event["STATUS"]), str(event["SUMMARY"])


def by_vobject(octets: bytes) -> Iterator[Facts]:
    for event in vobject.readOne(octets.decode()).contents.get("vevent", []):
        ends = _utc(event.dtend.value) if "dtend" in event.contents else None
        yield event.uid.value, _utc(event.dtstart.value), ends, event.status.value, event.summary.value


def by_ics(octets: bytes) -> Iterator[Facts]:
    for event in ics.Calendar(octets.decode()).events:
        if event.all_day:
            starts, ends = event.begin.date(), event.end.date()
        else:
            starts = event.begin.datetime.astimezone(UTC)
            ends = event.end.datetime.astimezone(UTC) if event.end != event.begin else None
        yield event.uid, starts, ends, str(event.status), event.name


def by_ical(octets: bytes) -> Iterator[Facts]:
    for event in ical.calendar_stream.IcsCalendarStream.calendar_from_ics(octets.decode()).events:
        ends = _utc(event.dtend) if event.dtend else None
        yield event.uid, _utc(event.dtstart), ends, event.status.value, event.summary


def by_libical(octets: bytes) -> Iterator[Facts]:
    if not libical.is_here():
        pytest.skip("No libical here: install the package libical3 (libical3t64 in newer releases).")
    for event in libical.events(octets):
        yield event.uid, event.starts, event.ends, event.status, event.summary


OTHERS = [by_vobject, by_ics, by_ical, by_libical]


def facts(octets: bytes, program: Callable[[bytes], Iterator[Facts]] = by_icalendar) -> dict[str, Facts]:
    found = list(program(octets))
    assert len({uid for uid, *_rest in found}) == len(found)
    return {entry[0]: entry for entry in found}


@pytest.fixture(scope="module")
def calendars(django_db_setup, django_db_blocker) -> Iterator[dict[bytes, str]]:
    """Every calendar of the four real projects and the demonstration, with its address."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_projects(settings.BASE_DIR / "events" / "data" / "seed_projects.json")
        call_command("load_demonstration", verbosity=0, stdout=io.StringIO())
        addresses = every_address()
        yield {Client().get(address).content: address for address in addresses}
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    # The same version of everything visible comes again and again in one transaction that is never committed.
    forget_kept_calendars()


def every_address() -> list[str]:
    addresses = ["/calendars/all.ics"]
    addresses += [f"/calendars/projects/{slug}.ics" for slug in Project.objects.values_list("slug", flat=True)]
    addresses += [f"/calendars/partners/{slug}.ics" for slug in Partner.objects.values_list("slug", flat=True)]
    addresses += [f"/calendars/all.ics?kind={slug}" for slug in EventKind.objects.values_list("slug", flat=True)]
    addresses += [f"/events/{slug}.ics" for slug in Event.objects.visible_to(None).values_list("slug", flat=True)]
    return addresses + [f"{address}{'&' if '?' in address else '?'}sessions=1" for address in addresses]


@pytest.mark.parametrize("program", OTHERS)
def test_every_program_finds_the_same_in_every_calendar_of_the_installation(calendars, program):
    entries = 0
    for octets, address in calendars.items():
        # It takes a minute for all, where the others take seconds.
        if program is by_ics and not address.startswith(("/calendars/all", "/calendars/projects")):
            continue
        expected = facts(octets)
        assert facts(octets, program) == expected, address
        entries += len(expected)

    assert len(calendars) > 150
    assert entries > 200


def test_no_line_of_any_calendar_is_too_long_or_cut_inside_a_letter(calendars):
    for octets, address in calendars.items():
        assert octets.endswith(b"END:VCALENDAR\r\n"), address
        lines = octets.split(b"\r\n")
        assert max(map(len, lines)) <= 75, address
        assert not [line for line in lines if b"\n" in line or b"\r" in line], address
        for line in lines:
            line.decode("utf-8")


# --- What programs stumble over ----------------------------------------------------------------------------------


@pytest.mark.parametrize("program", OTHERS)
@pytest.mark.parametrize(
    ("zone", "day", "starts", "ends", "expected"),
    [
        # All clocks change at 01:00 UTC, each time within the event.
        ("Europe/Lisbon", date(2027, 3, 28), time(0, 30), time(9), ((28, 0, 30), (28, 8, 0))),
        ("Europe/Lisbon", date(2027, 10, 31), time(0, 30), time(9), ((30, 23, 30), (31, 9, 0))),
        ("Europe/Amsterdam", date(2027, 3, 28), time(1, 30), time(9), ((28, 0, 30), (28, 7, 0))),
        ("Europe/Amsterdam", date(2027, 10, 31), time(1, 30), time(9), ((30, 23, 30), (31, 8, 0))),
        ("Europe/Tallinn", date(2027, 3, 28), time(2, 30), time(9), ((28, 0, 30), (28, 6, 0))),
        ("Europe/Tallinn", date(2027, 10, 31), time(2, 30), time(9), ((30, 23, 30), (31, 7, 0))),
    ],
)
def test_an_event_across_a_change_of_clocks_is_at_the_same_instants_for_all(
    client, program, zone, day, starts, ends, expected
):
    create_event(slug="a", starts_on=day, ends_on=day, start_time=starts, end_time=ends, time_zone=zone)
    octets = client.get("/events/a.ics").content

    (found,) = facts(octets, program).values()
    assert found[1:3] == tuple(datetime(day.year, day.month, *moment, tzinfo=UTC) for moment in expected)
    assert facts(octets, program) == facts(octets)


TEXTS = {
    "letters of two octets": "Őszi műhely a hulladékról; atelier despre deșeuri și țări " * 8,
    "Greek": "Ημερίδα για τα απόβλητα, τη βιομάζα και την κυκλική οικονομία " * 8,
    "four octets and joiners": "🌍♻️👩\u200d🔬🇪🇺 " * 40,
    "an end of the event": "Waste\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Injected",
    "line separators": "Waste\u2028END:VEVENT\u2029END:VCALENDAR\x85a\x0bb\x0cc",
    "controls": "Waste\x07\x1b[31m\x7f\x9f and \r and \t more",
    # A backslash before an n is another matter: ics takes it for the end of a line.
    "separators": "Waste; circular, \\; \\, and \\",
    "five thousand octets": "Abfälle " * 600,
    "quotes, colons and percents": "“Waste”: \"a\" 'b' DTSTART:20200101 100 % %s",
}


@pytest.mark.parametrize("program", OTHERS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_text_makes_programs_differ(client, program, text):
    project = create_project(acronym=text[:20].strip(), slug="p")
    event = create_event(project, title=text[:300], summary=text, slug="a", online_platform=text[:100])
    create_session(event, title=text[:300], description=text, speaker=text[:200], start_time=time(9))
    event.cancel(reason=text)
    octets = client.get("/calendars/projects/p.ics?sessions=1").content

    found = facts(octets, program)
    assert found == facts(octets)
    assert [status for *_others, status, _title in found.values()] == ["CANCELLED", "CANCELLED"]


@pytest.mark.parametrize("program", OTHERS)
def test_every_program_reads_an_empty_calendar(client, program):
    create_project(slug="new")

    assert facts(client.get("/calendars/projects/new.ics").content, program) == {}
