from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import Partner, Project

from .persons import Person


class PrivateFeed(models.Model):
    """One named subscription to a calendar that not everybody may see. Its address is a secret; we keep its hash only.

    `user` holds it, or, for whoever has no account, `person`. `kind` says what it shows; `partner` and `project` name
    whose events where the kind needs it.
    """

    class Kind(models.TextChoices):
        MY_REGISTRATIONS = "my_registrations", _("My registrations")
        PARTNER = "partner", _("Events and deadlines of my organisation")
        ORGANISED = "organised", _("Events that I organise, drafts too")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="private_feeds",
        verbose_name=_("user"),
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="private_feeds", verbose_name=_("person")
    )
    kind = models.CharField(_("shows"), max_length=20, choices=Kind.choices)
    partner = models.ForeignKey(
        Partner, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("project")
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("For example: Outlook at work."))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en")
    with_sessions = models.BooleanField(_("with the sessions of programmes"), default=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    last_used_on = models.DateField(_("last used"), null=True, blank=True)
    last_used_by = models.CharField(_("last used by"), max_length=100, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("private calendar")
        verbose_name_plural = _("private calendars")
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, person__isnull=True) | Q(user__isnull=True, person__isnull=False),
                name="private_feed_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(kind="partner", partner__isnull=False) | Q(~Q(kind="partner"), partner__isnull=True),
                name="private_feed_of_a_partner_names_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name
