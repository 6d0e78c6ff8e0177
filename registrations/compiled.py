"""Queries that are built once. Under the lock of an event, building them takes longer than asking them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# An instant at which nothing of ours happened.
_NEVER = datetime(1, 1, 2, 3, 4, 5, tzinfo=UTC)


class Compiled(Generic[M]):
    """A query with blanks for keys: `Compiled(lambda event: Registration.objects.filter(event=event), "event")`.

    Asked with `rows(event=7)`, it returns new instances, as the queryset would; one of values is asked for `tuples`.
    The blanks must be whole numbers, and one of them, named by `instant`, an aware datetime.
    """

    def __init__(self, queryset: Callable[..., QuerySet[M, Any]], *blanks: str, instant: str = "") -> None:
        self._queryset, self._blanks, self._instant = queryset, blanks, instant

    @cached_property
    def _built(self) -> tuple[QuerySet[M, Any], str, list[Any]]:
        # No key is negative, so these stand for the blanks.
        stand_ins: dict[Any, str] = {-number: name for number, name in enumerate(self._blanks, start=1)}
        blanks: dict[str, Any] = {name: number for number, name in stand_ins.items()}
        if self._instant:
            blanks[self._instant] = _NEVER
            stand_ins[connection.ops.adapt_datetimefield_value(_NEVER)] = self._instant
        queryset = self._queryset(**blanks)
        sql, parameters = queryset.query.sql_with_params()
        return queryset, sql, [stand_ins.get(value, value) for value in parameters]

    def rows(self, **keys: Any) -> list[M]:
        queryset, sql, parameters = self._built
        return list(queryset.raw(sql, self._filled(parameters, keys)))

    def tuples(self, **keys: Any) -> list[tuple[Any, ...]]:
        _queryset, sql, parameters = self._built
        with connection.cursor() as cursor:
            cursor.execute(sql, self._filled(parameters, keys))
            return cursor.fetchall()

    def _filled(self, parameters: list[Any], keys: dict[str, Any]) -> list[Any]:
        if self._instant:
            keys[self._instant] = connection.ops.adapt_datetimefield_value(keys[self._instant])
        return [keys.get(value, value) for value in parameters]
