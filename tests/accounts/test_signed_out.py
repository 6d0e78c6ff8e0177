"""A session ends while a form is open: what was typed is kept on the page that says so, and is sent again."""

import re
from html import unescape

import pytest
from django.test import Client

from accounts.sign_in_links import link_for
from tests.factories import create_coordinator, create_event, create_partner, create_project

from .test_signing_in import path_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OURS = {"Origin": "http://testserver"}
TYPED = {"name": "Ana <b>", "about": "\nTwo lines\nof “words” & more", "languages": ["en", "fr"]}


@pytest.fixture
def host():
    return create_partner(create_project())


@pytest.fixture
def bob(host):
    return create_coordinator(host, "Bob")


@pytest.fixture
def address(host):
    create_event(host.project, host=host, slug="conference")
    return "/en/organise/conference/event/"


@pytest.fixture
def browser(bob):
    browser = Client(enforce_csrf_checks=True, headers=OURS)
    browser.force_login(bob)
    return browser


def token_in(answer) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.content.decode())[1]


def kept_in(answer) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    # What follows the tag's own line break, as browsers read it.
    for name, value in re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', answer.content.decode(), re.S):
        kept.setdefault(name, []).append(unescape(value))
    return kept


def test_what_was_typed_stands_on_the_page_that_says_so(browser, address):
    token = token_in(browser.get(address))
    del browser.cookies["sessionid"]

    answer = browser.post(address, {**TYPED, "csrfmiddlewaretoken": token})

    assert answer.status_code == 403
    assert "You are signed out" in answer.content.decode()
    assert 'href="/en/sign-in/" target="_blank"' in answer.content.decode()
    assert kept_in(answer) == {"name": ["Ana <b>"], "about": [TYPED["about"]], "languages": ["en", "fr"]}
    assert f'action="{address}"' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_it_is_sent_again_after_signing_in_elsewhere_though_that_makes_all_tokens_new(browser, bob, address):
    title = {"title": "Typed before the session ended"}
    token = token_in(browser.get(address))
    del browser.cookies["sessionid"]
    refused = browser.post(address, {**title, "csrfmiddlewaretoken": token})
    link = path_of(link_for(bob))
    browser.post(link, {"csrfmiddlewaretoken": token_in(browser.get(link))})

    too_old = browser.post(address, {**kept_in(refused), "csrfmiddlewaretoken": token_in(refused)})
    answer = browser.post(address, {**kept_in(too_old), "csrfmiddlewaretoken": token_in(too_old)})

    assert (too_old.status_code, kept_in(too_old)) == (403, {"title": [title["title"]]})
    # The form itself answers: it misses what this test did not type.
    assert answer.status_code == 422
    assert answer.context["form"]["title"].value() == title["title"]


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example.com"}, {"Origin": "null"}])
def test_a_form_of_another_site_is_never_offered_to_be_sent_again(bob, address, headers):
    browser = Client(enforce_csrf_checks=True, headers=headers)
    browser.force_login(bob)

    answer = browser.post(address, {"title": "Planted"})

    assert answer.status_code == 403
    assert "Planted" not in answer.content.decode()


def test_no_password_and_no_old_token_is_shown_again(address):
    answer = Client().post(address, {"password": "secret-1", "csrfmiddlewaretoken": "old-2", "title": "Kept"})

    assert kept_in(answer) == {"title": ["Kept"]}
    assert "secret-1" not in answer.content.decode()
    assert "old-2" not in answer.content.decode()
