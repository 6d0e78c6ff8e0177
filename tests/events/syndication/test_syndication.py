"""What other programs take: news, structured data, pictures of links, the map of the site."""

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from events.models import Event
from events.syndication import link_previews
from tests.factories import create_event, create_kind, create_project, create_venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = "Waste</script><script>alert(1)</script> & ]]> \x07\x0b\u2028 ‘ő’"


def entries(client: Client, path: str = "/news/all.atom") -> list[tuple[str, str]]:
    """The titles and ids of a feed."""
    root = ElementTree.fromstring(client.get(path).content)  # noqa: S314 - our own bytes
    return [
        (entry.findtext("a:title", "", ATOM), entry.findtext("a:id", "", ATOM))
        for entry in root.findall("a:entry", ATOM)
    ]


def json_ld(client: Client, event: Event) -> dict:
    page = client.get(event.get_absolute_url()).content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[0]) if found else {}


def hidden_events() -> list[Event]:
    return [
        create_event(title="Unseen draft", slug="unseen-draft", status=Event.Status.DRAFT),
        create_event(title="Unseen partners", slug="unseen-partners", visibility=Event.Visibility.PARTNERS),
    ]


# --- News --------------------------------------------------------------------------------------------------------


def test_news_tell_what_is_new_and_what_changed_latest_first(client):
    event = create_event(title="Closing conference")
    change = event.change_plan(
        reason="The hall burnt down", at=datetime(2027, 3, 2, 9, tzinfo=UTC), mode=Event.Mode.ONLINE
    )
    Event.objects.update(published_at=datetime(2027, 2, 1, tzinfo=UTC))

    titles = [title for title, _id in entries(client)]

    assert change is not None
    assert titles == ["Moved online: Closing conference", "New: Closing conference"]


def test_ids_of_news_stay_the_same_when_the_event_is_renamed(client):
    event = create_event(title="Old name")
    event.change_plan(reason="", mode=Event.Mode.ONLINE)
    before = [number for _title, number in entries(client)]

    event.title, event.slug = "New name", "new-name"
    event.save()

    assert [number for _title, number in entries(client)] == before
    assert len(set(before)) == 2


def test_what_was_over_when_it_was_entered_is_no_news(client):
    event = create_event()
    Event.objects.filter(pk=event.pk).update(published_at=datetime(2028, 1, 1, tzinfo=UTC))

    assert entries(client) == []


def test_news_of_a_project_are_its_own_and_those_it_shares(client):
    project, other = create_project(slug="meuse"), create_project()
    create_event(project, title="Own")
    shared = create_event(other, title="Shared")
    shared.other_projects.add(project)
    create_event(other, title="Foreign")

    assert {title for title, _id in entries(client, "/news/projects/meuse.atom")} == {"New: Own", "New: Shared"}


def test_nothing_hidden_is_in_news_pictures_or_the_map_of_the_site(client):
    shown = create_event(title="Shown", slug="shown")
    for event in hidden_events():
        event.change_plan(reason="Unseen reason", mode=Event.Mode.ONLINE)

    assert [title for title, _id in entries(client)] == ["New: Shown"]
    assert b"unseen" not in client.get("/sitemap.xml").content.lower()
    assert b"/en/events/shown/" in client.get("/sitemap.xml").content
    assert client.get("/events/shown.png").status_code == 200
    assert client.get("/events/unseen-draft.png").status_code == 404
    assert client.get("/events/unseen-partners.png").status_code == 404
    assert json_ld(client, shown)["name"] == "Shown"


def test_hostile_text_stays_text_in_news(client):
    event = create_event(title=HOSTILE.replace("\u2028", ""), summary=HOSTILE)
    event.change_plan(reason="<b>bold</b>", mode=Event.Mode.ONLINE)

    body = client.get("/news/all.atom").content.decode()

    assert "<script" not in body
    assert "&amp;lt;b&amp;gt;bold" in body
    assert len(entries(client)) == 2


