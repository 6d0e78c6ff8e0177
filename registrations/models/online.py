import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Session, check_time_zone


def report_path(report: "OnlineReport", name: str) -> str:
    """Where the file of a report is kept. The name that people see is in the table."""
    return f"online-reports/{uuid.uuid4().hex}"


class OnlineReport(models.Model):
    """The report of an online meeting, as its program wrote it. Nothing in it counts until somebody confirms it.

    The file is kept as it came and is read anew whenever it is shown, so that an auditor sees what was there.
    `decisions` says which registration each person of the file is: {code of the person: primary key}; `matches` says
    the same for people, with how it came, and stays when the event or the registrations change; `acts` are the ids of
    the attendance records that followed.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="online_reports", verbose_name=_("event"))
    session = models.ForeignKey(
        Session,
        # Without it, what is of one session would be of the whole event.
        models.PROTECT,
        null=True,
        blank=True,
        related_name="online_reports",
        verbose_name=_("session"),
        help_text=_("Empty: of the whole event, day by day."),
    )
    act = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="Gives each act that follows from it its own id."
    )
    file = models.FileField(_("file"), upload_to=report_path, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    octets = models.PositiveIntegerField(_("size"), default=0, editable=False)
    product = models.CharField(_("written by"), max_length=50, blank=True)
    clocks = models.CharField(_("clock of the times in it"), max_length=50, validators=[check_time_zone])
    decisions = models.JSONField(default=dict, editable=False)
    matches = models.JSONField(
        default=list, editable=False, help_text="Who of the file was taken for whom, as online/kept.py writes it."
    )
    acts = models.JSONField(default=list, editable=False, help_text="What followed from it, to be taken back.")
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    counted = models.PositiveIntegerField(_("people counted"), default=0)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    taken_back_because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("report of an online meeting")
        verbose_name_plural = _("reports of online meetings")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "sha256"],
                condition=Q(taken_back_at__isnull=True),
                name="meeting_report_is_there_once",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(confirmed_at__isnull=False) & ~Q(taken_back_because=""),
                name="only_a_confirmed_report_is_taken_back_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None

    @property
    def counts(self) -> bool:
        return self.confirmed_at is not None and self.taken_back_at is None

    def confirm(
        self,
        *,
        decisions: dict[str, int],
        matches: list[dict[str, Any]],
        acts: list[str],
        counted: int,
        by: Any = None,
        at: Any = None,
    ) -> None:
        """Note who is who, and that it counts from now on. online/counting.py records the acts with it."""
        self.decisions, self.matches, self.acts, self.counted = decisions, matches, acts, counted
        self.confirmed_at, self.confirmed_by = at or timezone.now(), by
        self.save(update_fields=["decisions", "matches", "acts", "counted", "confirmed_at", "confirmed_by"])

    def take_back(self, *, reason: str, by: Any = None, at: Any = None) -> None:
        """Note that it counts no longer, and why."""
        self.taken_back_at, self.taken_back_by, self.taken_back_because = at or timezone.now(), by, reason
        self.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_because"])
