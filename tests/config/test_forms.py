"""What every form of the site has in common."""

import re

import pytest
from django import forms
from django.urls import reverse

from events.models import Session
from tests.factories import create_coordinator, create_event, create_partner, create_project, create_session


class Example(forms.Form):
    name = forms.CharField(max_length=10)
    secret = forms.CharField(max_length=10, widget=forms.PasswordInput)
    story = forms.CharField(max_length=2_000, widget=forms.Textarea)
    remark = forms.CharField(widget=forms.Textarea)


def test_no_browser_cuts_what_is_pasted():
    drawn = str(Example()) + str(Example()["story"].as_field_group())

    assert "maxlength" not in drawn


def test_a_long_text_says_how_much_it_may_hold():
    limits = {name: re.findall("At most [^<]+", Example()[name].as_field_group()) for name in Example.base_fields}

    assert limits == {"name": [], "secret": [], "story": ["At most 2,000 characters."], "remark": []}


def test_what_is_too_long_comes_back_whole_with_the_way_to_mend_it(client, db, clock):
    host = create_partner(create_project())
    event = create_event(host.project, host=host)
    session = create_session(event, title="Opening")
    client.force_login(create_coordinator(host, "Bob"))
    page = reverse("events:edit_session", args=[event.slug, session.pk])
    typed = {"title": "t" * 301, "description": "d" * 20_001, "note": "n" * 5_000, "kind": "talk"}

    answer = client.post(page, typed)

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert errors["title"] == ["Shorten this to at most 300 characters. It has 301."]
    assert errors["description"] == ["Shorten this to at most 20000 characters. It has 20001."]
    assert "note" not in errors
    for text in ("t" * 301, "d" * 20_001):
        assert text in answer.content.decode()
    assert Session.objects.get().title == "Opening"


@pytest.mark.parametrize("name", ["new_event"])
def test_pages_of_forms_cut_nothing(client, db, clock, name):
    client.force_login(create_coordinator(create_partner(create_project()), "Bob"))

    page = client.get(reverse(f"events:{name}")).content.decode()

    fields = re.findall(r'<(?:input|textarea)[^>]* name="(?:title|summary)"[^>]*>', page)
    assert fields
    assert not [field for field in fields if "maxlength" in field]
