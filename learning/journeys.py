"""The way of a practice from its owner to the actions that came of it, put together when it is read.

What is stored where, and what counts as a step: docs/decisions/journeys-and-plans.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, Session
from projects.models import GoodPractice, Partner, Project

from .action_plans import last_said
from .models import Action, Progress, Showing, Transfer, Wish


class Reached(models.IntegerChoices):
    """How far a practice came with one partner that is not its owner."""

    WANTED = 1, _("Wanted")
    IMPORTED = 2, _("Carried home")
    PLANNED = 3, _("In an action plan")
    DONE = 4, _("Carried out")


@dataclass(frozen=True, slots=True)
class Stop:
    """An event at which the practice was shown or studied, or will be; with the sessions that are about it."""

    event: Event
    sessions: list[Session]
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Import:
    """A partner carries the practice home: at a workshop, with a transfer plan, or both."""

    partner: Partner | None
    event: Event | None
    transfer: Transfer | None
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class Journey:
    """All that is known of the way of one practice, each part in the order of time."""

    practice: GoodPractice
    shown: list[Stop]
    studied: list[Stop]
    wishes: list[Wish]
    imports: list[Import]
    actions: list[tuple[Action, Progress | None]]

    @property
    def has_begun(self) -> bool:
        return bool(self.shown or self.studied or self.wishes or self.imports or self.actions)


def journey(practice: GoodPractice, *, user: Any, at: datetime | None = None) -> Journey:
    """Return the way of a practice as far as this user may see its events, at an instant (default: now)."""
    at = at or timezone.now()
    sessions: dict[int, list[Session]] = defaultdict(list)
    showings = Showing.objects.filter(
        practice=practice, session__in=Session.objects.visible_to(user).order_by().values("pk")
    )
    for showing in showings.select_related("session").order_by("session__day", "session__start_time", "session__pk"):
        sessions[showing.session.event_id].append(showing.session)
    events = _events(user).filter(models.Q(practices=practice) | models.Q(pk__in=list(sessions))).distinct()
    shown, studied, workshops = [], [], []
    for event in events.in_order():
        about_it, is_ahead = sessions[event.pk], not _took_place(event, at)
        visits = [session for session in about_it if _is_visit(session)]
        if event.kind.has_importing_partner and event.importing_partner_id != practice.owner_id:
            workshops.append(Stop(event, about_it, is_ahead))
        elif event.kind.visits_sites:
            studied.append(Stop(event, about_it, is_ahead))
        else:
            # A partner meeting may lead to the place itself.
            talks = [session for session in about_it if session not in visits]
            if visits:
                studied.append(Stop(event, visits, is_ahead))
            if talks or not visits:
                shown.append(Stop(event, talks, is_ahead))
    actions = list(
        practice.actions.select_related("plan__partner__organisation", "plan__partner__project").order_by(
            "plan__partner__number", "position"
        )
    )
    said = last_said(actions, on=at.date())
    return Journey(
        practice=practice,
        shown=shown,
        studied=studied,
        wishes=list(practice.wishes.select_related("partner__organisation").prefetch_related(known_event(user))),
        imports=_imports(practice, workshops, user),
        actions=[(action, said.get(action.pk)) for action in actions],
    )


def _events(user: Any) -> Any:
    events = Event.objects.visible_to(user).exclude(status=Event.Status.CANCELLED)
    return events.with_page_data().select_related("importing_partner__organisation")


def known_event(user: Any) -> models.Prefetch:
    """For a queryset of what names an event: `event` is None where this user may not see it."""
    return models.Prefetch("event", queryset=Event.objects.visible_to(user).with_page_data())


def _is_visit(session: Session) -> bool:
    return session.kind == Session.Kind.SITE_VISIT or session.site_id is not None


def _took_place(event: Event, at: datetime) -> bool:
    """Whether an event is a step at an instant: it is noted as held, or it has begun and nobody put it off."""
    if event.is_postponed:
        return False
    return event.has_begun(at=at) or event.is_over(at=at)


def _imports(practice: GoodPractice, workshops: list[Stop], user: Any) -> list[Import]:
    """Return who carries it home: at each workshop, with the partner's transfer plan, and then without a workshop."""
    transfers = practice.transfers.select_related("partner__organisation").prefetch_related(known_event(user))
    plans = {plan.partner_id: plan for plan in transfers}
    found = [
        Import(
            stop.event.importing_partner,
            stop.event,
            plans.pop(stop.event.importing_partner_id or 0, None),
            stop.is_ahead,
        )
        for stop in workshops
    ]
    return [*found, *(Import(plan.partner, plan.event, plan, is_ahead=False) for plan in plans.values())]


@dataclass(frozen=True, slots=True)
class Learned:
    """One practice on its way to one partner: how far it came. The owner is None while not known."""

    practice: GoodPractice
    owner: Partner | None
    partner: Partner
    reached: Reached


def who_learned_what(project: Project, *, at: datetime | None = None) -> list[Learned]:
    """Return who learnt what from whom in a project, at an instant (default: now), as everybody may know it.

    By owner, practice and partner. Drafts are not in it. Eight queries at most, however many there are.
    """
    at = at or timezone.now()
    practices = {
        practice.pk: practice
        for practice in project.practices.published().select_related("owner__organisation", "project")
    }
    partners = {partner.pk: partner for partner in project.partners.select_related("organisation")}
    furthest: dict[tuple[int, int], Reached] = {}

    def note(practice: int, partner: int, reached: Reached) -> None:
        key = (practice, partner)
        furthest[key] = max(reached, furthest.get(key, reached))

    for wish in Wish.objects.filter(practice__in=practices):
        note(wish.practice_id, wish.partner_id, Reached.WANTED)
    for transfer in Transfer.objects.filter(practice__in=practices):
        note(transfer.practice_id, transfer.partner_id, Reached.IMPORTED)
    for event in _imported_at(practices):
        if event.importing_partner_id is not None and _took_place(event, at):
            for practice in event.practices.all():
                note(practice.pk, event.importing_partner_id, Reached.IMPORTED)
    actions = list(Action.objects.filter(practice__in=practices).select_related("plan"))
    said = last_said(actions, on=at.date())
    for action in actions:
        if action.added_on is None or action.added_on <= at.date():
            last = said.get(action.pk)
            is_done = last is not None and last.status == Progress.Status.DONE
            is_dropped = last is not None and last.status == Progress.Status.DROPPED
            reached = Reached.DONE if is_done else Reached.WANTED if is_dropped else Reached.PLANNED
            note(action.practice_id or 0, action.plan.partner_id, reached)
    found = [
        Learned(practices[practice], practices[practice].owner, partners[partner], reached)
        for (practice, partner), reached in furthest.items()
        if practice in practices and partner in partners and practices[practice].owner_id != partner
    ]
    return sorted(
        found,
        key=lambda one: (one.owner.number if one.owner else 0, one.practice.name, one.partner.number),
    )


def _imported_at(practices: Iterable[int]) -> Any:
    events = Event.objects.filter(practices__in=practices, kind__has_importing_partner=True).visible_to(None)
    return events.exclude(status=Event.Status.CANCELLED).select_related("kind").prefetch_related("practices").distinct()
