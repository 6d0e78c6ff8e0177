"""Reading the reports of meeting programs: the right people and the right minutes, in every layout and language."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from registrations.online.reports import NotAReport, read
from registrations.online.reports.moments import Order, duration, likely_order, moment
from registrations.online.reports.products import Product
from registrations.online.reports.reading import merged
from tests.registrations.online import layouts

DAY = date(2027, 5, 20)
ZONE = ZoneInfo("Europe/Amsterdam")
LANGUAGES = ["en", "it", "hu"]


def read_it(content, *, days=(DAY,), **options):
    return read(content, days=days, zone=ZONE, **options)


def people(report) -> dict[str, tuple[str, int]]:
    return {one.name.partition(" (")[0]: (one.email, one.minutes) for one in report.attendees}


def clocks(report, key) -> list[tuple[str, str]]:
    [attendee] = [one for one in report.attendees if one.key == key]
    return [tuple(f"{at.astimezone(ZONE):%H:%M}" for at in stay) for stay in attendee.stays]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("layout", "product"),
    [(layouts.zoom, Product.ZOOM), (layouts.teams, Product.TEAMS), (layouts.webex, Product.WEBEX)],
)
def test_each_person_counts_once_with_the_time_they_were_there(layout, product, language):
    report = read_it(layout(language))

    assert report.product == product
    assert people(report) == {
        "Alice Rossi": ("alice@example.org", 117),
        "Béla Kovács": ("bela@example.org", 75),
        "Nobody Known": ("", 10),
    }
    assert clocks(report, "alice@example.org") == [("09:58", "10:30"), ("10:35", "12:00")]
    assert not report.is_guessed


@pytest.mark.parametrize("language", LANGUAGES)
def test_bigbluebutton_knows_names_only_and_the_time_without_breaks(language):
    report = read_it(layouts.bigbluebutton(language))

    assert report.product == Product.BIGBLUEBUTTON
    assert people(report) == {"Alice Rossi": ("", 117), "Béla Kovács": ("", 75), "Nobody Known": ("", 10)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_only_waited_outside_was_not_there(language):
    report = read_it(layouts.zoom(language))

    assert report.waited == 1
    assert "late@example.org" not in {one.email for one in report.attendees}


# Headings in Finnish, which no list knows.
FINNISH = {
    layouts.zoom: {
        "Topic,ID,Host,Duration (minutes),Start time,End time,Participants": "Aihe,Tunnus,Isäntä,Kesto,Alku,Loppu,Väki",
        "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,In waiting room": (
            "Nimi (alkuperäinen),Sähköposti,Liittymisaika,Poistumisaika,Kesto,Vieras,Odottaa"
        ),
    },
    layouts.teams: {
        "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail": "Nimi\tTulo\tLähtö\tKesto\tSähköposti",
        "Name\tJoin Time\tLeave Time\tDuration\tEmail": "Nimi\tTulo\tLähtö\tKesto\tSähköposti",
        "Start time": "Alkamisaika",
        "End time": "Päättymisaika",
    },
    layouts.webex: {
        "Meeting Name\tMeeting Start Time\tMeeting End Time\tDisplay Name\tAttendee Email\tJoin Time\tLeave Time": (
            "Kokous\tAlku\tLoppu\tNimi\tSähköposti\tTulo\tLähtö"
        ),
        "Attendance Duration": "Kesto",
    },
    layouts.bigbluebutton: {
        "Name,Moderator,Activity Score,Talk Time,Webcam Time": "Nimi,Valvoja,Pisteet,Puheaika,Kamera-aika",
        "Join,Left,Duration": "Tulo,Lähtö,Kesto",
    },
}


@pytest.mark.parametrize("layout", FINNISH)
def test_a_language_that_is_in_no_list_is_read_by_its_cells(layout):
    content = layout("en")
    encoding = "utf-16" if content.startswith(b"\xff\xfe") else "utf-8-sig"
    text = content.decode(encoding)
    for english, finnish in FINNISH[layout].items():
        assert english in text
        text = text.replace(english, finnish)
    report = read_it(text.encode(encoding))

    # Who only waited cannot be told apart without the heading; the table that is confirmed shows them.
    minutes = {name: of for name, (_email, of) in people(report).items() if name in ("Alice Rossi", "Béla Kovács")}
    assert minutes == {"Alice Rossi": 119 if layout == layouts.zoom else 117, "Béla Kovács": 75}
    assert report.is_guessed


def test_what_each_row_says_of_the_meeting_is_not_taken_for_the_person():
    """Zoom's report of several meetings at once has a duration of the meeting and one of the person."""
    content = (
        "Argomento,Digita,ID,Nome organizzatore,E-mail organizzatore,Ora di inizio,Ora di fine,Partecipanti,"
        "Durata (minuti),Minuti totali dei partecipanti,Nome (nome originale),E-mail,Ora di ingresso,Ora di uscita,"
        "Durata (minuti),Guest,In sala d’attesa\r\n"
        "Riunione,Riunione,896,Host,host@example.org,20/05/2027 09:00:00 AM,20/05/2027 13:00:00 PM,2,240,300,"
        "Anna Bianchi,anna@example.org,20/05/2027 09:30:00 AM,20/05/2027 10:30:00 AM,60,No,No\r\n"
    ).encode()

    assert people(read_it(content)) == {"Anna Bianchi": ("anna@example.org", 60)}


