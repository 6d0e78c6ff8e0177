"""A report that is handed in: frozen as data, never changed, compared with the next, the same bytes in every file."""

import itertools
import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from learning.exceptions import CutOffTooEarly, NothingNew, ReasonMissing
from learning.models import FrozenReport, Indicator
from learning.reports.comparing import compare
from learning.reports.document import document, written
from learning.reports.freezing import content_of, document_in, freeze, is_intact, records_say_the_same
from learning.reports.reading import tables_of
from learning.reports.semester import semester_report
from registrations.models import Registration
from registrations.proof.canonical import hash_of
from tests.factories import (
    create_coordinator,
    create_feedback,
    create_lead,
    create_outcome,
    create_partner,
    create_project,
    create_registration,
    create_semester,
    create_user,
    record_attendance,
)

from .held import FEBRUARY, attend, create_held_event

pytestmark = pytest.mark.django_db

CUT_OFF = datetime(2027, 2, 20, 9, tzinfo=UTC)
LATER = datetime(2027, 2, 25, 9, tzinfo=UTC)


@pytest.fixture
def project():
    project = create_project(acronym="S3CHEM", slug="s3chem")
    create_semester(project)
    return project


def report_of(project, at=CUT_OFF):
    return semester_report(project, project.semesters.get(number=1), at=at)


def value(content, key):
    return next(number["value"] for number in content["numbers"] if number["key"] == key)


# --- Freezing ----------------------------------------------------------------------------------------------------


def test_frozen_report_holds_what_the_report_said(project):
    attend(create_held_event(project, title="Visit"))

    frozen = freeze(report_of(project), by=None, at=LATER)

    content = content_of(frozen)
    assert (frozen.version, frozen.previous, frozen.at, frozen.frozen_at) == (1, None, CUT_OFF, LATER)
    assert frozen.sha256 == hash_of(frozen.content)
    assert document_in(frozen) == document(report_of(project))
    assert [value(content, key) for key in ("events", "participations", "people", "learned")] == [1, 1, 1, 0]
    assert content["frozen"] == {
        "version": 1,
        "previous": "",
        "because": "",
        "since": [],
        "frozen_at": "2027-02-25T09:00:00Z",
    }


def test_frozen_report_names_nobody_and_repeats_nobodys_words(project):
    event = create_held_event(project)
    alice = attend(event, "Alice Ödegård", email="alice.odegard@example.org")
    create_feedback(alice, (create_outcome(event), 1, 5), will_use="My own plan", remarks="Mine", given_at=FEBRUARY)

    content = freeze(report_of(project), by=create_user("Bob"), at=LATER).content

    assert not [
        words for words in ("Alice", "degård", "alice.odegard", "My own plan", "Mine", "Bob") if words in content
    ]


def test_what_was_never_recorded_is_not_known_rather_than_nought(project):
    create_held_event(project, reported_participants=60)

    content = document(report_of(project))

    assert [value(content, key) for key in ("events", "people", "learned", "reported")] == [1, None, None, 60]


def test_run_again_at_its_cut_off_a_frozen_report_has_the_same_bytes(project):
    event = create_held_event(project)
    ahead = create_held_event(project, starts_on=date(2027, 2, 22), ends_on=date(2027, 2, 22))
    attend(event)
    frozen = freeze(report_of(project), by=None)

    attend(event, "Bob", at=LATER)
    attend(ahead, at=LATER)

    assert written(document(report_of(project))) == written(document_in(frozen))
    assert value(document(report_of(project, at=LATER)), "participations") == 3


def test_extending_the_project_changes_no_frozen_report(project):
    attend(create_held_event(project, starts_on=date(2027, 6, 20), ends_on=date(2027, 6, 20), title="In June"))
    at = datetime(2027, 6, 30, 9, tzinfo=UTC)
    frozen = freeze(report_of(project, at=at), by=None)
    before = FrozenReport.objects.values().get()

    project.semesters.update(ends_on=date(2027, 3, 31))
    create_semester(project, number=2, starts_on=date(2027, 4, 1), ends_on=date(2027, 12, 31))
    project.refresh_from_db()

    assert value(document(report_of(project, at=at)), "events") == 0
    assert FrozenReport.objects.values().get() == before
    assert value(content_of(frozen), "events") == 1
    assert is_intact(frozen)


