"""Reports of the demonstration that were handed in: of the last semester that has an event, twice, with its targets."""

from datetime import datetime, timedelta

from accounts.models import User
from events.models import Event
from projects.models import Project

from ..exceptions import NothingNew
from ..models import FrozenReport, Indicator, IndicatorTarget
from ..reports.freezing import freeze
from ..reports.semester import semester_report
from .project import SOURCE_KEY

# What a semester promised to reach, by the code of the indicator.
TARGETS = {"RCO81": 80, "RCO115": 1, "RCO87": 7}


def hand_in(project: Project, *, by: User | None, at: datetime) -> None:
    """Freeze the semester of the event that was held last before its list was corrected, and again after that."""
    held = project.events.filter(status=Event.Status.HELD, ends_on__lt=at.date()).exclude(mode=Event.Mode.ONLINE)
    event = held.order_by("-starts_on", "pk").first()
    semester = project.semester_on(event.starts_on) if event and event.starts_on else None
    if semester is None:
        return
    for indicator in Indicator.objects.filter(programme=project.programme, code__in=TARGETS):
        IndicatorTarget.objects.create(
            indicator=indicator, project=project, semester=semester, value=TARGETS[indicator.code]
        )
    before, after = (at - timedelta(hours=hours) for hours in (4, 1))
    freeze(semester_report(project, semester, at=before), by=by, at=before)
    try:
        because = "Somebody had signed on paper and was not ticked at the door"
        freeze(semester_report(project, semester, at=after), by=by, because=because, at=after)
    except NothingNew:
        # Where nobody had missed being ticked.
        return


def take_back() -> None:
    """Delete what was handed in of the demonstration, the latest first: it was made up."""
    for frozen in FrozenReport.objects.filter(project__source_key=SOURCE_KEY).order_by("-version"):
        FrozenReport.objects.filter(pk=frozen.pk).delete()
