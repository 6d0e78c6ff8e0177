"""What a coordinator finds first: the delegations of their partners, and the events that are coming."""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, F, Q
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from events.models import Event, EventQuerySet
from projects.models import Partner

from .models import Delegation
from .models.delegations import DelegationQuerySet

PAGE_SIZE = 50
EVENTS_SHOWN = 20


def due(user, *, at: datetime | None = None, ahead_only: bool = True) -> DelegationQuerySet:
    """Return the delegations that a user names people for, whose seats are released soonest first.

    Those of events that are over are left out with `ahead_only`, drafts always.
    """
    today = (at or timezone.now()).date()
    theirs = Delegation.objects.coordinated_by(user).exclude(event__status=Event.Status.DRAFT)
    if ahead_only:
        # The day is over at different hours in different zones: one more does no harm.
        is_ahead = Q(event__ends_on__gte=today - timedelta(days=1)) | Q(event__ends_on=None)
        theirs = theirs.filter(is_ahead).exclude(event__status__in=(Event.Status.HELD, Event.Status.CANCELLED))
    in_order = theirs.order_by(
        Coalesce("releases_at", Cast("event__starts_on", DateTimeField())).asc(nulls_last=True),
        F("event__starts_on").asc(nulls_last=True),
        "pk",
    )
    return in_order.with_page_data()  # type: ignore[return-value]


def events_ahead(user) -> EventQuerySet:
    """Return the next events of the projects of a user's partners, without those for which they have a delegation."""
    partners = Partner.objects.coordinated_by(user).values("pk")
    projects = Partner.objects.coordinated_by(user).values("project")
    of_projects = Event.objects.visible_to(user).filter(project__in=projects).published()
    own = Delegation.objects.filter(partner__in=partners).values("event")
    return of_projects.exclude(pk__in=own).upcoming().with_page_data()[:EVENTS_SHOWN]  # type: ignore[return-value]
