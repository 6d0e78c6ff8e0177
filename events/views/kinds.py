"""The kinds of events: what each asks for and how it counts, changed by the administrators of a programme."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from projects.access import programme_administrators
from projects.search import typed_words

from ..exceptions import KindInUse
from ..kinds.forms import KindForm
from ..kinds.listing import kinds_by_programme
from ..models import EventKind


@access(programme_administrators)
@never_cache
@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """List the kinds of the reader's programmes, and those for every programme."""
    return render(request, "events/kinds/kinds.html", {"groups": kinds_by_programme(request.user)})


@access(programme_administrators)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_kind(request: HttpRequest) -> HttpResponse:
    """Add a kind. `?like=` names one whose switches a new one begins with."""
    like = typed_words(request.GET.get("like", ""), longest=60)
    copied = EventKind.objects.readable_by(request.user).filter(slug=like).first()
    form = KindForm(request.POST or None, user=request.user, copied=copied)
    if request.method == "POST" and form.is_valid():
        kind = form.save()
        messages.success(request, _("“%(kind)s” is there. New events can be of it.") % {"kind": kind.name})
        return redirect("events:kinds")
    return _page(request, form)


@access(programme_administrators)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def kind(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a kind."""
    if request.method == "POST":
        # What was typed is compared with what is stored, so nobody may store anything in between.
        EventKind.objects.select_for_update().filter(slug=slug).first()
    kind = get_object_or_404(_with_counts(request), slug=slug)
    form = KindForm(request.POST or None, instance=kind, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("“%(kind)s” is saved.") % {"kind": kind.name})
        if words := form.taken_over_in_words:
            messages.info(request, words)
        return redirect("events:kinds")
    return _page(request, form)


@access(programme_administrators)
@never_cache
@require_POST
def delete_kind(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a kind of which there is no event."""
    kind = get_object_or_404(EventKind.objects.administered_by(request.user), slug=slug)
    try:
        kind.delete_unused()
    except KindInUse:
        messages.error(
            request, _("“%(kind)s” has events. Take away the tick at “Offered for new events”.") % {"kind": kind.name}
        )
        return redirect("events:kind", slug)
    messages.success(request, _("“%(kind)s” is deleted.") % {"kind": kind.name})
    return redirect("events:kinds")


def _with_counts(request: HttpRequest):
    return EventKind.objects.administered_by(request.user).annotate(event_count=Count("events"))


def _page(request: HttpRequest, form: KindForm) -> HttpResponse:
    # `form.instance` carries what was typed; the heading names the kind as it is.
    name = form.initial.get("name", "")
    return render(
        request,
        "events/kinds/kind.html",
        {"form": form, "kind": form.instance, "name": name},
        status=422 if form.errors else 200,
    )
