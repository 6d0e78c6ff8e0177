"""What a reader is told of a text that is not in their language."""

from django.template import Context, Template

from events.models import Event
from projects.models.languages import Text


def printed(template: str, **context) -> str:
    return Template("{% load texts %}" + template).render(Context(context))


def test_text_says_in_which_languages_it_exists_and_is_marked_with_its_own():
    one = Text("Due giorni", "it", wanted="en")
    several = Text("Due giorni", "it", wanted="en", also_in=("hu", "pt"))

    assert printed("{% paragraphs text %}", text=one) == (
        '<p class="muted">This text is available in Italian only.</p>'
        '<div class="stack" lang="it" dir="auto"><p>Due giorni</p></div>'
    )
    assert "This text is available in these languages only: Italian, Hungarian, Portuguese." in printed(
        "{% paragraphs text %}", text=several
    )


def test_text_that_was_asked_for_in_another_language_than_the_page_is_marked_and_says_nothing():
    assert printed("{% paragraphs text %}", text=Text("Due giorni", "it", wanted="it")) == (
        '<div class="stack" lang="it" dir="auto"><p>Due giorni</p></div>'
    )
    short = Text("tutti", "it", wanted="it")
    assert printed("{% fact text %}", text=short) == '<span lang="it" dir="auto">tutti</span>'


def test_short_fact_says_its_language_beside_it():
    assert printed("{% fact text %}", text=Text("<tutti>", "it", wanted="en")) == (
        '<span lang="it" dir="auto">&lt;tutti&gt;</span>'
        ' <span class="meta small">(This text is available in Italian only.)</span>'
    )
    assert printed("{% fact text %}", text=Text("everybody", "en", wanted="en")) == "everybody"
    assert printed("{% fact text %}{% paragraphs text %}", text=Text("", "it", wanted="en")) == ""


def test_text_of_an_object_is_printed_in_the_language_that_is_asked_for():
    event = Event(title="Waste", translations={"hu": {"title": "Hulladék"}})

    assert printed('{% text event "title" %}', event=event) == "Waste"
    assert printed('{% text event "title" language %}', event=event, language="hu") == (
        '<span lang="hu" dir="auto">Hulladék</span>'
    )
