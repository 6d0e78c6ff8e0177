"""Loading the four real projects: what becomes of each field, and that nothing happens twice."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events.loading import FileRefused, load_projects
from events.loading.projects import Loaded
from events.loading.records import number_in
from events.models import CalendarState, ChoiceGroup, Event, EventKind, Plan, PlanChange, Session
from projects.models import GoodPractice, Organisation, Partner, Phase, Project, Semester
from tests.factories import create_user
from venues.models import Site, Venue

from .seeds import SEED, event_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def real_data(django_db_setup, django_db_blocker) -> Iterator[Loaded]:
    """The projects, loaded once for all tests of this file; what a test changes is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_projects(SEED)
        transaction.set_rollback(True)


@pytest.fixture
def loaded(real_data, db):
    return real_data


def everything():
    """Every row that a load writes, with all its columns."""
    models = (EventKind, Project, Phase, Semester, Organisation, Partner, GoodPractice, Venue, Site, Event)
    models += (PlanChange, ChoiceGroup, Session, CalendarState)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


# --- What is loaded ----------------------------------------------------------------------------------------------


def test_all_four_projects_are_loaded_whole(loaded):
    assert {
        "projects": Project.objects.count(),
        "partners": Partner.objects.count(),
        "good_practices": GoodPractice.objects.count(),
        "events": Event.objects.count(),
        "sessions": Session.objects.count(),
    } == {"projects": 4, "partners": 27, "good_practices": 22, "events": 61, "sessions": 108}
    assert loaded.records.totals == loaded.records.counted()


def test_a_project_has_its_texts_phases_semesters_and_sources(loaded):
    project = Project.objects.get(source_key="bioregio")

    assert project.acronym == "BIOREGIO"
    assert project.slug == "bioregio"
    assert project.programme.name == "Interreg Europe 2014-2020"
    assert project.in_language("summary", "pt").language == "pt"
    assert project.in_language("summary", "en").text.startswith("Eight partners from six regions")
    assert project.practices_reported["validated_in_database"] == 27
    assert [phase.name for phase in project.phases.all()] == ["phase 1", "phase 2", "extension (Covid-19)"]
    assert project.phases.get(position=3).starts_on is None
    assert project.semesters.get(number=8).ends_on == date(2020, 12, 31)
    assert "https://paijat-hame.fi/en/bioregio/" in project.sources


def test_what_is_known_of_a_series_of_events_is_in_the_note_of_the_project(loaded):
    note = Project.objects.get(source_key="better").note

    assert "Study visit: 10 planned, 7 known." in note
    assert "Themes: Physical and virtual infrastructure and assets for innovation;" in note


def test_a_partner_has_its_organisation_number_and_readable_address(loaded):
    lead = Partner.objects.get(source_key="optiwamag-p1")
    wallonia = Partner.objects.get(source_key="s3chem-p8")

    assert (lead.number, lead.is_lead, lead.organisation.other_names) == (1, True, ["Länsstyrelsen Östergötland"])
    assert (lead.organisation.nuts, lead.organisation.country.code) == ("SE123", "SE")
    assert lead.slug == "optiwamag-county-administrative-board-of-ostergotland"
    assert wallonia.slug == "s3chem-wallonia"


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("optiwamag-p5", Organisation.Kind.RESEARCH),
        ("better-p5", Organisation.Kind.LOCAL_AUTHORITY),
        ("s3chem-p7", Organisation.Kind.REGIONAL_AUTHORITY),
        # A county board that belongs to the state: neither is sure.
        ("optiwamag-p1", Organisation.Kind.UNKNOWN),
    ],
)
def test_the_kind_of_an_organisation_is_told_only_where_its_name_is_sure(loaded, key, kind):
    assert Partner.objects.get(source_key=key).organisation.kind == kind


def test_a_practice_knows_its_owner_only_where_a_source_names_one(loaded):
    assert GoodPractice.objects.get(name="Social Plate").owner.source_key == "bioregio-p4"
    assert GoodPractice.objects.get(name="Cows with GPS collars").owner is None


