"""The way of the made-up practices: shown, wanted, rated, carried home, and in plans that are followed.

One of them goes all the way, from a thematic event to an action that is carried out. What is said of them is in
learning/data/demonstration_journeys.json.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from events.models import Session
from projects.models import Criterion, CriterionRating, GoodPractice

from ..action_plans import put_into_plan
from ..models import Action, ActionPlan, MonitoringRound, Progress, Showing, Transfer, Wish
from .project import SOURCE_KEY, Setting, month

CONTENT = json.loads(
    (Path(__file__).resolve().parent.parent / "data" / "demonstration_journeys.json").read_text("utf-8")
)
# The second round was so many days ago.
LAST_ROUND = 12


def carry_home(setting: Setting, *, by: Any, at: datetime) -> None:
    """Store what became of the practices until `at`. `by` noted it."""
    _practices(setting, at)
    _rate(setting, at)
    for row in CONTENT["shown"]:
        for session in Session.objects.filter(event__slug=_slug(row["event"]), title__in=row["sessions"]):
            Showing.objects.create(practice=setting.practices[row["practice"]], session=session)
    for row in CONTENT["wishes"]:
        Wish.objects.create(**_between(setting, row), reason=row["reason"], noted_by=by)
    for row in CONTENT["transfers"]:
        words = {name: row[name] for name in ("fits", "must_change", "who")}
        due_on = month(at.date(), row["due"])
        Transfer.objects.create(**_between(setting, row), **words, due_on=due_on, noted_by=by)
    rounds = [
        MonitoringRound.objects.create(project=setting.project, name=name, held_on=held_on)
        for name, held_on in zip(
            CONTENT["rounds"],
            (setting.semesters[5].ends_on, at.date() - timedelta(days=LAST_ROUND)),
            strict=True,
        )
    ]
    for number, row in enumerate(CONTENT["plans"], 1):
        _plan(setting, number, row, rounds, by=by, at=at)


def _practices(setting: Setting, at: datetime) -> None:
    for town, state in CONTENT["states"].items():
        practice = setting.practices[town]
        practice.state = state
        practice.published_at = _noon(setting.semesters[2].ends_on)
        practice.submitted_at = _noon(setting.semesters[4].ends_on)
        practice.validated_at = _noon(setting.semesters[5].ends_on) if state == GoodPractice.State.VALIDATED else None
        practice.save()
    for number, row in enumerate(CONTENT["drafts"], 1):
        GoodPractice.objects.create(
            source_key=f"{SOURCE_KEY}:draft-{number}",
            project=setting.project,
            owner=setting.partners[row["town"]],
            name=row["name"],
            summary=row["summary"],
            state=GoodPractice.State.DRAFT,
        )


def _rate(setting: Setting, at: datetime) -> None:
    criteria = [
        Criterion.objects.create(project=setting.project, position=position, text=text)
        for position, text in enumerate(CONTENT["criteria"], 1)
    ]
    for practice, partners in CONTENT["ratings"].items():
        for town, values in partners.items():
            for criterion, value in zip(criteria, values, strict=True):
                CriterionRating.objects.create(
                    practice=setting.practices[practice],
                    criterion=criterion,
                    partner=setting.partners[town],
                    value=value,
                    rated_at=at - timedelta(days=100),
                )


def _between(setting: Setting, row: dict[str, Any]) -> dict[str, Any]:
    event = setting.project.events.get(slug=_slug(row["event"]))
    return {
        "practice": setting.practices[row["practice"]],
        "partner": setting.partners[row["town"]],
        "event": event,
        "noted_at": _noon((event.ends_on or setting.semesters[1].starts_on) + timedelta(days=3)),
    }


def _plan(
    setting: Setting, number: int, row: dict[str, Any], rounds: list[MonitoringRound], *, by: Any, at: datetime
) -> None:
    today = at.date()
    plan = ActionPlan.objects.create(
        source_key=f"{SOURCE_KEY}:plan-{number}",
        partner=setting.partners[row["town"]],
        policy_instrument=row["policy_instrument"],
        adopted_on=None if row["adopted"] is None else month(today, row["adopted"]),
    )
    for content in row["actions"]:
        event = setting.project.events.filter(slug=_slug(content.get("event", ""))).first()
        words = {name: content[name] for name in ("title", "nature", "players", "costs", "funding", "indicators")}
        action = Action(
            plan=plan,
            practice=setting.practices.get(content.get("practice", "")),
            event=event,
            builds_on=plan.actions.filter(title=content.get("builds_on", "")).first(),
            starts_on=month(today, content["from"]),
            ends_on=month(today, content["until"] + 1) - timedelta(days=1),
            **words,
        )
        put_into_plan(action)
        for round_, said in zip(rounds, content["said"], strict=True):
            if said is not None:
                status, why, evidence = said
                noted_at = _noon(round_.held_on + timedelta(days=2))
                Progress.objects.create(
                    action=action,
                    round=round_,
                    status=status,
                    why=why,
                    evidence=evidence,
                    noted_at=noted_at,
                    noted_by=by,
                )


def _slug(key: str) -> str:
    return f"meuse-{key}"


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
