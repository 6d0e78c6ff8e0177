"""Queries that are built once. Under the lock of an event, building them takes longer than asking them."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class Compiled(Generic[M]):
    """A query with blanks for keys: `Compiled(lambda event: Registration.objects.filter(event=event), "event")`.

    Asked with `rows(event=7)`, it returns new instances, as the queryset would. The blanks must be whole numbers.
    """

    def __init__(self, queryset: Callable[..., QuerySet[M]], *blanks: str) -> None:
        self._queryset, self._blanks = queryset, blanks

    @cached_property
    def _built(self) -> tuple[QuerySet[M], str, list[Any]]:
        # No key is negative, so these stand for the blanks.
        stand_ins = {-number: name for number, name in enumerate(self._blanks, start=1)}
        queryset = self._queryset(**{name: number for number, name in stand_ins.items()})
        sql, parameters = queryset.query.sql_with_params()
        return queryset, sql, [stand_ins.get(value, value) for value in parameters]

    def rows(self, **keys: int) -> list[M]:
        queryset, sql, parameters = self._built
        return list(queryset.raw(sql, [keys.get(value, value) for value in parameters]))
