"""Calendar addresses: what each contains, who never sees what there, and how polling is answered."""

import gzip
import logging
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import icalendar
import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils.http import http_date

from events import feeds
from events.models import CalendarState, Event, EventKind, FeedState
from events.signals import calendar_changes_at_once
from events.subscriptions import Subscription
from tests.conftest import NOW
from tests.factories import (
    create_event,
    create_kind,
    create_lead,
    create_partner,
    create_practice,
    create_project,
    create_session,
    create_user,
    create_venue,
    days,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ALL = "/calendars/all.ics"


def shown(client: Client, address: str) -> list[str]:
    """The titles in a calendar, in its order."""
    response = client.get(address)
    assert response.status_code == 200
    calendar = icalendar.Calendar.from_ical(response.content)
    return [str(event["SUMMARY"]).partition(" (")[0] for event in calendar.events]


# --- What a calendar contains ------------------------------------------------------------------------------------


def test_a_calendar_shows_to_everybody_what_everybody_may_see(client):
    project = create_project()
    partner = create_partner(project)
    create_event(project, title="Public", host=partner)
    create_event(project, title="Draft", host=partner, status=Event.Status.DRAFT, slug="draft")
    create_event(project, title="For partners", host=partner, visibility=Event.Visibility.PARTNERS, slug="partners")
    # Not even to those who see more on the pages: an address of a calendar can be passed on.
    client.force_login(create_lead(project))

    for address in (ALL, f"/calendars/projects/{project.slug}.ics", f"/calendars/partners/{partner.slug}.ics"):
        assert shown(client, address) == ["Public"]
        assert "partners" not in client.get(address).content.decode().replace("/calendars/partners/", "")
    assert client.get("/events/draft.ics").status_code == 404
    assert client.get("/events/partners.ics").status_code == 404


def test_an_event_that_is_hidden_or_deleted_leaves_at_once(client):
    event = create_event(title="Seen", slug="seen")
    other = create_event(title="Other")
    assert shown(client, ALL) == ["Seen", "Other"]

    event.visibility = Event.Visibility.PARTNERS
    event.save()
    assert shown(client, ALL) == ["Other"]
    assert client.get("/events/seen.ics").status_code == 404
    other.delete()
    assert shown(client, ALL) == []


def test_each_calendar_holds_the_events_of_its_subject(client):
    project, other = create_project(slug="one", acronym="ONE"), create_project()
    host = create_partner(project, slug="host")
    create_event(project, title="Hosted", slug="hosted", host=host)
    create_event(project, title="Elsewhere", starts_on=date(2027, 5, 19))
    create_event(other, title="Of another project", starts_on=date(2027, 5, 18))

    assert shown(client, ALL) == ["Of another project", "Elsewhere", "Hosted"]
    assert shown(client, "/calendars/projects/one.ics") == ["Elsewhere", "Hosted"]
    assert shown(client, "/calendars/partners/host.ics") == ["Hosted"]
    assert shown(client, "/events/hosted.ics") == ["Hosted"]


def test_an_event_of_two_projects_and_two_hosts_is_in_the_calendar_of_each_once(client):
    one, two = create_project(slug="one"), create_project(slug="two")
    host, co_host = create_partner(one, slug="host"), create_partner(two, slug="co-host")
    event = create_event(one, title="Shared", slug="shared", host=host)
    event.other_projects.add(two)
    event.co_hosts.add(co_host)

    for subject in ("projects/one", "projects/two", "partners/host", "partners/co-host"):
        assert shown(client, f"/calendars/{subject}.ics") == ["Shared"]
    assert shown(client, ALL) == ["Shared"]
    event.other_projects.remove(two)
    event.co_hosts.clear()
    assert shown(client, "/calendars/projects/two.ics") == shown(client, "/calendars/partners/co-host.ics") == []


def test_the_calendar_of_all_reaches_back_some_months_and_a_projects_own_is_whole(client, settings):
    settings.CALENDAR_MONTHS_BACK = 12
    project = create_project(slug="project")
    for title, ends_on in (
        ("Too old", date(2026, 2, 28)),
        ("Just in", date(2026, 3, 1)),
        ("To come", date(2029, 1, 1)),
    ):
        create_event(project, title=title, starts_on=ends_on, ends_on=ends_on)

    assert shown(client, ALL) == ["Just in", "To come"]
    assert shown(client, "/calendars/projects/project.ics") == ["Too old", "Just in", "To come"]


def test_a_postponed_event_is_in_the_window_by_its_last_date(client):
    for title, day in (("Long ago", date(2024, 5, 20)), ("Lately", date(2026, 12, 1))):
        create_event(title=title, starts_on=day, ends_on=day).postpone(reason="Flood")

    assert shown(client, ALL) == ["POSTPONED: Lately"]


def test_an_event_without_any_date_waits_outside(client):
    create_event(slug="undated", date_precision=Event.DatePrecision.UNKNOWN)

    assert shown(client, ALL) == []
    assert shown(client, "/events/undated.ics") == []


def test_a_cancelled_event_leaves_every_calendar_30_days_after_its_end(client, clock):
    event = create_event(
        create_project(slug="project"), title="Gone", starts_on=date(2027, 3, 2), ends_on=date(2027, 3, 2)
    )
    event.cancel(reason="Nobody comes.")
    project_address = "/calendars/projects/project.ics"
    assert shown(client, ALL) == shown(client, project_address) == ["CANCELLED: Gone"]

    clock.shift(days(31))
    assert shown(client, ALL) == shown(client, project_address) == ["CANCELLED: Gone"]
    # Nothing was changed since; the day alone makes the difference.
    clock.shift(days(1))
    assert shown(client, ALL) == shown(client, project_address) == []


def test_sessions_are_a_choice_of_the_feed(client):
    event = create_event(title="Conference")
    create_session(event, title="Opening", start_time=datetime(2027, 1, 1, 9).time())

    assert shown(client, ALL) == ["Conference"]
    assert shown(client, ALL + "?sessions=1") == ["Conference", "Opening"]


@pytest.fixture
def choice_of_events():
    one, two = create_project(slug="one"), create_project(slug="two")
    create_event(
        one,
        title="Visit",
        kind=create_kind("study-visit"),
        host=create_partner(one, slug="host"),
        venue=create_venue(country="NL", name="Kasteel", city="Gävle"),
    )
    create_event(two, title="Webinar", kind=create_kind("webinar"), mode=Event.Mode.ONLINE, venue=None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("project=one", ["Visit"]),
        ("kind=webinar", ["Webinar"]),
        ("country=NL", ["Visit"]),
        ("country=nl", ["Visit"]),
        ("partner=host", ["Visit"]),
        ("mode=online", ["Webinar"]),
        ("q=gavle", ["Visit"]),
        ("project=one&kind=webinar", []),
        ("project=one&kind=study-visit&country=NL&partner=host&mode=on_site", ["Visit"]),
        # A word that names nothing matches nothing: an address must not show more than it was made for.
        ("kind=no-such-kind", []),
        ("country=XX", []),
        ("mode=by-boat", []),
        ("project=" + "x" * 3000, []),
        ("kind=%00", []),
        ("kind=%FF%FE", []),
        ("q=%00", []),
        # What is no filter is no filter.
        ("kind=", ["Visit", "Webinar"]),
        ("when=past&page=7&utm_source=mail", ["Visit", "Webinar"]),
        ("lang=xx", ["Visit", "Webinar"]),
    ],
)
@pytest.mark.usefixtures("choice_of_events")
def test_a_calendar_is_filtered_as_the_list_is(client, query, expected):
    assert shown(client, f"{ALL}?{query}") == expected


