"""Queries that are built once say what the queryset would."""

import uuid

import pytest
from django.db.models import Value

from registrations.compiled import LONGEST_LIST, Compiled, add_missing, slices
from registrations.models import AttendanceRecord, Registration
from tests.factories import create_event, create_registration, record_attendance

pytestmark = pytest.mark.django_db

NAMED = Compiled(
    lambda event, names: (
        Registration.objects.filter(event=event, name__in=names).order_by("name").only("pk", "name", "joined_at")
    ),
    "event",
    names=[str],
)
SAID = Compiled(
    lambda acts: AttendanceRecord.objects.filter(act__in=acts).values_list("act", "happened_at", Value("x")),
    acts=[uuid.UUID],
)


@pytest.mark.parametrize("names", [[], ["Alice"], ["Alice", "Bob", "Cem"], ["Nobody"] * 5 + ["Alice"]])
def test_a_list_may_have_any_length(names, django_assert_num_queries):
    event = create_event()
    people = [create_registration(event, name) for name in ("Alice", "Bob")]
    create_registration(create_event(event.project), "Alice")

    found = NAMED.rows(event=event.pk, names=names)

    assert found == [person for person in people if person.name in names]
    with django_assert_num_queries(0):
        assert [one.joined_at for one in found] == [one.joined_at for one in people if one.name in names]


def test_values_are_those_of_python():
    record = record_attendance(create_registration(create_event()))

    assert SAID.tuples(acts=[uuid.uuid4(), record.act]) == [(record.act, record.happened_at, "x")]


def test_what_is_longer_than_a_list_goes_in_parts():
    assert [len(part) for part in slices(range(2 * LONGEST_LIST + 1))] == [LONGEST_LIST, LONGEST_LIST, 1]


def test_rows_that_are_there_are_left_out():
    registration = create_registration(create_event())
    there = record_attendance(registration)
    copies = [
        AttendanceRecord(act=act, registration=registration, day=there.day, what="out", how="scan")
        for act in (there.act, uuid.UUID(int=5))
    ]

    add_missing(copies)

    assert list(AttendanceRecord.objects.order_by("pk").values_list("act", "what")) == [
        (there.act, "in"),
        (uuid.UUID(int=5), "out"),
    ]
