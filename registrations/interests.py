"""The interest list: “tell me when registration opens”. An address and nothing else, kept until the event is over."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zlib import crc32

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import outbox
from accounts.letters import absolute_url, render_letter
from accounts.models import Mail
from accounts.periodic import every
from events.models import Event, PlanChange
from events.times import when_in_words
from events.where import where_in_words
from projects.models import Project

from .batches import CHUNK, one_by_one
from .emails import LINK_AGAIN_AFTER, event_in_short
from .models import Interest
from .places import Availability, Opening, availability, lock

logger = logging.getLogger(__name__)

# A cancelled event may be taken up again for a while, and they are told of that too.
KEPT_AFTER_CANCELLING = timedelta(days=30)


def may_be_joined(event: Event, availability: Availability) -> bool:
    """Whether somebody can ask to be told when registration opens: it has not, and the kind keeps such a list.

    Who is on the list of a kind that stopped keeping one stays, and is told.
    """
    return event.kind.keeps_interest_list and availability.opening in (Opening.NOT_YET, Opening.POSTPONED)


@transaction.atomic
def join(event: Event, *, email: str, language: str, at: datetime | None = None) -> None:
    """Put an address on the list and mail the way to leave it. Whoever is on it already gets the same mail again."""
    # The clock is read under the lock: plan_changes.py asks which plan somebody knew when they joined.
    event = lock(event)
    at = at or timezone.now()
    interest, _is_new = Interest.objects.get_or_create(
        event=event, email=email.casefold(), defaults={"language": language, "since": at}
    )
    interest.event = event
    key = str(int(at.timestamp() // LINK_AGAIN_AFTER.total_seconds()))
    _write("interested", interest, key=key, is_asked_for=True)


def interested(event: Event) -> QuerySet[Interest]:
    """Return who is on the list of an event and not registered for it: those get our mails about it anyway."""
    registered = event.registrations.live().values("person__email")
    return event.interests.exclude(email__in=registered).order_by("pk")


# --- Telling them ------------------------------------------------------------------------------------------------


@every(minutes=1)
def tell_that_registration_opens(*, at: datetime | None = None) -> int:
    """Write to everybody on the list of an event whose registration is open now, once; return how many mails.

    A change of plan that people are still to be told of may be undone; plan_changes.py tells of both in one mail.
    """
    at = at or timezone.now()
    changing = PlanChange.objects.filter(tell_at__isnull=False, told_at=None, undoes=None, undone_by=None)
    waiting = Interest.objects.filter(told_at=None, event__registration_opens_at__lte=at).values("event")
    events = Event.objects.filter(pk__in=waiting, status=Event.Status.ANNOUNCED).with_page_data()
    events = events.exclude(pk__in=changing.values("event"))
    open_now = [event for event in events if event.takes_registrations(at=at)]
    return sum(told for event in open_now for told in one_by_one(partial(_tell_some, event, at=at), 0))


@transaction.atomic
def _tell_some(event: Event, _told: int, *, at: datetime) -> int | None:
    """Write to the next CHUNK people and return how many those are; None when all were told."""
    # What was changed since it was read is told in the next round, with the plan as it is then.
    if lock(event).changed_at != event.changed_at:
        return None
    # Two processes may be here at a time; the second one finds what the first one told.
    chunk = list(event.interests.select_for_update().filter(told_at=None).order_by("pk")[:CHUNK])
    if not chunk:
        return None
    registered = event.registrations.live().filter(person__email__in=[interest.email for interest in chunk])
    emails_of_registered = set(registered.values_list("person__email", flat=True))
    how_it_stands = availability(event, at=at)
    for interest in chunk:
        interest.event = event
        if interest.email not in emails_of_registered:
            registration_opens(interest, how_it_stands)
    note_told(chunk, at=at)
    return len(chunk)


def waits_for_opening(interest: Interest, availability: Availability) -> bool:
    """Whether somebody is still to be told that registration opens, and it is open."""
    return availability.is_open and interest.told_at is None


def registration_opens(interest: Interest, availability: Availability, **facts: Any) -> Mail | None:
    """Say that registration is open; `facts` are those of a change of plan that is told in the same mail."""
    return _write("registration_opens", interest, key="", is_full=availability.opening == Opening.FULL, **facts)


def note_told(chunk: Sequence[Interest], *, at: datetime) -> None:
    """Keep that these people were told that registration opens; without people, no query."""
    if chunk:
        Interest.objects.filter(pk__in=[interest.pk for interest in chunk]).update(told_at=at)


def plan_changed(interest: Interest, availability: Availability, *, number: int, **facts: Any) -> Mail | None:
    """Say that the plan of the event changed, up to the change with this number; see plan_changes.py."""
    return _write(
        "plan_changed_interest",
        interest,
        key=str(number),
        may_register=availability.is_open,
        registration=_registration_in_a_word(interest, availability),
        **facts,
    )


def _registration_in_a_word(interest: Interest, availability: Availability) -> str:
    """How registration stands for somebody on the list: a word of registration_after_change.txt."""
    if availability.opening == Opening.NOT_YET and interest.told_at is not None:
        # They were told once that it opens, and are not told again.
        return "opens_again"
    return availability.state


def plan_changed_key(interest: Interest, number: int) -> str:
    """Return the key of the mail that told somebody of the change with this number."""
    return _key("plan_changed_interest", interest, str(number))


def _write(name: str, interest: Interest, *, key: str, is_asked_for: bool = False, **facts: Any) -> Mail | None:
    event, context = interest.event, _context(interest)
    letter = render_letter(name, {**context, **facts}, language=interest.language)
    try:
        return outbox.write(
            key=_key(name, interest, key),
            to=interest.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            language=interest.language,
            reply_to=event.contact_email,
            about=f"interest:{interest.pk}",
            unsubscribe_url=context["leave_url"],
            is_asked_for=is_asked_for,
        )
    except ValidationError:
        # One address that is none must not keep everybody else from being told.
        logger.warning("Interest %s has no mail address that can be written to.", interest.pk)
        return None


def _key(name: str, interest: Interest, act: str) -> str:
    return f"{name}:{interest.pk}:{act}:{crc32(interest.email.encode()):x}"


def _context(interest: Interest) -> dict[str, Any]:
    event, language = interest.event, interest.language
    with translation.override(language):
        title = event.in_language("title", language).text
        facts: Sequence[tuple[str, str]] = [
            (gettext("When"), when_in_words(event)),
            (gettext("Where"), where_in_words(event)),
        ]
        in_short = event_in_short(title, event.plan)
    return {
        "project": event.project.acronym,
        "title": title,
        "facts": facts,
        "event_in_short": in_short,
        "contact_email": event.contact,
        "event_url": absolute_url("events:event", event.slug, language=language),
        "register_url": absolute_url("registrations:register", event.slug, language=language),
        "leave_url": absolute_url("registrations:leave_interest_list", interest.code, language=language),
    }


# --- Forgetting them ---------------------------------------------------------------------------------------------


@every(minutes=60)
def forget_interests(*, at: datetime | None = None) -> int:
    """Delete the lists whose purpose is over: the event took place, was cancelled for good, or never got a date."""
    at = at or timezone.now()
    today = at.date()
    is_over = Q(event__status=Event.Status.HELD) | Q(event__ends_on__lt=today)
    is_cancelled = Q(event__cancelled_at__lt=at - KEPT_AFTER_CANCELLING)
    never_came = Q(event__starts_on=None, event__project__in=Project.objects.ended(on=today))
    number, _by_model = Interest.objects.filter(is_over | is_cancelled | never_came).delete()
    return number
