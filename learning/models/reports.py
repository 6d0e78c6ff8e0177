from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models import Partner, Programme, Project, Semester
from projects.models.never_changed import NeverChanged


class FrozenReport(NeverChanged):
    """A version of a report as it was handed in, kept for ever. A correction makes the next version.

    `content` is what learning/reports/document.py made of the records, as registrations/proof/canonical.py writes it,
    and `sha256` the hash over its bytes. `subject` says what the report is about in one word, such as “semester-12”;
    the keys beside it hold on to what that is.
    """

    class Kind(models.TextChoices):
        SEMESTER = "semester", _("Semester")
        PROJECT = "project", _("Project to date")
        EVENT = "event", _("Event")
        PARTNER = "partner", _("Our participation")
        PROGRAMME = "programme", _("Programme")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    subject = models.CharField(_("about"), max_length=40)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name=_("programme"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="frozen_reports", verbose_name=_("project")
    )
    semester = models.ForeignKey(
        Semester, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("semester")
    )
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("event"))
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next", verbose_name=_("version before")
    )
    at = models.DateTimeField(_("cut-off"), help_text=_("What was recorded up to this instant is in the report."))
    because = models.CharField(_("why another version"), max_length=300, blank=True)
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("hash"), max_length=64)
    frozen_at = models.DateTimeField(_("frozen at"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("frozen by")
    )

    class Meta:
        verbose_name = _("frozen report")
        verbose_name_plural = _("frozen reports")
        ordering = ["subject", "version"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "version"], name="report_version_is_frozen_once"),
            models.CheckConstraint(
                condition=Q(version=1, previous__isnull=True)
                | Q(Q(version__gt=1, previous__isnull=False), ~Q(because="")),
                name="report_follows_the_version_before_and_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}, {self.version}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("A frozen report is kept for ever.")
