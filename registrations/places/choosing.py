"""Sessions, and answers with a limited number of places: who takes part, and who waits.

Only who has a seat at the event holds a choice; those of everybody else wait until they have one. Who has a seat gets
what is free in the order of picking, at once and without an offer: they come anyway.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from events.models import ChoiceGroup, Event, Session
from events.programme.warnings import overlap

from .. import emails
from ..compiled import Compiled, add
from ..exceptions import ChoicesClash, ChoicesDoNotFit
from ..models import Choice, Option, Registration
from ..models.choices import ChoiceQuerySet
from . import counting
from .counting import Counted, Left

State = Registration.State


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody picked: the choices in which they have a place, and those for which they wait."""

    held: list[Choice]
    waiting: list[Choice]


# --- What may be picked together ---------------------------------------------------------------------------------


_GROUPS_WITH_A_RULE = Compiled(lambda event: ChoiceGroup.objects.filter(event=event, pick__isnull=False), "event")


def check_choices(event: Event, sessions: Collection[Session], *, mode: str = "") -> None:
    """Refuse sessions that one person cannot take part in together.

    Raises ChoicesClash for two at the same time, ChoicesDoNotFit where the rule of a choice group is not kept. At a
    hybrid event, who takes part online (`mode`) may pick fewer: what is seen on site cannot be asked of them.
    """
    check_clashes(sessions)
    is_online = event.mode == Event.Mode.HYBRID and mode == Registration.Mode.ONLINE
    for group in _GROUPS_WITH_A_RULE.rows(event=event.pk):
        picked = sum(session.choice_group_id == group.pk for session in sessions)
        if not group.fits(picked, may_be_fewer=is_online):
            raise ChoicesDoNotFit(group, picked)


def check_clashes(sessions: Collection[Session]) -> None:
    """Refuse sessions that take place at the same time, with ChoicesClash. No query."""
    for first, second in combinations(sessions, 2):
        if first.day is not None and first.day == second.day and overlap(first, second):
            raise ChoicesClash(first, second)


# --- Picking -----------------------------------------------------------------------------------------------------


@transaction.atomic
def choose(
    registration: Registration,
    *,
    sessions: Iterable[Session],
    options: Iterable[Option],
    at: datetime | None = None,
) -> Chosen:
    """Set what somebody picked: what is new joins its line now, what was picked before keeps its place in it.

    Raises NotRegistered for a cancelled registration, ChoicesClash and ChoicesDoNotFit as `check_choices` does.
    """
    event = counting.lock(registration.event)
    at = at or timezone.now()
    registration = counting.live(event, registration)
    sessions = list(sessions)
    check_choices(event, sessions, mode=registration.mode)
    pick(registration, sessions, options, before=registration.choices.all(), at=at)
    choices = list(registration.choices.select_related("session", "option__question"))
    return Chosen(
        held=[choice for choice in choices if choice.has_place],
        waiting=[choice for choice in choices if not choice.has_place],
    )


def pick(
    registration: Registration,
    sessions: Iterable[Session],
    options: Iterable[Option],
    *,
    before: Iterable[Choice],
    at: datetime,
) -> None:
    """The same under the lock that the caller holds, without looking whether the sessions fit.

    `before` is what they had picked; that of it which is not picked again is dropped.
    """
    picked = {(choice.session_id, choice.option_id): choice.pk for choice in before}
    wanted = dict.fromkeys([(session.pk, None) for session in sessions] + [(None, option.pk) for option in options])
    dropped = [choice for key, choice in picked.items() if key not in wanted]
    Choice.objects.filter(pk__in=dropped).delete()
    new = (key for key in wanted if key not in picked)
    add(*(Choice(registration=registration, session_id=session, option_id=option, since=at) for session, option in new))
    give_free_choices(registration.event, at=at, untold=registration)