@pytest.mark.usefixtures("choice_of_events")
def test_a_filtered_calendar_says_by_its_name_what_it_holds(client):
    content = client.get(ALL + "?kind=study-visit&country=NL").content.decode().replace("\r\n ", "")

    assert "\r\nNAME:Trajectum: Study visits\\, Netherlands\r\n" in content
    assert "\r\nSOURCE;VALUE=URI:http://testserver/calendars/all.ics?kind=study-visit&country=NL\r\n" in content


def test_what_somebody_typed_is_not_repeated(client):
    content = client.get(ALL + "?kind=evil%0D%0ABEGIN:VEVENT").content.decode()

    assert "evil" not in content
    assert shown(client, ALL + "?kind=evil") == []


def test_texts_are_in_the_language_that_the_address_names(client, settings):
    settings.LANGUAGES = [("en", "English"), ("it", "Italian")]
    create_event(title="Visit", translations={"it": {"title": "Visita"}})

    assert shown(client, ALL) == ["Visit"]
    assert shown(client, ALL + "?lang=it") == ["Visita"]
    response = client.get(ALL + "?lang=it")
    assert response["Content-Language"] == "it"
    assert "http://testserver/it/events/" in response.content.decode().replace("\r\n ", "")


def test_a_fault_in_one_event_is_logged_and_takes_no_other_away(client, caplog):
    broken, _whole = create_event(title="Broken", ends_on=date(2027, 5, 20)), create_event(title="Whole")
    Event.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Town")

    with caplog.at_level(logging.ERROR, logger="events.feeds"):
        assert shown(client, ALL) == ["Whole"]
    assert f"The event {broken.pk} cannot be written into calendars." in caplog.text


