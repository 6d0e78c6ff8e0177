"""Mails say first how things stand; their text and their HTML say the same; the calendar file comes with the place."""

import base64
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import letters
from accounts.models import Mail
from events.models import Event
from registrations import emails, places
from registrations.door.numbers import in_groups
from registrations.models import Registration
from registrations.online.joining import join_address
from tests.factories import create_event, create_registration, create_session, create_venue

pytestmark = pytest.mark.django_db
State = Registration.State
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


def round_table(**fields):
    return create_event(
        title="Round table",
        ends_on=datetime(2027, 5, 20).date(),
        venue=create_venue(name="MECC", city="Maastricht"),
        bring="An identity card",
        contact_email="host@example.org",
        **fields,
    )


def register(event, person="Alice", **answers) -> Registration:
    answers = {"name": person, "email": f"{person.lower()}@example.org", **answers}
    return places.register(
        event, **{"organisation_name": "City of Gävle", "country": "SE", "at": NOW, **answers}
    ).registration


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.split("<body")[1])).split())


def test_a_confirmation_says_what_when_where_and_what_to_bring():
    alice = register(round_table())

    mail = Mail.objects.get()
    assert mail.subject == "Confirmed: Round table, 20 May 2027, Maastricht"
    assert (mail.to, mail.reply_to, mail.language) == ("alice@example.org", "host@example.org", "en")
    assert mail.text.startswith("Alice, you are registered.\n")
    for line in (
        "When: Thursday 20 May 2027, 09:00–16:00 (Maastricht time, UTC+2)",
        "Where: MECC, Maastricht, Netherlands",
        "Bring: An identity card",
        f"http://testserver/en/registrations/{alice.code}/",
        "Co-funded by the European Union",
    ):
        assert line in mail.text.splitlines() or line in mail.text
    assert len(mail.html.encode()) < 40_000


def test_the_calendar_file_of_a_confirmation_carries_the_link_and_the_uid_of_the_feeds():
    event = round_table()
    alice = register(event)

    _invitation, file = Mail.objects.get().attachments
    content = base64.b64decode(file["content"]).decode().replace("\r\n ", "")
    assert (file["name"], file["mimetype"]) == (f"{event.slug}.ics", "application/ics")
    assert f"UID:{event.uid}@" in content
    assert alice.code in content


def test_whoever_waits_is_told_their_place_and_gets_no_calendar_file():
    event = round_table(places=1)
    for person in ("Alice", "Bob", "Charlie"):
        register(event, person)

    mail = Mail.objects.get(to="charlie@example.org")
    assert mail.subject == "On the waiting list: Round table, 20 May 2027, Maastricht"
    assert "You are second on the list." in mail.text
    assert mail.attachments == []


def test_the_letter_of_those_who_wait_is_made_once_for_all_of_them():
    event = round_table(places=1, description="Unlike that of any other test")
    register(event, "Alice")
    register(event, "Bob")
    made = letters._form_letter.cache_info().misses

    ahead = expected_of(event, "Charlie")
    with CaptureQueriesContext(connection) as queries:
        register(event, "Charlie", expected=ahead)

    assert letters._form_letter.cache_info().misses == made
    assert "You are second on the list." in Mail.objects.get(to="charlie@example.org").html
    # How many wait before them was counted before, and how mails are worded was read with the event.
    assert len([query for query in queries if "COUNT" in query["sql"]]) == 1
    assert not [query for query in queries if "mailtext" in query["sql"]]


def test_an_offer_says_until_when_in_the_time_of_the_event():
    event = round_table(places=1)
    bob = create_registration(event, "Bob", state=State.WAITING)
    places.settle(event, at=NOW)

    mail = Mail.objects.get()
    assert mail.subject == "A place is free for you: Round table, 20 May 2027, Maastricht"
    assert "Accept it until Wednesday 3 March 2027, 10:00 (Maastricht time, UTC+1)." in mail.text
    assert f"http://testserver/en/registrations/{bob.code}/accept/" in mail.text


def test_an_offer_that_ended_a_place_that_was_accepted_and_a_cancellation_are_told():
    event = round_table(places=2)
    bob = create_registration(event, "Bob", state=State.WAITING)
    create_registration(event, "Charlie", state=State.WAITING)
    places.settle(event, at=NOW)
    places.accept_offer(bob, at=NOW + timedelta(hours=1))
    places.settle(event, at=NOW + timedelta(hours=48))
    places.cancel(bob, by=Registration.CancelledBy.HOST, reason="Room closed", at=NOW + timedelta(hours=49))

    subjects = {(mail.to, mail.subject.partition(":")[0]) for mail in Mail.objects.all()}
    assert subjects == {
        ("bob@example.org", "A place is free for you"),
        ("charlie@example.org", "A place is free for you"),
        ("bob@example.org", "Confirmed"),
        ("charlie@example.org", "Offer ended"),
        ("bob@example.org", "Cancelled"),
    }
    text = Mail.objects.get(subject__startswith="Cancelled").text
    assert text.startswith("Bob, the host cancelled your registration.\nReason: Room closed\n")


