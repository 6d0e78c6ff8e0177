"""The texts of an event in several languages: the editor, and what readers get of it."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.editing.texts import EventTexts
from events.models import CalendarState, Document, Draft, Event, Speaker
from projects.languages import LANGUAGES
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_session,
    create_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def event():
    """Written in English, with one session in Dutch."""
    event = create_event(
        slug="waste",
        title="Waste without borders",
        summary="Two days on sorting.",
        bring="An identity card",
        translations={"hu": {"title": "Hulladék határok nélkül"}},
    )
    create_session(event, title="Welcome", description="Coffee first.")
    create_session(event, title="Rondleiding", language="nl")
    Speaker.objects.create(event=event, name="Zsófia", function="Head of waste", about="Sorts since 1998.")
    Document.objects.create(event=event, title="Invitation")
    return event


@pytest.fixture
def bob(event):
    return signed_in(create_lead(event.project))


def names(event) -> dict[str, str]:
    """The names of the fields by what was written first."""
    return {piece.original: piece.name for piece in EventTexts.of(event).pieces}


def opened(client: Client, path: str) -> dict[str, str]:
    """What a browser would post of the form as it stands."""
    form = client.get(path).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


ALL, HU, IT = "/en/organise/waste/texts/", "/en/organise/waste/texts/hu/", "/en/organise/waste/texts/it/"


# --- The editor --------------------------------------------------------------------------------------------------


def test_overview_says_how_complete_each_language_is(bob):
    page = bob.get("/en/organise/waste/texts/")
    rows = page.context["completeness"]

    assert [(each.language.code, each.texts, each.of_texts, each.words, each.of_words) for each in rows] == [
        ("en", 8, 9, 20, 21),
        ("hu", 1, 9, 3, 21),
        ("nl", 1, 9, 1, 21),
    ]
    words = page.content.decode()
    # The footer lists the languages of the site, not these.
    assert 'hreflang=""' not in words
    assert "1 of 9 texts" in words
    assert "They stand for 3 of 21 words." in words


def test_texts_of_every_part_are_translated_beside_what_was_written(bob, event):
    typed = opened(bob, HU)
    of = names(event)
    assert typed[of["Waste without borders"]] == "Hulladék határok nélkül"
    before = CalendarState.current()

    response = bob.post(
        HU,
        {
            **typed,
            of["An identity card"]: "Személyi igazolvány",
            of["Welcome"]: "Köszöntő",
            of["Rondleiding"]: "Vezetett séta",
            of["Head of waste"]: "Hulladékgazdálkodási vezető",
            of["Sorts since 1998."]: "1998 óta\r\nválogat.",
            of["Invitation"]: "Meghívó",
        },
    )

    event = Event.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/en/organise/waste/texts/")
    assert event.translations == {"hu": {"title": "Hulladék határok nélkül", "bring": "Személyi igazolvány"}}
    assert [session.translations for session in event.sessions.in_order()] == [
        {"hu": {"title": "Köszöntő"}},
        {"hu": {"title": "Vezetett séta"}},
    ]
    assert event.speakers.get().translations == {
        "hu": {"function": "Hulladékgazdálkodási vezető", "about": "1998 óta\nválogat."}
    }
    assert event.documents.get().translations == {"hu": {"title": "Meghívó"}}
    assert CalendarState.current() > before
    assert "szemelyi igazolvany" in event.search_text


def test_a_translation_that_is_older_than_its_original_is_marked_for_organisers_alone(bob, event, clock):
    title, bring = names(event)["Waste without borders"], names(event)["An identity card"]
    event.title = "Waste across borders"
    event.save()

    overview, editor = bob.get(ALL), bob.get("/en/organise/waste/event/")
    form = bob.get(HU).content.decode()

    assert "1 text is older than its original" in overview.content.decode()
    assert [(each.language.code, each.older) for each in editor.context["older_texts"]] == [("hu", 1)]
    assert "Translations that are older than their originals" in editor.content.decode()
    assert "This text is older than the original, which was changed on Monday 1 March 2027." in form
    reader = Client().get("/en/events/waste/?text=hu").content.decode()
    assert "Hulladék határok nélkül" in reader
    assert "older" not in reader

    # Another text beside it says nothing of this one.
    bob.post(HU, {**opened(bob, HU), bring: "Személyi igazolvány"})
    assert list(EventTexts.of(Event.objects.get()).older) != []
    bob.post(HU, {**opened(bob, HU), title: "Hulladék határokon át"})
    assert list(EventTexts.of(Event.objects.get()).older) == []


def test_a_translation_that_was_read_again_or_whose_original_came_back_is_not_older(bob, event):
    title = names(event)["Waste without borders"]

    event.title = "Waste, without borders"
    event.save()
    bob.post(HU, {**opened(bob, HU), f"{title}-right": "on"})
    assert list(EventTexts.of(Event.objects.get()).older) == []

    for changed in ("Something else", "Waste, without borders"):
        event = Event.objects.get()
        event.title = changed
        event.save()
    assert list(EventTexts.of(Event.objects.get()).older) == []
    assert Event.objects.get().translations["hu"]["title"] == "Hulladék határok nélkül"


def test_the_original_of_every_part_is_watched(bob, event):
    of, session = names(event), event.sessions.get(title="Welcome")
    bob.post(HU, {**opened(bob, HU), of["Welcome"]: "Köszöntő", of["Invitation"]: "Meghívó"})

    for row, title in ((session, "Opening"), (event.documents.get(), "Programme")):
        row.refresh_from_db()
        row.title = title
        row.save()

    assert [each.older for each in EventTexts.of(Event.objects.get()).older] == [2]


def test_the_name_of_a_choice_is_translated_and_read_in_the_programme(bob, event):
    group = event.choice_groups.create(name="Two visits", pick=1)
    event.sessions.update(choice_group=group, day=1)

    bob.post(HU, {**opened(bob, HU), names(event)["Two visits"]: "Két látogatás"})

    group.refresh_from_db()
    assert group.translations == {"hu": {"name": "Két látogatás"}}
    assert "Két látogatás" in Client().get("/en/events/waste/?text=hu").content.decode()
    assert "Two visits" in Client().get("/en/events/waste/").content.decode()


def test_what_is_emptied_falls_back_to_what_was_written_first(bob, event):
    bob.post(HU, {**opened(bob, HU), names(event)["Waste without borders"]: " "})

    assert Event.objects.get().translations == {}


def test_saving_without_a_change_changes_nothing(bob):
    before = Event.objects.get().changed_at, CalendarState.current()

    bob.post(HU, opened(bob, HU))

    assert (Event.objects.get().changed_at, CalendarState.current()) == before


def test_what_was_written_in_the_language_is_not_asked_for(bob, event):
    of = names(event)

    fields = set(opened(bob, "/en/organise/waste/texts/nl/"))

    assert of["Rondleiding"] not in fields
    assert of["Welcome"] in fields
    # English is the language of the event, but not of the walk.
    assert set(opened(bob, "/en/organise/waste/texts/en/")) == {of["Rondleiding"], "opened_with"}


def test_any_language_of_europe_can_be_added(bob):
    offered = {code for code, _name in bob.get("/en/organise/waste/texts/").context["form"].fields["add"].choices}
    answers = [bob.get(f"/en/organise/waste/texts/?add={code}") for code in ("mt", "hu", "xx", "")]

    assert offered == {"", *LANGUAGES} - {"en", "hu", "nl"}
    assert [answer.status_code for answer in answers] == [302, 422, 422, 422]
    assert answers[0]["Location"] == "/en/organise/waste/texts/mt/"
    assert "Choose a language of the list." in answers[2].content.decode()
    assert bob.get("/en/organise/waste/texts/mt/").status_code == 200
    assert bob.get("/en/organise/waste/texts/xx/").status_code == 404


def test_too_long_a_text_is_said_at_its_field_and_nothing_typed_is_lost(bob, event):
    of = names(event)

    response = bob.post(
        IT, {**opened(bob, IT), of["Waste without borders"]: "x" * 301, of["Welcome"]: "Benvenuti", "unknown": "x"}
    )

    form = response.context["form"]
    assert response.status_code == 422
    assert list(form.errors) == [of["Waste without borders"]]
    assert form[of["Welcome"]].value() == "Benvenuti"
    assert "Shorten this to at most 300 characters. It has 301." in response.content.decode()
    assert "it" not in Event.objects.get().translations


def test_control_characters_never_reach_a_text(bob, event):
    of = names(event)

    bob.post(IT, {**opened(bob, IT), of["Welcome"]: "Ben\x07venuti\r\na tutti"})

    assert event.sessions.get(title="Welcome").translations == {"it": {"title": "Benvenuti a tutti"}}


# --- Two people, and what is not saved yet ------------------------------------------------------------------------


def test_two_translators_keep_what_each_typed(bob, event):
    of = names(event)
    mine, theirs = opened(bob, IT), opened(bob, IT)
    bob.post(IT, {**theirs, of["Welcome"]: "Benvenuti", of["Invitation"]: "Invito"})

    # Only the other one changed the invitation; both changed the welcome.
    refused = bob.post(IT, {**mine, of["Welcome"]: "Saluti", of["An identity card"]: "Un documento"})

    form = refused.context["form"]
    assert refused.status_code == 422
    assert [(conflict.mine, conflict.theirs) for conflict in form.conflicts] == [("Saluti", "Benvenuti")]
    assert form[of["An identity card"]].value() == "Un documento"

    bob.post(
        IT,
        {**mine, of["Welcome"]: "Saluti", of["An identity card"]: "Un documento", f"keep-{of['Welcome']}": "mine"},
    )

    event.refresh_from_db()
    assert event.translations["it"] == {"bring": "Un documento"}
    assert event.sessions.get(title="Welcome").translations == {"it": {"title": "Saluti"}}
    assert event.documents.get().translations == {"it": {"title": "Invito"}}


def test_two_languages_at_once_are_no_conflict(bob, event):
    of = names(event)
    italian, maltese = opened(bob, IT), opened(bob, "/en/organise/waste/texts/mt/")

    bob.post(IT, {**italian, of["Welcome"]: "Benvenuti"})
    bob.post("/en/organise/waste/texts/mt/", {**maltese, of["Welcome"]: "Merħba"})

    assert event.sessions.get(title="Welcome").translations == {"it": {"title": "Benvenuti"}, "mt": {"title": "Merħba"}}


def test_what_was_typed_and_not_saved_is_offered_again(bob, event):
    of = names(event)
    typed = {**opened(bob, IT), of["Welcome"]: "Benvenuti"}

    kept = bob.post("/en/organise/waste/draft/texts-it/", typed)
    offered = bob.get(IT)
    used = bob.get(IT + "?draft=1")

    assert (kept.status_code, kept["Location"]) == (302, IT)
    assert offered.context["window"].offered[0].typed[of["Welcome"]] == ["Benvenuti"]
    assert used.context["form"][of["Welcome"]].value() == "Benvenuti"
    bob.post(IT, {**typed, "opened_with": used.context["form"]["opened_with"].value()})
    assert not Draft.objects.exists()


def test_nonsense_in_what_the_form_was_opened_with_is_no_error(bob):
    for value in ("{", "[]", json.dumps({"event-1-title": [1]}), ""):
        assert bob.post(IT, {"opened_with": value}).status_code == 302


# --- Who may -----------------------------------------------------------------------------------------------------


def test_only_organisers_of_the_event_translate_it(event):
    other = create_project()
    readers = {
        "lead": signed_in(create_lead(event.project)),
        "lead of another project": signed_in(create_lead(other, "Charlie")),
        "coordinator": signed_in(create_coordinator(create_partner(event.project), "Dora")),
        "user without a role": signed_in(create_user("Eve")),
        "visitor": Client(),
    }

    found = {
        name: [
            reader.get("/en/organise/waste/texts/").status_code,
            reader.get(IT).status_code,
            reader.post(IT).status_code,
        ]
        for name, reader in readers.items()
    }

    assert found == {
        "lead": [200, 200, 302],
        "lead of another project": [404, 404, 404],
        "coordinator": [404, 404, 404],
        "user without a role": [403, 403, 403],
        "visitor": [302, 302, 403],
    }


# --- Queries -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/en/organise/waste/texts/", HU])
def test_pages_take_the_same_queries_for_one_and_three_sessions(bob, event, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert bob.get(path).status_code == 200
        return len(captured)

    few = queries()
    for n in range(3):
        create_session(event, title=f"More {n}")
        Speaker.objects.create(event=event, name=f"Speaker {n}", about="…")
        Document.objects.create(event=event, title=f"Document {n}")

    assert queries() == few


def test_fields_and_originals_are_marked_with_their_languages(bob):
    html = bob.get(HU).content.decode()

    assert re.search(r'<div class="stack" lang="nl" dir="auto"><p>Rondleiding</p></div>', html)
    assert re.search(r'<input type="text" name="session-\d+-title"[^>]* lang="hu"', html)
