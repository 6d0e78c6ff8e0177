"""Whatever people type is text in a calendar, and never structure: folding, escaping, cutting."""

import re
import unicodedata
from datetime import date, time

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar.parser import Contentline

from events.ical import _folded, event_file, vevent
from tests.events.reading import description, read
from tests.factories import create_event, create_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ONE_DAY = {"starts_on": date(2027, 5, 20), "ends_on": date(2027, 5, 20)}


MANY_SCRIPTS = "Őszi műhely a hulladékról · Atelier despre deșeuri și țări · Ημερίδα για τα απόβλητα · 🌍♻️👩‍🔬 "


@pytest.mark.parametrize("shift", range(4))
def test_lines_are_folded_at_75_octets_and_never_inside_a_letter(shift):
    summary = "x" * shift + MANY_SCRIPTS * 8
    event = create_event(title="x" * shift + MANY_SCRIPTS, summary=summary)
    octets = event_file(event, language="en")

    lines = octets.split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode("utf-8")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert octets.decode("utf-8")[0] == "B"
    assert description(event)[0] == summary.strip()


@given(st.text(alphabet="ab\\\\^;,őΩ€👩‍🔬", max_size=400))
def test_lines_are_folded_as_icalendar_folds_them(text):
    line = Contentline(f"DESCRIPTION:{text}")

    assert _folded(line) == line.to_ical() + b"\r\n"


HOSTILE = {
    "CRLF and an end": "Waste\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Injected",
    "lone CR": "Waste\rATTENDEE:mailto:charlie@example.org",
    "lone LF": "Waste\nSTATUS:CANCELLED",
    "NUL": "Was\x00te",
    "line separator": "Waste\u2028END:VEVENT",
    "paragraph separator": "Waste\u2029END:VCALENDAR",
    "next line, vertical tab, form feed": "Waste\x85a\x0bb\x0cc",
    "escape characters": "Waste; circular, \\n \\; and \\",
    "quotes and colons": "“Waste”: \"a\" 'b' DTSTART:20200101",
    "HTML": "<script>alert(1)</script>",
    "other controls": "Waste\x07\x1b[31m\x7f\x9f",
    "percent signs": "100 % waste %(title)s %s",
}


# PostgreSQL itself refuses to store a NUL.
@pytest.mark.parametrize(
    "title",
    [
        pytest.param(title, id=name, marks=[pytest.mark.sqlite] if "\0" in title else [])
        for name, title in HOSTILE.items()
    ],
)
def test_no_text_becomes_structure(title):
    event = create_event(title=title, summary=title, **ONE_DAY)
    event.change_plan(reason=title, start_time=time(10))
    octets = event_file(event, language="en")

    found = read(event)
    assert (str(found["STATUS"]), "ATTENDEE" in found) == ("CONFIRMED", False)
    lines = octets.decode().split("\r\n")
    for word in ("BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "STATUS:CONFIRMED"):
        assert lines.count(word) == 1
    text = octets.decode().replace("\r\n", "")
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp")]
    words = re.findall(r"[A-Za-z]{5,}", title)
    assert all(word in str(found["SUMMARY"]) for word in words)
    assert vobject.readOne(octets.decode()).vevent.summary.value == str(found["SUMMARY"])


def test_backslashes_commas_and_semicolons_come_back_as_they_were():
    title = "Waste; circular, \\n \\; and \\"

    assert str(read(create_event(create_project(acronym="waste"), title=title))["SUMMARY"]) == title


def test_a_lone_surrogate_is_dropped():
    event = create_event()
    # No database keeps one, but a text that is not saved yet may hold one.
    event.title = "Was\ud800te"

    assert b"SUMMARY:Waste" in vevent(event, "en")


def test_texts_are_cut_so_that_no_entry_is_endless():
    event = create_event(create_project(acronym="PRO"), title="W" * 300, summary="s" * 5_000)
    event.cancel(reason="r" * 5_000)
    found = read(event)

    summary = str(found["SUMMARY"])
    assert len(summary) == 200
    assert summary.startswith("CANCELLED: WWW")
    assert summary.endswith("W… (PRO)")
    assert len(str(found["DESCRIPTION"]).encode()) < 4_096
