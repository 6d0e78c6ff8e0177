from django.db import models
from django.utils.translation import gettext_lazy as _

from .languages import Multilingual
from .projects import Partner, Project
from .sources import Sourced


class GoodPractice(Multilingual, Sourced):
    """Something one region does well and others may carry home."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="practices", verbose_name=_("project"))
    owner = models.ForeignKey(
        Partner,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="practices",
        verbose_name=_("owner"),
        help_text=_("The partner whose region it comes from; empty while not known."),
    )
    name = models.CharField(_("name"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)

    class Meta:
        verbose_name = _("good practice")
        verbose_name_plural = _("good practices")
        ordering = ["project", "name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="practice_name_is_unique_in_project"),
        ]

    def __str__(self) -> str:
        return self.name
