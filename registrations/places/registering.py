"""Getting a place, or one on the waiting list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event, Session

from .. import emails, wording
from ..approval import Approval, approval_of, needs_approval
from ..asking import NOTHING, Asking
from ..compiled import Compiled, add
from ..exceptions import InvitationClosed, NoFreePlace, RegistrationClosed
from ..models import Because, Consent, Decision, Delegation, Invitation, Option, Person, Registration
from ..models.registrations import new_code, new_number
from ..unanswered import unanswered
from . import choosing, counting
from .changing import assign
from .counting import Counted, mode_at
from .seating import seat
from .settling import settled

State = Registration.State

# What the mail of somebody who gets a seat does not tell.
_NOT_IN_THE_MAIL = ("sessions", "options", "invitation", "is_approved", "by")

_OF_PERSON = Compiled(
    lambda event, person: Registration.objects.filter(event=event, person=person).order_by("pk"), "event", "person"
)


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
    """A seat as most people get it, with the code of its link, the number of its ticket, and the confirming mail."""

    code: str
    ticket_number: str
    event_changed_at: datetime
    waits_for: list[Session | Option]
    mail: emails.Written


def expected(
    event: Event,
    *,
    counted: Counted | None = None,
    waits_for: Iterable[Session | Option] = (),
    not_asked_yet: Asking = NOTHING,
    at: datetime | None = None,
    **answers: Any,
) -> Expected | None:
    """Write the mail of a registration before the lock is taken, as if the person were new; None where no seat is free.

    What is done under the lock keeps everybody else waiting, and the mail is most of it. `answers` are those of
    `register`, which writes another mail if things come out differently, and `waits_for` is what of their choices seems
    to be full. One query where there is a limit, none where the caller has `counted`.
    """
    at = at or timezone.now()
    for name in _NOT_IN_THE_MAIL:
        answers.pop(name, None)
    answers["mode"] = mode = mode_at(event, answers.get("mode"))
    # Whatever the mail will be, under the lock it need not be asked for.
    wording.read(event)
    delegation = answers.get("delegation")
    if delegation or counting.has_limit(event, mode):
        counted = counted or counting.count(event, at)
        if not counted.has_place_for_a_newcomer(counted.line(mode, delegation.pk if delegation else None)):
            return None
    registration = Registration(event=event, state=State.CONFIRMED, joined_at=at, confirmed_at=at, **answers)
    full = list(waits_for)
    to_answer = unanswered(registration, not_asked_yet, language=registration.language)
    mail = emails.confirmation(registration, waits_for=full, to_answer=to_answer)
    return Expected(registration.code, registration.ticket_number, event.changed_at, full, mail)


def register_in_transaction(
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
    sessions: Iterable[Session] = (),
    options: Iterable[Option] = (),
    delegation: Delegation | None = None,
    invitation: Invitation | None = None,
    participant_kind: str = Registration.ParticipantKind.PARTICIPANT,
    is_approved: bool = False,
    by: User | None = None,
    not_asked_yet: Asking = NOTHING,
    choices_fit: bool = False,
    at_the_door: bool = False,
    over_limit: bool = False,
    **details: Any,
) -> Registered:
    """Register one person: for a place, or in its line when all are taken or somebody waits, or for approval.

    In the transaction of the caller, who rolls it back when this raises; `register` opens one.

    Whoever is registered already under this address and name stays as they are and gets their link by mail again.
    `details` are other fields of Registration (`organisation`, `phone`, `language`, `mode`); `consents` are unsaved.
    `opened_at` says when the form was opened: the same answers since then are the same act, sent twice.
    `expected` is what `expected()` wrote for the same answers. `sessions` and `options` are what is picked; whether
    the rules of choice groups are kept is looked at only if something is, and not again if they fitted a moment ago
    (`choices_fit`). `delegation`: they get one of its seats, or
    wait in its line. `is_approved`: the host was asked before. `by`: the organiser or coordinator who does it for them,
    who may do so until the event is over; `not_asked_yet` is what the event asks of somebody for whom nobody answered.
    `at_the_door`: they came without being registered, maybe some time ago, and
    are put on no list; `over_limit`: the host lets them in although it is full. Raises NoFreePlace at the door,
    RegistrationClosed, InvitationClosed, ChoicesClash and ChoicesDoNotFit.
    """
    event = counting.lock(event)
    # The clock is read under the lock, so that the order of arrival is the order of the queue.
    at = at or timezone.now()
    may_come = event.takes_registrations(at=at) or (by and _may_still_be_added_to(event, at))
    # What a phone without network kept may arrive when the event is over.
    if not (may_come or (at_the_door and event.status in (Event.Status.ANNOUNCED, Event.Status.HELD))):
        raise RegistrationClosed(event)
    consents, sessions, options = list(consents), list(sessions), list(options)
    counted = settled(event, at, with_choices=bool(sessions or options))
    answers = {"name": name, "email": email, "organisation_name": organisation_name, "country": country, **details}
    answers["mode"] = mode_at(event, answers.get("mode"))
    if sessions and not choices_fit:
        choosing.check_choices(event, sessions, mode=answers["mode"])

    recognised = Person.objects.recognised_with_past(event.project, email=email, name=name)
    person = recognised.person
    mine = _OF_PERSON.rows(event=event.pk, person=person.pk) if recognised.may_be_registered else []
    for registration in mine:
        registration.event, registration.person = event, person
    # Whoever cancelled minutes ago and comes back gets the seat that is held for them.
    held = next((registration for registration in mine if registration.can_undo_cancelling(at=at)), None)
    of_delegation = delegation.pk if delegation else None
    has_place = counted.has_place_for_a_newcomer(counted.line(answers["mode"], of_delegation))
    asks = not is_approved and approval_of(event) != Approval.NONE
    for_anybody = has_place and not asks
    if existing := next((registration for registration in mine if registration.is_live), None):
        if opened_at and existing.joined_at >= opened_at and existing.has_answers(answers):
            return Registered(existing, is_new=False, is_own=True, has_place=existing.has_seat)
        if delegation and by:
            _name_for(delegation, existing, counted, by=by, at=at)
        elif not by and not at_the_door:
            emails.link(existing, at=at)
        _answer(invitation, existing, at=at)
        return Registered(existing, is_new=False, is_own=False, has_place=for_anybody)

    if invitation and not _fresh(invitation).may_be_used(at=at):
        # Two people with one link: the second one comes too late.
        raise InvitationClosed(invitation)
    registration = Registration(
        event=event,
        person=person,
        code=expected.code if expected else new_code(),
        ticket_number=expected.ticket_number if expected else new_number(),
        joined_at=at,
        # Calendars take the invitation of whoever comes back only if it is newer than what took the old one back.
        invitation_revision=max((earlier.invitation_revision + 1 for earlier in mine), default=0),
        delegation_id=held.delegation_id if held and not delegation else of_delegation,
        participant_kind=participant_kind,
        **answers,
    )
    if delegation:
        # The one at hand: the mail says whose it is, and looking that up again would cost a query.
        registration.delegation = delegation
    takes_held_seat = held is not None and counted.line_of(held) == counted.line_of(registration)
    if held:
        held.release_seat()
        if not takes_held_seat:
            # It goes to whoever waits for it; if nobody does, it may be what makes room for this one.
            counted = settled(event, at)
    if takes_held_seat:
        registration.confirm(at=at)
    elif at_the_door:
        if not (has_place or over_limit):
            raise NoFreePlace(event)
        registration.confirm(at=at)
    elif asks and needs_approval(event, email):
        registration.put_up_for_approval()
    else:
        seat(registration, counted, at=at)
    if held:
        if not registration.is_confirmed:
            choosing.let_go(held.choices.all())
        held.choices.update(registration=registration)
    waits_for: list[Session | Option] = []
    if held:
        choosing.pick(registration, sessions, options, before=registration.choices.all(), at=at)
        if registration.is_confirmed:
            waits_for = choosing.waited_for(registration, sessions, options)
    elif sessions or options:
        waits_for = choosing.pick_first(registration, sessions, options, counted, at=at)
    if by or at_the_door:
        add(
            Decision(
                registration=registration,
                kind=Decision.Kind.NAMED if delegation else Decision.Kind.ADDED,
                because=(Because.AT_THE_DOOR if has_place else Because.OVER_THE_LIMIT).of() if at_the_door else {},
                taken_by=by,
                taken_at=at,
            )
        )
    _answer(invitation, registration, at=at)
    for consent in consents:
        consent.registration, consent.given_at = registration, at
    add(*consents)
    # Whoever was here before gets a newer invitation, and of an event that changed meanwhile other things are said.
    # The mail says for which session they wait.
    is_new = not registration.invitation_revision
    fits = is_new and expected and (expected.event_changed_at, expected.waits_for) == (event.changed_at, waits_for)
    if not (at_the_door and event.is_over(at=at)):
        place = counted.place_at_the_end(counted.line_of(registration))
        written = expected.mail if expected and fits else None
        to_answer = unanswered(registration, not_asked_yet, language=registration.language)
        emails.state(registration, written=written, place=place, waits_for=waits_for, to_answer=to_answer)
    return Registered(registration, is_new=True, is_own=True, has_place=for_anybody)


@transaction.atomic
def register(event: Event, **answers: Any) -> Registered:
    """Register one person, in a transaction of its own: see `register_in_transaction` for what it takes and raises."""
    return register_in_transaction(event, **answers)


def _fresh(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_related("registration").get(pk=invitation.pk)


def _answer(invitation: Invitation | None, registration: Registration, *, at: datetime) -> None:
    """Note that somebody is registered by their invitation; one that is answered, or over, stays as it is."""
    if invitation is None or not _fresh(invitation).may_be_used(at=at):
        return
    # Who was invited twice answers the first of them.
    if not Invitation.objects.filter(registration=registration).exists():
        invitation.note_registered(registration)


def _may_still_be_added_to(event: Event, at: datetime) -> bool:
    return event.status == Event.Status.ANNOUNCED and not event.is_over(at=at)


def _name_for(delegation: Delegation, registration: Registration, counted: Counted, *, by: User, at: datetime) -> None:
    """Let somebody who registered by themselves be of a delegation: its seats are used for them, if any is free."""
    line = counted.line(registration.mode, delegation.pk)
    if registration.delegation_id is not None or not counted.has_place_for_a_newcomer(line):
        return
    registration.delegation = delegation
    registration.decisions.create(kind=Decision.Kind.NAMED, taken_by=by, taken_at=at)
    if registration.is_waiting:
        registration.confirm(at=at)
        choosing.give_free_choices(registration.event, at=at, untold=registration)
        emails.state(registration)
    else:
        # They keep the place that they have. It becomes one of the delegation's seats, which frees another one.
        registration.save()
        emails.named(registration, at=at)
    settled(registration.event, at)


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
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.live(event, registration)
    had_place = registration.has_seat
    others = event.registrations.live().of_person(email=answers["email"], name=answers["name"])
    if other := others.exclude(pk=registration.pk).first():
        registration.cancel(by=Registration.CancelledBy.PERSON, at=at)
        registration.release_seat()
        choosing.let_go(registration.choices.all())
        settled(event, at)
        choosing.give_free_choices(event, at=at)
        emails.link(other, at=at)
        return Registered(other, is_new=False, is_own=False, has_place=had_place)
    is_new_address = answers["email"].casefold() != registration.email.casefold()
    if is_new_address:
        registration.code = new_code()
    assign(event, registration, answers, at=at)
    _correct_consents(registration, consents, at=at)
    if is_new_address:
        _look_at_approval_again(event, registration, at=at)
        emails.state(registration)
    return Registered(registration, is_new=False, is_own=True, has_place=registration.has_seat)


def _look_at_approval_again(event: Event, registration: Registration, *, at: datetime) -> None:
    """Ask the host, or no longer, now that the address is another one: it decides where members of groups are let in.

    Whoever was invited, named, added or approved was looked at already.
    """
    if approval_of(event) != Approval.UNLESS_MEMBER:
        return
    decisions = registration.decisions.exclude(kind=Decision.Kind.PASSED_OVER)
    invited = Invitation.objects.filter(registration=registration)
    if registration.delegation_id is not None or decisions.exists() or invited.exists():
        return
    is_asked = registration.state == State.FOR_APPROVAL
    if needs_approval(event, registration.email) == is_asked:
        return
    if is_asked:
        seat(registration, settled(event, at), at=at)
    else:
        registration.put_up_for_approval(at=at)
        choosing.let_go(registration.choices.all())
        settled(event, at)
    choosing.give_free_choices(event, at=at, untold=registration)


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
