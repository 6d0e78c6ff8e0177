from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models.never_changed import NeverChanged


class SensitiveExport(NeverChanged):
    """That somebody took answers about health, food or identity away in a file.

    `asked` are the questions whose answers were in it, as they were worded; `people` how many had answered.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="sensitive_exports", verbose_name=_("event"))
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("taken by")
    )
    purpose = models.CharField(_("what for"), max_length=300)
    asked = models.JSONField(_("questions"), default=list)
    people = models.PositiveIntegerField(_("people"))
    format = models.CharField(_("format"), max_length=10)

    class Meta:
        verbose_name = _("export of sensitive answers")
        verbose_name_plural = _("exports of sensitive answers")
        ordering = ["-taken_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.event}: {self.taken_at:%Y-%m-%d}"
