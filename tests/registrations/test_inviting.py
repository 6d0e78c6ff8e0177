"""Personal invitations: inviting, mailing, reminding, answering.

Alice is invited, Bob hosts and invites, Charlie coordinates another partner and must not find any of it.
"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Mail
from events.models import Event
from registrations import inviting, places
from registrations.exceptions import InvitationClosed
from registrations.inviting import Invitee
from registrations.models import Invitation
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_user,
)
from tests.forms import opened_in

pytestmark = pytest.mark.django_db

ALICE = Invitee(name="Alice Ödegård", email="alice@example.org", organisation_name="City of Gävle")


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


@pytest.fixture
def host():
    return create_partner(create_project())


@pytest.fixture
def event(host):
    return create_event(host.project, host=host, admission=Event.Admission.INVITED, title="Closed round table")


@pytest.fixture
def bob(client, host):
    user = create_coordinator(host)
    client.force_login(user)
    return user


def page_of(event: Event) -> str:
    return f"/en/organise/{event.slug}/invitations/"


def typed(people: str, **more: str) -> dict[str, str]:
    return {"people": people, "participant_kind": "participant", "sends": "on", **more}


# --- Acts --------------------------------------------------------------------------------------------------------


def test_who_is_invited_gets_a_mail_with_a_link_of_their_own(event):
    first, second = inviting.invite(event, [ALICE, Invitee(name="Bo", email="bo@example.org", note="Please come!")])

    mails = {mail.to: mail for mail in Mail.objects.all()}
    assert mails.keys() == {"alice@example.org", "bo@example.org"}
    assert mails["alice@example.org"].subject == "Invitation: Closed round table, 20–21 May 2027"
    assert f"http://testserver/en/invitations/{first.code}/" in mails["alice@example.org"].text
    assert second.code not in mails["alice@example.org"].text
    assert "Please come!" in mails["bo@example.org"].text
    assert mails["bo@example.org"].about == f"invitation:{second.pk}"
    assert first.sent_at == timezone.now()


def test_nobody_is_invited_twice_nor_once_they_are_registered(event):
    create_registration(event, "Carla")
    people = [ALICE, Invitee(name="ALICE ODEGARD", email="Alice@Example.org"), Invitee("Carla", "carla@example.org")]

    assert [len(inviting.invite(event, people)), len(inviting.invite(event, people))] == [1, 0]


def test_what_is_not_sent_yet_is_sent_in_one_go_once(event):
    inviting.invite(event, [ALICE], sends=False)

    assert [inviting.send_all(event), inviting.send_all(event), Mail.objects.count()] == [1, 0, 1]


def test_sending_again_opens_what_was_withdrawn_or_declined(event, clock):
    (invitation,) = inviting.invite(event, [ALICE])
    inviting.withdraw(invitation)
    clock.shift(timedelta(minutes=1))

    again = inviting.send(invitation)

    assert (again.is_open(), Mail.objects.count()) == (True, 2)
    inviting.decline(again, reason="On leave")
    reopened = inviting.send(again)
    assert (reopened.is_open(), reopened.decline_reason) == (True, "")


def test_whoever_is_registered_is_neither_sent_to_nor_withdrawn_and_cannot_decline(event):
    (invitation,) = inviting.invite(event, [ALICE])
    Invitation.objects.update(registration=create_registration(event))

    for act in (inviting.send, inviting.withdraw, inviting.decline):
        with pytest.raises(InvitationClosed):
            act(invitation)


def test_an_expired_invitation_is_neither_sent_nor_declined(event, clock):
    (invitation,) = inviting.invite(event, [ALICE], expires_at=timezone.now() + timedelta(days=1))
    clock.shift(timedelta(days=1))

    for act in (inviting.send, inviting.decline):
        with pytest.raises(InvitationClosed):
            act(invitation)


def test_only_who_did_not_answer_is_reminded_and_not_twice_in_a_day(event, clock):
    alice, declined, withdrawn = inviting.invite(
        event, [ALICE, Invitee("Bo", "bo@example.org"), Invitee("Cy", "cy@example.org")]
    )
    inviting.decline(declined)
    inviting.withdraw(withdrawn)

    assert inviting.remind(event) == 0
    clock.shift(timedelta(days=1))
    assert [inviting.remind(event), inviting.remind(event)] == [1, 0]
    assert Mail.objects.get(key__startswith="invitation_reminder").to == alice.email


def test_the_clock_reminds_once_before_the_invitation_expires(event, clock):
    inviting.invite(event, [ALICE], expires_at=timezone.now() + timedelta(days=10))

    found = []
    for _day in range(12):
        found.append(inviting.remind_before_it_is_too_late())
        clock.shift(timedelta(days=1))

    assert found == [0] * 7 + [1] + [0] * 4


def test_the_clock_reminds_once_before_registration_closes_and_nobody_of_a_cancelled_event(event, clock):
    Event.objects.update(registration_closes_at=timezone.now() + timedelta(days=9))
    inviting.invite(event, [ALICE])

    assert inviting.remind_before_it_is_too_late() == 0
    clock.shift(timedelta(days=3))
    event.refresh_from_db()
    event.cancel(reason="Flood")
    assert inviting.remind_before_it_is_too_late() == 0
    event.take_up_again(reason="Dry again", starts_on=event.starts_on)
    assert [inviting.remind_before_it_is_too_late(), inviting.remind_before_it_is_too_late()] == [1, 0]


# --- The page of organisers --------------------------------------------------------------------------------------


def test_people_are_checked_first_and_invited_then(client, event, bob):
    people = "Name\tEmail\tOrganisation\nAlice\talice@example.org\tGävle\nBo\tnot an address\tMons\n"

    checked = client.post(page_of(event), typed(people))
    assert (checked.status_code, Invitation.objects.count()) == (200, 0)
    assert "Invite 1 person" in checked.content.decode()
    done = client.post(page_of(event), typed(people, invite="yes", note="Welcome"))

    assert [(one.name, one.email, one.note, one.made_by) for one in Invitation.objects.all()] == [
        ("Alice", "alice@example.org", "Welcome", bob)
    ]
    page = done.content.decode()
    assert "1 person is invited." in page
    # The row to mend is still there, the other one is not sent a second time.
    left = re.search(r"<textarea[^>]*name=\"people\"[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    assert "not an address" in left
    assert "alice@example.org" not in left


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        ("Alice", "The email address is missing."),
        ("Alice\tnowhere@", "name@example.eu"),
        ("Visit www.example.com\talice@example.org", "Enter this without a web address."),
        ("name\temail\trole\nAlice\talice@example.org\temperor", "“emperor” is nothing that people come as."),
        ("name\temail\tlanguage\nAlice\talice@example.org\tKlingon", "We do not write mails in “Klingon”."),
        ("Alice\ta@example.org\nAlice\tA@example.org", "This person stands in an earlier row, too."),
        (f"{'x' * 201}\talice@example.org", "The name is longer than 200 characters."),
    ],
)
def test_a_row_that_will_not_do_says_how_to_mend_it(client, event, bob, people, problem):
    page = client.post(page_of(event), typed(people)).content.decode()

    assert problem in page


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"people": ""}, 422, "Enter at least one person."),
        ({"people": "a@example.org\n" * 201}, 422, "These are 201 rows."),
        ({"expires_on_0": "1", "expires_on_1": "1", "expires_on_2": "2027"}, 422, "This day is over."),
        ({"participant_kind": "emperor"}, 422, "Select a valid choice."),
        ({"note": "x" * 2001}, 422, "at most 2000"),
    ],
)
def test_what_was_typed_wrong_is_said_and_nothing_is_lost(client, event, bob, more, status, words):
    answer = client.post(page_of(event), typed("Alice\talice@example.org", invite="yes") | more)

    assert (answer.status_code, Invitation.objects.count()) == (status, 0)
    assert words in answer.content.decode()


def test_a_day_until_which_they_may_answer_ends_where_the_event_is(client, event, bob):
    client.post(
        page_of(event),
        typed("alice@example.org", invite="yes", expires_on_0="1", expires_on_1="4", expires_on_2="2027"),
    )

    assert Invitation.objects.get().expires_at.isoformat() == "2027-04-01T21:59:00+00:00"


def test_the_buttons_of_the_list_do_what_they_say(client, event, bob, clock):
    (invitation,) = inviting.invite(event, [ALICE], sends=False)
    page = page_of(event)

    client.post(f"{page}send/")
    client.post(f"{page}{invitation.pk}/send/")
    clock.shift(timedelta(days=2))
    client.post(f"{page}remind/")
    client.post(f"{page}{invitation.pk}/withdraw/")

    # At one moment both buttons of sending are one act.
    assert sorted(key.split(":")[0] for key in Mail.objects.values_list("key", flat=True)) == [
        "invitation",
        "invitation_reminder",
    ]
    invitation.refresh_from_db()
    assert (invitation.reminded_at, invitation.withdrawn_at) == (timezone.now(), timezone.now())


def test_the_list_says_how_each_stands_and_filters(client, event, bob, clock):
    one, two, three, four = inviting.invite(
        event, [Invitee(n, f"{n.lower()}@example.org") for n in ("Al", "Bo", "Cy", "Di")]
    )
    inviting.decline(two, reason="On <b>leave</b>")
    inviting.withdraw(three)
    Invitation.objects.filter(pk=four.pk).update(registration=create_registration(event, "Di"))
    Mail.objects.filter(to=one.email).update(bounced_at=timezone.now(), bounce="550 no such user")

    page = client.get(page_of(event)).content.decode()
    filtered = client.get(f"{page_of(event)}?state=declined").content.decode()

    for words in (
        "No answer yet",
        "Declined",
        "On &lt;b&gt;leave&lt;/b&gt;",
        "Withdrawn",
        "Registered",
        "550 no such user",
    ):
        assert words in page
    assert ("bo@example.org" in filtered, "al@example.org" in filtered) == (True, False)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, event, bob, number):
    made = inviting.invite(event, [Invitee(f"P{n}", f"p{n}@example.org") for n in range(2 * number)])
    for n, invitation in enumerate(made[:number]):
        Invitation.objects.filter(pk=invitation.pk).update(registration=create_registration(event, f"P{n}"))
    client.get(page_of(event))
    with CaptureQueriesContext(connection) as captured:
        client.get(page_of(event))

    assert len(captured) == 8


def test_only_organisers_find_the_list(client, event, host):
    (invitation,) = inviting.invite(event, [ALICE])
    addresses = [page_of(event), *(f"{page_of(event)}{act}/" for act in ("send", "remind"))]
    addresses += [f"{page_of(event)}{invitation.pk}/{act}/" for act in ("send", "withdraw")]
    users = [
        create_lead(host.project, "Lea"),
        create_coordinator(host, "Bob"),
        create_coordinator(create_partner(host.project), "Charlie"),
        create_user("Dora"),
    ]

    found = []
    for user in users:
        client.force_login(user)
        found.append([client.get(addresses[0]).status_code, *(client.post(each).status_code for each in addresses[1:])])

    assert found == [[200, 302, 302, 302, 302], [200, 302, 302, 302, 302], [404] * 5, [403] * 5]
    client.logout()
    assert {client.get(each).status_code for each in addresses[:1]} == {302}


def test_an_invitation_of_another_event_is_not_found(client, event, bob):
    (other,) = inviting.invite(create_event(), [ALICE])

    assert client.post(f"{page_of(event)}{other.pk}/withdraw/").status_code == 404


HOSTILE = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "‮gnirts", "a\r\nBcc: victim@example.org", "{{ 7*7 }}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_notes_and_reasons_do_no_harm(client, event, bob, text):
    client.post(page_of(event), typed("Alice\talice@example.org", invite="yes", note=text))
    invitation = Invitation.objects.get()
    client.post(f"/en/invitations/{invitation.code}/decline/", {"reason": text})

    mail = Mail.objects.get()
    assert "\n" not in mail.subject + mail.to
    assert "<script>" not in mail.html
    for address in (page_of(event), f"/en/invitations/{invitation.code}/"):
        assert "<script>alert" not in client.get(address).content.decode()


# --- Answering ---------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_and_leads_to_the_form(client, event):
    (invitation,) = inviting.invite(event, [ALICE])
    before = Invitation.objects.values().get()

    for _time in range(3):
        page = client.get(f"/en/invitations/{invitation.code}/").content.decode()
        client.head(f"/en/invitations/{invitation.code}/")
        client.get(f"/en/invitations/{invitation.code}/decline/")

    assert f"/en/events/{event.slug}/register/?invitation={invitation.code}" in page
    assert Invitation.objects.values().get() == before


def test_declining_says_why_and_can_be_thought_better_of(client, event):
    (invitation,) = inviting.invite(event, [ALICE])
    address = f"/en/invitations/{invitation.code}/"

    client.post(f"{address}decline/", {"reason": "On leave"})
    client.post(f"{address}decline/", {"reason": "On leave until June"})

    invitation.refresh_from_db()
    assert (invitation.declined_at, invitation.decline_reason) == (timezone.now(), "On leave until June")
    page = client.get(address).content.decode()
    assert "If you can after all, register." in page
    assert "register/?invitation=" in page


def test_a_reason_that_is_too_long_comes_back_whole(client, event):
    (invitation,) = inviting.invite(event, [ALICE])

    answer = client.post(f"/en/invitations/{invitation.code}/decline/", {"reason": "x" * 501})

    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "words"),
    [("withdrawn_at", "This invitation was withdrawn"), ("expires_at", "This invitation has expired")],
)
def test_an_invitation_that_is_over_is_gone_in_words(client, event, field, words):
    (invitation,) = inviting.invite(event, [ALICE])
    Invitation.objects.update(**{field: timezone.now()})

    for address in (f"/en/invitations/{invitation.code}/", f"/en/invitations/{invitation.code}/decline/"):
        answer = client.get(address)
        assert (answer.status_code, words in answer.content.decode()) == (410, True)


def test_after_registering_the_link_says_so_and_names_nobody(client, event):
    (invitation,) = inviting.invite(event, [ALICE])
    registration = create_registration(event, "Somebody Else")
    Invitation.objects.update(registration=registration)

    page = client.get(f"/en/invitations/{invitation.code}/").content.decode()

    assert "This invitation is answered" in page
    assert (registration.code in page, "Somebody Else" in page, "somebody" in page.split("<main")[1].lower()) == (
        False,
        False,
        True,
    )
    assert client.post(f"/en/invitations/{invitation.code}/decline/").status_code == 302


@pytest.mark.parametrize("state", ["closed", "draft"])
def test_of_an_event_that_takes_nobody_the_link_says_why(client, event, state):
    (invitation,) = inviting.invite(event, [ALICE])
    Event.objects.update(**({"registration_by_hand": "closed"} if state == "closed" else {"status": "draft"}))

    answer = client.get(f"/en/invitations/{invitation.code}/")

    assert answer.status_code == {"closed": 200, "draft": 404}[state]
    assert "register/?invitation=" not in answer.content.decode()


@pytest.mark.parametrize("code", ["x", "x" * 27, "é" * 27, "x" * 300])
def test_a_code_that_is_none_is_not_found_in_words(client, code):
    answer = client.get(f"/en/invitations/{code}/")

    assert (answer.status_code, "This link does not work" in answer.content.decode()) == (404, True)


# --- Registering by an invitation --------------------------------------------------------------------------------


def send_form(client, clock, address: str, **typed: str):
    opened = opened_in(client.get(address))
    clock.shift(timedelta(seconds=5))
    typed = {"name": "Alice", "email": "alice@example.org", "organisation_name": "Gävle", "country": "SE", **typed}
    return client.post(address, typed | {"opened": opened})


def form_of(invitation: Invitation) -> str:
    return f"/en/events/{invitation.event.slug}/register/?invitation={invitation.code}"


def test_who_is_invited_finds_the_form_filled_in_and_is_registered_without_approval(client, event, clock):
    Event.objects.update(needs_approval=True)
    (invitation,) = inviting.invite(event, [Invitee("Alice", "alice@example.org", "Gävle", "speaker")])
    inviting.decline(invitation, reason="No")

    form = client.get(form_of(invitation)).context["form"]
    answer = send_form(client, clock, form_of(invitation))

    assert (form["name"].value(), form["email"].value()) == ("Alice", "alice@example.org")
    registration = event.registrations.get()
    assert (answer.status_code, registration.state, registration.participant_kind) == (302, "confirmed", "speaker")
    invitation.refresh_from_db()
    assert (invitation.registration, invitation.declined_at) == (registration, None)
    assert "You are registered" in client.get(answer.url).content.decode()


def test_without_the_link_the_form_stays_closed(client, event, clock):
    (invitation,) = inviting.invite(event, [ALICE])
    address = f"/en/events/{event.slug}/register/"
    opened = opened_in(client.get(form_of(invitation)))
    clock.shift(timedelta(seconds=5))

    typed = {"name": "A", "email": "a@example.org", "organisation_name": "G", "country": "SE", "opened": opened}
    answer = client.post(address, typed)

    assert (answer.status_code, event.registrations.count()) == (403, 0)
    assert "This event is by invitation." in client.get(address).content.decode()


def test_one_link_registers_one_person_and_sending_it_twice_is_one_act(client, event, clock):
    (invitation,) = inviting.invite(event, [ALICE])
    send_form(client, clock, form_of(invitation))

    again = client.get(form_of(invitation))
    client.cookies.clear()
    elsewhere = client.get(form_of(invitation))

    assert again.url == f"/en/events/{event.slug}/registered/"
    assert "Somebody is registered with this invitation already." in elsewhere.content.decode()
    assert event.registrations.count() == 1


def test_what_was_typed_is_corrected_in_that_browser_without_the_link(client, event, clock):
    (invitation,) = inviting.invite(event, [ALICE])
    send_form(client, clock, form_of(invitation))

    answer = send_form(client, clock, f"/en/events/{event.slug}/register/?correct", name="Alice Berg")

    assert (answer.status_code, event.registrations.get().name) == (302, "Alice Berg")


def test_two_with_one_link_at_once_are_one(event):
    (invitation,) = inviting.invite(event, [ALICE])
    stale = Invitation.objects.get()
    alice = {"name": "Alice", "email": "alice@example.org", "organisation_name": "G", "country": "SE"}
    places.register(event, invitation=invitation, is_approved=True, **alice)

    with pytest.raises(InvitationClosed):
        places.register(event, invitation=stale, is_approved=True, **{**alice, "name": "Bo"})

    assert event.registrations.count() == 1


def test_who_is_registered_already_answers_the_invitation_with_that(event):
    alice = {"name": "Alice", "email": "alice@example.org", "organisation_name": "G", "country": "SE"}
    first, second = inviting.invite(event, [ALICE, Invitee("Alice B", "alice@example.org")])
    registration = places.register(event, **alice).registration

    for invitation in (first, second):
        places.register(event, invitation=invitation, **alice)

    first.refresh_from_db()
    assert (first.registration, event.registrations.count()) == (registration, 1)


def test_where_the_host_approves_the_page_after_posting_says_so(client, clock):
    event = create_event(needs_approval=True)

    answer = send_form(client, clock, f"/en/events/{event.slug}/register/")

    page = client.get(answer.url).content.decode()
    assert event.registrations.get().state == "for_approval"
    assert ("The host looks at each registration" in page, "All places are taken" in page) == (True, False)
