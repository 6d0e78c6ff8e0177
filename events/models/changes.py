import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import AlreadyUndone, ChangedSince, UndoTooLate

# How long whoever changed a plan can take it back, before anybody is told.
TOLD_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be promised about an event at one moment: its status, date, mode and place.

    `starts_on` and `ends_on` are the first and last day, both None while the date is unknown; for a month they are its
    first and last day. The times are local to `time_zone`, None when not known. `place` is text, so that a version
    reads the same after the venue was renamed; `place_to_be_confirmed` says that it was not certain.
    """

    status: str
    date_precision: str
    starts_on: date | None = None
    ends_on: date | None = None
    start_time: time | None = None
    end_time: time | None = None
    time_zone: str = ""
    mode: str = ""
    venue_name: str = ""
    city: str = ""
    country: str = ""
    place_to_be_confirmed: bool = False

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.venue_name, self.city) if part)

    def to_json(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, date | time) else value
            for name, value in dataclasses.asdict(self).items()
            if value not in (None, "", False)
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Plan":
        values = dict(stored)
        for name in ("starts_on", "ends_on"):
            if name in values:
                values[name] = date.fromisoformat(values[name])
        for name in ("start_time", "end_time"):
            if name in values:
                values[name] = time.fromisoformat(values[name])
        return cls(**values)


class PlanChange(models.Model):
    """What an event was before, what it became, why, when and decided by whom. Changes are added, never edited."""

    event = models.ForeignKey("events.Event", models.CASCADE, related_name="changes", verbose_name=_("event"))
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("Equals the SEQUENCE that calendars get."))
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True, help_text=_("Empty when not known."))
    announced = models.CharField(
        _("announced"),
        max_length=100,
        blank=True,
        help_text=_("When the old plan had been announced, in the words of the source, such as “before 2020-03-24”."),
    )
    before = models.JSONField(_("before"), encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True)
    note = models.TextField(_("note"), blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    fields_before = models.JSONField(
        default=dict,
        blank=True,
        encoder=DjangoJSONEncoder,
        help_text="What the fields of the event were, so that the change can be undone. Empty for what a file told.",
    )
    tell_at = models.DateTimeField(
        _("people are told at"),
        null=True,
        blank=True,
        help_text=_("Empty when nobody is told. Until then it can be undone."),
    )
    told_at = models.DateTimeField(_("people were told at"), null=True, blank=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by", verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("plan change")
        verbose_name_plural = _("plan changes")
        ordering = ["event", "number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="plan_change_number_is_unique_in_event"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="plan_change_number_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.number}"

    @property
    def plan_before(self) -> Plan:
        return Plan.from_json(self.before)

    @property
    def plan_after(self) -> Plan:
        return Plan.from_json(self.after)

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be taken back; None for what a file told."""
        return self.changed_at + TOLD_AFTER if self.changed_at and self.fields_before else None

    def can_be_undone(self, *, at: datetime | None = None) -> bool:
        """Whether it can still be taken back at an instant (default: now), as far as this row says."""
        at = at or timezone.now()
        until = self.undo_until
        return (
            until is not None
            and at < until
            and self.told_at is None
            and self.undoes_id is None
            and not hasattr(self, "undone_by")
        )

    @transaction.atomic
    def undo(self, *, by=None, at: datetime | None = None) -> "PlanChange":
        """Put the event back to what it was before this change, and tell nobody of either who knew the plan of before.

        Whoever got a mail in between was told of the plan that is taken back, and is told of this one at once.
        That is a change of its own with a higher SEQUENCE, because a calendar may have asked in between. Raises
        AlreadyUndone, ChangedSince, and UndoTooLate once the time is over or somebody was told.
        """
        at = at or timezone.now()
        event = self.event
        event.lock()
        changes = list(event.changes.select_related("undone_by"))
        this = next(change for change in changes if change.pk == self.pk)
        if hasattr(this, "undone_by"):
            raise AlreadyUndone(self)
        if not this.can_be_undone(at=at):
            raise UndoTooLate(self)
        if standing(changes)[-1:] != [this]:
            raise ChangedSince(self)
        before = {
            name: event._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
            for name, value in this.fields_before.items()
        }
        undoing = event.change_plan(by=by, at=at, undoes=this, **before)
        if undoing is None:
            raise AlreadyUndone(self)
        self.tell_at, undoing.tell_at = None, at
        for change in (self, undoing):
            change.save(update_fields=["tell_at"])
        return undoing


def standing(changes: Iterable[PlanChange]) -> list[PlanChange]:
    """Leave out of the changes of an event those that were undone, and those that undid them.

    `changes` are all of the event, in order.
    """
    changes = list(changes)
    undone = {change.undoes_id for change in changes if change.undoes_id is not None}
    return [change for change in changes if change.undoes_id is None and change.pk not in undone]
