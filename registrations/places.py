"""May this registration have this place? Every answer is given here, and every act that needs one goes through here.

Each act takes the lock of its event first and counts after that, so two of them never count the same free place
(docs/decisions/places.md). A place is taken by whoever is confirmed, by whoever has an open offer, and for ten minutes
by whoever cancelled and may undo it. At a hybrid event the places are those of the room; online there is no limit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.periodic import every
from events.models import Event

from . import emails, waiting_list
from .compiled import Compiled
from .exceptions import NoFreePlace, NoOpenOffer, NotRegistered, RegistrationClosed, UndoTooLate
from .models import Consent, Person, Registration
from .models.registrations import new_code

State = Registration.State


# --- Counting ----------------------------------------------------------------------------------------------------


_EVENT = Compiled(lambda event: Event.objects.select_for_update().filter(pk=event), "event")
_OF_PERSON = Compiled(
    lambda event, person: Registration.objects.filter(event=event, person=person).order_by("pk"), "event", "person"
)


def lock(event: Event) -> Event:
    """Return the event as it is now, and let nobody else give a place of it before this transaction ends.

    PostgreSQL locks the event's row. SQLite has no row locks: there the transaction itself is the lock, because it
    takes the write lock when it begins (`transaction_mode` in the settings).
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Places are counted and given in one transaction.")
    rows = _EVENT.rows(event=event.pk)
    if not rows:
        raise Event.DoesNotExist
    locked = rows[0]
    # What stands around an event need not be read again under the lock, as long as it is the same.
    known = event._state.fields_cache
    for name in ("project", "kind", "venue", "host"):
        if name in known and getattr(event, f"{name}_id") == getattr(locked, f"{name}_id"):
            locked._state.fields_cache[name] = known[name]
    return locked


def taken(event: Event, at: datetime | None = None) -> int:
    """How many places are taken or held at an instant (default: now)."""
    return _count(event, at or timezone.now()).taken


def free(event: Event, at: datetime | None = None) -> int | None:
    """How many places are free at an instant (default: now); None when the event has no limit.

    Whoever wants to give one must hold the lock of the event and see that nobody waits.
    """
    return _count(event, at or timezone.now()).free(event)


@dataclass(frozen=True, slots=True)
class _Counted:
    taken: int
    waiting: int
    offered: int
    holds_ended: int

    def free(self, event: Event) -> int | None:
        # A limit that was lowered below what is taken leaves none free; nobody loses a place for it.
        return None if event.places is None else max(0, event.places - self.taken)

    def has_place_for_a_newcomer(self, event: Event) -> bool:
        return self.free(event) != 0 and not self.waiting


# Written out, because this is asked at every reading of an event's page, and Django takes thirty times as long to build
# the same query. What holds a place is said by `holds_a_place`; a test keeps the two the same.
_COUNT = f"""
    SELECT
        COUNT(*) FILTER (
            WHERE (NOT %(only_the_room)s OR mode = '{Registration.Mode.ROOM}')
            AND (state IN ('{State.CONFIRMED}', '{State.OFFERED}')
                OR state = '{State.CANCELLED}' AND seat_held_until > %(at)s)
        ),
        COUNT(*) FILTER (WHERE state = '{State.WAITING}'),
        COUNT(*) FILTER (WHERE state = '{State.OFFERED}'),
        COUNT(*) FILTER (WHERE state = '{State.CANCELLED}' AND seat_held_until <= %(at)s)
    FROM {Registration._meta.db_table}
    WHERE event_id = %(event)s
"""  # noqa: S608 - nothing in it comes from outside


def _count(event: Event, at: datetime) -> _Counted:
    with connection.cursor() as cursor:
        values = {
            "at": connection.ops.adapt_datetimefield_value(at),
            "event": event.pk,
            "only_the_room": event.mode == Event.Mode.HYBRID,
        }
        cursor.execute(_COUNT, values)
        return _Counted(*cursor.fetchone())


# --- Saying how things stand -------------------------------------------------------------------------------------


class Opening(Enum):
    """Whether an event takes registrations, and if not, why."""

    OPEN = "open"
    FULL = "full"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    # No opening is set, so people register elsewhere or not at all.
    NOT_HERE = "not_here"


