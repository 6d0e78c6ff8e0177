from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import PlanChange

from .persons import Person
from .reasons import reason_in_words
from .registrations import Registration


class Decision(models.Model):
    """Why a registration got, lost or kept its place other than by the order of arrival. Decisions are only added.

    `taken_by` is None for what a rule decided by itself.
    """

    class Kind(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        MOVED_AHEAD = "moved_ahead", _("Moved ahead on the waiting list")
        PASSED_OVER = "passed_over", _("Passed over on the waiting list")
        CANCELLED = "cancelled", _("Cancelled by the host")
        RESTORED = "restored", _("Restored")
        ADDED = "added", _("Added by the host")
        SWAPPED = "swapped", _("Place handed to somebody else")
        NAMED = "named", _("Named for a delegation")
        REQUEST_GRANTED = "request_granted", _("Change granted")
        REQUEST_REFUSED = "request_refused", _("Change refused")

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="decisions", verbose_name=_("registration")
    )
    kind = models.CharField(_("decision"), max_length=20, choices=Kind.choices)
    reason = models.TextField(_("reason"), blank=True)
    because = models.JSONField(
        _("reason of the program"),
        default=dict,
        blank=True,
        help_text=_("A code of Because with its values: said in the language of whoever reads it."),
    )
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["taken_at", "pk"]

    def __str__(self) -> str:
        return f"{self.registration}: {self.get_kind_display()}"

    @property
    def why(self) -> str:
        """The reason as it was typed; what the program says is in the language of the reader."""
        # Rules that decided before there were codes left their words, in English.
        typed = gettext(self.reason) if self.reason and self.taken_by_id is None else self.reason
        return reason_in_words(self.because, typed)


class ChangeRequest(models.Model):
    """A change that was asked for after the cut-off. `wanted` holds answers by the names of the form's fields."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="change_requests", verbose_name=_("registration")
    )
    wanted = models.JSONField(_("wanted"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    is_granted = models.BooleanField(_("granted"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("request for a change")
        verbose_name_plural = _("requests for changes")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(decided_at__isnull=True), name="registration_has_one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_granted__isnull=True)
                | Q(decided_at__isnull=False, is_granted__isnull=False),
                name="decided_request_was_granted_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.asked_at:%Y-%m-%d}"


class Reconfirmation(models.Model):
    """The question, after a change of mode or place, whether somebody still comes. Meanwhile they keep their place."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="reconfirmations", verbose_name=_("registration")
    )
    plan_change = models.ForeignKey(PlanChange, models.CASCADE, related_name="+", verbose_name=_("plan change"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    still_comes = models.BooleanField(_("still comes"), null=True, blank=True)

    class Meta:
        verbose_name = _("question whether somebody still comes")
        verbose_name_plural = _("questions whether people still come")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "plan_change"], name="registration_is_asked_once_after_a_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}: {self.still_comes}"


class PersonMerge(models.Model):
    """That two persons were found to be one. `moved` are the keys of the registrations that came from the other one."""

    kept = models.ForeignKey(Person, models.CASCADE, related_name="merges", verbose_name=_("kept"))
    merged = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("merged"))
    moved = models.JSONField(_("moved registrations"), default=list)
    merged_at = models.DateTimeField(_("merged at"), default=timezone.now)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("merged by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge of persons")
        verbose_name_plural = _("merges of persons")
        ordering = ["-merged_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"
