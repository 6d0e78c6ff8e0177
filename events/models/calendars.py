import secrets
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

from ..patience import written_if_possible

# For how many seconds a process takes the version that PostgreSQL told it for the one that holds.
VERSION_HOLDS = 1.0

# The version that this process was told last, and when on the monotonic clock.
_told: tuple[int, float] | None = None


class CalendarState(models.Model):
    """One row whose version rises with every change that a page, a list or a calendar could show.

    Whoever kept something made from events asks for this number first: while it is the same, nothing has changed.
    """

    version = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="calendar_state_is_one_row")]

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def current(cls) -> int:
        """Return the version now; 0 before the first change."""
        # Asked at every poll of a calendar and every reading of a page, so each part of it counts: the stand-in that
        # `django.db.connection` is, and the query by which Django finds out whether the connection is still alive. This
        # one shows that as well.
        database = connections[DEFAULT_DB_ALIAS]
        database.health_check_done = True  # type: ignore[attr-defined]
        try:
            return cls._version(database)
        except (InterfaceError, OperationalError):
            if database.in_atomic_block:
                raise
            database.close()
            return cls._version(database)

    @classmethod
    def recent(cls) -> int:
        """Return the version as it was at most a second ago: enough for programs, which ask by the hour.

        PostgreSQL is asked over a connection, and waiting for its answer takes as long as the rest of “nothing new”.
        What this process itself changes it sees at once. SQLite is quicker asked than remembered.
        """
        global _told
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "sqlite" or database.in_atomic_block:
            return cls.current()
        now = time.monotonic()
        if _told is None or now - _told[1] > VERSION_HOLDS:
            _told = cls.current(), now
        return _told[0]

    @classmethod
    def _version(cls, database: BaseDatabaseWrapper) -> int:
        query = f"SELECT version FROM {cls._meta.db_table} WHERE id = 1"  # noqa: S608 - no value in it
        if database.queries_logged or database.execute_wrappers:
            # Somebody counts or watches queries.
            with database.cursor() as cursor:
                cursor.execute(query)
                row = cursor.fetchone()
        else:
            # Django's cursor takes longer than the query.
            database.ensure_connection()
            with database.wrap_database_errors:
                row = database.connection.execute(query).fetchone()
        return row[0] if row else 0

    @classmethod
    def advance(cls) -> None:
        """Say that something visible has changed, in the transaction of the change."""
        if not cls.objects.filter(pk=1).update(version=F("version") + 1):
            # Somewhere at random: a database that was emptied and filled again must not reach a number that a running
            # process still has calendars for.
            cls.objects.get_or_create(pk=1, defaults={"version": secrets.randbelow(2**40) + 1})
        transaction.on_commit(_forget_what_was_told)


def _forget_what_was_told() -> None:
    global _told
    _told = None


class FeedState(models.Model):
    """When the bytes of one calendar address last changed: its Last-Modified."""

    KEY_LENGTH = 300

    key = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key

    @classmethod
    def changed_at_for(cls, key: str, digest: str, *, at: datetime) -> datetime | None:
        """Return when `key` got the bytes with this digest; `at` when they are new, None when that cannot be noted.

        It is later than before by a second at least, since HTTP dates have no parts of a second: two changes within one
        must not look the same to whoever asks by date.
        """
        state = cls.objects.filter(pk=key).first()
        if state is not None and state.digest == digest:
            return state.changed_at

        def note() -> datetime:
            new = FeedState(key=key, digest=digest, changed_at=at)
            FeedState.objects.bulk_create([new], ignore_conflicts=True)
            state = cls.objects.get(pk=key)
            if state.digest != digest:
                later = max(at, state.changed_at + timedelta(seconds=1))
                # Of two processes that found the same change, one notes it, and both say when that was.
                cls.objects.filter(pk=key, digest=state.digest).update(digest=digest, changed_at=later)
                state.refresh_from_db()
            return state.changed_at

        return written_if_possible(note)


class CalendarEntry(models.Model):
    """The VEVENTs of one event in one language, written once and joined into every calendar that shows it.

    `octets` is the event itself, `session_octets` are the sessions for whoever sees the event, and
    `partner_session_octets` those for people with a role in the project; both are None until a calendar with sessions
    is asked for. `written_for` is the event's `changed_at` that they were written for; when it has another one, they
    are written anew. `last_day` is the last day of the plan they show, None for an event without any date, which has no
    octets. `shown_until` is the last day on which calendars show them, None for no end.
    """

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="calendar_entries")
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=40, help_text="The way of writing: with another one, it is written anew.")
    written_for = models.DateTimeField()
    last_day = models.DateField(null=True)
    shown_until = models.DateField(null=True)
    octets = models.BinaryField(default=b"")
    session_octets = models.BinaryField(null=True)
    partner_session_octets = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "language"], name="calendar_entry_is_written_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} ({self.language})"

    def is_shown(self, *, since: date | None, on: date) -> bool:
        """Whether a calendar that begins with the day `since` (None: whole) shows it on a day."""
        if self.last_day is None or (since is not None and self.last_day < since):
            return False
        return self.shown_until is None or on <= self.shown_until

    @classmethod
    def put(cls, entries: Sequence["CalendarEntry"]) -> None:
        """Store entries in place of those for the same events and languages, in one statement however many they are.

        Two processes may write the same entry at once: they write the same octets, and the later one stays. Where it
        brings no sessions, the next calendar with sessions writes them again.
        """
        fields = [field for field in cls._meta.concrete_fields if not field.primary_key]
        names = [str(field.column) for field in fields]
        columns, values = ", ".join(names), ", ".join(["%s"] * len(names))
        replaced = ", ".join(f"{name} = excluded.{name}" for name in names)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {cls._meta.db_table} ({columns}) VALUES ({values}) "  # noqa: S608 - no value in it
                f"ON CONFLICT (event_id, language) DO UPDATE SET {replaced}",
                [
                    [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields]
                    for entry in entries
                ],
            )