def test_nothing_is_frozen_twice_nor_backwards_nor_without_a_reason(project):
    event = create_held_event(project)
    attend(event)
    freeze(report_of(project), by=None)

    with pytest.raises(NothingNew):
        freeze(report_of(project, at=LATER), by=None, because="Again")
    attend(event, "Bob", at=LATER)
    with pytest.raises(CutOffTooEarly):
        freeze(report_of(project, at=CUT_OFF - timedelta(days=1)), by=None, because="Earlier")
    with pytest.raises(ReasonMissing):
        freeze(report_of(project, at=LATER), by=None, because="  ")
    second = freeze(report_of(project, at=LATER), by=None, because="Bob was missed")

    assert (second.version, second.previous.version, second.because) == (2, 1, "Bob was missed")
    assert is_intact(second)


def test_database_refuses_to_change_a_frozen_report(project):
    create_held_event(project)
    frozen = freeze(report_of(project), by=create_user("Bob"))

    for change in ({"content": "{}"}, {"sha256": "0" * 64}, {"version": 3}, {"at": LATER}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            FrozenReport.objects.filter(pk=frozen.pk).update(**change)
    with pytest.raises(TypeError):
        frozen.save()
    with pytest.raises(TypeError):
        frozen.delete()
    frozen.frozen_by.delete()

    assert FrozenReport.objects.get().frozen_by is None


def test_what_was_changed_past_the_database_is_told(project):
    create_held_event(project)
    frozen = freeze(report_of(project), by=None)

    frozen.content = frozen.content.replace('"value":1', '"value":2')

    assert not is_intact(frozen)


@pytest.mark.parametrize("language", ["en", "de", "nl", "pt", "hu"])
def test_keys_are_the_same_in_every_language(project, language):
    from django.utils.translation import override

    attend(create_held_event(project))
    english = document(report_of(project))

    with override(language):
        other = document(report_of(project))

    for part in ("facts", "numbers", "gaps", "tables"):
        assert [each["key"] for each in other[part]] == [each["key"] for each in english[part]]
    assert [number["value"] for number in other["numbers"]] == [number["value"] for number in english["numbers"]]


# --- Comparing ---------------------------------------------------------------------------------------------------


def test_versions_are_compared_by_numbers_and_rows(project):
    event = create_held_event(project, title="Visit")
    attend(event)
    first = freeze(report_of(project), by=None)
    attend(event, "Bob", at=LATER, country="NL")
    Event.objects.filter(pk=event.pk).update(title="Study visit")
    second = freeze(report_of(project, at=LATER), by=None, because="Bob was missed")

    changes = compare(document_in(first), document_in(second))

    numbers = {change.title: (change.before.number, change.after.number) for change in changes.numbers}
    assert numbers["Participations"] == (1, 2)
    assert "Events held" not in numbers
    tables = {table.key: table for table in changes.tables}
    (changed,) = tables["events"].changed
    assert changed.title == "Study visit"
    assert [(change.title, change.before.text, change.after.text) for change in changed.changes] == [
        ("Event", "Visit", "Study visit"),
        ("Registered", "1", "2"),
        ("Attended", "1", "2"),
    ]
    assert [row.cells[0].text for row in tables["countries"].came.rows] == ["Netherlands"]
    assert len(tables["people"].came.rows) == 1
    assert not tables["people"].went.rows
    assert compare(document_in(second), document_in(second)).is_empty


def test_version_says_what_was_recorded_since_the_one_before(project):
    event, other = create_held_event(project, title="Visit"), create_held_event(project)
    alice = attend(event)
    attend(other)
    freeze(report_of(project), by=None)
    bob = attend(event, "Bob", at=LATER)
    record_attendance(bob, what="absent", how="correction", reason="Bob was ill", recorded_at=LATER)
    create_feedback(alice, relevance=4, given_at=LATER)
    attend(event, "Cor", at=LATER + timedelta(days=1))

    second = freeze(report_of(project, at=LATER), by=None, because="A list came late")

    assert content_of(second)["frozen"]["since"] == [
        {
            "key": str(event.uid),
            "event": "Visit",
            "texts": ["2 records of attendance", "1 of them a correction", "1 answer"],
        }
    ]
    assert "ill" not in second.content.replace("will", "")


def test_comparing_reads_no_record(project, django_assert_num_queries):
    event = create_held_event(project)
    first = freeze(report_of(project), by=None)
    attend(event, at=LATER)
    second = freeze(report_of(project, at=LATER), by=None, because="Alice came")

    with django_assert_num_queries(0):
        compare(document_in(first), document_in(second))


# --- Any order of arrival ----------------------------------------------------------------------------------------

ACTS = [
    # (who, what, minute)
    ("Alice", "in", 0),
    ("Alice", "absent", 1),
    ("Alice", "in", 2),
    ("Bob", "in", 0),
    ("Bob", "absent", 3),
    ("Charlie", "in", 4),
    ("Charlie", "out", 5),
]
_runs = itertools.count()


class _TakenBack(Exception):
    pass


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(ACTS))), late=st.sets(st.integers(0, len(ACTS) - 1)))
def test_any_order_of_arrival_gives_the_same_bytes_and_what_comes_late_is_not_seen(order, late):
    project = create_project(acronym=f"ANY{next(_runs)}")
    create_semester(project)
    event = create_held_event(project)
    outcome = create_outcome(event)
    people = {
        name: create_registration(event, name, joined_at=FEBRUARY, confirmed_at=FEBRUARY)
        for name in ("Alice", "Bob", "Charlie")
    }
    create_feedback(people["Charlie"], (outcome, 2, 3), given_at=FEBRUARY)

    def arrive(numbers, at):
        for number in numbers:
            name, what, minute = ACTS[number]
            happened_at = FEBRUARY + timedelta(minutes=minute)
            record_attendance(people[name], what=what, happened_at=happened_at, recorded_at=at)

    in_time = FEBRUARY + timedelta(hours=1)
    with suppress(_TakenBack), transaction.atomic():
        arrive([number for number in range(len(ACTS)) if number not in late], in_time)
        expected = written(document(report_of(project)))
        raise _TakenBack
    for number in order:
        arrive([number], LATER if number in late else in_time)

    assert written(document(report_of(project))) == expected


