"""Telling people that the plan of an event changed: one mail to each for all that changed, a minute later.

Whoever changed it can take it back until then. People are told what is different from the plan they last knew, which is
the one it led to for whoever joined after a change; what was moved and moved back tells nobody. Whoever joined between
a change and its undoing got a mail with a plan that was taken back, and gets one that corrects it. The mails of CHUNK
people are written in one transaction, each under a key of its own for person and change: a stop in the middle neither
loses nor repeats one (docs/decisions/events-that-move.md).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, prefetch_related_objects
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.letters import Letter
from accounts.models import Mail
from accounts.periodic import every
from events.models import Event, Plan, PlanChange
from events.times import instant_in_words, when_in_words
from events.where import where_in_words

from . import emails, interests, places, reconfirming
from .batches import CHUNK, one_by_one
from .models import Interest, Registration
from .places import Availability

logger = logging.getLogger(__name__)

State = Registration.State
Status = Event.Status
Somebody = Registration | Interest

_SUBJECTS = {
    "cancelled": _("Cancelled: %(event)s"),
    "postponed": _("Postponed: %(event)s"),
    "after_all": _("It takes place after all: %(event)s"),
    "after_all_new_date": _("It takes place after all: %(event)s"),
    "new_date": _("New date: %(event)s"),
    "announced": _("Announced: %(event)s"),
    "online": _("Now online: %(event)s"),
    "hybrid": _("Now on site and online: %(event)s"),
    "on_site": _("Now on site: %(event)s"),
    "moved": _("Moved: %(event)s"),
    "place": _("Place known: %(event)s"),
    "confirmed_place": _("Place confirmed: %(event)s"),
    "link": _("Your link to join: %(event)s"),
    "changed": _("Changed: %(event)s"),
    "corrected": _("Corrected: %(event)s"),
}
_SENTENCES = {
    "cancelled": _("This event is cancelled."),
    "postponed": _("This event is postponed. A new date is not known yet."),
    "after_all": _("It takes place after all: this event is no longer cancelled."),
    "after_all_new_date": _("It takes place after all: this event is no longer cancelled. It has a new date."),
    "new_date": _("This event has a new date."),
    "announced": _("This event is now announced."),
    "online": _("This event now takes place online."),
    "hybrid": _("This event now takes place on site and online."),
    "on_site": _("This event now takes place on site."),
    "moved": _("This event is moved."),
    "place": _("The place of this event is now known."),
    "confirmed_place": _("The place of this event is now certain."),
    "link": _("From now on you can join this event online, by a link of your own."),
    "changed": _("The plan of this event has changed."),
    "corrected": _("The plan that our last mail to you named was taken back. This one holds."),
}


@dataclass(frozen=True, slots=True)
class News:
    """What became different since somebody last knew the plan of an event, and why.

    `has_first_link`: there is a meeting to join online, and there was none. Another address of a meeting is no news:
    the link that each person has leads there (online/joining.py). `is_correction`: they knew a plan that stood for less
    than a minute and was taken back.
    """

    before: Plan
    after: Plan
    reasons: tuple[str, ...] = ()
    has_first_link: bool = False
    is_correction: bool = False

    @property
    def is_none(self) -> bool:
        """Whether everything is as it was, because one change took another back."""
        return self.before == self.after and not self.has_first_link

    @property
    def state(self) -> str:
        """The one word for it: a key of _SUBJECTS."""
        before, after = self.before, self.after
        if self.is_correction and before != after:
            return "corrected"
        if after.status != before.status:
            if after.status == Status.CANCELLED:
                return "cancelled"
            if after.status == Status.POSTPONED:
                return "postponed"
        days = (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on)
        if before.status == Status.CANCELLED and after.status != Status.CANCELLED:
            return "after_all_new_date" if days else "after_all"
        if before.status == Status.POSTPONED or (before.starts_on is None and days):
            return "new_date"
        if days:
            return "moved"
        if before.mode != after.mode and after.mode:
            return {Event.Mode.ONLINE: "online", Event.Mode.HYBRID: "hybrid"}.get(Event.Mode(after.mode), "on_site")
        if before.place and before.place != after.place:
            return "moved"
        if before.start_time is not None and (before.start_time, before.end_time) != (after.start_time, after.end_time):
            return "moved"
        if before.status != after.status and after.status == Status.ANNOUNCED:
            return "announced"
        if before.place != after.place:
            return "place"
        if before.place_to_be_confirmed and not after.place_to_be_confirmed:
            return "confirmed_place"
        return "link" if before == after else "changed"

    @property
    def asks_again(self) -> bool:
        """Whether it is so different that whoever has a place is asked if they still come: other days, place or mode.

        Of an event that nobody was promised yet, or that does not take place, nobody is asked.
        """
        before, after = self.before, self.after
        if before.status != Status.ANNOUNCED or after.status != Status.ANNOUNCED:
            return False
        has_moved = (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on)
        is_elsewhere = bool(before.place) and before.place != after.place
        return has_moved or is_elsewhere or before.mode != after.mode

    @property
    def named_plan(self) -> Plan:
        """The plan that a subject names the event by: what does not take place is known by its old date."""
        return self.after if self.after.starts_on else self.before

    def subject(self, title: str) -> str:
        return _SUBJECTS[self.state] % {"event": emails.event_in_short(title, self.named_plan)}

    @property
    def sentence(self) -> str:
        return str(_SENTENCES[self.state])

    def facts(self) -> list[tuple[str, str]]:
        """When and where, now and before, as pairs of a label and a text in the current language."""
        when = when_in_words(self.after), when_in_words(self.before)
        where = where_in_words(self.after), where_in_words(self.before)
        if self.state == "cancelled" and self.after.starts_on is None:
            when = when[1], when[1]
        facts = []
        for unchanged, now, before, (new, old) in (
            (gettext("When"), gettext("When now"), gettext("When before"), when),
            (gettext("Where"), gettext("Where now"), gettext("Where before"), where),
        ):
            facts += [(unchanged, new)] if new == old else [(now, new), (before, old)]
        return facts


# --- Telling -----------------------------------------------------------------------------------------------------


@every(minutes=1)
def tell_of_plan_changes(*, at: datetime | None = None) -> int:
    """Write the mails about all changes of plan that are due at an instant (default: now); return how many.

    An event whose plan was changed once more less than a minute ago waits for that too: one mail tells of both.
    """
    at = at or timezone.now()
    last = _untold().values("event").annotate(last=Max("tell_at")).filter(last__lte=at).order_by("last")
    written = 0
    for event in Event.objects.filter(pk__in=[row["event"] for row in last]):
        try:
            written += _tell_all(event, at=at)
        except Exception:
            # The people of other events wait for their mails too.
            logger.exception("People could not be told how event %s changed; it is tried again.", event.pk)
    return written


def _untold() -> QuerySet[PlanChange]:
    """Changes that people are told of and were not yet: without what was undone, but with what undid it."""
    return PlanChange.objects.filter(tell_at__isnull=False, told_at=None, undone_by=None).select_related("undoes")


def _tell_all(event: Event, *, at: datetime) -> int:
    return sum(told.written for told in one_by_one(lambda told: _tell_some(event, told, at=at), _Told()))


@dataclass(frozen=True, slots=True)
class _Told:
    """How far the mails have come: the last registration, the last one on the interest list, and how many were new."""

    registration: int = 0
    interest: int = 0
    written: int = 0


@transaction.atomic
def _tell_some(event: Event, told: _Told, *, at: datetime) -> _Told | None:
    """Write to the next CHUNK people, those who are registered first; None when all were told."""
    # Under the lock the plan stays as it is, and nobody undoes a change while people are told of it.
    event = places.lock(event)
    changes = list(_untold().filter(event=event).order_by("number"))
    if not changes or any(change.tell_at and change.tell_at > at for change in changes):
        # Somebody else has told everybody, or the plan was changed again: then people are told of both in a minute.
        return None
    people = [] if event.is_over(at=at) else _next_people(event, told)
    if not people:
        PlanChange.objects.filter(pk__in=[change.pk for change in changes]).update(told_at=at)
        return None
    known = _last_told(changes, people)
    # What calendars say of the event is the same for all of them, so it is read once.
    prefetch_related_objects([event], "changes", "links_onward__outcome", "mail_texts")
    written, asked = 0, []
    availability = places.availability(event, at=at) if isinstance(people[0], Interest) else None
    hear_that_it_opens: list[Interest] = []
    for person in people:
        person.event = event
        news = _news(event, _new_to(person, changes[max(known.get(person, 0), _seen(person, changes)) :]))
        if news is None or not concerns(person, news):
            continue
        written += _write(person, news, changes[-1], availability)
        if isinstance(person, Registration) and asks(person, news):
            asked.append(person)
        if isinstance(person, Interest) and availability and interests.waits_for_opening(person, availability):
            hear_that_it_opens.append(person)
    interests.note_told(hear_that_it_opens, at=at)
    reconfirming.ask(asked, changes[-1], at=at)
    last = people[-1]
    if isinstance(last, Registration):
        return _Told(registration=last.pk, written=written)
    return _Told(registration=told.registration, interest=last.pk, written=written)


def _next_people(event: Event, told: _Told) -> list[Somebody]:
    registered = event.registrations.live().filter(pk__gt=told.registration).select_related("person").order_by("pk")
    interested = interests.interested(event).filter(pk__gt=told.interest)
    return [*registered[:CHUNK]] or [*interested[:CHUNK]]


def _write(person: Somebody, news: News, last: PlanChange, availability: Availability | None) -> int:
    """Write to one person; `availability` is asked for those on the interest list only."""
    mail = None
    try:
        if isinstance(person, Registration):
            mail = emails.plan_changed(person, number=last.number, **facts_for_registered(person, news))
        elif availability and interests.waits_for_opening(person, availability):
            # One mail for both: that registration opens, and what became different of the plan.
            mail = interests.registration_opens(person, availability, **facts_for_interested(person, news))
        elif availability:
            facts = facts_for_interested(person, news)
            mail = interests.plan_changed(person, availability, number=last.number, **facts)
    except ValidationError:
        # One address that is none, from some file, must not keep everybody else from being told.
        logger.warning("%s %s has no address that can be written to.", type(person).__name__, person.pk)
        return 0
    return 1 if mail else 0


def _key(person: Somebody, number: int) -> str:
    if isinstance(person, Interest):
        return interests.plan_changed_key(person, number)
    return emails.plan_changed_key(person, number)


def _last_told(changes: Sequence[PlanChange], people: Sequence[Somebody]) -> dict[Somebody, int]:
    """Return how many of these changes each person was told of.

    That is none, unless whoever wrote the mails was stopped in the middle.
    """
    keys = {
        _key(person, change.number): (person, place)
        for place, change in enumerate(changes, start=1)
        for person in people
    }
    told: dict[Somebody, int] = {}
    for key in Mail.objects.filter(key__in=list(keys)).values_list("key", flat=True):
        person, place = keys[key]
        told[person] = max(told.get(person, 0), place)
    return told


def _seen(person: Somebody, changes: Sequence[PlanChange]) -> int:
    """Return how many of these changes somebody knew when they joined: the mail of that act named the plan of then.

    Both clocks are read under the lock of the event, so the order of the instants is the order of what happened.
    """
    # The mail that says that registration opens names the plan of then, too.
    knew_at = person.joined_at if isinstance(person, Registration) else person.told_at or person.since
    made_before = [change.changed_at is not None and change.changed_at < knew_at for change in changes]
    return max((place for place, is_known in enumerate(made_before, start=1) if is_known), default=0)


def _new_to(person: Somebody, changes: Sequence[PlanChange]) -> list[PlanChange]:
    """Leave out what took back a change that somebody never heard of."""
    return [change for change in changes if change.undoes is None or _was_told_of(person, change.undoes, change)]


def _was_told_of(person: Somebody, undone: PlanChange, undoing: PlanChange) -> bool:
    """Whether a mail to somebody named the plan of a change before it was undone."""
    if isinstance(person, Registration):
        mailed_at = (person.joined_at, person.confirmed_at)
    else:
        mailed_at = (person.since, person.told_at)
    since, until = undone.changed_at, undoing.changed_at
    return since is not None and until is not None and any(at is not None and since < at < until for at in mailed_at)


def _news(event: Event, changes: Sequence[PlanChange]) -> News | None:
    """Return what the changes came to, None when that is nothing."""
    if not changes:
        return None
    first = changes[0]
    reasons = dict.fromkeys(reason for change in changes if (reason := change.reason.strip()))
    news = News(
        before=first.plan_before,
        after=event.plan,
        reasons=tuple(reasons),
        has_first_link=bool(event.join_url) and not first.fields_before.get("join_url", event.join_url),
        is_correction=all(change.undoes is not None for change in changes),
    )
    return None if news.is_none else news


def concerns(person: Somebody, news: News) -> bool:
    """Whether somebody is told: that there is a link to join online is for those who join there only."""
    if news.state != "link":
        return True
    return isinstance(person, Registration) and person.is_confirmed and person.takes_part_online


def asks(registration: Registration, news: News) -> bool:
    """Whether the mail about a change asks somebody if they still come."""
    return registration.is_confirmed and news.asks_again


# --- What the mail says ------------------------------------------------------------------------------------------


def facts_for_registered(registration: Registration, news: News) -> dict[str, Any]:
    """Return what the mail about a change says to somebody who is registered, in their language."""
    event, language = registration.event, registration.language
    with translation.override(language):
        return {
            **_facts(event, language, news),
            "meaning": _meaning(registration, news),
            "asks": asks(registration, news),
            "held_until": _held_until(registration),
            "join_url": event.join_url if _is_told_how_to_join(registration, news) else "",
        }


def facts_for_interested(interest: Interest, news: News) -> dict[str, Any]:
    """Return what the mail about a change says to somebody on the interest list, in their language."""
    with translation.override(interest.language):
        return _facts(interest.event, interest.language, news)


def _facts(event: Event, language: str, news: News) -> dict[str, Any]:
    return {
        "subject": news.subject(event.in_language("title", language).text),
        "sentence": news.sentence,
        "reasons": news.reasons,
        "facts": tuple(news.facts()),
        "is_cancelled": news.after.status == Status.CANCELLED,
    }


def _is_told_how_to_join(registration: Registration, news: News) -> bool:
    return registration.is_confirmed and registration.takes_part_online and news.after.status == Status.ANNOUNCED


def _meaning(registration: Registration, news: News) -> str:
    """What the change means for the place of somebody, or for their wait for one: a word of seat_after_change.txt."""
    status = news.after.status
    if status == Status.CANCELLED:
        return "cancelled"
    # Cancelling an event leaves each registration as it was, so all of them hold again.
    if news.before.status == Status.CANCELLED and (registration.is_confirmed or registration.is_waiting):
        return "kept_after_all" if registration.is_confirmed else "waiting_after_all"
    if not registration.is_confirmed:
        waits = registration.is_waiting and status == Status.POSTPONED
        return "waiting_for_date" if waits else str(registration.state)
    if status == Status.POSTPONED:
        return "kept_for_date"
    if news.state == "online":
        return "kept_online"
    # Whoever is asked whether they still come need not be told how to give the place back.
    is_no_news = news.state in ("link", "place", "confirmed_place", "announced")
    return "kept" if news.asks_again or is_no_news else "kept_if_possible"


def _held_until(registration: Registration) -> str:
    if registration.state != State.OFFERED or (offer := registration.offers.filter(outcome="").first()) is None:
        return ""
    return instant_in_words(offer.expires_at, registration.event)


# --- Before anything is changed ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people are told of a change, and what the mail says to somebody with a seat.

    `letter` is None where that is not known yet. With `is_nothing_new`, nobody is told anything.
    """

    confirmed: int
    offered: int
    waiting: int
    for_approval: int
    interested: int
    letter: Letter | None
    is_nothing_new: bool

    @property
    def total(self) -> int:
        return self.confirmed + self.offered + self.waiting + self.for_approval + self.interested


