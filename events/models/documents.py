import uuid
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.models.never_changed import NeverChanged

from .deletable import Deletable, NotDeletedManager
from .events import Event
from .sessions import Session
from .translations import DatedTranslations


def document_path(document: "Document", name: str) -> str:
    """Where a file is kept. The name that people see is in the table."""
    return f"documents/{uuid.uuid4().hex}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user, *, at: datetime | None = None) -> "DocumentQuerySet":
        """Documents that this user may open at an instant (default: now), of events that they see. None is the public.

        What is for people who are registered is not among them: events know nobody who is (programme/documents.py). A
        document of a session is never seen by more people than the session.
        """
        public = Q(visibility=Document.Visibility.PUBLIC)
        shown = self.shown(at=at).filter(
            Q(session__isnull=True) | Q(session__in=Session.objects.visible_to(user).order_by().values("pk"))
        )
        if user is None or not user.is_authenticated:
            return shown.filter(public)
        if user.is_superuser:
            return self
        projects = Project.objects.with_member(user).values("pk")
        shared = Event.objects.filter(Q(project__in=projects) | Q(other_projects__in=projects)).order_by().values("pk")
        for_partners = Q(
            visibility__in=(Document.Visibility.PARTNERS, Document.Visibility.REGISTERED), event__in=shared
        )
        organised = Q(event__in=Event.objects.organised_by(user).order_by().values("pk"))
        return (shown.filter(public | for_partners) | self.filter(organised)).distinct()

    def shown(self, *, at: datetime | None = None) -> "DocumentQuerySet":
        """Documents whose dates show them at an instant (default: now)."""
        at = at or timezone.now()
        return self.filter(
            Q(visible_from__isnull=True) | Q(visible_from__lte=at),
            Q(visible_until__isnull=True) | Q(visible_until__gt=at),
        )

    def for_registered(self, *, at: datetime | None = None) -> "DocumentQuerySet":
        """What is shown to whoever is registered, beside what everybody sees, at an instant (default: now)."""
        return self.shown(at=at).filter(
            Q(session__isnull=True) | Q(session__in=Session.objects.visible_to(None).order_by().values("pk")),
            visibility=Document.Visibility.REGISTERED,
        )


class DocumentManager(NotDeletedManager.from_queryset(DocumentQuerySet)):  # type: ignore[misc]
    pass


class Document(DatedTranslations, Deletable):
    """A file of an event or of one of its sessions. One without a file yet says what will come.

    Its title is written in the language of its event; `language` is that of the file. `evidence` says which of the
    documents it is that its kind of event asks for: a key of EvidenceKind, or the programme's own words.
    """

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
    evidence = models.CharField(_("evidence"), max_length=100, blank=True)
    visibility = models.CharField(_("visible to"), max_length=20, choices=Visibility.choices, default=Visibility.PUBLIC)
    visible_from = models.DateTimeField(_("visible from"), null=True, blank=True, help_text=_("Empty: at once."))
    visible_until = models.DateTimeField(_("visible until"), null=True, blank=True, help_text=_("Empty: for good."))
    added_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)

    objects = DocumentManager()

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

    @property
    def text_language(self) -> str:
        return self.event.language

    def is_kept_as_evidence(self, *, on: date | None = None) -> bool:
        """Whether it goes only with a reason on a day (default: today, UTC): a piece of evidence that has its file.

        See also Event.keeps_evidence.
        """
        return bool(self.evidence and self.file) and self.event.keeps_evidence(on=on)


class EvidenceRemoval(NeverChanged):
    """A piece of evidence that was deleted or replaced, or is marked otherwise, and why. It is added and stays.

    The database lets the piece whose file is `stored_as` go once this row is there (evidence_guard.py).
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="evidence_removals", verbose_name=_("event"))
    title = models.CharField(_("title"), max_length=200)
    evidence = models.CharField(_("evidence"), max_length=100)
    file_name = models.CharField(_("name of the file"), max_length=200, blank=True)
    stored_as = models.CharField(_("where the file was kept"), max_length=200, blank=True)
    sha256 = models.CharField(_("hash of the file"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    removed_at = models.DateTimeField(_("removed at"), default=timezone.now)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("removed piece of evidence")
        verbose_name_plural = _("removed pieces of evidence")
        ordering = ["removed_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="evidence_goes_with_a_reason")]

    def __str__(self) -> str:
        return self.title
