from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from venues.models import Site, Venue


class PlaceMerge(models.Model):
    """That two places are one: which was kept, and all that moved to it, so that it can be taken back."""

    venue = models.ForeignKey(Venue, models.CASCADE, null=True, blank=True, related_name="merges")
    merged_venue = models.ForeignKey(Venue, models.CASCADE, null=True, blank=True, related_name="merges_into")
    site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="merges")
    merged_site = models.ForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="merges_into")
    events = models.JSONField(_("events that moved"), default=list, blank=True)
    sessions = models.JSONField(_("sessions that moved"), default=list, blank=True)
    rooms = models.JSONField(_("rooms that moved"), default=list, blank=True)
    joined_rooms = models.JSONField(
        _("rooms that became one"),
        default=list,
        blank=True,
        help_text="A record for each: room, into, sessions, and the values of `into` before and after.",
    )
    before = models.JSONField(_("the kept place before"), default=dict, blank=True)
    after = models.JSONField(_("the kept place after"), default=dict, blank=True)
    merged_at = models.DateTimeField(_("merged at"), default=timezone.now)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("merge of two places")
        verbose_name_plural = _("merges of places")
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    venue__isnull=False, merged_venue__isnull=False, site__isnull=True, merged_site__isnull=True
                )
                & ~Q(venue=F("merged_venue"))
                | Q(venue__isnull=True, merged_venue__isnull=True, site__isnull=False, merged_site__isnull=False)
                & ~Q(site=F("merged_site")),
                name="merge_is_of_two_venues_or_two_sites",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.other} → {self.kept}"

    @property
    def kept(self) -> Venue | Site:
        place = self.venue or self.site
        if place is None:
            raise ValueError("A merge is of two venues or of two sites.")
        return place

    @property
    def other(self) -> Venue | Site:
        """The place that is no longer offered."""
        place = self.merged_venue or self.merged_site
        if place is None:
            raise ValueError("A merge is of two venues or of two sites.")
        return place