# --- How an address answers --------------------------------------------------------------------------------------


def test_an_answer_has_the_headers_that_programs_need_and_sets_nothing(client):
    create_event(create_project(slug="s3chem"))
    response = client.get("/calendars/projects/s3chem.ics", headers={"accept-language": "it, de"})

    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="s3chem.ics"'
    assert response["Cache-Control"] == "private, max-age=900"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Vary"] == "Accept-Encoding"
    assert response["Content-Language"] == "en"
    assert response["Content-Length"] == str(len(response.content))
    assert response["ETag"].startswith('"')
    assert response["Last-Modified"] == http_date(NOW.timestamp())
    assert not response.cookies


def test_who_asks_does_not_matter(client):
    create_event()
    anonymous = Client().get(ALL).content
    client.force_login(create_user())
    response = client.get(ALL, headers={"authorization": "Bearer x", "accept": "application/json"})

    assert response.content == anonymous
    assert not response.cookies


def test_the_same_bytes_come_while_nothing_changed_and_after_a_restart(client, clock):
    event = create_event()
    create_session(event, start_time=datetime(2027, 1, 1, 9).time())
    create_venue()
    address = ALL + "?sessions=1"
    first = client.get(address)
    clock.shift(timedelta(hours=7))
    second = client.get(address)
    feeds.forget_kept_calendars()
    third = client.get(address)

    for response in (second, third):
        assert (response.content, response["ETag"], response["Last-Modified"]) == (
            first.content,
            first["ETag"],
            first["Last-Modified"],
        )


def test_a_change_changes_both_validators_and_a_change_elsewhere_neither(client, clock):
    project, other = create_project(slug="one"), create_project()
    event, elsewhere = create_event(project, title="Old title"), create_event(other)
    address = "/calendars/projects/one.ics"
    first = client.get(address)

    clock.shift(timedelta(hours=1))
    elsewhere.title = "Another title"
    elsewhere.save()
    second = client.get(address)
    assert (second["ETag"], second["Last-Modified"]) == (first["ETag"], first["Last-Modified"])

    event.title = "New title"
    event.save()
    third = client.get(address)
    assert third["ETag"] != first["ETag"]
    assert third["Last-Modified"] == http_date((NOW + timedelta(hours=1)).timestamp())


