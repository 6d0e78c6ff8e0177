import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail, User
from accounts.sign_in_links import DeadLink, holder_of, link_for
from tests.factories import create_user

pytestmark = pytest.mark.django_db

SIGN_IN = "/en/sign-in/"


def ask(client, email, **more):
    return client.post(SIGN_IN, {"email": email, **more})


def path_of(link):
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def path_in(mail):
    return path_of(re.search(r"http://testserver\S+/sign-in/\S+", mail.text)[0])


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.fixture
def bob(clock):
    return create_user("Bob", email="bob@example.org")


# --- The whole way


def test_bob_asks_for_a_link_presses_its_button_and_is_back_where_he_wanted_to_go(client, bob):
    page = client.get(SIGN_IN, {"next": "/en/reports/?x=1&y=2"})
    assert page.status_code == 200
    assert 'name="next" value="/en/reports/?x=1&amp;y=2"' in page.content.decode()

    assert ask(client, "BOB@example.org", next="/en/reports/?x=1&y=2").status_code == 200
    mail = Mail.objects.get()
    assert (mail.to, mail.subject, mail.language) == ("bob@example.org", "Sign in to Trajectum: your link", "en")
    link = path_in(mail)

    page = client.get(link)
    assert page.status_code == 200
    assert "bob@example.org" in page.content.decode()
    assert not is_signed_in(client)

    response = client.post(link)
    assert (response.status_code, response["Location"]) == (302, "/en/reports/?x=1&y=2")
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_without_a_wish_one_lands_on_ones_events(client, bob):
    response = client.post(path_of(link_for(bob)))

    assert response["Location"] == reverse("registrations:organise")


def test_session_that_was_there_before_is_not_the_one_that_is_signed_in(client, bob):
    session = client.session
    session["seen"] = 1
    session.save()
    before = client.session.session_key

    client.post(path_of(link_for(bob)))

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_sign_out_is_a_post(client, bob):
    client.force_login(bob)

    assert client.get("/en/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/en/sign-out/")["Location"] == "/en/"
    assert not is_signed_in(client)


def test_whoever_is_signed_in_is_told_so_and_not_sent_round_in_circles(client, bob):
    client.force_login(bob)

    page = client.get(SIGN_IN, {"next": "/admin/"})

    assert page.status_code == 200
    assert "You are signed in as <bdi>Bob</bdi>" in page.content.decode()


# --- What the pages do not tell


def without_tokens(response):
    return re.sub(r'(csrfmiddlewaretoken" value=)"[^"]*"', r"\1", response.content.decode())


def test_answer_is_the_same_whether_or_not_the_address_is_known(bob):
    create_user("Dan", email="dan@example.org", is_active=False)
    answers = []
    for email in ("bob@example.org", "eve@example.org", "dan@example.org"):
        response = ask(Client(), email)
        headers = {name: value for name, value in response.items() if name != "Content-Security-Policy"}
        page = without_tokens(response).replace(email, "…")
        answers.append((response.status_code, headers, sorted(response.cookies), page))

    assert answers[0] == answers[1] == answers[2]
    assert "If we know the address" in answers[0][3]
    assert list(Mail.objects.values_list("to", flat=True)) == ["bob@example.org"]


def test_limit_is_reached_alike_for_an_address_that_is_known_and_one_that_is_not(bob):
    statuses = {
        email: [ask(Client(), email).status_code for _ in range(6)] for email in ("bob@example.org", "eve@example.org")
    }

    assert statuses["bob@example.org"] == [200] * 5 + [429]
    assert statuses["eve@example.org"] == statuses["bob@example.org"]


# --- A link works once


def assert_dead(response):
    assert response.status_code == 410
    assert "This link no longer works" in response.content.decode()
    assert 'name="email"' in response.content.decode()


def test_link_that_was_used_is_dead_for_everybody(client, bob, clock):
    link = path_of(link_for(bob))
    client.post(link)

    other = Client()
    assert_dead(other.get(link))
    assert_dead(other.post(link))
    assert not is_signed_in(other)


def test_first_sign_in_ends_every_other_link(bob):
    first, second = path_of(link_for(bob)), path_of(link_for(bob, lasts=timedelta(hours=12)))
    Client().post(first)

    assert_dead(Client().post(second))


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_link_works_for_half_an_hour(client, bob, clock, method):
    link = path_of(link_for(bob))
    clock.shift(timedelta(minutes=29, seconds=59))
    assert client.get(link).status_code == 200
    clock.shift(timedelta(seconds=1))

    assert getattr(client, method)(link).status_code == 410
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("field", "value"), [("email", "robert@example.org"), ("is_active", False), ("password", "another")]
)
def test_link_is_dead_once_the_user_changed(client, bob, field, value):
    link = path_of(link_for(bob))
    User.objects.filter(pk=bob.pk).update(**{field: value})

    assert_dead(client.post(link))


def test_link_of_a_user_who_is_gone_is_dead(client, bob):
    link = path_of(link_for(bob))
    bob.delete()

    assert_dead(client.post(link))


def test_link_that_is_not_whole_or_made_up_is_dead(client, bob):
    token = path_of(link_for(bob)).split("/")[-2]
    payload, timestamp, signature = token.split(":")
    charlie = create_user("Charlie")
    of_charlie = path_of(link_for(charlie)).split("/")[-2].split(":")[0]
    for broken in (
        token[:-1],
        token + "A",
        "x",
        "a:b:c",
        "%00",
        "é",
        "x" * 5_000,
        f"{of_charlie}:{timestamp}:{signature}",
        f"{payload}:{timestamp}:",
    ):
        assert_dead(client.get(f"{SIGN_IN}{broken}/"))
        assert_dead(client.post(f"{SIGN_IN}{broken}/"))
    assert not is_signed_in(client)


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_a_link_changes_nothing(client, bob, method):
    link = path_of(link_for(bob))
    before = User.objects.values().get(pk=bob.pk)

    for _ in range(3):
        response = getattr(client, method)(link)
        assert not response.cookies.get("sessionid")

    assert User.objects.values().get(pk=bob.pk) == before
    assert Session.objects.count() == 0
    assert client.post(link).status_code == 302