def test_words_of_the_file_become_our_kinds(loaded):
    assert Event.objects.get(source_key="s3chem-e07").kind.slug == "dissemination-event"
    assert Event.objects.get(source_key="bioregio-e02").kind.slug == "dissemination-event"
    assert Event.objects.get(source_key="s3chem-e08").kind.slug == "interregional-working-group-meeting"


def test_an_event_of_which_only_the_month_is_known_keeps_it_so(loaded):
    event = Event.objects.get(source_key="better-e03")

    assert event.date_precision == Event.DatePrecision.MONTH
    assert (event.starts_on, event.ends_on, event.start_time) == (date(2019, 10, 1), date(2019, 10, 31), None)
    assert event.time_zone == "Europe/Stockholm"
    assert event.note.startswith("October 2019, day not seen")


def test_unknown_stays_unknown(loaded):
    event = Event.objects.get(source_key="better-e09")

    assert event.date_precision == Event.DatePrecision.UNKNOWN
    assert (event.starts_on, event.ends_on, event.mode, event.venue, event.time_zone) == (None, None, "", None, "")
    assert event.stated_semester == 5
    assert event.status == Event.Status.HELD


def test_times_are_local_to_the_place_and_an_end_may_have_none(loaded):
    event = Event.objects.get(source_key="s3chem-e12")

    assert (event.starts_on, event.start_time) == (date(2022, 9, 13), time(16, 30))
    assert (event.ends_on, event.end_time) == (date(2022, 9, 14), None)
    assert event.time_zone == "Europe/Madrid"


def test_an_online_platform_is_no_venue(loaded):
    event = Event.objects.get(source_key="optiwamag-e04")

    assert (event.mode, event.online_platform, event.venue) == (Event.Mode.ONLINE, "Skype", None)


def test_a_venue_without_a_name_is_a_town_that_events_share(loaded):
    lahti = Venue.objects.get(city="Lahti")

    assert lahti.is_only_a_town
    assert lahti.coordinates_note == "city-level, approximate"
    assert lahti.events.count() == 4


def test_head_counts_of_others_are_kept_apart_with_their_words(loaded):
    event = Event.objects.get(source_key="s3chem-e07")

    assert (event.reported_participants, event.reported_participants_note) == (60, "more than")


def test_every_source_of_an_event_is_kept_in_order(loaded):
    event = Event.objects.get(source_key="optiwamag-e10")

    assert len(event.sources) == 3
    assert event.sources[0].startswith("https://imediato.pt/")


def test_a_programme_keeps_days_places_and_what_one_chooses_from(loaded):
    event = Event.objects.get(source_key="bioregio-e17")

    visits = event.sessions.filter(choice_group__isnull=False)
    assert [visit.title[:7] for visit in visits] == ["Visit A", "Visit B", "Visit C"]
    assert (event.choice_groups.get().name, event.choice_groups.get().pick) == ("Day 2, morning", 2)
    assert event.sessions.get(title__startswith="Farm visit").site.city == "Saint-Laurent-de-la-Plaine"
    assert event.sessions.get(title="Lunch").venue.city == "Saint-Florent-le-Vieil"


def test_parallel_sessions_without_a_number_to_pick_say_none(loaded):
    groups = Event.objects.get(source_key="bioregio-e04").choice_groups

    assert list(groups.values_list("name", "pick")) == [("Day 1, afternoon", None)]


def test_a_session_has_its_speaker_as_a_role_and_its_audience(loaded):
    event = Event.objects.get(source_key="bioregio-e14")

    assert event.sessions.get(kind=Session.Kind.STEERING_GROUP).audience == Session.Audience.STEERING_GROUP
    talk = Event.objects.get(source_key="better-e04").sessions.get(position=1)
    assert (talk.day, talk.speaker) == (1, "programme director, e-Governance Academy")


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("13th Interregional Working Group meeting", 13),
        ("2nd Interregional Project Partner Meeting", 2),
        ("Study Visit #05", 5),
        ("Study Visit, special edition", None),
        ("Innovation capacity training, workshop 2", None),
        ("First stakeholder meeting in Lousada", None),
    ],
)
def test_a_number_is_read_only_where_the_title_plainly_says_it(title, number):
    assert number_in(title) == number


