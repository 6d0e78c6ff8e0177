"""The way of a good practice: where it is shown, who wants it and why, and how it is carried home.

Which events it was part of, the events know; what became of it, the action plans.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Session
from projects.exceptions import OwnPractice
from projects.models import GoodPractice, Partner


class Showing(models.Model):
    """A practice is presented in one session of an event, or visited at its site."""

    practice = models.ForeignKey(GoodPractice, models.CASCADE, related_name="showings", verbose_name=_("good practice"))
    session = models.ForeignKey(Session, models.CASCADE, related_name="showings", verbose_name=_("session"))

    class Meta:
        verbose_name = _("practice in a session")
        verbose_name_plural = _("practices in sessions")
        constraints = [
            models.UniqueConstraint(fields=["practice", "session"], name="practice_is_shown_in_session_once"),
        ]

    def __str__(self) -> str:
        return f"{self.practice}: {self.session}"


class CarriedHome(models.Model):
    """What one partner does with a practice of another one. It is never the owner's own."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="%(class)s_set", verbose_name=_("partner"))
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="%(class)s_set", verbose_name=_("event")
    )
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    practice: Any

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises OwnPractice where the partner is the practice's owner."""
        if self.practice.owner_id == self.partner_id:
            raise OwnPractice
        super().save(*args, **kwargs)


class Wish(CarriedHome):
    """A partner wants a practice, and says why. `event` is where they met it."""

    practice = models.ForeignKey(GoodPractice, models.CASCADE, related_name="wishes", verbose_name=_("good practice"))
    reason = models.TextField(_("why we want it"), max_length=2000)

    class Meta:
        verbose_name = _("wish for a practice")
        verbose_name_plural = _("wishes for practices")
        ordering = ["practice", "noted_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "partner"], name="practice_is_wanted_once_by_partner"),
            models.CheckConstraint(condition=~Q(reason=""), name="wish_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.practice}"


class Transfer(CarriedHome):
    """The plan with which a partner carries a practice home. `event` is the import workshop."""

    practice = models.ForeignKey(
        GoodPractice, models.CASCADE, related_name="transfers", verbose_name=_("good practice")
    )
    fits = models.TextField(_("what fits as it is"), max_length=2000, blank=True)
    must_change = models.TextField(_("what must change"), max_length=2000, blank=True)
    who = models.CharField(_("who does it"), max_length=300, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)

    class Meta:
        verbose_name = _("transfer plan")
        verbose_name_plural = _("transfer plans")
        ordering = ["practice", "noted_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "partner"], name="practice_is_transferred_once_to_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.practice} → {self.partner}"