def audience(event: Event, *, before: Plan | None = None, reason: str = "") -> Audience:
    """Return who would be told if the plan of an event became as it stands in this object, saved or not.

    `before` is the plan that people know; without it, what changes is not known yet, and only the people are counted.
    Four queries at most.
    """
    news = _planned(event, before, reason) if before else None
    counted = event.registrations.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in State if state != State.CANCELLED}
    )
    return Audience(
        **counted,
        interested=interests.interested(event).count(),
        letter=_example(event, news) if news and not news.is_none else None,
        is_nothing_new=news is not None and news.is_none,
    )


def _planned(event: Event, before: Plan, reason: str) -> News:
    known_link = Event.objects.values_list("join_url", flat=True).get(pk=event.pk)
    return News(
        before=before,
        after=event.plan,
        reasons=(reason.strip(),) if reason.strip() else (),
        has_first_link=bool(event.join_url) and not known_link,
    )


def _example(event: Event, news: News) -> Letter:
    language = translation.get_language() or "en"
    somebody = Registration(
        event=event,
        state=State.CONFIRMED,
        name=gettext("Name of the person"),
        language=language,
        mode=Registration.Mode.ONLINE if event.mode == Event.Mode.ONLINE else Registration.Mode.ROOM,
        code="…",
    )
    links = emails.answers_to_still_coming(somebody)
    return emails.letter("plan_changed", somebody, personal=links, **facts_for_registered(somebody, news))