def test_only_kinds_that_are_numbered_get_a_number(loaded):
    assert Event.objects.get(source_key="s3chem-e08").number == 13
    assert Event.objects.get(source_key="optiwamag-e05").number is None


# --- Histories ---------------------------------------------------------------------------------------------------


def test_the_closing_conference_of_s3chem_has_every_plan_it_ever_had(loaded):
    event = Event.objects.get(source_key="s3chem-e10")
    zone = {"time_zone": "Europe/Amsterdam"}
    first = Plan(
        status="save_the_date",
        date_precision="day",
        starts_on=date(2020, 6, 17),
        ends_on=date(2020, 6, 18),
        mode="on_site",
        city="Maastricht",
        **zone,
    )
    suspended = Plan(status="postponed", date_precision="unknown", mode="on_site", city="Maastricht", **zone)
    again = Plan(
        status="announced",
        date_precision="day",
        starts_on=date(2020, 10, 22),
        ends_on=date(2020, 10, 22),
        mode="on_site",
        venue_name="Brightlands Chemelot Campus",
        city="Geleen",
        **zone,
    )
    online = Plan(
        status="held",
        date_precision="day",
        starts_on=date(2020, 10, 22),
        ends_on=date(2020, 10, 22),
        start_time=time(10),
        end_time=time(12),
        mode="online",
        **zone,
    )

    changes = list(event.changes.all())
    assert [(change.plan_before, change.plan_after) for change in changes] == [
        (first, suspended),
        (suspended, again),
        (again, online),
    ]
    assert event.plan == online
    assert event.sequence == 3
    assert [change.announced for change in changes] == ["2020-02/03", "", "2020-08-03"]
    # The day on which the second date was announced is known; when the others were decided is not.
    assert [change.changed_at for change in changes] == [None, datetime(2020, 8, 2, 22, tzinfo=UTC), None]
    assert changes[0].note.startswith("suspended; save the date; venue and programme to follow")
    assert changes[0].sources == ["Project newsletter in Italian, early 2020 (S3Chem)"]
    assert changes[2].note.startswith("new plan announced autumn 2020; registration through an external event site")
    assert len(changes[2].sources) == 2


def test_a_last_plan_with_unknown_outcome_leads_nowhere(loaded):
    event = Event.objects.get(source_key="s3chem-e09")

    assert event.sequence == 2
    assert event.changes.last().plan_after.starts_on == date(2020, 10, 21)
    assert (event.starts_on, event.status) == (None, Event.Status.ANNOUNCED)
    assert event.outcome_is_unknown(on=date(2026, 1, 1))


def test_plans_that_know_only_a_month_keep_it_so(loaded):
    event = Event.objects.get(source_key="better-e06")

    plans = [change.plan_before for change in event.changes.all()]
    assert [(plan.date_precision, plan.starts_on) for plan in plans] == [
        ("month", date(2020, 3, 1)),
        ("month", date(2020, 5, 1)),
    ]
    assert event.sequence == 2


def test_five_events_changed_their_plans_and_ten_times_in_all(loaded):
    sequences = Event.objects.filter(sequence__gt=0).order_by("source_key").values_list("source_key", "sequence")

    assert list(sequences) == [
        ("better-e06", 2),
        ("optiwamag-e04", 1),
        ("optiwamag-e07", 1),
        ("optiwamag-e08", 1),
        ("s3chem-e09", 2),
        ("s3chem-e10", 3),
    ]
    assert PlanChange.objects.count() == 10


def test_an_event_that_was_suspended_and_never_heard_of_again_is_postponed(loaded, content, load):
    Event.objects.get(source_key="s3chem-e09").delete()
    event = event_of(content, "s3chem-e09")
    event["history"] = event["history"][:1]

    load(content)

    event = Event.objects.get(source_key="s3chem-e09")
    assert (event.status, event.sequence) == (Event.Status.POSTPONED, 1)


# --- Loading again -----------------------------------------------------------------------------------------------


def test_a_second_load_writes_nothing(loaded, clock):
    before = everything()
    clock.shift(timedelta(days=1))

    tally = load_projects(SEED).tally

    assert everything() == before
    assert not tally.has_changed_something
    # Kinds and the programme are only looked up.
    assert sum(tally.unchanged.values()) == sum(loaded.tally.created.values()) - EventKind.objects.count() - 1