def test_whoever_cancels_reads_until_when_it_can_be_undone():
    alice = register(round_table())
    places.cancel(alice, by=Registration.CancelledBy.PERSON, at=NOW)

    text = Mail.objects.get(subject__startswith="Cancelled").text
    assert "Until Monday 1 March 2027, 10:10 (Maastricht time, UTC+1) your seat is held" in text


def test_the_mail_of_cancelling_is_written_before_the_lock(monkeypatch):
    """It is most of the work, and whoever holds the lock keeps everybody else waiting."""
    alice = register(round_table())
    order = []
    monkeypatch.setattr(emails, "cancellation", _noting(order, "mail", emails.cancellation))
    monkeypatch.setattr(places.counting, "lock", _noting(order, "lock", places.counting.lock))

    places.cancel(alice, by=Registration.CancelledBy.PERSON, at=NOW)

    assert order == ["mail", "lock"]


def test_what_changed_meanwhile_stands_in_the_mail_of_cancelling():
    alice = register(round_table())
    event = Event.objects.get(pk=alice.event_id)
    event.title = "Another title"
    event.save()
    Registration.objects.get(pk=alice.pk).come_as(Registration.ParticipantKind.SPEAKER)

    # With what was read before both.
    places.cancel(alice, by=Registration.CancelledBy.PERSON, at=NOW)

    assert "Another title" in Mail.objects.get(subject__startswith="Cancelled").subject


def _noting(order: list[str], word: str, act):
    def noted(*args, **options):
        order.append(word)
        return act(*args, **options)

    return noted


def test_text_and_html_say_the_same():
    event = round_table(places=1)
    alice = register(event)
    register(event, "Bob")
    emails.link(alice, at=NOW)
    places.change(alice, name="Alice", email="ek@example.org", organisation_name="A", country="SE", at=NOW)
    places.cancel(alice, by=Registration.CancelledBy.HOST, reason="Room & board", at=NOW)
    places.settle(event, at=NOW + timedelta(hours=48))

    kinds = set()
    for mail in Mail.objects.all():
        kinds.add(mail.key.partition(":")[0])
        html = words(mail.html)
        for line in mail.text.splitlines():
            # What stands before an address in the text is the label of a button or link in the HTML.
            for sentence in re.split(r"(?<=[.!?]) ", line):
                label = sentence.partition("http")[0].strip().rstrip(":")
                if label in ("", "--", "Reason", "Questions") or label.startswith(("When:", "Where:", "Bring:")):
                    continue
                assert label in html or label.partition(": ")[2] in html, (mail.key, label)
        for address in re.findall(r"http\S+", mail.text):
            assert address in mail.html
    assert kinds == {
        "confirmed",
        "waiting",
        "link",
        "address_changed",
        "cancelled",
        "offer",
        "offer_expired",
    }


def test_html_is_escaped_and_text_is_not():
    places.register(
        round_table(),
        name="Alice & Bob <i>",
        email="alice@example.org",
        organisation_name="A",
        country="SE",
        at=NOW,
    )

    mail = Mail.objects.get()
    assert "Alice & Bob <i>, you are registered." in mail.text
    assert "Alice &amp; Bob &lt;i&gt;, you are registered." in mail.html


def test_mails_load_nothing_and_track_nobody():
    register(round_table())

    html = Mail.objects.get().html
    assert not re.findall(r"<img|<link|<script|src=|@import|url\(", html)


def test_a_title_with_a_line_break_makes_no_second_header():
    event = round_table()
    event.title = "Round table\r\nBcc: all@example.org"
    event.save()
    register(event)

    assert Mail.objects.get().subject == "Confirmed: Round table Bcc: all@example.org, 20 May 2027, Maastricht"


def test_an_event_without_an_exact_date_names_none_in_the_subject():
    event = create_event(title="Seminar", date_precision="month", mode="online")
    alice = create_registration(event)
    emails.link(alice, at=NOW)

    assert Mail.objects.get().subject == "Your link: Seminar, Online"


def test_titles_are_in_the_persons_language():
    event = round_table()
    event.translations = {"it": {"title": "Tavola rotonda"}}
    event.save()
    register(event, language="it")

    mail = Mail.objects.get()
    assert "Tavola rotonda" in mail.subject
    assert mail.language == "it"


