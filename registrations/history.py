"""What happened to one registration, in order and with its reasons: why somebody has a place, waits, or is fifth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from events.times import instant_in_words

from .models import Decision, Offer, Registration


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, why (“” where no reason was given) and by whom (“” for a rule)."""

    at: datetime
    what: str
    why: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Somebody who is before a person in their line. `why` says why, where it is not the order of arrival."""

    registration: Registration
    why: str = ""


def history_of(registration: Registration) -> list[Step]:
    """Return what happened, oldest first. Four queries."""
    # Two things of one moment stand in the order in which they follow from each other.
    return sorted(_steps(registration), key=lambda step: step.at)


def _steps(registration: Registration) -> Iterator[Step]:
    if (earlier := registration.takes_over_from) is not None:
        words = gettext("Took the place over from %(name)s") % {"name": earlier.name}
        yield Step(registration.joined_at, words)
    else:
        yield Step(registration.joined_at, gettext("Registered"))
    for decision in registration.decisions.select_related("taken_by"):
        by = str(decision.taken_by) if decision.taken_by else ""
        yield Step(decision.taken_at, decision.get_kind_display(), decision.why, by)
    for offer in registration.offers.all():
        until = instant_in_words(offer.expires_at, registration.event)
        yield Step(offer.made_at, gettext("A place was offered until %(until)s") % {"until": until})
        if offer.closed_at is not None:
            yield Step(offer.closed_at, _offer_in_words(offer))
    # What was decided about it is among the decisions.
    for request in registration.change_requests.all():
        yield Step(request.asked_at, gettext("Asked for a change"))
    if registration.cancelled_at is not None and registration.cancelled_by == Registration.CancelledBy.PERSON:
        yield Step(registration.cancelled_at, gettext("Cancelled by the person"), registration.why_cancelled)


def _offer_in_words(offer: Offer) -> str:
    return {
        Offer.Outcome.ACCEPTED: gettext("The offer was accepted"),
        Offer.Outcome.DECLINED: gettext("The offer was declined"),
        Offer.Outcome.EXPIRED: gettext("The offer ran out"),
    }[Offer.Outcome(offer.outcome)]


def ahead_of(registration: Registration) -> list[Ahead]:
    """Return who is before somebody in their line, the first one first; none where nobody waits. Two queries."""
    if not registration.is_waiting:
        return []
    event = registration.event
    line = event.registrations.waiting().in_line(registration.line(), event)
    before: list[Registration] = []
    for other in line:
        if other.pk == registration.pk:
            break
        before.append(other)
    reasons: dict[int, str] = {}
    moved = Decision.objects.filter(kind=Decision.Kind.MOVED_AHEAD, registration__in=before)
    for decision in moved.select_related("taken_by"):
        reasons[decision.registration_id] = gettext("%(what)s: %(reason)s") % {
            "what": decision.get_kind_display(),
            "reason": decision.why,
        }
    return [Ahead(other, reasons.get(other.pk, "")) for other in before]