# --- Pages -------------------------------------------------------------------------------------------------------


def address(view, project, **more):
    return reverse(f"learning:{view}", kwargs={"project": project.slug, "number": 1, **more})


@pytest.fixture
def alice(client, project, clock):
    """The lead partner, signed in, on 1 March 2027."""
    lead = create_lead(project, "Alice")
    client.force_login(lead)
    return lead


@pytest.mark.usefixtures("alice")
def test_lead_freezes_what_the_page_showed_and_downloads_it(client, project):
    event = create_held_event(project)
    attend(event)
    page = client.get(address("report", project)).content.decode()
    assert address("freeze_report", project) in page
    attend(event, "Late", at=datetime(2027, 3, 1, 9, tzinfo=UTC))

    asked = client.get(address("freeze_report", project), {"at": "2027-02-28T09:00:00Z"})
    response = client.post(address("freeze_report", project), {"at": asked.context["cut_off"]})

    frozen = FrozenReport.objects.get()
    assert response["Location"] == address("frozen_report", project, version=1)
    assert (frozen.frozen_by.name, value(content_of(frozen), "participations")) == ("Alice", 1)
    shown = client.get(response["Location"]).content.decode()
    assert frozen.sha256 in shown
    assert [plot["key"] for plot in content_of(frozen)["plots"]] == ["kinds", "attendance", "countries"]
    assert shown.count('<figure class="plot"') == 3
    # Of the tables only the wide one becomes cards on a phone.
    assert '<td data-label="Counts as"' in shown
    assert [
        row[1][0].title
        for table in tables_of(content_of(frozen)).values()
        if table.is_wide
        for row in table.labelled_rows
    ] == ["Kind"]
    as_json = client.get(address("frozen_report_file", project, version=1, extension="json"))
    assert (as_json.content.decode(), as_json["Content-Type"]) == (frozen.content, "application/json")
    assert 'filename="report-s3chem-1-version-1.json"' in as_json["Content-Disposition"]
    as_csv = client.get(address("frozen_report_file", project, version=1, extension="csv")).content.decode("utf-8-sig")
    assert '"people","People","1","","Each person once, however many events they attended."' in as_csv
    table = client.get(address("frozen_report_table", project, version=1, table="countries"))
    assert table.content.decode("utf-8-sig") == '"Country","People","Participations"\r\n"Sweden","1","1"\r\n'


@pytest.mark.usefixtures("alice")
def test_page_of_a_version_says_whether_the_records_still_say_the_same(client, project, clock):
    event = create_held_event(project)
    attend(event)
    freeze(report_of(project), by=None)
    page = address("frozen_report", project, version=1)
    attend(event, "Late", at=LATER)
    assert "the records say the same today" in client.get(page).content.decode()
    assert "the records say the same today" in client.get(page, headers={"accept-language": "de"}).content.decode()

    event.title = "Another title"
    event.save()

    assert "the records say something else today" in client.get(page).content.decode()


