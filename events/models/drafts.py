from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .events import Event


class Draft(models.Model):
    """What somebody typed into a form of the editor and has not saved: kept for them, seen by nobody else.

    `form` names the form within the event's editor, `window` the one window of theirs in which it is open: what is
    typed in another one is kept beside it. `typed` holds the fields as they were posted; `based_on` those that
    the form was opened with, so that what somebody else changed meanwhile can be told apart.
    """

    LONGEST_NAME = 60

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    event = models.ForeignKey(
        Event, models.CASCADE, null=True, blank=True, related_name="drafts", verbose_name=_("event")
    )
    form = models.CharField(_("form"), max_length=LONGEST_NAME)
    window = models.CharField(_("window"), max_length=32, blank=True, default="")
    typed = models.JSONField(_("typed"), default=dict)
    based_on = models.JSONField(_("based on"), default=dict, blank=True)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("unsaved text")
        verbose_name_plural = _("unsaved texts")
        constraints = [
            models.UniqueConstraint(fields=["user", "event", "form", "window"], name="one_draft_for_each_window"),
            models.UniqueConstraint(
                fields=["user", "form", "window"],
                condition=Q(event__isnull=True),
                name="one_draft_for_each_window_without_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} of {self.event}"
