"""What sources say of plans, practices and assessments of projects of the past, read from a file into the model.

The projects themselves are loaded before (events/loading). What no source says is not made up: it is a gap.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from events.models import Event, Session
from events.signals import calendar_changes_at_once
from projects.models import GoodPractice, Partner, Project

from .models import ActionPlan, Instrument, Showing

SHIPPED = Path(__file__).resolve().parent / "data" / "history.json"


class HistoryRefused(Exception):
    """Nothing was stored; `problems` says what is wrong, each with its place in the file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class _Reader:
    """Reads records one by one and remembers what is wrong with them."""

    problems: list[str] = field(default_factory=list)

    def plan(self, place: str, record: dict[str, Any]) -> None:
        partner = Partner.objects.filter(source_key=record.get("partner")).first()
        if partner is None:
            self.problems.append(f"{place}: there is no partner “{record.get('partner')}”")
            return
        values = {"note": record.get("note", ""), "sources": record.get("sources", [])}
        plan = ActionPlan.objects.filter(source_key=f"{partner.source_key}:plan").first()
        # What people here know of it meanwhile, its policy instrument too, is theirs.
        if plan is None:
            ActionPlan.objects.create(source_key=f"{partner.source_key}:plan", partner=partner, **values)
        else:
            ActionPlan.objects.filter(pk=plan.pk).update(**values)

    def instrument(self, place: str, record: dict[str, Any]) -> None:
        project = Project.objects.filter(source_key=record.get("project")).first()
        if project is None:
            self.problems.append(f"{place}: there is no project “{record.get('project')}”")
            return
        key = f"{project.source_key}:assessment"
        values = {"note": record.get("note", ""), "sources": record.get("sources", [])}
        if Instrument.objects.filter(source_key=key).update(**values):
            # Its name, dimensions and rounds are those of people here, once it is loaded.
            return
        instrument = Instrument.objects.create(source_key=key, project=project, name=record.get("name", ""), **values)
        for position, name in enumerate(record.get("rounds", []), 1):
            instrument.rounds.create(position=position, name=name)

    def showing(self, place: str, record: dict[str, Any]) -> None:
        practice = GoodPractice.objects.filter(
            project__source_key=record.get("project"), name=record.get("practice")
        ).first()
        event = Event.objects.filter(source_key=record.get("event")).first()
        if practice is None:
            self.problems.append(f"{place}: {record.get('project')} has no practice “{record.get('practice')}”")
        if event is None:
            self.problems.append(f"{place}: there is no event “{record.get('event')}”")
        if practice is None or event is None:
            return
        if not event.practices.filter(pk=practice.pk).exists():
            event.practices.add(practice)
        if "session" in record:
            session = Session.objects.filter(event=event, title=record["session"]).first()
            if session is None:
                self.problems.append(f"{place}: {record['event']} has no session “{record['session']}”")
            else:
                Showing.objects.get_or_create(practice=practice, session=session)


def load_history(path: Path = SHIPPED, *, tell: Callable[[str], object] = lambda line: None) -> None:
    """Store what a file says of plans, practices and assessments, or nothing. A second time changes nothing.

    Raises HistoryRefused for a file that cannot be read, or that names what is not here.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise HistoryRefused([f"{path}: {error}"]) from error
    if not isinstance(content, dict):
        raise HistoryRefused([f"{path}: is not a record in braces"])
    reader = _Reader()
    with transaction.atomic(), calendar_changes_at_once():
        for kind, read in (
            ("plans", reader.plan),
            ("assessments", reader.instrument),
            ("shown", reader.showing),
        ):
            records = content.get(kind, [])
            for number, record in enumerate(records if isinstance(records, list) else []):
                if isinstance(record, dict):
                    read(f"{kind}[{number}]", record)
                else:
                    reader.problems.append(f"{kind}[{number}]: is not a record in braces")
        if reader.problems:
            raise HistoryRefused(reader.problems)
    tell(f"{len(content.get('plans', []))} action plans, {len(content.get('shown', []))} practices at events")