@pytest.mark.usefixtures("alice")
def test_second_version_needs_a_reason_and_something_new(client, project):
    event = create_held_event(project)
    client.post(address("freeze_report", project))

    nothing_new = client.post(address("freeze_report", project), {"because": "Once more"})
    attend(event)
    silent = client.post(address("freeze_report", project), {"because": " "})
    early = client.post(address("freeze_report", project), {"because": "Early", "at": "2027-02-20T09:00:00Z"})
    done = client.post(address("freeze_report", project), {"because": "Alice was missed"})

    assert [response.status_code for response in (nothing_new, silent, early, done)] == [422, 422, 422, 302]
    assert "Nothing changed since version 1" in nothing_new.content.decode()
    assert "<title>Error:" in silent.content.decode()
    assert "Write why another version is needed." in silent.content.decode()
    assert 'value="Early"' in early.content.decode()
    changes = client.get(address("frozen_report_changes", project, version=2)).content.decode()
    assert "Alice was missed" in changes
    assert "Participations" in changes
    assert client.get(address("frozen_report_changes", project, version=1)).status_code == 404


@pytest.mark.usefixtures("alice")
def test_download_of_the_live_report_has_the_cut_off_of_the_page(client, project):
    event = create_held_event(project)
    attend(event)
    attend(event, "Bob", at=LATER)

    at_cut_off = client.get(address("report_file", project, extension="json"), {"at": "2027-02-20T09:00:00Z"})

    assert at_cut_off.content.decode() == written(document(report_of(project)))
    assert json.loads(client.get(address("report_file", project, extension="json")).content)["at"] == (
        "2027-03-01T09:00:00Z"
    )
    assert client.get(address("report_file", project, extension="exe")).status_code == 404
    assert client.get(address("report_table", project, table="nonsense")).status_code == 404


def test_others_of_the_project_read_versions_and_freeze_none(client, project, clock):
    create_held_event(project)
    freeze(report_of(project), by=None)
    client.force_login(create_coordinator(create_partner(project)))

    assert client.get(address("frozen_report", project, version=1)).status_code == 200
    assert address("freeze_report", project) not in client.get(address("report", project)).content.decode()
    assert client.get(address("freeze_report", project)).status_code == 404
    assert client.post(address("freeze_report", project), {"because": "x"}).status_code == 404
    assert FrozenReport.objects.count() == 1


def test_version_of_an_earlier_program_is_not_said_to_have_changed(project):
    Indicator.objects.create(programme=project.programme, code="people", name="", unit="", rule="people")
    event = create_held_event(project)
    attend(event, "Alice", country="NL")
    content = document(report_of(project)) | {"format": "trajectum report 1"}
    for indicator in content["indicators"]:
        del indicator["counts"]
    content["tables"] = [table for table in content["tables"] if table["key"] != "organisation-kinds"]
    content["numbers"] = [number for number in content["numbers"] if number["key"] != "not-counted"]
    for plot in content["plots"]:
        plot["shape"] = "another"
    earlier = FrozenReport(content=written(content))

    assert records_say_the_same(earlier, report_of(project))

    # One country instead of another: only a row of a table.
    Registration.objects.update(country="SE")
    assert not records_say_the_same(earlier, report_of(project))

    Registration.objects.update(country="NL")
    assert records_say_the_same(earlier, report_of(project))

    Indicator.objects.create(programme=project.programme, code="events", name="", unit="", rule="events")
    assert not records_say_the_same(earlier, report_of(project))


def test_what_is_missing_in_a_version_of_this_program_is_a_change(project):
    content = document(report_of(project))
    content["numbers"].pop()

    assert not records_say_the_same(FrozenReport(content=written(content)), report_of(project))


def test_charlie_of_another_project_finds_no_version(client, project):
    create_held_event(project)
    freeze(report_of(project), by=None)
    client.force_login(create_lead(create_project(), "Charlie"))

    paths = [
        address("frozen_report", project, version=1),
        address("frozen_report_changes", project, version=1),
        address("frozen_report_file", project, version=1, extension="json"),
        address("frozen_report_table", project, version=1, table="people"),
        address("frozen_report_plot", project, version=1, plot="kinds", extension="svg"),
        address("report_file", project, extension="csv"),
        address("report_table", project, table="people"),
        address("freeze_report", project),
    ]

    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
