"""Inviting people to an event: the personal links, what becomes of them, and the mails that carry them.

An invitation lets one person register. It holds no place: docs/decisions/registration-in-depth.md. What is called an
invitation in calendars is in calendar_mail.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import outbox
from accounts.letters import absolute_url, harmless, render_letter
from accounts.models import Mail
from accounts.periodic import every
from events.models import Event
from events.times import instant_in_words, when_in_words
from events.where import where_in_words
from projects.search import fold

from . import wording
from .emails import event_in_short, in_their_words
from .exceptions import InvitationClosed
from .models import Invitation, Registration
from .places import availability, lock

# Who did not answer is reminded once by itself: this long before the answer is due.
REMINDED_BEFORE_EXPIRY = timedelta(days=3)
REMINDED_BEFORE_CLOSING = timedelta(days=7)
# Whoever was written to more recently is not reminded: two mails in a day are one too many.
WRITTEN_TO_RECENTLY = timedelta(days=1)
# Few enough that a transaction takes a moment only.
CHUNK = 50


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom to invite. `note` is the personal one, `language` that of the mail."""

    name: str
    email: str
    organisation_name: str = ""
    participant_kind: str = Registration.ParticipantKind.PARTICIPANT
    language: str = "en"
    note: str = ""


def known(event: Event) -> dict[tuple[str, str], str]:
    """Return whom nobody needs to invite any more, as a sentence for each (address, name), both folded."""
    found = {_key(*one): gettext("Is invited already. See the list of invitations.") for one in _invited(event)}
    registered = event.registrations.live().values_list("email", "name")
    return found | {_key(*one): gettext("Is registered already.") for one in registered}


def _invited(event: Event) -> Iterable[tuple[str, str]]:
    return event.invitations.values_list("email", "name")


def _key(email: str, name: str) -> tuple[str, str]:
    return email.casefold(), fold(name)


def key_of(invitee: Invitee) -> tuple[str, str]:
    return _key(invitee.email, invitee.name)


@transaction.atomic
def invite(
    event: Event,
    invitees: Iterable[Invitee],
    *,
    by=None,
    expires_at: datetime | None = None,
    sends: bool = True,
    at: datetime | None = None,
) -> list[Invitation]:
    """Invite people, and write the mails with their links unless `sends` is False; return the new invitations.

    Whoever is invited or registered under the same address and name is left as they are.
    """
    event = lock(event)
    at = at or timezone.now()
    there = known(event)
    made = []
    for invitee in invitees:
        if key_of(invitee) in there:
            continue
        there[key_of(invitee)] = ""
        invitation = Invitation.objects.create(
            event=event,
            name=invitee.name,
            email=invitee.email,
            organisation_name=invitee.organisation_name,
            participant_kind=invitee.participant_kind,
            language=invitee.language,
            note=invitee.note,
            expires_at=expires_at,
            made_at=at,
            made_by=by,
        )
        if sends:
            _send(invitation, at=at)
        made.append(invitation)
    return made


@transaction.atomic
def send(invitation: Invitation, *, at: datetime | None = None) -> Invitation:
    """Write the mail with the link, again if it was sent before; one that was withdrawn or declined is open again.

    Raises InvitationClosed when somebody is registered by it, or its time is over.
    """
    invitation = _fresh(invitation)
    at = at or timezone.now()
    if not invitation.may_be_sent(at=at):
        raise InvitationClosed(invitation)
    invitation.reopen()
    _send(invitation, at=at)
    return invitation


@transaction.atomic
def send_all(event: Event, *, at: datetime | None = None) -> int:
    """Write the mails of all invitations that were not sent yet; return how many."""
    event = lock(event)
    at = at or timezone.now()
    waiting = list(event.invitations.open(at=at).filter(sent_at__isnull=True))
    for invitation in waiting:
        invitation.event = event
        _send(invitation, at=at)
    return len(waiting)


@transaction.atomic
def withdraw(invitation: Invitation, *, at: datetime | None = None) -> Invitation:
    """Let the link open nothing any more. Raises InvitationClosed when somebody is registered by it."""
    invitation = _fresh(invitation)
    if invitation.is_in_use:
        raise InvitationClosed(invitation)
    invitation.withdraw(at=at)
    return invitation


@transaction.atomic
def decline(invitation: Invitation, *, reason: str = "", at: datetime | None = None) -> Invitation:
    """Note that the person does not come; a second time changes the reason only. Raises InvitationClosed."""
    invitation = _fresh(invitation)
    if invitation.is_in_use or not invitation.may_be_used(at=at):
        raise InvitationClosed(invitation)
    invitation.decline(reason=reason, at=at)
    return invitation


