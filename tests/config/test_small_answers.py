"""Answers that people rarely see, and that must not look broken."""

import io
import logging
import re

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import get_resolver

from config.logs import RefusalsInOneLine, SecretsMasked
from tests.factories import create_event, create_user
from tests.test_architecture import views

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_page_that_is_only_read_refuses_other_methods_in_words(client, method):
    paths = ["/en/", "/en/events/", create_event().get_absolute_url(), "/en/privacy/", "/calendars/all.ics"]

    answers = [getattr(client, method)(path) for path in paths]

    assert [answer.status_code for answer in answers] == [405] * len(paths)
    assert all(answer["Allow"] == "GET, HEAD" for answer in answers)
    assert all(b"does not do that" in answer.content for answer in answers)


def test_opening_the_address_of_a_form_shows_a_page_that_says_so(client):
    user = create_user()
    client.force_login(user)

    answer = client.get("/en/sign-out/", headers={"accept": "text/html"})

    assert answer.status_code == 405
    page = answer.content.decode()
    assert "This address only takes what a form sends" in page
    assert "My events" in page


def test_the_icon_is_found_where_browsers_look_for_it(client):
    response = client.get("/favicon.ico")

    assert response.status_code == 302
    assert response["Location"].endswith(".svg")


def test_a_refusal_is_one_line_in_the_log():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RefusalsInOneLine())
    logger = logging.Logger("refusals")
    logger.addHandler(handler)

    for fault in (PermissionDenied(), ValueError("a fault")):
        try:
            raise fault
        except (PermissionDenied, ValueError):
            logger.warning("Forbidden", exc_info=True)

    lines = written.getvalue().splitlines()
    assert lines[:3] == ["Forbidden", "Forbidden", "Traceback (most recent call last):"]
    assert lines[-1] == "ValueError: a fault"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/en/registrations/Zk3_x-9QfT0aaaaaaaaaaaaaaaaaaaa/change/", "/en/registrations/…/change/"),
        ("/en/interest/Zk3_x-9QfT0aaaaaaaaaaaaaaaaaaaa/", "/en/interest/…/"),
        ("/calendars/private/Zk3_x-9QfT0aaaaaaaaaaaaaaaaaaaa.ics", "/calendars/private/….ics"),
        ("/en/sign-in/Zk3_x-9QfT0aaaaaaaaaaaaaaaaaaaa/", "/en/sign-in/…/"),
        ("/en/door/visit/?key=Zk3_x-9QfT0aaaaaaaaaaaaaaaaaaaa&lang=en", "/en/door/visit/?key=…&lang=en"),
        ("/en/events/visit/register/?invitation=Zk3_x-9QfT0aaaaaaaaaa", "/en/events/visit/register/?invitation=…"),
        ("/en/events/closing-conference-of-the-project/", "/en/events/closing-conference-of-the-project/"),
    ],
)
def test_an_address_that_is_a_key_is_not_in_the_log(path, written):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)

    assert SecretsMasked().filter(record)
    assert record.getMessage() == f"Not Found: {written}"


def test_every_address_with_a_code_in_it_is_masked():
    code = "Zk3_x-9QfT0aaaaaaaaaaaaaaaaaaaa"
    # The code of a paper is printed on it, for whoever wants to know whether it is genuine.
    paths = [path for path, _view in views(get_resolver().url_patterns) if re.search("str:(code|token)", path)]
    secret = [re.sub(r"<str:(code|token)>", code, path) for path in paths if "verify/" not in path]

    shown = []
    for path in secret:
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
        SecretsMasked().filter(record)
        shown += [path] if code in record.getMessage() else []

    assert len(secret) > 20
    assert shown == []


def test_the_log_is_written_through_these_filters():
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["refusals", "secrets"]
