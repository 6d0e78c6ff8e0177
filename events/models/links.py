from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .events import Event


class EventAddress(models.Model):
    """An address that an event once had. It leads to the event for ever."""

    slug = models.SlugField(_("short name in addresses"), max_length=120, unique=True)
    event = models.ForeignKey(Event, models.CASCADE, related_name="old_addresses", verbose_name=_("event"))

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")

    def __str__(self) -> str:
        return self.slug


class EventLink(models.Model):
    """What became of an event that was split or merged: each keeps its identity, and they name each other."""

    class Kind(models.TextChoices):
        SPLIT = "split", _("Split into")
        MERGED = "merged", _("Merged into")

    kind = models.CharField(_("what happened"), max_length=10, choices=Kind.choices)
    origin = models.ForeignKey(Event, models.CASCADE, related_name="links_onward", verbose_name=_("event"))
    outcome = models.ForeignKey(Event, models.CASCADE, related_name="links_back", verbose_name=_("became"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("split or merge")
        verbose_name_plural = _("splits and merges")
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "outcome"], name="events_are_linked_once"),
            models.CheckConstraint(condition=~Q(origin=F("outcome")), name="event_is_not_linked_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} → {self.outcome}"
