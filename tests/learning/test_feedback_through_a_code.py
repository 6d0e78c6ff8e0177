"""Saying what one learned through the QR code on the last slide: matched by address, or unmatched."""

import uuid
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning.feedback import Answers, address_for_everybody, give_feedback_about
from learning.forms import FeedbackAboutForm
from learning.models import Feedback
from learning.results import results_of
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

# The clock of the tests stands at 1 March 2027, 09:00 UTC: 10:00 in Maastricht.
LAST_WEEK = {"starts_on": date(2027, 2, 22), "ends_on": date(2027, 2, 23)}
CANCELLED = {"status": "cancelled", "cancelled_at": datetime(2027, 2, 1, tzinfo=UTC)}


@pytest.fixture(autouse=True)
def _stand_still(clock, settings):
    # A test is no program, however quick.
    settings.REGISTERING_TAKES_SECONDS = 0


@pytest.fixture
def event():
    return create_event(**LAST_WEEK, feedback_closes_on=date(2027, 3, 10))


def path(event):
    return urlsplit(address_for_everybody(event)).path


def typed(**fields):
    return {"opened": FeedbackAboutForm.opened_now(), "sent_as": str(uuid.uuid4()), "relevance": "4", **fields}


def send(client, event, **fields):
    return client.post(path(event), typed(**fields))


def give(event, email="", **said):
    return give_feedback_about(event, Answers(**{"relevance": 4, **said}), sent_as=uuid.uuid4(), email=email)


# --- Whose it is -------------------------------------------------------------------------------------------------


def test_the_form_asks_what_the_personal_one_asks_and_for_an_address(client, event):
    outcome = create_outcome(event, text="I can sort bio-waste")

    response = client.get(path(event))

    assert response.status_code == 200
    assert [f"outcome_{outcome.pk}_before", "relevance", "satisfaction", "will_use", "remarks", "email"] == [
        name
        for name in response.context["form"].fields
        if name not in (f"outcome_{outcome.pk}_after", "homepage", "opened", "sent_as")
    ]


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@example.org"])
def test_answers_with_the_address_of_a_registration_are_of_that_registration(client, event, email):
    alice = create_registration(event, "Alice", email="alice@example.org")

    response = send(client, event, email=email)

    assert response.status_code == 302
    assert Feedback.objects.get().registration == alice


@pytest.mark.parametrize("email", ["", "nobody@example.org", "office@example.org"])
def test_answers_of_nobody_known_are_kept_unmatched(client, event, email):
    create_registration(event, "Alice", email="office@example.org")
    create_registration(event, "Bob", email="office@example.org")

    send(client, event, email=email)

    feedback = Feedback.objects.get()
    assert (feedback.registration, feedback.event) == (None, event)


def test_nobody_changes_what_somebody_said_by_knowing_their_address(event):
    alice = create_registration(event, "Alice", email="alice@example.org")
    said = create_feedback(alice, relevance=5)

    other = give(event, "alice@example.org", relevance=1)

    said.refresh_from_db()
    assert (said.relevance, other.registration, other.event) == (5, None, event)


def test_the_registration_of_another_event_or_a_cancelled_one_is_not_found(event):
    create_registration(create_event(event.project, slug="other", **LAST_WEEK), "Alice", email="alice@example.org")
    create_registration(event, "Alice", email="alice@example.org", state="cancelled")

    assert give(event, "alice@example.org").registration is None


def test_the_page_after_sending_says_the_same_to_everybody(client, event):
    create_registration(event, "Alice", email="alice@example.org")

    pages = [
        client.get(send(client, event, email=email).url).text.partition("<main")[2].partition("</main>")[0]
        for email in ("alice@example.org", "nobody@example.org")
    ]

    assert "Your answers are kept." in pages[0]
    assert pages[0] == pages[1]


def test_a_form_sent_twice_is_one_feedback_and_the_last_one_counts(client, event):
    create_registration(event, "Alice", email="alice@example.org")
    fields = typed(email="alice@example.org")

    for relevance in ("2", "5"):
        client.post(path(event), fields | {"relevance": relevance})

    assert [one.relevance for one in Feedback.objects.all()] == [5]


