"""Registering people from a sheet, for organisers."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import access
from accounts.models import User
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role

from .. import importing, places
from ..exceptions import RegistrationClosed
from ..importing_forms import ImportForm


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Look rows through as they were pasted or sent; with `register` those that are good are registered."""
    event = organised_event(request, slug)
    if request.method != "POST":
        return _page(request, event, ImportForm(event=event))
    form = ImportForm(request.POST, request.FILES, event=event)
    # A file that was just chosen is looked at first.
    if not form.is_valid() or "register" not in request.POST or "sheet" in request.FILES or not form.newcomers:
        return _page(request, event, form)
    try:
        outcomes = importing.register_all(event, form.newcomers, by=cast(User, request.user))
    except RegistrationClosed:
        words = gettext("The event is over, cancelled or not announced: nobody can be registered for it.")
        form.add_error(None, words)
        return _page(request, event, form)
    for sentence in importing.done_in_words(outcomes):
        messages.success(request, sentence)
    if not form.wrong:
        return redirect("registrations:people", slug)
    # What would not do comes back to be mended; who is registered is not in it any more.
    rest = request.POST.copy()
    rest["people"] = form.text_of_wrong()
    form = ImportForm(rest, event=event)
    form.is_valid()
    return _page(request, event, form)


def _page(request: HttpRequest, event: Event, form: ImportForm) -> HttpResponse:
    context = {
        "event": event,
        "form": form,
        "checked": form.rows,
        "wrong": form.wrong,
        "number": len(form.newcomers),
        "free": places.free(event),
    }
    return render(request, "registrations/import_people.html", context, status=422 if form.errors else 200)
