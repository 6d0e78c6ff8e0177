"""Mails put the event into the calendar of those with a seat, move it there and strike it out (RFC 5546, RFC 6047)."""

import base64
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import vobject
from django.urls import reverse
from icalendar import Calendar

from accounts import outbox
from accounts.models import Mail
from events.ical import uid
from events.models import Event
from registrations import calendar_mail, places
from registrations.models import Registration
from registrations.online.joining import join_address
from registrations.plan_changes import tell_of_plan_changes
from tests import libical
from tests.factories import create_event, create_registration, create_venue

pytestmark = pytest.mark.django_db
State = Registration.State
By = Registration.CancelledBy
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def conference(**fields) -> Event:
    fields = {"venue": create_venue(city="Maastricht"), "contact_email": "host@example.org", **fields}
    return create_event(title="Conference", **fields)


def register(event, person="Alice", at=NOW, **answers) -> Registration:
    answers = {
        "organisation_name": "City of Gävle",
        "country": "SE",
        "email": f"{person.lower()}@example.org",
        **answers,
    }
    return places.register(event, name=person, at=at, **answers).registration


def last_mail() -> Mail:
    return Mail.objects.latest("pk")


def on_the_wire(mail: Mail):
    # Only Django 5.2 takes the end of lines as an argument.
    lines = outbox.message(mail).message().as_bytes().splitlines()
    return message_from_bytes(b"\r\n".join([*lines, b""]), policy=policy.default)


def calendar_part(mail: Mail) -> tuple[str, Calendar] | None:
    """The method in the header and the calendar of the part that mail programs apply; None without one."""
    parts = [
        part
        for part in on_the_wire(mail).walk()
        if part.get_content_type() == "text/calendar" and part.get_content_disposition() != "attachment"
    ]
    if not parts:
        return None
    [part] = parts
    return part["Content-Type"].params["method"], Calendar.from_ical(part.get_payload(decode=True))


def revision(mail: Mail) -> tuple[str, int, str]:
    method, calendar = calendar_part(mail)
    [event] = calendar.events
    assert calendar["METHOD"] == method
    return method, event["SEQUENCE"], str(event["STATUS"])


# --- What is on the wire -----------------------------------------------------------------------------------------


def test_a_confirmation_invites_its_person_in_the_name_of_the_host():
    event = conference()
    register(event)

    method, calendar = calendar_part(last_mail())
    [invited] = calendar.events
    assert (method, calendar["METHOD"]) == ("REQUEST", "REQUEST")
    assert (invited["UID"], invited["SEQUENCE"], invited["STATUS"]) == (uid(event), 0, "CONFIRMED")
    organizer, attendee = invited["ORGANIZER"], invited["ATTENDEE"]
    assert organizer == "mailto:host@example.org"
    assert organizer.params["SENT-BY"] == "mailto:events@example.org"
    assert organizer.params["CN"] == event.project.acronym
    assert attendee == "mailto:alice@example.org"
    assert {name: attendee.params[name] for name in ("CN", "PARTSTAT", "RSVP")} == {
        "CN": "Alice",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    # With a method the stamp is the time of the message, without one that of the last change.
    assert invited["DTSTAMP"].dt == NOW
    assert calendar.errors == invited.errors == []


def test_the_mail_is_built_as_programs_expect_it():
    register(event := conference())

    mail = on_the_wire(last_mail())
    body, file = mail.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    *_others, invitation = body.iter_parts()
    assert invitation["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    content = invitation.get_payload(decode=True)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    # The file is for those who save it: it invites nobody.
    assert (file.get_filename(), file.get_content_type()) == (f"{event.slug}.ics", "application/ics")
    saved = Calendar.from_ical(file.get_payload(decode=True))
    assert not {"METHOD"} & set(saved)
    assert not {"ORGANIZER", "ATTENDEE"} & set(saved.events[0])
    assert saved.events[0]["UID"] == uid(event)


def test_vobject_reads_the_same():
    register(event := conference())
    _method, calendar = calendar_part(last_mail())

    read = vobject.readOne(calendar.to_ical().decode())
    assert (read.method.value, read.vevent.uid.value) == ("REQUEST", uid(event))
    assert read.vevent.attendee.value == "mailto:alice@example.org"
    assert read.vevent.attendee.params["PARTSTAT"] == ["ACCEPTED"]


@pytest.mark.skipif(not libical.is_here(), reason="libical is not installed (package libical3).")
def test_libical_reads_the_same():
    event = conference(ends_on=date(2027, 5, 20))
    register(event, person="Ő “Story” Ærø", email="alice@example.org")

    _method, calendar = calendar_part(last_mail())
    [read] = libical.events(calendar.to_ical())
    assert (read.uid, read.status) == (uid(event), "CONFIRMED")
    assert read.starts == datetime(2027, 5, 20, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    ["Ærøskøbing “X” Ő", "A; B, C: D", 'The "Boss" ^n', "x" * 200, "王小明" * 40],
)
def test_names_in_any_script_and_with_any_sign_arrive_whole(name):
    register(conference(), person=name, email="alice@example.org")

    part = calendar_part(last_mail())
    assert part[1].events[0]["ATTENDEE"].params["CN"] == name


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("o'neil+x@example.org", "mailto:o'neil+x@example.org"),
        ("a%b?c=d@example.org", "mailto:a%25b%3Fc=d@example.org"),
        ('"a;b"@example.org', "mailto:%22a%3Bb%22@example.org"),
    ],
)
def test_odd_addresses_are_escaped_as_addresses(email, address):
    register(conference(), email=email)

    assert calendar_part(last_mail())[1].events[0]["ATTENDEE"] == address


