"""The database itself lets no kept piece of evidence go without a reason: not to a program, nor to a hand.

A row of EvidenceRemoval that names the stored file must be there first, or the day until which the project keeps its
evidence must be over. A draft that was never published has no evidence yet. See also evidence_kept.py, which asks.

The triggers are taken down before migrations and put up after them. SQLite rebuilds a table to alter it: that loses
the triggers of the table, and it fails as long as a trigger of another table reads it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.signals import post_migrate, pre_migrate

from .models import Document, Event, EvidenceRemoval

REFUSAL = "evidence is kept: it goes only with a reason"

# True as long as nobody may take a piece of the event of OLD away. An event that is not there any more keeps, too:
# otherwise whoever deletes it first deletes the rest behind it.
_KEPT = """NOT EXISTS (
    SELECT 1 FROM {event} JOIN {project} ON {project}.id = {event}.project_id
    WHERE {event}.id = {of_event}
        AND ({event}.status = 'draft' OR {project}.evidence_kept_until < {today})
)"""
_NO_REASON = """NOT EXISTS (
    SELECT 1 FROM {removal}
    WHERE {removal}.event_id = OLD.event_id AND {removal}.stored_as = OLD.file{and_evidence}
)"""
# What most tables have.
_FIELD = "OLD.event_id"
# The same for values of which one or both are NULL.
_OTHER = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
_TODAY = {"sqlite": "CURRENT_DATE", "postgresql": "(now() AT TIME ZONE 'UTC')::date"}


@dataclass(frozen=True, slots=True)
class Guard:
    """What is kept of a table whose rows have an event: in the field `event`, or in SQL `of_event` of OLD.

    `pieces` are the rows that are evidence, and `piece` says the same of OLD in SQL. Whoever changes one of `columns`
    takes a piece away as whoever deletes it. `goes_with_reason` is False for what stays whatever is said.
    Without a field `event` a row keeps its event in another way: what it belongs to cannot be deleted.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    pieces: Q = field(default_factory=Q)
    piece: str = "TRUE"
    goes_with_reason: bool = True
    of_event: str = _FIELD

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def kept(self, vendor: str) -> str:
        """Return in SQL whether OLD is a piece that may not go now."""
        names = {
            "event": Event._meta.db_table,
            "project": Event._meta.get_field("project").related_model._meta.db_table,
            "removal": EvidenceRemoval._meta.db_table,
            "of_event": self.of_event,
            "today": _TODAY[vendor],
            # The reason why it stopped being one thing is none for the next.
            "and_evidence": f" AND {EvidenceRemoval._meta.db_table}.evidence = OLD.evidence"
            if any(column.name == "evidence" for column in self.model._meta.fields)
            else "",
        }
        parts = [self.piece, _KEPT, *([_NO_REASON] if self.goes_with_reason else [])]
        return " AND ".join(part.format(**names) for part in parts)

    def taken(self, vendor: str) -> str:
        """Return in SQL whether a change of OLD to NEW takes the piece away."""
        return " OR ".join(f'OLD."{column}" {_OTHER[vendor]} NEW."{column}"' for column in self.columns) or "FALSE"


_guards: list[Guard] = []


def connect() -> None:
    """Guard documents that are marked as evidence, and the reasons why others went."""
    guard(
        Guard(
            Document,
            ("event_id", "evidence", "file", "deleted_at"),
            # What was deleted with its reason is cleared away later.
            Q(deleted_at__isnull=True) & ~Q(evidence="") & ~Q(file=""),
            "OLD.deleted_at IS NULL AND OLD.evidence <> '' AND OLD.file <> ''",
        )
    )
    said = ("event_id", "title", "evidence", "file_name", "stored_as", "sha256", "reason", "removed_at")
    guard(Guard(EvidenceRemoval, said, goes_with_reason=False))


def guard(guarded: Guard) -> None:
    """Let the database refuse to take pieces of a table away, from the next migration on."""
    _guards.append(guarded)
    config, uid = apps.get_app_config(guarded.model._meta.app_label), f"evidence of {guarded.table}"

    def take_down(using: str, plan: Any = (), **kwargs: Any) -> None:
        if plan:
            _take_down(connections[using], guarded)

    def put_up(using: str, **kwargs: Any) -> None:
        _put_up(connections[using], guarded)

    pre_migrate.connect(take_down, sender=config, weak=False, dispatch_uid=uid)
    post_migrate.connect(put_up, sender=config, weak=False, dispatch_uid=uid)


def kept_pieces(events: Iterable[Event]) -> list[Any]:
    """Return the rows that keep these events from being deleted: evidence, and the reasons why other pieces went."""
    keeping = [event.pk for event in events if event.keeps_evidence()]
    found: list[Any] = []
    for each in (guarded for guarded in _guards if guarded.of_event == _FIELD):
        found += each.model._base_manager.filter(each.pieces, event__in=keeping)
    return found


def _names(guarded: Guard) -> tuple[str, str]:
    return f"{guarded.table}_is_kept", f"{guarded.table}_is_not_changed"


def _take_down(connection: BaseDatabaseWrapper, guarded: Guard) -> None:
    deleting, changing = _names(guarded)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {deleting} CASCADE")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {deleting}")
            cursor.execute(f"DROP TRIGGER IF EXISTS {changing}")


def _put_up(connection: BaseDatabaseWrapper, guarded: Guard) -> None:
    """Put the triggers up where they are not there yet: whoever starts again locks no table."""
    needed = {guarded.table, Event._meta.db_table, EvidenceRemoval._meta.db_table}
    if not needed.issubset(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted, there = _postgresql(guarded), "SELECT 1 FROM pg_proc WHERE proname = %s"
        else:
            wanted, there = _sqlite(guarded), "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s"
        cursor.execute(there, [_names(guarded)[0]])
        if cursor.fetchone() is None:
            for statement in wanted:
                cursor.execute(statement)


def _postgresql(guarded: Guard) -> list[str]:
    name, _changing = _names(guarded)
    return [
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF NOT ({guarded.taken("postgresql")}) THEN RETURN NEW; END IF;
            END IF;
            IF {guarded.kept("postgresql")} THEN
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$
        """,
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {guarded.table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _sqlite(guarded: Guard) -> list[str]:
    deleting, changing = _names(guarded)
    kept, taken = guarded.kept("sqlite"), guarded.taken("sqlite")
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    return [
        f"CREATE TRIGGER {deleting} BEFORE DELETE ON {guarded.table} WHEN {kept} {refuse}",
        f"CREATE TRIGGER {changing} BEFORE UPDATE ON {guarded.table} WHEN ({taken}) AND {kept} {refuse}",
    ]
