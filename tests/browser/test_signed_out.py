"""A session ends while somebody types in the editor of an event: the page says so, and nothing typed is lost."""

import pytest

EDITOR = "/en/organise/meuse-conference/event/"


@pytest.fixture
def page(open_browser, signed_in):
    page = open_browser(state=signed_in("lead"))
    page.goto(EDITOR)
    return page


def test_keeping_a_draft_says_that_one_is_signed_out(page):
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Title", exact=True).first.press_sequentially("!")

    note = page.locator("[data-autosave-note]")
    note.get_by_role("link").wait_for()

    assert note.inner_text() == "You are signed out, so this is not kept. Sign in, in a new tab, then go on here."


def test_what_was_typed_is_sent_again_after_signing_in_in_another_tab(page, site):
    title = page.get_by_label("Title", exact=True).first
    before = title.input_value()
    page.context.clear_cookies(name="sessionid")
    title.fill("Typed before the session ended")
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator("h1").inner_text() == "You are signed out"

    other = page.context.new_page()
    other.goto(site.sign_in_link("lead"))
    other.locator("main form button").first.click()
    other.wait_for_load_state()
    page.get_by_role("button", name="Send again").click()

    assert page.locator("h1").inner_text() == "Typed before the session ended"
    page.goto(EDITOR)
    title.fill(before)
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.locator("h1").inner_text() == before
