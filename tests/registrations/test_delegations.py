"""The seats that an event holds for partners, as its host promises them, and what coordinators are told.

Alice leads the project, Bob coordinates the partner that hosts, Charlie coordinates another partner.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Mail
from events.models import Event
from registrations import delegations
from registrations.delegations import Promise, Promised
from registrations.models import Delegation, Registration
from tests.factories import (
    create_coordinator,
    create_delegation,
    create_event,
    create_kind,
    create_lead,
    create_organisation,
    create_partner,
    create_project,
    create_registration,
)
from tests.opening import answers_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

State = Registration.State
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
# 23:59 in Maastricht.
LAST_OF_APRIL = datetime(2027, 4, 30, 21, 59, tzinfo=UTC)


@pytest.fixture
def project():
    return create_project(acronym="MEUSE")


@pytest.fixture
def host(project):
    return create_partner(project, organisation=create_organisation(name="Maastricht"))


@pytest.fixture
def tartu(project):
    return create_partner(project, organisation=create_organisation(name="Tartu", country="EE"))


@pytest.fixture
def event(project, host):
    kind = create_kind("study-visit", has_delegations=True)
    return create_event(project, host=host, slug="visit", title="Study visit", kind=kind, places=24)


@pytest.fixture
def alice(project):
    return create_lead(project, "Alice")


@pytest.fixture
def bob(host):
    return create_coordinator(host, "Bob")


@pytest.fixture
def charlie(tartu):
    return create_coordinator(tartu, "Charlie")


ADDRESS = "/en/organise/visit/delegations/"


def typed(**values) -> dict[str, str]:
    return {"released_seats_go_to": "everybody", **{name: str(value) for name, value in values.items()}}


# --- Who may come in ---------------------------------------------------------------------------------------------


def test_lead_and_host_promise_seats_and_another_partner_does_not_find_the_page(client, event, alice, bob, charlie):
    assert answers_to(client, ADDRESS, alice, bob, charlie) == {"Alice": 200, "Bob": 200, "Charlie": 404}


@pytest.mark.parametrize("what", ["remind", "release"])
def test_another_partner_can_neither_remind_nor_release(client, event, tartu, charlie, what):
    delegation = create_delegation(event, partner=tartu)
    addresses = {
        "remind": reverse("registrations:remind_delegations", args=["visit"]),
        "release": reverse("registrations:release_delegation", args=["visit", delegation.pk]),
    }
    client.force_login(charlie)

    assert client.post(addresses[what]).status_code == 404
    delegation.refresh_from_db()
    assert (delegation.released_at, delegation.reminded_at) == (None, None)


def test_acts_are_no_pages(client, event, tartu, alice):
    delegation = create_delegation(event, partner=tartu)
    client.force_login(alice)

    assert client.get(reverse("registrations:remind_delegations", args=["visit"])).status_code == 405
    assert client.get(reverse("registrations:release_delegation", args=["visit", delegation.pk])).status_code == 405


# --- Promising ---------------------------------------------------------------------------------------------------


def test_one_form_promises_seats_to_all_partners(client, event, bob, host, tartu):
    client.force_login(bob)

    answer = client.post(
        ADDRESS,
        typed(
            **{"until_on_0": 30, "until_on_1": 4, "until_on_2": 2027},
            **{f"seats_{host.pk}": 2, f"note_{host.pk}": "You are the hosts"},
            **{f"seats_{tartu.pk}": 6, f"until_on_{tartu.pk}_0": 10, f"until_on_{tartu.pk}_1": 5},
            **{f"until_on_{tartu.pk}_2": 2027, f"until_at_{tartu.pk}": "12"},
        )
        | {"released_seats_go_to": "waiting"},
    )

    assert (answer.status_code, answer["Location"]) == (302, ADDRESS)
    assert list(event.delegations.values_list("partner", "seats", "releases_at", "note")) == [
        (host.pk, 2, LAST_OF_APRIL, "You are the hosts"),
        (tartu.pk, 6, datetime(2027, 5, 10, 10, tzinfo=UTC), ""),
    ]
    assert Event.objects.get().released_seats_go_to == Event.ReleasedSeats.WAITING


def test_the_form_shows_what_is_promised_in_the_zone_of_the_event_and_keeps_it(client, event, bob, host, tartu):
    exact = LAST_OF_APRIL + timedelta(seconds=30)
    delegation = create_delegation(event, partner=tartu, seats=4, releases_at=exact, note="Bring shoes")
    client.force_login(bob)

    form = client.get(ADDRESS).context["form"]
    (_host, of_tartu) = form.of_partners
    values = {field.html_name: field.value() for field in (of_tartu.seats, of_tartu.until_at, of_tartu.note)}
    day = of_tartu.until_on.value()
    client.post(
        ADDRESS,
        typed(
            **{f"seats_{tartu.pk}": 4, f"until_at_{tartu.pk}": "23:59", f"note_{tartu.pk}": "Bring shoes"},
            **{f"until_on_{tartu.pk}_0": 30, f"until_on_{tartu.pk}_1": 4, f"until_on_{tartu.pk}_2": 2027},
        ),
    )

    assert list(values.values()) == [4, "23:59", "Bring shoes"]
    assert str(day) == "2027-04-30"
    delegation.refresh_from_db()
    assert (delegation.seats, delegation.releases_at) == (4, exact)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seats": "many"}, "Tartu: enter a whole number of seats from 0 to 500."),
        ({"seats": "-1"}, "Tartu: enter a whole number of seats from 0 to 500."),
        ({"seats": "9999999999999999999999"}, "Tartu: enter a whole number of seats from 0 to 500."),
        ({"until_on": "31 2 2027"}, "There is no such day: 31.2.2027."),
        ({"until_on": "21 5 2027"}, "Tartu: choose a moment before the event starts."),
        ({"until_on": "1 2 2027"}, "Tartu: this moment is over. Choose a later one, or release the seats below."),
        ({"until_at": "9"}, "Enter the day too."),
        ({"until_on": "30 4 2027", "until_at": "late"}, "Enter the time like 09:30."),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_lost(client, event, bob, tartu, wrong, words):
    client.force_login(bob)
    wrong = {"seats": "6", "note": "Nothing is lost", **wrong}
    data = {f"{name}_{tartu.pk}": value for name, value in wrong.items() if name != "until_on"}
    for n, part in enumerate(wrong.get("until_on", "").split()):
        data[f"until_on_{tartu.pk}_{n}"] = part

    answer = client.post(ADDRESS, typed(**data))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(words) == 2
    assert "<title>Error:" in page
    assert "Nothing is lost" in page
    assert not event.delegations.exists()


def test_no_seats_and_nobody_named_is_no_delegation(event, tartu):
    create_delegation(event, partner=tartu)

    delegations.promise(event, [Promise(tartu, 0, None, "")])

    assert not event.delegations.exists()


def test_who_was_named_keeps_their_seat_when_fewer_are_promised(client, event, tartu, bob):
    delegation = create_delegation(event, partner=tartu, seats=3)
    for n in range(3):
        create_registration(event, f"Person{n}", delegation=delegation)

    delegations.promise(event, [Promise(tartu, 1, None, "")])

    delegation.refresh_from_db()
    standing = delegations.standing(delegation)
    assert (delegation.seats, standing.named, standing.to_follow, standing.too_many) == (1, 3, 0, 2)
    client.force_login(bob)
    page = client.get(ADDRESS).content.decode()
    assert "2 more are named than there are seats. Nobody loses a seat" in page


def test_more_than_there_are_places_is_said(client, event, tartu, bob):
    create_delegation(event, partner=tartu, seats=30)
    client.force_login(bob)

    page = " ".join(client.get(ADDRESS).content.decode().split())

    assert "Delegations hold 30 of 24 places: 6 more than there are. Raise the places of the event, or" in page


@pytest.mark.parametrize(
    ("promised", "words"),
    [
        (Promised(24, 20, 1), "Delegations hold 20 of 24 places. Of the other 4, 1 is free now."),
        (Promised(24, 20, 0), "Delegations hold 20 of 24 places. None of the other 4 is free now."),
        (Promised(24, 24, 0), "Delegations hold 24 of 24 places. None is left for anybody else."),
        (Promised(None, 1, None), "Delegations hold 1 place. The event has no limit."),
    ],
)
def test_the_sum_stands_beside_the_places(promised, words):
    assert promised.in_words == words


def test_what_is_free_beside_the_delegations_is_counted_with_everybody_who_came(event, tartu):
    delegation = create_delegation(event, partner=tartu, seats=6)
    create_registration(event, "Ana", delegation=delegation)
    create_registration(event, "Dora")
    create_registration(event, "Eva")

    said = delegations.promised(event, delegations.standings([delegation])).in_words

    assert said == "Delegations hold 6 of 24 places. Of the other 18, 16 are free now."


# --- How they stand ----------------------------------------------------------------------------------------------


def test_named_to_follow_and_waiting_are_counted(event, tartu):
    delegation = create_delegation(event, partner=tartu, seats=3)
    create_registration(event, "Ana", delegation=delegation)
    create_registration(event, "Bea", delegation=delegation, state=State.CANCELLED)
    create_registration(event, "Cleo", delegation=delegation, state=State.WAITING)
    create_registration(event, "Dora")

    standing = delegations.standing(delegation)

    assert (standing.named, standing.to_follow, standing.waiting, standing.holds) == (1, 2, 1, 3)
    assert standing.in_words == "1 of 3 seats named, 1 person waits"


def test_after_the_release_nobody_is_to_follow(event, tartu):
    delegation = create_delegation(event, partner=tartu, seats=3, releases_at=NOW - timedelta(minutes=1))
    create_registration(event, "Ana", delegation=delegation)

    standing = delegations.standing(delegation)

    assert (standing.is_released, standing.to_follow, standing.holds) == (True, 0, 1)
    assert standing.in_words == "1 person named, the other seats are released"


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_much_for_three_delegations_as_for_one(
    client, event, project, bob, number, django_assert_num_queries
):
    for n in range(3):
        partner = create_partner(project)
        create_coordinator(partner, f"Coordinator{n}")
        if n < number:
            delegation = create_delegation(event, partner=partner)
            create_registration(event, f"Person{n}", delegation=delegation)
    client.force_login(bob)

    with django_assert_num_queries(9):
        page = client.get(ADDRESS)

    assert page.content.decode().count("Remind<span") == number


def test_other_events_can_have_delegations_too(client, project, host, bob):
    create_event(project, host=host, slug="round-table", kind=create_kind("round-table"))
    client.force_login(bob)

    assert client.get("/en/organise/round-table/delegations/").status_code == 200


# --- Giving away -------------------------------------------------------------------------------------------------


def test_the_host_releases_by_hand(client, event, tartu, bob):
    delegation = create_delegation(event, partner=tartu, seats=3, releases_at=LAST_OF_APRIL)
    create_registration(event, "Ana", delegation=delegation)
    client.force_login(bob)

    answer = client.post(reverse("registrations:release_delegation", args=["visit", delegation.pk]), follow=True)

    assert "2 seats of Tartu are released." in answer.content.decode()
    delegation.refresh_from_db()
    assert (delegation.releases_at, delegation.released_at) == (NOW, NOW)
    assert delegations.release(delegation) == 0


def test_a_later_date_holds_released_seats_again(event, tartu):
    delegation = create_delegation(event, partner=tartu, seats=3, releases_at=NOW, released_at=NOW)

    delegations.promise(event, [Promise(tartu, 3, LAST_OF_APRIL, "")])

    delegation.refresh_from_db()
    assert (delegation.released_at, delegations.standing(delegation).to_follow) == (None, 3)


def test_seats_are_given_back_as_far_as_nobody_is_named_for_them(event, tartu):
    delegation = create_delegation(event, partner=tartu, seats=3)
    create_registration(event, "Ana", delegation=delegation)

    assert delegations.give_back(delegation, 5) == 2
    assert Delegation.objects.get().seats == 1
    assert delegations.give_back(delegation, 1) == 0


# --- What the coordinators are told ------------------------------------------------------------------------------


def test_coordinators_are_reminded_now(client, event, tartu, bob, charlie):
    create_delegation(event, partner=tartu, seats=3, releases_at=LAST_OF_APRIL, note="Bring shoes")
    client.force_login(bob)

    for _click in range(2):
        answer = client.post(reverse("registrations:remind_delegations", args=["visit"]), follow=True)

    assert "No mail was written" in answer.content.decode()
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (charlie.email, "3 names to follow: Study visit, 20–21 May 2027")
    for words in (
        "Charlie, 3 seats of your delegation have no name yet.",
        "They are held for Tartu until Friday 30 April 2027, 23:59 (Amsterdam time, UTC+2).",
        "The host writes: Bring shoes",
        f"http://testserver/en/partner/{tartu.slug}/visit/",
    ):
        assert words in mail.text
    assert Delegation.objects.get().reminded_at == NOW


@pytest.mark.parametrize("wrong", ["x", "", "²", "9" * 30, "0"])
def test_what_names_no_delegation_reminds_nobody(client, event, tartu, bob, charlie, wrong):
    create_delegation(event, partner=tartu, seats=3)
    client.force_login(bob)

    answer = client.post(reverse("registrations:remind_delegations", args=["visit"]), {"delegation": wrong})

    assert (answer.status_code, Mail.objects.count()) == (404, 0)


def test_who_has_named_everybody_is_not_reminded(event, tartu, charlie):
    delegation = create_delegation(event, partner=tartu, seats=1)
    create_registration(event, "Ana", delegation=delegation)

    assert delegations.remind(Delegation.objects.with_page_data()) == 0


def test_coordinators_are_reminded_14_and_3_days_before_once_each(event, tartu, charlie, clock):
    create_delegation(event, partner=tartu, seats=3, releases_at=LAST_OF_APRIL)
    written = {}
    for days in (15, 14, 13, 4, 3, 2, 0):
        at = LAST_OF_APRIL - timedelta(days=days)
        written[days] = [delegations.remind_coordinators(at=at) for _time in range(2)]

    assert written == {15: [0, 0], 14: [1, 0], 13: [0, 0], 4: [0, 0], 3: [1, 0], 2: [0, 0], 0: [0, 0]}


def test_without_a_date_the_start_of_the_event_counts(event, tartu, charlie):
    create_delegation(event, partner=tartu, seats=3)
    starts_at = event.starts_at

    assert delegations.remind_coordinators(at=starts_at - timedelta(days=14, hours=1)) == 0
    assert delegations.remind_coordinators(at=starts_at - timedelta(days=3)) == 1


def test_a_delegation_that_was_just_reminded_by_hand_is_not_reminded_again(event, tartu, charlie):
    create_delegation(event, partner=tartu, seats=3, releases_at=LAST_OF_APRIL)
    delegations.remind(Delegation.objects.with_page_data(), at=LAST_OF_APRIL - timedelta(days=13, hours=23))

    assert delegations.remind_coordinators(at=LAST_OF_APRIL - timedelta(days=13)) == 0


def test_coordinators_are_told_once_what_was_released(event, tartu, charlie):
    delegation = create_delegation(event, partner=tartu, seats=3, releases_at=NOW, released_at=NOW)
    create_registration(event, "Ana", delegation=delegation)

    assert [delegations.tell_of_release(at=NOW + timedelta(minutes=n)) for n in (0, 1, 2)] == [1, 0, 0]
    mail = Mail.objects.get()
    assert mail.subject == "2 seats released: Study visit, 20–21 May 2027"
    assert "Released seats go to everybody. Whoever you named keeps their seat." in mail.text


def test_who_named_everybody_in_time_hears_nothing_of_the_release(event, tartu, charlie):
    delegation = create_delegation(event, partner=tartu, seats=1, releases_at=NOW, released_at=NOW)
    create_registration(event, "Ana", delegation=delegation)

    assert delegations.tell_of_release(at=NOW) == 0
