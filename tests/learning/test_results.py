"""What organisers see of the answers to one event, and what they want people to learn at it."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from learning.exceptions import OutcomeIsRated
from learning.models import LearningOutcome
from learning.outcomes import write_outcomes
from learning.results import results_of
from registrations.models import Registration
from tests.factories import (
    create_coordinator,
    create_event,
    create_feedback,
    create_lead,
    create_outcome,
    create_partner,
    create_registration,
    record_attendance,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_the_event(clock):
    clock.move_to(datetime(2027, 6, 1, 9, tzinfo=UTC))


@pytest.fixture
def event():
    return create_event(starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 20), status="held")


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


def answer(event, *ratings, name="Alice", attended=True, **fields):
    registration = create_registration(event, name)
    if attended:
        record_attendance(registration)
    return create_feedback(registration, *ratings, **fields)


def answers(event, number, *ratings, **fields):
    for n in range(number):
        answer(event, *ratings, name=f"Person{n}", **fields)


def address(event):
    return reverse("learning:results", args=[event.slug])


def texts(event):
    return list(event.outcomes.values_list("text", flat=True))


# --- Results -----------------------------------------------------------------------------------------------------


def test_only_people_who_attended_are_counted(event):
    outcome = create_outcome(event)
    answers(event, 5, (outcome, 2, 4), relevance=4, satisfaction=5)
    answer(event, (outcome, 1, 1), name="Absent", attended=False, relevance=1)
    record_attendance(create_registration(event, "Silent"))
    left = answer(event, (outcome, 1, 1), name="Left", relevance=1).registration
    Registration.objects.filter(pk=left.pk).update(
        state="cancelled", cancelled_at=timezone.now(), cancelled_by="person"
    )

    results = results_of(event)

    assert (results.attended, results.answers, results.others) == (6, 5, 1)
    assert results.answer_rate == 83
    assert results.relevance == (4,) * 5
    assert [(row.n, row.before, row.after) for row in results.outcomes] == [(5, 2.0, 4.0)]


def test_what_few_people_say_is_withheld(client, event, bob):
    outcome = create_outcome(event)
    answers(event, 4, (outcome, 1, 5), will_use="Borrow the van")

    page = client.get(address(event)).content.decode()

    assert "What they say is shown from 5 answers on" in page
    assert "Borrow the van" not in page
    assert '<svg class="plot' not in page


def test_from_five_answers_on_they_are_drawn_and_read_without_names(client, event, bob):
    outcome = create_outcome(event, text="I can sort bio-waste")
    answers(event, 5, (outcome, 2, 4), relevance=4, satisfaction=2, will_use="Borrow <the> van\nin May")

    page = client.get(address(event)).content.decode()

    assert page.count('<svg class="plot') == 3
    assert "Self-ratings rose for 1 of 1 outcome" in page
    assert "5 of 5 people chose 4 or 5; the mean is 4.0" in page
    assert "0 of 5 people chose 4 or 5; the mean is 2.0" in page
    assert "Borrow &lt;the&gt; van<br>in May" in page
    assert "Person1" not in page


def test_a_question_that_few_answered_is_not_drawn(event):
    outcome = create_outcome(event)
    answers(event, 5, (outcome, 2, 4))
    answer(event, name="Rater", relevance=5)

    assert [plot.slug for plot in results_of(event).plots] == ["learning"]


def test_nobody_answered_yet(client, event, bob):
    page = client.get(address(event)).content.decode()

    assert "Nobody has answered yet" in page
    assert "Answer rate" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow_with_answers(client, event, bob, number):
    for n in range(number):
        answer(event, (create_outcome(event, text=f"Outcome {n}"), 2, 4), name=f"Person{n}", relevance=4)
    client.get(address(event))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(event))

    assert len(queries) <= 15


def test_others_find_no_such_page(client, event):
    client.force_login(create_coordinator(create_partner(), "Eve"))

    assert client.get(address(event)).status_code == 404
    assert client.post(address(event), {"texts": "I can read it"}).status_code == 404
    assert texts(event) == []


# --- Outcomes ----------------------------------------------------------------------------------------------------


def test_outcomes_are_written_one_a_line(client, event, bob):
    sent = {"texts": "  I can sort   bio-waste \r\n\r\nI know whom to call\r\nI can sort bio-waste\r\n"}

    assert client.post(address(event), sent, follow=True).status_code == 200

    assert texts(event) == ["I can sort bio-waste", "I know whom to call"]
    assert "I know whom to call" in client.get(event.get_absolute_url()).content.decode()


def test_lines_that_stay_keep_their_ratings_and_translations_in_another_order(event):
    first, second = create_outcome(event, text="One"), create_outcome(event, text="Two")
    second.translations = {"it": {"text": "Due"}}
    second.save()
    answer(event, (first, 2, 4))

    write_outcomes(event, ["Two", "Three", "One"])

    assert [(outcome.text, outcome.position) for outcome in event.outcomes.all()] == [
        ("Two", 1),
        ("Three", 2),
        ("One", 3),
    ]
    assert LearningOutcome.objects.get(text="One") == first
    assert LearningOutcome.objects.get(text="Two").in_language("text", "it").text == "Due"


def test_an_outcome_that_was_rated_stays(client, event, bob):
    answer(event, (create_outcome(event, text="I can sort bio-waste"), 2, 4))
    create_outcome(event, text="I know whom to call")

    with pytest.raises(OutcomeIsRated) as refusal:
        write_outcomes(event, ["I know whom to call", "New"])
    assert refusal.value.texts == ["I can sort bio-waste"]

    response = client.post(address(event), {"texts": "I know whom to call\nNew"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "People have rated themselves on “I can sort bio-waste” already. Put this line back as it was." in page
    assert "I know whom to call\nNew" in page
    assert texts(event) == ["I can sort bio-waste", "I know whom to call"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Short\n" + "x" * 201, "Shorten this line to at most 200 characters, it has 201: “xxx"),
        (
            "\n".join(f"Outcome {n}" for n in range(9)),
            "Keep at most 8 outcomes: each is two questions, and these are 9.",
        ),
    ],
)
def test_too_much_is_refused_in_clear_words_and_stays_in_the_form(client, event, bob, typed, said):
    response = client.post(address(event), {"texts": typed})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert response.context["form"]["texts"].value() == typed
    assert texts(event) == []


def test_outcomes_of_the_projects_other_events_are_offered_once(client, event, bob):
    for day in (3, 4):
        create_outcome(create_event(event.project, starts_on=date(2027, 4, day)), text="I can sort bio-waste")
    create_outcome(create_event(), text="Of another project")

    page = client.get(address(event)).content.decode()

    assert page.count("I can sort bio-waste") == 1
    assert "Of another project" not in page
