"""The page “Mails” of an event: what needs somebody comes first, and what mails say can be worded there."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import suppression
from accounts.models import Mail
from accounts.outbox import drain
from events.models import CalendarState
from registrations import emails, places, wording
from registrations.models import Interest, Invitation, MailText
from tests.accounts.mail_server import mail_server
from tests.factories import create_event, create_lead, create_project, create_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def event():
    return create_event(create_project(), title="Round table")


@pytest.fixture
def bob(client, event):
    """Bob leads the project and is signed in."""
    bob = create_lead(event.project)
    client.force_login(bob)
    return bob


def address(event, name="mails", *args) -> str:
    return reverse(f"registrations:{name}", args=[event.slug, *args])


def text_address(event, kind="confirmed", name="mail_text") -> str:
    return address(event, name, kind, "en")


def mail_about(registration, key="confirmed", **fields) -> Mail:
    to = registration.email
    defaults = {"to": to, "subject": f"{key} {to}", "text": "…", "about": emails.about(registration)}
    return Mail.objects.create(key=f"{key}:{registration.pk}", **{**defaults, **fields})


def failed(registration, **fields) -> Mail:
    return mail_about(registration, "failed", state="failed", attempts=6, last_error="550 no", **fields)


def shown(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="wide"><span[^>]*>(.*?)</span>', page)


def posted(client, path, **data):
    """A form as it was opened, with what is typed."""
    page = client.get(path)
    return client.post(path, {"opened_with": page.context["form"]["opened_with"].value(), **data})


# --- The list ----------------------------------------------------------------------------------------------------


def test_mails_of_the_event_are_listed_with_those_first_that_need_somebody(client, bob, event, clock):
    alice = create_registration(event)
    invitation = Invitation.objects.create(event=event, email="guest@example.org")
    interest = Interest.objects.create(event=event, email="dora@example.org")
    mail_about(alice, "sent", state="sent", sent_at=timezone.now(), subject="Sent")
    mail_about(
        alice, "back", state="sent", sent_at=timezone.now(), subject="Back", bounced_at=timezone.now(), bounce="5"
    )
    failed(alice, subject="Failed")
    clock.shift(timedelta(minutes=1))
    Mail.objects.create(key="i", to=invitation.email, subject="Invited", text="…", about=f"invitation:{invitation.pk}")
    clock.shift(timedelta(minutes=1))
    Mail.objects.create(key="d", to=interest.email, subject="Interested", text="…", about=f"interest:{interest.pk}")
    mail_about(create_registration(create_event()), subject="Of another event")

    page = client.get(address(event)).content.decode()

    assert shown(page) == ["Failed", "Back", "Interested", "Invited", "Sent"]
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["1", "1", "2", "1"]
    assert shown(client.get(address(event), {"state": "waiting"}).content.decode()) == ["Interested", "Invited"]
    assert len(shown(client.get(address(event), {"state": "é"}).content.decode())) == 5


def test_why_a_mail_did_not_arrive_is_said_in_words(client, bob, event):
    alice, carol, dora = (create_registration(event, name) for name in ("Alice", "Carol", "Dora"))
    failed(alice)
    failed(carol)
    suppression.suppress(carol.email, reason="550 5.1.1 No such <user>")
    mail_about(dora, state="waiting", attempts=1, last_error="ConnectionRefusedError: [Errno 111]")

    page = client.get(address(event)).content.decode()

    assert "Given up after 6 tries: “550 no”." in page
    assert "Nothing more is sent to this address: its server said “550 5.1.1 No such &lt;user&gt;”." in page
    assert "The mail server did not take it yet: “ConnectionRefusedError: [Errno 111]”. It is tried again on" in page
    # What its address refuses is not offered to be tried again.
    assert page.count('name="mail"') == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_for_one_and_three(client, bob, event, count, django_assert_num_queries):
    for n in range(count):
        failed(create_registration(event, f"P{n}"))
    client.get(address(event))

    with django_assert_num_queries(9):
        client.get(address(event))


def test_what_a_mail_server_says_is_what_the_organiser_reads(client, bob, event, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    people = {name: create_registration(event, name) for name in ("Alice", "Carol", "Dora")}
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        server.refused = {b"carol@example.org"}
        server.faults = {".": "452 4.2.2 no room now"}
        for person in people.values():
            emails.link(person)
        drain()
    page = client.get(address(event)).content.decode()

    assert re.findall(r"<dd>(\d+)</dd>", page) == ["1", "0", "1", "1"]
    assert "its server said “550 no such mailbox”" in page
    assert "The mail server did not take it yet: “452 4.2.2 no room now”." in page
    assert "Mails come back" in client.get(address(event, "people")).content.decode()


def test_one_mail_or_all_are_tried_again_and_suppressed_ones_stay(client, bob, event):
    alice, carol, dora = (failed(create_registration(event, name)) for name in ("Alice", "Carol", "Dora"))
    other = failed(create_registration(create_event()))
    suppression.suppress(dora.to, reason="550")

    client.post(address(event, "try_mails_again"), {"mail": alice.pk})
    assert list(Mail.objects.filter(state="waiting")) == [alice]
    for wrong in (other.pk, dora.pk, "é", "9" * 30):
        client.post(address(event, "try_mails_again"), {"mail": wrong})
    assert list(Mail.objects.filter(state="waiting")) == [alice]
    answer = client.post(address(event, "try_mails_again"), follow=True)

    assert "1 mail is tried again now." in answer.content.decode()
    assert set(Mail.objects.filter(state="waiting")) == {alice, carol}
    assert set(Mail.objects.filter(state="failed")) == {other, dora}


def test_nobody_else_sees_or_does_anything(client, event):
    alice = failed(create_registration(event))
    client.force_login(create_lead(create_project(), "Charlie"))

    for path in (address(event), text_address(event)):
        assert client.get(path).status_code == 404
    for name in ("mail_text", "mail_text_as_html", "mail_text_standard"):
        assert client.post(text_address(event, name=name), {"text": "x"}).status_code == 404
    assert client.post(address(event, "try_mails_again")).status_code == 404
    alice.refresh_from_db()
    assert (alice.state, MailText.objects.count()) == ("failed", 0)
    client.logout()
    assert client.get(address(event)).status_code == 302


# --- What they say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", wording.KINDS)
def test_each_kind_opens_with_our_words_and_shows_what_goes_out(client, bob, event, kind):
    response = client.get(text_address(event, kind))

    assert response.status_code == 200
    assert response.context["form"]["text"].value() == wording.standard(kind, "en").text
    assert "Round table" in response.context["letter"].text
    assert "{" not in response.context["letter"].text
    html = client.post(text_address(event, kind, "mail_text_as_html"), {"text": "Hello {name}"})
    assert "Hello Name of the person" in html.content.decode()
    assert (Mail.objects.count(), MailText.objects.count()) == (0, 0)


def test_words_are_saved_and_taken_back(client, bob, event):
    version = CalendarState.current()
    standard = wording.standard("confirmed", "en")
    response = posted(client, text_address(event), subject=standard.subject, text="Dear {name},\r\nwelcome.")

    assert response.status_code == 302
    [stored] = MailText.objects.all()
    assert (stored.subject, stored.text, stored.changed_by) == ("", "Dear {name},\nwelcome.", bob)
    # What is kept of events between requests is made anew.
    assert CalendarState.current() > version
    assert "Your words" in client.get(address(event)).content.decode()

    client.post(text_address(event, name="mail_text_standard"))
    assert MailText.objects.count() == 0


def test_our_own_words_saved_as_they_are_are_no_wording(client, bob, event):
    standard = wording.standard("waiting", "en")
    posted(client, text_address(event, "waiting"), subject=standard.subject, text=standard.text)

    assert MailText.objects.count() == 0


def test_wrong_placeholders_are_refused_with_word_and_line_and_nothing_typed_is_lost(client, bob, event):
    response = posted(client, text_address(event), subject="Hi {nmae}", text="Dear {name},\nsee http://example.org")

    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 1: {nmae} is no placeholder. Write {name}, or another one of the list." in page
    assert "Line 2: write “http://example.org” as a web address that begins with https://." in page
    assert 'value="Hi {nmae}"' in page
    assert "see http://example.org</textarea>" in page
    assert MailText.objects.count() == 0
    assert client.post(text_address(event, name="mail_text_as_html"), {"text": "{"}).status_code == 422


def test_a_preview_stores_nothing_and_shows_the_words_to_somebody_who_is_made_up(client, bob, event):
    response = posted(client, text_address(event), subject="Hi {name}", text="<b>{event}</b>", preview="1")

    page = response.content.decode()
    assert response.status_code == 200
    assert "Hi Name of the person" in page
    assert "&lt;b&gt;Round table&lt;/b&gt;" in page
    assert "<b>Round table" not in page
    assert MailText.objects.count() == 0


def test_the_preview_as_html_runs_nothing(client, bob, event):
    response = client.post(text_address(event, name="mail_text_as_html"), {"text": "<script>alert(1)</script>"})

    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "<script" not in response.content.decode()


def test_two_people_who_word_one_mail_lose_nothing(client, bob, event):
    path = text_address(event)
    opened = client.get(path).context["form"]["opened_with"].value()
    MailText.objects.create(event=event, letter="confirmed", language="en", text="Theirs")

    response = client.post(path, {"opened_with": opened, "subject": "", "text": "Mine"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Theirs" in page
    assert "Mine" in page
    assert MailText.objects.get().text == "Theirs"
    client.post(path, {"opened_with": opened, "subject": "", "text": "Mine", "keep-text": "mine"})
    assert MailText.objects.get().text == "Mine"


@pytest.mark.parametrize("path", ["no-such-kind/en/", "confirmed/xx/"])
def test_unknown_kinds_and_languages_are_not_found(client, bob, event, path):
    assert client.get(address(event) + path).status_code == 404


@pytest.mark.parametrize("text", ["x" * 5001, "{name} " * 2000])
def test_too_long_a_text_is_refused_whole(client, bob, event, text):
    response = posted(client, text_address(event), text=text)

    assert response.status_code == 422
    assert "Shorten this to at most 5000 characters." in response.content.decode()


# --- Sent again to another address -------------------------------------------------------------------------------


def person_page(client, registration) -> str:
    return client.get(reverse("registrations:person", args=[registration.event.slug, registration.pk])).content.decode()


def test_what_did_not_arrive_is_sent_to_the_corrected_address_once_and_the_page_says_so(client, bob, event):
    alice = create_registration(event)
    text = f"See http://testserver/en/registrations/{alice.code}/"
    attachments = [{"name": "a.ics", "mimetype": "text/calendar", "content": "QQ=="}]
    invitation = {**attachments[0], "name": "i.ics", "alternative": True}
    mail = failed(alice, text=text, attachments=[invitation, *attachments])
    arrived = mail_about(alice, "sent", state="sent", sent_at=timezone.now(), text=text)
    again = [reverse("registrations:send_mail_again", args=[event.slug, alice.pk, one.pk]) for one in (mail, arrived)]
    assert again[0] not in person_page(client, alice)
    client.post(again[0])
    places.change(alice, email="new@example.org")

    page = person_page(client, alice)
    assert again[0] in page
    assert again[1] not in page
    before = Mail.objects.count()
    for address_of_mail in (again[0], again[0], again[1]):
        client.post(address_of_mail)

    copy = Mail.objects.latest("pk")
    assert Mail.objects.count() == before + 1
    assert (copy.to, copy.subject, copy.text) == ("new@example.org", mail.subject, text)
    assert (copy.state, copy.attachments) == ("waiting", attachments)
    page = person_page(client, alice)
    assert "Sent again to new@example.org" in page
    assert again[0] not in page


def test_a_mail_with_a_link_that_opens_nothing_any_more_is_not_sent_again(client, bob, event):
    alice = create_registration(event)
    failed(alice, text="See http://testserver/en/registrations/another-code/")
    places.change(alice, email="new@example.org")

    assert "/again/" not in person_page(client, alice)


def test_others_send_nothing_again(client, event):
    alice = create_registration(event)
    mail = failed(alice, text=alice.code)
    client.force_login(create_lead(create_project(), "Charlie"))

    answer = client.post(reverse("registrations:send_mail_again", args=[event.slug, alice.pk, mail.pk]))

    assert answer.status_code == 404
    assert Mail.objects.count() == 1
