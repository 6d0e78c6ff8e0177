"""Statements that are built once. Under the lock of an event and at its door, that takes longer than asking."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from django.db.models.options import Options
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

    Asked with `rows(event=7, codes=["a", "b"])`, it returns new instances as the queryset would, with what it selects
    along; one of values is asked for `tuples`. Instants are aware; a list has at most LONGEST_LIST values.
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
        if _is_postgresql():
            self._write_constants()

    def _write_constants(self) -> None:
        """Leave the blanks alone to be filled. A plan for any values fits an index of a part if the part is known."""
        literal = connection.ops.compose_sql  # type: ignore[attr-defined]
        written = ["%s" if blank else literal("%s", [value]).replace("%", "%%") for value, blank in self._parameters]
        self._sql = self._sql.replace("%%", "%%%%") % tuple(written)
        self._parameters = [(value, blank) for value, blank in self._parameters if blank]

    def instances(self, values: dict[str, Any]) -> list[Any]:
        return [self._reader.read(row) for row in self.found(values)]

    @cached_property
    def _reader(self) -> "_Reader":
        return _Reader(self._compiler.klass_info, self._compiler.select)

    def found(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        with _cursor() as cursor:
            cursor.execute(self._sql, self._filled(values))
            rows = cursor.fetchall()
        if not self._converters:
            return rows
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


class _Reader:
    """Makes an instance of the columns of its model in a row, and with it what `select_related` asked for."""

    def __init__(self, info: dict[str, Any], select: list[Any]) -> None:
        self._model, self._columns = info["model"], info["select_fields"]
        # Columns that the query leaves out are deferred, as with a queryset.
        self._names = [select[column][0].target.attname for column in self._columns]
        self._key = self._names.index(self._model._meta.pk.attname)
        self._related = [
            (_Reader(each, select), each["local_setter"], each["remote_setter"])
            for each in info.get("related_klass_infos", ())
        ]

    def read(self, row: tuple[Any, ...]) -> Any:
        values = [row[column] for column in self._columns]
        if values[self._key] is None:
            # There is no such row beside this one.
            return None
        instance = self._model.from_db(connection.alias, self._names, values)
        for reader, let_know, let_know_back in self._related:
            beside = reader.read(row)
            let_know(instance, beside)
            if beside is not None:
                let_know_back(beside, instance)
        return instance


def add(*rows: Model) -> None:
    """Store new rows of one model with one statement, and give them their keys. No signal is sent.

    As `bulk_create(rows)`, without building that each time.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"{_inserting(rows[0]._meta, len(rows))} RETURNING {_key(rows[0])}", _values_of(rows))
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def add_missing(rows: Sequence[Model], *, first: str = "") -> int:
    """Store new rows of one model, those left out of which a unique value is stored already; return how many were.

    As `bulk_create(rows, ignore_conflicts=True)`, without building that each time; keys are given by the database.
    `first` is a statement in front, for databases that take two at once. Up to LONGEST_LIST rows are one transaction.
    """
    stored = 0
    for part in slices(rows):
        with connection.cursor() as cursor:
            cursor.execute(f"{first}{_inserting(part[0]._meta, len(part))} ON CONFLICT DO NOTHING", _values_of(part))
            if first:
                # What the first statement says is of no interest.
                cursor.nextset()
            stored += cursor.rowcount
    return stored


@lru_cache(maxsize=200)
def _inserting(options: Options, rows: int) -> str:
    names = connection.ops.quote_name
    columns = [names(field.column) for field in _fields_to_insert(options)]
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {names(options.db_table)} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of ours


@lru_cache(maxsize=50)
def _fields_to_insert(options: Options) -> list[Any]:
    return [field for field in options.concrete_fields if not field.primary_key]


def _key(row: Model) -> str:
    return connection.ops.quote_name(str(row._meta.pk.column))


def _values_of(rows: Sequence[Model]) -> list[Any]:
    fields = _fields_to_insert(rows[0]._meta)
    return [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields]


def _cursor() -> CursorWrapper:
    return connection.prepared_cursor() if _is_postgresql() else connection.cursor()  # type: ignore[attr-defined]


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _stored(value: Any) -> Any:
    """A value as the database gets it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
