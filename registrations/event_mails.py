"""The mails of an event as its organisers see them: which left, which wait, which did not leave or came back."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import outbox, suppression
from accounts.models import Mail
from events.models import Event
from events.times import instant_in_words

from .emails import about
from .models import Interest, Invitation, Registration

PAGE_SIZE = 25
FAILED, CAME_BACK, WAITING, SENT = "failed", "came_back", "waiting", "sent"
_OF_STATE = {
    FAILED: Q(state=Mail.State.FAILED),
    CAME_BACK: ~Q(state=Mail.State.FAILED) & Q(bounced_at__isnull=False),
    WAITING: Q(state__in=(Mail.State.WAITING, Mail.State.SENDING), bounced_at=None),
    SENT: Q(state=Mail.State.SENT, bounced_at=None),
}
_WORDS = {FAILED: _("Not sent"), CAME_BACK: _("Came back"), WAITING: _("Waiting"), SENT: _("Sent")}
_TONES = {FAILED: "error", CAME_BACK: "error", WAITING: "info", SENT: "ok"}


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many mails are in a state, and the address of the list of them."""

    word: str
    number: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One mail: how it stands as a word with a tone, and why in a sentence, "" where there is nothing to say.

    `registration` is the key of the registration that it is about; None for mails to others.
    """

    mail: Mail
    word: str
    tone: str
    why: str
    can_be_tried_again: bool
    registration: int | None


def mails_of(event: Event) -> QuerySet[Mail]:
    """Return the mails about registrations of an event, invitations to it and its interest list.

    Those that need somebody come first: not sent, then come back, then the others, the newest first.
    """
    about_event = Q()
    for prefix, model in (("registration", Registration), ("invitation", Invitation), ("interest", Interest)):
        of_event = model._default_manager.filter(event=event).order_by()
        key = Concat(Value(f"{prefix}:"), Cast("pk", CharField()), output_field=CharField())
        about_event |= Q(about__in=of_event.annotate(mail_about=key).values("mail_about"))
    urgent = Case(
        When(_OF_STATE[FAILED], then=0), When(_OF_STATE[CAME_BACK], then=1), default=2, output_field=IntegerField()
    )
    return Mail.objects.filter(about_event).defer("text", "html", "attachments").order_by(urgent, "-created_at", "-pk")


def in_state(mails: QuerySet[Mail], state: str) -> QuerySet[Mail]:
    """Keep the mails in one of the four states; all of them where there is no such state."""
    return mails.filter(_OF_STATE[state]) if state in _OF_STATE else mails


def counts(event: Event, chosen: str) -> list[StateCount]:
    """Count the mails of an event by state. One query."""
    numbers = mails_of(event).order_by().aggregate(**{state: Count("pk", filter=q) for state, q in _OF_STATE.items()})
    return [
        StateCount(str(_WORDS[state]), numbers[state], "?" + urlencode({"state": state}), state == chosen)
        for state in _OF_STATE
    ]


def rows(event: Event, mails: Iterable[Mail]) -> list[Row]:
    """Return mails as rows of the list. One query, for the addresses that get nothing more."""
    mails = list(mails)
    refused = suppression.suppressed(mail.to for mail in mails)
    return [_row(event, mail, refused.get(mail.to.casefold())) for mail in mails]


def _row(event: Event, mail: Mail, refused: str | None) -> Row:
    state = _state(mail)
    may_leave = mail.state == Mail.State.FAILED and refused is None
    what, _colon, key = mail.about.partition(":")
    return Row(
        mail,
        str(_WORDS[state]),
        _TONES[state],
        _why(event, mail, state, refused),
        may_leave,
        int(key) if what == "registration" else None,
    )


def _state(mail: Mail) -> str:
    if mail.state == Mail.State.FAILED:
        return FAILED
    if mail.bounced_at is not None:
        return CAME_BACK
    return SENT if mail.state == Mail.State.SENT else WAITING


def _why(event: Event, mail: Mail, state: str, refused: str | None) -> str:
    if refused is not None and state in (FAILED, CAME_BACK):
        words = gettext(
            "Nothing more is sent to this address: its server said “%(reason)s”. Ask the person for another one."
        )
        return words % {"reason": refused}
    if state == CAME_BACK:
        return gettext("The server of this address gave it back: “%(reason)s”.") % {"reason": mail.bounce}
    if state == FAILED:
        tried = ngettext(
            "Given up after %(count)s try: “%(error)s”.", "Given up after %(count)s tries: “%(error)s”.", mail.attempts
        )
        return tried % {"count": mail.attempts, "error": mail.last_error}
    if state == WAITING and mail.last_error:
        words = gettext("The mail server did not take it yet: “%(error)s”. It is tried again on %(when)s.")
        return words % {"error": mail.last_error, "when": instant_in_words(mail.next_try_at, event)}
    return ""


@dataclass(frozen=True, slots=True)
class PersonsMail:
    """One mail to a person. `may_go_again`: it did not arrive, and they have another address by now.

    `went_again_to` is the address to which it was sent once more, “” for none.
    """

    row: Row
    may_go_again: bool
    went_again_to: str


def mails_to(registration: Registration) -> list[PersonsMail]:
    """Return the mails about one registration, the oldest first. Two queries."""
    mails = Mail.objects.filter(about=about(registration)).defer("html", "attachments").order_by("created_at", "pk")
    found = rows(registration.event, mails)
    return [_persons_mail(registration, row, [one.mail for one in found]) for row in found]


def _persons_mail(registration: Registration, row: Row, mails: Iterable[Mail]) -> PersonsMail:
    mail = row.mail
    copies = [one.to for one in mails if one.key.startswith(outbox.again_key(mail))]
    has_other_address = mail.to.casefold() != registration.email.casefold()
    # What was meant for the old address is no news at the new one.
    did_not_arrive = _state(mail) in (FAILED, CAME_BACK) and not mail.key.startswith("address_changed:")
    # Whoever corrected their address at once got another link, so that in an older mail opens nothing.
    has_link = registration.code in mail.text
    is_there = registration.email.casefold() in (to.casefold() for to in copies)
    may_go_again = did_not_arrive and has_link and has_other_address and not is_there
    return PersonsMail(row, may_go_again, copies[-1] if copies else "")


def send_to_new_address(registration: Registration, pk: int) -> Mail | None:
    """Send a mail that did not arrive once more, to the address that the person has now; None where there is none."""
    wanted = next((one.row.mail for one in mails_to(registration) if one.row.mail.pk == pk and one.may_go_again), None)
    return outbox.write_again(wanted, to=registration.email) if wanted else None


def try_again(event: Event, pk: int | None = None) -> int:
    """Give mails of an event that could not be sent all their tries anew, one or all; return how many.

    What goes to an address that gets nothing more stays as it is.
    """
    failed = in_state(mails_of(event), FAILED).order_by()
    if pk is not None:
        failed = failed.filter(pk=pk)
    found = {mail.pk: mail.to for mail in failed.only("pk", "to")}
    refused = suppression.suppressed(found.values())
    wanted = [number for number, to in found.items() if to.casefold() not in refused]
    return outbox.queue_again(Mail.objects.filter(pk__in=wanted)) if wanted else 0
