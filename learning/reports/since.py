"""What was recorded between two versions of a report: why its numbers moved, as far as the records say.

Counts and the reasons of changed plans, which are public. The reasons of corrections may name people, so they stay
with their records.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import PlanChange
from projects.models import Programme
from registrations.models import AttendanceRecord, Registration

from ..models import Feedback
from .report import Report


def recorded_since(report: Report, after: datetime) -> list[dict[str, Any]]:
    """Return what was recorded of each event of a report after an instant, up to its cut-off; four queries.

    A row is {"key", "event", "texts"}, the key that of the event.
    """
    language = get_language() or "en"
    events = {event.pk: event for event in [*(row.event for row in report.events), *report.not_counted]}
    counts = _Recorded(after, report.at, "event__in", events, "event")
    changes = PlanChange.objects.filter(event__in=events, changed_at__gt=after, changed_at__lte=report.at)
    reasons: dict[int, list[str]] = {}
    for change in changes.order_by("event", "number"):
        said = _("the plan changed: %(reason)s") % {"reason": change.reason} if change.reason else _("the plan changed")
        reasons.setdefault(change.event_id, []).append(said)
    return [
        {"key": str(event.uid), "event": event.in_language("title", language).text, "texts": texts}
        for pk, event in events.items()
        if (texts := [*counts.in_words(pk), *reasons.get(pk, [])])
    ]


def recorded_in_projects_since(programme: Programme, *, after: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the same of each project of a programme, with how many plans changed; five queries."""
    counts = _Recorded(after, until, "event__project__programme", programme, "event__project")
    changes = PlanChange.objects.filter(
        event__project__programme=programme, changed_at__gt=after, changed_at__lte=until
    ).order_by()
    changed = dict(changes.values_list("event__project").annotate(n=Count("pk")))
    found = []
    for project in programme.projects.order_by("acronym"):
        texts = counts.in_words(project.pk)
        if n := changed.get(project.pk):
            texts.append(ngettext("the plan changed %(n)d time", "the plan changed %(n)d times", n) % {"n": n})
        if texts:
            found.append({"key": project.slug, "event": project.acronym, "texts": texts})
    return found


class _Recorded:
    """How many records came after an instant, up to another one, by the key of what they are counted for."""

    def __init__(self, after: datetime, until: datetime, which: str, wanted: Any, of: str) -> None:
        self._asked = (after, until, which, wanted, of)
        self._acts = self._count(
            AttendanceRecord.objects.all(),
            "recorded_at",
            "registration__",
            corrections=Count("pk", filter=Q(how=AttendanceRecord.How.CORRECTION)),
        )
        self._answers = self._count(Feedback.objects.all(), "given_at", "registration__")
        self._cancelled = self._count(Registration.objects.all(), "cancelled_at", "")

    def _count(self, rows: Any, instant: str, to: str, **more: Count) -> dict[int, dict[str, int]]:
        after, until, which, wanted, of = self._asked
        between = rows.filter(**{f"{to}{which}": wanted, f"{instant}__gt": after, f"{instant}__lte": until})
        counted = between.order_by().values(to + of).annotate(n=Count("pk"), **more)
        return {row.pop(to + of): row for row in counted}

    def in_words(self, key: int) -> list[str]:
        acts = self._acts.get(key, {"n": 0, "corrections": 0})
        answers, cancelled = (each.get(key, {"n": 0})["n"] for each in (self._answers, self._cancelled))
        texts = []
        if n := acts["n"]:
            texts.append(ngettext("%(n)d record of attendance", "%(n)d records of attendance", n) % {"n": n})
        if n := acts["corrections"]:
            texts.append(ngettext("%(n)d of them a correction", "%(n)d of them corrections", n) % {"n": n})
        if n := answers:
            texts.append(ngettext("%(n)d answer", "%(n)d answers", n) % {"n": n})
        if n := cancelled:
            texts.append(ngettext("%(n)d cancellation", "%(n)d cancellations", n) % {"n": n})
        return texts
