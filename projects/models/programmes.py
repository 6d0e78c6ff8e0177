from django.db import models
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """A funding programme of one period, such as Interreg Europe 2014-2020."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    slug = models.SlugField(_("short name in addresses"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
