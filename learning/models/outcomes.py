from django.db import models
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models.languages import Multilingual


class LearningOutcome(Multilingual):
    """What an event sets out to teach, as a sentence somebody can rate themselves on."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="outcomes", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("text"), max_length=200, help_text=_("“I can explain how …”"))

    class Meta:
        verbose_name = _("learning outcome")
        verbose_name_plural = _("learning outcomes")
        ordering = ["event", "position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "position"], name="outcome_position_is_unique_in_event")
        ]

    def __str__(self) -> str:
        return self.text
