"""The short form by keys alone, timed by a model; and what a screen reader is told of it when something is wrong."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from .keystrokes import Hands
from .pages import all_pages

# What people work with in the form, as a screen reader calls it.
FIELDS = {"textbox", "combobox", "radio", "checkbox"}


@pytest.fixture(scope="module")
def pages(site):
    return {page.name: page for page in all_pages(site)}


def test_the_short_form_takes_half_a_minute_by_keys_alone(site, pages, open_browser):
    window = open_browser()
    window.goto(pages["register-short"].path)
    hands = Hands(window)

    hands.think()
    hands.click(window.get_by_label("Full name"))
    for label, typed in (
        ("Full name", "Alice Ödegård"),
        ("Email", "alice.keys@example.org"),
        ("Organisation", "City of Gävle"),
        ("Country", "Swe"),
    ):
        hands.think()
        assert window.evaluate("document.activeElement.labels[0].textContent").strip().startswith(label)
        hands.type(typed)
        hands.press("Tab")
    assert window.get_by_label("Country").input_value() == "SE"
    # What is said about personal data need not be answered.
    while window.evaluate("document.activeElement.tagName") != "BUTTON":
        hands.press("Tab")
    # A program that is as quick as this one is asked again.
    time.sleep(2.1)
    hands.think()
    hands.press("Enter")
    window.wait_for_url("**/registered/")

    print(f"Short form: {hands.seconds:.1f} s, {hands.keys} keys, {hands.clicks} clicks")
    assert hands.seconds < 30
    assert hands.clicks == 1


@dataclass(frozen=True)
class Told:
    """One thing that a screen reader is told of a page; `group` is the name of the group in which it stands."""

    role: str
    name: str
    description: str
    is_wrong: bool
    group: str


def told(window: Any) -> list[Told]:
    """Return what a screen reader is told of a page, in its order."""
    nodes = window.context.new_cdp_session(window).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def walk(node: dict[str, Any], group: str) -> Iterator[Told]:
        role = node.get("role", {}).get("value", "")
        name = node.get("name", {}).get("value", "")
        properties = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
        if not node.get("ignored"):
            description = node.get("description", {}).get("value", "")
            yield Told(role, name, description, properties.get("invalid") == "true", group)
        inner = name if role in ("group", "radiogroup") else group
        for child in node.get("childIds", ()):
            if child in by_id:
                yield from walk(by_id[child], inner)

    return list(walk(nodes[0], ""))


def test_a_screen_reader_is_told_what_is_wrong_where_and_in_order(pages, open_browser):
    window = open_browser()
    window.goto(pages["register-short"].path)
    time.sleep(2.1)
    window.get_by_role("button", name="Register").click()
    assert window.title().startswith("Error: ")

    everything = told(window)

    first = next(n for n, one in enumerate(everything) if one.role == "alert")
    after = next(n for n, one in enumerate(everything) if one.name == "Registered already? Send me my link again")
    main = everything[first:after]
    wrong = [
        ("textbox", "Full name", "Enter your full name"),
        ("textbox", "Email", "Enter your email address"),
        ("combobox", "Organisation", "Enter the name of your organisation"),
        ("combobox", "Country", "Select your country"),
    ]
    # On top what is wrong, as links in the order of the fields; each field says the same of itself.
    assert "There is a problem" in next(one.name for one in main if one.role == "heading")
    assert [one.name for one in main if one.role == "link"][: len(wrong)] == [error for _role, _name, error in wrong]
    fields = [one for one in main if one.role in FIELDS]
    assert [(one.role, one.name, one.description) for one in fields if one.is_wrong] == wrong
    # What comes behind them is right, and is asked in groups that say what for.
    photos = "May photos and film show me so that I can be recognised? (optional)"
    assert [(one.role, one.name, one.group) for one in fields if not one.is_wrong] == [
        ("checkbox", "Show my name on the participants’ list", ""),
        ("checkbox", "Tell me about this project’s later events", ""),
        ("radio", "Yes", photos),
        ("radio", "No", photos),
    ]
    assert [one.description for one in main if one.name == photos] == ["No answer means no."]
    assert [one.name for one in main if one.role == "region"] == ["Your choices"]
    assert [one.name for one in main if one.role == "button"] == ["Register"]
