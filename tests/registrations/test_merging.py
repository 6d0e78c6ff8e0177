"""Two persons who are one: found, joined, recognised, and taken apart again.

Alice was typed twice, Lea leads the project, Charlie coordinates a partner and may not look.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations import merging, places
from registrations.exceptions import AlreadyMerged, MergeUndone, NotTwoPersons
from registrations.models import Person, Registration
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PERSONS = "/en/organise/persons/"


@pytest.fixture
def project():
    return create_project()


@pytest.fixture
def lea(client, project):
    user = create_lead(project, "Lea")
    client.force_login(user)
    return user


def person(project, name: str, email: str) -> Person:
    return Person.objects.recognised(project, name=name, email=email)


def register(event, name: str, email: str) -> Registration:
    return places.register(event, name=name, email=email, organisation_name="G", country="SE").registration


def holders(*registrations: Registration) -> list[Person]:
    return [Registration.objects.get(pk=each.pk).person for each in registrations]


# --- Finding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (("Alice Berg", "alice@example.org"), ("Alice Berg", "berg@example.org"), True),
        (("Alice Berg", "alice@example.org"), ("Alice  Bérg", "berg@example.org"), True),
        (("Alice Berg", "info@example.org"), ("Alice M. Berg", "info@example.org"), True),
        (("Alice Berg", "info@example.org"), ("Alise Berg", "info@example.org"), True),
        # A shared mailbox.
        (("Alice Berg", "info@example.org"), ("Bo Ek", "info@example.org"), False),
        (("Alice Berg", "alice@example.org"), ("Alice Ek", "ek@example.org"), False),
    ],
)
def test_one_name_or_one_address_and_nearly_one_name_are_likely_one(project, one, other, found):
    person(project, *one)
    person(project, *other)
    person(create_project(), *other)

    pairs = merging.likely_duplicates(project)

    assert [(pair.one.name, pair.other.name) for pair in pairs] == ([(one[0], other[0])] if found else [])


# --- Joining -----------------------------------------------------------------------------------------------------


def test_registrations_move_and_keep_what_was_typed_and_newcomers_are_recognised(project, lea):
    mine = register(create_event(project), "Alice Berg", "alice@example.org")
    other = register(create_event(project), "Alice Berg", "berg@example.org")
    kept = mine.person

    record = merging.merge(kept, other.person, by=lea)

    assert holders(mine, other) == [kept, kept]
    assert Registration.objects.get(pk=other.pk).email == "berg@example.org"
    assert (record.moved, record.merged_by) == ([other.pk], lea)
    # Under either address and name they are the same person now, and are not registered a second time.
    again = places.register(
        mine.event, name="ALICE BERG", email="Berg@example.org", organisation_name="G", country="SE"
    )
    assert (again.is_new, again.registration) == (False, mine)
    assert register(create_event(project), "Alice Berg", "berg@example.org").person == kept


def test_recognising_takes_one_statement_as_before(project):
    person(project, "Alice", "alice@example.org")
    with CaptureQueriesContext(connection) as captured:
        person(project, "Alice", "alice@example.org")
        person(project, "Bo", "bo@example.org")

    assert len(captured) == 2


def test_of_two_live_registrations_for_one_event_the_second_stays_and_is_named(client, project, lea):
    event, other_event = create_event(project, title="Round table"), create_event(project)
    mine = register(event, "Alice Berg", "alice@example.org")
    theirs = register(event, "Alice Berg", "berg@example.org")
    elsewhere = register(other_event, "Alice Berg", "berg@example.org")
    address = f"{PERSONS}merge/{mine.person.pk}/{theirs.person.pk}/"

    page = client.get(address).content.decode()
    client.post(address)

    assert "Both are registered for these events." in page
    assert holders(mine, theirs, elsewhere) == [mine.person, theirs.person, mine.person]


def test_taking_it_back_gives_back_what_came_and_leaves_what_is_new(project, lea):
    mine = register(create_event(project), "Alice Berg", "alice@example.org")
    theirs = register(create_event(project), "Alice Berg", "berg@example.org")
    kept, other = mine.person, theirs.person
    record = merging.merge(kept, other)
    later = register(create_event(project), "Alice Berg", "berg@example.org")

    staying = merging.undo(record)

    assert (staying, holders(mine, theirs, later)) == (0, [kept, other, kept])
    assert person(project, "Alice Berg", "berg@example.org") == other
    with pytest.raises(MergeUndone):
        merging.undo(record)
    # Somebody knows better now.
    assert merging.likely_duplicates(project) == []


def test_three_who_are_one_are_taken_apart_in_any_order(project):
    people = [register(create_event(project), "Alice Berg", f"a{n}@example.org") for n in range(3)]
    first, second, third = (each.person for each in people)
    one = merging.merge(second, third)
    two = merging.merge(first, second)
    assert holders(*people) == [first, first, first]
    assert person(project, "Alice Berg", "a2@example.org") == first

    merging.undo(two)
    assert holders(*people) == [first, second, second]
    assert person(project, "Alice Berg", "a2@example.org") == second
    merging.undo(one)
    assert holders(*people) == [first, second, third]


def test_what_cannot_be_joined_is_refused(project):
    alice, bo = person(project, "Alice", "a@example.org"), person(project, "Bo", "b@example.org")
    stranger = person(create_project(), "Alice", "a@example.org")
    for other in (alice, stranger):
        with pytest.raises(NotTwoPersons):
            merging.merge(alice, other)
    merging.merge(alice, bo)
    for pair in ((alice, bo), (bo, alice)):
        with pytest.raises(AlreadyMerged):
            merging.merge(*pair)


# --- Pages -------------------------------------------------------------------------------------------------------


def test_the_lead_finds_compares_joins_and_takes_back(client, project, lea):
    one = register(create_event(project), "Alice <b>Berg</b>", "alice@example.org").person
    other = register(create_event(project), "Alice <b>Berg</b>", "berg@example.org").person

    page = client.get(PERSONS).content.decode()
    address = f"{PERSONS}merge/{one.pk}/{other.pk}/"
    assert address in page
    assert "<b>Berg" not in page + client.get(address).content.decode()
    assert "They are one person now." in client.post(address, follow=True).content.decode()
    undo = re.search(rf"{PERSONS}undo/\d+/", client.get(PERSONS).content.decode())[0]
    assert "They are two persons again." in client.post(undo, follow=True).content.decode()
    assert "taken back before" in client.post(undo, follow=True).content.decode()


def test_two_others_are_found_by_search(client, project, lea):
    one, other = person(project, "Ágnes Kiss", "a@example.org"), person(project, "Bo", "b@example.org")

    assert "Ágnes Kiss" in client.get(f"{PERSONS}?q=agnes").content.decode()
    assert client.get(f"{PERSONS}two/?person={one.pk}&person={other.pk}").url == f"{PERSONS}merge/{one.pk}/{other.pk}/"
    for wrong in ("", f"?person={one.pk}", "?person=x&person=²", f"?person={'9' * 30}&person=1"):
        assert client.get(f"{PERSONS}two/{wrong}").url == PERSONS


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, project, lea, number):
    for n in range(number):
        for address in ("a", "b"):
            register(create_event(project), f"Person {n}", f"{address}{n}@example.org")
    for n in range(number):
        merging.merge(*(person(project, f"Merged {n}", f"{address}m{n}@example.org") for address in ("a", "b")))
    client.get(f"{PERSONS}?q=person")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{PERSONS}?q=person")

    assert len(captured) == 8


def test_only_the_lead_of_the_project_may_look(client, project):
    one = register(create_event(project), "Alice", "alice@example.org").person
    other = register(create_event(project), "Alice", "berg@example.org").person
    record = merging.merge(one, other)
    addresses = [PERSONS, f"{PERSONS}merge/{one.pk}/{other.pk}/"]
    found = {}
    for user in (
        create_lead(project, "Lea"),
        create_coordinator(create_partner(project), "Charlie"),
        create_user("Dora"),
    ):
        client.force_login(user)
        found[user.name] = [client.get(address).status_code for address in addresses]
    client.force_login(create_lead(create_project(), "Bob"))
    found["Bob"] = [client.get(addresses[1]).status_code, client.post(f"{PERSONS}undo/{record.pk}/").status_code]

    assert found == {"Lea": [200, 200], "Charlie": [404, 404], "Dora": [403, 403], "Bob": [404, 404]}
    record.refresh_from_db()
    assert record.undone_at is None


def test_an_event_cannot_take_the_address_of_this_page():
    from events.addresses import is_free

    assert not is_free("persons")


def test_a_merged_private_calendar_goes_on_with_what_was_registered_under_its_address(project):
    from registrations.models import PrivateFeed
    from registrations.private_feeds import calendar

    mine = register(create_event(project, title="Mine"), "Alice", "alice@example.org")
    theirs = register(create_event(project, title="Theirs"), "Alice", "berg@example.org")
    feed = PrivateFeed.objects.create(
        kind=PrivateFeed.Kind.MY_REGISTRATIONS, name="x", person=theirs.person, token_hash="x", language="en"
    )
    merging.merge(mine.person, theirs.person)
    feed.refresh_from_db()

    octets = calendar(feed).octets

    assert (b"Theirs" in octets, b"Mine" in octets) == (True, False)


def test_a_registration_is_still_known_as_it_was_typed(project):
    mine = create_registration(create_event(project), "Alice")
    other = create_registration(create_event(project), "Bo")
    merging.merge(mine.person, other.person)

    assert list(other.event.registrations.of_person(email="BO@example.org", name="bo")) == [other]
