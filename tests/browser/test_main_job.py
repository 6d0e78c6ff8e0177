"""One person from the conference's page to the report, as they do it: by mouse, without JavaScript, on a phone."""

import re
import time

import pytest

from .pages import all_pages


@pytest.fixture(scope="module")
def pages(site):
    return {page.name: page for page in all_pages(site)}


def newest_mail(window, subject: str) -> None:
    """Open the newest mail with these words in its subject, as soon as it was sent."""
    for _attempt in range(40):
        window.goto("/en/mails/")
        link = window.get_by_role("link", name=re.compile(re.escape(subject)))
        if link.count():
            link.first.click()
            return
        time.sleep(0.5)
    raise AssertionError(f"No mail with “{subject}” arrived.")


def fill_in(window, *, name: str, email: str) -> None:
    window.get_by_label("Full name").fill(name)
    window.get_by_label("Email").fill(email)
    window.get_by_label("Organisation").fill("City of Gävle")
    window.get_by_label("Country").select_option("SE")
    # Nobody types this in under two seconds; whoever does is asked again.
    time.sleep(2.1)
    window.get_by_role("button", name="Register").click()


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (320, True), (1280, False)])
def test_register_get_the_mail_change_cancel_and_come_back(site, pages, open_browser, width, javascript):
    email = f"alice-{width}-{javascript}@example.org".lower()
    window = open_browser(width=width, javascript=javascript)
    window.goto(pages["event-import"].path)
    window.get_by_role("link", name="Register", exact=True).first.click()
    fill_in(window, name="Alice Ödegård", email=email)
    assert "You are registered" in window.locator("h1").inner_text()

    newest_mail(window, "Confirmed:")
    manage = re.search(r"http\S+/en/registrations/[\w-]+/", window.locator("main").inner_text()).group()
    window.goto(manage)
    assert "Confirmed" in window.locator("main").inner_text()

    window.get_by_role("link", name=re.compile("^Change")).first.click()
    window.get_by_label("Organisation").fill("Gävle kommun")
    window.locator("main form button.button").first.click()
    assert "Gävle kommun" in window.locator("main").inner_text()

    window.goto(manage)
    window.get_by_role("link", name=re.compile("Cancel")).first.click()
    window.get_by_role("button", name=re.compile("Cancel my seat")).click()
    assert "Cancelled" in window.locator("main").inner_text()
    window.get_by_role("button", name=re.compile("Undo")).click()
    assert "Confirmed" in window.locator("main").inner_text()

    window.goto(f"{manage}cancel/")
    window.get_by_role("button", name=re.compile("Cancel my seat")).click()
    window.goto(pages["register-short"].path)
    fill_in(window, name="Alice Ödegård", email=email)
    assert "You are registered" in window.locator("h1").inner_text()
    states = site.query(
        "from registrations.models import *\n"
        f"print(sorted(Registration.objects.filter(email={email!r}).values_list('state', flat=True)))"
    )
    assert states == "['cancelled', 'confirmed']"


def test_the_same_form_sent_twice_makes_one_registration(site, pages, open_browser):
    window = open_browser()
    window.goto(pages["register-short"].path)
    fill_in(window, name="Bob Twice", email="twice@example.org")
    window.wait_for_url("**/registered/")
    window.go_back()
    assert window.get_by_label("Email").input_value() == "twice@example.org"
    time.sleep(2.1)
    window.get_by_role("button", name="Register").click()
    window.wait_for_url("**/registered/")
    window.reload()

    count = site.query(
        "from registrations.models import *; print(Registration.objects.filter(email='twice@example.org').count())"
    )
    assert count == "1"


def test_wrong_answers_are_shown_on_top_and_nothing_typed_is_lost(pages, open_browser):
    window = open_browser()
    window.goto(pages["register-short"].path)
    window.get_by_label("Full name").fill("Carla")
    window.get_by_label("Email").fill("carla@")
    time.sleep(2.1)
    window.get_by_role("button", name="Register").click()

    assert window.title().startswith("Error: ")
    summary = window.get_by_role("alert")
    assert "There is a problem" in summary.inner_text()
    assert window.evaluate("document.activeElement.contains(document.querySelector('[role=alert]'))")
    assert window.get_by_label("Full name").input_value() == "Carla"
    assert window.get_by_label("Email").input_value() == "carla@"
    summary.get_by_role("link").first.click()
    assert window.evaluate("document.activeElement.name") == "email"


# An event of today with two people: a day that is over is put right with a reason, not ticked.
TODAY = """
import secrets
from django.utils import timezone
from events.models import Event
from tests.factories import create_event, create_registration

project = Event.objects.get(slug="meuse-conference").project
today = timezone.now().astimezone(Event(time_zone="Europe/Amsterdam").zone).date()
event = create_event(project, slug=f"today-{secrets.token_hex(4)}", title="Today", starts_on=today, ends_on=today)
for name in ("Alice", "Bob"):
    create_registration(event, name)
print(event.slug)
"""


def test_an_organiser_ticks_who_came_and_it_is_recorded_once(site, open_browser, signed_in):
    count = "from registrations.models import *; print(AttendanceRecord.objects.count())"
    slug = site.query(TODAY)
    before = int(site.query(count))
    window = open_browser(state=signed_in("lead"))
    window.goto(f"/en/organise/{slug}/attendance/")

    with window.expect_response(lambda answer: answer.request.method == "POST") as answered:
        window.get_by_role("button", name=re.compile("^Check in")).first.dblclick()

    assert answered.value.ok
    window.wait_for_load_state("networkidle")
    assert window.get_by_text(re.compile(r"\d+ of \d+ here")).first.is_visible()
    assert int(site.query(count)) == before + 1


def test_the_appearance_that_was_chosen_stays(open_browser):
    window = open_browser(javascript=False)
    window.goto("/en/")
    window.get_by_role("button", name="Dark").click()

    window.goto("/en/events/")
    assert window.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 28)"
