from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import access, holder_of_the_link
from registrations.links import with_registration
from registrations.models import Registration

from ..exceptions import FeedbackClosed, FeedbackNotExpected, FeedbackNotOpen
from ..feedback import give_feedback, last_minute, must_be_open
from ..forms import FeedbackForm
from ..models import Feedback

HEADINGS = {
    "given": _("Thank you for your feedback"),
    "not_open": _("Feedback opens after the event"),
    "closed": _("Feedback is closed"),
    "not_expected": _("There is no feedback to give"),
}


@access(holder_of_the_link)
@require_http_methods(["GET", "HEAD", "POST"])
@with_registration
def feedback(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Ask what somebody learned, or say why this is not the time; whoever has answered may change it."""
    now = timezone.now()
    given = Feedback.objects.filter(registration=registration).first()
    try:
        must_be_open(registration, at=now)
        if request.method == "POST":
            return _answer(request, registration, at=now)
    except FeedbackNotExpected:
        return _explain(request, registration, "not_expected", given)
    except FeedbackNotOpen:
        return _explain(request, registration, "not_open", given)
    except FeedbackClosed:
        return _explain(request, registration, "closed", given)
    if given is not None and "change" not in request.GET:
        return _explain(request, registration, "given", given)
    form = FeedbackForm(
        outcomes=registration.event.outcomes.all(), initial=FeedbackForm.said_before(given) if given else None
    )
    return _ask(request, registration, form)


def _answer(request: HttpRequest, registration: Registration, *, at: datetime) -> HttpResponse:
    form = FeedbackForm(request.POST, outcomes=registration.event.outcomes.all())
    if not form.is_valid():
        return _ask(request, registration, form, status=422)
    give_feedback(registration, form.answers, at=at)
    return redirect("learning:feedback", registration.code)


def _ask(request: HttpRequest, registration: Registration, form: FeedbackForm, status: int = 200) -> HttpResponse:
    event = registration.event
    context = {"registration": registration, "event": event, "form": form, "closes": last_minute(event)}
    return render(request, "learning/feedback.html", context, status=status)


def _explain(request: HttpRequest, registration: Registration, state: str, given: Feedback | None) -> HttpResponse:
    """Say where feedback stands. Texts that came too late are shown again, so that their writer can still send them."""
    event = registration.event
    too_late = [text for name in ("will_use", "remarks") if (text := request.POST.get(name, "").strip())]
    context = {
        "registration": registration,
        "event": event,
        "state": state,
        "heading": HEADINGS[state],
        "feedback": given,
        "closes": last_minute(event),
        "too_late": too_late,
    }
    return render(request, "learning/feedback_state.html", context, status=422 if request.method == "POST" else 200)
