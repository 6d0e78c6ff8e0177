"""What pages of events and registrations show of learning, and the addresses of a report's numbers.

Events and registrations stand below this app, so their templates ask for what they show of it.
"""

from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from events.models import Event
from registrations.models import Registration

from ..exceptions import FeedbackRefused
from ..feedback import last_minute, must_be_open
from ..reports.semester import SemesterReport

register = template.Library()


@register.inclusion_tag("learning/includes/outcomes.html")
def learning_outcomes(event: Event) -> dict[str, Any]:
    """List what an event sets out to teach; nothing at all where nothing was written down. One query."""
    language = get_language() or "en"
    return {"outcomes": [outcome.in_language("text", language) for outcome in event.outcomes.all()]}


@register.inclusion_tag("learning/includes/feedback_panel.html")
def feedback_panel(registration: Registration) -> dict[str, Any]:
    """Ask for feedback on the page of a registration, while it is taken; nothing at all before and after."""
    try:
        must_be_open(registration, at=timezone.now())
    except FeedbackRefused:
        return {}
    return {"registration": registration, "event": registration.event, "closes": last_minute(registration.event)}


@register.simple_tag(takes_context=True)
def rows_address(context: RequestContext, *figure: str) -> str:
    """Return the address of the rows behind a number of the page's report: `{% rows_address "kind-" kind.slug %}`.

    It carries the cut-off of the page, so that the rows agree with the number that was clicked.
    """
    return _address(context["report"], "learning:report_rows", "".join(figure))


@register.simple_tag(takes_context=True)
def report_address(context: RequestContext) -> str:
    """Return the address of the report that a page of rows belongs to, with the same cut-off."""
    return _address(context["report"], "learning:report")


def _address(report: SemesterReport, view: str, *args: str) -> str:
    path = reverse(view, args=[report.project.slug, report.semester.number, *args])
    return f"{path}?{urlencode({'at': report.at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}, safe=':')}"
