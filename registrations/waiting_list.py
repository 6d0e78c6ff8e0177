"""The waiting list: one queue in strict order of joining, and offers that hold a place until a deadline.

They are called by registrations/places, which holds the lock of the event and knows how many places are free.
"""

from datetime import datetime

from events.models import Event

from . import emails
from .models import Offer
from .models.registrations import OFFER_LASTS


def may_offer(event: Event, *, at: datetime) -> bool:
    """Whether a place may be offered at an instant: not after registration has closed, never after the start."""
    return event.takes_registrations(at=at) and event.starts_at is not None and at < event.starts_at


def offer_free_places(event: Event, free: int | None, *, at: datetime) -> int:
    """Offer `free` places (None: as many as people wait) to those who waited longest; return how many were offered.

    An offer is open for 48 hours, but never longer than until the event starts.
    """
    starts_at = event.starts_at
    if free == 0 or starts_at is None or not may_offer(event, at=at):
        return 0
    until = min(at + OFFER_LASTS, starts_at)
    first = list(event.registrations.waiting()[:free])
    for registration in first:
        registration.event = event
        emails.offer(registration.offer_place(until=until, at=at))
    return len(first)


def expire_offers(event: Event, *, at: datetime) -> int:
    """End the offers whose deadline has passed; return how many. Their people leave the list and are told."""
    passed = Offer.objects.filter(registration__event=event, outcome="", expires_at__lte=at)
    offers = list(passed.select_related("registration"))
    for offer in offers:
        offer.registration.event = event
        offer.registration.lose_offer(offer, at=at)
        emails.offer_expired(offer)
    return len(offers)