def test_two_changes_within_a_second_differ_by_date_too(client):
    event = create_event()
    first = client.get(ALL)
    event.delete()
    second = client.get(ALL)

    assert first["Last-Modified"] != second["Last-Modified"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": "{etag}"}, 304),
        ({"if-none-match": "W/{etag}"}, 304),
        ({"if-none-match": '"other", {etag}'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-none-match": "not a tag"}, 200),
        ({"if-modified-since": "{date}"}, 304),
        ({"if-modified-since": "Mon, 01 Mar 2027 08:59:59 GMT"}, 200),
        ({"if-modified-since": "Tue, 02 Mar 2027 00:00:00 GMT"}, 304),
        ({"if-modified-since": "yesterday"}, 200),
        # The tag wins over the date.
        ({"if-none-match": '"other"', "if-modified-since": "{date}"}, 200),
        ({"if-none-match": "{etag}", "if-modified-since": "Mon, 01 Mar 2027 08:59:59 GMT"}, 304),
    ],
)
def test_conditional_requests_are_answered_by_tag_first_and_by_date(client, headers, status):
    create_event()
    first = client.get(ALL)
    known = {"etag": first["ETag"], "date": first["Last-Modified"]}
    response = client.get(ALL, headers={name: value.format(**known) for name, value in headers.items()})

    assert response.status_code == status
    assert response["ETag"] == first["ETag"]
    assert response["Last-Modified"] == first["Last-Modified"]
    assert response["Cache-Control"] == "private, max-age=900"
    assert response["Vary"] == "Accept-Encoding"
    assert response.content == (b"" if status == 304 else first.content)
    assert not response.cookies


def test_head_answers_as_get_without_a_body(client):
    create_event()
    got, headed = client.get(ALL), client.head(ALL)

    assert headed.status_code == 200
    assert dict(headed.headers) == dict(got.headers)
    assert headed.content == b""
    assert client.head(ALL, headers={"if-none-match": got["ETag"]}).status_code == 304


def test_calendars_are_compressed_for_those_who_ask(client):
    create_event()
    plain = client.get(ALL)
    zipped = client.get(ALL, headers={"accept-encoding": "br, gzip;q=0.8"})

    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["Content-Length"] == str(len(zipped.content))
    assert zipped["ETag"] == f"W/{plain['ETag']}"
    assert zipped["Vary"] == plain["Vary"] == "Accept-Encoding"
    assert client.get(ALL, headers={"accept-encoding": "gzip"}).content == zipped.content
    assert client.get(ALL, headers={"if-none-match": zipped["ETag"], "accept-encoding": "gzip"}).status_code == 304
    assert client.get(ALL, headers={"if-none-match": zipped["ETag"]}).status_code == 304


@pytest.mark.parametrize("asked", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "xgzip"])
def test_calendars_are_not_compressed_for_others(client, asked):
    create_event()

    assert "Content-Encoding" not in client.get(ALL, headers={"accept-encoding": asked}).headers


def test_compression_can_be_switched_off(client, settings):
    settings.CALENDAR_GZIP = False
    create_event()

    assert "Content-Encoding" not in client.get(ALL, headers={"accept-encoding": "gzip"}).headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT"])
@pytest.mark.parametrize(
    "address", [ALL, "/calendars/projects/none.ics", "/calendars/partners/none.ics", "/events/a.ics"]
)
def test_other_methods_are_not_allowed_and_no_question_of_csrf(method, address):
    response = Client(enforce_csrf_checks=True).generic(method, address)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert not response.cookies


JUNK = ["none", "a/b", "..", "%00", "%FF%FE", "%0D%0ASet-Cookie:a=b", "x" * 3000, "a b", "’", "%E2%80%A8", "<script>"]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize("folder", ["/calendars/projects/", "/calendars/partners/", "/events/"])
def test_no_calendar_is_a_404_of_a_few_words(client, folder, junk):
    response = client.get(f"{folder}{junk}.ics")

    assert response.status_code == 404
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content == b"There is no calendar at this address.\n"
    assert not response.cookies


def test_an_empty_calendar_is_valid(client):
    create_project(slug="new", acronym="NEW")
    calendar = icalendar.Calendar.from_ical(client.get("/calendars/projects/new.ics").content)

    assert str(calendar["NAME"]) == "NEW"
    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]


def test_a_calendar_carries_each_zone_once(client):
    for zone in ("Europe/Lisbon", "Europe/Tallinn", "Europe/Lisbon", "Africa/Casablanca"):
        create_event(time_zone=zone, ends_on=date(2027, 5, 20))
    calendar = icalendar.Calendar.from_ical(client.get(ALL).content)

    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Lisbon", "Europe/Tallinn"]


