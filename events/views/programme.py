"""The programme of an event: marking one's own as a reader, and the editor of its organisers."""

import re
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, everybody
from projects.access import people_with_a_role

from ..editing import drafts
from ..models import ChoiceGroup, Event, Session
from ..places.listing import can_be_changed_by
from ..programme import changes
from ..programme.days import programme as programme_of
from ..programme.days import shown_sessions
from ..programme.editor import editor, next_start
from ..programme.forms import LONGEST_PROGRAMME_DAYS, ChoiceGroupForm, Places, SessionForm, ShiftForm
from ..programme.my_programme import calendar_of, marked_in
from ..times import hours_in_words

MOST_STEPS = 200
MOVES = {"earlier": changes.move_earlier, "later": changes.move_later}


def organised_event(request: HttpRequest, slug: str) -> Event:
    """Return the event of this address for one of its organisers; anybody else does not find it."""
    return get_object_or_404(Event.objects.organised_by(request.user).with_page_data(), slug=slug)


def _session(event: Event, key: int) -> Session:
    session = get_object_or_404(event.sessions.with_page_data(), pk=key)
    session.event = event
    return session


# --- My programme ------------------------------------------------------------------------------------------------


@access(everybody)
@require_safe
def my_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sessions that the address names (`?mine=3&mine=5`), and the whole programme to mark them in.

    The choice is in the address alone: it can be kept, sent on and printed, and nobody's name is with it.
    """
    event = get_object_or_404(Event.objects.visible_to(request.user).with_page_data(), slug=slug)
    language = get_language() or "en"
    sessions = shown_sessions(event, request.user)
    marked = marked_in(request.GET.getlist("mine"), sessions)
    mine = [session for session in sessions if session.pk in marked]
    # What is not in their address any more (a session that was deleted, say) is told, not passed over.
    context = {
        "event": event,
        "marked": marked,
        "is_missing": len(set(request.GET.getlist("mine"))) > len(marked),
        "mine": programme_of(event, mine, language=language),
        "programme": programme_of(event, sessions, language=language),
        "query": urlencode([("mine", key) for key in sorted(marked)]),
    }
    return render(request, "events/my_programme.html", context)


@access(everybody)
@require_safe
def my_programme_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand out the sessions that the address names as a calendar file, in the language of the page."""
    event = get_object_or_404(Event.objects.visible_to(request.user).with_page_data(), slug=slug)
    language = get_language() or "en"
    sessions = shown_sessions(event, request.user)
    body = calendar_of(event, marked_in(request.GET.getlist("mine"), sessions), language=language)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{event.slug}-programme.ics")
    response["X-Robots-Tag"] = "noindex"
    return response


# --- The list ----------------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_safe
def programme(request: HttpRequest, slug: str) -> HttpResponse:
    """List the programme by day, with what to look at above it."""
    event = organised_event(request, slug)
    deleted = list(Session.with_deleted.filter(event=event, deleted_at__isnull=False).order_by("-deleted_at"))
    context = {
        "event": event,
        "deleted": deleted,
        "just_deleted": next((one for one in deleted if str(one.pk) == request.GET.get("deleted")), None),
        "editor": editor(event, focus=request.GET.get("focus", "")),
        "groups": ChoiceGroup.objects.filter(event=event).order_by("name"),
    }
    return render(request, "events/programme/programme.html", context)


