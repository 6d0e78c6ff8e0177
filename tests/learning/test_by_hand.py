"""Each number of the demonstration's last two semesters, beside what the database says (docs/numbers-by-hand.md)."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction

from events.models import Document
from learning.demonstration import build, find, give_roles, make_users
from learning.models import Feedback, Indicator
from learning.reports.figures import figure
from learning.reports.semester import semester_report
from registrations.merging import merge
from registrations.models import Person, Registration, ScannedList

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "numbers-by-hand.md"
# Rules that ask of what kind of event; those of people and participations are asked for the same events.
OF_EVENTS = {"events", "participations", "people"}


def questions() -> dict[str, str]:
    """The questions of the page by the names of the numbers, each with what it stands on."""
    head, rest = PAGE.read_text().split("## Figures")
    stands_on = ",\n".join(re.findall(r"```sql\n(.*?)```", head, re.DOTALL))
    found = re.findall(r"^### (\S+)\n.*?```sql\n(.*?)```", rest, re.DOTALL | re.MULTILINE)
    if connection.vendor == "postgresql":
        found = [(name, re.sub(r"JULIANDAY\((\S+?)\)", r"\1", query)) for name, query in found]
    return {name: f"WITH {stands_on}\n{query}" for name, query in found}


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        users = make_users()
        build(organiser=users["host"])
        give_roles(users)
        ask_by_every_rule()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def project(built, db, clock):
    return find().project


def ask_by_every_rule():
    programme = find().project.programme
    for rule in Indicator.Rule:
        counts_as = ["targeted", "public"] if rule in OF_EVENTS else []
        Indicator.objects.create(programme=programme, code=rule, name=rule, unit="", rule=rule, counts_as=counts_as)


def last_two(project):
    """The last two semesters that had begun and in which something took place."""
    begun = project.semesters.filter(starts_on__lte=NOW.date()).order_by("-number")
    held = [semester for semester in begun if semester_report(project, semester, at=NOW).events]
    return held[:2]


def by_hand(semester, at=NOW):
    values = {
        "project": semester.project_id,
        "semester": semester.pk,
        "first": semester.starts_on.isoformat(),
        "last": semester.ends_on.isoformat(),
        "after": (semester.ends_on + timedelta(days=1)).isoformat(),
        "at": at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S"),
        "day": at.date().isoformat(),
    }
    found = {}
    with connection.cursor() as cursor:
        for name, query in questions().items():
            cursor.execute(query, values)
            found[name] = cursor.fetchone()[0]
    return found


def reported(semester, at=NOW):
    report = semester_report(semester.project, semester, at=at)
    # What nobody was asked is not known, and in SQL nought.
    return {name: found.value if (found := figure(report, name)) else 0 for name in questions()}


def test_page_asks_for_every_rule_and_every_number_that_is_no_gap():
    asked = set(questions())

    rules = {f"indicator-{rule}" for rule in Indicator.Rule} - {"indicator-elsewhere"}
    # These three are asked for under the name of their number.
    assert rules - asked == {"indicator-organisations", "indicator-countries", "indicator-learners"}
    assert {"events", "participations", "people", "organisations", "countries", "learned", "feedback"} <= asked
    assert "missing-evidence" in asked


def test_every_number_of_the_last_two_semesters_is_what_the_database_says(project):
    semesters = last_two(project)

    assert len(semesters) == 2
    for semester in semesters:
        said = by_hand(semester)
        assert reported(semester) == said
        assert 0 < said["people"] <= said["participations"] < said["registered"], said
        assert 0 < said["learned"] < said["people"], said
        assert said["missing-evidence"] > 0, said


def test_people_count_once_though_they_are_joined_lose_their_name_or_come_again(project):
    latest = last_two(project)[0]
    before = reported(latest)
    report = semester_report(project, latest, at=NOW)
    kept, other = at_one_event(report)
    erased = next(row.person_id for row in report.people if row.person_id not in (kept.pk, other.pk))
    shared = at_both(report, kept, other)

    merge(kept, other, by=None)
    Registration.objects.filter(person=erased).update(name="", email="erased@example.org")
    Person.objects.filter(pk=erased).update(email="erased@example.org", name_key="")

    after = reported(latest)
    assert after == by_hand(latest)
    assert after["people"] == before["people"] - 1
    assert after["participations"] == before["participations"] - len(shared) < before["participations"]


def at_one_event(report):
    """Two people who were at one event."""
    event = report.participations[0].event
    first, second = [guest for guest in report.participations if guest.event == event][:2]
    return Person.objects.get(pk=first.person_id), Person.objects.get(pk=second.person_id)


def at_both(report, one, other):
    """The events at which both were."""
    of_one, of_other = (
        {guest.event for guest in report.participations if guest.person_id == person.pk} for person in (one, other)
    )
    return of_one & of_other


def test_evidence_that_came_is_missing_no_more_and_of_signed_lists_each_day_counts(project):
    semester, event = next(
        (semester, row.event)
        for semester in last_two(project)
        for row in semester_report(project, semester, at=NOW).events
        if len(row.event.days) == 2 and {"signed_lists", "minutes"} <= set(row.event.kind.evidence_due)
    )
    event.scanned_lists.all().delete()
    first, last = event.days
    missing = []
    for happens in (
        lambda: None,
        lambda: add_scan(event, first),
        lambda: add_scan(event, last),
        lambda: Document.objects.create(event=event, title="Minutes", evidence="minutes", file="x.pdf", added_at=NOW),
    ):
        happens()
        after = reported(semester)
        assert after == by_hand(semester)
        missing.append(after["missing-evidence"])

    # The first day alone makes no lists whole.
    assert [before - after for before, after in itertools.pairwise(missing)] == [0, 1, 1]


def add_scan(event, day):
    about = {"file_name": "x.pdf", "file_type": "application/pdf", "octets": 1, "file": "x.pdf"}
    ScannedList.objects.create(event=event, day=day, sha256=f"{day}", **about)


def test_whoever_was_there_and_said_nothing_has_no_capacity(project):
    latest = last_two(project)[0]
    before = reported(latest)

    Feedback.objects.filter(registration__event__project=project).delete()

    after = reported(latest)
    assert after == by_hand(latest)
    assert (before["learned"] > 0, after["learned"]) == (True, 0)
    assert after["people"] == before["people"]
