"""What the host or a coordinator decides about one person. Every act leaves a decision, with its reason."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event

from .. import emails
from ..exceptions import AlreadyRegistered, NotCancelled, NotForApproval, NotWaiting, ReasonMissing, TooLate
from ..handing_over import may_hand_over
from ..models import Decision, Person, Registration
from ..unanswered import still_to_answer
from . import choosing, counting
from .seating import seat
from .settling import settled

State, Kind = Registration.State, Decision.Kind


@transaction.atomic
def approve(registration: Registration, *, by: User, text: str = "", at: datetime | None = None) -> Registration:
    """Give whoever waits for approval a place, or put them at the end of the line; `text` stands in the mail.

    Raises NotForApproval when it was decided, or cancelled, before.
    """
    event, registration, at = _for_approval(registration, at)
    registration.decisions.create(kind=Kind.APPROVED, reason=text, taken_by=by, taken_at=at)
    _seat(event, registration, at=at)
    emails.state(registration, note=text)
    return registration


@transaction.atomic
def reject(registration: Registration, *, by: User, text: str = "", at: datetime | None = None) -> Registration:
    """Tell whoever waits for approval that they get no place, and why. Raises NotForApproval as `approve` does."""
    _event, registration, at = _for_approval(registration, at)
    registration.decisions.create(kind=Kind.REJECTED, reason=text, taken_by=by, taken_at=at)
    registration.cancel(by=Registration.CancelledBy.HOST, reason=text, at=at)
    emails.rejected(registration)
    return registration


def _for_approval(registration: Registration, at: datetime | None) -> tuple[Event, Registration, datetime]:
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.fresh(event, registration)
    if registration.state != State.FOR_APPROVAL:
        raise NotForApproval(registration)
    return event, registration, at


def _seat(event: Event, registration: Registration, *, at: datetime) -> None:
    seat(registration, settled(event, at), at=at)
    choosing.give_free_choices(event, at=at, untold=registration)


@transaction.atomic
def restore(registration: Registration, *, by: User, reason: str, at: datetime | None = None) -> Registration:
    """Take a cancelled registration back: with a place if there is one, else at the end of the line.

    Raises NotCancelled, AlreadyRegistered where the person came back by themselves, and ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing(registration)
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.fresh(event, registration)
    if registration.is_live:
        raise NotCancelled(registration)
    if event.registrations.live().filter(person=registration.person).exists():
        raise AlreadyRegistered(registration)
    if registration.can_undo_cancelling(at=at):
        registration.undo_cancelling(at=at)
    else:
        counted = settled(event, at)
        registration.come_back()
        seat(registration, counted, at=at)
    choosing.give_free_choices(event, at=at, untold=registration)
    registration.decisions.create(kind=Kind.RESTORED, reason=reason, taken_by=by, taken_at=at)
    emails.state(registration)
    return registration


@transaction.atomic
def move_ahead(registration: Registration, *, by: User, reason: str, at: datetime | None = None) -> Registration:
    """Put somebody who waits at the front of their line. Raises NotWaiting and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(registration)
    event = counting.lock(registration.event)
    at = at or timezone.now()
    settled(event, at)
    registration = counting.fresh(event, registration)
    if not registration.is_waiting:
        raise NotWaiting(registration)
    registration.decisions.create(kind=Kind.MOVED_AHEAD, reason=reason, taken_by=by, taken_at=at)
    registration.move_ahead(at=at)
    return registration


@transaction.atomic
def hand_over(
    registration: Registration,
    *,
    name: str,
    email: str,
    organisation_name: str,
    country: str,
    by: User | None = None,
    reason: str = "",
    because: dict[str, str] | None = None,
    at: datetime | None = None,
    **details: Any,
) -> Registration:
    """Let somebody else have what a registration has: seat or place in the line, delegation, mode and choices.

    Return the registration of the new person; the old one is cancelled, and both are told. Whoever waited for a place
    of their own leaves the line for this one. `details` are other fields of Registration, `by` is None where the person
    does it. Raises NotRegistered for a cancelled registration, AlreadyRegistered where the new person has a place, and
    TooLate: from the start on for everybody, and earlier for the person, see `may_hand_over`.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    settled(event, at)
    registration = counting.live(event, registration)
    if not (registration.can_be_given_up(at=at) if by else may_hand_over(registration, at=at)):
        raise TooLate(registration)
    person = Person.objects.recognised(event.project, email=email, name=name)
    earlier = list(event.registrations.filter(person=person))
    if any(their.pk == registration.pk or their.has_seat for their in earlier):
        raise AlreadyRegistered(registration)
    new = Registration(
        event=event,
        person=person,
        name=name,
        email=email,
        organisation_name=organisation_name,
        country=country,
        state=registration.state,
        mode=registration.mode,
        delegation=registration.delegation,
        takes_over_from=registration,
        joined_at=registration.joined_at,
        moved_ahead_at=registration.moved_ahead_at,
        confirmed_at=at if registration.is_confirmed else None,
        invitation_revision=max((their.invitation_revision + 1 for their in earlier), default=0),
        **{"language": registration.language, "participant_kind": registration.participant_kind, **details},
    )
    for their in earlier:
        if their.is_live:
            their.event = event
            their.cancel(by=Registration.CancelledBy.PERSON, at=at)
    new.save()
    registration.offers.filter(outcome="").update(registration=new)
    registration.choices.update(registration=new)
    registration.cancel(
        by=Registration.CancelledBy.HOST if by else Registration.CancelledBy.PERSON,
        reason=reason,
        because=because,
        at=at,
    )
    registration.release_seat()
    for either in (registration, new):
        either.decisions.create(kind=Kind.SWAPPED, reason=reason, because=because or {}, taken_by=by, taken_at=at)
    emails.handed_over(registration, to_whom=new.name)
    emails.state(new, to_answer=still_to_answer(new, language=new.language, at=at))
    settled(event, at)
    return new
