"""One link for an auditor to the folders of a project or a semester: which events it opens, and no others."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.urls import reverse

from events.models import Document, Event
from learning.evidence import folder_of, links, packs
from learning.models import AuditorLink, EvidencePack
from tests.factories import (
    create_coordinator,
    create_event,
    create_kind,
    create_lead,
    create_partner,
    create_project,
    create_semester,
    create_user,
)

pytestmark = pytest.mark.django_db
AFTER = datetime(2027, 6, 1, 9, tzinfo=UTC)
UNTIL = date(2027, 7, 1)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, clock):
    settings.MEDIA_ROOT = tmp_path
    settings.OUTBOX_IN_WEB_PROCESS = False
    clock.move_to(AFTER)


@pytest.fixture
def project():
    return create_project(acronym="BETTER", slug="better")


def held(project, title, **fields):
    kind = create_kind("study-visit", evidence_due=["minutes"])
    event = create_event(project, **{"kind": kind, "status": "held", "title": title, **fields})
    file = ContentFile(b"%PDF-1.7 minutes", "minutes.pdf")
    Document.objects.create(event=event, title="Minutes", evidence="minutes", file=file, file_name="minutes.pdf")
    return event


def path_to(about) -> str:
    return "/" + links.make(about, label="Control", until=UNTIL)[1].split("/", 3)[3]


def every_address(path, event) -> list[str]:
    key = folder_of(event).items[0].key
    packs.ask_for(event, language="en")
    packs.make_waiting()
    pack = EvidencePack.objects.filter(event=event).first()
    folder = f"{path}{event.slug}/"
    return [folder, f"{folder}files/{key}/", f"{folder}pack/{pack.pk}/"]


def test_it_lists_the_events_and_opens_their_folders(client, project):
    first, second = held(project, "First visit"), held(project, "Second visit")
    create_event(project, kind=first.kind, title="Third", status="held")
    path = path_to(project)
    page = client.get(path).content.decode()

    assert [title in page for title in ("First visit", "Second visit", "Third", "Minutes")] == [True] * 4
    for event in (first, second):
        assert f"{path}{event.slug}/" in page
        assert [client.get(address).status_code for address in every_address(path, event)] == [200] * 3
        assert client.post(f"{path}{event.slug}/pack/").status_code == 302
    assert client.post(path).status_code == 405
    link = AuditorLink.objects.get()
    assert (link.opened, link.last_opened_at, link.made_at) == (3, AFTER, AFTER)


def test_it_opens_nothing_of_another_project_and_no_draft(client, project):
    other = held(create_project(), "Another project’s")
    shared = held(create_project(), "Shared")
    shared.other_projects.add(project)
    draft = held(project, "Draft", status="draft")
    path = path_to(project)

    page = client.get(path).content.decode()
    for event in (other, shared, draft):
        assert event.title not in page
        assert [client.get(address).status_code for address in every_address(path, event)] == [404] * 3
        assert client.post(f"{path}{event.slug}/pack/").status_code == 404


def test_that_of_a_semester_opens_its_events_alone(client, project):
    semester = create_semester(project, starts_on=date(2027, 1, 1), ends_on=date(2027, 6, 30))
    inside = held(project, "Inside")
    outside = held(project, "Outside", starts_on=date(2026, 5, 4), ends_on=date(2026, 5, 4))
    path = path_to(semester)

    page = client.get(path).content.decode()
    assert ("Semester 1" in page, "Inside" in page, "Outside" in page) == (True, True, False)
    assert [client.get(address).status_code for address in every_address(path, inside)] == [200] * 3
    assert [client.get(address).status_code for address in every_address(path, outside)] == [404] * 3


def test_it_is_open_until_its_day_and_closed_at_once_when_revoked(client, project, clock):
    event = held(project, "Visit")
    path = path_to(project)
    addresses = [path, *every_address(path, event)]

    clock.move_to(datetime(2027, 7, 1, 23, 59, tzinfo=UTC))
    assert client.get(path).status_code == 200
    clock.move_to(datetime(2027, 7, 2, tzinfo=UTC))
    assert [client.get(address).status_code for address in addresses] == [410] * 4
    clock.move_to(AFTER)
    client.force_login(create_lead(project))
    client.post(reverse("learning:revoke_project_link", args=["better", AuditorLink.objects.get().pk]))
    client.logout()
    assert [client.get(address).status_code for address in addresses] == [410] * 4


def test_a_link_is_of_an_event_or_of_a_project(project):
    values = {"label": "x", "code_hash": "x", "expires_at": datetime(2027, 7, 1, tzinfo=UTC)}

    with pytest.raises(IntegrityError):
        AuditorLink.objects.create(event=held(project, "Visit"), project=project, **values)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(client, project, count, django_assert_num_queries):
    for number in range(count):
        held(project, f"Visit {number}")
        create_event(project, date_precision=Event.DatePrecision.UNKNOWN)
    path = path_to(project)

    # The link, that it was opened, its events, their documents, and their ZIPs.
    with django_assert_num_queries(5):
        assert client.get(path).status_code == 200


# --- The page of the lead ----------------------------------------------------------------------------------------


def test_the_lead_makes_links_and_sees_their_address_once(client, project):
    semester = create_semester(project)
    client.force_login(create_lead(project))
    page = reverse("learning:auditors", args=["better"])
    day = {"until_0": "1", "until_1": "7", "until_2": "2027"}

    for chosen, words in (("", "All events of the project"), (semester.pk, "Semester 1")):
        answer = client.post(page, {"label": "Control", "semester": chosen, **day}).content.decode()
        [whole] = re.findall(r'value="(http[^"]+/audit/[^"]+)"', answer)
        assert words in answer
        assert client.get("/" + whole.split("/", 3)[3]).status_code == 200
    assert "/audit/" not in client.get(page).content.decode()
    refused = client.post(page, {"label": "", "semester": "x"}).content.decode()
    words = ("Say for whom the link is", "Choose a semester of the list", "Enter the last day of the link")
    assert [each in refused for each in words] == [True] * 3
    assert AuditorLink.objects.count() == 2


def test_nobody_but_the_lead_makes_or_revokes_one(client, project):
    path_to(project)
    link = AuditorLink.objects.get()
    page = reverse("learning:auditors", args=["better"])
    foreign = create_semester(create_project())
    revoke = reverse("learning:revoke_project_link", args=["better", link.pk])
    for user in (create_coordinator(create_partner(project)), create_lead(create_project(), "Charlie")):
        client.force_login(user)
        assert [client.get(page).status_code, client.post(page).status_code, client.post(revoke).status_code] == [
            404
        ] * 3
    client.force_login(create_user())
    assert client.get(page).status_code == 403

    client.force_login(create_lead(project))
    day = {"until_0": "1", "until_1": "7", "until_2": "2027"}
    assert client.post(page, {"label": "x", "semester": foreign.pk, **day}).status_code == 422
    link.refresh_from_db()
    assert link.revoked_at is None
