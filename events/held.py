"""Events are held by themselves when their last minute has passed: nobody needs to remember it.

Only those with an exact date: of a month nobody knows which day it was, so an organiser says that it took place.
Registrations are not touched.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.periodic import every
from projects.models import Project

from .exceptions import PlanRefused
from .models import Event

logger = logging.getLogger(__name__)

# How long after the end of a project its last events are still noted.
STILL_NOTED = timedelta(days=30)
# As many as one call settles; the next one comes ten minutes later.
AT_ONCE = 100


def hold_what_is_over(*, at: datetime | None = None) -> list[Event]:
    """Note for each announced event whose last minute has passed at an instant (default: now) that it took place.

    Events of projects that are over are left alone: if no source says so, nobody knows whether they took place.
    """
    at = at or timezone.now()
    held = []
    # A day before and a day after cover every time zone; the event itself knows its own.
    candidates = (
        Event.objects.filter(
            status__in=(Event.Status.ANNOUNCED, Event.Status.SAVE_THE_DATE),
            date_precision=Event.DatePrecision.DAY,
            ends_on__lte=at.date() + timedelta(days=1),
        )
        .exclude(project__in=Project.objects.ended(on=at.date() - STILL_NOTED))
        .order_by("ends_on", "pk")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    for key in list(candidates):
        try:
            with transaction.atomic():
                event = Event.objects.locked().get(pk=key)
                # Read behind the lock: somebody may just have postponed it.
                if event.has_exact_date and event.is_over(at=at):
                    event.hold()
                    held.append(event)
        except PlanRefused:
            continue
        except Exception:
            logger.exception("The event %s could not be noted as held.", key)
    return held


@every(minutes=10)
def hold_events() -> None:
    hold_what_is_over()