# --- What it costs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"if-none-match": "*"}, {"accept-encoding": "gzip"}])
def test_a_kept_calendar_costs_one_query(client, headers, django_assert_num_queries):
    create_event()
    client.get(ALL)

    with django_assert_num_queries(1):
        client.get(ALL, headers=headers)


@pytest.mark.parametrize("address", [ALL, "/calendars/projects/one.ics?sessions=1", ALL + "?kind=thematic-event"])
def test_building_costs_the_same_queries_for_1_and_3_events(client, address, django_assert_max_num_queries):
    project, kind = create_project(slug="one"), create_kind("thematic-event")

    def add() -> None:
        event = create_event(project, kind=kind, host=create_partner(project), venue=create_venue())
        event.change_plan(starts_on=date(2027, 5, 19))
        create_session(event, start_time=datetime(2027, 1, 1, 9).time(), venue=create_venue())

    def queries() -> int:
        # Once for the row that notes when the bytes changed, then as after a restart.
        client.get(address)
        feeds.forget_kept_calendars()
        with django_assert_max_num_queries(10) as counted:
            client.get(address)
        return len(counted)

    add()
    with_one = queries()
    add()
    add()

    assert queries() == with_one


def many_events(count: int) -> None:
    project, kind, venue = create_project(), create_kind(), create_venue()
    Event.objects.bulk_create(
        Event(
            slug=f"many-{n}",
            project=project,
            kind=kind,
            venue=venue,
            title=f"Event {n}",
            status=Event.Status.ANNOUNCED,
            date_precision=Event.DatePrecision.DAY,
            starts_on=date(2027, 5, 1) + days(n % 300),
            ends_on=date(2027, 5, 1) + days(n % 300),
            time_zone="Europe/Amsterdam",
        )
        for n in range(count)
    )


def test_a_thousand_events_take_the_same_queries_as_one(client, django_assert_max_num_queries):
    create_event(title="The first")

    def queries() -> int:
        with django_assert_max_num_queries(16) as counted:
            client.get(ALL)
        return len(counted)

    def change(title: str) -> None:
        event = Event.objects.get(title=title)
        event.summary = "Changed"
        event.save()

    client.get(ALL)
    change("The first")
    after_a_change_of_one = queries()
    many_events(1000)
    CalendarState.advance()

    # As many for a thousand that nobody asked for yet as for one that was changed.
    assert queries() == after_a_change_of_one
    assert len(shown(client, ALL)) == 1001
    change("Event 7")
    assert queries() == after_a_change_of_one


def test_a_process_keeps_only_so_much(client, monkeypatch):
    create_event(create_project(slug="one"))
    create_event(create_project(slug="two"))
    monkeypatch.setattr(feeds, "KEPT_OCTETS", 1_000)
    feeds.forget_kept_calendars()
    for slug in ("one", "two"):
        client.get(f"/calendars/projects/{slug}.ics")

    assert [feed.slug for feed in feeds._kept._calendars] == ["two"]


def test_strangers_cannot_fill_the_table_of_dates(client):
    create_event(kind=create_kind("study-visit"))
    for query in ("kind=nonsense", "country=NL", "q=nonsense", "q=event", "project=" + "x" * 3000):
        response = client.get(f"{ALL}?{query}")
        assert "Last-Modified" not in response.headers
        assert client.get(f"{ALL}?{query}", headers={"if-none-match": response["ETag"]}).status_code == 304
    client.get(ALL + "?kind=study-visit")

    assert [state.key for state in FeedState.objects.all()] == [ALL + "?kind=study-visit"]


def test_a_choice_that_became_empty_says_when(client, clock):
    event = create_event(kind=create_kind("study-visit"))
    client.get(ALL + "?kind=study-visit")
    clock.shift(timedelta(hours=1))
    event.delete()

    assert client.get(ALL + "?kind=study-visit")["Last-Modified"] == http_date((NOW + timedelta(hours=1)).timestamp())