def test_link_is_kept_out_of_caches_and_search_engines(client, bob):
    page = client.get(path_of(link_for(bob)))

    assert "no-store" in page["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db(transaction=True)
def test_link_that_is_used_twice_at_once_signs_in_once():
    link = path_of(link_for(create_user("Bob")))
    together = threading.Barrier(4)
    statuses = []

    def press():
        client = Client()
        together.wait()
        statuses.append(client.post(link).status_code)
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 410, 410, 410]


def test_asked_twice_within_a_minute_one_mail_is_sent_and_after_signing_in_a_new_one(client, bob, clock):
    ask(client, "bob@example.org")
    ask(client, "bob@example.org")
    mail = Mail.objects.get()
    client.post(path_in(mail))
    client.post("/en/sign-out/")

    ask(client, "bob@example.org")

    newer = Mail.objects.exclude(pk=mail.pk).get()
    assert client.get(path_in(newer)).status_code == 200


def test_clock_can_be_given():
    bob = create_user("Bob")
    token = path_of(link_for(bob, at=timezone.now() - timedelta(hours=1))).split("/")[-2]

    assert holder_of(token, at=timezone.now() - timedelta(minutes=50)) == bob
    with pytest.raises(DeadLink):
        holder_of(token)


# --- Bad input


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter your email address"),
        ("   ", "Enter your email address"),
        ("bob", "Enter your email address in the correct format, like name@example.eu"),
        ("bob@example.org\r\nBcc: c@example.org", "Enter your email address in the correct format"),
        ("<script>alert(1)</script>", "Enter your email address in the correct format"),
        ("b" * 10_240 + "@example.org", "Enter an email address of at most 254 characters"),
        ("bob\x00@example.org", "Enter your email address in the correct format, like name@example.eu"),
    ],
)
def test_wrong_address_gets_a_clear_message_and_is_kept(client, bob, typed, words):
    response = ask(client, typed, next="/en/reports/")

    page = response.content.decode()
    assert response.status_code == 422
    assert re.search(r"<title>\s*Error: Sign in", page)
    assert page.index("There is a problem") < page.index("<h1>")
    assert page.count(words) == 2  # in the summary and at the field
    assert len(response.context["form"].errors["email"]) == 1
    assert 'name="next" value="/en/reports/"' in page
    assert "<script>alert" not in page
    assert Mail.objects.count() == 0
    if typed == "bob":
        assert 'value="bob"' in page


def test_form_without_any_field_is_answered_like_an_empty_one(client):
    assert client.post(SIGN_IN).status_code == 422


def test_sixth_link_within_a_quarter_of_an_hour_is_refused_in_words(bob, clock):
    for _ in range(5):
        ask(Client(), "bob@example.org")

    response = ask(Client(), "Bob@Example.org")

    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    assert re.search(r"<title>\s*Error: Sign in", page)
    assert "Too many links were asked for. Wait 15 minutes, then ask again" in page
    assert 'value="Bob@Example.org"' in page
    clock.shift(timedelta(minutes=15, seconds=1))
    assert ask(Client(), "bob@example.org").status_code == 200


def test_one_client_may_not_try_out_many_addresses(clock):
    statuses = [ask(Client(), f"somebody{n}@example.org").status_code for n in range(51)]

    assert statuses == [200] * 50 + [429]
    assert Client(REMOTE_ADDR="10.9.8.7").post(SIGN_IN, {"email": "x@example.org"}).status_code == 200


@pytest.mark.parametrize("address", [SIGN_IN, "/en/sign-out/", "/en/appearance/", "link"])
def test_post_without_the_csrf_token_is_refused(bob, address):
    client = Client(enforce_csrf_checks=True)
    if address == "link":
        address = path_of(link_for(bob))

    assert client.post(address, {"email": "bob@example.org"}).status_code == 403
    assert Mail.objects.count() == 0
    assert not is_signed_in(client)


ELSEWHERE = [
    "https://evil.example.com/",
    "//evil.example.com/",
    "///evil.example.com",
    "/\\evil.example.com",
    "\\\\evil.example.com",
    "http:///evil.example.com",
    "http://testserver@evil.example.com/",
    "http://testserver.evil.example.com/",
    "javascript:alert(1)",
    " https://evil.example.com",
    "\x08//evil.example.com",
    "/" + "x" * 3_000,
]


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_no_link_of_ours_leads_to_another_site(client, bob, wish):
    ours = reverse("registrations:organise")
    assert 'name="next"' not in client.get(SIGN_IN, {"next": wish}).content.decode().partition("<footer")[0]
    ask(client, "bob@example.org", next=wish)
    assert "next=" not in path_in(Mail.objects.get())

    assert client.post(path_of(link_for(bob, next_address=wish)))["Location"] == ours

    page = client.get(SIGN_IN, {"next": wish}).content.decode()
    assert f'<a class="button" href="{ours}">' in page


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_verbs_are_refused(client, bob, method):
    assert getattr(client, method)(SIGN_IN).status_code == 405
    assert getattr(client, method)(path_of(link_for(bob))).status_code == 405


def test_addresses_of_allauth_are_not_open(client):
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/", "/accounts/password/reset/"):
        assert client.get(address).status_code == 404
