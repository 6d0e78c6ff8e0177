import uuid
from pathlib import PurePosixPath
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.languages import Multilingual

from .deletable import Deletable, NotDeletedManager
from .events import Event
from .sessions import Session
from .translations import DatedTranslations


def photo_path(speaker: "Speaker", name: str) -> str:
    """Where a photo is kept. Nothing of the name it came with is."""
    return f"speakers/{uuid.uuid4().hex}.jpg"


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def visible_to(self, user) -> "SpeakerQuerySet":
        """Speakers of events that this user sees, unless all that they do there is for others.

        One who contributes to nothing yet is announced as a speaker of the whole event.
        """
        contributions = Contribution.objects.filter(speaker=models.OuterRef("pk"))
        seen = Session.objects.visible_to(user).order_by().values("pk")
        return self.filter(
            models.Exists(contributions.filter(session__in=seen)) | ~models.Exists(contributions),
        )


class SpeakerManager(NotDeletedManager.from_queryset(SpeakerQuerySet)):  # type: ignore[misc]
    pass


class Speaker(DatedTranslations, Multilingual, Deletable):
    """Somebody who speaks at an event, as the public may see them."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="speakers", verbose_name=_("event"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=200)
    function = models.CharField(_("function"), max_length=200, blank=True, help_text=_("Head of the waste department"))
    organisation_name = models.CharField(_("organisation"), max_length=300, blank=True)
    about = models.TextField(_("about"), blank=True)
    photo = models.ImageField(_("photo"), upload_to=photo_path, blank=True, editable=False)
    photo_credit = models.CharField(_("photo by"), max_length=200, blank=True)

    objects = SpeakerManager()

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["event", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="speaker_is_listed_once_in_event",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def photo_version(self) -> str:
        """A part of the photo's address that differs with every photo; "" without one."""
        return PurePosixPath(self.photo.name or "").stem if self.photo else ""


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def with_speakers(self) -> "ContributionQuerySet":
        """Those of speakers who are not deleted, with them, in one query."""
        return self.filter(speaker__deleted_at__isnull=True).select_related("speaker")


class Contribution(models.Model):
    """What a speaker does in a session."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("Speaker")
        MODERATOR = "moderator", _("Moderator")
        PANELLIST = "panellist", _("Panellist")
        GUIDE = "guide", _("Guide")
        INTERPRETER = "interpreter", _("Interpreter")

    session = models.ForeignKey(Session, models.CASCADE, related_name="contributions", verbose_name=_("session"))
    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="contributions", verbose_name=_("speaker"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.SPEAKER)
    is_to_be_confirmed = models.BooleanField(_("to be confirmed"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "speaker"], name="speaker_has_one_role_in_session"),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} ({self.get_role_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.session.event_id != self.speaker.event_id:
            raise ValueError("A speaker contributes to sessions of their own event.")
        super().save(*args, **kwargs)
