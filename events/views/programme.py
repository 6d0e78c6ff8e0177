"""The programme of an event: marking one's own as a reader, and the editor of its organisers."""

from copy import copy
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
from projects.typed import typed_number

from ..models import ChoiceGroup, Event, Session
from ..organised import organised_event
from ..passes import held, visible_events
from ..places.listing import can_be_changed_by
from ..programme import changes, rows, shifting
from ..programme.days import programme as programme_of
from ..programme.days import shown_sessions
from ..programme.editor import editor, next_start
from ..programme.forms import LONGEST_PROGRAMME_DAYS, ChoiceGroupForm, Places, SessionForm, ShiftForm, quoted
from ..programme.my_programme import calendar_of, marked_in
from ..programme.rows import CHOICE_GROUPS, SESSIONS
from ..times import hours_in_words

MOST_STEPS = 200
# Where the session of a browser holds the shift that it may undo.
SHIFT = "programme.shift"
MOVES = {"earlier": changes.move_earlier, "later": changes.move_later}


# --- My programme ------------------------------------------------------------------------------------------------


@access(everybody)
@require_safe
def my_programme(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the sessions that the address names (`?mine=3&mine=5`), and the whole programme to mark them in.

    The choice is in the address alone: it can be kept, sent on and printed, and nobody's name is with it.
    """
    event = get_object_or_404(visible_events(request.user, held(request)).with_page_data(), slug=slug)
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
    event = get_object_or_404(visible_events(request.user, held(request)).with_page_data(), slug=slug)
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
    deleted = Session.with_deleted.filter(event=event, deleted_at__isnull=False)
    context = {
        "event": event,
        "list": SESSIONS,
        "listed": rows.listed(request, deleted.order_by("-deleted_at")),
        "shift": shifting.ShiftThatWasMade.read(request.session.get(SHIFT), event),
        "editor": editor(event, focus=request.GET.get("focus", "")),
        "groups": ChoiceGroup.objects.filter(event=event).order_by("name"),
    }
    return render(request, "events/programme/programme.html", context)


@access(people_with_a_role)
@require_POST
def change_session(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Move, copy or delete one session, as the button says that was pressed."""
    event = organised_event(request, slug)
    act = request.POST.get("act", "")
    try:
        # Nobody else changes a session between reading and storing it; what cannot be done is not done by half.
        with changes.changing_programme(event):
            return _change(request, event, rows.row_of(event, SESSIONS, key), act)
    except changes.NoNeighbour as refused:
        words = gettext("“%(session)s” cannot move further on this day.") % {"session": refused.args[0]}
        messages.info(request, words)
    except changes.LeavesTheDay as refused:
        words = gettext("Nothing moved: “%(session)s” would not begin and end on the same day any more.")
        messages.error(request, words % {"session": refused.session})
    return redirect(SESSIONS.page(event, focus=f"{act if act in MOVES else 'more'}-{key}"))


def _change(request: HttpRequest, event: Event, session: Session, act: str) -> HttpResponse:
    verb, _colon, day = act.partition(":")
    if act in MOVES:
        for _step in range(_steps(request)):
            MOVES[act](session)
        _say_when(request, session)
        return redirect(SESSIONS.page(event, focus=f"{act}-{session.pk}"))
    if verb == "day" and (day == "" or typed_number(day, most=LONGEST_PROGRAMME_DAYS)):
        changes.move_to_day(session, typed_number(day, most=LONGEST_PROGRAMME_DAYS))
        _say_when(request, session)
        return redirect(SESSIONS.page(event, focus=f"more-{session.pk}"))
    if act == "duplicate":
        other = changes.duplicate(session)
        words = gettext("There is a second “%(session)s” now. Change what is different.")
        messages.success(request, words % {"session": session})
        return redirect("events:edit_session", event.slug, other.pk)
    if act == "delete":
        changes.delete_session(session)
        return redirect(SESSIONS.page(event, deleted=session.pk))
    raise Http404


def _steps(request: HttpRequest) -> int:
    """By how many places to move: one with a button, several where a session was dragged (static/js/programme.js)."""
    return typed_number(request.POST.get("steps", ""), most=MOST_STEPS) or 1


def _say_when(request: HttpRequest, session: Session) -> None:
    hours = hours_in_words(session.start_time, session.end_time)
    day = gettext("day %(number)s") % {"number": session.day} if session.day else gettext("day not known")
    when = f"{day}, {hours}" if hours else day
    messages.success(request, gettext("“%(session)s” is now on: %(when)s.") % {"session": session, "when": when})


@access(people_with_a_role)
@require_POST
def restore_session(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    return rows.restore(request, organised_event(request, slug), SESSIONS, key, focus=f"more-{key}")


# --- One session -------------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_session(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Change a session, or add one, with key None: the form opens on the day and hour where the programme goes on."""
    event = organised_event(request, slug)
    last_day = max((day for day in event.sessions.values_list("day", flat=True) if day), default=0)
    places = Places.of(event)
    find = " ".join(request.POST.get("find", "").split())
    # Enter in the field of the search presses the button that saves.
    is_search = "search" in request.POST or find != request.POST.get("found", "")

    def form(session: Session | None, data: Any, _files: Any, typed: dict[str, Any]) -> SessionForm:
        initial = typed or ({} if session else _where_it_goes_on(request, event, last_day))
        if typed and (added := request.GET.get("place")):
            # A place that was just added is chosen at once.
            initial["place"] = added
        chosen = places.found(find, also=(request.POST.get("place", ""), initial.get("place", "")))
        return SessionForm(data, initial=initial, event=event, session=session, places=chosen, last_day=last_day)

    def context(_session: Session | None) -> dict[str, Any]:
        return {
            "may_add_rooms": event.venue is not None
            and not event.venue.is_only_a_town
            and can_be_changed_by(request.user, event.venue),
            "find": find,
            "places": places,
            "speakers": event.speakers.values_list("name", flat=True),
            "tracks": event.sessions.exclude(track="").order_by("track").values_list("track", flat=True).distinct(),
        }

    def leave(session: Session) -> HttpResponse:
        if "another" not in request.POST:
            return redirect(SESSIONS.page(event, focus=f"edit-{session.pk}"))
        address = reverse("events:add_session", args=[event.slug])
        return redirect(f"{address}?day={session.day}" if session.day else address)

    return rows.edit(request, event, SESSIONS, key, form=form, context=context, leave=leave, saves=not is_search)


def _where_it_goes_on(request: HttpRequest, event: Event, last_day: int) -> dict[str, Any]:
    day = typed_number(request.GET.get("day", ""), most=LONGEST_PROGRAMME_DAYS) or max(last_day, 1)
    return {"day": day, "start": next_start(event.sessions.filter(day=day), event, day)}


# --- Shifting what follows ---------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Show what moves when all that follows a session is shifted, and shift it once that was seen."""
    event = organised_event(request, slug)
    session = rows.row_of(event, SESSIONS, key)
    asked = request.POST if request.method == "POST" else request.GET
    form = ShiftForm(asked or None, has_next_day=shifting.has_next_day(session))
    planned: shifting.Shift | None = None
    if form.is_bound and form.is_valid():
        planned = shifting.planned_shift(session, **form.cleaned_data)
        if planned.staying and not form.cleaned_data["past_midnight"]:
            form.ask_about(planned.staying)
        elif request.method == "POST":
            try:
                made = shifting.shift_after(session, **form.cleaned_data, seen=request.POST.get("seen"))
            except (shifting.ProgrammeHasChanged, shifting.PassesMidnight):
                return _shift_once_more(request, event, session)
            request.session[SHIFT] = made.kept_as
            return redirect(SESSIONS.page(event, focus=f"more-{session.pk}"))
    context = {
        "event": event,
        "session": session,
        "form": form,
        "planned": planned is not None and not form.errors,
        "seen": planned.fingerprint if planned else "",
        "moves": [
            (
                change.session,
                hours_in_words(change.session.start_time, change.session.end_time),
                hours_in_words(change.start_time, change.end_time),
                change.day if change.day != change.session.day else None,
            )
            for change in (planned.changes if planned else [])
        ],
        "staying": planned.staying if planned else [],
    }
    return render(request, "events/programme/shift.html", context, status=422 if form.errors else 200)


def _shift_once_more(request: HttpRequest, event: Event, session: Session) -> HttpResponse:
    """Answer a shift of what is no longer as it was shown: nothing moves, and what would move now is shown."""
    words = gettext("Nothing moved now: this was shifted already, or somebody moved a session. Look at it again.")
    messages.info(request, words)
    asked = {name: value for name in ShiftForm.base_fields if (value := request.POST.get(name))}
    address = reverse("events:shift_sessions", args=[event.slug, session.pk])
    return redirect(f"{address}?{urlencode(asked)}")


@access(people_with_a_role)
@require_POST
def undo_shift(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back the shift that one has just made, within a minute."""
    event = organised_event(request, slug)
    made = shifting.ShiftThatWasMade.read(request.session.pop(SHIFT, None), event)
    if made is None:
        messages.error(request, gettext("This can no longer be undone: the minute is over. Shift it back instead."))
    elif changed := shifting.undo_shift(event, made):
        words = gettext("Undone, but somebody moved these meanwhile, and they stay as they are: %(sessions)s.")
        messages.info(request, words % {"sessions": quoted(changed)})
    else:
        messages.success(request, gettext("Undone: the sessions are back at their times."))
    return redirect(SESSIONS.page(event))


# --- Choice groups -----------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choice_group(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a choice group, with key None, or change one."""
    event = organised_event(request, slug)

    def form(group: ChoiceGroup | None, data: Any, _files: Any, _typed: dict[str, Any]) -> ChoiceGroupForm:
        # A copy carries what was typed; the heading names the group as it is.
        return ChoiceGroupForm(data, instance=copy(group), event=event)

    return rows.edit(request, event, CHOICE_GROUPS, key, form=form)


@access(people_with_a_role)
@require_POST
def delete_choice_group(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Dissolve a choice group; its sessions stay."""
    event = organised_event(request, slug)
    group = rows.row_of(event, CHOICE_GROUPS, key)
    group.delete()
    messages.success(request, gettext("“%(group)s” is dissolved. Its sessions stay.") % {"group": group})
    return redirect("events:organise_programme", event.slug)