def test_a_second_load_sends_no_insert_update_or_delete(loaded):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        load_projects(SEED)

    verbs = {query["sql"].split()[0] for query in queries}
    # The rest opens and closes the transaction.
    assert verbs & {"SELECT", "INSERT", "UPDATE", "DELETE"} == {"SELECT"}


def test_the_feed_is_the_same_bytes_after_a_second_load(loaded, client):
    first = client.get("/calendars/projects/s3chem.ics")
    load_projects(SEED)
    second = client.get("/calendars/projects/s3chem.ics")

    assert first.status_code == 200
    assert (second.content, second["ETag"]) == (first.content, first["ETag"])


def test_a_changed_file_updates_exactly_the_changed_records(loaded, content, load):
    stamps = dict(Event.objects.values_list("source_key", "changed_at"))
    event_of(content, "better-e05")["audience"] = "the whole town"

    tally = load(content).tally

    assert (tally.created, tally.removed, tally.updated) == ({}, {}, {Event: 1})
    assert Event.objects.get(source_key="better-e05").audience == "the whole town"
    changed = {key for key, at in Event.objects.values_list("source_key", "changed_at") if stamps[key] != at}
    assert changed == {"better-e05"}


def test_a_title_may_change_but_never_the_address_or_the_identity_in_calendars(loaded, content, load):
    before = Event.objects.get(source_key="better-e05")
    event_of(content, "better-e05")["title"] = "Something else"

    load(content)

    after = Event.objects.get(source_key="better-e05")
    assert (after.title, after.slug, after.uid) == ("Something else", before.slug, before.uid)


def test_a_date_that_was_read_wrongly_moves_the_entry_in_calendars(loaded, content, load):
    event_of(content, "better-e05").update(start="2020-02-27", end="2020-02-27")

    load(content)

    event = Event.objects.get(source_key="better-e05")
    assert (event.starts_on, event.sequence) == (date(2020, 2, 27), 1)
    load(content)
    event.refresh_from_db()
    assert event.sequence == 1


def test_an_event_whose_plan_changes_in_the_file_gets_the_change(loaded, content, load):
    event = event_of(content, "optiwamag-e09")
    event["history"] = [
        {"announced": "2021-01-20", "start": "2021-03-02", "mode": "on-site", "city": "Larissa"}
        | {"outcome": "postponed and moved online", "source_url": "https://example.org/news"}
    ]

    tally = load(content).tally

    stored = Event.objects.get(source_key="optiwamag-e09")
    assert stored.sequence == 1
    assert stored.changes.get().plan_before.city == "Larissa"
    assert tally.created == {PlanChange: 1}


def test_a_plan_that_somebody_changed_here_is_kept(loaded, content, load):
    event = Event.objects.get(source_key="s3chem-e09")
    event.announce(by=create_user("Alice"), reason="Found the minutes.", starts_on=date(2020, 10, 21),
                   ends_on=date(2020, 10, 21), date_precision="day")  # fmt: skip
    event_of(content, "s3chem-e09")["audience"] = "the working group"

    tally = load(content).tally

    event.refresh_from_db()
    assert (event.starts_on, event.sequence, event.audience) == (date(2020, 10, 21), 3, "the working group")
    assert event.changes.count() == 3
    assert tally.kept == [f"{event} (s3chem-e09)"]


def test_whoever_noted_that_it_took_place_is_not_contradicted_by_not_known(loaded):
    Event.objects.get(source_key="s3chem-e09").hold()

    load_projects(SEED)

    assert Event.objects.get(source_key="s3chem-e09").status == Event.Status.HELD


def test_a_session_that_got_another_title_stays_the_same_session(loaded, content, load):
    before = Event.objects.get(source_key="s3chem-e06").sessions.get(position=2)
    event_of(content, "s3chem-e06")["sessions"][1]["title"] = "A better title"

    tally = load(content).tally

    after = Event.objects.get(source_key="s3chem-e06").sessions.get(position=2)
    assert (after.pk, after.title) == (before.pk, "A better title")
    assert (tally.created, tally.updated) == ({}, {Session: 1})


