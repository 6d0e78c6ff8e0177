"""What somebody has still to answer, whom somebody else registered: in their mail, on their page, and for the host."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Mail
from registrations import places
from registrations.asking import read_asking
from registrations.models import Registration
from registrations.people import PeopleList
from registrations.questions.answering import keep_answers
from registrations.questions.asked import read_questions
from registrations.unanswered import still_to_answer, unanswered, who_must_still_answer
from tests.factories import (
    create_coordinator,
    create_delegation,
    create_event,
    create_kind,
    create_lead,
    create_option,
    create_organisation,
    create_partner,
    create_project,
    create_question,
    create_registration,
    create_session,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
EVA = {"name": "Eva", "email": "eva@example.org", "organisation_name": "City of Tartu", "country": "EE"}


@pytest.fixture
def event():
    project = create_project(acronym="MEUSE")
    kind = create_kind("final-conference", has_delegations=True)
    return create_event(
        project, host=create_partner(project), slug="conference", title="Conference", kind=kind, places=24
    )


@pytest.fixture
def tracks(event):
    group = event.choice_groups.create(name="Parallel tracks", pick=1)
    return [create_session(event, title=title, choice_group=group) for title in ("A", "B", "C")]


@pytest.fixture
def dinner(event, tracks):
    return create_question(event, "Do you come to the dinner?", kind="yes_no", is_required=True)


def labels(registration: Registration) -> list[str]:
    return [one.label for one in still_to_answer(registration)]


# --- The rule ----------------------------------------------------------------------------------------------------


def test_what_must_be_answered_and_is_not_is_still_to_answer(event, tracks, dinner):
    create_question(event, "Anything else?")
    create_question(event, "What do you say?", is_required=True, participant_kinds=["speaker"])
    create_question(
        event, "Which diet?", is_required=True, shown_if={"question": dinner.pk, "is": "equals", "value": True}
    )
    event.choice_groups.create(name="Visits", pick=2, rule="at_most")
    eva = create_registration(event, "Eva")

    before = labels(eva)
    keep_answers(eva, read_questions(event), {dinner.pk: True})
    hungry = labels(eva)
    keep_answers(eva, read_questions(event), {dinner.pk: False})
    places.choose(eva, sessions=tracks[:1], options=[], at=NOW)

    assert before == ["Parallel tracks", "Do you come to the dinner?"]
    assert hungry == ["Parallel tracks", "Which diet?"]
    assert labels(eva) == []


def test_nobody_online_is_asked_what_only_those_in_the_room_choose(event):
    event.mode = "hybrid"
    event.save()
    group = event.choice_groups.create(name="Visits", pick=1)
    create_session(event, title="Plant", kind="site_visit", choice_group=group)
    create_question(event, "Which bus?", is_required=True, is_for_travel=True)
    asking = read_asking(event)

    there = unanswered(create_registration(event, "Ana", mode="room"), asking)
    online = unanswered(create_registration(event, "Eva", mode="online"), asking)

    assert ([one.label for one in there], online) == (["Visits", "Which bus?"], [])


def test_nothing_is_to_be_answered_once_it_is_of_no_use(event, dinner):
    cancelled = create_registration(event, "Eva", state="cancelled")
    ana = create_registration(event, "Ana")

    assert labels(cancelled) == []
    assert still_to_answer(ana, at=event.starts_at + timedelta(days=9)) == []


# --- Where it is said ----------------------------------------------------------------------------------------------


def test_whoever_is_named_reads_in_the_mail_what_to_answer_and_until_when(client, event, dinner):
    event.changes_until = datetime(2027, 5, 1, 10, tzinfo=UTC)
    event.save()
    tartu = create_partner(event.project, slug="tartu", organisation=create_organisation(name="Tartu", country="EE"))
    create_delegation(event, partner=tartu, seats=1)
    client.force_login(create_coordinator(tartu, "Charlie"))

    for name, email in (("Eva", "eva@example.org"), ("Ana", "ana@example.org")):
        data = {"name": name, "email": email, "organisation_name": "Tartu", "participant_kind": "delegate"}
        client.post("/en/partner/tartu/conference/name/", data)

    named, waits = Mail.objects.order_by("pk")
    for mail in (named, waits):
        assert "The host still needs an answer from you until Saturday 1 May 2027, 12:00 (" in mail.text
        assert "\n- Parallel tracks\n- Do you come to the dinner?\nOpen your registration and choose" in mail.text
        assert '<li dir="auto">Parallel tracks</li>' in mail.html
    assert waits.subject.startswith("On the waiting list")


def test_whoever_registered_by_themselves_reads_nothing_of_it(event, dinner):
    places.register(event, **EVA, at=NOW)

    assert "needs an answer" not in Mail.objects.get().text


def test_whoever_the_organiser_adds_reads_it_too(client, event, dinner):
    client.force_login(create_lead(event.project))

    client.post("/en/organise/conference/people/add/", EVA | {"comes_as": "press", "is_told": "on"})

    assert "- Do you come to the dinner?\n" in Mail.objects.get(to="eva@example.org").text


def test_a_colleague_who_comes_instead_has_the_sessions_and_answers_the_questions(event, tracks, dinner):
    ana = create_registration(event, "Ana")
    keep_answers(ana, read_questions(event), {dinner.pk: True})
    places.choose(ana, sessions=tracks[:1], options=[], at=NOW)

    places.hand_over(ana, **EVA, at=NOW)

    text = Mail.objects.get(to="eva@example.org").text
    assert "- Do you come to the dinner?\n" in text
    assert "Parallel tracks" not in text


def test_their_page_leads_to_each_of_them(client, event, dinner):
    eva = create_registration(event, "Eva")
    group = event.choice_groups.get()

    page = client.get(f"/en/registrations/{eva.code}/").content.decode()
    form = client.get(f"/en/registrations/{eva.code}/change/").content.decode()

    assert '<h2 id="to-answer">Still to answer</h2>' in page
    for field, label in ((f"id_choice{group.pk}", "Parallel tracks"), (f"id_q{dinner.pk}", "Do you come")):
        assert f'/change/#{field}" dir="auto">{label}' in page
        assert f'id="{field}"' in form


def test_their_page_has_no_such_banner_when_everything_is_answered(client, event):
    eva = create_registration(event, "Eva")

    assert "Still to answer" not in client.get(f"/en/registrations/{eva.code}/").content.decode()


def test_what_was_chosen_has_its_link_to_change_it(client, event, tracks):
    eva = create_registration(event, "Eva")
    option = create_option(event, places=3)
    places.choose(eva, sessions=tracks[:1], options=[option], at=NOW)
    group = event.choice_groups.get()

    page = client.get(f"/en/registrations/{eva.code}/").content.decode()

    for field in (f"choice{group.pk}", f"q{option.question_id}"):
        assert f'/change/#id_{field}">Change <span class="visually-hidden">' in page


def test_organisers_see_it_on_the_page_of_the_person_and_filter_by_it(client, event, dinner):
    eva, ana = create_registration(event, "Eva"), create_registration(event, "Ana")
    create_registration(event, "Gone", state="cancelled")
    keep_answers(ana, read_questions(event), {dinner.pk: True})
    places.choose(ana, sessions=event.sessions.all()[:1], options=[], at=NOW)
    client.force_login(create_lead(event.project))

    page = client.get(f"/en/organise/conference/people/{eva.pk}/").content.decode()
    listed = client.get("/en/organise/conference/?state=unanswered").content.decode()

    assert '<dt dir="auto">Do you come to the dinner?</dt><dd><span class="tag tag-warn">Still to answer' in page
    assert "1 person found" in listed
    assert '<option value="unanswered" selected>Has still something to answer</option>' in listed
    assert list(PeopleList.of({"state": "unanswered"}).people(event)) == [eva]


@pytest.mark.parametrize("count", [1, 3])
def test_who_must_still_answer_is_found_with_the_same_queries_for_one_and_three(
    event, dinner, count, django_assert_num_queries
):
    people = [create_registration(event, f"P{n}") for n in range(count)]
    who_must_still_answer(event)

    with django_assert_num_queries(4):
        assert who_must_still_answer(event) == [one.pk for one in people]
