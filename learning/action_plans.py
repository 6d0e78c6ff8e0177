"""How much of the plans is carried out at a date, and the rules about actions that look at more than one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils.translation import gettext

from projects.models import Project

from .exceptions import OriginInACircle
from .models import Action, ActionPlan, Progress

Status = Progress.Status


@dataclass(frozen=True)
class Standing:
    """How far one plan is on a day: its actions of that day, each with what was last said of it, or None."""

    plan: ActionPlan
    actions: list[tuple[Action, Progress | None]]

    def number(self, status: str) -> int:
        return sum(said is not None and said.status == status for _action, said in self.actions)

    @cached_property
    def done(self) -> int:
        return self.number(Status.DONE)

    @cached_property
    def is_known(self) -> bool:
        """Whether anything was said of any action by then; else there is no share, rather than none carried out."""
        return any(said for _action, said in self.actions)

    @property
    def share(self) -> float | None:
        """The part of the actions that is carried out, 0 to 1; None while nothing is known."""
        return self.done / len(self.actions) if self.is_known else None

    @property
    def per_cent(self) -> int | None:
        return None if self.share is None else round(self.share * 100)

    @property
    def silent(self) -> list[Action]:
        """Actions of which no round said anything by then."""
        return [action for action, said in self.actions if said is None]

    @property
    def unproven(self) -> list[Action]:
        """Actions that are said to be carried out, with nothing that shows it."""
        return [action for action, said in self.actions if said and said.status == Status.DONE and not said.evidence]


def standings(plans: Any, *, on: date) -> list[Standing]:
    """Return how far plans are on a day. `plans` is a queryset; five queries, however many there are."""
    actions = Action.objects.select_related(
        "practice__owner__organisation", "practice__project", "event", "builds_on__plan__partner__project"
    )
    found = list(
        plans.select_related("partner__organisation", "partner__project").prefetch_related(Prefetch("actions", actions))
    )
    said = last_said([action for plan in found for action in plan.actions.all()], on=on)
    return [
        Standing(
            plan,
            [
                (action, said.get(action.pk))
                for action in plan.actions.all()
                if action.added_on is None or action.added_on <= on
            ],
        )
        for plan in found
    ]


def last_said(actions: Iterable[Action], *, on: date) -> dict[int, Progress]:
    """Return what counts of each action on a day, by the key of the action. Of what nothing was said, there is none."""
    rows = Progress.objects.filter(action__in=[action.pk for action in actions]).on(on).select_related("round")
    # Of several for one action the last one stays.
    return {row.action_id: row for row in rows}


@transaction.atomic
def put_into_plan(action: Action) -> None:
    """Store an action; a new one becomes the last one of its plan.

    Raises OriginInACircle where it would build on itself, be it through others.
    """
    # Two people could close a circle from both ends, or take the same position.
    Project.objects.select_for_update().get(pk=action.plan.partner.project_id)
    if action.pk and (circle := _circle(action)):
        raise OriginInACircle(circle)
    if not action.position:
        last = action.plan.actions.aggregate(last=Max("position"))["last"] or 0
        action.position = last + 1
    action.save()


def _circle(action: Action) -> list[str]:
    """Return the titles on the way from an action back to itself, or nothing where its origins end somewhere."""
    project = Action.objects.filter(plan__partner__project=action.plan.partner.project_id)
    origins = {pk: (title, origin) for pk, title, origin in project.values_list("pk", "title", "builds_on")}
    way = [action.title]
    step = action.builds_on_id
    # As many steps as there are actions: a circle that came from elsewhere must not hold us for ever.
    for _step in origins:
        if step is None:
            return []
        title, following = origins[step]
        way.append(title)
        if step == action.pk:
            return way
        step = following
    return []


def gaps_of(standing: Standing) -> list[str]:
    """Return in words what is not known of a plan on the day of its standing."""
    plan, actions = standing.plan, [action for action, _said in standing.actions]
    found = []
    if not plan.policy_instrument:
        found.append(gettext("The policy instrument is not known."))
    if not plan.adopted_on:
        found.append(gettext("When it was adopted is not known."))
    if not actions:
        found.append(gettext("No action of it is known."))
    if rootless := [action for action in actions if not (action.practice_id or action.event_id or action.builds_on_id)]:
        found.append(gettext("Where they come from is not said: %(actions)s") % {"actions": _named(rootless)})
    if undated := [action for action in actions if action.ends_on is None]:
        found.append(gettext("Until when is not said: %(actions)s") % {"actions": _named(undated)})
    if standing.silent:
        found.append(
            gettext("Of these nobody said how far they are: %(actions)s") % {"actions": _named(standing.silent)}
        )
    if standing.unproven:
        found.append(gettext("Carried out, but nothing shows it: %(actions)s") % {"actions": _named(standing.unproven)})
    return found


def gaps_in_common(standings: Iterable[Standing]) -> list[tuple[list[ActionPlan], list[str]]]:
    """Return what is missing, each time with all the plans that miss just that, in their order."""
    plans: dict[tuple[str, ...], list[ActionPlan]] = {}
    for standing in standings:
        if missing := gaps_of(standing):
            plans.setdefault(tuple(missing), []).append(standing.plan)
    return [(these, list(missing)) for missing, these in plans.items()]


def _named(actions: list[Action]) -> str:
    return ", ".join(f"“{action.title}”" for action in actions)


def as_table(standings: Iterable[Standing]) -> tuple[list[str], list[list[str]]]:
    """Return the headings and one row for each action; a plan of which no action is known has a row without one."""
    headings = [gettext("Partner"), gettext("Policy instrument"), gettext("Action"), gettext("Good practice")]
    headings += [gettext("From"), gettext("Until"), gettext("How far it is"), gettext("State of")]
    headings += [gettext("Why"), gettext("What shows it")]
    rows = []
    for standing in standings:
        plan = [str(standing.plan.partner), standing.plan.policy_instrument]
        rows += [[*plan, *_cells(action, said)] for action, said in standing.actions] or [[*plan, *[""] * 8]]
    return headings, rows


def _cells(action: Action, said: Progress | None) -> list[str]:
    cells = [action.title, str(action.practice or "")]
    cells += [day.isoformat() if day else "" for day in (action.starts_on, action.ends_on)]
    if said is None:
        return [*cells, "", "", "", ""]
    return [*cells, str(said.get_status_display()), said.round.held_on.isoformat(), said.why, said.evidence]
