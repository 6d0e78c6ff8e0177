import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Document, Event, EventQuerySet
from projects.models import Project, Semester


def pack_path(pack: "EvidencePack", name: str) -> str:
    """Where the ZIP of a folder is kept."""
    return f"evidence/{uuid.uuid4().hex}"


class PhotoConsent(models.Model):
    """Whether a photo may be used: everybody in it agreed, nobody can be recognised, or neither."""

    class Consent(models.TextChoices):
        AGREED = "agreed", _("Everybody in it agreed")
        NOBODY = "nobody", _("Nobody can be recognised")
        MUST_NOT = "must_not", _("Must not be published")

    document = models.OneToOneField(Document, models.CASCADE, related_name="photo_consent", verbose_name=_("document"))
    consent = models.CharField(_("consent"), max_length=10, choices=Consent.choices)
    checked_at = models.DateTimeField(_("checked at"), default=timezone.now)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("consent to a photo")
        verbose_name_plural = _("consents to photos")

    def __str__(self) -> str:
        return f"{self.document}: {self.get_consent_display()}"


class EvidencePackQuerySet(models.QuerySet["EvidencePack"]):
    def waiting(self, *, before: datetime) -> "EvidencePackQuerySet":
        """Those that nobody works on; whoever began before this instant and said nothing since is given up."""
        return self.filter(finished_at=None, failed_because="").filter(
            Q(working_since__isnull=True) | Q(heard_at__lt=before)
        )

    def ready(self) -> "EvidencePackQuerySet":
        return self.filter(finished_at__isnull=False).exclude(file="")


class EvidencePack(models.Model):
    """The folder of an event as one ZIP. It is asked for, made in the background, and handed out until it expires."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="evidence_packs", verbose_name=_("event"))
    language = models.CharField(max_length=10, default="en")
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty: an auditor."),
    )
    working_since = models.DateTimeField(null=True, blank=True, editable=False)
    heard_at = models.DateTimeField(null=True, blank=True, editable=False)
    done = models.PositiveIntegerField(_("files done"), default=0)
    total = models.PositiveIntegerField(_("files"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    failed_because = models.CharField(_("why it failed"), max_length=300, blank=True)
    file = models.FileField(_("file"), upload_to=pack_path, max_length=200, blank=True)
    sha256 = models.CharField(_("hash"), max_length=64, blank=True)
    octets = models.PositiveBigIntegerField(_("size"), default=0)
    pieces = models.JSONField(
        default=list, editable=False, help_text="What was in the folder, as learning/evidence/pieces.py names it."
    )

    objects = EvidencePackQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence as one file")
        verbose_name_plural = _("evidence as one file")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(failed_because=""), name="finished_pack_has_not_failed"
            ),
            # Whoever asks twice waits for the same file.
            models.UniqueConstraint(
                fields=["event", "language"],
                condition=Q(finished_at__isnull=True, failed_because=""),
                name="evidence_is_packed_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_working(self) -> bool:
        return self.finished_at is None and not self.failed_because

    @property
    def is_ready(self) -> bool:
        return self.finished_at is not None and bool(self.file)

    @property
    def file_name(self) -> str:
        return f"{self.event.slug}-evidence-{self.finished_at or self.asked_at:%Y-%m-%d}.zip"

    def begin(self, *, total: int, at: datetime | None = None) -> None:
        self.working_since = self.heard_at = at or timezone.now()
        self.done, self.total = 0, total
        self.save(update_fields=["working_since", "heard_at", "done", "total"])

    def note_progress(self, done: int, *, at: datetime | None = None) -> None:
        self.done, self.heard_at = done, at or timezone.now()
        self.save(update_fields=["done", "heard_at"])

    def finish(self, *, sha256: str, octets: int, pieces: list[str], at: datetime | None = None) -> None:
        """The file is stored, this is its hash, and these pieces of the folder are in it."""
        self.sha256, self.octets, self.finished_at = sha256, octets, at or timezone.now()
        self.done, self.pieces = self.total, pieces
        self.save(update_fields=["file", "sha256", "octets", "finished_at", "done", "pieces"])

    def fail(self, why: str) -> None:
        self.failed_because = why[:300]
        self.save(update_fields=["failed_because"])


class AuditorLinkQuerySet(models.QuerySet["AuditorLink"]):
    def open(self, *, at: datetime | None = None) -> "AuditorLinkQuerySet":
        at = at or timezone.now()
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)


class AuditorLink(models.Model):
    """Lets somebody without an account read folders until a day. Only a hash of its code is stored.

    It is of one event, or of the events of a project: all of them, or those of one semester.
    """

    event = models.ForeignKey(
        Event, models.CASCADE, null=True, blank=True, related_name="auditor_links", verbose_name=_("event")
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="auditor_links", verbose_name=_("project")
    )
    semester = models.ForeignKey(
        Semester, models.CASCADE, null=True, blank=True, related_name="auditor_links", verbose_name=_("semester")
    )
    label = models.CharField(_("for whom"), max_length=200)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    expires_at = models.DateTimeField(_("open until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    opened = models.PositiveIntegerField(_("times opened"), default=0)
    last_opened_at = models.DateTimeField(_("last opened at"), null=True, blank=True)

    objects = AuditorLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for an auditor")
        verbose_name_plural = _("links for auditors")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="auditor_link_expires_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, project__isnull=True, semester__isnull=True)
                | Q(event__isnull=True, project__isnull=False),
                name="auditor_link_is_of_an_event_or_of_a_project",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def zone(self) -> ZoneInfo:
        """Where its last day ends: at the event; a project has no place, so in UTC."""
        return self.event.zone if self.event else ZoneInfo("UTC")

    def events(self) -> EventQuerySet:
        """The events whose folders it opens, now and later: published ones of its own project, and no others."""
        if self.event_id is not None:
            return Event.objects.filter(pk=self.event_id)
        events = Event.objects.in_semester(self.semester) if self.semester else Event.objects.all()
        # What another project shares with this one is the other one's to show.
        return events.filter(project=self.project_id).published()

    def is_open(self, *, at: datetime | None = None) -> bool:
        return self.revoked_at is None and self.expires_at > (at or timezone.now())

    def revoke(self, *, at: datetime | None = None) -> None:
        """A second time changes nothing."""
        self.revoked_at = self.revoked_at or at or timezone.now()
        self.save(update_fields=["revoked_at"])

    def note_opened(self, *, at: Any = None) -> None:
        AuditorLink.objects.filter(pk=self.pk).update(opened=F("opened") + 1, last_opened_at=at or timezone.now())