@access(people_with_a_role)
@require_POST
def change_session(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Move, copy or delete one session, as the button says that was pressed."""
    event = organised_event(request, slug)
    session = _session(event, key)
    act, _colon, day = request.POST.get("act", "").partition(":")
    focus = f"{act}-{session.pk}"
    try:
        if act in MOVES:
            with changes.changing_programme(event):
                for _step in range(_steps(request)):
                    MOVES[act](session)
            _say_when(request, session)
        elif act == "day" and (day == "" or _number(day, most=LONGEST_PROGRAMME_DAYS)):
            changes.move_to_day(session, _number(day, most=LONGEST_PROGRAMME_DAYS))
            _say_when(request, session)
            focus = f"more-{session.pk}"
        elif act == "duplicate":
            other = changes.duplicate(session)
            messages.success(
                request,
                gettext("There is a second “%(session)s” now. Change what is different.") % {"session": session},
            )
            return redirect("events:edit_session", event.slug, other.pk)
        elif act == "delete":
            changes.delete_session(session)
            return redirect(f"{reverse('events:organise_programme', args=[event.slug])}?deleted={session.pk}")
        else:
            raise Http404
    except changes.NoNeighbour:
        messages.info(request, gettext("“%(session)s” cannot move further on this day.") % {"session": session})
    except changes.ShiftLeavesTheDay as refused:
        _say_it_leaves_the_day(request, refused.session)
    return redirect(f"{reverse('events:organise_programme', args=[event.slug])}?focus={focus}")


def _steps(request: HttpRequest) -> int:
    """By how many places to move: one with a button, several where a session was dragged (static/js/programme.js)."""
    return _number(request.POST.get("steps", ""), most=MOST_STEPS) or 1


def _number(typed: str, *, most: int) -> int | None:
    """Return a whole number from 1 to `most`; None for anything else, however many digits it has."""
    number = int(typed) if re.fullmatch(r"[0-9]{1,6}", typed) else 0
    return number if 1 <= number <= most else None


def _say_when(request: HttpRequest, session: Session) -> None:
    hours = hours_in_words(session.start_time, session.end_time)
    day = gettext("day %(number)s") % {"number": session.day} if session.day else gettext("day not known")
    when = f"{day}, {hours}" if hours else day
    messages.success(request, gettext("“%(session)s” is now on: %(when)s.") % {"session": session, "when": when})


def _say_it_leaves_the_day(request: HttpRequest, session: Session) -> None:
    messages.error(
        request,
        gettext("Nothing moved: “%(session)s” would not begin and end on the same day any more.")
        % {"session": session},
    )


@access(people_with_a_role)
@require_POST
def restore_session(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    event = organised_event(request, slug)
    session = get_object_or_404(Session.with_deleted, event=event, pk=key)
    if session.deleted_at is not None:
        changes.restore_session(session)
    messages.success(request, gettext("“%(session)s” is back in the programme.") % {"session": session})
    return redirect(f"{reverse('events:organise_programme', args=[event.slug])}?focus=more-{session.pk}")


# --- One session -------------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_session(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a session; the form opens on the day and at the hour where the programme goes on."""
    event = organised_event(request, slug)
    return _session_page(request, event, None)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_session(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    event = organised_event(request, slug)
    if request.method != "POST":
        return _session_page(request, event, _session(event, key))
    with changes.changing_programme(event):
        return _session_page(request, event, _session(event, key))


def _session_page(request: HttpRequest, event: Event, session: Session | None) -> HttpResponse:
    name = f"session-{session.pk}" if session else "session-new"
    last_day = max((day for day in event.sessions.values_list("day", flat=True) if day), default=0)
    draft = None if request.method == "POST" else drafts.kept(user=request.user, event=event, form=name)
    initial = {} if session else _where_it_goes_on(request, event, last_day)
    options: dict[str, Any] = {"event": event, "session": session, "places": Places.of(event), "last_day": last_day}
    form = SessionForm(request.POST or None, initial=initial, **options)
    if draft is not None and "draft" in request.GET:
        typed = drafts.typed_in(form, draft)
        # A place that was just added is chosen at once.
        if added := request.GET.get("place"):
            typed["place"] = added
        form = SessionForm(initial=typed, **options)
        draft = None
    if request.method == "POST" and form.is_valid():
        with changes.changing_programme(event):
            saved = form.save()
            drafts.discard(user=request.user, event=event, form=name)
        return _after_saving(request, event, saved, form)
    context = {
        "event": event,
        "session": session,
        "form": form,
        "form_name": name,
        "draft": draft,
        "may_add_rooms": event.venue is not None
        and not event.venue.is_only_a_town
        and can_be_changed_by(request.user, event.venue),
        "speakers": event.speakers.values_list("name", flat=True),
        "tracks": event.sessions.exclude(track="").order_by("track").values_list("track", flat=True).distinct(),
    }
    return render(request, "events/programme/session.html", context, status=422 if form.errors else 200)


def _where_it_goes_on(request: HttpRequest, event: Event, last_day: int) -> dict[str, Any]:
    day = _number(request.GET.get("day", ""), most=LONGEST_PROGRAMME_DAYS) or max(last_day, 1)
    return {"day": day, "start": next_start(event.sessions.filter(day=day), event, day)}


def _after_saving(request: HttpRequest, event: Event, session: Session, form: SessionForm) -> HttpResponse:
    messages.success(request, gettext("“%(session)s” is saved.") % {"session": session})
    if words := form.taken_over_in_words:
        messages.info(request, words)
    if "another" in request.POST:
        address = reverse("events:add_session", args=[event.slug])
        return redirect(f"{address}?day={session.day}" if session.day else address)
    return redirect(f"{reverse('events:organise_programme', args=[event.slug])}?focus=edit-{session.pk}")


# --- Shifting what follows ---------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Show what moves when all that follows a session is shifted, and shift it once that was seen."""
    event = organised_event(request, slug)
    session = _session(event, key)
    asked = request.POST if request.method == "POST" else request.GET
    form = ShiftForm(asked or None)
    planned: list[changes.Shifted] | None = None
    if form.is_bound and form.is_valid():
        minutes, with_itself = form.cleaned_data["minutes"], form.cleaned_data["with_itself"]
        try:
            if request.method == "POST":
                changes.shift_after(session, minutes, with_itself=with_itself)
                messages.success(request, gettext("Shifted. Shift by %(minutes)s to undo.") % {"minutes": -minutes})
                return redirect(f"{reverse('events:organise_programme', args=[event.slug])}?focus=more-{session.pk}")
            planned = changes.planned_shift(session, minutes, with_itself=with_itself)
        except changes.ShiftLeavesTheDay as refused:
            form.add_error(
                "minutes",
                gettext("“%(session)s” would leave its day. Enter fewer minutes") % {"session": refused.session},
            )
    rows = [
        (
            change.session,
            hours_in_words(change.session.start_time, change.session.end_time),
            hours_in_words(change.start_time, change.end_time),
        )
        for change in planned or []
    ]
    context = {"event": event, "session": session, "form": form, "planned": planned is not None, "rows": rows}
    return render(request, "events/programme/shift.html", context, status=422 if form.errors else 200)


# --- Choice groups -----------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choice_group(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a choice group, with key None, or change one."""
    event = organised_event(request, slug)
    if request.method != "POST":
        return _choice_group_page(request, event, key)
    with changes.changing_programme(event):
        return _choice_group_page(request, event, key)


def _choice_group_page(request: HttpRequest, event: Event, key: int | None) -> HttpResponse:
    group = get_object_or_404(ChoiceGroup, event=event, pk=key) if key else None
    name = group.name if group else ""
    form = ChoiceGroupForm(request.POST or None, instance=group, event=event)
    if request.method == "POST" and form.is_valid():
        group = form.save()
        messages.success(request, gettext("“%(group)s” is saved.") % {"group": group})
        if words := form.taken_over_in_words:
            messages.info(request, words)
        return redirect("events:organise_programme", event.slug)
    # `group` carries what was typed; the heading names it as it is.
    context = {"event": event, "name": name, "form": form}
    return render(request, "events/programme/choice_group.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def delete_choice_group(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Dissolve a choice group; its sessions stay."""
    event = organised_event(request, slug)
    group = get_object_or_404(ChoiceGroup, event=event, pk=key)
    group.delete()
    messages.success(request, gettext("“%(group)s” is dissolved. Its sessions stay.") % {"group": group})
    return redirect("events:organise_programme", event.slug)
