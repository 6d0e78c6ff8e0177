from datetime import datetime

from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from projects.models import Partner


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def coordinated_by(self, user) -> "DelegationQuerySet":
        """Delegations that this user names people for: those of the partners they coordinate; administrators all."""
        if user.is_superuser:
            return self
        return self.filter(partner__in=Partner.objects.coordinated_by(user))

    def holding(self, event: Event, *, at: datetime | None = None) -> "DelegationQuerySet":
        """Those of an event whose seats are held at an instant (default: now). See also Delegation.holds_seats."""
        at = at or timezone.now()
        held = Q(releases_at__gt=at)
        if not event.has_begun(at=at):
            held |= Q(releases_at__isnull=True)
        return self.filter(held, event=event)

    def with_page_data(self) -> "DelegationQuerySet":
        """With what pages and mails say of partner and event.

        The events are a query of their own: PostgreSQL plans a join of all nine tables for longer than all the rest of
        naming somebody takes.
        """
        return self.select_related("partner__organisation").prefetch_related(
            Prefetch("event", Event.objects.with_page_data())
        )

    def due_for_release(self, *, at: datetime | None = None) -> "DelegationQuerySet":
        return self.filter(releases_at__lte=at or timezone.now(), released_at__isnull=True)


class Delegation(models.Model):
    """Seats of an event that are held for a partner until a date, and the people whom its coordinator names for them.

    They are among the places of the event. A seat without a person is “name to follow”. `released_at` is when the seats
    that nobody was named for were given away; from then on the delegation has as many as it has people.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="delegations", verbose_name=_("event"))
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="delegations", verbose_name=_("partner"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    releases_at = models.DateTimeField(
        _("held until"), null=True, blank=True, help_text=_("Empty: until the event starts.")
    )
    released_at = models.DateTimeField(_("released at"), null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    note = models.CharField(_("note to the coordinator"), max_length=500, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["event", "partner__number"]
        constraints = [
            models.UniqueConstraint(fields=["event", "partner"], name="partner_has_one_delegation_per_event")
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.seats}"

    def holds_seats(self, *, at: datetime | None = None) -> bool:
        """Whether seats without a person are held at an instant (default: now): until their date, else until the start.

        See also DelegationQuerySet.holding, and places/counting.py, which counts them.
        """
        at = at or timezone.now()
        return not self.event.has_begun(at=at) if self.releases_at is None else self.releases_at > at

    def change(self, *, seats: int, releases_at: datetime | None, note: str, at: datetime | None = None) -> None:
        """Promise something else. Seats that were released are held again when they get a later date."""
        if releases_at != self.releases_at and (releases_at is None or releases_at > (at or timezone.now())):
            self.released_at = None
        self.seats, self.releases_at, self.note = seats, releases_at, note
        self.save(update_fields=["seats", "releases_at", "note", "released_at"])
