"""Saying what one learned: by link, once per registration, while it is taken."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from learning.exceptions import FeedbackClosed, FeedbackNotExpected, FeedbackNotOpen
from learning.feedback import Answers, give_feedback
from learning.models import Feedback, OutcomeRating
from registrations.models import AttendanceRecord, Registration
from tests.factories import create_event, create_outcome, create_registration

pytestmark = pytest.mark.django_db

# The clock of the tests stands at 1 March 2027, 09:00 UTC: 10:00 in Maastricht.
LAST_WEEK = {"starts_on": date(2027, 2, 22), "ends_on": date(2027, 2, 23)}


@pytest.fixture(autouse=True)
def _stand_still(clock):
    pass


def create_held_event(**fields):
    return create_event(**{**LAST_WEEK, "feedback_closes_on": date(2027, 3, 10), **fields})


def address(registration):
    return reverse("learning:feedback", args=[registration.code])


def said(feedback):
    ratings = {rating.outcome.text: (rating.before, rating.after) for rating in feedback.ratings.all()}
    return (feedback.relevance, feedback.satisfaction, feedback.will_use, feedback.remarks, ratings)


# --- Asking ------------------------------------------------------------------------------------------------------


def test_form_asks_for_each_outcome_before_and_after_and_for_the_event(client):
    event = create_held_event()
    first, second = (
        create_outcome(event, text="I can sort bio-waste"),
        create_outcome(event, text="I know whom to call"),
    )
    alice = create_registration(event)

    response = client.get(address(alice))

    assert response.status_code == 200
    assert list(response.context["form"].fields) == [
        f"outcome_{first.pk}_before",
        f"outcome_{first.pk}_after",
        f"outcome_{second.pk}_before",
        f"outcome_{second.pk}_after",
        "relevance",
        "satisfaction",
        "will_use",
        "remarks",
    ]
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_reading_changes_nothing(client):
    alice = create_registration(create_held_event())

    client.get(address(alice))
    client.head(address(alice))

    assert Feedback.objects.count() == 0


def test_outcomes_are_asked_in_the_language_of_the_page_and_marked_with_theirs(client):
    event = create_held_event()
    create_outcome(event, text="Ich kann Bioabfall trennen", language="de")
    alice = create_registration(event)

    page = client.get(address(alice)).content.decode()

    assert '<legend class="question" lang="de" dir="auto">Ich kann Bioabfall trennen</legend>' in page


# --- Answering ---------------------------------------------------------------------------------------------------


def test_answers_are_kept_as_given(client):
    event = create_held_event()
    outcome, skipped = create_outcome(event, text="I can sort"), create_outcome(event, text="I can compost")
    alice = create_registration(event)

    response = client.post(
        address(alice),
        {
            f"outcome_{outcome.pk}_before": "2",
            f"outcome_{outcome.pk}_after": "4",
            f"outcome_{skipped.pk}_before": "",
            f"outcome_{skipped.pk}_after": "",
            "relevance": "5",
            "satisfaction": "",
            "will_use": "The collection calendar, with Gävle, by May",
            "remarks": "",
        },
        follow=True,
    )

    assert response.redirect_chain == [(address(alice), 302)]
    assert "Thank you for your feedback" in response.content.decode()
    feedback = Feedback.objects.get()
    assert said(feedback) == (5, None, "The collection calendar, with Gävle, by May", "", {"I can sort": (2, 4)})
    assert (feedback.registration, feedback.given_at) == (alice, datetime(2027, 3, 1, 9, tzinfo=UTC))


def test_feedback_proves_no_presence(client):
    alice = create_registration(create_held_event())

    client.post(address(alice), {"relevance": "5"})

    assert Feedback.objects.count() == 1
    assert AttendanceRecord.objects.count() == 0


def test_sending_twice_makes_nothing_twice(client):
    event = create_held_event()
    outcome = create_outcome(event)
    alice = create_registration(event)
    answers = {f"outcome_{outcome.pk}_before": "1", f"outcome_{outcome.pk}_after": "3", "remarks": "Good lunch"}

    client.post(address(alice), answers)
    client.post(address(alice), answers)

    assert said(Feedback.objects.get()) == (None, None, "", "Good lunch", {outcome.text: (1, 3)})


def test_sending_again_replaces_the_answers_and_keeps_when_they_were_first_given(client, clock):
    event = create_held_event()
    outcome, other = create_outcome(event, text="A"), create_outcome(event, text="B")
    alice = create_registration(event)
    client.post(address(alice), {f"outcome_{outcome.pk}_before": "1", "relevance": "5"})
    clock.shift(timedelta(days=2))

    page = client.get(address(alice) + "?change")
    client.post(address(alice), {f"outcome_{other.pk}_after": "4", "satisfaction": "2"})

    assert page.context["form"].initial == {
        "relevance": 5,
        "satisfaction": None,
        "will_use": "",
        "remarks": "",
        f"outcome_{outcome.pk}_before": 1,
        f"outcome_{outcome.pk}_after": None,
    }
    feedback = Feedback.objects.get()
    assert said(feedback) == (None, 2, "", "", {"B": (None, 4)})
    assert (feedback.given_at.day, feedback.changed_at.day) == (1, 3)


def test_whoever_has_answered_sees_thanks_and_can_change(client):
    alice = create_registration(create_held_event())
    client.post(address(alice), {"relevance": "5"})

    page = client.get(address(alice)).content.decode()

    assert "Thank you for your feedback" in page
    assert 'href="?change"' in page


# --- Wrong answers -----------------------------------------------------------------------------------------------


def test_empty_form_asks_for_one_answer(client):
    alice = create_registration(create_held_event())

    response = client.post(address(alice), {"will_use": "   "})

    assert response.status_code == 422
    assert response.context["form"].errors == {"__all__": ["Answer at least one question, then send."]}
    assert "<title>Error: " in response.content.decode()
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize("value", ["7", "0", "-1", "3.5", "five", "1 OR 1=1"])
def test_rating_outside_the_scale_is_refused_and_the_rest_kept(client, value):
    alice = create_registration(create_held_event())

    response = client.post(address(alice), {"relevance": value, "remarks": "The bus was late"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"relevance": ["Choose a number from 1 to 5, or skip the question."]}
    assert ">\nThe bus was late</textarea>" in response.content.decode()
    assert Feedback.objects.count() == 0


def test_outcome_of_another_event_is_no_answer(client):
    foreign = create_outcome(create_held_event())
    alice = create_registration(create_held_event())

    response = client.post(address(alice), {f"outcome_{foreign.pk}_before": "1", f"outcome_{foreign.pk}_after": "5"})

    assert response.status_code == 422
    assert OutcomeRating.objects.count() == 0


def test_ten_thousand_letters_are_refused_and_kept_in_the_form(client):
    alice = create_registration(create_held_event())
    text = "é" * 10_000

    response = client.post(address(alice), {"remarks": text})

    assert response.status_code == 422
    assert response.context["form"].errors == {"remarks": ["Shorten this to at most 2000 characters. It has 10000."]}
    assert text in response.content.decode()
    assert Feedback.objects.count() == 0


def test_nul_byte_is_refused(client):
    alice = create_registration(create_held_event())

    assert client.post(address(alice), {"remarks": "a\x00b"}).status_code == 422


def test_unknown_code_is_not_found(client):
    assert client.get(reverse("learning:feedback", args=["nobody-has-this-code"])).status_code == 404
    assert client.post(reverse("learning:feedback", args=["x" * 2000]), {"relevance": "5"}).status_code == 404


def test_other_verbs_are_refused(client):
    alice = create_registration(create_held_event())

    assert [client.put(address(alice)).status_code, client.delete(address(alice)).status_code] == [405, 405]


# --- When it is taken --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        # From the first day on, in the event's own zone: 23:30 UTC is the next day in Maastricht.
        ({"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 2)}, "What did you take home?"),
        ({"starts_on": date(2027, 3, 2), "ends_on": date(2027, 3, 2)}, "Feedback opens after the event"),
        (
            {"date_precision": "month", "starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 31)},
            "Feedback opens after the event",
        ),
        (
            {"date_precision": "month", "starts_on": date(2027, 2, 1), "ends_on": date(2027, 2, 28)},
            "What did you take home?",
        ),
        ({"date_precision": "unknown", "starts_on": None, "ends_on": None}, "Feedback opens after the event"),
        (
            {"date_precision": "unknown", "starts_on": None, "ends_on": None, "status": Event.Status.HELD},
            "What did you take home?",
        ),
        ({"status": Event.Status.POSTPONED}, "Feedback opens after the event"),
        (
            {"status": Event.Status.CANCELLED, "cancelled_at": datetime(2027, 2, 1, tzinfo=UTC)},
            "There is no feedback to give",
        ),
        ({"feedback_closes_on": date(2027, 2, 28)}, "Feedback is closed"),
        ({"feedback_closes_on": date(2027, 3, 1)}, "What did you take home?"),
        ({"feedback_closes_on": None}, "What did you take home?"),
    ],
)
def test_feedback_is_taken_from_the_first_day_to_the_last_minute(client, fields, heading):
    if fields.get("date_precision", "day") != "day":
        fields = {"start_time": None, "end_time": None, **fields}
    alice = create_registration(create_held_event(**fields))

    page = client.get(address(alice)).content.decode()

    assert page.split("<h1>")[1].split("</h1>")[0].strip() == heading


@pytest.mark.parametrize(
    ("at", "is_taken"),
    [
        (datetime(2027, 3, 10, 22, 59, 59, tzinfo=UTC), True),
        (datetime(2027, 3, 10, 23, 0, tzinfo=UTC), False),
    ],
)
def test_last_minute_is_23_59_at_the_place_of_the_event(at, is_taken):
    alice = create_registration(create_held_event(time_zone="Europe/Amsterdam"))

    if is_taken:
        assert give_feedback(alice, Answers(relevance=3), at=at).relevance == 3
    else:
        with pytest.raises(FeedbackClosed):
            give_feedback(alice, Answers(relevance=3), at=at)


def test_closed_page_thanks_names_the_day_and_shows_what_came_too_late(client):
    alice = create_registration(create_held_event(feedback_closes_on=date(2027, 2, 28)))

    response = client.post(address(alice), {"relevance": "5", "remarks": "<b>Late</b> but important"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "28 February 2027" in page
    assert "&lt;b&gt;Late&lt;/b&gt; but important" in page
    assert Feedback.objects.count() == 0


def test_cancelled_registration_gives_no_feedback(client):
    charlie = create_registration(create_held_event(), "Charlie", state=Registration.State.CANCELLED)

    response = client.post(address(charlie), {"relevance": "5"})

    assert "Your registration for this event is cancelled." in response.content.decode()
    assert Feedback.objects.count() == 0


def test_refusals_have_names():
    at = datetime(2027, 3, 1, 9, tzinfo=UTC)
    cancelled = create_registration(create_held_event(), state=Registration.State.CANCELLED)
    ahead = create_registration(create_event())

    with pytest.raises(FeedbackNotExpected):
        give_feedback(cancelled, Answers(relevance=1), at=at)
    with pytest.raises(FeedbackNotOpen):
        give_feedback(ahead, Answers(relevance=1), at=at)


def test_registration_cancelled_meanwhile_is_seen(client):
    """The page was read while the registration lived; what counts is how it stands when the answers are kept."""
    alice = create_registration(create_held_event())
    stale = Registration.objects.select_related("event").get(pk=alice.pk)
    alice.cancel(by=Registration.CancelledBy.HOST)

    with pytest.raises(FeedbackNotExpected):
        give_feedback(stale, Answers(relevance=1))


# --- Costs, and two at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcomes", [0, 1, 3])
def test_page_asks_the_database_the_same_whatever_the_number_of_outcomes(
    client, django_assert_max_num_queries, outcomes
):
    event = create_held_event()
    for _n in range(outcomes):
        create_outcome(event)
    alice = create_registration(event)

    with django_assert_max_num_queries(3):
        client.get(address(alice))


def test_sending_takes_the_same_number_of_queries_with_1_and_3_outcomes(client):
    counts = []
    for outcomes in (1, 3):
        event = create_held_event()
        asked = [create_outcome(event) for _n in range(outcomes)]
        alice = create_registration(event)
        answers = {f"outcome_{outcome.pk}_{moment}": "3" for outcome in asked for moment in ("before", "after")}
        with CaptureQueriesContext(connection) as queries:
            client.post(address(alice), answers)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_feedback():
    alice = create_registration(create_held_event())
    start, problems = threading.Barrier(2), []

    def send(relevance):
        try:
            start.wait(timeout=10)
            give_feedback(alice, Answers(relevance=relevance))
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[relevance]) for relevance in (2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert Feedback.objects.get().relevance in (2, 4)


@pytest.mark.parametrize("code", ["%00", "a%00b", "x" * 3000])
def test_a_code_that_is_none_is_not_found(client, code):
    assert client.get(f"/en/registrations/{code}/feedback/").status_code == 404
