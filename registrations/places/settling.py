"""Bringing places and waiting list up to date."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.periodic import every
from events.models import Event

from .. import waiting_list
from ..models import Registration
from . import counting
from .counting import Counted

State = Registration.State


@transaction.atomic
def settle(event: Event, *, at: datetime | None = None) -> None:
    """Bring places and waiting list up to date: end what has passed, offer what is free to whoever waited longest."""
    event = counting.lock(event)
    settled(event, at or timezone.now())


def settled(event: Event, at: datetime) -> Counted:
    counted = counting.count(event, at)
    if counted.offered:
        expired = waiting_list.expire_offers(event, at=at)
        counted = replace(counted, taken=counted.taken - expired, offered=counted.offered - expired)
    if counted.holds_ended:
        event.registrations.filter(state=State.CANCELLED, seat_held_until__lte=at).update(seat_held_until=None)
    if counted.waiting:
        offered = waiting_list.offer_free_places(event, counted.free(event), at=at)
        counted = replace(
            counted,
            taken=counted.taken + offered,
            waiting=counted.waiting - offered,
            offered=counted.offered + offered,
        )
    return counted


@every(minutes=1)
def settle_all(*, at: datetime | None = None) -> int:
    """Settle each event where time alone has changed something; return how many were settled."""
    at = at or timezone.now()
    passed = Q(registrations__offers__outcome="", registrations__offers__expires_at__lte=at)
    ended = Q(registrations__state=State.CANCELLED, registrations__seat_held_until__lte=at)
    due = set(Event.objects.filter(passed | ended).values_list("pk", flat=True))
    # Places become free without anybody cancelling, too: when an organiser raises the limit.
    for event in Event.objects.filter(registrations__state=State.WAITING).distinct():
        if waiting_list.may_offer(event, at=at) and counting.free(event, at) != 0:
            due.add(event.pk)
    for event in Event.objects.filter(pk__in=due):
        settle(event, at=at)
    return len(due)
