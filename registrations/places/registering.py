"""Getting a place, or one on the waiting list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from events.models import Event

from .. import emails
from ..compiled import Compiled
from ..exceptions import RegistrationClosed
from ..models import Consent, Person, Registration
from ..models.registrations import new_code
from . import counting
from .changing import assign
from .counting import mode_at, needs_no_place
from .settling import settled

State = Registration.State

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
    event = counting.lock(event)
    # The clock is read under the lock, so that the order of arrival is the order of the queue.
    at = at or timezone.now()
    if not event.takes_registrations(at=at):
        raise RegistrationClosed(event)
    counted = settled(event, at)
    answers = {"name": name, "email": email, "organisation_name": organisation_name, "country": country, **details}
    consents = list(consents)
    answers["mode"] = mode_at(event, answers.get("mode"))
    has_place = needs_no_place(event, answers["mode"]) or counted.has_place_for_a_newcomer(event)

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
    keeps_seat = held is not None and not needs_no_place(event, held.mode)
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
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.live(event, registration)
    had_place = registration.state != State.WAITING
    others = event.registrations.live().of_person(email=answers["email"], name=answers["name"])
    if other := others.exclude(pk=registration.pk).first():
        registration.cancel(by=Registration.CancelledBy.PERSON, at=at)
        registration.release_seat()
        settled(event, at)
        emails.link(other, at=at)
        return Registered(other, is_new=False, is_own=False, has_place=had_place)
    is_new_address = answers["email"].casefold() != registration.email.casefold()
    if is_new_address:
        registration.code = new_code()
    assign(event, registration, answers, at=at)
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
