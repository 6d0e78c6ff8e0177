"""How the tests themselves are run: a database that is made once, and processes that share the work."""

from dataclasses import dataclass

import pytest
from django.db import IntegrityError, connection, transaction

from events.models import Document
from tests import shares
from tests.factories import create_event, create_registration


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            (counts[table],) = cursor.fetchone()
    return counts


_rows_before: list[dict[str, int]] = []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_that_commits_gets_the_empty_database_and_its_guards(turn):
    # The second turn finds what the first one found, whatever that one left behind.
    _rows_before.append(rows())
    event = create_event(status="held")
    kept = Document.objects.create(event=event, title="Minutes", evidence="minutes", file="documents/minutes.pdf")
    create_registration(event, "Alice")

    with pytest.raises(IntegrityError), transaction.atomic():
        kept.delete()

    assert _rows_before[0] == _rows_before[-1]
    assert _rows_before[0]["events_event"] == _rows_before[0]["registrations_person"] == 0


@dataclass
class Item:
    nodeid: str
    commits: bool = False

    def get_closest_marker(self, name: str) -> bool:
        return self.commits


ITEMS = [Item("a.py::one"), Item("b.py::one"), Item("a.py::two"), Item("b.py::commits", commits=True)]


def test_two_processes_take_each_part_once_and_whole(tmp_path):
    one, other = shares._taken(ITEMS, tmp_path), shares._taken(ITEMS, tmp_path)

    taken = [next(one).nodeid, next(other).nodeid, next(one).nodeid, next(one).nodeid]

    assert taken == ["a.py::one", "b.py::one", "a.py::two", "b.py::commits"]
    assert not shares.nothing_left(tmp_path)
    assert list(one) == list(other) == []
    assert shares.nothing_left(tmp_path)
