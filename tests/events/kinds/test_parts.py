"""What the public page shows by kind, and in which language."""

from datetime import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import ChoiceGroup, Document, Session, Speaker
from tests.events.test_pages import read, words_of
from tests.factories import (
    create_event,
    create_kind,
    create_lead,
    create_organisation,
    create_partner,
    create_practice,
    create_project,
    create_session,
    create_site,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def transfer(event, title: str, **fields) -> Session:
    return create_session(event, title=title, kind="transfer", **fields)


@pytest.fixture
def event():
    """A visit of two days with three sites and the ways between them."""
    event = create_event(slug="tartu", kind=create_kind("study-visit", visits_sites=True, has_delegations=True))
    centre = create_site(name="Data centre", city="Tartu", needs_id=True, forbids_photos=True)
    yard = create_site(name="Ropka yard", city="Tartu", needs_id=True, instruction="Stay on the yellow path.")
    create_session(event, title="Look at servers", site=centre, start_time=time(9), end_time=time(11))
    transfer(event, "Bus", start_time=time(11), end_time=time(11, 30), translations={"hu": {"title": "Busz"}})
    create_session(event, title="Look at lorries", site=yard, start_time=time(11, 30), end_time=time(13))
    transfer(event, "Walk home", start_time=time(13))
    create_session(event, title="Counter", site=create_site(name="Counter", city="Tartu"), day=2)
    return event


def test_a_visit_shows_its_sites_in_order_with_the_ways_between_them(client, event):
    words = read(client, "/en/events/tartu/")

    part = words[words.index("Where the visit leads") : words.index("Programme")]
    assert part.startswith(
        "Where the visit leads Day 1"
        " Data centre, Tartu · 09:00–11:00 Bring an identity document. Take no photos."
        " 11:00–11:30 · Bus Ropka yard, Tartu · 11:30–13:00 Bring an identity document."
        # The walk home of the first day leads to no site of the second.
        " Day 2 Counter, Tartu"
        " What this visit asks of you"
        " Bring an identity document. (Data centre, Tartu · Ropka yard, Tartu) Take no photos. (Data centre, Tartu)"
        " Ropka yard, Tartu : Stay on the yellow path."
    )
    assert "Partners send their own people." in words


def test_what_is_for_partners_is_in_no_part_of_the_page(client, event):
    Session.objects.filter(title__in=["Bus", "Look at lorries"]).update(visibility="partners")

    words = read(client, "/en/events/tartu/")
    client.force_login(create_lead(event.project))
    for_partners = read(client, "/en/events/tartu/")

    assert ("Ropka" in words, "Bus" in words, "yellow path" in words) == (False, False, False)
    assert ("Ropka" in for_partners, "11:00–11:30 · Bus" in for_partners) == (True, True)


def test_a_site_of_a_choice_says_so(client, event):
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    Session.objects.filter(title__startswith="Look").update(choice_group=group)

    assert read(client, "/en/events/tartu/").count("One of several to choose from") == 2


def test_an_import_workshop_shows_from_whom_to_whom_a_practice_goes(client):
    project = create_project()
    owner = create_partner(project, organisation=create_organisation(name="City of Tartu", city="Tartu"))
    importer = create_partner(project, organisation=create_organisation(name="Vime Agency", city="Lousada"))
    event = create_event(
        project, kind=create_kind("import-workshop", has_importing_partner=True), importing_partner=importer
    )
    event.practices.add(create_practice(project, name="One form", owner=owner))
    page = event.get_absolute_url()

    assert "What is carried home One form From City of Tartu, Tartu To Vime Agency, Lousada" in read(client, page)
    event.importing_partner = None
    event.save()
    assert "From City of Tartu, Tartu To To be confirmed" in read(client, page)


def test_a_page_shows_only_what_its_kind_asks_for(client):
    project = create_project()
    facts = {"themes": "compost", "importing_partner": create_partner(project)}
    switches = {"shows_practices": True, "is_public": True, "has_delegations": True, "has_importing_partner": True}
    asking = create_event(project, kind=create_kind("asking", **switches), **facts)
    plain = create_event(project, kind=create_kind("plain"), **facts)
    for event in (asking, plain):
        event.practices.add(create_practice(project))
        create_session(event, site=create_site(needs_id=True))
    shown = ["Themes compost", "Open to Everybody", "Partners send their own people", "What is carried home"]

    found = [[part in read(client, event.get_absolute_url()) for part in shown] for event in (asking, plain)]

    assert found == [[True] * 4, [False] * 4]
    assert "Where the visit leads" not in read(client, plain.get_absolute_url())


# --- Languages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def italian():
    """Written in Italian, partly in Hungarian too."""
    event = create_event(
        slug="rifiuti",
        language="it",
        title="Rifiuti",
        summary="Due giorni.",
        audience="tutti",
        bring="Un documento",
        translations={"hu": {"title": "Hulladék", "summary": "Két nap."}},
    )
    create_session(event, title="Visita", language="it", description="Con caschi.")
    speaker = Speaker.objects.create(event=event, name="Zsófia", function="Assessora", language="it")
    speaker.translations = {"hu": {"function": "Tanácsnok"}}
    speaker.save()
    Document.objects.create(event=event, title="Invito", translations={"hu": {"title": "Meghívó"}})
    return event


def test_reader_is_told_in_which_languages_each_text_is(client, italian):
    words = read(client, "/en/events/rifiuti/")

    assert "This text is available in these languages only: Italian, Hungarian. Due giorni." in words
    assert "For whom tutti (This text is available in Italian only.)" in words
    assert "This text is available in Italian only. Con caschi." in words
    assert "Texts of this event also in: magyar" in words
    html = client.get("/en/events/rifiuti/").content.decode()
    assert '<a href="/en/events/rifiuti/?text=hu" lang="hu" hreflang="hu" rel="nofollow">magyar</a>' in html
    assert '<h1><span lang="it" dir="auto">Rifiuti</span></h1>' in html


def test_reader_chooses_the_language_of_the_texts(client, italian):
    response = client.get("/en/events/rifiuti/?text=hu")
    words, html = words_of(response), response.content.decode()

    assert '<h1><span lang="hu" dir="auto">Hulladék</span></h1>' in html
    assert "Két nap." in words
    assert "Due giorni." not in words
    assert ("Tanácsnok" in words, "Meghívó" in words) == (True, True)
    # What there is not in Hungarian is said as before, and the page's own words stay.
    assert "This text is available in Italian only. Con caschi." in words
    assert "For whom tutti" in words
    assert "Texts of this event also in: italiano" in words


def test_the_way_back_to_the_page_s_own_language_has_no_query(client):
    create_event(slug="waste", title="Waste", translations={"hu": {"title": "Hulladék"}})

    html = client.get("/en/events/waste/?text=hu").content.decode()

    assert '<a href="/en/events/waste/" lang="en" hreflang="en" rel="nofollow">English</a>' in html


@pytest.mark.parametrize("asked", ["xx", "pt", "%00", "hu%27", "x" * 5000, "en"])
def test_language_that_is_not_there_is_passed_over(client, italian, asked):
    assert words_of(client.get(f"/en/events/rifiuti/?text={asked}")) == read(client, "/en/events/rifiuti/")


def test_page_in_another_language_is_kept_too_and_follows_changes(client, italian):
    path = "/en/events/rifiuti/?text=hu"
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    once = len(captured)

    italian.translations["hu"]["summary"] = "Három nap."
    italian.save()

    assert once <= 4
    assert "Három nap." in words_of(client.get(path))


def test_page_of_a_visit_takes_the_same_queries_for_one_and_three_sites(event):
    client = Client()
    client.force_login(create_lead(event.project))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/en/events/tartu/").status_code == 200
        return len(captured)

    few = queries()
    for n in range(3):
        create_session(event, site=create_site(), translations={"hu": {"title": "…"}})
        Document.objects.create(event=event, title=f"Document {n}")

    assert queries() == few
