"""Health, appearance, the mails of a demonstration, the administration."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import Mail, User
from accounts.outbox import write
from tests.factories import create_user

from .test_signing_in import ELSEWHERE

pytestmark = pytest.mark.django_db


# --- Health


def test_health_asks_the_database_once_and_keeps_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/healthz")

    assert (response.status_code, response.content, response["Content-Type"]) == (
        200,
        b"ok",
        "text/plain; charset=utf-8",
    )
    assert dict(response.cookies) == {}
    assert "no-store" in response["Cache-Control"]


def test_health_is_503_when_the_database_does_not_answer(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("could not connect")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (503, b"the database does not answer")


# --- Appearance


@pytest.mark.parametrize("wanted", ["system", "light", "dark"])
def test_choice_of_appearance_is_kept_for_a_year_and_leads_back(client, wanted):
    response = client.post("/en/appearance/", {"appearance": wanted, "next": "/en/events/?q=waste&when=past"})

    cookie = response.cookies["appearance"]
    assert response["Location"] == "/en/events/?q=waste&when=past"
    assert (cookie.value, cookie["max-age"], cookie["samesite"], cookie["httponly"]) == (
        wanted,
        365 * 24 * 3600,
        "Lax",
        True,
    )


def test_appearance_leads_back_to_the_page_it_came_from(client):
    response = client.post("/en/appearance/", {"appearance": "dark"}, headers={"referer": "http://testserver/en/help/"})

    assert response["Location"] == "http://testserver/en/help/"


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_appearance_leads_to_no_other_site(client, wish):
    assert client.post("/en/appearance/", {"appearance": "dark", "next": wish})["Location"] == "/en/"


@pytest.mark.parametrize("wanted", ["", "pink", "dark; Domain=evil", "x" * 10_000])
def test_unknown_appearance_changes_nothing(client, wanted):
    response = client.post("/en/appearance/", {"appearance": wanted})

    assert (response.status_code, dict(response.cookies)) == (302, {})


def test_appearance_is_a_post(client):
    assert client.get("/en/appearance/").status_code == 405


# --- The mails of a demonstration


@pytest.fixture
def demonstration(settings):
    settings.DEMONSTRATION = True


def write_mail(key="confirmed:1", **fields):
    defaults = {"to": "alice@example.org", "subject": "Confirmed: Round table", "text": "You are registered.\n"}
    return write(key=key, **{**defaults, **fields})


def test_mails_are_not_there_unless_it_is_a_demonstration(client, settings):
    settings.DEMONSTRATION = False
    mail = write_mail(attachments=[("event.ics", "text/calendar", b"BEGIN:VCALENDAR")])
    client.force_login(create_user("Bob", is_staff=True, is_superuser=True))

    for address in ("/en/mails/", f"/en/mails/{mail.pk}/", f"/en/mails/{mail.pk}/attachments/1/"):
        assert client.get(address).status_code == 404


def test_page_of_mails_without_one_says_how_to_get_one(client, demonstration):
    page = client.get("/en/mails/").content.decode()

    assert "No mail was written yet." in page
    assert "<table" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_mails_are_listed_newest_first_in_two_queries(client, demonstration, count, django_assert_num_queries):
    for number in range(count):
        write_mail(key=f"mail:{number}", subject=f"Mail {number}")

    with django_assert_num_queries(2):
        page = client.get("/en/mails/").content.decode()

    positions = [page.index(f"Mail {number}<") for number in reversed(range(count))]
    assert positions == sorted(positions)


def test_mail_shows_its_text_with_links_and_escapes_the_rest(client, demonstration):
    mail = write_mail(
        subject="Confirmed: <b>R&D</b>",
        text="See http://testserver/en/registrations/abc/ or javascript:alert(1)\n<script>alert(2)</script>\n",
        html="<p>never shown</p>",
    )

    page = client.get(f"/en/mails/{mail.pk}/").content.decode()

    assert 'href="http://testserver/en/registrations/abc/"' in page
    assert 'href="javascript' not in page
    assert "<script>alert" not in page
    assert "Confirmed: &lt;b&gt;R&amp;D&lt;/b&gt;" in page
    assert "never shown" not in page


def test_attachment_is_downloaded_as_it_was_sent_and_never_opened_as_a_page(client, demonstration):
    mail = write_mail(
        attachments=[("a.ics", "text/calendar; method=PUBLISH", b"BEGIN\r\n"), ("b.html", "text/html", b"<script>")]
    )

    calendar = client.get(f"/en/mails/{mail.pk}/attachments/1/")
    page = client.get(f"/en/mails/{mail.pk}/attachments/2/")

    assert (calendar.content, calendar["Content-Type"]) == (b"BEGIN\r\n", "text/calendar; method=PUBLISH")
    assert calendar["Content-Disposition"] == 'attachment; filename="a.ics"'
    assert page["Content-Disposition"] == 'attachment; filename="b.html"'
    assert page["X-Content-Type-Options"] == "nosniff"
    for number in (0, 3):
        assert client.get(f"/en/mails/{mail.pk}/attachments/{number}/").status_code == 404


# --- The administration


@pytest.fixture
def administrator(client):
    administrator = create_user("Ada", is_staff=True, is_superuser=True)
    client.force_login(administrator)
    return administrator


def test_administration_sends_to_our_sign_in_and_back(client):
    response = client.get("/admin/accounts/mail/", follow=True)

    assert response.redirect_chain[-1][0] == "/en/sign-in/?next=%2Fadmin%2Faccounts%2Fmail%2F"
    assert response.status_code == 200


def test_administration_has_no_password_form_of_its_own(client):
    assert client.post("/admin/login/", {"username": "ada@example.org", "password": "x"}).status_code == 405


def test_organiser_is_told_that_the_administration_is_not_theirs(client):
    client.force_login(create_user("Bob"))

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert client.get("/admin/login/").status_code == 403


def test_administrator_who_is_signed_in_is_sent_on(client, administrator):
    assert client.get("/admin/login/")["Location"] == "/admin/"


def test_administrator_makes_a_user_who_signs_in_by_link_only(client, administrator):
    fields = {"email": "lena@example.org", "name": "Lena", "language": "en", "is_active": "on"}
    response = client.post("/admin/accounts/user/add/", fields)

    lena = User.objects.get(email="lena@example.org")
    assert response.status_code == 302
    assert not lena.has_usable_password()
    assert not lena.is_staff


def test_administrator_queues_a_mail_again_but_changes_none(client, administrator):
    mail = write_mail()
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.FAILED, attempts=6, last_error="550 no such mailbox")
    listed = client.get("/admin/accounts/mail/")
    assert "550 no such mailbox" in listed.content.decode()
    assert client.get(f"/admin/accounts/mail/{mail.pk}/change/").status_code == 200

    assert client.get("/admin/accounts/mail/add/").status_code == 403
    assert client.post(f"/admin/accounts/mail/{mail.pk}/change/", {"subject": "x"}).status_code == 403
    assert client.post(f"/admin/accounts/mail/{mail.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/accounts/mail/", {"action": "queue_again", "_selected_action": [mail.pk]})

    mail.refresh_from_db()
    assert (mail.subject, mail.state, mail.attempts) == ("Confirmed: Round table", Mail.State.WAITING, 0)


def test_user_who_may_no_longer_sign_in_is_out_at_once():
    client = Client()
    bob = create_user("Bob", is_staff=True, is_superuser=True)
    client.force_login(bob)
    assert client.get("/admin/").status_code == 200

    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert client.get("/admin/").status_code == 302
