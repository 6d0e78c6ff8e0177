"""The list to be signed holds everybody with a place, and nobody else."""

from datetime import date

import pytest
from django.urls import reverse

from registrations import paper
from registrations.exceptions import NotADayOfTheEvent
from registrations.models import Registration
from tests.factories import create_event, create_lead, create_project, create_registration, create_user, create_venue

from .reading import pages_of, text_of

pytestmark = pytest.mark.django_db

FIRST = date(2027, 5, 20)


def test_list_names_everybody_with_a_place_in_the_order_of_names():
    project = create_project(acronym="OptiWaMag")
    event = create_event(project, title="Waste without borders", venue=create_venue(name="De Overkant"))
    create_registration(event, "Őry Ágnes", organisation_name="Város", country="HU")
    create_registration(event, "Bob")
    create_registration(event, "Charlie", state=Registration.State.WAITING)
    create_registration(event, "Dora", state=Registration.State.CANCELLED)

    text = text_of(paper.signed_list(event, FIRST))

    for part in ("OptiWaMag", "Waste without borders", "Thursday 20 May 2027", "De Overkant", "Város", "Hungary"):
        assert part in text
    assert "Co-funded by the European Union" in text
    assert text.index("Bob") < text.index("Őry Ágnes")
    assert "Charlie" not in text and "Dora" not in text
    assert "example.org" not in text.replace("contact@example.org", "")


def test_long_list_repeats_its_heading_on_each_page():
    event = create_event()
    for number in range(50):
        create_registration(event, f"Person{number}")

    pages = pages_of(paper.signed_list(event, FIRST))

    assert len(pages) >= 3
    assert all("Organisation" in page for page in pages)


def test_no_row_is_cut_by_the_end_of_a_page():
    event = create_event()
    for number in range(30):
        words = "of waste and circular economy " * number
        create_registration(event, f"Person{number}", organisation_name=f"From{number}x {words[:150]} to{number}x")

    pages = pages_of(paper.signed_list(event, FIRST))

    assert len(pages) >= 3
    for number in range(30):
        assert [f"to{number}x" in page for page in pages] == [f"From{number}x" in page for page in pages]


def test_list_of_another_day_is_refused():
    with pytest.raises(NotADayOfTheEvent):
        paper.signed_list(create_event(), date(2027, 5, 22))


# --- Its page ----------------------------------------------------------------------------------------------------


def test_organiser_gets_the_list_and_nobody_else(client):
    project = create_project()
    event = create_event(project)
    create_registration(event, "Alice")
    address = reverse("registrations:list_to_sign", args=[event.slug, "2027-05-20"])
    client.force_login(create_lead(project))

    page = client.get(reverse("registrations:papers", args=[event.slug]))
    answer = client.get(address)

    assert address in page.content.decode()
    assert answer["Content-Type"] == "application/pdf"
    assert "Alice" in text_of(answer.content)
    assert client.get(address.replace("20.pdf", "22.pdf")).status_code == 404
    assert client.get(address.replace("20.pdf", "99.pdf")).status_code == 404
    client.force_login(create_lead(create_project(), "Charlie"))
    assert client.get(address).status_code == 404
    client.force_login(create_user("Dora"))
    assert client.get(address).status_code == 403


def test_what_cannot_be_set_is_said_in_words(client, monkeypatch):
    from registrations.paper import setting

    monkeypatch.setattr(setting, "SECONDS", 0.001)
    monkeypatch.setattr(setting.pdf, "__kwdefaults__", {**setting.pdf.__kwdefaults__, "seconds": 0.001})
    project = create_project()
    event = create_event(project)
    client.force_login(create_lead(project))

    answer = client.get(reverse("registrations:list_to_sign", args=[event.slug, "2027-05-20"]))

    assert (answer.status_code, "Try again" in answer.content.decode()) == (503, True)
