from django.db import models
from django.utils.translation import gettext_lazy as _


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def administered_by(self, user) -> "ProgrammeQuerySet":
        """Programmes of which this user is an officer today; administrators have all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(memberships__in=user.memberships.active().administering())


class Programme(models.Model):
    """A funding programme of one period, such as Interreg Europe 2014-2020."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    slug = models.SlugField(_("short name in addresses"), max_length=100, unique=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