def remind(event: Event, *, at: datetime | None = None) -> int:
    """Write once more to all who did not answer, those aside who got a mail within a day; return how many."""
    at = at or timezone.now()
    recently = Q(sent_at__gt=at - WRITTEN_TO_RECENTLY) | Q(reminded_at__gt=at - WRITTEN_TO_RECENTLY)
    return _remind(event, ~recently, at=at)


@every(minutes=60)
def remind_before_it_is_too_late(*, at: datetime | None = None) -> int:
    """Remind once who did not answer and soon cannot: the invitation expires, or registration closes."""
    at = at or timezone.now()
    never = Q(reminded_at__isnull=True, sent_at__lte=at - WRITTEN_TO_RECENTLY)
    expiring = Q(expires_at__lte=at + REMINDED_BEFORE_EXPIRY)
    events = Event.objects.filter(
        status=Event.Status.ANNOUNCED, pk__in=Invitation.objects.unanswered(at=at).values("event")
    )
    written = 0
    for event in events:
        if not availability(event, at=at).is_open:
            continue
        closes = event.registration_closes
        is_closing = closes is not None and closes <= at + REMINDED_BEFORE_CLOSING
        written += _remind(event, never if is_closing else never & expiring, at=at)
    return written


def _remind(event: Event, condition: Q, *, at: datetime) -> int:
    written = 0
    while chunk := _remind_some(event, condition, at=at):
        written += chunk
    return written


@transaction.atomic
def _remind_some(event: Event, condition: Q, *, at: datetime) -> int:
    event = lock(event)
    # Two processes may be here at a time; the second one finds what the first one noted.
    chunk = list(event.invitations.unanswered(at=at).filter(condition).order_by("pk")[:CHUNK])
    for invitation in chunk:
        invitation.event = event
        _write("invitation_reminder", invitation, at=at)
    Invitation.objects.filter(pk__in=[invitation.pk for invitation in chunk]).update(reminded_at=at)
    return len(chunk)


def _fresh(invitation: Invitation) -> Invitation:
    """The invitation as it is under the lock of its event: whoever came before us may have answered it."""
    event = lock(invitation.event)
    invitation = event.invitations.select_related("registration").get(pk=invitation.pk)
    invitation.event = event
    return invitation


# --- Mails -------------------------------------------------------------------------------------------------------


def about(invitation: Invitation) -> str:
    """Return what Mail.about says of the mails of an invitation."""
    return f"invitation:{invitation.pk}"


def came_back(invitations: Iterable[Invitation]) -> dict[int, str]:
    """Return why the mails of invitations came back, by their keys; none of those whose mails did not. One query."""
    mails = Mail.objects.filter(about__in=[about(invitation) for invitation in invitations])
    refused = mails.filter(Q(bounced_at__isnull=False) | Q(state=Mail.State.FAILED)).order_by("created_at")
    return {int(mail.about.removeprefix("invitation:")): mail.bounce or mail.last_error for mail in refused}


def _send(invitation: Invitation, *, at: datetime) -> None:
    _write("invitation", invitation, at=at)
    invitation.note_sent(at=at)


def _write(name: str, invitation: Invitation, *, at: datetime) -> None:
    context = _context(invitation)
    if worded := wording.of(invitation.event, name, invitation.language):
        personal = {"name": context["name"] or invitation.email, "link": context["invitation_url"]}
        context |= in_their_words(worded, context, invitation.event, **personal)
    letter = render_letter(name, context, language=invitation.language)
    outbox.write(
        key=f"{name}:{invitation.pk}:{at.timestamp()}",
        to=invitation.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=invitation.language,
        reply_to=invitation.event.contact_email,
        about=about(invitation),
    )


def _context(invitation: Invitation) -> dict[str, Any]:
    event, language = invitation.event, invitation.language
    with translation.override(language):
        title = event.in_language("title", language).text
        facts = [(gettext("When"), when_in_words(event)), (gettext("Where"), where_in_words(event))]
        if event.bring:
            facts.append((gettext("Bring"), event.bring))
        in_short = event_in_short(title, event.plan)
        until = invitation.expires_at or event.registration_closes
        until_in_words = instant_in_words(until, event, language) if until else ""
        comes_as = ""
        if invitation.participant_kind != Registration.ParticipantKind.PARTICIPANT:
            comes_as = str(invitation.get_participant_kind_display())
    return {
        "project": event.project.acronym,
        "title": title,
        "facts": facts,
        "event_in_short": in_short,
        "contact_email": event.contact,
        "name": harmless(invitation.name),
        "note": invitation.note,
        "comes_as": comes_as,
        "until": until_in_words,
        "invitation_url": absolute_url("registrations:invitation", invitation.code, language=language),
        "decline_url": absolute_url("registrations:decline_invitation", invitation.code, language=language),
    }
