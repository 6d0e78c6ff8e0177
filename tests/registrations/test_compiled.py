"""Queries that are built once say what the queryset would."""

import uuid

import pytest
from django.db.models import Value

from registrations.compiled import LONGEST_LIST, Compiled, add, add_missing, slices
from registrations.models import AttendanceRecord, Decision, Registration
from tests.factories import create_event, create_registration, record_attendance

pytestmark = pytest.mark.django_db

NAMED = Compiled(
    lambda event, names: (
        Registration.objects.filter(event=event, name__in=names).order_by("name").only("pk", "name", "joined_at")
    ),
    "event",
    names=[str],
)
OF_EVENT = Compiled(
    lambda event: (
        Registration.objects.filter(event=event).select_related("event__project", "takes_over_from").order_by("pk")
    ),
    "event",
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


def test_rows_that_are_added_are_those_of_bulk_create():
    registration = create_registration(create_event())
    by_django, ours = (
        [Decision(registration=registration, kind="added", because={"code": one}) for one in "ab"] for _ in range(2)
    )

    Decision.objects.bulk_create(by_django)
    add(*ours)

    assert [(one.kind, one.because, one.taken_at) for one in Decision.objects.filter(pk__in=[o.pk for o in ours])] == [
        (one.kind, one.because, one.taken_at) for one in ours
    ]
    # The keys are those of the rows, in their order, and the rows are stored for good.
    assert [Decision.objects.get(pk=one.pk).because for one in ours] == [one.because for one in by_django]
    ours[0].delete()
    assert Decision.objects.count() == 3


def test_of_no_rows_nothing_is_added(django_assert_num_queries):
    with django_assert_num_queries(0):
        add()


def test_what_is_selected_along_comes_along(django_assert_num_queries):
    event = create_event()
    alice, bob = create_registration(event, "Alice"), create_registration(event, "Bob")
    Registration.objects.filter(pk=bob.pk).update(takes_over_from=alice)

    found = OF_EVENT.rows(event=event.pk)

    with django_assert_num_queries(0):
        assert [(one.name, one.event.project, one.takes_over_from) for one in found] == [
            ("Alice", event.project, None),
            ("Bob", event.project, alice),
        ]
        assert found[1].takes_over_from.name == "Alice"
