"""A host plans two days from nothing: visits of which everybody chooses two of three, a transfer, an evening.

Once with the mouse and once with the keyboard only. The plan is that of the sixth interregional event of BIOREGIO as
far as it is known: two days, parallel visits, round table and seminar.
"""

import re
import time
from dataclasses import dataclass

import pytest

PLAN = [
    # day, start, end or length, title, kind, group
    (1, "9:30", "30 min", "Welcome", "Opening", ""),
    (1, "10:00", "12:00", "Round table: policy for bio-waste", "Round table", ""),
    (1, "12:00", "1 h", "Lunch", "Meal", ""),
    (1, "13:00", "45 min", "Bus to the visits", "Transfer", ""),
    (1, "13:45", "16:00", "Visit: biogas plant", "Site visit", "Visits"),
    (1, "13:45", "16:00", "Visit: composting field", "Site visit", "Visits"),
    (1, "13:45", "16:00", "Visit: sorting yard", "Site visit", "Visits"),
    (1, "19:00", "22:00", "Dinner by the river", "Social programme", ""),
    (2, "9:00", "12:30", "Seminar: good practices", "Seminar", ""),
]


@dataclass
class Count:
    """What it took: clicks or keys that act, fields that were filled in, and seconds."""

    acts: int = 0
    fields: int = 0
    began: float = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


@pytest.fixture
def slug(site) -> str:
    """An event of two days without any programme, which the host organises."""
    return site.query(
        "import uuid; from events.models import *\n"
        "from datetime import date, time\n"
        "found = Event.objects.get(slug='meuse-conference')\n"
        "event = Event.objects.create(slug='bioregio-' + uuid.uuid4().hex[:6], title='6th interregional event',"
        " project=found.project, kind=found.kind, host=found.host, venue=found.venue, status='announced',"
        " date_precision='day', starts_on=date(2027, 6, 8), ends_on=date(2027, 6, 9), start_time=time(9),"
        " end_time=time(22), time_zone='Europe/Amsterdam', mode='on_site')\n"
        "print(event.slug)"
    )


def planned(site, slug: str) -> list[str]:
    return site.query(
        "from events.models import *\n"
        f"for one in Session.objects.filter(event__slug={slug!r}).in_order():\n"
        "    print(one.day, one.start_time.strftime('%H:%M'), one.end_time.strftime('%H:%M'), one.title, one.kind,"
        " one.choice_group or '-', sep='|')"
    ).splitlines()


EXPECTED = [
    "1|09:30|10:00|Welcome|opening|-",
    "1|10:00|12:00|Round table: policy for bio-waste|round_table|-",
    "1|12:00|13:00|Lunch|meal|-",
    "1|13:00|13:45|Bus to the visits|transfer|-",
    "1|13:45|16:00|Visit: biogas plant|site_visit|Visits",
    "1|13:45|16:00|Visit: composting field|site_visit|Visits",
    "1|13:45|16:00|Visit: sorting yard|site_visit|Visits",
    "1|19:00|22:00|Dinner by the river|social|-",
    "2|09:00|12:30|Seminar: good practices|seminar|-",
]


def test_plan_an_event_with_the_mouse(site, open_browser, signed_in, slug):
    window = open_browser(state=signed_in("host"))
    count = Count(began=time.monotonic())
    window.goto(f"/en/organise/{slug}/programme/")
    window.get_by_role("link", name="Add a choice group").click()
    window.get_by_label("Name of the group").fill("Visits")
    window.get_by_label("How many each person takes part in").fill("1")
    window.get_by_role("button", name="Save the group").click()
    window.get_by_role("link", name="Add a session", exact=True).click()
    count.acts, count.fields = 3, 2
    for day, start, end, title, kind, group in PLAN:
        for label, value in (("Day", str(day)), ("Kind", kind)):
            box = window.get_by_label(label, exact=False).first
            box.select_option(value) if label == "Day" else box.select_option(label=value)
        window.get_by_label("Starts at").fill(start)
        window.get_by_label("Ends at, or takes").fill(end)
        window.get_by_label("Title").fill(title)
        count.fields += 5
        if group:
            window.get_by_text("Details: description").click()
            window.get_by_label("Choice group").select_option(label=group)
            count.acts, count.fields = count.acts + 1, count.fields + 1
        name = "Save the session" if title == PLAN[-1][3] else "Save and add another"
        window.get_by_role("button", name=name).click()
        count.acts += 1

    assert planned(site, slug) == EXPECTED
    assert "thing to look at" not in window.locator("main").inner_text()
    # The bus is late: everything after lunch comes a quarter of an hour later, and the dinner too.
    row = window.locator("li", has=window.get_by_role("link", name="Lunch"))
    row.get_by_text("More").click()
    row.get_by_role("link", name="Shift what follows").click()
    window.get_by_label("Minutes").fill("15")
    window.get_by_role("button", name="Show what moves").click()
    assert "5 sessions move" in window.locator("main").inner_text()
    window.get_by_role("button", name="Shift these sessions").click()
    count.acts, count.fields = count.acts + 4, count.fields + 1

    assert [line.split("|")[1] for line in planned(site, slug)][3:8] == ["13:15", "14:00", "14:00", "14:00", "19:15"]
    window.goto(f"/en/events/{slug}/")
    assert "Choose 1 of 3" in window.locator("main").inner_text()
    print(f"With the mouse: {count.acts} clicks, {count.fields} fields, {count.seconds:.1f} s of the machine's time.")