def test_several_days_are_busy_for_whoever_takes_part():
    event = conference()
    register(event)

    _method, calendar = calendar_part(last_mail())
    [invited] = calendar.events
    assert (invited["DTSTART"].dt, invited["DTEND"].dt) == (date(2027, 5, 20), date(2027, 5, 22))
    assert (invited["TRANSP"], invited["X-MICROSOFT-CDO-BUSYSTATUS"]) == ("OPAQUE", "BUSY")


def test_without_an_address_that_reads_answers_a_plain_file_is_attached(settings):
    settings.CONTACT_EMAIL = ""
    register(event := conference(contact_email=""))

    assert calendar_part(last_mail()) is None
    [file] = last_mail().attachments
    assert (file["name"], file["mimetype"]) == (f"{event.slug}.ics", "text/calendar")
    assert b"METHOD" not in base64.b64decode(file["content"])


def test_the_installation_invites_where_the_event_names_no_host(settings):
    settings.CONTACT_EMAIL = "desk@example.org"
    register(conference(contact_email=""))

    assert calendar_part(last_mail())[1].events[0]["ORGANIZER"] == "mailto:desk@example.org"


def test_the_way_to_join_is_in_the_invitation_of_those_with_a_seat():
    alice = register(conference(mode="online", join_url="https://meet.example.org/abc"))

    assert calendar_part(last_mail())[1].events[0]["CONFERENCE"] == join_address(alice)


# --- Higher and higher -------------------------------------------------------------------------------------------


def test_each_turn_of_seat_and_event_has_a_higher_sequence():
    """Show 3 of one mailbox: confirmed, moved, cancelled and taken back, called off, taken up again."""
    event = conference()
    alice = register(event)
    turns = [revision(last_mail())]

    event.move(at=NOW, starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4), reason="The room is taken.")
    tell_of_plan_changes(at=NOW + timedelta(minutes=1))
    turns.append(revision(last_mail()))

    places.cancel(alice, by=By.PERSON, at=NOW + timedelta(minutes=2))
    turns.append(revision(last_mail()))
    places.undo_cancelling(alice, at=NOW + timedelta(minutes=3))
    turns.append(revision(last_mail()))

    event.refresh_from_db()
    event.cancel(at=NOW + timedelta(minutes=4), reason="Too few speakers.")
    tell_of_plan_changes(at=NOW + timedelta(minutes=5))
    turns.append(revision(last_mail()))
    event.take_up_again(at=NOW + timedelta(minutes=6), reason="Speakers found.")
    tell_of_plan_changes(at=NOW + timedelta(minutes=7))
    turns.append(revision(last_mail()))

    assert turns == [
        ("REQUEST", 0, "CONFIRMED"),
        ("REQUEST", 1, "CONFIRMED"),
        ("CANCEL", 2, "CANCELLED"),
        ("REQUEST", 3, "CONFIRMED"),
        ("CANCEL", 4, "CANCELLED"),
        ("REQUEST", 5, "CONFIRMED"),
    ]
    assert {str(calendar_part(mail)[1].events[0]["UID"]) for mail in Mail.objects.all()} == {uid(event)}


