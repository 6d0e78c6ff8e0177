"""Bringing places and waiting lists up to date: what time has ended, and who gets what is free."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.periodic import every
from events.models import Event

from ..models import Choice, Delegation, Registration
from . import choosing, counting, waiting_list
from .counting import Counted

State = Registration.State


@transaction.atomic
def settle(event: Event, *, at: datetime | None = None) -> None:
    """End what has passed, and give what is free to whoever waited longest: places by an offer, choices at once.

    To be called after a limit of the event, a session, an option or a delegation was changed.
    """
    event = counting.lock(event)
    at = at or timezone.now()
    settled(event, at)
    choosing.give_free_choices(event, at=at)


def settled(event: Event, at: datetime, *, with_choices: bool = False) -> Counted:
    """Settle under the lock that the caller holds, and return how things stand then, `with_choices` those too.

    Choices that nobody gave back are not looked at.
    """
    counted = counting.count(event, at, with_choices=with_choices)
    something_ended = bool(counted.offered and waiting_list.expire_offers(event, at=at))
    if counted.holds_ended:
        _end_holds(event, at=at)
    if counted.is_release_due:
        Delegation.objects.filter(event=event).due_for_release(at=at).update(released_at=at)
    if something_ended or (with_choices and counted.holds_ended):
        counted = counting.count(event, at, with_choices=with_choices)
    if any(counted.waiting.values()):
        waiting_list.offer_free_places(event, counted, at=at)
    return counted


def _end_holds(event: Event, *, at: datetime) -> None:
    ended = event.registrations.filter(state=State.CANCELLED, seat_held_until__lte=at)
    choosing.let_go(Choice.objects.filter(registration__in=list(ended)))
    ended.update(seat_held_until=None)
    choosing.give_free_choices(event, at=at)


@every(minutes=1)
def settle_all(*, at: datetime | None = None) -> int:
    """Settle each event where time alone has changed something; return how many were settled."""
    at = at or timezone.now()
    passed = Q(registrations__offers__outcome="", registrations__offers__expires_at__lte=at)
    ended = Q(registrations__state=State.CANCELLED, registrations__seat_held_until__lte=at)
    due = set(Event.objects.filter(passed | ended).values_list("pk", flat=True))
    # Places become free without anybody cancelling, too: when an organiser raises the limit.
    for event in Event.objects.filter(registrations__state=State.WAITING).distinct():
        if waiting_list.may_offer(event, at=at) and _has_a_place_for_somebody(event, at):
            due.add(event.pk)
    waiting = Choice.objects.waiting().may_have_a_place().order_by().values("registration__event")
    for event in Event.objects.filter(pk__in=waiting).exclude(pk__in=due):
        if event.can_be_joined(at=at) and choosing.has_something_to_give(event):
            due.add(event.pk)
    for event in Event.objects.filter(pk__in=due):
        settle(event, at=at)
    return len(due)


def _has_a_place_for_somebody(event: Event, at: datetime) -> bool:
    counted = counting.count(event, at)
    return any(not counted.of(line).is_full for line in counted.lines_with_people_waiting())


@every(minutes=1)
def release_delegations(*, at: datetime | None = None) -> int:
    """Give away the seats for which delegations named nobody until their date; return how many delegations."""
    at = at or timezone.now()
    due = Delegation.objects.due_for_release(at=at)
    number = due.count()
    for event in Event.objects.filter(pk__in=due.values("event")):
        settle(event, at=at)
    return number
