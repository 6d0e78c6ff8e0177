"""Seats held for partners: how each delegation stands, what the host promises, and what its coordinators are told.

Whom a coordinator names is in naming.py; whether there is a seat is decided by places, as everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.periodic import every
from events.models import Event
from projects.models import Membership, Partner

from . import delegation_mails, places
from .compiled import Compiled
from .models import Delegation, Registration
from .models.registrations import holds_a_place

State = Registration.State

# Two queries: PostgreSQL plans a join of all nine tables for longer than all the rest of naming somebody takes.
_OF_PARTNER = Compiled(
    lambda partner, event: (
        Delegation.objects.filter(partner__slug=partner, event__slug=event)
        .exclude(event__status=Event.Status.DRAFT)
        .select_related("partner__organisation")
    ),
    partner=str,
    event=str,
)
_EVENT = Compiled(lambda event: Event.objects.with_page_data().filter(pk=event), "event")

# How long before the seats are released coordinators are reminded of those that nobody is named for.
REMINDED_BEFORE = (timedelta(days=14), timedelta(days=3))
# The coordinators are told within minutes; after this it is no news.
TOLD_OF_RELEASE_WITHIN = timedelta(days=1)


def published(partner: str, event: str) -> Delegation | None:
    """Return the delegation of a partner to an event that is no draft, by their slugs, with what its page shows."""
    for delegation in _OF_PARTNER.rows(partner=partner, event=event):
        (delegation.event,) = _EVENT.rows(event=delegation.event_id)
        return delegation
    return None


# --- How a delegation stands -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How a delegation stands: `named` hold a seat, `waiting` are in its own line, `to_follow` are without a name.

    Once its seats are released it has as many as it has people, so none are to follow.
    """

    delegation: Delegation
    named: int
    waiting: int
    is_released: bool

    @property
    def to_follow(self) -> int:
        return 0 if self.is_released else max(0, self.delegation.seats - self.named)

    @property
    def too_many(self) -> int:
        """How many more are named than there are seats, after the host lowered their number."""
        return 0 if self.is_released else max(0, self.named - self.delegation.seats)

    @property
    def holds(self) -> int:
        """How many of the event's places it takes, named or not."""
        return self.named + self.to_follow

    @property
    def in_words(self) -> str:
        """“4 of 6 seats named”; people without a seat and released seats are said too."""
        said = ngettext(
            "%(named)s of %(seats)s seat named", "%(named)s of %(seats)s seats named", self.delegation.seats
        )
        parts = [said % {"named": self.named, "seats": self.delegation.seats}]
        if self.is_released:
            parts = [ngettext("%(named)s person named", "%(named)s people named", self.named) % {"named": self.named}]
            parts.append(gettext("the other seats are released"))
        if self.waiting:
            parts.append(ngettext("%(n)s person waits", "%(n)s people wait", self.waiting) % {"n": self.waiting})
        return ", ".join(parts)


def standings(delegations: Iterable[Delegation], *, at: datetime | None = None) -> list[Standing]:
    """Return how each of some delegations stands at an instant (default: now), in one query."""
    at = at or timezone.now()
    delegations = list(delegations)
    people = Registration.objects.filter(delegation__in=[delegation.pk for delegation in delegations])
    has_place, waits = Count("pk", filter=holds_a_place(at)), Count("pk", filter=Q(state=State.WAITING))
    counted = people.order_by().values("delegation").annotate(named=has_place, in_line=waits)
    numbers = {row["delegation"]: (row["named"], row["in_line"]) for row in counted}
    return [
        Standing(
            delegation,
            *numbers.get(delegation.pk, (0, 0)),
            is_released=delegation.released_at is not None or not delegation.holds_seats(at=at),
        )
        for delegation in delegations
    ]


def standing(delegation: Delegation, *, at: datetime | None = None) -> Standing:
    """Return how one delegation stands at an instant (default: now)."""
    return standings([delegation], at=at)[0]


def deadline(delegation: Delegation) -> datetime | None:
    """Until when its seats are held: as the host says, else until the event starts. None while that has no date."""
    return delegation.releases_at or delegation.event.starts_at


