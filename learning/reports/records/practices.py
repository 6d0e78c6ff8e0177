"""How far the practices of a project came, as far as anybody had said."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.db.models import Exists, F, OuterRef, Q, Subquery

from events.models import Event
from projects.models import Project

from ...models import Action, Progress, Showing, Transfer, Wish
from ..rows import PracticeRow


def practices_of(project: Project, events: Collection[int], *, at: datetime) -> tuple[PracticeRow, ...]:
    """Return the published practices, and how far each had come at events that had taken place by then; one query.

    Those that were loaded from sources have no instant of publishing.
    """
    shown_at = Event.practices.through.objects.filter(goodpractice=OuterRef("pk"), event__in=events)
    shown_in = Showing.objects.filter(practice=OuterRef("pk"), session__event__in=events)
    # Nobody carries home what is their own.
    carried_home = shown_at.filter(
        event__kind__has_importing_partner=True, event__importing_partner__isnull=False
    ).exclude(event__importing_partner=F("goodpractice__owner"))
    wishes = Wish.objects.filter(practice=OuterRef("pk"), noted_at__lte=at)
    transfers = Transfer.objects.filter(practice=OuterRef("pk"), noted_at__lte=at)
    day = at.astimezone(UTC).date()
    said = Progress.objects.on(day).filter(action=OuterRef("pk"), noted_at__lte=at).reverse()
    actions = (
        Action.objects.filter(Q(added_on__isnull=True) | Q(added_on__lte=day), practice=OuterRef("pk"))
        .exclude(plan__adopted_on__gt=day)
        .exclude(plan__partner=F("practice__owner"))
        .annotate(last=Subquery(said.values("status")[:1]))
        .filter(Q(last__isnull=True) | ~Q(last=Progress.Status.DROPPED))
    )
    practices = project.practices.public_at(at).annotate(
        is_seen=Exists(shown_at) | Exists(shown_in),
        is_considered=Exists(wishes) | Exists(transfers) | Exists(carried_home),
        is_taken_up=Exists(actions),
    )
    return tuple(
        PracticeRow(
            practice,
            is_seen=practice.is_seen,
            # What is in a plan was thought about, whoever noted that.
            is_considered=practice.is_considered or practice.is_taken_up,
            is_taken_up=practice.is_taken_up,
        )
        for practice in practices.select_related("project", "owner__organisation").order_by("name", "pk")
    )
