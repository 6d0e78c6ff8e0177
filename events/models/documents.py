import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .events import Event
from .sessions import Session


def document_path(document: "Document", name: str) -> str:
    """Where a file is kept. The name that people see is in the table."""
    return f"documents/{uuid.uuid4().hex}"


class Document(models.Model):
    """A file of an event or of one of its sessions. One without a file yet says what will come."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        REGISTERED = "registered", _("People who are registered")
        PARTNERS = "partners", _("People with a role in the project")
        ORGANISERS = "organisers", _("Organisers")

    event = models.ForeignKey(Event, models.CASCADE, related_name="documents", verbose_name=_("event"))
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="documents", verbose_name=_("session")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=10, blank=True)
    file = models.FileField(_("file"), upload_to=document_path, blank=True, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=200, blank=True)
    file_type = models.CharField(_("type of the file"), max_length=100, blank=True, editable=False)
    octets = models.PositiveIntegerField(_("size"), default=0, editable=False)
    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility.choices, default=Visibility.PUBLIC)
    visible_from = models.DateTimeField(_("visible from"), null=True, blank=True, help_text=_("Empty: at once."))
    visible_until = models.DateTimeField(_("visible until"), null=True, blank=True, help_text=_("Empty: for good."))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["event", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(visible_from__isnull=True)
                | Q(visible_until__isnull=True)
                | Q(visible_until__gt=models.F("visible_from")),
                name="document_is_hidden_after_it_was_shown",
                violation_error_message=_("“Visible until” must be later than “visible from”."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
