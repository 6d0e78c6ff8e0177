"""What the host settles about registering: who may, when, and how many."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .planned import Planned


class RegistrationSettings(Planned):
    """Who may register for an event, from when until when, and how many places there are."""

    class Admission(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        INVITED = "invited", _("Who is invited")
        PARTNERS = "partners", _("Partners: people with a role, and whom their coordinators name")
        GROUPS = "groups", _("Members of the partners’ stakeholder groups")

    class ByHand(models.TextChoices):
        AS_DATED = "", _("As the dates say")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class ReleasedSeats(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody")
        WAITING = "waiting", _("Only those on the waiting list")

    places = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Empty: no limit."))
    online_places = models.PositiveIntegerField(
        _("places online"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    registration_by_hand = models.CharField(
        _("registration by hand"),
        max_length=10,
        choices=ByHand.choices,
        blank=True,
        help_text=_("Opens or closes registration whatever the dates say."),
    )
    admission = models.CharField(
        _("who may register"), max_length=20, choices=Admission.choices, default=Admission.EVERYBODY
    )
    needs_approval = models.BooleanField(_("the host approves each registration"), default=False)
    changes_until = models.DateTimeField(
        _("changes until"),
        null=True,
        blank=True,
        help_text=_("After it, whoever wants to change something asks the host. Cancelling is always possible."),
    )
    offers_until = models.DateTimeField(
        _("places are offered until"),
        null=True,
        blank=True,
        help_text=_("After it, nobody on the waiting list is offered a place. Empty: until the start."),
    )
    released_seats_go_to = models.CharField(
        _("seats that delegations release go to"),
        max_length=20,
        choices=ReleasedSeats.choices,
        default=ReleasedSeats.EVERYBODY,
    )

    class Meta:
        abstract = True
        constraints = [
            *Planned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(registration_closes_at__gt=F("registration_opens_at")),
                name="registration_closes_after_it_opens",
                violation_error_message=_("Registration must close later than it opens."),
            ),
        ]

    def takes_registrations(self, *, at: datetime | None = None) -> bool:
        """Whether people may register at an instant (default: now), as far as dates, status and host say. Never stored.

        The host may open or close by hand whatever the dates of registration say, but not beyond the event itself.
        """
        at = at or timezone.now()
        if self.status != self.Status.ANNOUNCED or not self.has_exact_date:
            return False
        match self.registration_by_hand:
            case self.ByHand.OPEN:
                return not self.is_over(at=at)
            case self.ByHand.CLOSED:
                return False
        opens, closes = self.registration_opens_at, self.registration_closes
        return opens is not None and closes is not None and opens <= at < closes

    def changes_are_asked_for(self, *, at: datetime | None = None) -> bool:
        """Whether a change is a request to the host at an instant (default: now)."""
        return self.changes_until is not None and self.changes_until <= (at or timezone.now())

    def open_registration_by_hand(self, by_hand: str) -> None:
        """Open or close registration whatever the dates say (Event.ByHand), or let them decide again."""
        self.registration_by_hand = by_hand
        self.save(update_fields=["registration_by_hand"])

    @property
    def registration_closes(self) -> datetime | None:
        """The instant at which registration closes: as set, else the start of the event."""
        return self.registration_closes_at or self.starts_at
