import hashlib
import secrets
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event

from ..door.sealing import SealedField
from .registrations import Registration

# What happened at the door may still be sent for so long after the last day: a phone may be offline until then.
SENT_UNTIL = timedelta(hours=24)


def new_pin() -> str:
    return f"{secrets.randbelow(10**6):06}"


def new_key() -> str:
    """Return 160 random bits."""
    return secrets.token_urlsafe(20)


def hash_of_key(key: str) -> str:
    """Return what is kept of the key of a device: nobody can guess so many bits, so a hash alone is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_hash() -> str:
    """Return the hash of a key that nobody has."""
    return hash_of_key(new_key())


class ReplacedTicket(models.Model):
    """The code and number of a ticket that was replaced: the door knows them and refuses them."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="replaced_tickets", verbose_name=_("registration")
    )
    code = models.CharField(max_length=120, unique=True, editable=False)
    number = models.CharField(max_length=8, blank=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced at"), default=timezone.now)

    class Meta:
        verbose_name = _("replaced ticket")
        verbose_name_plural = _("replaced tickets")
        ordering = ["replaced_at", "pk"]

    def __str__(self) -> str:
        return f"{self.registration}: {self.replaced_at:%Y-%m-%d}"


class Door(models.Model):
    """How the desk of an event works. An event whose host made no link and saved nothing has none."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="door", verbose_name=_("event"))
    is_careful = models.BooleanField(
        _("stop after each person until a helper taps"),
        default=False,
        help_text=_("Otherwise the next ticket can be scanned after one second."),
    )
    needs_signature = models.BooleanField(
        _("ask for a signature on the screen"),
        default=False,
        help_text=_("After each check-in. A list on paper can be printed as well."),
    )
    host_pin = SealedField(_("PIN of the host"), max_length=100, default=new_pin, editable=False)

    class Meta:
        verbose_name = _("door")
        verbose_name_plural = _("doors")

    def __str__(self) -> str:
        return str(self.event)

    def take_new_pin(self) -> None:
        """Give the host another PIN; the one before lets nobody in any more."""
        self.host_pin = new_pin()
        self.save(update_fields=["host_pin"])


class DoorLinkQuerySet(models.QuerySet["DoorLink"]):
    def live(self) -> "DoorLinkQuerySet":
        return self.filter(revoked_at__isnull=True)


class DoorLink(models.Model):
    """A way in for helpers, on the days of the event: by its key in a QR code, or by its PIN. Revoking it ends both.

    Both are "" once the installation has another secret key; then the link opens nothing.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="door_links", verbose_name=_("event"))
    label = models.CharField(_("for whom"), max_length=100)
    key = SealedField(max_length=100, default=new_key, editable=False)
    pin = SealedField(_("PIN"), max_length=100, default=new_pin, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = DoorLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for helpers")
        verbose_name_plural = _("links for helpers")
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None

    def revoke(self, *, at: datetime | None = None) -> None:
        """Let nobody in by this link any more, and end what was begun by it."""
        self.revoked_at = self.revoked_at or at or timezone.now()
        self.save(update_fields=["revoked_at"])


class DoorHelper(models.Model):
    """Somebody who stands at the door with one device: their first name, and nothing else about them.

    The device has a key, of which the hash is kept here; until `take_new_key`, nobody has it.
    """

    link = models.ForeignKey(DoorLink, models.CASCADE, related_name="helpers", verbose_name=_("link"))
    name = models.CharField(_("first name"), max_length=100)
    device = models.CharField(_("device"), max_length=100)
    key_hash = models.CharField(max_length=64, unique=True, default=new_hash, editable=False)
    began_at = models.DateTimeField(_("began at"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen at"), default=timezone.now)
    unsent = models.PositiveIntegerField(_("acts not sent yet"), default=0)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("helper at the door")
        verbose_name_plural = _("helpers at the door")
        ordering = ["began_at", "pk"]

    def __str__(self) -> str:
        return self.name

    def take_new_key(self) -> str:
        """Return a new key for the device; one that it had before opens nothing any more."""
        key = new_key()
        self.key_hash = hash_of_key(key)
        self.save(update_fields=["key_hash"])
        return key

    def close(self, *, at: datetime | None = None) -> None:
        """End at the door: this device is asked to sign in again."""
        self.closed_at = self.closed_at or at or timezone.now()
        self.save(update_fields=["closed_at"])

    def may_see_the_list(self, *, at: datetime) -> bool:
        """Whether it is a day of the event where it takes place, and nobody revoked the link."""
        return self.may_send(at=at) and at.astimezone(self.link.event.zone).date() in self.link.event.days

    def may_send(self, *, at: datetime) -> bool:
        """Whether what happened at the door is taken from this device: also a day later."""
        if self.closed_at is not None or not self.link.is_live:
            return False
        return door_is_open(self.link.event, at=at)


def door_is_open(event: Event, *, at: datetime) -> bool:
    """Whether an instant is from the first day of an event until a day after its last one, where it takes place."""
    if not event.days:
        return False
    begins = datetime.combine(event.days[0], time.min, event.zone)
    return begins <= at < door_closes_at(event)


def door_closes_at(event: Event) -> datetime:
    """When nothing is taken from the devices of helpers any more. The event has its days."""
    return datetime.combine(event.days[-1] + timedelta(days=1), time.min, event.zone) + SENT_UNTIL
