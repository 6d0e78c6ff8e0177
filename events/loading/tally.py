"""What a load did, and the one way in which it writes a row."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import IntegrityError, models

from .reading import FileRefused

Row = TypeVar("Row", bound=models.Model)


@dataclass
class Tally:
    """Rows by model and by what happened to them, and what a person should look at."""

    created: Counter[type[models.Model]] = field(default_factory=Counter)
    updated: Counter[type[models.Model]] = field(default_factory=Counter)
    unchanged: Counter[type[models.Model]] = field(default_factory=Counter)
    removed: Counter[type[models.Model]] = field(default_factory=Counter)
    # Records that were loaded before and are not in the file any more: they are kept.
    vanished: list[str] = field(default_factory=list)
    # Events whose plan was changed by hand since they were loaded: their plan is kept.
    kept: list[str] = field(default_factory=list)

    @property
    def has_changed_something(self) -> bool:
        return bool(self.created or self.updated or self.removed)

    def put(self, model: type[Row], found: Row | None, *, where: str, **values: Any) -> Row:
        """Create a row with these values, or give them to the row that was found; count which of the two.

        A row that has them already is not written at all, so that nothing that follows changes stirs. Raises
        FileRefused when the database refuses the row; `where` names the record of the file.
        """
        row = found or model()
        if found is not None and not _differing(found, values):
            self.unchanged[model] += 1
            return found
        for name, value in values.items():
            setattr(row, name, value)
        try:
            row.save()
        except IntegrityError as error:
            raise FileRefused([f"{where}: the database refuses it: {error}"]) from error
        (self.updated if found is not None else self.created)[model] += 1
        return row

    def remove(self, row: models.Model) -> None:
        self.removed[type(row)] += 1
        row.delete()


def _differing(row: models.Model, values: dict[str, Any]) -> bool:
    for name, value in values.items():
        if row._meta.get_field(name).is_relation:
            # Comparing keys spares a query for the row behind each of them.
            stored, wanted = getattr(row, f"{name}_id"), value and value.pk
        else:
            stored, wanted = getattr(row, name), value
        if stored != wanted:
            return True
    return False
