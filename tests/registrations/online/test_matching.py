"""Matching the people of a report with registrations: surely by address or whole name, else somebody chooses."""

import pytest

from registrations.models import Registration
from registrations.online.matching import How, match
from registrations.online.reports.reading import Attendee
from tests.factories import create_event, create_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return create_event()


def found(event, *names, email="") -> tuple[str, str | None, list[str]]:
    attendee = Attendee(email or names[0], names, email, ())
    [one] = match([attendee], list(event.registrations.all()))
    return one.how, one.registration.name if one.registration else None, [other.name for other in one.offered]


def test_an_address_finds_its_registration_whatever_the_name(event):
    create_registration(event, "Alice Rossi", email="alice@example.org")
    create_registration(event, "Bob", email="bob@example.org")

    assert found(event, "Reception desk", email="alice@example.org") == (How.EMAIL, "Alice Rossi", [])


def test_of_two_people_with_one_mailbox_the_name_decides(event):
    create_registration(event, "Alice Rossi", email="office@example.org")
    create_registration(event, "Bob Bruni", email="office@example.org")

    assert found(event, "bruni bob", email="office@example.org") == (How.EMAIL, "Bob Bruni", [])
    assert found(event, "Office", email="office@example.org") == (How.LIKELY, None, ["Alice Rossi", "Bob Bruni"])


@pytest.mark.parametrize(
    "name",
    ["Béla Kovács", "KOVACS BELA", "Kovács, Béla", "Béla Kovács (Guest)", "Phone (Kovács Béla)", "Bela  Kovacs [City]"],
)
def test_a_name_is_found_in_any_order_without_accents_and_additions(event, name):
    create_registration(event, "Kovács Béla")

    assert found(event, name) == (How.NAME, "Kovács Béla", [])


def test_an_organisation_behind_the_name_does_not_hide_it(event):
    create_registration(event, "Anna Rossi")

    assert found(event, "Anna Rossi | City of Torino") == (How.NAME, "Anna Rossi", [])
    assert found(event, "Anna Rossi - Regione Piemonte") == (How.NAME, "Anna Rossi", [])


@pytest.mark.parametrize("name", ["Anna", "A. Rossi", "Anna Maria Rossi", "Ana Rosi"])
def test_what_is_like_a_name_is_offered_and_not_counted(event, name):
    create_registration(event, "Anna Rossi")
    create_registration(event, "Zoltán Nagy")

    assert found(event, name) == (How.LIKELY, None, ["Anna Rossi"])


def test_two_people_of_one_name_are_for_somebody_to_choose(event):
    create_registration(event, "Anna Rossi", email="anna.1@example.org")
    create_registration(event, "Anna Rossi", email="anna.2@example.org")

    assert found(event, "Anna Rossi") == (How.LIKELY, None, ["Anna Rossi", "Anna Rossi"])
    assert found(event, "Anna Rossi", email="anna.2@example.org")[0] == How.EMAIL


def test_whoever_is_unlike_everybody_is_nobody(event):
    create_registration(event, "Anna Rossi")

    assert found(event, "iPhone 12") == (How.NOBODY, None, [])
    assert found(event, "", email="x@example.org") == (How.NOBODY, None, [])


def test_who_cancelled_and_came_back_is_found_with_the_place(event):
    create_registration(event, "Anna Rossi", state=Registration.State.CANCELLED, email="anna@example.org")
    live = create_registration(event, "Anna Rossi", email="anna@example.org")
    attendee = Attendee("anna@example.org", ("Anna",), "anna@example.org", ())

    [one] = match([attendee], list(event.registrations.all()))

    assert one.registration == live


def test_several_names_of_one_person_are_all_tried(event):
    create_registration(event, "Anna Rossi")

    assert found(event, "iPad", "Anna Rossi") == (How.NAME, "Anna Rossi", [])