def test_the_list_of_acts_that_teams_wrote_first():
    content = (
        "Full Name\tUser Action\tTimestamp\r\n"
        "Alice Rossi\tJoined before\t5/20/2027, 9:58:00 AM\r\n"
        "Béla Kovács\tJoined\t5/20/2027, 10:00:00 AM\r\n"
        "Béla Kovács\tLeft\t5/20/2027, 10:20:00 AM\r\n"
        "Béla Kovács\tJoined\t5/20/2027, 10:30:00 AM\r\n"
        "Charlie\tJoined\t5/20/2027, 10:58:00 AM\r\n"
    ).encode("utf-16")
    report = read_it(content)

    assert report.product == Product.TEAMS
    assert people(report) == {"Alice Rossi": ("", 60), "Béla Kovács": ("", 48), "Charlie": ("", 0)}


def test_durations_alone_count_from_the_start_that_is_known():
    content = b"Name (Original Name),User Email,Total Duration (Minutes),Guest\nAlice,alice@example.org,65,No\n"

    [alice] = read_it(content, starts_at=time(10)).attendees
    assert clocks(read_it(content, starts_at=time(10)), alice.key) == [("10:00", "11:05")]
    with pytest.raises(NotAReport, match="and the event has several days"):
        read_it(content, days=(DAY, DAY + timedelta(days=1)))


def test_times_of_another_clock_are_told_apart():
    report = read_it(layouts.webex("en"), clocks=ZoneInfo("UTC"))

    assert clocks(report, "bela@example.org") == [("12:00", "13:15")]


def test_a_night_is_parted_at_midnight_and_other_days_are_left_out():
    content = (
        b"Name,Email,Join Time,Leave Time\n"
        b"Alice,alice@example.org,2027-05-20 23:00:00,2027-05-21 01:00:00\n"
        b"Bob,bob@example.org,2027-05-18 10:00:00,2027-05-18 11:00:00\n"
    )
    report = read_it(content)

    assert people(report) == {"Alice": ("alice@example.org", 60)}
    assert report.on_other_days == 1


# --- What is not taken -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04 a workbook", "This is a workbook or an archive"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x01\x02", "This file is no text"),
        (b"", "This file is empty"),
        (b"   \n", "This file is empty"),
        (b"\xef\xbb\xbf\r\n", "This file is empty"),
        (b"Name (original name),Email,Join time,Leave time,Duration (minutes)\n", "nobody below them"),
        (b"Just a letter.\nWithout any table.\n", "There is no table in this file"),
        (
            b"Name,Email,Organisation,Country\nAlice,alice@example.org,City,NL\n",
            r"needs a column of names or addresses, and one of times or durations. Its columns are: Name, Email, Org",
        ),
        (
            b"Name,Email,Join Time,Leave Time\nAlice,alice@example.org,-,-\n",
            "Nobody in this file has a time of joining",
        ),
        (
            b"Name,Join Time,Leave Time\nAlice,2027-03-03 09:00:00,2027-03-03 10:00:00\n",
            "The 1 person in this report was there on 3 March 2027, and the event takes place on 20 May 2027",
        ),
        (b"a,b\n" * 50_001, "larger than any report of a meeting"),
        (b"x" * 5_000_001, "larger than any report of a meeting"),
    ],
)
def test_a_wrong_file_is_refused_with_a_reason(content, why):
    with pytest.raises(NotAReport, match=why):
        read_it(content)


