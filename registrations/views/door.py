"""The door of an event, for whoever stands there: how they begin, what devices ask and send, and a plain page."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from events.models import Event
from events.times import day_in_words, instant_in_words
from projects.search import fold, typed_words

from ..attendance import is_over, standing_of
from ..attendance.folding import came_last
from ..attendance.standing import said
from ..door import listing, sending
from ..door.access import (
    AtTheDoor,
    NotLetIn,
    TriedTooOften,
    at_the_door,
    cookie_name,
    has_link,
    let_in,
    link_for,
    note_unsent,
    people_at_the_door,
    remember,
)
from ..door.forms import StartForm, WalkInForm
from ..door.ids import ids_of
from ..door.log import log_of
from ..door.numbers import number_in
from ..models import Registration

# What a helper sees at once; more letters find the others.
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody who was found. `since` is when they came, "" for whoever is not here; `act` is the id of the next act.

    `undoes` are the acts that an undo takes back: all by which they are here.
    """

    registration: Registration
    person: str
    since: str
    act: uuid.UUID
    undoes: tuple[uuid.UUID, ...]


# --- Beginning and ending ----------------------------------------------------------------------------------------


@access(people_at_the_door)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a helper in; then show the door as a plain page that needs no JavaScript, and take what is done there."""
    by = at_the_door(request, slug)
    if by is None:
        return _start(request, slug)
    return _act(request, by) if request.method == "POST" else _page(request, by)


def _start(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.published().with_page_data(), slug=slug)
    now = timezone.now()
    today = now.astimezone(event.zone).date()
    key = request.POST.get("key", "") or request.GET.get("key", "")
    form = StartForm(request.POST if request.method == "POST" else None, has_key=bool(key))
    form.is_valid()
    pin = getattr(form, "cleaned_data", {}).get("pin", "")
    # The PIN is looked at whatever else is wrong, so that all that is wrong is said at once.
    if request.method == "POST" and (key or pin):
        try:
            link = link_for(request, event, pin=pin, key=key)
        except TriedTooOften as refusal:
            until = instant_in_words(refusal.until, event)
            form.add_error(None, gettext("Too many wrong PINs. Try again after %(until)s.") % {"until": until})
        except NotLetIn:
            wrong = (
                gettext("This link was revoked. Ask the host for another one.")
                if key
                else gettext("This PIN opens no door. Ask the host for it.")
            )
            form.add_error(None if key else "pin", wrong)
        else:
            if form.is_valid():
                response = HttpResponseRedirect(reverse("door:door", args=[slug]))
                remember(response, event, let_in(link, name=form.cleaned_data["name"]))
                return response
    next_day = next((day for day in event.days if day > today), None)
    # Helpers of an event that not everybody may see come by its door as well; strangers learn nothing about it there.
    is_named = Event.objects.visible_to(request.user).filter(pk=event.pk).exists() or has_link(event, key)
    context = {
        "event": event if is_named else None,
        "form": form,
        "key": key,
        "is_today": today in event.days or not is_named,
        "next_day": day_in_words(next_day) if next_day else "",
    }
    return render(request, "registrations/door/start.html", context, status=422 if form.errors else 200)


@access(people_at_the_door)
@never_cache
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """End at the door: the device is signed out, and says thanks."""
    by = at_the_door(request, slug, sends=True)
    if by is not None and by.helper is not None:
        by.helper.close()
    response = render(request, "registrations/door/closed.html", {"event": by.event if by else None})
    response.delete_cookie(cookie_name(slug))
    return response


# --- What devices ask and send -----------------------------------------------------------------------------------


@access(people_at_the_door)
@require_safe
def door_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer the list of a door; 304 while nothing changed."""
    by = at_the_door(request, slug)
    if by is None:
        return _sign_in()
    body, etag = listing.etag(listing.door_list(by.event, at=timezone.now()))
    response = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@access(people_at_the_door)
# A device sends what it did hours later, when a token may be gone. No form of another site can send JSON, and cookies
# do not come along from there (SameSite).
@csrf_exempt
@never_cache
@require_POST
def acts(request: HttpRequest, slug: str) -> HttpResponse:
    """Take acts, say what became of each, and what changed since the version that the device has."""
    if request.content_type != "application/json":
        return _not_understood()
    by = at_the_door(request, slug, sends=True)
    if by is None:
        return _sign_in()
    try:
        body = json.loads(request.body)
        now = timezone.now()
        results = sending.take(
            by, body["acts"], device=str(body.get("device") or ""), language=get_language() or "en", at=now
        )
    except (ValueError, KeyError, TypeError, AttributeError, sending.NotUnderstood):
        return _not_understood()
    note_unsent(by, body.get("unsent"))
    touched = {result.pk for result in results if result.pk is not None}
    since = listing.Version.read(body.get("since"))
    changed = listing.changes(by.event, since, also=touched, at=now)
    return JsonResponse(
        {
            "results": sending.answers(by.event, results),
            "changes": changed.people,
            # Who has none asks for the whole list.
            "version": str(changed.version) if since else "",
            "counter": listing.recent_counter(by.event, _today(by.event, now), at=now).as_dict(),
            "device": by.device,
            "now": now.isoformat(),
        }
    )


def _sign_in() -> HttpResponse:
    return JsonResponse({"words": gettext("Sign in at the door again.")}, status=401)


