from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event


class MailText(models.Model):
    """How the organisers of an event word one kind of mail in one language, with {placeholders}.

    `letter` names the kind of mail, as the folders of templates/emails do. Facts, links and the calendar entry are not
    part of it: they are always there.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="mail_texts", verbose_name=_("event"))
    letter = models.CharField(_("mail"), max_length=30)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("changed by")
    )

    class Meta:
        verbose_name = _("wording of a mail")
        verbose_name_plural = _("wordings of mails")
        ordering = ["event", "letter", "language"]
        constraints = [
            models.UniqueConstraint(fields=["event", "letter", "language"], name="mail_is_worded_once_in_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.letter} ({self.language})"
