"""The event kinds that every installation starts with."""

from io import StringIO

import pytest
from django.core.management import call_command

from events.loading import load_kinds
from events.models import EventKind

pytestmark = pytest.mark.django_db

LANGUAGES = {"it", "pt", "hu", "de", "nl"}


def test_kinds_can_be_loaded_alone():
    out = StringIO()
    call_command("load_kinds", stdout=out)
    call_command("load_kinds", stdout=out)

    assert out.getvalue().splitlines()[-2:] == ["15 event kinds created.", "Every event kind is there already."]


def test_every_kind_has_its_name_and_that_of_several_in_each_language():
    for kind in load_kinds():
        assert (set(kind.names), set(kind.plurals)) == (LANGUAGES, LANGUAGES), kind


def test_no_word_of_a_file_means_two_kinds():
    words = [word for kind in load_kinds() for word in kind.other_names]

    assert len(words) == len(set(words))


def test_kinds_that_an_administrator_changed_stay_as_they_are():
    load_kinds()
    EventKind.objects.filter(slug="workshop").update(name="Working session")
    EventKind.objects.filter(slug="seminar").delete()

    created = load_kinds()

    assert [kind.slug for kind in created] == ["seminar"]
    assert EventKind.objects.get(slug="workshop").name == "Working session"
