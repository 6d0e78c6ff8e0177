from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .programmes import Programme
from .projects import Partner, Project


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, *, on: date | None = None) -> "MembershipQuerySet":
        """Memberships in force on a day (default: today, UTC)."""
        on = on or timezone.now().date()
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=on), Q(ends_on__isnull=True) | Q(ends_on__gte=on)
        )

    def leading(self) -> "MembershipQuerySet":
        return self.filter(role=Membership.Role.LEAD)

    def administering(self) -> "MembershipQuerySet":
        return self.filter(role=Membership.Role.OFFICER)

    def coordinating(self) -> "MembershipQuerySet":
        return self.filter(role=Membership.Role.COORDINATOR)


class Membership(models.Model):
    """The role of a user in a programme, a project or for a partner. Administrators need none: they are superusers."""

    class Role(models.TextChoices):
        OFFICER = "officer", _("Programme officer")
        LEAD = "lead", _("Lead partner")
        COORDINATOR = "coordinator", _("Partner coordinator")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("programme")
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("project")
    )
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("partner")
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.CheckConstraint(
                condition=Q(role="officer", programme__isnull=False, project__isnull=True, partner__isnull=True)
                | Q(role="lead", programme__isnull=True, project__isnull=False, partner__isnull=True)
                | Q(role="coordinator", programme__isnull=True, project__isnull=True, partner__isnull=False),
                name="role_is_given_for_what_it_is_about",
                violation_error_message=_(
                    "An officer needs a programme, a lead partner a project, a coordinator a partner. "
                    "Leave the other two empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.UniqueConstraint(fields=["user", "programme"], name="user_has_one_role_in_programme"),
            models.UniqueConstraint(fields=["user", "project"], name="user_has_one_role_in_project"),
            models.UniqueConstraint(fields=["user", "partner"], name="user_has_one_role_for_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