@dataclass(frozen=True, slots=True)
class Availability:
    opening: Opening
    places: int | None = None
    free: int | None = None
    waiting: int = 0

    @property
    def state(self) -> str:
        return self.opening.value

    @property
    def is_open(self) -> bool:
        """Whether a registration is taken: for a place or, when full, for the waiting list."""
        return self.opening in (Opening.OPEN, Opening.FULL)


def availability(event: Event, *, at: datetime | None = None) -> Availability:
    """Return whether people may register now (default), and for how many places. At most one query, no lock."""
    at = at or timezone.now()
    if event.takes_registrations(at=at):
        counted = _count(event, at)
        return Availability(
            opening=Opening.OPEN if counted.has_place_for_a_newcomer(event) else Opening.FULL,
            places=event.places,
            free=counted.free(event),
            waiting=counted.waiting,
        )
    if event.is_cancelled:
        return Availability(Opening.CANCELLED)
    if event.is_over(at=at):
        return Availability(Opening.OVER)
    if event.is_postponed:
        return Availability(Opening.POSTPONED)
    if event.registration_opens_at is None and event.status == Event.Status.ANNOUNCED:
        return Availability(Opening.NOT_HERE)
    closes = event.registration_closes
    return Availability(Opening.CLOSED if closes and closes <= at else Opening.NOT_YET)


