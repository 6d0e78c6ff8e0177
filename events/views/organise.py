"""An event as its organisers write it: new, its texts, what was typed and not saved, split, merged and copied."""

import copy
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access
from projects.access import people_with_a_role
from projects.languages import LANGUAGES
from projects.typed import typed_key

from ..checklists import still_missing
from ..editing import drafts
from ..editing.event_form import EventForm, NewEventForm, projects_for_new_events
from ..editing.refusals import in_words
from ..editing.repeats import comes_again
from ..editing.split_forms import DuplicateForm, MergeForm, SplitForm
from ..editing.splits import duplicate as make_duplicate
from ..editing.splits import links
from ..editing.splits import merge as merge_into
from ..editing.splits import split as split_into
from ..editing.texts import EventTexts
from ..exceptions import PlanRefused
from ..models import Draft, Event
from ..organised import organised_event, organised_event_to_write
from ..places import adding
from ..times import instant_in_words

NEW, EVENT = "new", "event"


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a new event: a draft that its organisers alone see."""
    window = drafts.Window.of(request, event=None, form=NEW)
    form = NewEventForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if comes_again(request) and (made := _last_made(request, form.cleaned_data["title"])):
            return redirect("events:plan", made.slug)
        event = form.save()
        window.discard()
        messages.success(request, gettext("The draft is made. Only its organisers see it until you publish it."))
        return redirect("events:plan", event.slug)
    if typed := window.typed_in(form):
        form = NewEventForm(initial=typed, user=request.user)
    context = {"form": form, "window": window, "form_name": NEW, "may": projects_for_new_events(request.user).exists()}
    return render(request, "events/organise/new.html", context, status=422 if form.errors else 200)


def _last_made(request: HttpRequest, title: str) -> Event | None:
    """Return the draft that the first press of a button has made."""
    drafts_of_theirs = Event.objects.organised_by(request.user).filter(status=Event.Status.DRAFT, title=title)
    return drafts_of_theirs.order_by("-pk").first()


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and change what an event is: texts, partners, its place in a series, registration."""
    event = organised_event_to_write(request, slug)
    window = drafts.Window.of(request, event=event, form=EVENT)
    if request.method == "POST":
        form = EventForm(request.POST, event=event)
        if form.is_valid() and _saved(form):
            window.discard()
            if words := form.taken_over_in_words:
                messages.info(request, words)
            messages.success(request, gettext("Saved."))
            return redirect("events:organise_event", event.slug)
        # The page says what is stored, not what was refused.
        event = get_object_or_404(Event.objects.with_page_data(), pk=event.pk)
    else:
        form = EventForm(event=event)
        if typed := window.typed_in(form):
            form = EventForm(event=event, initial=typed)
    context = {
        "event": event,
        "form": form,
        "window": window,
        "form_name": EVENT,
        "missing": still_missing(event),
        "older_texts": EventTexts.of(event).older,
        "links": links(event, request.user),
    }
    return render(request, "events/organise/event.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
@transaction.atomic
def registration_by_hand(request: HttpRequest, slug: str) -> HttpResponse:
    """Open or close registration whatever the dates say, or let the dates decide again."""
    event = organised_event_to_write(request, slug)
    words = {
        Event.ByHand.OPEN: gettext("Registration is open by hand, until you close it or the event is over."),
        Event.ByHand.CLOSED: gettext("Registration is closed by hand. Who is registered stays registered."),
        Event.ByHand.AS_DATED: gettext("The dates decide again when registration is open."),
    }
    by_hand = request.POST.get("by_hand")
    if by_hand not in words:
        messages.error(request, gettext("Choose one of the buttons: open, close, or as the dates say."))
    else:
        event.open_registration_by_hand(by_hand)
        messages.success(request, words[Event.ByHand(by_hand)])
    return redirect(f"{reverse('events:organise_event', args=[event.slug])}#registering-by-hand")


def _saved(form: EventForm) -> bool:
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        # Somebody else took the address in this moment.
        form.add_error("slug", gettext("Another event has this short name, or had it once. Choose another one."))
        return False
    return True


@access(people_with_a_role)
@require_POST
def draft(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Keep what is typed into a form of the editor, or discard it."""
    event = organised_event(request, slug)
    if len(form) > Draft.LONGEST_NAME:
        raise Http404("No form of the editor has such a name.")
    return _draft(request, event, form)


@access(people_with_a_role)
@require_POST
def new_draft(request: HttpRequest) -> HttpResponse:
    """The same for an event that is not stored yet."""
    return _draft(request, None, NEW)


def _draft(request: HttpRequest, event: Event | None, form: str) -> HttpResponse:
    window = drafts.Window.of(request, event=event, form=form)
    if "discard" in request.POST:
        window.discard()
        return redirect(_address(event, form))
    try:
        kept = window.keep(request.POST)
    except drafts.DraftRefused:
        words, status = gettext("This is too much to be kept as a draft. Save it."), 413
        if "X-Autosave" in request.headers:
            return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
        messages.error(request, words)
        return redirect(_address(event, form))
    zone = event.zone if event else ZoneInfo("UTC")
    if "X-Autosave" in request.headers:
        at = kept.saved_at.astimezone(zone)
        words = gettext("Kept as a draft at %(time)s (%(zone)s)") % {"time": f"{at:%H:%M}", "zone": f"{at:%Z}"}
        return HttpResponse(words, content_type="text/plain; charset=utf-8")
    if event is not None and (what := request.POST.get("keep", "")) in adding.ADDED:
        return redirect(adding.page_to_add(what, event, back=_address(event, form)))
    kept_at = instant_in_words(kept.saved_at, event or zone)
    messages.success(request, gettext("Kept as a draft: %(when)s. Nothing is published.") % {"when": kept_at})
    return redirect(_address(event, form))


def _address(event: Event | None, form: str) -> str:
    """Return where a form is that was kept as a draft."""
    if event is None:
        return reverse("events:new_event")
    if (language := form.removeprefix("texts-")) in LANGUAGES:
        return reverse("events:translation", args=[event.slug, language])
    row, _dash, key = form.partition("-")
    if row in ("session", "speaker", "document"):
        if (number := typed_key(key)) is not None:
            return reverse(f"events:edit_{row}", args=[event.slug, number])
        return reverse(f"events:add_{row}", args=[event.slug])
    names = {"event": "events:organise_event", "plan": "events:plan", "take-up-again": "events:take_up_again"}
    return reverse(names.get(form, "events:plan"), args=[event.slug])


# --- Split, merge, duplicate -------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, slug: str) -> HttpResponse:
    """Make several events of one; it stays as the first of them, or is cancelled with links to all."""
    event = organised_event(request, slug)
    form = SplitForm(request.POST if request.method == "POST" else None, event=event)
    if request.method == "POST" and form.is_valid():
        try:
            parts = split_into(
                event,
                form.titles,
                reason=form.cleaned_data["reason"],
                cancels=form.cleaned_data["what"] == SplitForm.CANCELS,
                by=request.user,
            )
        except PlanRefused as refusal:
            messages.error(request, in_words(refusal))
            return redirect("events:plan", slug)
        words = gettext("The event is split. Give each part its date and place, then publish it.")
        messages.success(request, words)
        return redirect("events:plan", parts[0].slug)
    return _form_page(request, "events/organise/split.html", event, form)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Let another event go on for this one, which is cancelled."""
    event = organised_event(request, slug)
    form = MergeForm(request.POST if request.method == "POST" else None, event=event, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            merge_into(event, form.cleaned_data["into"], reason=form.cleaned_data["reason"], by=request.user)
        except PlanRefused as refusal:
            messages.error(request, in_words(refusal))
        else:
            messages.success(request, gettext("The events are merged. Both pages name each other."))
        return redirect("events:plan", slug)
    after = copy.copy(event)
    after.status = Event.Status.CANCELLED
    return _form_page(request, "events/organise/merge.html", event, form, event_after=after)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft like this event, without dates and people."""
    event = organised_event(request, slug)
    form = DuplicateForm(request.POST if request.method == "POST" else None, initial={"title": event.title})
    if request.method == "POST" and form.is_valid():
        copied = make_duplicate(event, title=form.cleaned_data["title"])
        messages.success(request, gettext("The copy is a draft. Give it its date and place."))
        return redirect("events:plan", copied.slug)
    return _form_page(request, "events/organise/duplicate.html", event, form)


def _form_page(request: HttpRequest, template: str, event: Event, form: Any, **more: Any) -> HttpResponse:
    context = {"event": event, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)
