"""What a programme asks a project to count beside events, people and practices: surveys and plans."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from projects.models import Project

from ...models import Action, ActionPlan, Indicator, IndicatorTarget, Progress
from ...surveys import learners
from ..subject import Kind, Subject

_OF_PLANS = {Indicator.Rule.PLANS, Indicator.Rule.ACTIONS, Indicator.Rule.ACTIONS_DONE}


def indicators_of(subject: Subject) -> tuple[tuple[Indicator, int | None], ...]:
    """Return what the programme asks to count, and the target of the semester or project for each.

    It asks projects, not events or partners.
    """
    if subject.kind not in (Kind.SEMESTER, Kind.PROJECT):
        return ()
    project, semester = subject.project, subject.semester
    targets = IndicatorTarget.objects.filter(indicator=OuterRef("pk"), project=project)
    targets = targets.filter(semester__isnull=True) if semester is None else targets.filter(semester=semester)
    asked = Indicator.objects.filter(programme=project.programme_id, is_used=True).order_by("position", "code")
    return tuple(
        (indicator, indicator.target) for indicator in asked.annotate(target=Subquery(targets.values("value")))
    )


def asked_for(subject: Subject, indicators: Iterable[Indicator], *, at: datetime) -> dict[str, Any]:
    """Return what the rules of indicators ask for, by the names of a report's fields.

    At most three queries, and those of a survey.
    """
    rules = {indicator.rule for indicator in indicators}
    found: dict[str, Any] = {}
    if Indicator.Rule.SURVEYED in rules:
        found["surveyed"] = learners(subject.project, semester=subject.semester, at=at)
    if rules & _OF_PLANS:
        found |= _carried_out(subject.project, at=at)
    return found


def _carried_out(project: Project, *, at: datetime) -> dict[str, Any]:
    """Return plans, their actions, and those that were carried out, as far as anybody had said; three queries."""
    day = at.astimezone(UTC).date()
    plans = ActionPlan.objects.filter(partner__project=project).exclude(adopted_on__gt=day)
    plans = plans.select_related("partner__project", "partner__organisation").order_by("partner__number", "pk")
    found = tuple(plans)
    actions = Action.objects.filter(plan__in=[plan.pk for plan in found]).exclude(added_on__gt=day)
    actions = actions.select_related("plan__partner__project", "plan__partner__organisation")
    in_them = tuple(actions.order_by("plan__partner__number", "plan", "position"))
    said = Progress.objects.on(day).filter(action__in=[action.pk for action in in_them], noted_at__lte=at)
    # What was said last counts.
    last = {progress.action_id: progress.status for progress in said}
    done = tuple(action for action in in_them if last.get(action.pk) == Progress.Status.DONE)
    return {"plans": found, "actions": in_them, "actions_done": done}