@pytest.mark.parametrize("octets", range(0, 400, 7))
def test_a_file_that_breaks_off_is_read_or_refused_and_never_an_error(octets):
    for layout in (layouts.zoom, layouts.teams, layouts.webex, layouts.bigbluebutton):
        try:
            read_it(layout("hu")[: -octets or None])
        except NotAReport:
            continue


# --- Cells -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("11/22/26, 9:58:12\u202fAM", date(2026, 11, 22), time(9, 58, 12)),
        ("11/22/2026 12:05:00 AM", date(2026, 11, 22), time(0, 5)),
        ("22/11/2026 12:05:00 PM", date(2026, 11, 22), time(12, 5)),
        ("22.11.2026 09:58", date(2026, 11, 22), time(9, 58)),
        ("22-11-2026, 13:00:00 PM", date(2026, 11, 22), time(13)),
        ("2026-11-22T09:58:12.345", date(2026, 11, 22), time(9, 58, 12)),
        ("2026. 11. 22. 9:58:12", date(2026, 11, 22), time(9, 58, 12)),
        ("2026. 11. 22. du. 1:30", date(2026, 11, 22), time(13, 30)),
        ("Nov 22, 2026 09:58:12 AM", date(2026, 11, 22), time(9, 58, 12)),
        ("22 Nov 2026 09:58", date(2026, 11, 22), time(9, 58)),
    ],
)
def test_an_instant_is_read_as_it_is_written(text, day, clock):
    found = moment(text)

    assert (found.on(likely_order([found], [])), found.clock) == (day, clock)


@pytest.mark.parametrize("text", ["", "-", "Alice", "117", "1h 3m", "22/11/2026", "25:61", "31/31/2026 99:00", "٣"])
def test_what_is_no_instant_is_none(text):
    found = moment(text)

    assert found is None or found.on(Order.DAY_FIRST) is None


def test_an_instant_with_an_offset_needs_no_clock():
    found = moment("2027-05-20 09:00:00 +0530")

    assert found.instant(Order.DAY_FIRST, ZONE) == datetime(2027, 5, 20, 3, 30, tzinfo=UTC)


def test_the_days_of_the_event_decide_whether_a_month_or_a_day_comes_first():
    both = [moment("05/06/2027 09:00"), moment("05/06/2027 10:00")]

    assert likely_order(both, [date(2027, 6, 5)]) == Order.DAY_FIRST
    assert likely_order(both, [date(2027, 5, 6)]) == Order.MONTH_FIRST
    assert likely_order(both, []) == Order.DAY_FIRST
    assert likely_order([*both, moment("05/20/2027 09:00")], [date(2027, 6, 5)]) == Order.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h 3m 30s", 63.5),
        ("1 ó 3 p 30 mp", 63.5),
        ("3 p", 3),
        ("204 mins", 204),
        ("75 perc", 75),
        ("2 Std. 5 Min.", 125),
        ("1 u 5 m", 65),
        ("1 ora 5 min", 65),
        ("01:57:00", 117),
        ("01:57", 117),
        ("63", 63),
        ("63,5", 63.5),
        ("", None),
        ("-", None),
        ("soon", None),
        ("3 x", None),
        ("3 Mal um 5 m", None),
    ],
)
def test_a_duration_is_read_in_many_words(text, minutes):
    found = duration(text)

    assert found == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("day", "joined", "left", "minutes"),
    [
        # Clocks are put back at three, and forward at two.
        (date(2027, 10, 31), "01:30", "03:30", 180),
        (date(2027, 3, 28), "01:30", "03:30", 60),
        # In the hour that comes twice: the second time, by the duration alone.
        (date(2027, 10, 31), "02:50", "02:10", 20),
    ],
)
def test_minutes_are_those_that_passed_in_a_night_in_which_the_clocks_change(day, joined, left, minutes):
    cells = f"Anna,anna@example.org,{day} {joined}:00,{day} {left}:00,{minutes}"
    content = f"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n{cells}\n"

    report = read(content.encode(), days=[day], zone=ZONE)

    assert [attendee.minutes for attendee in report.attendees] == [minutes]


def test_stays_that_overlap_or_touch_are_one():
    at = [datetime(2027, 5, 20, 9, tzinfo=UTC) + timedelta(minutes=n) for n in range(6)]

    assert merged([(at[3], at[4]), (at[0], at[2]), (at[1], at[3])]) == ((at[0], at[4]),)
    assert merged([(at[0], at[5]), (at[1], at[2])]) == ((at[0], at[5]),)
    assert merged([(at[0], at[1]), (at[2], at[3])]) == ((at[0], at[1]), (at[2], at[3]))
