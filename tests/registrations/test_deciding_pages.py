"""One registration as its organisers see it, what they decide about it, and those who wait for approval.

Alice registered, Bob hosts, Charlie coordinates another partner and must not find any of it.
"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Mail
from events.models import Event
from registrations import change_requests, places
from registrations.models import Consent, Decision, Registration
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_user,
)

pytestmark = pytest.mark.django_db
State = Registration.State


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


@pytest.fixture
def host():
    return create_partner(create_project())


@pytest.fixture
def event(host):
    return create_event(host.project, host=host, title="Round table", places=2)


@pytest.fixture
def bob(client, host):
    user = create_coordinator(host)
    client.force_login(user)
    return user


def page_of(registration: Registration, act: str = "") -> str:
    return f"/en/organise/{registration.event.slug}/people/{registration.pk}/{act}"


def do(client, registration: Registration, act: str, **typed: str):
    return client.post(page_of(registration, f"{act}/"), typed)


def state_of(registration: Registration) -> str:
    return Registration.objects.get(pk=registration.pk).state


def read(client, address: str) -> str:
    return client.get(address).content.decode().split("<main")[1]


# --- One registration --------------------------------------------------------------------------------------------


def test_the_page_shows_answers_consents_decisions_and_mails(client, event, bob):
    registration = create_registration(event, "Alice", participant_kind="speaker")
    registration.answer_consent(Consent.Purpose.PHOTOS, True, wording="1", language="en")
    registration.decisions.create(kind=Decision.Kind.RESTORED, reason="Asked <b>nicely</b>", taken_by=bob)
    Mail.objects.create(
        key="x",
        to=registration.email,
        subject="Confirmed",
        text="",
        about=f"registration:{registration.pk}",
        bounced_at=timezone.now(),
        bounce="550 no such user",
    )

    page = read(client, page_of(registration))

    for words in (
        "Alice",
        "City of Gävle",
        "Speaker",
        "Restored",
        "Asked &lt;b&gt;nicely&lt;/b&gt;",
        "550 no such user",
    ):
        assert words in page
    # What somebody did not answer is no.
    assert re.findall(r"<dt>(?:Show my name|Photos|Tell me)[^<]*</dt><dd>([^<]*?)[ <]", page) == ["No", "Yes", "No"]


def test_the_list_leads_to_the_page_and_says_who_may_not_be_photographed(client, event, bob):
    alice, bo = create_registration(event, "Alice"), create_registration(event, "Bo")
    alice.answer_consent(Consent.Purpose.PHOTOS, False, wording="1", language="en", at=timezone.now())
    alice.answer_consent(
        Consent.Purpose.PHOTOS, True, wording="1", language="en", at=timezone.now() + timedelta(minutes=1)
    )

    page = read(client, f"/en/organise/{event.slug}/")

    assert page_of(bo) in page
    assert re.findall(r'data-label="Photos">([^<]*)<', page) == ["Yes", "No"]


def test_whoever_waits_sees_nothing_of_it_but_the_host_reads_who_is_before_them_and_why(client, event, bob):
    Event.objects.update(places=1)
    event.refresh_from_db()
    create_registration(event, "Alice")
    waiting = [
        create_registration(event, name, state=State.WAITING, joined_at=timezone.now() + timedelta(minutes=n))
        for n, name in enumerate(("Bo", "Cy", "Di"))
    ]
    places.move_ahead(waiting[2], by=bob, reason="She speaks")

    page = read(client, page_of(waiting[1]))

    before = page.split('id="ahead"')[1].split("</ol>")[0]
    assert re.findall(r"<bdi>(.*?)</bdi>", before) == ["Di", "Bo"]
    assert "Moved ahead on the waiting list: She speaks" in before
    assert "On the waiting list, place 3" in page


def test_the_page_takes_the_same_number_of_queries_however_long_the_line_and_the_story(client, event, bob):
    Event.objects.update(places=1)
    event.refresh_from_db()
    create_registration(event, "Alice")
    counted = []
    for number in (1, 3):
        for n in range(number + 1):
            waiting = create_registration(event, f"P{number}{n}", state=State.WAITING)
            for _time in range(number):
                waiting.decisions.create(kind=Decision.Kind.MOVED_AHEAD, reason="Why not", taken_by=bob)
        client.get(page_of(waiting))
        with CaptureQueriesContext(connection) as captured:
            client.get(page_of(waiting))
        counted.append(len(captured))

    assert counted[0] == counted[1] <= 24


def test_cancelling_reads_what_it_needs_and_not_the_whole_page(client, event, bob):
    registration = create_registration(event)

    with CaptureQueriesContext(connection) as queries:
        do(client, registration, "cancel", reason="Registered twice")

    assert state_of(registration) == State.CANCELLED
    read = {table for query in queries for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    assert not read & {"registrations_offer", "registrations_consent", "registrations_invitation"}


def test_cancelling_needs_a_reason_which_the_person_reads(client, event, bob):
    registration = create_registration(event)

    refused = do(client, registration, "cancel", reason=" ")
    assert (refused.status_code, state_of(registration)) == (422, State.CONFIRMED)
    assert "Give a reason: the person is told." in refused.content.decode()
    do(client, registration, "cancel", reason="The room is\r\nBcc: x@example.org <script>")

    assert state_of(registration) == State.CANCELLED
    mail = Mail.objects.get()
    assert "The room is" in mail.text
    assert ("<script>" in mail.html, "\n" in mail.subject) == (False, False)
    assert registration.decisions.get().taken_by == bob
    # A second click finds it done.
    assert "cancelled already" in client.get(do(client, registration, "cancel", reason="x").url).content.decode()


def test_restoring_gives_a_place_if_one_is_free(client, event, bob):
    registration = create_registration(event, state=State.CANCELLED, cancelled_by="host")

    do(client, registration, "restore", reason="A mistake of ours")

    assert (state_of(registration), registration.decisions.get().reason) == (State.CONFIRMED, "A mistake of ours")


def test_moving_ahead_needs_a_reason(client, event, bob):
    Event.objects.update(places=1)
    create_registration(event, "Alice")
    first = create_registration(event, "Bo", state=State.WAITING)
    second = create_registration(event, "Cy", state=State.WAITING)

    assert do(client, second, "move_ahead", reason="").status_code == 422
    do(client, second, "move_ahead", reason="Speaks first")

    assert [one.place_in_line for one in event.registrations.waiting()] == [1, 2]
    assert list(event.registrations.waiting()) == [second, first]


def test_somebody_comes_as_a_speaker(client, event, bob):
    registration = create_registration(event)

    assert do(client, registration, "kind", participant_kind="emperor").status_code == 422
    do(client, registration, "kind", participant_kind="speaker")

    assert Registration.objects.get().participant_kind == "speaker"


def test_answers_are_corrected_and_a_new_address_gets_the_link(client, event, bob):
    registration = create_registration(event)
    typed = {"name": "Alice", "email": "alice@new.example.org", "organisation_name": "Gävle", "country": "SE"}

    assert client.post(page_of(registration, "correct/"), typed | {"email": "nowhere"}).status_code == 422
    answer = client.post(page_of(registration, "correct/"), typed)

    assert (answer.status_code, Registration.objects.get().email) == (302, "alice@new.example.org")
    assert {mail.to for mail in Mail.objects.all()} == {"alice@example.org", "alice@new.example.org"}


def test_somebody_is_added_by_hand_and_gets_their_link_even_when_registration_is_closed(client, event, bob):
    Event.objects.update(registration_by_hand="closed", needs_approval=True)
    typed = {"name": "Alice", "email": "alice@example.org", "organisation_name": "Gävle", "country": "SE"}
    typed |= {"comes_as": "press"}
    address = f"/en/organise/{event.slug}/people/add/"

    assert "Tell them first" in client.post(address, typed).content.decode()
    answer = client.post(address, typed | {"is_told": "on"})

    added = event.registrations.get()
    assert (answer.url, added.state, added.participant_kind) == (page_of(added), State.CONFIRMED, "press")
    assert (added.decisions.get().kind, added.decisions.get().taken_by) == (Decision.Kind.ADDED, bob)
    assert added.code in Mail.objects.get().text


def test_nobody_is_added_to_an_event_that_is_over(client, event, bob, clock):
    clock.shift(timedelta(days=100))
    client.force_login(bob)
    typed = {"name": "A", "email": "a@example.org", "organisation_name": "G", "country": "SE", "is_told": "on"}

    answer = client.post(f"/en/organise/{event.slug}/people/add/", typed | {"comes_as": "press"})

    assert (answer.status_code, event.registrations.count()) == (422, 0)
    assert "nobody can be registered for it" in answer.content.decode()


# --- Approval ----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(event):
    Event.objects.update(needs_approval=True)
    return [create_registration(event, name, state=State.FOR_APPROVAL) for name in ("Al", "Bo", "Cy")]


def test_several_are_approved_at_once_and_told_with_the_words_of_the_host(client, event, bob, three):
    address = f"/en/organise/{event.slug}/approvals/"

    answer = client.post(address, {"person": [one.pk for one in three], "text": "Welcome!", "approve": "yes"})

    assert answer.status_code == 302
    # There are two places, so the third one waits.
    assert [state_of(one) for one in three] == [State.CONFIRMED, State.CONFIRMED, State.WAITING]
    assert ["Welcome!" in mail.text for mail in Mail.objects.all()] == [True] * 3


def test_rejecting_needs_words_and_loses_no_tick(client, event, bob, three):
    address = f"/en/organise/{event.slug}/approvals/"

    refused = client.post(address, {"person": [three[0].pk], "text": "", "reject": "yes"})
    assert refused.status_code == 422
    assert re.findall(r'value="(\d+)" id="person-\d+" checked', refused.content.decode()) == [str(three[0].pk)]
    client.post(address, {"person": [three[0].pk], "text": "Too many\r\nfrom one town <i>", "reject": "yes"})

    assert [state_of(one) for one in three] == [State.CANCELLED, State.FOR_APPROVAL, State.FOR_APPROVAL]
    mail = Mail.objects.get()
    assert ("Too many" in mail.text, "<i>" in mail.html) == (True, False)


@pytest.mark.parametrize("person", [[], ["x"], ["²"], ["9" * 30], ["-1"]])
def test_without_anybody_ticked_nothing_is_decided(client, event, bob, three, person):
    answer = client.post(f"/en/organise/{event.slug}/approvals/", {"person": person, "approve": "yes"})

    assert (answer.status_code, "Tick at least one person." in answer.content.decode()) == (422, True)


def test_whoever_cancelled_meanwhile_is_named_and_the_others_are_decided(client, event, bob, three):
    places.cancel(three[0], by=Registration.CancelledBy.PERSON)

    answer = client.post(
        f"/en/organise/{event.slug}/approvals/",
        {"person": [three[0].pk, three[1].pk], "approve": "yes"},
        follow=True,
    )

    page = answer.content.decode()
    assert "Al: This was decided before, or the person has cancelled." in page
    assert "1 person is approved." in page


def test_one_is_approved_or_rejected_on_their_own_page(client, event, bob, three):
    do(client, three[0], "approve", text="")
    assert do(client, three[1], "reject", reason="").status_code == 422
    do(client, three[1], "reject", reason="No room")

    assert [state_of(one) for one in three] == [State.CONFIRMED, State.CANCELLED, State.FOR_APPROVAL]


def test_the_desk_and_the_people_say_how_many_wait(client, event, bob, three):
    assert "3 wait for your approval" in read(client, "/en/organise/")
    assert "3 people wait for your approval." in read(client, f"/en/organise/{event.slug}/")


@pytest.mark.parametrize("number", [1, 3])
def test_the_approvals_take_the_same_number_of_queries(client, event, bob, number):
    for n in range(number):
        create_registration(event, f"P{n}", state=State.FOR_APPROVAL)
    address = f"/en/organise/{event.slug}/approvals/"
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)

    assert len(captured) == 7


# --- Who may -----------------------------------------------------------------------------------------------------


def test_only_organisers_find_these_pages(client, event, host):
    registration = create_registration(event)
    pages = [page_of(registration), page_of(registration, "correct/")]
    pages += [f"/en/organise/{event.slug}/{page}/" for page in ("people/add", "approvals")]
    acts = [
        page_of(registration, f"{act}/") for act in ("kind", "approve", "reject", "cancel", "restore", "move_ahead")
    ]
    found = {}
    for user in (
        create_lead(host.project, "Lea"),
        create_coordinator(host, "Bob"),
        create_coordinator(create_partner(host.project), "Charlie"),
        create_user("Dora"),
    ):
        client.force_login(user)
        found[user.name] = {client.get(page).status_code for page in pages}
        if user.name in ("Charlie", "Dora"):
            found[user.name] |= {client.post(act, {"reason": "x", "text": "x"}).status_code for act in acts}

    assert found == {"Lea": {200}, "Bob": {200}, "Charlie": {404}, "Dora": {403}}
    assert state_of(registration) == State.CONFIRMED


def test_somebody_of_another_event_is_not_found_here(client, event, bob):
    other = create_registration(create_event())

    assert client.get(f"/en/organise/{event.slug}/people/{other.pk}/").status_code == 404
    assert client.post(f"/en/organise/{event.slug}/people/{other.pk}/cancel/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("act", ["kind", "approve", "cancel"])
def test_acts_change_nothing_when_they_are_only_opened(client, event, bob, act):
    assert client.get(page_of(create_registration(event), f"{act}/")).status_code == 405


def test_what_is_no_act_is_not_found(client, event, bob):
    assert do(client, create_registration(event), "promote").status_code == 404


# --- Changes that were asked for ---------------------------------------------------------------------------------


@pytest.fixture
def asked(event):
    registration = create_registration(event, "Alice")
    change_requests.ask(registration, {"organisation_name": "Region of <b>Gävleborg</b>"})
    return registration


def test_what_was_asked_for_is_shown_and_granted(client, event, bob, asked):
    page = read(client, page_of(asked))
    assert "Organisation: Region of &lt;b&gt;Gävleborg&lt;/b&gt; instead of City of Gävle" in page

    do(client, asked, "grant", text="Gladly")

    asked.refresh_from_db()
    request = asked.change_requests.get()
    assert (asked.organisation_name, request.is_granted, request.answer) == (
        "Region of <b>Gävleborg</b>",
        True,
        "Gladly",
    )
    assert (asked.decisions.get().kind, asked.decisions.get().taken_by) == (Decision.Kind.REQUEST_GRANTED, bob)
    assert Mail.objects.get().subject.startswith("Changed as you asked:")
    # A second click finds it decided.
    assert "decided before" in client.get(do(client, asked, "grant", text="").url).content.decode()
    assert Mail.objects.count() == 1


def test_a_refusal_needs_words_and_changes_nothing(client, event, bob, asked):
    assert do(client, asked, "refuse", reason="").status_code == 422
    do(client, asked, "refuse", reason="The badges are\r\nprinted <i>")

    asked.refresh_from_db()
    assert (asked.organisation_name, asked.change_requests.get().is_granted) == ("City of Gävle", False)
    mail = Mail.objects.get()
    assert ("The badges are" in mail.text, "<i>" in mail.html, mail.subject.startswith("Not changed:")) == (
        True,
        False,
        True,
    )


def test_what_was_taken_back_is_not_granted(client, event, bob, asked):
    change_requests.take_back(asked)

    assert "not asked for any more" in client.get(do(client, asked, "grant", text="").url).content.decode()
