"""The long form of registering in a browser, with and without script; and the script against the server's own cases."""

import json
import re
import time

import pytest

from tests.registrations.questions.test_conditions import CASES

from .pages import all_pages


@pytest.fixture(scope="module")
def pages(site):
    return {page.name: page for page in all_pages(site)}


def details(window, email: str) -> None:
    window.get_by_label("Full name").fill("Walter Ødegård")
    window.get_by_label("Email").fill(email)
    window.get_by_label("Organisation").fill("City of Gävle")
    window.get_by_label("Country").select_option("SE")
    window.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (320, False)])
def test_four_pages_keep_what_was_typed_through_back_reload_and_a_second_tab(
    site, pages, open_browser, width, javascript
):
    email = f"walter-{width}@example.org"
    window = open_browser(width=width, javascript=javascript)
    window.goto(pages["register"].path)
    details(window, email)
    assert window.title().startswith("Taking part")
    assert window.evaluate("document.documentElement.scrollWidth") <= width

    # Nothing chosen: said on top, and what was typed on both pages stays.
    window.get_by_label("Vegan").check()
    window.get_by_role("button", name="Continue").click()
    assert window.title().startswith("Error: Taking part")
    assert window.get_by_label("Vegan").is_checked()
    window.get_by_label(re.compile("^Track B")).check()
    window.get_by_label(re.compile("^Yes, I come to the dinner")).check()
    window.get_by_role("button", name="Continue").click()
    assert window.title().startswith("Your choices")

    # A second tab is another form.
    other = window.context.new_page()
    other.goto(pages["register"].path)
    assert other.get_by_label("Full name").input_value() == ""
    other.close()

    window.go_back()
    assert window.get_by_label("Vegan").is_checked()
    window.go_forward()
    window.get_by_role("button", name="Back").click()
    assert window.get_by_label(re.compile("^Track B")).is_checked()
    window.reload()
    assert window.get_by_label(re.compile("^Track B")).is_checked()
    for _page in range(2):
        window.get_by_role("button", name="Continue").click()
    assert window.title().startswith("Check your answers")
    assert "Vegan" in window.locator("main").inner_text()
    time.sleep(1)
    window.get_by_role("button", name="Register").dblclick()
    window.wait_for_url("**/registered/")
    assert "Vegan" in window.locator("main").inner_text()
    # After the end, too, Back shows the last page as it was.
    window.go_back()
    assert window.title().startswith("Check your answers")
    assert "Vegan" in window.locator("main").inner_text()
    window.get_by_role("button", name="Register").click()
    window.wait_for_url("**/registered/")

    made = site.query(
        "from registrations.models import *\n"
        f"found = Registration.objects.filter(email={email!r})\n"
        "print(found.count(), found[0].choices.held().count(), found[0].question_answers.count())"
    )
    assert made == "1 2 2"


def test_the_script_decides_as_the_server_does(site, open_browser):
    window = open_browser()
    window.goto("/en/")
    script = window.evaluate("fetch(document.baseURI).then(() => [...document.scripts].map((one) => one.src))")
    assert all(source.startswith(site.url) for source in script)
    name = site.query("from django.templatetags.static import static; print(static('js/questions.js'))").splitlines()[
        -1
    ]
    decided = window.evaluate(
        """async ([address, cases]) => {
            const { holds } = await import(address);
            return cases.map(([condition, answers]) => holds(condition, (key) => answers[key]));
        }""",
        [name, json.loads(json.dumps([[condition, answers] for condition, answers, _is_so in CASES]))],
    )

    assert decided == [is_so for _condition, _answers, is_so in CASES]


def test_a_question_appears_when_another_answer_says_so(site, open_browser):
    key = site.query(
        "from events.models import Event; from registrations.models import *\n"
        "from registrations.questions.wording import keep_words\n"
        "event = Event.objects.get(slug='meuse-import-workshop')\n"
        "asked = dict(event=event, purpose='We order it', delete_on='2099-01-01')\n"
        "bus = Question.objects.create(position=1, kind='yes_no', label='Do you come by bus?', **asked)\n"
        "stop = Question.objects.create(position=2, label='From which stop?', is_required=True,"
        " shown_if={'question': bus.pk, 'is': 'equals', 'value': True}, **asked)\n"
        "keep_words(bus); keep_words(stop)\n"
        "print(stop.pk)"
    )
    try:
        for javascript in (True, False):
            window = open_browser(javascript=javascript)
            window.goto("/en/events/meuse-import-workshop/register/")
            stop = window.get_by_label("From which stop?")
            assert stop.is_visible() is not javascript
            assert window.get_by_text("Answer only if").is_visible() is not javascript
            bus = window.get_by_role("group", name=re.compile("Do you come by bus"))
            bus.get_by_label("Yes").check()
            assert stop.is_visible()
            bus.get_by_label("No").check()
            assert stop.is_visible() is not javascript
    finally:
        site.query(
            "from registrations.models import *\n"
            f"Question.objects.filter(event=Question.objects.get(pk={key}).event).delete()"
        )
