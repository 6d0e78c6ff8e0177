"""Saying what one learned: by the link of a registration, or through the QR code on the last slide of an event."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.access import access, holder_of_the_link
from events.models import Event
from registrations.links import with_registration
from registrations.models import Registration

from ..exceptions import FeedbackClosed, FeedbackNotExpected, FeedbackNotOpen
from ..feedback import (
    event_behind,
    give_feedback,
    give_feedback_about,
    last_minute,
    must_be_open,
    must_be_open_about,
)
from ..forms import FeedbackAboutForm, FeedbackForm
from ..limits import acts_of
from ..models import Feedback
from ..translating import language_to_read, others_to_read, texts_of_outcomes

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
    initial = FeedbackForm.said_before(given) if given else None
    return _ask(request, registration, FeedbackForm(initial=initial, **_asked(request, registration.event)))


def _answer(request: HttpRequest, registration: Registration, *, at: datetime) -> HttpResponse:
    form = FeedbackForm(request.POST, **_asked(request, registration.event))
    if not form.is_valid():
        return _ask(request, registration, form, status=422)
    give_feedback(registration, form.answers, at=at)
    return redirect("learning:feedback", registration.code)


def _ask(request: HttpRequest, registration: Registration, form: FeedbackForm, status: int = 200) -> HttpResponse:
    event = registration.event
    context = {"registration": registration, "event": event, "form": form, "closes": last_minute(event)}
    context["text_languages"] = others_to_read(texts_of_outcomes(form.outcomes), language=form.language)
    return render(request, "learning/feedback.html", context, status=status)


def _explain(request: HttpRequest, registration: Registration, state: str, given: Feedback | None) -> HttpResponse:
    """Say where feedback stands. Texts that came too late are shown again, so that their writer can still send them."""
    event = registration.event
    context = {
        "registration": registration,
        "event": event,
        "state": state,
        "heading": HEADINGS[state],
        "feedback": given,
        "closes": last_minute(event),
        "too_late": _texts_of(request),
    }
    return render(request, "learning/feedback_state.html", context, status=422 if request.method == "POST" else 200)


def _asked(request: HttpRequest, event: Event) -> dict[str, Any]:
    """Return about what the form asks, and in which language its outcomes are read."""
    outcomes = list(event.outcomes.all())
    return {"outcomes": outcomes, "language": language_to_read(request, texts_of_outcomes(outcomes))}


def _texts_of(request: HttpRequest) -> list[str]:
    """What somebody typed into the free texts of a form that is not taken any more."""
    return [text for name in ("will_use", "remarks") if (text := request.POST.get(name, "").strip())]


# --- Through the code on the last slide -----------------------------------------------------------------------------


@access(holder_of_the_link)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_about(request: HttpRequest, key: str) -> HttpResponse:
    """Ask what somebody learned at an event, or say why this is not the time."""
    event = event_behind(key)
    if event is None:
        return render(request, "learning/unknown_link.html", status=404)
    try:
        must_be_open_about(event, at=timezone.now())
        if request.method == "POST":
            return _answer_about(request, event, key)
    except FeedbackNotExpected:
        return _explain_about(request, event, "not_expected")
    except FeedbackNotOpen:
        return _explain_about(request, event, "not_open")
    except FeedbackClosed:
        return _explain_about(request, event, "closed")
    return _ask_about(request, event, FeedbackAboutForm(**_asked(request, event)))


@access(holder_of_the_link)
@never_cache
@require_safe
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """Say that the answers are kept. It is the same page for whomever they were found to be of."""
    event = event_behind(key)
    if event is None:
        return render(request, "learning/unknown_link.html", status=404)
    return _explain_about(request, event, "given")


def _answer_about(request: HttpRequest, event: Event, key: str) -> HttpResponse:
    form = FeedbackAboutForm(request.POST, **_asked(request, event))
    if not form.is_valid():
        return _ask_about(request, event, form, status=422)
    acts = acts_of(request, form.cleaned_data["email"])
    if until := limits.closed_until(acts):
        response = _ask_about(request, event, form, status=429, closed_until=until)
        response["Retry-After"] = http_date(until.timestamp())
        return response
    limits.count(acts)
    give_feedback_about(event, form.answers, sent_as=form.cleaned_data["sent_as"], email=form.cleaned_data["email"])
    return redirect("learning:feedback_about_thanks", key)


def _ask_about(
    request: HttpRequest, event: Event, form: FeedbackAboutForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"event": event, "form": form, "closes": last_minute(event)}
    context["text_languages"] = others_to_read(texts_of_outcomes(form.outcomes), language=form.language)
    return render(request, "learning/feedback_about.html", context, status=status)


def _explain_about(request: HttpRequest, event: Event, state: str) -> HttpResponse:
    context = {
        "event": event,
        "state": state,
        "heading": HEADINGS[state],
        "closes": last_minute(event),
        "too_late": _texts_of(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "learning/feedback_about_state.html", context, status=status)
