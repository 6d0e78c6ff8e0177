import dataclasses
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be promised about an event at one moment: its status, date, mode and place.

    `starts_on` and `ends_on` are the first and last day, both None while the date is unknown; for a month they are its
    first and last day. The times are local to `time_zone`, None when not known. `place` is text, so that a version
    reads the same after the venue was renamed.
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

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.venue_name, self.city) if part)

    def to_json(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, date | time) else value
            for name, value in dataclasses.asdict(self).items()
            if value not in (None, "")
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
