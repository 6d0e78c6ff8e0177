"""The user, and the mails that wait to be sent."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password they sign in by mailed link only."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in: an organiser, a coordinator, an administrator. People who register need no user."""

    email = models.EmailField(_("email"), unique=True)
    name = models.CharField(_("full name"), max_length=200, blank=True)
    language = models.CharField(_("language of mails"), max_length=10, default="en")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_is_unique_in_any_case")]

    def __str__(self) -> str:
        return self.name or self.email


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, at: datetime) -> "MailQuerySet":
        """Mails to send now, oldest first: those whose turn has come, and those whose sender died while sending."""
        return self.filter(state__in=(Mail.State.WAITING, Mail.State.SENDING), next_try_at__lte=at).order_by(
            "next_try_at", "pk"
        )


class Mail(models.Model):
    """One mail to one address, written in the transaction of the change that causes it (see accounts/outbox.py)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")

    key = models.CharField(max_length=200, unique=True, help_text=_("The same key is written once."))
    message_id = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    to = models.EmailField(_("to"))
    reply_to = models.EmailField(_("reply to"), blank=True)
    language = models.CharField(max_length=10, default="en")
    subject = models.CharField(_("subject"), max_length=500)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    attachments = models.JSONField(
        default=list, blank=True, help_text="[{name, mimetype, content: base64}, …]", verbose_name=_("attachments")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), default=timezone.now)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    about = models.CharField(
        max_length=60, blank=True, db_index=True, help_text="What it is about, such as registration:12."
    )
    unsubscribe_url = models.URLField(
        blank=True, max_length=500, help_text="For List-Unsubscribe (RFC 8058); empty where there is nothing to leave."
    )
    bounced_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    bounce = models.TextField(_("why it came back"), blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="sent_mail_has_the_time_it_was_sent",
            )
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="mail_state_next_try")]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class SuppressedAddress(models.Model):
    """An address to which no mail is sent any more, because it was refused for good (RFC 5321 §4.2.1: 5yz)."""

    address = models.EmailField(_("address"), unique=True, help_text=_("In small letters."))
    reason = models.TextField(_("reason"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-since"]

    def __str__(self) -> str:
        return self.address


class Attempt(models.Model):
    """One act that is limited (limits.py). Who did it is kept as a keyed hash, for as long as it counts."""

    who = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["who", "made_at"], name="attempt_of_whom")]

    def __str__(self) -> str:
        return f"{self.who[:8]} {self.made_at}"