# --- The version of everything visible ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: event.project.save(),
        lambda event: event.kind.save(),
        lambda event: event.venue.save(),
        lambda event: event.host.save(),
        lambda event: event.host.organisation.save(),
        lambda event: create_session(event),
        lambda event: create_practice(event.project),
        lambda event: event.practices.add(create_practice(event.project)),
        lambda event: event.other_projects.add(create_project()),
        lambda event: event.co_hosts.add(create_partner()),
        lambda event: create_partner(event.project),
    ],
)
def test_every_visible_change_advances_the_version(change):
    event = create_event(venue=create_venue(), host=create_partner())
    before = CalendarState.current()
    change(event)

    assert CalendarState.current() > before


def test_what_nothing_refers_to_yet_advances_nothing():
    create_event()
    before = CalendarState.current()
    create_venue()
    EventKind.objects.create(slug="new", name="New", plural="New")

    assert CalendarState.current() == before


def test_a_change_that_is_rolled_back_leaves_the_version_alone():
    event = create_event()
    before = CalendarState.current()
    with transaction.atomic():
        event.save()
        transaction.set_rollback(True)

    assert CalendarState.current() == before


def test_a_database_that_is_filled_again_does_not_repeat_its_versions():
    versions = set()
    for _ in range(5):
        CalendarState.objects.all().delete()
        CalendarState.advance()
        versions.add(CalendarState.current())

    assert len(versions) == 5


def test_many_changes_at_once_advance_the_version_once_and_touch_every_event(clock, django_assert_num_queries):
    venue = create_venue()
    event, other = create_event(venue=venue), create_event()
    sessions = [create_session(event) for _ in range(3)]
    before, changed_at, other_changed_at = CalendarState.current(), event.changed_at, other.changed_at
    clock.shift(timedelta(hours=1))

    # The transaction, three sessions, a venue and our look at the version; then, once, the events of each of the two
    # models and the version.
    with django_assert_num_queries(2 + 3 + 1 + 1 + 2 + 1), calendar_changes_at_once():
        for session in sessions:
            session.save()
        venue.save()
        assert CalendarState.objects.get().version == before

    event.refresh_from_db()
    other.refresh_from_db()
    assert CalendarState.current() == before + 1
    assert event.changed_at.replace(microsecond=0) == changed_at + timedelta(hours=1)
    assert other.changed_at == other_changed_at


def _save_and_fail(event: Event) -> None:
    with calendar_changes_at_once():
        event.save()
        raise ZeroDivisionError


def test_many_changes_that_fail_change_nothing():
    event = create_event(title="Before")
    before = CalendarState.current()
    event.title = "After"
    with pytest.raises(ZeroDivisionError):
        _save_and_fail(event)
    event.refresh_from_db()

    assert (event.title, CalendarState.current()) == ("Before", before)
    event.save()
    assert CalendarState.current() == before + 1


# --- The page ----------------------------------------------------------------------------------------------------


def test_the_page_offers_every_calendar_in_each_way(client):
    project = create_project(slug="s3chem", acronym="S3Chem")
    partner = create_partner(project, slug="limburg")
    create_kind("study-visit")
    content = client.get(reverse("events:calendars")).content.decode()

    for path in (
        ALL,
        "/calendars/projects/s3chem.ics",
        f"/calendars/partners/{partner.slug}.ics",
        ALL + "?kind=study-visit",
    ):
        https, webcal = f"http://testserver{path}", f"webcal://testserver{path}"
        assert f'value="{https}" readonly' in content
        assert f'href="{webcal}"' in content
        assert f'href="https://calendar.google.com/calendar/r?cid={quote(webcal, safe="")}"' in content
        for outlook in ("https://outlook.office.com", "https://outlook.live.com"):
            assert f'href="{outlook}/calendar/0/addfromweb?url={quote(https, safe="")}"' in content


