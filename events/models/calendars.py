import secrets
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import F


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
        # Asked at every poll of a calendar and every reading of a page: a queryset would be half of that work.
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT version FROM {cls._meta.db_table} WHERE id = 1")  # noqa: S608 - no value in it
            row = cursor.fetchone()
        return row[0] if row else 0

    @classmethod
    def advance(cls) -> None:
        """Say that something visible has changed, in the transaction of the change."""
        if not cls.objects.filter(pk=1).update(version=F("version") + 1):
            # Somewhere at random: a database that was emptied and filled again must not reach a number that a running
            # process still has calendars for.
            cls.objects.get_or_create(pk=1, defaults={"version": secrets.randbelow(2**40) + 1})


class FeedState(models.Model):
    """When the bytes of one calendar address last changed: its Last-Modified."""

    KEY_LENGTH = 300

    key = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key

    @classmethod
    def changed_at_for(cls, key: str, digest: str, *, at: datetime) -> datetime:
        """Return when `key` got the bytes with this digest; it is `at` when they are new.

        It is later than before by a second at least, since HTTP dates have no parts of a second: two changes within one
        must not look the same to whoever asks by date.
        """
        state, created = cls.objects.get_or_create(key=key, defaults={"digest": digest, "changed_at": at})
        if not created and state.digest != digest:
            state.digest, state.changed_at = digest, max(at, state.changed_at + timedelta(seconds=1))
            state.save(update_fields=["digest", "changed_at"])
        return state.changed_at


class CalendarEntry(models.Model):
    """The VEVENTs of one event in one language, written once and joined into every calendar that shows it.

    `written_for` is the event's `changed_at` that they were written for; with an older one they are written anew.
    `last_day` is the last day of the plan they show and `shown_until` the last day on which calendars show them, None
    for no end. An event without any date has an entry without octets.
    """

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="calendar_entries")
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=40, help_text="The way of writing: with another one, it is written anew.")
    written_for = models.DateTimeField()
    last_day = models.DateField(null=True)
    shown_until = models.DateField(null=True)
    octets = models.BinaryField(default=b"")
    session_octets = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "language"], name="calendar_entry_is_written_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} ({self.language})"