@dataclass(frozen=True, slots=True)
class Promised:
    """What an event has promised to delegations, beside its places and those of the others that are free.

    None: no limit.
    """

    places: int | None
    held: int
    free: int | None

    @property
    def is_too_much(self) -> bool:
        return self.places is not None and self.held > self.places

    @property
    def in_words(self) -> str:
        if self.places is None:
            said = ngettext(
                "Delegations hold %(held)s place. The event has no limit.",
                "Delegations hold %(held)s places. The event has no limit.",
                self.held,
            )
            return said % {"held": self.held}
        numbers = {"held": self.held, "places": self.places, "rest": abs(self.places - self.held)}
        if self.is_too_much:
            said = ngettext(
                "Delegations hold %(held)s of %(places)s places: %(rest)s more than there is. Raise the places of the "
                "event, or promise fewer seats.",
                "Delegations hold %(held)s of %(places)s places: %(rest)s more than there are. Raise the places of the "
                "event, or promise fewer seats.",
                self.places,
            )
            return said % numbers
        said = ngettext(
            "Delegations hold %(held)s of %(places)s place.",
            "Delegations hold %(held)s of %(places)s places.",
            self.places,
        )
        if numbers["rest"] and not self.free:
            free = ngettext("The other %(rest)s is taken.", "None of the other %(rest)s is free now.", numbers["rest"])
        elif numbers["rest"]:
            free = ngettext(
                "Of the other %(rest)s, %(free)s is free now.",
                "Of the other %(rest)s, %(free)s are free now.",
                self.free or 0,
            )
        else:
            free = gettext("None is left for anybody else.")
        return f"{said % numbers} {free % {**numbers, 'free': self.free}}"


def promised(event: Event, standings: Iterable[Standing]) -> Promised:
    """Return what an event has promised, from how all its delegations stand. One query where it has a limit."""
    free = None if event.places is None else places.free(event)
    return Promised(event.places, sum(standing.holds for standing in standings), free)


# --- What the host does ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promise:
    """What the host promises a partner. No seats and nobody named means: no delegation."""

    partner: Partner
    seats: int
    releases_at: datetime | None
    note: str


@transaction.atomic
def promise(
    event: Event, promises: Iterable[Promise], *, released_seats_go_to: str = "", at: datetime | None = None
) -> None:
    """Hold the seats that are promised from now on, and give away what that frees.

    A delegation that was released and gets a later date holds seats again. Nobody who was named loses a seat.
    """
    event = places.lock(event)
    at = at or timezone.now()
    if released_seats_go_to and released_seats_go_to != event.released_seats_go_to:
        event.released_seats_go_to = released_seats_go_to
        event.save(update_fields=["released_seats_go_to"])
    there = {delegation.partner_id: delegation for delegation in event.delegations.all()}
    for wanted in promises:
        delegation = there.get(wanted.partner.pk)
        if delegation is None:
            if wanted.seats:
                event.delegations.create(
                    partner=wanted.partner, seats=wanted.seats, releases_at=wanted.releases_at, note=wanted.note
                )
        elif not wanted.seats and not delegation.registrations.exists():
            delegation.delete()
        else:
            delegation.change(seats=wanted.seats, releases_at=wanted.releases_at, note=wanted.note, at=at)
    places.settle(event, at=at)


@transaction.atomic
def release(delegation: Delegation, *, at: datetime | None = None) -> int:
    """Give the seats that nobody is named for away now; return how many those are. A second time, there are none."""
    event = places.lock(delegation.event)
    at = at or timezone.now()
    delegation = event.delegations.get(pk=delegation.pk)
    to_follow = standing(delegation, at=at).to_follow
    if delegation.released_at is None and delegation.holds_seats(at=at):
        delegation.change(seats=delegation.seats, releases_at=at, note=delegation.note, at=at)
        places.settle(event, at=at)
    return to_follow


