from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .organisations import Organisation
from .projects import Partner


class StakeholderGroup(models.Model):
    """Organisations around one partner's policy instrument, with the people who act for them."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="stakeholder_groups", verbose_name=_("partner"))
    name = models.CharField(_("name"), max_length=200)
    policy_instrument = models.CharField(_("policy instrument"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stakeholder group")
        verbose_name_plural = _("stakeholder groups")
        ordering = ["partner", "name"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "name"], name="stakeholder_group_name_is_unique_for_partner"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMemberQuerySet(models.QuerySet["GroupMember"]):
    def of_project(self, project: int) -> "GroupMemberQuerySet":
        """Members of the groups of all partners of the project with this key."""
        return self.filter(group__partner__project=project)

    def with_address(self, email: str) -> "GroupMemberQuerySet":
        return self.filter(email=email.casefold())


class GroupMember(models.Model):
    """Somebody who acts for an organisation in a stakeholder group, known by the address they register with."""

    group = models.ForeignKey(
        StakeholderGroup, models.CASCADE, related_name="members", verbose_name=_("stakeholder group")
    )
    name = models.CharField(_("full name"), max_length=200, blank=True)
    email = models.EmailField(_("email"), max_length=254, help_text=_("In small letters."))
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="group_members",
        verbose_name=_("organisation"),
    )

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a stakeholder group")
        verbose_name_plural = _("members of stakeholder groups")
        ordering = ["group", "name", "email"]
        constraints = [
            models.UniqueConstraint(fields=["group", "email"], name="address_is_in_a_stakeholder_group_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.casefold()
        super().save(*args, **kwargs)