def pick_first(
    registration: Registration,
    sessions: Collection[Session],
    options: Collection[Option],
    counted: Counted,
    *,
    at: datetime,
) -> list[Session | Option]:
    """Set what somebody picks who has picked nothing yet; return for what of it they wait though they have a seat.

    The caller holds the lock and has counted the choices under it. One query, unless somebody else waits for a place
    that is free: then it is given in the order of picking, as ever.
    """
    picked: list[tuple[Session | Option, Left | None]]
    picked = [(session, counted.sessions.get(session.pk)) for session in sessions]
    picked += [(option, counted.options.get(option.pk)) for option in options]
    may_have_a_place = registration.is_confirmed and registration.event.can_be_joined(at=at)
    if may_have_a_place and any(left and left.waiting and not left.is_full for _one, left in picked):
        pick(registration, sessions, options, before=(), at=at)
        return waited_for(registration, sessions, options)
    has_place = [may_have_a_place and left is not None and not left.is_full for _one, left in picked]
    add(
        *(
            Choice(
                registration=registration,
                session=one if isinstance(one, Session) else None,
                option=one if isinstance(one, Option) else None,
                has_place=has,
                since=at,
            )
            for (one, _left), has in zip(picked, has_place, strict=True)
        )
    )
    if not registration.is_confirmed:
        return []
    return [one for (one, _left), has in zip(picked, has_place, strict=True) if not has]


def waited_for(
    registration: Registration, sessions: Iterable[Session], options: Iterable[Option]
) -> list[Session | Option]:
    """Return those of the sessions and options which somebody picked in which they have no place. One query."""
    waiting = set(registration.choices.waiting().values_list("session", "option"))
    return [
        *(session for session in sessions if (session.pk, None) in waiting),
        *(option for option in options if (None, option.pk) in waiting),
    ]


def let_go(choices: ChoiceQuerySet) -> int:
    """Take back the places in these choices, and return how many; that they were picked, and when, is kept."""
    return choices.held().update(has_place=False)


def give_free_choices(event: Event, *, at: datetime, untold: Registration | None = None) -> None:
    """Give what is free in sessions and options to those with a seat who wait, in the order of picking, and tell them.

    `untold` is who reads it elsewhere: on the page that answers, or in the mail that confirms their seat.
    """
    if not event.can_be_joined(at=at):
        return
    left = _left_where_somebody_waits(event)
    free = [key for key, its in left.items() if not its.is_full]
    if not free:
        return
    sessions, options = [session for session, _ in free if session], [option for _, option in free if option]
    waiting = Choice.objects.waiting().may_have_a_place().filter(registration__event=event)
    waiting = waiting.filter(Q(session__in=sessions) | Q(option__in=options))
    given, told = [], []
    for choice, session, option, registration in waiting.values_list("pk", "session", "option", "registration"):
        its = left[session, option]
        if its.is_full:
            continue
        left[session, option] = replace(its, taken=its.taken + 1)
        given.append(choice)
        if untold is None or registration != untold.pk:
            told.append(choice)
    Choice.objects.filter(pk__in=given).update(has_place=True)
    if told:
        _tell(event, told, at=at)


def _tell(event: Event, given: list[int], *, at: datetime) -> None:
    choices = Choice.objects.filter(pk__in=given).select_related("registration", "session", "option__question")
    for choice in choices.order_by("since", "pk"):
        choice.registration.event = event
        emails.choice_held(choice, at=at)


def has_something_to_give(event: Event) -> bool:
    """Whether somebody with a seat waits for a session or an option that has a free place. One query."""
    return any(not left.is_full for left in _left_where_somebody_waits(event).values())


def _waited_for(event: int) -> QuerySet[Choice, Any]:
    limits = ("session", "option", "session__places", "option__places")
    choices = Choice.objects.filter(registration__event=event, session__deleted_at__isnull=True).order_by()
    counted = choices.values_list(*limits).annotate(
        held=Count("pk", filter=Q(has_place=True)),
        waiting=Count("pk", filter=Q(has_place=False, registration__state=State.CONFIRMED)),
    )
    return counted.filter(waiting__gt=0)


_WAITED_FOR = Compiled(_waited_for, "event")


def _left_where_somebody_waits(event: Event) -> dict[tuple[int | None, int | None], Left]:
    return {
        (session, option): Left(session_places if session else option_places, taken, waiting)
        for session, option, session_places, option_places, taken, waiting in _WAITED_FOR.tuples(event=event.pk)
    }


# --- Saying how things stand -------------------------------------------------------------------------------------


def count_all(event: Event, *, at: datetime | None = None) -> Counted:
    """Count the places of an event, and those of its sessions and answers, at an instant (default: now). One query."""
    return counting.count(event, at or timezone.now(), with_choices=True)


def session_places(event: Event) -> Mapping[int, Left]:
    """Return what is left of each session of an event, by its key, in one query. No limit: its `places` are None."""
    return count_all(event).sessions


def option_places(event: Event) -> Mapping[int, Left]:
    """Return what is left of each answer to a question of an event, by its key, in one query."""
    return count_all(event).options