@transaction.atomic
def give_back(delegation: Delegation, number: int, *, at: datetime | None = None) -> int:
    """Give a number of seats that nobody is named for back to the host; return how many there were to give.

    They go to whoever waits or comes next, as any free place of the event.
    """
    event = places.lock(delegation.event)
    delegation = event.delegations.get(pk=delegation.pk)
    number = min(number, standing(delegation, at=at).to_follow)
    if number > 0:
        delegation.seats -= number
        delegation.save(update_fields=["seats"])
        places.settle(event, at=at)
    return number


# --- What the coordinators are told ------------------------------------------------------------------------------


def coordinators(partners: Iterable[int]) -> dict[int, list[User]]:
    """Return who coordinates each of some partners, by the partner's key, in one query."""
    found: dict[int, list[User]] = {}
    memberships = Membership.objects.active().coordinating().filter(partner__in=list(partners), user__is_active=True)
    for membership in memberships.select_related("user").order_by("user__name", "user__pk"):
        found.setdefault(membership.partner_id, []).append(membership.user)  # type: ignore[arg-type]
    return found


@transaction.atomic
def remind(delegations: Iterable[Delegation], *, at: datetime | None = None) -> int:
    """Write to the coordinators of delegations with seats that nobody is named for; return how many mails.

    Asked for twice in the same minute, it is done once.
    """
    at = at or timezone.now()
    return _remind(delegations, mark=str(int(at.timestamp() // 60)), at=at)


def _remind(delegations: Iterable[Delegation], *, mark: str, at: datetime) -> int:
    open_ones = [each for each in standings(delegations, at=at) if each.to_follow]
    people = coordinators({each.delegation.partner_id for each in open_ones})
    written = 0
    for each in open_ones:
        delegation = each.delegation
        mails = [
            delegation_mails.reminder(delegation, user, to_follow=each.to_follow, named=each.named, mark=mark)
            for user in people.get(delegation.partner_id, [])
        ]
        if any(mails):
            delegation.reminded_at = at
            delegation.save(update_fields=["reminded_at"])
        written += sum(mail is not None for mail in mails)
    return written


@every(minutes=30)
def remind_coordinators(*, at: datetime | None = None) -> int:
    """Remind of seats that nobody is named for 14 and 3 days before they are released, once each."""
    at = at or timezone.now()
    longest = max(REMINDED_BEFORE)
    today = at.date()
    soon = Q(releases_at__gt=at, releases_at__lte=at + longest) | Q(
        releases_at=None, event__starts_on__range=(today, today + longest + timedelta(days=1))
    )
    ahead = Delegation.objects.filter(soon, released_at=None, event__status=Event.Status.ANNOUNCED, seats__gt=0)
    written = 0
    for delegation in ahead.with_page_data():
        if (mark := _reminder_due(delegation, at)) is not None:
            with transaction.atomic():
                written += _remind([delegation], mark=mark, at=at)
    return written


def _reminder_due(delegation: Delegation, at: datetime) -> str | None:
    """The key of the reminder whose time has come, or None. Another date for the seats is reminded of anew."""
    until = deadline(delegation)
    if until is None or until <= at:
        return None
    passed = [before for before in REMINDED_BEFORE if until - before <= at]
    if not passed:
        return None
    last = min(passed)
    if delegation.reminded_at is not None and delegation.reminded_at >= until - last:
        return None
    return f"{last.days}d{int(until.timestamp())}"


@every(minutes=1)
def tell_of_release(*, at: datetime | None = None) -> int:
    """Tell the coordinators what was released, once; return how many mails."""
    at = at or timezone.now()
    released = Delegation.objects.filter(released_at__gt=at - TOLD_OF_RELEASE_WITHIN, released_at__lte=at)
    written = 0
    for each in standings(released.with_page_data(), at=at):
        number = each.delegation.seats - each.named
        people = coordinators([each.delegation.partner_id]).get(each.delegation.partner_id, []) if number > 0 else []
        with transaction.atomic():
            mails = [delegation_mails.released(each.delegation, user, number=number) for user in people]
        written += sum(mail is not None for mail in mails)
    return written
