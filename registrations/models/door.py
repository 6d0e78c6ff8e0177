from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .registrations import Registration


class ReplacedTicket(models.Model):
    """The code of a ticket that was replaced: the door knows it and refuses it."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="replaced_tickets", verbose_name=_("registration")
    )
    code = models.CharField(max_length=120, unique=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced at"), default=timezone.now)

    class Meta:
        verbose_name = _("replaced ticket")
        verbose_name_plural = _("replaced tickets")
        ordering = ["replaced_at", "pk"]

    def __str__(self) -> str:
        return f"{self.registration}: {self.replaced_at:%Y-%m-%d}"