def test_no_mail_for_what_was_rolled_back():
    event = round_table()
    with transaction.atomic():
        register(event)
        assert Mail.objects.exists()
        transaction.set_rollback(True)

    assert not Mail.objects.exists()
    assert not Registration.objects.exists()


def test_how_to_join_online_is_in_the_confirmation_only():
    event = round_table(mode="online", places=1, join_url="https://meet.example.org/abc")
    register(event, "Alice")
    register(event, "Bob")
    alice, bob = Registration.objects.get(name="Alice"), Registration.objects.get(name="Bob")

    mail = Mail.objects.get(to="alice@example.org")
    assert f"Join online: {join_address(alice)}\n" in mail.text
    assert f'href="{join_address(alice)}"' in mail.html
    waiting = Mail.objects.get(to="bob@example.org")
    assert join_address(bob) not in waiting.text + waiting.html


# --- Written before the lock -------------------------------------------------------------------------------------


def expected_of(event, person="Alice", **answers) -> places.Expected | None:
    """What the form writes ahead for the same answers as `register` above."""
    return places.expected(
        event,
        name=person,
        email=f"{person.lower()}@example.org",
        organisation_name="City of Gävle",
        country="SE",
        at=NOW,
        **answers,
    )


def said(mail: Mail) -> tuple:
    """Everything of a mail but the code of its link, the number of its ticket and the second in which it was made."""
    registration = Registration.objects.get(email=mail.to)
    code, number = registration.code, in_groups(registration.ticket_number)
    calendars = [
        (name, mimetype, re.sub(rb"DTSTAMP:\w+", b"", content.replace(b"\r\n ", b"")).replace(code.encode(), b"code"))
        for name, mimetype, content in (
            (part["name"], part["mimetype"], base64.b64decode(part["content"])) for part in mail.attachments
        )
    ]
    assert number in mail.text and number in mail.html
    text, html = (words.replace(code, "code").replace(number, "number") for words in (mail.text, mail.html))
    return mail.subject, text, html, calendars


def test_a_mail_that_is_written_ahead_says_the_same(clock):
    event = round_table()
    register(event)
    written_under_the_lock = said(Mail.objects.get())
    Mail.objects.all().delete()
    Registration.objects.all().delete()

    ahead = expected_of(event)
    alice = register(event, expected=ahead)

    assert alice.code == ahead.code
    assert said(Mail.objects.get()) == written_under_the_lock


def test_a_mail_that_is_written_ahead_names_what_somebody_will_wait_for(monkeypatch):
    event = round_table()
    full, free = create_session(event, title="The plant", places=0), create_session(event, title="The port", places=1)
    event.refresh_from_db()
    ahead = expected_of(event, waits_for=[full])
    monkeypatch.setattr(emails, "letter", None)

    register(event, sessions=[full, free], expected=ahead)

    assert "The plant" in Mail.objects.get().text
    assert "The port" not in Mail.objects.get().text


def test_a_place_that_was_given_to_somebody_else_meanwhile_is_named_in_the_mail():
    event = round_table()
    visit = create_session(event, title="The plant", places=1)
    ahead = expected_of(event)
    register(event, "Dana", sessions=[visit])

    register(event, sessions=[visit], expected=ahead)

    assert "The plant" in Mail.objects.get(to="alice@example.org").text


def test_nothing_is_written_ahead_of_a_seat_that_nobody_gets():
    full = round_table(places=1, mode=Event.Mode.HYBRID, online_places=1)
    register(full, "Dana")

    assert expected_of(full) is None
    assert expected_of(full, mode=Registration.Mode.ONLINE) is not None


def test_what_was_written_ahead_is_thrown_away_when_things_come_out_differently():
    full, changed = create_event(places=1), round_table()
    ahead_of_full, ahead_of_changed = expected_of(full), expected_of(changed, "Bob")
    register(full, "Dana")
    changed.bring = "Boots"
    changed.save()

    register(full, expected=ahead_of_full)
    register(changed, "Bob", expected=ahead_of_changed)

    assert Mail.objects.get(to="alice@example.org").subject.startswith("On the waiting list")
    assert "Bring: Boots" in Mail.objects.get(to="bob@example.org").text


def test_whoever_comes_back_gets_an_invitation_that_is_newer_than_what_was_written_ahead():
    event = round_table()
    first = register(event)
    places.cancel(first, by=Registration.CancelledBy.PERSON, at=NOW)

    again = register(event, expected=expected_of(event))

    calendars = [base64.b64decode(part["content"]) for part in Mail.objects.latest("pk").attachments]
    assert again.invitation_revision == 2
    assert all(b"SEQUENCE:2\r\n" in calendar for calendar in calendars)
