"""Questions in several languages: Bob leads the project, Charlie has no role in it."""

from html import unescape

import pytest
from django.urls import reverse

from registrations.models import Question
from registrations.questions.answering import answers_of, keep_answers
from registrations.questions.asked import read_questions
from tests.factories import create_event, create_lead, create_project, create_question, create_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def event():
    return create_event(slug="table", title="Round table")


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


@pytest.fixture
def diet(event):
    return create_question(
        event, "What do you eat?", kind=Question.Kind.ONE_OF, options=("All", "No meat"), help_text="Allergies, too."
    )


def address(event, name="questions_in_language", *args) -> str:
    return reverse(f"registrations:{name}", args=[event.slug, *args])


def post(client, path, **typed):
    opened = client.get(path).context["form"]["opened_with"].value()
    return client.post(path, {"opened_with": opened, **typed})


def words(answer) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def test_labels_hints_and_answers_are_translated_and_people_are_asked_in_their_language(client, event, bob, diet):
    everything, no_meat = diet.options.order_by("pk")
    path = address(event, "questions_in_language", "it")
    assert "Allergies, too." in words(client.get(path))

    typed = {f"question-{diet.pk}-label": "Che cosa mangi?", f"option-{no_meat.pk}-label": "Senza carne"}
    answer = post(client, path, **typed)

    assert answer["Location"] == address(event, "questions")
    diet.refresh_from_db()
    assert diet.in_language("label", "it").text == "Che cosa mangi?"
    assert diet.in_language("help_text", "it").text == "Allergies, too."
    no_meat.refresh_from_db()
    everything.refresh_from_db()
    assert (no_meat.translations, everything.translations) == ({"it": {"label": "Senza carne"}}, {})
    page = words(client.get(address(event, "questions")))
    assert "italiano" in page
    assert "2 of 5 texts" in page


def test_what_was_answered_stays_in_the_words_that_were_asked(client, event, bob, diet):
    no_meat = diet.options.get(label="No meat")
    alice = create_registration(event, language="it")
    keep_answers(alice, read_questions(event), {diet.pk: no_meat.pk})

    post(client, address(event, "questions_in_language", "it"), **{f"option-{no_meat.pk}-label": "Senza carne"})

    assert [one.value for one in answers_of(alice)] == ["No meat"]
    diet.refresh_from_db()
    assert diet.version == 2


def test_an_empty_text_shows_the_original_again_and_too_long_a_text_is_said(client, event, bob, diet):
    path = address(event, "questions_in_language", "it")
    post(client, path, **{f"question-{diet.pk}-label": "Che cosa mangi?"})
    refused = post(client, path, **{f"question-{diet.pk}-label": "x" * 301})
    assert refused.status_code == 422
    assert "x" * 301 in refused.content.decode()

    post(client, path, **{f"question-{diet.pk}-label": ""})

    diet.refresh_from_db()
    assert diet.translations == {}


def test_a_language_is_added_from_the_list(client, event, bob, diet):
    chosen = client.get(address(event, "questions"), {"add": "hu"})
    unknown = client.get(address(event, "questions"), {"add": "xx"})

    assert chosen["Location"] == address(event, "questions_in_language", "hu")
    assert unknown.status_code == 422
    assert "Choose a language of the list." in words(unknown)
    assert client.get(address(event, "questions_in_language", "xx")).status_code == 404


def test_in_the_language_of_the_questions_there_is_nothing_to_translate(client, event, bob, diet):
    assert "Every question was written in this language." in words(
        client.get(address(event, "questions_in_language", "en"))
    )


def test_two_organisers_do_not_overwrite_each_other(client, event, bob, diet):
    path, name = address(event, "questions_in_language", "it"), f"question-{diet.pk}-label"
    opened = client.get(path).context["form"]["opened_with"].value()
    post(client, path, **{name: "Che cosa mangi?"})

    late = client.post(path, {"opened_with": opened, name: "Mangi tutto?"})

    diet.refresh_from_db()
    assert late.status_code == 422
    assert diet.translations == {"it": {"label": "Che cosa mangi?"}}


def test_others_do_not_find_it(client, event, diet):
    client.force_login(create_lead(create_project(), "Charlie"))
    path = address(event, "questions_in_language", "it")
    assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