def _not_understood() -> HttpResponse:
    return JsonResponse({"words": gettext("This is not what a device at the door sends.")}, status=400)


@access(people_at_the_door)
@never_cache
@require_safe
def counter(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how many are here, large enough for a wall; it loads itself anew."""
    by = at_the_door(request, slug)
    if by is None:
        return HttpResponseRedirect(reverse("door:door", args=[slug]))
    day = _day(request, by.event)
    context = {"event": by.event, "day": day, "counter": listing.counter(by.event, day, at=timezone.now())}
    return render(request, "registrations/door/counter.html", context)


# --- The plain page ----------------------------------------------------------------------------------------------


def _today(event: Event, at: datetime) -> date | None:
    today = at.astimezone(event.zone).date()
    return today if today in event.days else next(iter(event.days), None)


def _day(request: HttpRequest, event: Event) -> date | None:
    try:
        asked = parse_date(request.POST.get("day") or request.GET.get("day", ""))
    except ValueError:
        asked = None
    return asked if asked in event.days else _today(event, timezone.now())


def _page(request: HttpRequest, by: AtTheDoor, *, walk_in: WalkInForm | None = None) -> HttpResponse:
    event, now = by.event, timezone.now()
    if not event.days:
        raise Http404
    day = _day(request, event)
    search = typed_words(request.GET.get("q", ""), longest=100)
    found = list(event.registrations.confirmed().order_by("name", "pk"))
    # By name and organisation only: the stored text to search holds addresses, too.
    words = fold(search).split()
    if words:
        number = number_in(search)
        found = [
            one
            for one in found
            if one.ticket_number == number or all(word in fold(one.name, one.organisation_name) for word in words)
        ]
    people = found[:MOST_FOUND]
    context = {
        "event": event,
        "by": by,
        "day": day,
        "is_over": day is not None and is_over(event, day, at=now),
        "can_undo": day is not None and not is_over(event, day, at=now),
        "days": [(one, day_in_words(one)) for one in event.days],
        "search": search,
        "rows": _rows(event, people, day) if day else [],
        "is_cut": len(people) == MOST_FOUND,
        "counter": listing.counter(event, day, at=now),
        "history": log_of(event, day),
        "walk_in": walk_in or WalkInForm(),
        "act": uuid.uuid4(),
        "scope": reverse("door:door", args=["x"]).removesuffix("x/"),
    }
    return render(request, "registrations/door/door.html", context, status=422 if walk_in and walk_in.errors else 200)


def _rows(event: Event, people: list[Registration], day: date) -> list[Row]:
    standings = standing_of(people, day)
    rows = []
    for registration, person in zip(people, ids_of(event.pk, [one.pk for one in people]), strict=True):
        standing = standings.get(registration.pk)
        since = f"{standing.since.astimezone(event.zone):%H:%M}" if standing and standing.since else ""
        undoes = came_last(map(said, standing.acts)) if standing else ()
        rows.append(Row(registration, person, since, uuid.uuid4(), undoes))
    return rows


def _act(request: HttpRequest, by: AtTheDoor) -> HttpResponse:
    """Take one act of the plain page, as a device would send it."""
    fields = request.POST
    act: dict[str, Any] = {
        "act": fields.get("act"),
        "what": fields.get("what"),
        "person": fields.get("person") or None,
        "day": fields.get("day"),
        "at": timezone.now().isoformat(),
        "how": "name_search",
        "undoes": fields.get("undoes") or None,
    }
    if fields.get("what") == "walk_in":
        form = WalkInForm(fields)
        if not form.is_valid():
            return _page(request, by, walk_in=form)
        act |= {"what": "in", "how": "walk_in", "walk_in": form.cleaned_data}
    elif fields.get("code"):
        act |= {"how": "scan", "code": fields["code"]}
    try:
        [result, *_others] = sending.take(
            by, [act, *_same_for_others(act, fields)], device="", language=get_language() or "en", at=timezone.now()
        )
    except sending.NotUnderstood:
        messages.error(request, gettext("Nothing was changed, because this page was out of date. Try again."))
        return HttpResponseRedirect(request.get_full_path())
    name = result.registration.name if result.registration else ""
    if act.get("walk_in") and not result.outcome.counted:
        form = WalkInForm(fields)
        form.is_valid()
        form.add_error("over_limit_pin", result.words)
        return _page(request, by, walk_in=form)
    if result.outcome.counted:
        done = gettext("Taken back: %(name)s") if act["what"] == "undo" else gettext("Welcome: %(name)s")
        messages.success(request, done % {"name": name})
    else:
        messages.warning(request, f"{name}: {result.words}" if name else result.words)
    return HttpResponseRedirect(request.get_full_path())


def _same_for_others(act: dict[str, Any], fields: QueryDict) -> list[dict[str, Any]]:
    """The undos beside the one of `act`: whoever was scanned twice is here by two acts."""
    try:
        act_id = uuid.UUID(act["act"] or "")
    except ValueError:
        return []
    others = [undoes for undoes in fields.getlist("undoes")[: sending.MOST] if undoes != act["undoes"]]
    return [{**act, "act": str(uuid.uuid5(act_id, undoes)), "undoes": undoes} for undoes in others[: sending.MOST - 1]]
