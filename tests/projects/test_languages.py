"""Texts in several languages: which one a reader gets, and what they are told of it."""

import pytest

from events.models import Document, Event
from projects.languages import LANGUAGES, language_choices, language_of
from projects.models.languages import Text
from tests.factories import create_event


def test_reader_gets_their_language_else_the_original_with_the_others_named():
    event = Event(language="it", title="Rifiuti", translations={"hu": {"title": "Hulladék"}, "de": {"summary": "…"}})

    texts = [event.in_language("title", language) for language in ("hu", "it", "en")]

    assert texts == [
        Text("Hulladék", "hu", wanted="hu"),
        Text("Rifiuti", "it", wanted="it"),
        # German is not named: the title does not exist in it.
        Text("Rifiuti", "it", wanted="en", also_in=("hu",)),
    ]
    assert [text.is_as_wanted for text in texts] == [True, True, False]
    assert event.languages == ["it", "hu", "de"]


def test_empty_translation_gives_the_original_back():
    event = Event(title="Waste", translations={"hu": {"title": "Hulladék", "summary": "Két nap"}})

    changes = [event.translate("hu", {"title": ""}), event.translate("hu", {"title": ""})]

    assert (changes, event.translations) == ([True, False], {"hu": {"summary": "Két nap"}})
    assert event.in_language("title", "hu").text == "Waste"
    event.translate("hu", {"summary": ""})
    assert (event.translations, event.languages) == ({}, ["en"])


@pytest.mark.django_db
def test_title_of_a_document_is_written_in_the_language_of_its_event():
    document = Document.objects.create(
        event=create_event(language="it"), title="Invito", language="de", translations={"hu": {"title": "Meghívó"}}
    )

    assert document.in_language("title", "hu").text == "Meghívó"
    assert document.in_language("title", "en") == Text("Invito", "it", wanted="en", also_in=("hu",))


def test_languages_are_offered_under_their_own_names():
    choices = dict(language_choices())

    assert (choices["hu"], choices["nb"], choices["en"]) == (
        "magyar (Hungarian)",
        "norsk bokmål (Norwegian Bokmål)",
        "English",
    )
    assert {"mt", "ga", "rm", "se", "el", "uk"} <= set(LANGUAGES)
    assert all(len(code) == 2 and code.islower() for code in LANGUAGES)
    assert str(language_of("tlh")) == "tlh"
