"""What is planned of an event: its status, when, in which way and where."""

import zoneinfo
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from venues.models import Venue

from .changes import Plan

# What a published event promises, as the database has it. Undoing a change puts all of it back.
PROMISED = (
    "status",
    "date_precision",
    "starts_on",
    "ends_on",
    "start_time",
    "end_time",
    "time_zone",
    "mode",
    "venue_id",
    "place_to_be_confirmed",
    "join_url",
    "cancelled_at",
)


def check_time_zone(value: str) -> None:
    """Refuse what is no IANA zone such as Europe/Amsterdam."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Enter a time zone such as Europe/Amsterdam."), code="time_zone")


class Planned(models.Model):
    """What a published event promises, and what follows from it. Event alone changes it, with its verbs."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SAVE_THE_DATE = "save_the_date", _("Save the date")
        ANNOUNCED = "announced", _("Announced")
        HELD = "held", _("Held")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    class DatePrecision(models.TextChoices):
        DAY = "day", _("Exact")
        MONTH = "month", _("Only the month is known")
        UNKNOWN = "unknown", _("Not known")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("On site")
        ONLINE = "online", _("Online")
        HYBRID = "hybrid", _("On site and online")
        UNKNOWN = "", _("Not known")

    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.DRAFT)
    date_precision = models.CharField(
        _("date"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.UNKNOWN
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    start_time = models.TimeField(_("starts at"), null=True, blank=True)
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[check_time_zone])
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, blank=True)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("venue")
    )
    place_to_be_confirmed = models.BooleanField(
        _("place to be confirmed"), default=False, help_text=_("The place is said, and marked as not certain yet.")
    )
    online_platform = models.CharField(_("online platform"), max_length=100, blank=True)
    join_url = models.URLField(_("address to join online"), blank=True, help_text=_("Shown to those with a seat only."))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(date_precision="unknown", starts_on__isnull=True, ends_on__isnull=True)
                | Q(~Q(date_precision="unknown"), starts_on__isnull=False, ends_on__isnull=False),
                name="event_has_its_days_unless_the_date_is_unknown",
                violation_error_message=_(
                    "Enter the first and the last day, or say that the date is not known and leave both empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(start_time__isnull=True) | Q(date_precision="day"),
                name="event_time_needs_an_exact_date",
                violation_error_message=_("A time needs an exact date. Choose “Exact”, or leave the times empty."),
            ),
            models.CheckConstraint(
                condition=Q(end_time__isnull=True) | Q(start_time__isnull=False),
                name="event_end_time_needs_a_start_time",
                violation_error_message=_("Enter when the event starts, or leave the end empty too."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")) | Q(end_time__isnull=True) | Q(end_time__gt=F("start_time")),
                name="event_of_one_day_ends_after_it_starts",
                violation_error_message=_("On one day, the end must be later than the start."),
            ),
            models.CheckConstraint(
                condition=~Q(time_zone="") | Q(date_precision="unknown"),
                name="dated_event_has_a_time_zone",
                violation_error_message=_("Enter the time zone of the event, such as Europe/Amsterdam."),
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | Q(~Q(status="cancelled"), cancelled_at__isnull=True),
                name="cancelled_event_has_the_time_of_cancelling",
            ),
        ]

    # When and where

    @property
    def has_exact_date(self) -> bool:
        return self.date_precision == self.DatePrecision.DAY

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The event's time zone; UTC while it is not known."""
        return zoneinfo.ZoneInfo(self.time_zone or "UTC")

    @property
    def starts_at(self) -> datetime | None:
        """The instant of the start, at 00:00 while the time is not known; None without an exact date."""
        if self.starts_on is None or not self.has_exact_date:
            return None
        return datetime.combine(self.starts_on, self.start_time or time.min, self.zone)

    @property
    def ends_at(self) -> datetime | None:
        """The instant after which the event is over, at midnight after the last day while the time is not known."""
        if self.ends_on is None or not self.has_exact_date:
            return None
        if self.end_time:
            return datetime.combine(self.ends_on, self.end_time, self.zone)
        return datetime.combine(self.ends_on + timedelta(days=1), time.min, self.zone)

    @property
    def days(self) -> list[date]:
        """The days of the event in order; none while the exact date is not known."""
        if self.starts_on is None or self.ends_on is None or not self.has_exact_date:
            return []
        return [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    def is_over(self, *, at: datetime | None = None) -> bool:
        """Whether the event is over at an instant (default: now). A month is over with its last day."""
        if self.status == self.Status.HELD:
            return True
        at = at or timezone.now()
        if (ends_at := self.ends_at) is not None:
            return ends_at <= at
        return self.ends_on is not None and self.ends_on < at.astimezone(self.zone).date()

    def has_begun(self, *, at: datetime | None = None) -> bool:
        """Whether the event has begun at an instant (default: now); without an exact date it has not."""
        return self.starts_at is not None and self.starts_at <= (at or timezone.now())

    def can_be_joined(self, *, at: datetime | None = None) -> bool:
        """Whether a place at the event is of any use at an instant (default: now): not once it is over or cancelled."""
        return not (self.is_cancelled or self.is_over(at=at))

    def is_ahead(self, *, at: datetime | None = None) -> bool:
        """Whether all of the event is still to come at an instant (default: now)."""
        return self.can_be_joined(at=at) and not self.has_begun(at=at)

    @property
    def has_online_part(self) -> bool:
        """Whether anybody can take part online, be it everybody or some."""
        return self.mode in (self.Mode.ONLINE, self.Mode.HYBRID)

    # Status

    @property
    def is_published(self) -> bool:
        return self.status != self.Status.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def is_postponed(self) -> bool:
        return self.status == self.Status.POSTPONED

    # All of it at one moment

    @property
    def plan(self) -> Plan:
        venue = self.venue
        return Plan(
            status=self.status,
            date_precision=self.date_precision,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            start_time=self.start_time,
            end_time=self.end_time,
            time_zone=self.time_zone,
            mode=self.mode,
            venue_name=venue.name if venue else "",
            city=venue.city if venue else "",
            country=str(venue.country) if venue else "",
            place_to_be_confirmed=self.place_to_be_confirmed,
        )
