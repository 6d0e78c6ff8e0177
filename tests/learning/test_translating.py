"""Outcomes and surveys in other languages: written by organisers, read by whoever is asked."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from events.models import Event
from learning.models import LearningOutcome, LearningSurvey, SurveyInvitation, SurveyQuestion
from learning.surveys import open_survey, write_questions
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_outcome,
    create_partner,
    create_project,
    create_registration,
    record_attendance,
)

pytestmark = pytest.mark.django_db

LAST_WEEK = {"status": Event.Status.HELD, "starts_on": date(2027, 2, 22), "ends_on": date(2027, 2, 22)}
YESTERDAY = datetime(2027, 2, 28, 9, tzinfo=UTC)
ITALIAN, DANISH = "So spiegare come funziona.", "Jeg kan forklare det."


@pytest.fixture(autouse=True)
def _stand_still(clock):
    pass


@pytest.fixture
def event():
    event = create_event(**LAST_WEEK)
    create_outcome(event, text="I can explain how it works.")
    return event


@pytest.fixture
def survey():
    survey = LearningSurvey.objects.create(
        project=create_project(), title="What did you learn?", intro="Tell us.", language="en"
    )
    write_questions(survey, [SurveyQuestion(text="I know more."), SurveyQuestion(text="What else?", kind="open")])
    return survey


def of_outcomes(event, language="it"):
    return reverse("learning:outcomes_translation", args=[event.slug]) + f"?language={language}"


def of_survey(survey, language="it"):
    return reverse("learning:survey_translation", args=[survey.project.slug, survey.pk]) + f"?language={language}"


def test_outcomes_are_written_in_another_language_and_read_where_they_are_asked(client, event):
    outcome = event.outcomes.get()
    registration = create_registration(event)
    client.force_login(create_lead(event.project))

    client.post(of_outcomes(event), {f"learningoutcome-{outcome.pk}-text": ITALIAN})

    outcome.refresh_from_db()
    assert outcome.translations == {"it": {"text": ITALIAN}}
    asked = reverse("learning:feedback", args=[registration.code])
    assert ITALIAN not in client.get(asked).text
    assert 'text=it" lang="it"' in client.get(asked).text
    assert ITALIAN in client.get(f"{asked}?text=it").text
    assert ITALIAN not in client.get(f"{asked}?text=xx").text


def test_an_event_read_in_another_language_shows_its_outcomes_in_it(client, event):
    event.translate("it", {"title": "Come funziona"})
    event.save()
    LearningOutcome.objects.get().translate("it", {"text": ITALIAN})
    outcome = event.outcomes.get()
    outcome.translate("it", {"text": ITALIAN})
    outcome.save()

    assert ITALIAN in client.get(f"{event.get_absolute_url()}?text=it").text
    assert ITALIAN not in client.get(event.get_absolute_url()).text


def test_a_wrong_answer_in_another_language_stays_in_it(client, event):
    outcome = event.outcomes.get()
    outcome.translate("it", {"text": ITALIAN})
    outcome.save()
    address = reverse("learning:feedback", args=[create_registration(event).code])

    response = client.post(f"{address}?text=it", {"relevance": "7", "remarks": "Bello"})

    assert response.status_code == 422
    assert ITALIAN in response.text
    assert "Bello" in response.text


def test_two_languages_do_not_displace_each_other_and_an_emptied_text_goes(client, event):
    outcome = event.outcomes.get()
    client.force_login(create_lead(event.project))
    field = f"learningoutcome-{outcome.pk}-text"

    client.post(of_outcomes(event), {field: ITALIAN})
    client.post(of_outcomes(event, "da"), {field: DANISH})
    client.post(of_outcomes(event), {field: ""})

    outcome.refresh_from_db()
    assert outcome.translations == {"da": {"text": DANISH}}


def test_what_is_too_long_is_told_and_stays_in_its_field(client, event):
    outcome = event.outcomes.get()
    client.force_login(create_lead(event.project))

    response = client.post(of_outcomes(event), {f"learningoutcome-{outcome.pk}-text": "x" * 201})

    assert response.status_code == 422
    assert "<title>Error:" in response.text
    assert "x" * 201 in response.text
    assert LearningOutcome.objects.get().translations == {}


def test_a_survey_is_read_in_the_language_that_was_chosen(client, survey):
    statement, _open = survey.questions.all()
    client.force_login(create_lead(survey.project))
    typed = {
        f"learningsurvey-{survey.pk}-title": "Cosa avete imparato?",
        f"learningsurvey-{survey.pk}-intro": "Raccontate.",
        f"surveyquestion-{statement.pk}-text": "So di più.",
    }

    assert client.post(of_survey(survey), typed).status_code == 302

    attended = create_registration(create_event(survey.project, **LAST_WEEK))
    record_attendance(attended, happened_at=YESTERDAY)
    survey.refresh_from_db()
    open_survey(survey, closes_on=date(2027, 4, 1))
    address = reverse("learning:answer_survey", args=[SurveyInvitation.objects.get().code])
    english, italian = client.get(address).text, client.get(f"{address}?text=it").text
    for words in ("Cosa avete imparato?", "Raccontate.", "So di più."):
        assert words not in english
        assert words in italian
    # What nobody translated is shown as it was first written.
    assert "What else?" in italian


def test_a_question_of_a_draft_whose_text_stays_keeps_its_translations(survey):
    question = survey.questions.first()
    question.translate("it", {"text": "So di più."})
    question.save()

    write_questions(survey, [SurveyQuestion(text="A new one"), SurveyQuestion(text="I know more.")])

    assert [one.translations for one in survey.questions.all()] == [{}, {"it": {"text": "So di più."}}]


@pytest.mark.parametrize("language", ["", "xx", "x" * 300])
def test_a_language_that_is_none_is_a_404(client, event, survey, language):
    client.force_login(create_lead(event.project))
    assert client.get(of_outcomes(event, language)).status_code == 404
    client.force_login(create_lead(survey.project, "other@example.org"))
    assert client.get(of_survey(survey, language)).status_code == 404


def test_only_those_who_write_them_translate(client, event, survey):
    stranger = create_coordinator(create_partner(survey.project))
    client.force_login(stranger)
    assert client.get(of_outcomes(event)).status_code == 404
    assert client.get(of_survey(survey)).status_code == 404
