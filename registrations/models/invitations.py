from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event

from .registrations import Registration, new_code


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, *, at: datetime | None = None) -> "InvitationQuerySet":
        """Invitations that may still be answered at an instant (default: now). See also Invitation.is_open."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at or timezone.now()),
            declined_at__isnull=True,
            withdrawn_at__isnull=True,
            registration__isnull=True,
        )

    def unanswered(self, *, at: datetime | None = None) -> "InvitationQuerySet":
        """Invitations that were sent, may still be answered, and were not."""
        return self.open(at=at).filter(sent_at__isnull=False)

    def with_state(self, *, at: datetime | None = None) -> "InvitationQuerySet":
        """Add to each how it stands at an instant (default: now), as `how`: one of Invitation.How."""
        how = Invitation.How
        return self.annotate(
            how=Case(
                When(registration__state=Registration.State.CANCELLED, then=Value(how.CANCELLED)),
                When(registration__isnull=False, then=Value(how.REGISTERED)),
                When(withdrawn_at__isnull=False, then=Value(how.WITHDRAWN)),
                When(declined_at__isnull=False, then=Value(how.DECLINED)),
                When(expires_at__lte=at or timezone.now(), then=Value(how.EXPIRED)),
                When(sent_at__isnull=True, then=Value(how.NOT_SENT)),
                default=Value(how.SENT),
                output_field=models.CharField(),
            )
        )


class Invitation(models.Model):
    """A personal link by which one person may register for an event. It holds no place."""

    class How(models.TextChoices):
        """How an invitation stands. Never stored: see InvitationQuerySet.with_state."""

        NOT_SENT = "not_sent", _("Not sent yet")
        SENT = "sent", _("No answer yet")
        REGISTERED = "registered", _("Registered")
        CANCELLED = "cancelled", _("Registered, cancelled since")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    event = models.ForeignKey(Event, models.CASCADE, related_name="invitations", verbose_name=_("event"))
    email = models.EmailField(_("email"), max_length=254)
    name = models.CharField(_("full name"), max_length=200, blank=True)
    organisation_name = models.CharField(_("organisation"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    participant_kind = models.CharField(
        _("comes as"),
        max_length=20,
        choices=Registration.ParticipantKind.choices,
        default=Registration.ParticipantKind.PARTICIPANT,
    )
    note = models.TextField(_("personal note"), blank=True, help_text=_("Shown in the mail."))
    code = models.CharField(max_length=40, unique=True, default=new_code, editable=False)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    sent_at = models.DateTimeField(_("last sent at"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("open until"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True, editable=False)
    decline_reason = models.CharField(_("reason"), max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    registration = models.OneToOneField(
        Registration,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitation",
        verbose_name=_("registration"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["event", "made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "email", "name"], name="somebody_is_invited_once_to_an_event"),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.event}"

    def is_open(self, *, at: datetime | None = None) -> bool:
        """Whether it may still be answered at an instant (default: now). See also InvitationQuerySet.open."""
        return (
            self.registration_id is None
            and self.declined_at is None
            and self.withdrawn_at is None
            and not self.has_expired(at=at)
        )

    def has_expired(self, *, at: datetime | None = None) -> bool:
        return self.expires_at is not None and self.expires_at <= (at or timezone.now())

    def may_be_used(self, *, at: datetime | None = None) -> bool:
        """Whether somebody may register by it at an instant (default: now).

        Who declined, or gave their place back, and thinks better of it may; whom the host cancelled may not.
        """
        if self.withdrawn_at is not None or self.has_expired(at=at):
            return False
        given_back = Registration.CancelledBy.PERSON
        return self.registration is None or self.registration.cancelled_by == given_back

    @property
    def is_in_use(self) -> bool:
        """Whether somebody is registered by it."""
        return self.registration is not None and self.registration.is_live

    def may_be_sent(self, *, at: datetime | None = None) -> bool:
        """Whether its mail may be written at an instant (default: now), again too: nobody is registered by it."""
        return self.registration is None and not self.has_expired(at=at)

    # Verbs. registrations/inviting.py calls them under the lock of the event.

    def note_sent(self, *, at: datetime | None = None) -> None:
        self.sent_at = at or timezone.now()
        self.save(update_fields=["sent_at"])

    def note_registered(self, registration: Registration) -> None:
        """Who declined and comes after all has not declined any more."""
        self.registration, self.declined_at, self.decline_reason = registration, None, ""
        self.save(update_fields=["registration", "declined_at", "decline_reason"])

    def reopen(self) -> None:
        """Let it be answered again after it was withdrawn or declined."""
        self.withdrawn_at = self.declined_at = None
        self.decline_reason = ""
        self.save(update_fields=["withdrawn_at", "declined_at", "decline_reason"])

    def withdraw(self, *, at: datetime | None = None) -> None:
        """A second time changes nothing."""
        self.withdrawn_at = self.withdrawn_at or at or timezone.now()
        self.save(update_fields=["withdrawn_at"])

    def decline(self, *, reason: str = "", at: datetime | None = None) -> None:
        """A second time changes the reason only."""
        self.declined_at = self.declined_at or at or timezone.now()
        self.decline_reason = reason
        self.save(update_fields=["declined_at", "decline_reason"])
