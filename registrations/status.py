"""How a registration stands, in the words that every page and mail uses for it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from events.times import instant_in_words

from .models import AttendanceRecord, Decision, Offer, Registration

State = Registration.State


@dataclass(frozen=True, slots=True)
class Status:
    """`word` is for tags and tables, `sentence` for the person; `tone` is ok, info, warn or plain."""

    word: str
    sentence: str
    tone: str


def status_of(registration: Registration, *, at: datetime | None = None) -> Status:
    """Return how a registration stands at an instant (default: now)."""
    event = registration.event
    match registration.state:
        case State.CONFIRMED if _attended(registration, at):
            return Status(gettext("Attended"), gettext("You were there."), "ok")
        case State.CONFIRMED:
            return Status(gettext("Confirmed"), gettext("Your place is confirmed."), "ok")
        case State.FOR_APPROVAL:
            return Status(
                gettext("Waiting for approval"),
                gettext("The host looks at your registration. You get a mail when it is decided."),
                "info",
            )
        case State.WAITING:
            place = registration.place_in_line or 1
            word = gettext("On the waiting list, place %(place)s") % {"place": place}
            return Status(word, place_in_words(place), "info")
        case State.OFFERED if offer := registration.open_offer(at=at):
            until = instant_in_words(offer.expires_at, event)
            word = gettext("Place offered until %(until)s")
            short = instant_in_words(offer.expires_at, event, short=True)
            sentence = gettext("A place is held for you. Accept it until %(until)s.")
            return Status(word % {"until": short}, sentence % {"until": until}, "warn")
        case State.OFFERED:
            return Status(gettext("Offer ended"), _offer_ended(), "plain")
    if registration.was_followed_by_another():
        sentence = gettext("You registered again after this was cancelled. The link to that is in your newer mail.")
        return Status(registration.get_state_display(), sentence, "info")
    if successor := registration.handed_to.first():
        return Status(gettext("Handed over"), _handed_over(registration, to_whom=successor.name), "plain")
    if registration.cancelled_by == Registration.CancelledBy.PERSON:
        return Status(gettext("Cancelled by you"), gettext("You gave your place back."), "plain")
    if _last_offer_expired(registration):
        return Status(gettext("Offer ended"), _offer_ended(), "plain")
    if _was_rejected(registration):
        sentence = gettext("The host could not give you a place.")
        if registration.why_cancelled:
            reason = {"reason": registration.why_cancelled}
            sentence = gettext("The host could not give you a place. Reason: %(reason)s") % reason
        return Status(gettext("No place"), sentence, "plain")
    sentence = gettext("The host cancelled your registration.")
    if registration.why_cancelled:
        reason = {"reason": registration.why_cancelled}
        sentence = gettext("The host cancelled your registration. Reason: %(reason)s") % reason
    return Status(gettext("Cancelled by the host"), sentence, "plain")


def place_in_words(place: int) -> str:
    """Return a place on the waiting list as a sentence: “You are third on the list.”"""
    sentences = {
        1: gettext("You are first on the list."),
        2: gettext("You are second on the list."),
        3: gettext("You are third on the list."),
        4: gettext("You are fourth on the list."),
        5: gettext("You are fifth on the list."),
    }
    return sentences.get(place) or gettext("You are on the list at place %(place)s.") % {"place": place}


def _attended(registration: Registration, at: datetime | None) -> bool:
    return (
        registration.event.is_over(at=at)
        and AttendanceRecord.objects.filter(registration=registration).present().exists()
    )


def _handed_over(registration: Registration, *, to_whom: str) -> str:
    if registration.cancelled_by == Registration.CancelledBy.PERSON:
        return gettext("You gave your place to %(name)s.") % {"name": to_whom}
    said = gettext("%(name)s has your place now. %(reason)s") % {"name": to_whom, "reason": registration.why_cancelled}
    return said.strip()


def _was_rejected(registration: Registration) -> bool:
    last = registration.decisions.last()
    return last is not None and last.kind == Decision.Kind.REJECTED


def _last_offer_expired(registration: Registration) -> bool:
    last = registration.offers.last()
    return last is not None and last.outcome == Offer.Outcome.EXPIRED


def _offer_ended() -> str:
    return gettext("The place that was held for you was not taken in time. You have left the waiting list.")