def test_news_are_the_same_bytes_until_something_changes(client):
    event = create_event()
    first = client.get("/news/all.atom")
    again = client.get("/news/all.atom", headers={"if-none-match": first["ETag"]})
    event.change_plan(reason="", mode=Event.Mode.ONLINE)
    changed = client.get("/news/all.atom", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304
    assert changed.status_code == 200
    assert client.get("/news/all.atom").content == changed.content != first.content


def test_an_empty_feed_is_valid_and_does_not_change_by_itself(client):
    assert client.get("/news/all.atom").content == client.get("/news/all.atom").content
    assert entries(client) == []


@pytest.mark.parametrize("path", ["/news/all.atom", "/sitemap.xml"])
def test_queries_do_not_grow_with_events(client, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    project = create_project()
    create_event(project).change_plan(reason="", mode=Event.Mode.ONLINE)
    one = queries()
    for _n in range(2):
        create_event(project).change_plan(reason="", mode=Event.Mode.ONLINE)

    assert queries() == one


@pytest.mark.parametrize(
    "path", ["/news/projects/none.atom", "/events/none.png", "/sitemap.xml?p=x", "/sitemap.xml?p=99"]
)
def test_addresses_of_nothing_answer_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/news/all.atom?lang=xx", "/robots.txt"])
def test_other_methods_are_refused(client, path):
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405


# --- Structured data ---------------------------------------------------------------------------------------------


def test_structured_data_say_what_the_page_says(client):
    venue = create_venue(name="Town hall", city="Maastricht", country="NL", address="Markt 78")
    event = create_event(title="Round table", summary="On waste.", venue=venue, slug="round-table")

    data = json_ld(client, event)

    assert data["@type"] == "Event"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert (data["startDate"], data["endDate"]) == ("2027-05-20T09:00:00+02:00", "2027-05-21T16:00:00+02:00")
    assert data["location"] == [
        {
            "@type": "Place",
            "name": "Town hall",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "Markt 78",
                "addressLocality": "Maastricht",
                "addressCountry": "NL",
            },
        }
    ]


def test_structured_data_never_hold_the_address_to_join(client):
    event = create_event(mode=Event.Mode.ONLINE, join_url="https://meet.example.org/secret")

    page = client.get(event.get_absolute_url()).content.decode()

    assert json_ld(client, event)["location"][0]["@type"] == "VirtualLocation"
    assert "meet.example.org" not in page


def test_structured_data_of_a_moved_and_of_a_cancelled_event(client):
    moved, cancelled = create_event(), create_event()
    moved.change_plan(reason="", starts_on=datetime(2027, 6, 1).date(), ends_on=datetime(2027, 6, 1).date())
    cancelled.cancel(reason="Flood")

    assert json_ld(client, moved)["eventStatus"] == "https://schema.org/EventRescheduled"
    assert json_ld(client, moved)["previousStartDate"] == "2027-05-20"
    assert json_ld(client, cancelled)["eventStatus"] == "https://schema.org/EventCancelled"


def test_an_event_without_any_date_has_no_structured_data(client):
    event = create_event(date_precision=Event.DatePrecision.UNKNOWN, time_zone="")

    assert json_ld(client, event) == {}


def test_a_title_cannot_end_the_script_element(client):
    event = create_event(title=HOSTILE)

    assert json_ld(client, event)["name"] == HOSTILE
    assert "<script>alert" not in client.get(event.get_absolute_url()).content.decode()


# --- Pictures of links -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title", ["Short", HOSTILE, "Datenschutzgrundverordnungshinweise " * 8, "x" * 300, "Ελληνικά ў"]
)
def test_the_picture_of_a_link_has_the_size_that_networks_ask_for(client, title):
    event = create_event(title=title, slug="pictured")

    response = client.get("/events/pictured.png")

    image = Image.open(io.BytesIO(response.content))
    assert response["Content-Type"] == "image/png"
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(response.content) < 100_000
    assert json_ld(client, event)["image"][0].endswith("/events/pictured.png")


@pytest.mark.parametrize(
    ("title", "has_library", "shows"),
    [
        ("循环经济会议", True, "the project"),
        ("مؤتمر النفايات", False, "the project"),
        ("כנס הפסולת", False, "the project"),
        ("مؤتمر النفايات", True, "the title"),
        ("Ημερίδα 🫠", True, "the rest"),
    ],
)
def test_the_picture_shows_no_boxes_for_letters_that_it_cannot_write(client, monkeypatch, title, has_library, shows):
    monkeypatch.setattr(link_previews.features, "check", lambda name: has_library)
    link_previews._is_writable.cache_clear()
    event = create_event(title=title, slug="pictured")

    drawn = link_previews.picture(event, "en")

    event.title = {"the project": event.project.full_name, "the title": "", "the rest": "Ημερίδα"}[shows]
    assert (link_previews.picture(event, "en") == drawn) == (shows != "the title")
    link_previews._is_writable.cache_clear()


def test_the_picture_follows_the_event(client):
    event = create_event(slug="pictured")
    before = client.get("/events/pictured.png")
    event.cancel(reason="Flood")

    after = client.get("/events/pictured.png", headers={"if-none-match": before["ETag"]})

    assert after.status_code == 200
    assert after.content != before.content
    assert client.get("/events/pictured.png", headers={"if-none-match": after["ETag"]}).status_code == 304


def test_robots_are_shown_the_map_of_the_site(client):
    assert "Sitemap: http" in client.get("/robots.txt").content.decode()


@pytest.mark.parametrize("name", ["Two\u2029lines", "Two\u0085lines", "Two\r\nlines"])
def test_a_line_end_in_the_name_of_a_kind_does_not_break_the_picture(client, name):
    kind = create_kind("open-house", name=name)
    create_event(slug="pictured", kind=kind)

    assert client.get("/events/pictured.png").status_code == 200