def test_the_database_refuses_feedback_of_nothing_and_of_both(event):
    alice = create_registration(event, "Alice")
    for fields in ({}, {"registration": alice, "event": event}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Feedback.objects.create(**fields)


# --- What is wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"relevance": "7"}, "Choose a number from 1 to 5, or skip the question."),
        ({"email": "alice"}, "email"),
        ({"remarks": "x" * 2001}, "Shorten this to at most 2000 characters. It has 2001."),
        ({"homepage": "https://spam.example.org"}, "A field that people do not see was filled in."),
    ],
)
def test_wrong_answers_are_refused_in_words_and_what_was_typed_stays(client, event, fields, message):
    response = send(client, event, **{"will_use": "The sorting line", **fields})

    assert response.status_code == 422
    assert message in response.text
    assert "The sorting line" in response.text
    assert not Feedback.objects.exists()


def test_an_empty_form_is_not_sent(client, event):
    response = send(client, event, relevance="")

    assert response.status_code == 422
    assert "Answer at least one question, then send." in response.text


def test_a_form_that_lost_its_name_is_kept_all_the_same(client, event):
    assert send(client, event, sent_as="not a name").status_code == 302
    assert Feedback.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        ({"starts_on": date(2027, 4, 1), "ends_on": date(2027, 4, 1)}, "Feedback opens after the event"),
        (CANCELLED, "There is no feedback to give"),
        ({"feedback_closes_on": date(2027, 2, 27)}, "Feedback is closed"),
    ],
)
def test_before_and_after_the_page_says_so_and_shows_what_came_too_late(client, fields, heading):
    event = create_event(**{**LAST_WEEK, **fields})

    assert heading in client.get(path(event)).text
    response = send(client, event, will_use="The sorting line")

    assert response.status_code == 422
    assert heading in response.text
    assert "The sorting line" in response.text
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("page", ["feedback_about", "feedback_about_thanks"])
def test_a_key_that_is_not_ours_is_told_to_be_none(client, event, page):
    for key in ("1", f"{event.pk}:forged", "none:of-these", "9" * 300):
        response = client.get(reverse(f"learning:{page}", args=[key]))
        assert response.status_code == 404
        assert "This link does not work" in response.text


def test_the_address_of_an_unlisted_event_opens(client):
    event = create_event(**LAST_WEEK, visibility="unlisted")

    assert client.get(path(event)).status_code == 200


def test_an_address_that_is_given_again_and_again_waits_for_an_hour(client, event):
    for _time in range(10):
        assert send(client, event, email="alice@example.org").status_code == 302

    response = send(client, event, email="alice@example.org", will_use="The sorting line")

    assert (response.status_code, "Retry-After" in response) == (429, True)
    assert "The sorting line" in response.text
    assert send(client, event).status_code == 302


# --- What organisers see -----------------------------------------------------------------------------------------


def test_unmatched_answers_are_counted_apart_and_in_nothing_else(client, event):
    alice = create_registration(event, "Alice", email="alice@example.org")
    record_attendance(alice)
    give(event, "alice@example.org")
    for _person in range(5):
        give(event, relevance=1)

    results = results_of(event)

    assert (results.answers, results.unmatched, results.relevance) == (1, 5, (4,))


def test_organisers_find_the_code_for_the_last_slide_and_download_it(client, event):
    client.force_login(create_lead(event.project))

    page = client.get(reverse("learning:results", args=[event.slug]))
    picture = client.get(reverse("learning:slide", args=[event.slug]))

    assert address_for_everybody(event) in page.text
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")


def test_the_code_of_another_partners_event_is_a_404(client, event):
    client.force_login(create_coordinator(create_partner(create_event(slug="elsewhere").project)))

    assert client.get(reverse("learning:slide", args=[event.slug])).status_code == 404


def test_a_cancelled_event_has_no_last_slide(client):
    event = create_event(**LAST_WEEK, **CANCELLED)
    client.force_login(create_lead(event.project))

    assert "For the last slide" not in client.get(reverse("learning:results", args=[event.slug])).text


@pytest.mark.parametrize("outcomes", [1, 3])
def test_sending_takes_the_same_queries_for_one_and_three_outcomes(client, event, outcomes):
    fields = typed(email="alice@example.org")
    for n in range(outcomes):
        fields[f"outcome_{create_outcome(event, text=f'I know {n}').pk}_after"] = "4"
    create_registration(event, "Alice", email="alice@example.org")

    with CaptureQueriesContext(connection) as queries:
        assert client.post(path(event), fields).status_code == 302

    assert len(queries) <= 20