def test_every_address_on_the_page_leads_to_a_calendar_and_is_short_enough_for_google(client):
    project = create_project()
    create_partner(project)
    create_event(project, kind=create_kind("study-visit"))
    page = client.get(reverse("events:calendars") + "?sessions=1")
    content = page.content.decode()
    addresses = [part.partition('"')[0] for part in content.split('type="url" value="')[1:]]

    assert len(addresses) == 4
    for address in addresses:
        assert "sessions=1" in address
        assert len(address) <= 256
        assert client.get(address.removeprefix("http://testserver").replace("&amp;", "&")).status_code == 200


def test_google_is_not_offered_an_address_that_it_would_not_take():
    assert Subscription.at("https://example.org/" + "x" * 236).google
    assert Subscription.at("https://example.org/" + "x" * 237).google == ""


def test_calendars_can_be_had_in_another_language_than_the_page(client, settings):
    settings.LANGUAGES = [("en", "English"), ("it", "Italian")]
    page = reverse("events:calendars")
    content = client.get(page + "?lang=it&sessions=1").content.decode()

    assert 'value="http://testserver/calendars/all.ics?lang=it&amp;sessions=1"' in content
    assert '<a href="?lang=it&amp;sessions=1" lang="it" hreflang="it" aria-current="true">Italian</a>' in content
    assert '<a href="?sessions=1" lang="en" hreflang="en">English</a>' in content
    assert 'href="?lang=it"' in content
    assert "Language of the calendars" in content
    for odd in ("?lang=xx", "?lang=%00", "?sessions=2"):
        assert 'value="http://testserver/calendars/all.ics"' in client.get(page + odd).content.decode()


def test_there_is_no_choice_of_one_language(client, settings):
    settings.LANGUAGES = [("en", "English")]

    assert "Language of the calendars" not in client.get(reverse("events:calendars")).content.decode()


def test_the_page_says_what_an_empty_installation_will_have(client):
    content = client.get(reverse("events:calendars")).content.decode()

    assert "No project is here yet." in content
    assert "http://testserver/calendars/all.ics" in content


def test_the_page_costs_the_same_queries_for_1_and_3_projects(client, django_assert_max_num_queries):
    def add() -> None:
        create_partner(create_project())

    def queries() -> int:
        with django_assert_max_num_queries(15) as counted:
            client.get(reverse("events:calendars"))
        return len(counted)

    add()
    with_one = queries()
    add()
    add()

    assert queries() == with_one


def test_the_page_takes_no_other_methods(client):
    assert client.post(reverse("events:calendars")).status_code == 405


@pytest.mark.parametrize(
    ("today", "first_day"),
    [
        (date(2027, 1, 31), date(2025, 12, 1)),
        (date(2027, 2, 1), date(2026, 1, 1)),
        (date(2028, 2, 29), date(2027, 1, 1)),
    ],
)
def test_the_window_starts_with_a_month(client, settings, clock, today, first_day):
    settings.CALENDAR_MONTHS_BACK = 13
    for title, day in (("In", first_day), ("Out", first_day - days(1))):
        create_event(title=title, starts_on=day, ends_on=day)
    clock.move_to(datetime(today.year, today.month, today.day, tzinfo=UTC))

    assert shown(client, ALL) == ["In"]


# --- The version on PostgreSQL -----------------------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_process_sees_its_own_change_at_once_and_that_of_another_after_a_moment(client, monkeypatch):
    create_event(title="First")
    assert shown(client, ALL) == ["First"]

    create_event(title="Second", slug="second")
    assert shown(client, ALL) == ["First", "Second"]

    # As another process does it: without a word to this one.
    Event.objects.filter(slug="second").update(status=Event.Status.DRAFT)
    _someone_else_advances()
    assert shown(client, ALL) == ["First", "Second"]
    monkeypatch.setattr("events.models.calendars.VERSION_HOLDS", 0)
    assert shown(client, ALL) == ["First"]


@pytest.mark.postgresql
def test_within_a_transaction_the_version_is_always_asked_for(client):
    CalendarState.advance()
    before = CalendarState.recent()
    _someone_else_advances()

    assert CalendarState.recent() == before + 1


def _someone_else_advances() -> None:
    CalendarState.objects.update(version=F("version") + 1)