def test_whoever_registers_again_later_gets_a_higher_sequence_than_what_took_it_back():
    event = conference()
    places.cancel(register(event), by=By.PERSON, at=NOW)
    assert revision(last_mail()) == ("CANCEL", 1, "CANCELLED")

    register(event, at=NOW + timedelta(hours=1))

    assert revision(last_mail()) == ("REQUEST", 2, "CONFIRMED")


def test_a_postponed_event_stays_at_its_old_date_as_tentative_and_free():
    event = conference()
    register(event)
    event.postpone(at=NOW, reason="The speakers are ill.")
    tell_of_plan_changes(at=NOW + timedelta(minutes=1))

    method, calendar = calendar_part(last_mail())
    [invited] = calendar.events
    assert (method, invited["STATUS"], invited["TRANSP"]) == ("REQUEST", "TENTATIVE", "TRANSPARENT")
    assert invited["DTSTART"].dt == date(2027, 5, 20)


def test_two_people_of_one_mailbox_keep_the_entry_until_both_have_left():
    event = conference()
    alice = register(event, "Alice", email="office@example.org")
    bob = register(event, "Bob", email="office@example.org")

    places.cancel(alice, by=By.PERSON, at=NOW)
    assert calendar_part(last_mail()) is None
    places.cancel(bob, by=By.PERSON, at=NOW)
    assert revision(last_mail())[0] == "CANCEL"


# --- Those without a seat ----------------------------------------------------------------------------------------


def test_whoever_waits_is_offered_a_place_or_leaves_the_list_gets_no_invitation():
    event = conference(places=1)
    alice = register(event, "Alice")
    bob, charlie = register(event, "Bob"), register(event, "Charlie")
    event.move(at=NOW, starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4))
    tell_of_plan_changes(at=NOW + timedelta(minutes=1))
    places.cancel(charlie, by=By.PERSON, at=NOW + timedelta(minutes=2))
    places.cancel(alice, by=By.HOST, at=NOW + timedelta(minutes=3))
    bob.refresh_from_db()
    assert bob.state == State.OFFERED
    places.decline_offer(bob, at=NOW + timedelta(minutes=4))

    others = Mail.objects.exclude(to="alice@example.org")
    assert others.count() == 7
    assert [mail.attachments for mail in others] == [[]] * 7


def test_an_accepted_offer_is_a_seat():
    event = conference(places=1)
    bob = create_registration(event, "Bob", state=State.WAITING)
    places.settle(event, at=NOW)
    places.accept_offer(bob, at=NOW)

    assert revision(last_mail()) == ("REQUEST", 0, "CONFIRMED")


# --- My registration ---------------------------------------------------------------------------------------------


def test_the_file_on_my_registration_says_when_it_was_cancelled(client):
    alice = register(conference())
    address = reverse("registrations:calendar", args=[alice.code])
    [before] = Calendar.from_ical(client.get(address).content).events
    places.cancel(alice, by=By.PERSON, at=NOW)
    [after] = Calendar.from_ical(client.get(address).content).events

    assert (before["STATUS"], before["SEQUENCE"], before["TRANSP"]) == ("CONFIRMED", 0, "OPAQUE")
    assert (after["STATUS"], after["SEQUENCE"], after["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert after["SUMMARY"].startswith("CANCELLED: Conference")


def test_after_an_event_went_online_people_find_how_to_join(client):
    event = conference(join_url="https://meet.example.org/abc")
    alice = register(event)
    event.move(at=NOW, mode="online", venue=None)

    assert join_address(alice) in client.get(alice.get_absolute_url()).content.decode()


def test_what_takes_an_invitation_back_is_made_once_for_all_who_leave(clock):
    event = conference()
    people = [register(event, person) for person in ("Alice", "Bob", "Charlie")]
    instants = []
    for registration in people:
        clock.shift(timedelta(minutes=1))
        made = calendar_mail._shared.cache_info().misses
        places.cancel(registration, by=By.PERSON)
        method, calendar = calendar_part(last_mail())
        [entry] = calendar.events
        instants.append((method, entry["DTSTAMP"].dt, entry["LAST-MODIFIED"].dt))

    assert calendar_mail._shared.cache_info().misses == made
    expected = [registration.cancelled_at for registration in event.registrations.order_by("pk")]
    assert instants == [("CANCEL", at.replace(microsecond=0), at.replace(microsecond=0)) for at in expected]
