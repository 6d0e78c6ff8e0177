"""How the plan of an event changed: every plan it ever had, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from .models import Event, Plan, PlanChange, standing


@dataclass(frozen=True, slots=True)
class Version:
    """One plan. What became of it, why and when is told by the change that ended it; the current plan has none."""

    plan: Plan
    is_current: bool
    announced: str = ""
    became: list[str] = field(default_factory=list)
    changed_on: date | None = None
    reason: str = ""
    note: str = ""
    sources: list[Any] = field(default_factory=list)


def versions(event: Event, changes: Sequence[PlanChange]) -> list[Version]:
    """Return every plan of an event, newest first; empty while the first one still holds.

    `changes` are those of the event, in order. What was undone before anybody was told, or changed only how to join,
    is no part of the story.
    """
    changes = [change for change in standing(changes) if change.before != change.after]
    if not changes:
        return []
    ended = [
        Version(
            plan=change.plan_before,
            is_current=False,
            announced=change.announced,
            became=what_changed(change.plan_before, change.plan_after),
            changed_on=change.changed_at.astimezone(event.zone).date() if change.changed_at else None,
            reason=change.reason,
            note=change.note,
            sources=change.sources,
        )
        for change in changes
    ]
    now = event.plan
    last = changes[-1].plan_after
    if _promise(last) != _promise(now):
        # The sources tell of a plan and then nothing more: it did not become what we know of the event now.
        ended.append(Version(plan=last, is_current=False, became=[gettext("Not known")]))
    return [Version(plan=now, is_current=True), *reversed(ended)]


def moved_lately(versions: Sequence[Version], *, since: date) -> Version | None:
    """Return the plan that an event was moved from after a day, and what became of it up to now; None when it was not.

    `versions` are those of the event, newest first. Changes that cancel each other out are left out: whoever knows the
    plan of before does not hear of one that stood for a minute. The reasons are those of the changes that remain.
    """
    now = versions[0].plan if versions else None
    lately: list[Version] = []
    for version in versions[1:]:
        if version.changed_on is None or version.changed_on <= since:
            break
        lately.insert(0, version)
    path: list[Version] = []
    for version in lately:
        path = [*_until(path, version.plan), version]
    if now is None:
        return None
    path = _until(path, now)
    while path and not is_moved(path[0].plan, now):
        path.pop(0)
    if not path:
        return None
    return Version(
        plan=path[0].plan,
        is_current=False,
        became=what_changed(path[0].plan, now),
        changed_on=path[-1].changed_on,
        reason="\n".join(dict.fromkeys(version.reason for version in path if version.reason)),
    )


def _until(path: list[Version], plan: Plan) -> list[Version]:
    """The plans before an event first had this one."""
    return list(takewhile(lambda version: _told(version.plan) != _told(plan), path))


def _told(plan: Plan) -> tuple[Any, ...]:
    """What people know of a plan: date, hour, clock, mode and place."""
    return *_promise(plan), plan.place, plan.time_zone if plan.start_time else ""


def _promise(plan: Plan) -> tuple[Any, ...]:
    """What no later fact, such as a venue's new name or the event being held, can make different."""
    return plan.starts_on, plan.ends_on, plan.start_time, plan.end_time, plan.mode


def is_moved(before: Plan, after: Plan) -> bool:
    """Whether a plan with a date became one of another date, time, mode or place."""
    if before.starts_on is None or after.starts_on is None:
        return False
    return (
        _promise(before) != _promise(after)
        or before.place != after.place
        or (before.starts_on == after.starts_on and _is_on_another_clock(before, after))
    )


def _is_on_another_clock(before: Plan, after: Plan) -> bool:
    """Whether the hour is the same, and another moment: 09:00 in Maastricht is not 09:00 in Tartu."""
    if before.start_time is None or after.starts_on is None or not (before.time_zone and after.time_zone):
        return False
    start = datetime.combine(after.starts_on, before.start_time)
    zones = ZoneInfo(before.time_zone), ZoneInfo(after.time_zone)
    return start.replace(tzinfo=zones[0]).utcoffset() != start.replace(tzinfo=zones[1]).utcoffset()


def what_changed(before: Plan, after: Plan) -> list[str]:
    """Return in words what became of a plan: “Moved to another date”, “Moved online”."""
    words = []
    if after.status != before.status:
        if after.status == Event.Status.CANCELLED:
            words.append(gettext("Cancelled"))
        if after.status == Event.Status.POSTPONED:
            words.append(gettext("Postponed"))
        if before.status == Event.Status.SAVE_THE_DATE and after.status == Event.Status.ANNOUNCED:
            words.append(gettext("Announced"))
        if before.status == Event.Status.CANCELLED:
            words.append(gettext("Taken up again"))
    if (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on):
        if before.starts_on is None:
            words.append(gettext("Date set"))
        elif after.starts_on is not None:
            words.append(gettext("Moved to another date"))
    elif (before.start_time, before.end_time) != (after.start_time, after.end_time):
        words.append(gettext("Time set") if before.start_time is None else gettext("Moved to another time"))
    elif _is_on_another_clock(before, after):
        words.append(gettext("The same hour on another clock"))
    if before.mode != after.mode:
        if after.mode == Event.Mode.ONLINE:
            words.append(gettext("Moved online"))
        elif after.mode == Event.Mode.HYBRID:
            words.append(gettext("Opened to people online and on site"))
        elif after.mode == Event.Mode.ON_SITE and before.mode:
            words.append(gettext("Moved from online to a place"))
    if after.mode != Event.Mode.ONLINE and before.place != after.place and after.place:
        words.append(gettext("Moved to another place") if before.place else gettext("Place set"))
    elif after.mode != Event.Mode.ONLINE and before.place_to_be_confirmed != after.place_to_be_confirmed:
        words.append(
            gettext("The place is to be confirmed") if after.place_to_be_confirmed else gettext("Place confirmed")
        )
    return words