# --- Registering -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of registering.

    `has_place` is what anybody would have got at that moment, so that showing it does not tell whether the person had
    been registered before. `is_own`: the registration was made by this act, or by the same form sent a moment before.
    """

    registration: Registration
    is_new: bool
    is_own: bool
    has_place: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """A seat as most people get it, with the code of its link, and the mail that will confirm it."""

    code: str
    event_changed_at: datetime
    mail: emails.Written


def expected(event: Event, *, at: datetime | None = None, **answers: Any) -> Expected:
    """Write the mail of a registration before the lock is taken, as if the person were new and got a seat.

    What is done under the lock keeps everybody else waiting, and the mail is most of it. `answers` are those of
    `register`, which writes another mail if things come out differently.
    """
    at = at or timezone.now()
    answers["mode"] = mode_at(event, answers.get("mode"))
    registration = Registration(event=event, state=State.CONFIRMED, joined_at=at, confirmed_at=at, **answers)
    return Expected(registration.code, event.changed_at, emails.confirmation(registration))


@transaction.atomic
def register(
    event: Event,
    *,
    name: str,
    email: str,
    organisation_name: str,
    country: str,
    consents: Iterable[Consent] = (),
    opened_at: datetime | None = None,
    expected: Expected | None = None,
    at: datetime | None = None,
    **details: Any,
) -> Registered:
    """Register one person: for a place, or on the waiting list when all are taken or somebody waits.

    Whoever is registered already under this address and name stays as they are and gets their link by mail again.
    `details` are other fields of Registration (`organisation`, `phone`, `language`, `mode`); `consents` are unsaved.
    `opened_at` says when the form was opened: the same answers since then are the same act, sent twice.
    `expected` is what `expected()` wrote for the same answers. Raises RegistrationClosed.
    """
    event = lock(event)
    # The clock is read under the lock, so that the order of arrival is the order of the queue.
    at = at or timezone.now()
    if not event.takes_registrations(at=at):
        raise RegistrationClosed(event)
    counted = _settle(event, at)
    answers = {"name": name, "email": email, "organisation_name": organisation_name, "country": country, **details}
    consents = list(consents)
    answers["mode"] = mode_at(event, answers.get("mode"))
    has_place = _needs_no_place(event, answers["mode"]) or counted.has_place_for_a_newcomer(event)

    person = Person.objects.recognised(event.project, email=email, name=name)
    mine = _OF_PERSON.rows(event=event.pk, person=person.pk)
    for registration in mine:
        registration.event, registration.person = event, person
    if existing := next((registration for registration in mine if registration.is_live), None):
        if opened_at and existing.joined_at >= opened_at and existing.has_answers(answers):
            is_waiting = existing.state == State.WAITING
            return Registered(existing, is_new=False, is_own=True, has_place=not is_waiting)
        emails.link(existing, at=at)
        return Registered(existing, is_new=False, is_own=False, has_place=has_place)

    # Whoever cancelled minutes ago and comes back gets the seat that is held for them.
    held = next((registration for registration in mine if registration.can_undo_cancelling(at=at)), None)
    keeps_seat = held is not None and not _needs_no_place(event, held.mode)
    if held:
        held.release_seat()
    registration = Registration(
        event=event,
        person=person,
        code=expected.code if expected else new_code(),
        joined_at=at,
        # Calendars take the invitation of whoever comes back only if it is newer than what took the old one back.
        invitation_revision=max((earlier.invitation_revision + 1 for earlier in mine), default=0),
        **answers,
    )
    if has_place or keeps_seat:
        registration.confirm(at=at)
    else:
        registration.put_on_waiting_list(at=at)
    for consent in consents:
        consent.registration, consent.given_at = registration, at
    Consent.objects.bulk_create(consents)
    # Whoever was here before gets a newer invitation, and of an event that changed meanwhile other things are said.
    fits = expected and expected.event_changed_at == event.changed_at and not registration.invitation_revision
    emails.state(registration, written=expected.mail if expected and fits else None)
    return Registered(registration, is_new=True, is_own=True, has_place=has_place)


@transaction.atomic
def correct(
    registration: Registration,
    *,
    consents: Iterable[Consent] = (),
    at: datetime | None = None,
    **answers: Any,
) -> Registered:
    """Put right what was typed a moment ago, before the person ever opened their link.

    Mails to an address that was wrong may have reached somebody, so the link in them stops working. If the corrected
    name and address are registered already, the mistaken registration is taken back and the link is mailed.
    """
    event = lock(registration.event)
    at = at or timezone.now()
    registration = _live(event, registration)
    had_place = registration.state != State.WAITING
    others = event.registrations.live().of_person(email=answers["email"], name=answers["name"])
    if other := others.exclude(pk=registration.pk).first():
        registration.cancel(by=Registration.CancelledBy.PERSON, at=at)
        registration.release_seat()
        _settle(event, at)
        emails.link(other, at=at)
        return Registered(other, is_new=False, is_own=False, has_place=had_place)
    is_new_address = answers["email"].casefold() != registration.email.casefold()
    if is_new_address:
        registration.code = new_code()
    _assign(event, registration, answers, at=at)
    _correct_consents(registration, consents, at=at)
    if is_new_address:
        emails.state(registration)
    return Registered(registration, is_new=False, is_own=True, has_place=registration.state != State.WAITING)


def _correct_consents(registration: Registration, consents: Iterable[Consent], *, at: datetime) -> None:
    given = {consent.purpose: consent for consent in consents}
    before = {consent.purpose: consent for consent in registration.consents.all()}
    for purpose in Consent.Purpose:
        answer = given.get(purpose)
        # A box that was emptied again takes back what was given; one that was never ticked says nothing.
        if answer or (purpose in before and before[purpose].is_given):
            source = answer or before[purpose]
            registration.answer_consent(
                purpose, bool(answer and answer.is_given), wording=source.wording, language=source.language, at=at
            )


@transaction.atomic
def change(registration: Registration, *, at: datetime | None = None, **answers: Any) -> Registration:
    """Change what a person answered. A new address gets the mail with the link, the old one is told.

    Raises NotRegistered for a cancelled registration, and NoFreePlace when somebody who takes part online wants to
    come to a room that is full.
    """
    event = lock(registration.event)
    at = at or timezone.now()
    registration = _live(event, registration)
    old_address = registration.email
    if answers.get("email", old_address).casefold() != old_address.casefold():
        registration.address_changed_at = at
    _assign(event, registration, answers, at=at)
    if old_address.casefold() != registration.email.casefold():
        emails.state(registration)
        emails.address_changed(registration, old_address)
    return registration


def _assign(event: Event, registration: Registration, answers: dict[str, Any], *, at: datetime) -> None:
    mode = mode_at(event, answers.get("mode") or registration.mode)
    was_online = _needs_no_place(event, registration.mode)
    becomes_online = _needs_no_place(event, mode)
    if was_online and not becomes_online and not _settle(event, at).has_place_for_a_newcomer(event):
        raise NoFreePlace(registration)
    for name, value in answers.items():
        setattr(registration, name, value)
    registration.mode = mode
    # Under a name and address that are registered already they stay the person they were: nothing is said about it.
    known = event.registrations.live().of_person(email=registration.email, name=registration.name)
    if not known.exclude(pk=registration.pk).exists():
        registration.person = Person.objects.recognised(event.project, email=registration.email, name=registration.name)
    if becomes_online and not was_online and not registration.is_confirmed:
        registration.take_part_online(at=at)
        emails.state(registration)
    else:
        registration.save()
    if becomes_online and not was_online:
        _settle(event, at)


def mode_at(event: Event, mode: str | None) -> str:
    """How somebody takes part: as they say at a hybrid event, else as the event is held."""
    if event.mode == Event.Mode.HYBRID and mode:
        return mode
    return Registration.Mode.ONLINE if event.mode == Event.Mode.ONLINE else Registration.Mode.ROOM


def _needs_no_place(event: Event, mode: str) -> bool:
    return event.mode == Event.Mode.HYBRID and mode == Registration.Mode.ONLINE


# --- Giving back, and coming back --------------------------------------------------------------------------------


@transaction.atomic
def cancel(
    registration: Registration,
    *,
    by: Registration.CancelledBy,
    reason: str = "",
    at: datetime | None = None,
) -> Registration:
    """Cancel, tell the person, and offer what became free in the same transaction.

    A confirmed seat that its person gives back is held for ten minutes and offered when they are over. Raises
    NotRegistered when it was cancelled before.
    """
    event = lock(registration.event)
    at = at or timezone.now()
    registration = _live(event, registration)
    registration.cancel(by=by, reason=reason, at=at)
    emails.cancelled(registration)
    _settle(event, at)
    return registration


@transaction.atomic
def undo_cancelling(registration: Registration, *, at: datetime | None = None) -> Registration:
    """Give the held seat back to whoever cancelled it. Raises UndoTooLate when it is held no longer."""
    event = lock(registration.event)
    at = at or timezone.now()
    registration = _fresh(event, registration)
    if event.registrations.live().filter(person=registration.person).exists():
        raise UndoTooLate(registration)
    undone = registration.cancelled_at or at
    registration.undo_cancelling(at=at)
    emails.back_again(registration, undone)
    return registration


@transaction.atomic
def accept_offer(registration: Registration, *, at: datetime | None = None) -> Registration:
    """Take the offered place. Raises NoOpenOffer when there is none, or its time is over."""
    event = lock(registration.event)
    at = at or timezone.now()
    registration = _fresh(event, registration)
    if event.is_cancelled or event.is_over(at=at):
        raise NoOpenOffer(registration)
    registration.accept_offer(at=at)
    emails.state(registration)
    return registration


@transaction.atomic
def decline_offer(registration: Registration, *, at: datetime | None = None) -> Registration:
    """Give the offered place up, and offer it to whoever is next. Raises NoOpenOffer as `accept_offer` does."""
    event = lock(registration.event)
    at = at or timezone.now()
    registration = _fresh(event, registration)
    if registration.open_offer(at=at) is None:
        raise NoOpenOffer(registration)
    return cancel(registration, by=Registration.CancelledBy.PERSON, at=at)


def _fresh(event: Event, registration: Registration) -> Registration:
    """The registration as it is under the lock: whoever came before us may have changed it."""
    registration = event.registrations.select_related("person", "organisation").get(pk=registration.pk)
    registration.event = event
    return registration


def _live(event: Event, registration: Registration) -> Registration:
    registration = _fresh(event, registration)
    if not registration.is_live:
        raise NotRegistered(registration)
    return registration


# --- Settling ----------------------------------------------------------------------------------------------------


@transaction.atomic
def settle(event: Event, *, at: datetime | None = None) -> None:
    """Bring places and waiting list up to date: end what has passed, offer what is free to whoever waited longest."""
    event = lock(event)
    _settle(event, at or timezone.now())


def _settle(event: Event, at: datetime) -> _Counted:
    counted = _count(event, at)
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
        if waiting_list.may_offer(event, at=at) and free(event, at) != 0:
            due.add(event.pk)
    for event in Event.objects.filter(pk__in=due):
        settle(event, at=at)
    return len(due)
