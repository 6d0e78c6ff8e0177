"""The editor of a programme: who may use it, and what its pages take and tell."""

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import CalendarState, ChoiceGroup, Contribution
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_session,
    create_site,
    create_speaker,
)
from tests.opening import answers_to

from .editing import ELEVEN, NINE, TEN, address, hours, three, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def pages_of(event) -> list[str]:
    session = event.sessions.first()
    group = event.choice_groups.first()
    return [
        address("organise_programme"),
        address("add_session"),
        address("edit_session", session.pk),
        address("shift_sessions", session.pk),
        address("add_choice_group"),
        address("edit_choice_group", group.pk),
    ]


@pytest.mark.parametrize("page", range(6))
def test_lead_and_host_edit_a_programme_and_another_partner_does_not_find_it(client, project, event, bob, page):
    create_session(event, start_time=NINE)
    ChoiceGroup.objects.create(event=event, name="Visits")
    alice, charlie = create_lead(project, "Alice"), create_coordinator(create_partner(project), "Charlie")

    assert answers_to(client, pages_of(event)[page], alice, bob, charlie) == {"Alice": 200, "Bob": 200, "Charlie": 404}
    client.logout()
    assert client.get(pages_of(event)[page]).status_code == 302


@pytest.mark.parametrize("act", ["earlier", "duplicate", "delete"])
def test_another_partner_changes_nothing(client, project, event, act):
    create_session(event, start_time=NINE, end_time=TEN)
    session = create_session(event, start_time=TEN, end_time=ELEVEN)
    client.force_login(create_coordinator(create_partner(project), "Charlie"))

    assert client.post(address("change_session", session.pk), {"act": act}).status_code == 404
    assert hours(event) == [("Session 1", "09:00", "10:00"), ("Session 2", "10:00", "11:00")]


def test_a_session_of_another_event_is_not_found_under_this_one(client, event, bob):
    other = create_session(create_event())

    assert client.get(address("edit_session", other.pk)).status_code == 404
    assert client.post(address("change_session", other.pk), {"act": "delete"}).status_code == 404
    assert client.post(address("restore_session", other.pk)).status_code == 404


@pytest.mark.parametrize("act", ["", "away", "day:99", "day:x", "day:-1", "day:²", "day:" + "9" * 5_000])
def test_an_act_that_does_not_exist_is_not_found(client, event, bob, act):
    session = create_session(event)

    assert client.post(address("change_session", session.pk), {"act": act}).status_code == 404


def test_every_change_of_a_programme_is_told_once_to_calendars_and_pages(client, event, bob):
    a, b, _c = three(event)
    event.refresh_from_db()
    acts = [
        lambda: client.post(address("change_session", b.pk), {"act": "earlier"}),
        lambda: client.post(address("shift_sessions", a.pk), {"minutes": "5"}),
        lambda: client.post(address("change_session", b.pk), {"act": "delete"}),
        lambda: client.post(address("restore_session", b.pk)),
        lambda: client.post(address("add_session"), typed(**{"speakers-0-name": "Ana"})),
    ]

    versions = [CalendarState.current()]
    for act in acts:
        assert act().status_code == 302
        versions.append(CalendarState.current())

    assert [later - earlier for earlier, later in pairwise(versions)] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("name", ["organise_programme", "add_session", "organise_speakers", "organise_documents"])
def test_pages_take_the_same_queries_for_1_and_30_sessions(client, event, bob, name):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(name)).status_code == 200
        return len(captured)

    def one_more() -> None:
        session = create_session(event, start_time=NINE, site=create_site())
        Contribution.objects.create(session=session, speaker=create_speaker(event))
        event.documents.create(session=session, title="Slides")

    one_more()
    queries()
    with_one = queries()
    for _n in range(29):
        one_more()

    # A form of a session also reads where its project has been before.
    assert queries() == with_one <= 19


def test_what_people_typed_is_never_markup(client, event, bob):
    create_session(event, title="<script>alert(1)</script>", track="<b>", speaker="<i>")

    assert "<script>alert" not in client.get(address("organise_programme")).content.decode()
