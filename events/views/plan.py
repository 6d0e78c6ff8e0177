"""When and where: changing the plan of an event, with its reason, a preview, and a minute to undo it."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access
from projects.access import people_with_a_role
from projects.typed import asked_key

from ..editing import drafts
from ..editing.clocks import clock_left_behind, clock_of_the_place
from ..editing.plan_acts import ACTS, Act
from ..editing.plan_form import PlanForm, ReasonForm, TakeUpForm
from ..editing.refusals import in_words
from ..editing.splits import other_parts
from ..editing.warnings import warnings
from ..exceptions import PlanRefused, UndoRefused
from ..models import Event
from ..organised import organised_event_to_write
from ..versions import what_changed

PREVIEW, CORRECT, CHANGE = "preview", "correct", "change"


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the plan of an event with everything that can become of it, and change date, place and mode."""
    event = organised_event_to_write(request, slug)
    return _change(request, event, PlanForm, "plan", "events/organise/plan.html")


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def take_up_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Let what was cancelled or postponed take place after all."""
    event = organised_event_to_write(request, slug)
    if not (event.is_cancelled or event.is_postponed):
        return redirect("events:plan", slug)
    return _change(request, event, TakeUpForm, "take-up-again", "events/organise/take_up_again.html")


def _change(request: HttpRequest, event: Event, form_class: type[PlanForm], name: str, template: str) -> HttpResponse:
    window = drafts.Window.of(request, event=event, form=name)
    if request.method != "POST":
        form = form_class(event=event)
        if typed := window.typed_in(form):
            form = form_class(event=event, initial=typed)
        return _page(request, event, form, template, window=window)

    act = request.POST.get("act", PREVIEW)
    form = form_class(request.POST, event=event)
    if not form.is_valid():
        return _page(request, event, form, template, window=window, status=422)
    if act == CORRECT:
        return _page(request, event, form, template, window=window)
    if event.is_postponed and not isinstance(form, TakeUpForm) and form.changes["starts_on"]:
        return _take_up_with_what_was_typed(request, event)
    if not form.is_different and event.is_published:
        window.discard()
        messages.info(request, gettext("Nothing is different, so nothing was changed."))
        return redirect("events:plan", event.slug)
    if event.is_published and form.is_a_change and act != CHANGE:
        return _preview(request, event, form, name)
    is_a_change = form.is_a_change
    try:
        _store(event, form, by=request.user)
    except PlanRefused as refusal:
        messages.error(request, in_words(refusal))
        return _page(request, event, form, template, window=window, status=409)
    window.discard()
    if words := form.taken_over_in_words:
        messages.info(request, words)
    if not event.is_published and (words := form.clock_follows_in_words):
        messages.info(request, words)
    messages.success(request, _done(event, is_a_change=is_a_change))
    return redirect("events:plan", event.slug)


def _done(event: Event, *, is_a_change: bool) -> str:
    if not event.is_published:
        return gettext("Saved.")
    if not is_a_change:
        return gettext("Saved. The plan stays as it was, so nobody is told.")
    return gettext("The plan is changed.")


def _take_up_with_what_was_typed(request: HttpRequest, event: Event) -> HttpResponse:
    """Carry a date that was typed for a postponed event over to where it takes it up again."""
    typed = request.POST.copy()
    typed["as_status"] = Event.Status.ANNOUNCED
    words = gettext("This event is postponed: a new date takes it up again. What you typed is below; nothing is saved.")
    messages.info(request, words)
    window = drafts.Window.of(request, event=event, form="take-up-again")
    try:
        window.keep(typed)
    except drafts.DraftRefused:
        # Too many are kept already. This page can take it to where it belongs without keeping it.
        form = TakeUpForm(typed, event=event)
        return _page(request, event, form, "events/organise/take_up_again.html", window=window)
    drafts.Window.of(request, event=event, form="plan").discard()
    return redirect(reverse("events:take_up_again", args=[event.slug]) + "?draft=1")


def _store(event: Event, form: PlanForm, *, by) -> None:
    changes = form.changes_to_store()
    if isinstance(form, TakeUpForm):
        status = changes.pop("status")
        event.take_up_again(reason=form.cleaned_data["reason"], as_status=status, by=by, tells=form.tells, **changes)
    else:
        event.move(reason=form.cleaned_data.get("reason", ""), by=by, tells=form.tells, **changes)


def _preview(request: HttpRequest, event: Event, form: PlanForm, name: str) -> HttpResponse:
    after = form.event_after
    context = {
        "event": event,
        "name": name,
        "event_after": after,
        "plan_before": event.plan,
        "plan_after": after.plan,
        "what_changed": what_changed(event.plan, after.plan),
        "joins_elsewhere": event.join_url != after.join_url,
        "reason": form.cleaned_data["reason"],
        "tells": form.tells,
        "warnings": warnings(after),
        "clock_of_place": clock_of_the_place(after),
        "clock_before": clock_left_behind(after, form.left_clock),
        "taken_over": form.taken_over_in_words,
        "typed": _typed(request),
    }
    return render(request, "events/organise/plan_preview.html", context)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted, so that the preview can post it once more."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "act")
        for value in values
    ]


def _page(
    request: HttpRequest,
    event: Event,
    form: PlanForm,
    template: str,
    *,
    window: drafts.Window,
    status: int = 200,
) -> HttpResponse:
    last = event.changes.select_related("undone_by").last()
    context = {
        "event": event,
        "form": form,
        "form_name": window.form,
        "window": window,
        "acts": [act for act in ACTS if act.fits(event)],
        "last_change": last if last and last.can_be_undone() else None,
        "warnings": warnings(event),
        "clock_of_place": clock_of_the_place(event),
        "other_parts": other_parts(event, request.user),
    }
    return render(request, template, context, status=status)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def act(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One verb on a page of its own: what it does, who is told, its reason."""
    event = organised_event_to_write(request, slug)
    this: Act | None = next((act for act in ACTS if act.name == name), None)
    if this is None or this.has_own_page:
        raise Http404
    if not this.fits(event):
        messages.error(request, gettext("Nothing was changed: the event stands differently now. Look at it again."))
        return redirect("events:plan", slug)
    missing = this.missing(event)
    is_possible = not any(one.is_needed for one in missing)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].required = this.needs_reason
    if not this.asks_reason(event):
        del form.fields["reason"]
    if request.method == "POST" and is_possible and form.is_valid():
        try:
            this.do(event, reason=form.cleaned_data.get("reason", ""), by=request.user)
        except PlanRefused as refusal:
            messages.error(request, in_words(refusal))
            return redirect("events:plan", slug)
        messages.success(request, str(this.done))
        if this.leaves:
            return redirect("registrations:organise")
        return redirect("events:plan", slug)
    context = {
        "event": event,
        "event_after": this.after(event),
        "form": form,
        "this": this,
        "missing": missing,
        "is_possible": is_possible,
        "is_warned": is_possible and any(one.is_warning for one in missing),
    }
    return render(request, "events/organise/act.html", context, status=422 if request.method == "POST" else 200)


@access(people_with_a_role)
@require_POST
@transaction.atomic
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back the change whose number is posted, while nobody was told."""
    event = organised_event_to_write(request, slug)
    change = get_object_or_404(event.changes, number=asked_key(request.POST, "number"))
    try:
        change.undo(by=request.user)
    except UndoRefused as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, gettext("Undone. Nobody is told of it, but for those who registered in between."))
    return redirect("events:plan", slug)