class Keys:
    """A keyboard without a mouse: it goes on with Tab until what has the focus is what is looked for."""

    def __init__(self, window) -> None:
        self.window, self.pressed = window, 0

    def press(self, key: str) -> None:
        self.window.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        self.window.keyboard.press("Control+a")
        self.window.keyboard.type(text)
        self.pressed += len(text) + 1

    def reach(self, words: str, *, key: str = "Tab") -> None:
        for _n in range(120):
            if words in self.focused():
                return
            self.press(key)
        raise AssertionError(f"No Tab leads to “{words}”; the focus is on “{self.focused()}”.")

    def focused(self) -> str:
        return self.window.evaluate(
            "() => { const e = document.activeElement; const l = e.labels?.length ? e.labels[0].textContent : '';"
            " return e === document.body ? '' : (l + ' ' + (e.matches('select, input') ? '' : e.textContent)).trim(); }"
        )

    def choose(self, label: str) -> None:
        self.window.keyboard.type(label)
        self.pressed += len(label)


def test_plan_an_event_with_the_keyboard_only(site, open_browser, signed_in, slug):
    window = open_browser(state=signed_in("host"))
    began = time.monotonic()
    keys = Keys(window)
    window.goto(f"/en/organise/{slug}/programme/")
    keys.reach("Add a choice group")
    keys.press("Enter")
    window.wait_for_url("**/choice-groups/add/")
    keys.reach("Name of the group")
    keys.type("Visits")
    keys.press("Tab")
    keys.type("2")
    keys.press("Enter")
    window.wait_for_url("**/programme/")
    keys.reach("Add a session")
    keys.press("Enter")
    for day, start, end, title, kind, group in PLAN:
        window.wait_for_url("**/add/**")
        keys.reach("Day")
        if day == 2:
            keys.press("ArrowDown")
        keys.press("Tab")
        keys.type(start)
        keys.press("Tab")
        keys.type(end)
        keys.press("Tab")
        keys.type(title)
        keys.press("Tab")
        keys.choose(kind)
        if group:
            keys.reach("Details: description")
            keys.press("Enter")
            keys.reach("Choice group")
            keys.choose(group)
        keys.reach("Save the session" if title == PLAN[-1][3] else "Save and add another")
        with window.expect_navigation():
            keys.press("Enter")

    assert planned(site, slug) == EXPECTED
    # The focus is where the work was: one Tab from there, the dinner goes to the second day and comes back.
    window.goto(f"/en/organise/{slug}/programme/")
    keys.reach("Earlier: Dinner by the river")
    with window.expect_navigation():
        keys.press("Enter")
    assert "Dinner by the river" in keys.focused()
    with window.expect_navigation():
        keys.reach("Later: Dinner by the river")
        keys.press("Enter")
    keys.reach("More: Dinner by the river")
    keys.press("Enter")
    keys.reach("Delete")
    with window.expect_navigation():
        keys.press("Enter")
    assert keys.focused() == "Undo"
    with window.expect_navigation():
        keys.press("Enter")

    assert planned(site, slug) == EXPECTED
    print(f"With the keyboard: {keys.pressed} keys, {time.monotonic() - began:.1f} s of the machine's time.")


def test_without_javascript_a_session_is_added_moved_and_deleted(site, open_browser, signed_in, slug):
    window = open_browser(width=320, javascript=False, state=signed_in("host"))
    for title in ("First", "Second"):
        window.goto(f"/en/organise/{slug}/programme/add/")
        window.get_by_label("Ends at, or takes").fill("30 min")
        window.get_by_label("Title").fill(title)
        window.get_by_role("button", name="Save the session").click()
    window.get_by_role("button", name=re.compile("Earlier.*Second")).click()
    assert [line.split("|")[3] for line in planned(site, slug)] == ["Second", "First"]

    row = window.locator("li", has=window.get_by_role("link", name="First"))
    row.get_by_text("More").click()
    row.get_by_role("button", name="Delete").click()
    assert [line.split("|")[3] for line in planned(site, slug)] == ["Second"]
    window.get_by_role("button", name="Undo").click()
    assert [line.split("|")[3] for line in planned(site, slug)] == ["Second", "First"]


def test_sessions_are_dragged_and_enter_saves(site, open_browser, signed_in, slug):
    window = open_browser(state=signed_in("host"))
    for start, title in (("9:00", "One"), ("10:00", "Two"), ("11:00", "Three")):
        window.goto(f"/en/organise/{slug}/programme/add/?day=1")
        window.get_by_label("Starts at").fill(start)
        window.get_by_label("Ends at, or takes").fill("1 h")
        window.get_by_label("Title").fill(title)
        with window.expect_navigation():
            window.get_by_label("Title").press("Enter")

    def row(title: str):
        return window.locator("li.plan-row", has=window.get_by_role("link", name=title, exact=True))

    # Both days in one view: scrolling in the middle of a drag is another thing.
    window.set_viewport_size({"width": 1280, "height": 2400})
    with window.expect_navigation():
        row("One").locator(".hours").drag_to(row("Three").locator(".hours"))
    assert [line.split("|")[3] for line in planned(site, slug)] == ["Two", "Three", "One"]

    with window.expect_navigation():
        row("Two").locator(".hours").drag_to(window.locator("[data-day='2'] h2"))
    assert [line.split("|")[::3][:2] for line in planned(site, slug)] == [["1", "Three"], ["1", "One"], ["2", "Two"]]
    assert "“Two” is now on: day 2" in window.locator("body").inner_text()
