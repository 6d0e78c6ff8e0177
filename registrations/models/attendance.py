import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Session

from .registrations import Registration


class AttendanceQuerySet(models.QuerySet["AttendanceRecord"]):
    def of_days(self) -> "AttendanceQuerySet":
        """Records of presence on a whole day, without those of single sessions."""
        return self.filter(session__isnull=True)

    def latest(self) -> "AttendanceQuerySet":  # type: ignore[override]
        """The record that counts for each registration and day or session: the one of the latest act."""
        newest = (
            AttendanceRecord.objects.filter(
                registration=OuterRef("registration"), day=OuterRef("day"), session__isnull=True
            )
            .order_by("-happened_at", "-act")
            .values("pk")[:1]
        )
        newest_of_session = (
            AttendanceRecord.objects.filter(registration=OuterRef("registration"), session=OuterRef("session"))
            .order_by("-happened_at", "-act")
            .values("pk")[:1]
        )
        return self.filter(
            Q(session__isnull=True, pk=Subquery(newest)) | Q(session__isnull=False, pk=Subquery(newest_of_session))
        )

    def present(self) -> "AttendanceQuerySet":
        return self.latest().filter(is_present=True)


class AttendanceRecord(models.Model):
    """One fact of presence. Records are added, never changed: an undo and a correction are records too.

    Presence follows from the records alone, whatever order they arrived in: the act that happened last counts, and of
    two at the same instant the one with the greater act id.
    """

    class How(models.TextChoices):
        SCAN = "scan", _("Ticket scanned")
        NAME_SEARCH = "name_search", _("Found by name")
        SIGNED_LIST = "signed_list", _("Signed list")
        ONLINE_REPORT = "online_report", _("Report of the online meeting")
        CORRECTION = "correction", _("Correction")

    act = models.UUIDField(
        _("act"), default=uuid.uuid4, unique=True, editable=False, help_text=_("The same act sent twice is kept once.")
    )
    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="attendance", verbose_name=_("registration")
    )
    day = models.DateField(_("day"), help_text=_("The day of the event, in its own time zone."))
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="attendance", verbose_name=_("session")
    )
    is_present = models.BooleanField(_("present"))
    happened_at = models.DateTimeField(_("happened at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    how = models.CharField(_("how known"), max_length=20, choices=How.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    device = models.CharField(_("device"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance record")
        verbose_name_plural = _("attendance records")
        ordering = ["happened_at", "act"]
        indexes = [
            models.Index(fields=["registration", "day", "-happened_at"], name="attendance_latest_of_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(how="correction") | ~Q(reason=""), name="attendance_correction_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.registration}, {self.day}: {'+' if self.is_present else '-'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The database refuses a change too (migration 0002); here it is said before the query.
        if not self._state.adding:
            raise TypeError("An attendance record is never changed: add another one.")
        super().save(*args, **kwargs)
