"""What a mail of an event would say to somebody who is made up, before anybody gets it."""

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.letters import Letter, absolute_url
from events.models import Event
from events.times import instant_in_words

from . import emails, plan_changes
from .models import MailText, Registration
from .status import place_in_words
from .wording import Kind

State = Registration.State
_STATES = {"waiting": State.WAITING, "offer": State.OFFERED, "for_approval": State.FOR_APPROVAL}
_BY_HOST = ("cancelled_by_host", "rejected")
CODE = "the-code-of-the-person"


def preview(event: Event, kind: Kind, worded: MailText, *, at: datetime | None = None) -> Letter:
    """Return a mail of a kind to a made-up person, worded so; the wording need not be stored. Writes nothing."""
    at = at or timezone.now()
    language = worded.language
    with translation.override(language):
        somebody = _somebody(event, kind, language, at)
        personal = {
            **emails.answers_to_still_coming(somebody),
            "feedback_url": absolute_url("learning:feedback", CODE, language=language),
            "invitation_url": absolute_url("registrations:invitation", CODE, language=language),
            "decline_url": absolute_url("registrations:decline_invitation", CODE, language=language),
            "place_in_line": place_in_words(3),
        }
        facts = _facts(event, kind, somebody, at)
    return emails.letter(kind.letter, somebody, kind=kind.key, personal=personal, worded=worded, **facts)


def _somebody(event: Event, kind: Kind, language: str, at: datetime) -> Registration:
    is_cancelled = kind.letter in ("cancelled", "rejected", "offer_expired")
    by = Registration.CancelledBy.HOST if kind.key in _BY_HOST else Registration.CancelledBy.PERSON
    return Registration(
        event=event,
        state=State.CANCELLED if is_cancelled else _STATES.get(kind.letter, State.CONFIRMED),
        name=gettext("Name of the person"),
        email="somebody@example.org",
        language=language,
        mode=Registration.Mode.ONLINE if event.mode == Event.Mode.ONLINE else Registration.Mode.ROOM,
        confirmed_at=at if is_cancelled else None,
        cancelled_by=by if is_cancelled else "",
        cancel_reason=gettext("The reason that the host gives") if kind.key in _BY_HOST else "",
        code=CODE,
    )


def _facts(event: Event, kind: Kind, somebody: Registration, at: datetime) -> dict[str, Hashable]:
    deadline = instant_in_words(at + timedelta(days=2), event)
    found: dict[str, dict[str, Any]] = {
        "offer": {"until": deadline},
        "offer_expired": {"until": deadline},
        "cancelled": {"until": instant_in_words(at + timedelta(minutes=10), event)},
        "reminder": dict(kind.facts),
        "thank_you": {"feedback_is_open": True, "feedback_until": _end_of_feedback(event)},
        "feedback_reminder": {"feedback_until": _end_of_feedback(event)},
    }
    if kind.letter == "plan_changed":
        return plan_changes.facts_for_registered(somebody, _moved_by_a_week(event))
    if kind.key == "cancelled_by_host":
        return {}
    return found.get(kind.letter, {})


def _end_of_feedback(event: Event) -> str:
    closes = event.feedback_closes_on
    return instant_in_words(datetime.combine(closes, time(23, 59), event.zone), event) if closes else ""


def _moved_by_a_week(event: Event) -> plan_changes.News:
    """News of a change that nobody made, to the plan as it is: from a week earlier, or from another mode."""
    now = event.plan
    if now.starts_on and now.ends_on:
        week = timedelta(days=7)
        before = replace(now, starts_on=now.starts_on - week, ends_on=now.ends_on - week)
    else:
        other = Event.Mode.ONLINE if now.mode != Event.Mode.ONLINE else Event.Mode.ON_SITE
        before = replace(now, mode=other)
    return plan_changes.News(before, now, (gettext("The reason that the host gives"),))
