"""The story of an event that moves, as its organiser lives it in the browser.

A save the date for Maastricht without a venue is suspended and becomes two events in two towns; the second goes online:
one identity each, every plan told, nobody's text lost.
"""

import re

import pytest

TITLE = "Interregional event on chemistry and circularity"


@pytest.fixture
def lead(open_browser, signed_in):
    def open_as_lead(**options):
        return open_browser(state=signed_in("lead"), **options)

    return open_as_lead


def fill_day(window, name: str, day: str, month: str, year: str) -> None:
    for number, part in enumerate((day, month, year)):
        window.fill(f"#id_{name}_{number}", part)


def text(window) -> str:
    return " ".join(window.locator("main").inner_text().split())


def begin(window, title: str) -> None:
    window.goto("/en/organise/")
    window.get_by_role("link", name="New event").click()
    window.fill("#id_title", title)
    window.select_option("#id_kind", label="Interregional working-group meeting")
    window.get_by_role("button", name="Make the draft").click()


def change_plan(window, reason: str) -> None:
    window.fill("#id_reason", reason)
    window.get_by_role("button", name="Show what changes").click()
    window.get_by_role("button", name="Change the plan").click()


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 320)])
def test_an_event_is_saved_the_date_suspended_split_and_moved_online(site, lead, open_browser, javascript, width):
    window = lead(javascript=javascript, width=width)
    reader = open_browser()
    title = f"{TITLE} {width}"

    # A save the date: the town alone is known.
    begin(window, title)
    window.get_by_label("Exact").check()
    fill_day(window, "first_day", "2", "10", "2028")
    window.get_by_label("On site", exact=True).check()
    window.fill("#id_town", "Maastricht")
    window.select_option("#id_country", "NL")
    window.get_by_role("button", name="Save", exact=True).click()
    window.get_by_role("link", name="Publish as save the date").click()
    window.get_by_role("button", name="Publish as save the date").click()
    assert "The event is published as a save the date." in text(window)
    address = window.url.split("/organise/")[1].split("/")[0]
    reader.goto(f"/en/events/{address}/")
    assert "Monday 2 October 2028" in text(reader)
    assert "Maastricht, Netherlands" in text(reader)

    # Suspended, with its reason; an undone mistake leaves no trace.
    window.get_by_role("link", name="Cancel the event").click()
    window.fill("#id_reason", "The wrong button")
    window.get_by_role("button", name="Cancel the event").click()
    window.get_by_role("button", name="Undo").click()
    assert "Undone. Nobody is told of it," in text(window)
    window.get_by_role("link", name="Postpone").click()
    window.fill("#id_reason", "Nobody may travel.")
    window.get_by_role("button", name="Postpone").click()
    reader.reload()
    assert "This event is postponed." in text(reader)
    assert "Nobody may travel." in text(reader)
    assert "The wrong button" not in text(reader)

    # It becomes two events in two towns.
    window.get_by_role("link", name="Event", exact=True).click()
    window.get_by_role("link", name="Split it into several events").click()
    window.fill("#id_parts", f"{title}: the day in Geleen")
    window.get_by_role("button", name="Split the event").click()
    second = window.url.split("/organise/")[1].split("/")[0]
    window.get_by_label("Exact").check()
    fill_day(window, "first_day", "22", "10", "2028")
    window.fill("#id_start_time", "9")
    window.fill("#id_end_time", "16:00")
    window.get_by_label("On site", exact=True).check()
    window.fill("#id_town", "Geleen")
    window.select_option("#id_country", "NL")
    window.get_by_role("button", name="Save", exact=True).click()
    window.get_by_role("link", name="Announce").click()
    assert "What is still missing" in text(window)
    window.get_by_role("link", name="The host", exact=True).click()
    window.select_option("#id_host", index=1)
    window.fill("#id_contact_email", "host@example.org")
    window.get_by_role("button", name="Save", exact=True).click()
    window.goto(f"/en/organise/{second}/plan/announce/")
    window.get_by_role("button", name="Announce").click()
    assert "The event is announced." in text(window)

    window.goto(f"/en/organise/{address}/plan/")
    window.get_by_role("link", name="Take up again").click()
    window.get_by_label("Exact").check()
    fill_day(window, "first_day", "21", "10", "2028")
    window.get_by_label("Announced").check()
    window.fill("#id_reason", "One day in each town.")
    window.get_by_role("button", name="Show what changes").click()
    assert "New date to follow" in text(window)
    assert "Saturday 21 October 2028" in text(window)
    window.get_by_role("button", name="Change the plan").click()
    for one, other, day in ((address, second, "21 October 2028"), (second, address, "22 October 2028")):
        reader.goto(f"/en/events/{one}/")
        assert day in text(reader)
        assert reader.locator(f'main a[href$="/events/{other}/"]').count() == 1

    # The second goes online, 10:00–12:00.
    window.goto(f"/en/organise/{second}/plan/")
    window.fill("#id_start_time", "10:00")
    window.fill("#id_end_time", "12:00")
    window.get_by_label("Online", exact=True).check()
    window.select_option("#id_venue", "")
    window.fill("#id_town", "")
    window.select_option("#id_country", "")
    window.fill("#id_join_url", "https://meet.example.org/secret-room")
    change_plan(window, "The hall is closed.")
    reader.goto(f"/en/events/{second}/")
    story = text(reader)
    assert "10:00–12:00" in story
    assert "Moved online" in story
    assert "09:00–16:00" in story
    assert "secret-room" not in reader.content()

    # Calendars have one entry for each, revised and never doubled.
    for slug, revision in ((address, 4), (second, 1)):
        calendar = reader.request.get(f"{site.url}/events/{slug}.ics").text()
        assert calendar.count("BEGIN:VEVENT") == 1
        assert re.search(rf"^SEQUENCE:{revision}\r?$", calendar, re.MULTILINE)


def test_what_is_typed_is_kept_without_saving_and_offered_again(lead):
    window = lead()
    begin(window, "Kept while typing")
    window.get_by_role("link", name="Event", exact=True).click()
    window.fill("#id_summary", "Half a sent")
    window.get_by_text(re.compile(r"Kept as a draft at \d\d:\d\d")).wait_for(timeout=10_000)

    window.reload()
    assert window.input_value("#id_summary") == ""
    window.get_by_role("link", name="Use it", exact=True).click()

    assert window.input_value("#id_summary") == "Half a sent"
    window.fill("#id_summary", "A whole sentence.")
    window.get_by_role("button", name="Save", exact=True).click()
    assert "Saved." in text(window)
    assert window.get_by_role("link", name="Use it", exact=True).count() == 0


def test_two_organisers_at_once_lose_nothing(lead):
    mine, theirs = lead(), lead()
    begin(mine, "Two at once")
    mine.get_by_role("link", name="Event", exact=True).click()
    theirs.goto(mine.url)

    theirs.fill("#id_title", "Their title")
    theirs.get_by_role("button", name="Save", exact=True).click()
    mine.fill("#id_title", "My title")
    mine.fill("#id_bring", "A bag")
    mine.get_by_role("button", name="Save", exact=True).click()

    assert "Their title" in text(mine)
    assert (mine.input_value("#id_title"), mine.input_value("#id_bring")) == ("My title", "A bag")
    mine.get_by_label(re.compile("What is stored now:")).check()
    mine.get_by_role("button", name="Save", exact=True).click()
    assert "Saved." in text(mine)
    assert (mine.input_value("#id_title"), mine.input_value("#id_bring")) == ("Their title", "A bag")