def test_a_record_that_left_the_file_is_told_and_kept(loaded, content, load):
    del content["projects"][3]["events"][0]

    tally = load(content).tally

    assert tally.vanished == ["event “Kick-off meeting” (better-e01)"]
    assert Event.objects.filter(source_key="better-e01").exists()


def test_a_session_in_between_moves_the_others_and_changes_only_their_position(loaded, content, load):
    event = Event.objects.get(source_key="s3chem-e08")
    before = {session.title: session.pk for session in event.sessions.all()}
    new = {"title": "Coffee", "kind": "meal", "day": 1}
    event_of(content, "s3chem-e08")["sessions"].insert(1, new)

    tally = load(content).tally

    after = {session.title: session.pk for session in event.sessions.order_by("position")}
    assert list(after) == [next(iter(before)), "Coffee", *list(before)[1:]]
    assert {title: after[title] for title in before} == before
    assert (tally.created, tally.updated) == ({Session: 1}, {Session: 2})


def test_sessions_that_were_added_here_stay_behind_those_of_the_file(loaded, content, load):
    event = Event.objects.get(source_key="s3chem-e06")
    Session.objects.create(event=event, position=3, title="Dinner")
    event_of(content, "s3chem-e06")["sessions"].append({"title": "Wrap-up", "kind": "session", "day": 1})

    load(content)

    titles = list(event.sessions.order_by("position").values_list("title", flat=True))
    assert titles[2:] == ["Wrap-up", "Dinner"]


def test_the_lead_may_pass_to_another_partner(loaded, content, load):
    project = content["projects"][3]
    project["lead_partner"] = "better-p2"
    project["partners"][0]["role"], project["partners"][1]["role"] = "partner", "lead partner"

    load(content)

    assert Partner.objects.get(project__source_key="better", is_lead=True).source_key == "better-p2"


def test_a_file_that_became_wrong_changes_nothing_of_what_was_loaded(loaded, content, load):
    event_of(content, "optiwamag-e01")["title"] = "A new title"
    event_of(content, "s3chem-e10")["start"] = "2020-13-01"
    before = everything()

    with pytest.raises(FileRefused):
        load(content)

    assert everything() == before


def test_a_file_of_windows_with_a_mark_in_front_is_read(loaded, tmp_path):
    path = tmp_path / "projects.json"
    path.write_bytes(b"\xef\xbb\xbf" + SEED.read_bytes())

    assert load_projects(path).records.counted()["events"] == 61


# --- The command -------------------------------------------------------------------------------------------------


def run(path: Path) -> list[str]:
    out = StringIO()
    call_command("load_projects", str(path), stdout=out)
    return out.getvalue().splitlines()


def test_the_command_tells_of_each_project_and_compares_with_the_file(loaded):
    Event.objects.get(source_key="better-e07").delete()

    lines = run(SEED)

    assert lines[1] == "S3Chem: 8 partners, 4 good practices, 12 events, 31 sessions"
    assert "  1 event created" in lines
    assert lines[-1] == (
        "4 projects, 27 partners, 22 good practices, 61 events, 108 sessions, as the file says of itself."
    )


def test_the_command_says_that_a_second_run_changed_nothing(loaded):
    assert run(SEED)[-2] == "Nothing was changed: all 340 rows are as the file has them."


def test_the_command_says_so_when_the_file_counts_itself_wrongly(loaded, content, tmp_path):
    content["meta"]["totals"]["events"] = 62
    path = tmp_path / "projects.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    err = StringIO()

    call_command("load_projects", str(path), stdout=StringIO(), stderr=err)

    assert err.getvalue() == "The file says of itself that it holds 62 events; it holds 61.\n"


def test_the_command_fails_with_the_problems_of_the_file(content, tmp_path):
    event_of(content, "s3chem-e10")["start"] = "2020-13-01"
    path = tmp_path / "projects.json"
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        run(path)

    assert (
        str(refused.value)
        == "projects[1].events[9] (s3chem-e10), field start: “2020-13-01” is not a date\nNothing was changed."
    )
