"""Queries that are built once. Under the lock of an event and at its door, building them takes longer than asking."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)
# What a blank is filled with: one value of a type, or several, which stand in a list: `[UUID]`.
Kind = type | list[type]

# What stands for the blanks while a query is built, by its type and a number. None of ours is like it, so what is left
# over of a list that is not full finds nothing.
_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: -number,
    str: lambda number: f"blank {number}",
    UUID: lambda number: UUID(int=number),
    datetime: lambda number: datetime(1, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(microseconds=number),
}
# A list is filled up to the next of these lengths, so that one query serves many of them.
_LENGTHS = (1, 5, 50, 250)
LONGEST_LIST = _LENGTHS[-1]


def slices(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Give values in parts that a list of a query can take."""
    for at in range(0, len(values), LONGEST_LIST):
        yield values[at : at + LONGEST_LIST]


class _Blank(NamedTuple):
    name: str
    place: int


class Compiled(Generic[M]):
    """A query with blanks, by their names: those for keys, which are whole numbers, and others with their type:
    `Compiled(lambda event, codes: Registration.objects.filter(event=event, code__in=codes), "event", codes=[str])`.

    Asked with `rows(event=7, codes=["a", "b"])`, it returns new instances as the queryset would; one of values is asked
    for `tuples`. Instants are aware; a list has at most LONGEST_LIST values.
    """

    def __init__(self, queryset: Callable[..., QuerySet[M, Any]], *keys: str, **blanks: Kind) -> None:
        self._queryset, self._blanks = queryset, {**dict.fromkeys(keys, int), **blanks}
        self._built: dict[tuple[int, ...], _Built] = {}

    def rows(self, **values: Any) -> list[M]:
        return self._for(values).instances(values)

    def tuples(self, **values: Any) -> list[tuple[Any, ...]]:
        return self._for(values).found(values)

    def _for(self, values: dict[str, Any]) -> "_Built":
        lengths = tuple(
            next(length for length in _LENGTHS if len(values[name]) <= length)
            for name, kind in self._blanks.items()
            if isinstance(kind, list)
        )
        if lengths not in self._built:
            self._built[lengths] = _Built(self._queryset, self._blanks, iter(lengths))
        return self._built[lengths]


class _Built:
    """A query as SQL, for lists of certain lengths."""

    def __init__(self, queryset: Callable[..., QuerySet], blanks: dict[str, Kind], lengths: Iterator[int]) -> None:
        known: dict[Any, _Blank] = {}
        stand_ins: dict[str, Any] = {}
        for name, kind in blanks.items():
            make = _STAND_INS[kind[0] if isinstance(kind, list) else kind]
            ones = []
            for place in range(next(lengths) if isinstance(kind, list) else 1):
                ones.append(make(len(known) + 1))
                known[_stored(ones[-1])] = _Blank(name, place)
            stand_ins[name] = ones if isinstance(kind, list) else ones[0]
        self._ones = queryset(**stand_ins)
        self._compiler: SQLCompiler = self._ones.query.get_compiler(connection=connection)
        self._sql, parameters = self._compiler.as_sql()
        self._parameters = [(value, known.get(value)) for value in parameters]

    def instances(self, values: dict[str, Any]) -> list[Any]:
        # Columns that the query leaves out are deferred, as with a queryset.
        names = self._names
        return [self._ones.model.from_db(connection.alias, names, row) for row in self.found(values)]

    @cached_property
    def _names(self) -> list[str]:
        return [one.target.attname for one, _sql, _alias in self._compiler.select]

    def found(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled(values))
            rows = cursor.fetchall()
        return [tuple(row) for row in self._compiler.apply_converters(rows, self._converters)]

    @cached_property
    def _converters(self) -> dict[int, Any]:
        return self._compiler.get_converters([one for one, _sql, _alias in self._compiler.select])

    def _filled(self, values: dict[str, Any]) -> list[Any]:
        stored = {
            name: [_stored(one) for one in value] if isinstance(value, list) else [_stored(value)]
            for name, value in values.items()
        }
        return [
            stored[blank.name][blank.place] if blank and blank.place < len(stored[blank.name]) else value
            for value, blank in self._parameters
        ]


def add_missing(rows: Sequence[Model], *, first: str = "") -> int:
    """Store new rows of one model, those left out of which a unique value is stored already; return how many were.

    As `bulk_create(rows, ignore_conflicts=True)`, without building that each time; keys are given by the database.
    `first` is a statement in front, for databases that take two at once. Up to LONGEST_LIST rows are one transaction.
    """
    stored = 0
    for part in slices(rows):
        options = part[0]._meta
        fields = [field for field in options.concrete_fields if not field.primary_key]
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        one = f"({', '.join(['%s'] * len(fields))})"
        values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in part for field in fields]
        with connection.cursor() as cursor:
            cursor.execute(
                f"{first}INSERT INTO {connection.ops.quote_name(options.db_table)} ({columns}) "  # noqa: S608 - names of ours
                f"VALUES {', '.join([one] * len(part))} ON CONFLICT DO NOTHING",
                values,
            )
            if first:
                # What the first statement says is of no interest.
                cursor.nextset()
            stored += cursor.rowcount
    return stored


def _stored(value: Any) -> Any:
    """A value as the database gets it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
