"""What must be there before an event is announced and after it was held, by its kind."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.checklists import after_holding, before_announcing, before_save_the_date, evidence_missing
from events.models import Document, Event, Speaker
from tests.factories import (
    create_event,
    create_feedback,
    create_kind,
    create_lead,
    create_partner,
    create_practice,
    create_project,
    create_registration,
    create_session,
    create_site,
    create_venue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def project():
    return create_project()


def complete(project, **fields) -> Event:
    """An event that lacks nothing of what any kind asks for."""
    values = {
        "host": create_partner(project),
        "venue": create_venue(),
        "contact_email": "bob@example.org",
        "summary": "Two days.",
        "number": 3,
        "themes": "compost",
        "importing_partner": create_partner(project),
        **fields,
    }
    event = create_event(project, **values)
    event.practices.add(create_practice(project))
    create_session(event, site=create_site(needs_id=True), speaker="the mayor")
    return event


def needed(event: Event) -> list[str]:
    return [one.words for one in before_announcing(event) if one.is_needed]


def warned(event: Event) -> list[str]:
    return [one.words for one in before_announcing(event) if one.is_warning]


def advised(event: Event) -> list[str]:
    return [one.words for one in before_announcing(event) if not one.is_needed and not one.is_warning]


EVERYTHING = {
    "shows_practices": True,
    "visits_sites": True,
    "has_delegations": True,
    "has_importing_partner": True,
    "asks_for_phone": True,
    "is_public": True,
    "is_numbered": True,
    "has_speakers": True,
}


def test_complete_event_lacks_nothing_whatever_its_kind_asks_for(project):
    event = complete(project, kind=create_kind("everything", **EVERYTHING))

    assert before_announcing(event) == []


def test_every_kind_needs_date_place_and_host(project):
    bare = create_event(project, kind=create_kind("plain"), date_precision="unknown", mode="")
    online = create_event(project, mode="online", host=create_partner(project))
    town = create_event(project, venue=create_venue(name="", city="Geleen"), host=create_partner(project))

    assert needed(bare) == [
        "The date, or at least its month",
        "Whether people meet on site, online or both",
        "The host",
    ]
    assert (needed(online), needed(town)) == ([], [])
    assert "The address to join online" in advised(online)
    assert "The venue" in advised(town)
    nowhere = create_event(project, host=create_partner(project))
    assert needed(nowhere) == ["The venue, or at least its town; or say that the place is to be confirmed"]


@pytest.mark.parametrize("mode", ["", "on_site"])
def test_a_place_to_be_confirmed_is_an_answer(project, mode):
    event = create_event(project, host=create_partner(project), mode=mode, place_to_be_confirmed=True)

    assert (needed(event), len(warned(event))) == ([], 1)


@pytest.mark.parametrize(
    ("switch", "lacking", "words"),
    [
        ("shows_practices", {"themes": ""}, "Its themes, or the good practices that it shows"),
        ("has_importing_partner", {"importing_partner": None}, "Who carries the practice home"),
        ("has_importing_partner", {}, "The good practice that is carried home"),
        ("visits_sites", {}, "A site that is visited, in the programme"),
        ("has_delegations", {"contact_email": ""}, "Whom to ask"),
        ("asks_for_phone", {"contact_email": ""}, "Whom to ask"),
    ],
)
def test_a_switch_warns_of_what_it_shows_and_without_it_nothing_is_asked(project, switch, lacking, words):
    asking, plain = create_kind("asking", **{switch: True}), create_kind("plain")
    events = [complete(project, kind=kind, **lacking) for kind in (asking, plain)]
    for event in events:
        event.practices.clear()
        event.sessions.all().delete()

    assert (needed(events[0]), words in warned(events[0])) == ([], True)
    assert warned(events[1]) == []


def test_sites_of_a_visit_say_what_they_ask_and_each_is_mended_on_its_page(project):
    event = complete(project, kind=create_kind("visit", visits_sites=True))
    event.sessions.all().delete()
    site = create_site(name="Ropka yard", city="Tartu")
    create_session(event, site=site)

    (missing,) = before_announcing(event)

    assert missing.words.startswith("What Ropka yard, Tartu asks of visitors")
    assert (missing.address, missing.is_warning) == (f"/en/organise/places/sites/{site.pk}/edit/", True)
    site.instruction = "Nothing special."
    site.save()
    assert before_announcing(event) == []
    # Who visits online needs no shoes.
    event.sessions.all().delete()
    event.mode, event.join_url = Event.Mode.ONLINE, "https://meet.example.org/x"
    assert warned(event) == []


def test_what_is_only_advised_hinders_nobody(project):
    kind = create_kind("open", is_public=True, is_numbered=True, has_speakers=True)
    event = complete(project, kind=kind, visibility="partners", number=None, summary="")
    event.sessions.all().delete()

    assert needed(event) == warned(event) == []
    assert advised(event) == [
        "A summary",
        "Its number in the series",
        "That everybody sees it: this kind of event is open to the public",
        "The programme, or the day by which it follows",
        "Who speaks",
    ]
    Speaker.objects.create(event=event, name="Zsófia")
    assert "Who speaks" not in advised(event)


def test_save_the_date_needs_a_month_and_nothing_else(project):
    kind = create_kind("everything", **EVERYTHING)
    month = create_event(project, kind=kind, date_precision="month", mode="", status="draft")
    none = create_event(project, kind=kind, date_precision="unknown", status="draft")

    assert before_save_the_date(month) == []
    assert [one.words for one in before_save_the_date(none)] == ["The date, or at least its month"]


def test_what_the_kind_asks_for_is_a_warning_and_the_event_is_announced_anyway(project, client):
    event = complete(project, kind=create_kind("import", has_importing_partner=True), status="draft")
    Event.objects.update(importing_partner=None)
    client.force_login(create_lead(project))
    page = f"/en/organise/{event.slug}/plan/announce/"

    warning = client.get(page).content.decode()
    client.post(page, {"act": "announce"})

    event.refresh_from_db()
    assert "Who carries the practice home</a> <strong>(events of this kind have it)" in warning
    assert ">Announce anyway</button>" in warning
    assert event.status == Event.Status.ANNOUNCED
    # The checklist goes on saying so until it is there.
    editor = f"/en/organise/{event.slug}/event/"
    assert "Who carries the practice home</a>" in client.get(editor).content.decode()
    Event.objects.update(importing_partner=create_partner(project))
    assert "What is still missing" not in client.get(editor).content.decode()


def test_announcing_waits_for_what_a_reader_must_know(project, client):
    event = complete(project, kind=create_kind("plain"), status="draft", host=None)
    client.force_login(create_lead(project))
    page = f"/en/organise/{event.slug}/plan/announce/"

    refused = client.post(page, {"act": "announce"})

    event.refresh_from_db()
    assert event.status == Event.Status.DRAFT
    assert "The host</a> <strong>(needed first)" in refused.content.decode()
    Event.objects.update(host=create_partner(project))
    assert ">Announce</button>" in client.get(page).content.decode()


# --- After it was held -------------------------------------------------------------------------------------------


def test_evidence_is_missing_until_its_document_has_a_file(project):
    kind = create_kind("visit", evidence_due=["presentations", "minutes", "Risk sheet"])
    event = complete(project, kind=kind)
    slides = Document.objects.create(event=event, title="Slides", evidence="presentations")
    Document.objects.create(event=event, title="Some file", file="documents/x")
    Document.objects.create(event=event, title="Risks", evidence="Risk sheet", file="documents/y")

    assert evidence_missing(event) == ["Presentations", "Minutes"]
    slides.file.save("x", ContentFile(b"%PDF-"), save=True)
    slides.file.delete(save=False)
    assert evidence_missing(event) == ["Minutes"]


def test_feedback_that_people_gave_is_evidence(project, clock):
    event = complete(project, kind=create_kind("visit", evidence_due=["feedback"]))
    assert evidence_missing(event) == ["Feedback of those who came"]

    create_feedback(create_registration(event))

    assert evidence_missing(event) == []
    clock.shift(timedelta(days=200))
    event.hold()
    assert not any("Documents" in one.words for one in after_holding(event))


def test_queries_are_the_same_for_one_and_three_sessions(project):
    event = complete(project, kind=create_kind("everything", **EVERYTHING, evidence_due=["agenda", "feedback"]))

    def queries() -> int:
        fresh = Event.objects.with_page_data().get(pk=event.pk)
        with CaptureQueriesContext(connection) as captured:
            before_announcing(fresh)
            evidence_missing(fresh)
        return len(captured)

    one = queries()
    for _ in range(3):
        create_session(event, site=create_site())
        Document.objects.create(event=event, title="x", evidence="agenda")

    assert queries() == one <= 6


# --- Forms ask only for what the kind asks for ---------------------------------------------------------------------


def test_form_of_a_document_asks_which_evidence_it_is_where_the_kind_expects_any(project, client):
    event = complete(project, kind=create_kind("visit", evidence_due=["minutes", "Risk sheet"]))
    plain = complete(project, kind=create_kind("plain"))
    client.force_login(create_lead(project))
    page = f"/en/organise/{event.slug}/documents/add/"

    form = client.get(page).context["form"]
    refused = client.post(page, {"title": "Minutes", "visibility": "organisers", "evidence": "photos"})
    client.post(page, {"title": "Minutes", "visibility": "organisers", "evidence": "minutes"})

    assert list(dict(form.fields["evidence"].choices)) == ["", "minutes", "Risk sheet"]
    assert list(refused.context["form"].errors) == ["evidence"]
    assert event.documents.get().evidence == "minutes"
    assert "evidence" not in client.get(f"/en/organise/{plain.slug}/documents/add/").context["form"].fields


def test_form_of_an_event_asks_only_for_what_its_kind_asks_for(project, client):
    asking, plain = create_kind("asking", **EVERYTHING), create_kind("plain")
    client.force_login(create_lead(project))

    fields = [
        set(client.get(f"/en/organise/{create_event(project, kind=kind).slug}/event/").context["form"].fields)
        for kind in (asking, plain)
    ]

    assert fields[0] - fields[1] == {"number", "themes", "practices", "importing_partner"}


def test_form_of_an_event_says_in_which_language_it_is_written(project, client):
    event = complete(project, language="it", kind=create_kind("plain"))
    client.force_login(create_lead(project))
    page = f"/en/organise/{event.slug}/event/"
    form = client.get(page).context["form"]
    assert form["language"].value() == "it"
    typed = {
        name: form[name].value() or "" for name in ("title", "slug", "visibility", "kind", "admission", "opened_with")
    }

    refused = client.post(page, {**typed, "language": "xx"})
    answer = client.post(page, {**typed, "language": "mt"})

    event.refresh_from_db()
    assert refused.context["form"].errors["language"] == ["Choose a language of the list."]
    assert (answer.status_code, event.language) == (302, "mt")
