"""What was recorded between two versions of a report: why its numbers moved, as far as the records say.

Counts and the reasons of changed plans, which are public. The reasons of corrections may name people, so they stay
with their records.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from events.models import PlanChange
from registrations.models import AttendanceRecord, Registration

from ..models import Feedback
from .report import Report


def recorded_since(report: Report, after: datetime) -> list[dict[str, Any]]:
    """Return what was recorded of each event of a report after an instant, up to its cut-off; four queries.

    A row is {"key", "event", "texts"}, the key that of the event.
    """
    language = get_language() or "en"
    events = {event.pk: event for event in [*(row.event for row in report.events), *report.not_counted]}
    until = report.at

    def per_event(rows: Any, instant: str, event: str, **which: Q) -> dict[int, dict[str, int]]:
        between = rows.filter(**{f"{event}__in": events, f"{instant}__gt": after, f"{instant}__lte": until}).order_by()
        counts = {name: Count("pk", filter=condition) for name, condition in which.items()}
        return {row.pop(event): row for row in between.values(event).annotate(n=Count("pk"), **counts)}

    acts = per_event(
        AttendanceRecord.objects.all(),
        "recorded_at",
        "registration__event",
        corrections=Q(how=AttendanceRecord.How.CORRECTION),
    )
    answers = per_event(Feedback.objects.all(), "given_at", "registration__event")
    cancelled = per_event(Registration.objects.all(), "cancelled_at", "event")
    changes = PlanChange.objects.filter(event__in=events, changed_at__gt=after, changed_at__lte=until)
    reasons: dict[int, list[str]] = {}
    for change in changes.order_by("event", "number"):
        reasons.setdefault(change.event_id, []).append(change.reason)

    found = []
    for pk, event in events.items():
        n = Counter({name: each.get(pk, {}).get("n", 0) for name, each in (("answers", answers), ("gone", cancelled))})
        of_acts = acts.get(pk, {"n": 0, "corrections": 0})
        texts = []
        if of_acts["n"]:
            texts.append(
                ngettext("%(n)d record of attendance", "%(n)d records of attendance", of_acts["n"])
                % {"n": of_acts["n"]}
            )
        if of_acts["corrections"]:
            texts.append(
                ngettext("%(n)d of them a correction", "%(n)d of them corrections", of_acts["corrections"])
                % {"n": of_acts["corrections"]}
            )
        if n["answers"]:
            texts.append(ngettext("%(n)d answer", "%(n)d answers", n["answers"]) % {"n": n["answers"]})
        if n["gone"]:
            texts.append(ngettext("%(n)d cancellation", "%(n)d cancellations", n["gone"]) % {"n": n["gone"]})
        for reason in reasons.get(pk, []):
            texts.append(_("the plan changed: %(reason)s") % {"reason": reason} if reason else _("the plan changed"))
        if texts:
            title = event.in_language("title", language).text
            found.append({"key": str(event.uid), "event": title, "texts": texts})
    return found
