"""The list of events: what it is filtered by, what it leaves out, and how it is grouped."""

from datetime import date

import pytest
from django.http import QueryDict

from events import listing
from events.models import Event
from tests.factories import (
    create_event,
    create_kind,
    create_organisation,
    create_partner,
    create_project,
    create_semester,
    create_venue,
)

pytestmark = pytest.mark.django_db


def read(query: str = "") -> listing.Listing:
    return listing.read(QueryDict(query), listing.filters(Event.objects.visible_to(None)))


def titles(query: str = "") -> list[str]:
    return [event.title for event in read(query).events(Event.objects.visible_to(None))]


@pytest.fixture
def two_events(clock):
    """One event of each sort, so that every filter has something to leave out."""
    lahti = create_partner(slug="lahti", organisation=create_organisation(name="Lahti", country="FI"))
    create_event(
        create_project(acronym="BIOREGIO", slug="bioregio"),
        title="Round table",
        kind=create_kind("round-table"),
        venue=create_venue(name="Sibelius Hall", city="Lahti", country="FI"),
        host=lahti,
    )
    create_event(
        create_project(acronym="S3Chem", slug="s3chem"),
        title="Closing conference",
        kind=create_kind("final-conference"),
        venue=create_venue(city="Maastricht", country="NL"),
        mode=Event.Mode.ONLINE,
    )


@pytest.mark.parametrize(
    "query",
    [
        "project=bioregio",
        "kind=round-table",
        "country=FI",
        "partner=lahti",
        "mode=on_site",
        "q=round",
        "project=bioregio&kind=round-table&country=FI&partner=lahti&mode=on_site&q=round+lahti",
    ],
)
def test_each_filter_leaves_out_what_does_not_match(two_events, query):
    assert titles() == ["Round table", "Closing conference"]
    assert titles(query) == ["Round table"]
    assert read(query).unknown == []


def test_filters_work_together(two_events):
    assert titles("project=bioregio&kind=final-conference") == []


def test_words_are_found_without_case_and_accents(clock):
    create_event(title="Besuch in Gävle", venue=create_venue(city="Łódź", country="PL"))
    create_event(title="Elsewhere")

    assert titles("q=GAVLE") == ["Besuch in Gävle"]
    assert titles("q=gävle+lodz") == ["Besuch in Gävle"]
    assert titles("q=gävle+elsewhere") == []


def test_unknown_values_are_dropped_and_named(two_events):
    asked = read("kind=carnival&country=XX&when=someday&project=bioregio&utm_source=mail")

    assert asked.values == {"project": "bioregio"}
    assert asked.when.value == "upcoming"
    assert asked.unknown == ["Kind of event: “carnival”", "Country: “XX”", "When: “someday”"]


def test_junk_is_cut_and_cleaned(two_events):
    asked = read("q=" + "a" * 10_000 + "&kind=" + "b" * 10_000 + "%00&when=%00&country=%00")

    assert len(asked.search) == 100
    assert asked.unknown == ["Kind of event: “" + "b" * 40 + "…”"]


def test_only_what_an_event_has_can_be_chosen(two_events):
    create_kind("peer-review")
    create_project(acronym="EMPTY", slug="empty")
    create_event(create_project(slug="secret"), status=Event.Status.DRAFT, kind=create_kind("kick-off"))

    choices = {choice.name: [c.value for c in choice.choices] for choice in read().filters}

    assert choices == {
        "project": ["bioregio", "s3chem"],
        "kind": ["final-conference", "round-table"],
        "country": ["FI", "NL"],
        "partner": ["lahti"],
        "mode": ["on_site", "online", "hybrid"],
    }


def test_upcoming_past_and_all_are_in_the_order_in_which_one_reads_them(clock):
    running, over = create_project(), create_project()
    create_semester(running)
    create_semester(over, starts_on=date(2020, 1, 1), ends_on=date(2020, 6, 30))
    undated = {"date_precision": Event.DatePrecision.UNKNOWN}
    create_event(title="June", starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 1))
    create_event(title="April", starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 1))
    create_event(running, title="Some day", **undated)
    create_event(title="Last year", starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 1))
    create_event(title="Long ago", starts_on=date(2020, 6, 1), ends_on=date(2020, 6, 1))
    create_event(over, title="Nobody knows", **undated)

    assert titles() == ["April", "June", "Some day"]
    assert titles("when=past") == ["Last year", "Long ago", "Nobody knows"]
    assert titles("when=all") == ["June", "April", "Last year", "Long ago", "Some day", "Nobody knows"]


def test_each_active_filter_has_the_address_without_it(two_events):
    active = read("project=bioregio&q=round&when=past").active

    assert [(a.label, a.value, a.address_without) for a in active] == [
        ("Project", "BIOREGIO", "?q=round&when=past&"),
        ("Words", "round", "?project=bioregio&when=past&"),
    ]


def test_the_calendar_of_a_list_has_its_filters_but_not_its_time(two_events):
    assert read("project=bioregio&when=past&kind=nonsense").calendar_query == "?project=bioregio"
    assert read("when=all").calendar_query == ""


def test_months_are_groups_and_undated_events_have_their_own(clock):
    events = [
        create_event(title="A", starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 1)),
        create_event(title="B", starts_on=date(2027, 4, 30), ends_on=date(2027, 5, 2)),
        create_event(title="C", date_precision=Event.DatePrecision.MONTH),
        create_event(title="D", date_precision=Event.DatePrecision.UNKNOWN),
    ]

    groups = [(group.title, [event.title for event in group.events]) for group in listing.by_month(events)]

    assert groups == [("April 2027", ["A", "B"]), ("May 2027", ["C"]), ("Date not known", ["D"])]


def test_semesters_are_groups_by_date_or_as_the_source_says():
    project = create_project()
    create_semester(project, number=1, starts_on=date(2027, 1, 1), ends_on=date(2027, 6, 30), theme="Waste")
    create_semester(project, number=2, starts_on=date(2027, 7, 1), ends_on=date(2027, 12, 31))
    events = [
        create_event(project, title="A"),
        create_event(project, title="B", starts_on=date(2027, 7, 1), ends_on=date(2027, 7, 1)),
        create_event(project, title="C", starts_on=date(2028, 7, 1), ends_on=date(2028, 7, 1)),
        create_event(project, title="D", date_precision=Event.DatePrecision.UNKNOWN, stated_semester=1),
        create_event(project, title="E", date_precision=Event.DatePrecision.UNKNOWN),
    ]

    groups = [(g.title, [event.title for event in g.events]) for g in listing.by_semester(events, project)]

    assert groups == [
        ("Semester 1: Waste", ["A", "D"]),
        ("Semester 2", ["B"]),
        ("Outside the semesters", ["C"]),
        ("Date not known", ["E"]),
    ]
