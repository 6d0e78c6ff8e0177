from django.contrib import messages
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access
from events.organised import organised_event, organised_event_to_write
from projects.access import people_with_a_role
from registrations.door.codes import svg

from ..feedback import address_for_everybody, last_minute
from ..forms import OutcomesForm
from ..outcomes import rated, used_elsewhere
from ..reports.rows import MINIMUM_ANSWERS
from ..results import results_of
from ..translating import TextsForm, language_to_write, texts_of_outcomes, translations


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what people learned at an event, and let its organisers write what it sets out to teach."""
    event = organised_event_to_write(request, slug)
    if request.method == "POST":
        form = OutcomesForm(request.POST, event=event)
        if form.is_valid() and form.write():
            messages.success(request, gettext("The learning outcomes are stored."))
            return redirect("learning:results", event.slug)
    else:
        prefetch_related_objects([event], "outcomes")
        form = OutcomesForm(event=event)
    said, closes = results_of(event), last_minute(event)
    context = {
        "event": event,
        "form": form,
        "results": said,
        "closes": closes,
        "is_closed": closes is not None and closes < said.at,
        "minimum": MINIMUM_ANSWERS,
        "rated": rated(event),
        "used_elsewhere": used_elsewhere(event),
        "translations": translations(texts_of_outcomes(event.outcomes.all())),
    }
    if not event.is_cancelled:
        address = address_for_everybody(event)
        context |= {"slide_address": address, "slide_code": svg(address)}
    return render(request, "learning/results.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def translation(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the outcomes of an event in another language, which the address names: `?language=it`."""
    event = organised_event_to_write(request, slug)
    pieces = texts_of_outcomes(event.outcomes.all())
    form = TextsForm(request.POST or None, pieces=pieces, language=language_to_write(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return redirect("learning:results", event.slug)
    context = {"form": form, "about": event.title, "back": reverse("learning:results", args=[event.slug])}
    return render(request, "learning/translation.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_safe
def slide(request: HttpRequest, slug: str) -> HttpResponse:
    """The QR code of the event's address for feedback, as a picture for its last slide."""
    event = organised_event(request, slug)
    return HttpResponse(
        svg(address_for_everybody(event)),
        content_type="image/svg+xml",
        headers={"Content-Disposition": f'attachment; filename="{event.slug}-feedback.svg"'},
    )
