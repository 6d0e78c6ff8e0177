"""Somebody deletes a row of an event while somebody else writes it: nothing that was typed is lost.

Bob writes; what he writes is deleted before he saves.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse

from events.models import Document, Event
from tests.factories import (
    create_event,
    create_session,
    create_speaker,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "bob")]


def create_document(event: Event) -> Document:
    return event.documents.create(title="Slides")


@dataclass(frozen=True)
class Case:
    word: str
    create: Any
    rows: str
    typed: dict[str, str]
    name: str

    @property
    def error(self) -> str:
        when = "Monday 1 March 2027, 10:00 (Maastricht time, UTC+1)"
        return f"This {self.word} was deleted while you were writing, on {when}. Nothing is saved yet."


CASES = [
    Case(
        "session",
        create_session,
        "sessions",
        {"title": "Typed", "kind": "talk", "audience": "everyone", "visibility": "public", "note": "Kept"},
        "title",
    ),
    Case(
        "speaker",
        create_speaker,
        "speakers",
        {"name": "Typed", "about": "Kept"},
        "name",
    ),
    Case(
        "document",
        create_document,
        "documents",
        {"title": "Typed", "visibility": "organisers"},
        "title",
    ),
]
every_kind = pytest.mark.parametrize("case", CASES, ids=[case.word for case in CASES])


def names(event, case: Case) -> list[str]:
    return list(getattr(event, case.rows).values_list(case.name, flat=True))


@every_kind
def test_what_was_typed_is_shown_again_and_saved_when_it_is_brought_back(client, event, case):
    row = case.create(event)
    page = reverse(f"events:edit_{case.word}", args=[event.slug, row.pk])
    row.put_away()

    answer = client.post(page, case.typed)

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [case.error]
    text = answer.content.decode()
    assert 'value="Typed"' in text
    assert "Kept" in text or ("note" not in case.typed and "about" not in case.typed)
    assert 'name="bring_back"' in text and "Bring it back and save" in text
    assert names(event, case) == []

    answer = client.post(page, {**case.typed, "bring_back": "1"})

    assert answer.status_code == 302
    assert names(event, case) == ["Typed"]
    assert getattr(event, case.rows).get().pk == row.pk


@every_kind
def test_nothing_comes_back_while_something_is_wrong(client, event, case):
    row = case.create(event)
    row.put_away()
    page = reverse(f"events:edit_{case.word}", args=[event.slug, row.pk])

    answer = client.post(page, {**case.typed, case.name: "", "bring_back": "1"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [case.name]
    assert 'name="bring_back"' in answer.content.decode()
    assert names(event, case) == []


@every_kind
def test_what_is_cleared_away_for_good_is_added_anew(client, event, case):
    row = case.create(event)
    page = reverse(f"events:edit_{case.word}", args=[event.slug, row.pk])
    row.delete()

    answer = client.post(page, case.typed)

    assert answer.status_code == 422
    assert 'value="Typed"' in answer.content.decode()
    assert 'name="add_anew"' in answer.content.decode()
    assert names(event, case) == []
    assert client.post(page, {**case.typed, "add_anew": "1"}).status_code == 302
    assert names(event, case) == ["Typed"]
    assert client.get(page).status_code == 404


@every_kind
def test_the_page_of_a_deleted_row_offers_to_bring_it_back(client, event, case):
    row = case.create(event)
    row.put_away()

    answer = client.get(reverse(f"events:edit_{case.word}", args=[event.slug, row.pk]))

    assert answer.status_code == 410
    assert reverse(f"events:restore_{case.word}", args=[event.slug, row.pk]) in answer.content.decode()


@every_kind
def test_a_row_of_another_event_is_not_found_here(client, event, case):
    page = reverse(f"events:edit_{case.word}", args=[event.slug, case.create(create_event()).pk])

    assert [client.get(page).status_code, client.post(page, case.typed).status_code] == [404, 404]


def test_a_speaker_whose_name_was_given_again_comes_back_under_the_new_one(client, event):
    speaker = create_speaker(event, name="Ana")
    speaker.put_away()
    create_speaker(event, name="Ana")
    page = reverse("events:edit_speaker", args=[event.slug, speaker.pk])

    answer = client.post(page, {"name": "Ana", "bring_back": "1"})
    assert list(answer.context["form"].errors) == ["name"]

    assert client.post(page, {"name": "Ana B.", "bring_back": "1"}).status_code == 302
    assert sorted(event.speakers.values_list("name", flat=True)) == ["Ana", "Ana B."]


def test_a_group_that_was_dissolved_meanwhile_is_added_anew(client, event):
    group = event.choice_groups.create(name="Visits")
    page = reverse("events:edit_choice_group", args=[event.slug, group.pk])
    group.delete()

    answer = client.post(page, {"name": "Tours", "pick": "2"})
    assert answer.context["form"].non_field_errors() == [
        "This group was dissolved while you were writing. Nothing is saved yet."
    ]
    assert 'value="Tours"' in answer.content.decode()

    client.post(page, {"name": "Tours", "pick": "2", "add_anew": "1"})
    assert list(event.choice_groups.values_list("name", "pick")) == [("Tours", 2)]
