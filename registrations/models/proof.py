import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models.never_changed import NeverChanged

from ..exceptions import ScanWithdrawn
from .registrations import Registration


def list_path(signed_list: "SignedList", name: str) -> str:
    """Where the PDF of a frozen list is kept. The name that people see is made when it is handed out."""
    return f"signed-lists/{uuid.uuid4().hex}"


def scan_path(scan: "ScannedList", name: str) -> str:
    """Where a scanned list is kept. The name that people see is in the table."""
    return f"scanned-lists/{uuid.uuid4().hex}"


class SignedListQuerySet(models.QuerySet["SignedList"]):
    def of_day(self, event: Event, day: date) -> "SignedListQuerySet":
        """All versions of the list of a day, the first one first."""
        return self.filter(event=event, day=day).order_by("version")


class SignedList(NeverChanged):
    """A version of the presence of one day, frozen. A later correction makes the next version; this one stays.

    `content` is the list itself as registrations/proof/canonical.py writes it, `sha256` the hash over its bytes, and
    `code`, which the paper carries, is made of that hash. The content names the hash of the version before.
    """

    event = models.ForeignKey(Event, models.PROTECT, related_name="signed_lists", verbose_name=_("event"))
    day = models.DateField(_("day"))
    version = models.PositiveSmallIntegerField(_("version"))
    previous = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="next",
        verbose_name=_("version before"),
    )
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("hash"), max_length=64)
    code = models.CharField(_("code"), max_length=20, unique=True)
    people = models.PositiveIntegerField(_("people present"))
    unsigned = models.PositiveIntegerField(
        _("people without a signature on a screen"),
        default=0,
        help_text=_("Of those who were in the room: their signatures are on paper."),
    )
    frozen_at = models.DateTimeField(_("frozen at"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("frozen by")
    )
    file = models.FileField(_("file"), upload_to=list_path, max_length=200)
    file_sha256 = models.CharField(_("hash of the file"), max_length=64)
    octets = models.PositiveIntegerField(_("size"))

    objects = SignedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed list")
        verbose_name_plural = _("signed lists")
        ordering = ["event", "day", "version"]
        constraints = [
            models.UniqueConstraint(fields=["event", "day", "version"], name="signed_list_version_is_frozen_once"),
            models.CheckConstraint(
                condition=Q(version=1, previous__isnull=True) | Q(version__gt=1, previous__isnull=False),
                name="signed_list_follows_the_version_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}, {self.day}, {self.version}"


class ScannedListQuerySet(models.QuerySet["ScannedList"]):
    def standing(self) -> "ScannedListQuerySet":
        """Those that nobody withdrew."""
        return self.filter(withdrawn_at__isnull=True)


class ScannedList(models.Model):
    """A list that was signed on paper, scanned, and tied to its day. One that was wrong is withdrawn, and stays."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="scanned_lists", verbose_name=_("event"))
    day = models.DateField(_("day"))
    file = models.FileField(_("file"), upload_to=scan_path, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=200)
    file_type = models.CharField(_("type of the file"), max_length=100)
    octets = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("hash of the file"), max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    withdrawn_because = models.CharField(_("why"), max_length=300, blank=True)

    objects = ScannedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("scanned list")
        verbose_name_plural = _("scanned lists")
        ordering = ["event", "day", "uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "day", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="scan_is_kept_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | Q(Q(withdrawn_at__isnull=False), ~Q(withdrawn_because="")),
                name="withdrawn_scan_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def withdraw(self, *, by: Any, reason: str) -> None:
        """Say that this scan does not count, and why; the file stays. Raises ScanWithdrawn where it was said before."""
        said = {"withdrawn_at": timezone.now(), "withdrawn_by": by, "withdrawn_because": reason}
        # Of two who say it at once, the reason of one stays.
        if not ScannedList.objects.standing().filter(pk=self.pk).update(**said):
            raise ScanWithdrawn(self)
        self.withdrawn_at, self.withdrawn_by, self.withdrawn_because = said.values()


class Certificate(NeverChanged):
    """A certificate of attendance as it was issued. A corrected one is issued anew, with the next number.

    `content`, `sha256` and `code` are as of a SignedList.
    """

    registration = models.ForeignKey(
        Registration, models.PROTECT, related_name="certificates", verbose_name=_("registration")
    )
    number = models.PositiveSmallIntegerField(_("issue"))
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next", verbose_name=_("certificate before")
    )
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("hash"), max_length=64)
    code = models.CharField(_("code"), max_length=20, unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
        help_text=_("Empty: the person got it by themselves."),
    )

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["registration", "number"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "number"], name="certificate_is_issued_once"),
            models.CheckConstraint(
                condition=Q(number=1, previous__isnull=True) | Q(number__gt=1, previous__isnull=False),
                name="certificate_follows_the_one_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration}, {self.number}"
