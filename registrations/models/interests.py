from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event

from .registrations import new_code


class Interest(models.Model):
    """Somebody who wants to be told when registration for an event opens, and has no seat by that."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="interests", verbose_name=_("event"))
    email = models.EmailField(_("email"), max_length=254)
    language = models.CharField(_("language"), max_length=10, default="en")
    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    since = models.DateTimeField(_("since"), default=timezone.now)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("interested person")
        verbose_name_plural = _("interest list")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "email"], name="address_is_on_the_interest_list_once"),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.event}"
