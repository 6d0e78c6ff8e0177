"""Places for organisers: finding, writing down, changing and joining them; and their pictures, for everybody."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, holder_of_the_link
from projects.access import people_with_a_role
from venues.models import Site, Venue

from ..models import PlaceMerge
from ..places import listing as place_list
from ..places import merges as place_merges
from ..places.adding import way_back, with_place
from ..places.comparison import compare
from ..places.forms import FORMS, ROOM_FORMS
from ..places.getting_there import map_address, place_map

EVENTS_SHOWN = 50
CANDIDATES_SHOWN = 20


@access(people_with_a_role)
@never_cache
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """List all places, or those that match what is searched."""
    asked = place_list.read(request.GET.get("q", ""), request.GET.get("kind", ""))
    page = Paginator(place_list.find(asked), place_list.PAGE_SIZE).get_page(request.GET.get("page"))
    likely = sum(len(place_merges.likely_duplicates(model)) for model in place_list.MODELS.values())
    context = {
        "asked": asked,
        "page": page,
        "lines": place_list.found(list(page.object_list), user=request.user),
        "likely": likely,
    }
    return render(request, "events/places/places.html", context)


@access(people_with_a_role)
@never_cache
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """List the pairs of places that are likely one."""
    pairs = [pair for model in place_list.MODELS.values() for pair in place_merges.likely_duplicates(model)]
    page = Paginator(pairs, place_list.PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "events/places/duplicates.html", {"page": page})


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_place(request: HttpRequest, kind: str) -> HttpResponse:
    model = _model(kind)
    return _edit(request, model())


@access(people_with_a_role)
@never_cache
@require_safe
def place(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Show one place, where it is used, and what else it may be."""
    place = _place(kind, key)
    used = place_list.events_shown_at(place, user=request.user)
    context = {
        "place": place,
        "map": place_map(place),
        "map_address": map_address(place),
        "rooms": place.rooms.all() if isinstance(place, Venue) else [],
        "can_change": place_list.can_be_changed_by(request.user, place),
        "events_to_come": used.upcoming().with_page_data()[:EVENTS_SHOWN],
        "events_over": used.past().with_page_data()[:EVENTS_SHOWN],
        "likely": place_merges.likely_duplicates(type(place), of=place) if place.merged_into_id is None else [],
        "merges": _merges(place),
    }
    return render(request, "events/places/place.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_place(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    return _edit(request, _place_to_change(request, kind, key))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def rooms(request: HttpRequest, key: int) -> HttpResponse:
    """The rooms of a venue in one form."""
    venue = _place_to_change(request, Venue.address_word, key)
    if request.method == "POST":
        # Whoever saves at the same moment waits, and is then told.
        Venue.objects.select_for_update().get(pk=venue.pk)
    forms = ROOM_FORMS(request.POST or None, instance=venue)
    if request.method == "POST" and forms.is_valid():
        forms.save()
        messages.success(request, gettext("The rooms are saved."))
        for form in forms:
            if words := form.taken_over_in_words:
                messages.info(request, f"{form.instance}: {words}")
        if back := way_back(request.GET.get("back", "")):
            return redirect(with_place(back, forms.new_objects[-1] if forms.new_objects else None))
        return _to(venue)
    status = 422 if request.method == "POST" else 200
    context = {"place": venue, "forms": forms, "back": way_back(request.GET.get("back", ""))}
    return render(request, "events/places/rooms.html", context, status=status)


@access(people_with_a_role)
@never_cache
@require_safe
def choose_other(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Find the place that is the same as this one."""
    place = _place_to_change(request, kind, key)
    asked = place_list.read(request.GET.get("q", ""), kind)
    keys = place_list.find(asked, without=place)[:CANDIDATES_SHOWN] if asked.search else []
    context = {
        "place": place,
        "asked": asked,
        "likely": place_merges.likely_duplicates(type(place), of=place),
        "lines": place_list.found(keys, user=request.user),
    }
    return render(request, "events/places/choose_other.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, kind: str, key: int, other_key: int) -> HttpResponse:
    """Show two places side by side; what is chosen of each is what the kept one says afterwards."""
    kept, other = _place_to_change(request, kind, key), _place_to_change(request, kind, other_key)
    if kept.pk == other.pk:
        raise Http404
    if request.method == "POST":
        take = {group for group in place_merges.GROUPS_OF[type(kept)] if request.POST.get(group) == "other"}
        try:
            place_merges.merge(kept, other, take=take, by=request.user)
        except place_merges.MergeRefused:
            messages.error(request, gettext("One of the two was merged by somebody else in the meantime."))
        else:
            messages.success(request, gettext("The two places are one now. You can take it back on this page."))
        return _to(kept)
    context = {"kept": kept, "other": other, "comparison": compare(kept, other)}
    return render(request, "events/places/merge.html", context)


@access(people_with_a_role)
@never_cache
@require_POST
def undo_merge(request: HttpRequest, merge_key: int) -> HttpResponse:
    record = get_object_or_404(PlaceMerge, pk=merge_key)
    if not place_list.can_be_changed_by(request.user, record.kept):
        raise Http404
    try:
        place_merges.undo(record, by=request.user)
    except place_merges.AlreadySeparate:
        messages.info(request, gettext("This was taken back before. Nothing was changed."))
    except place_merges.NameTaken:
        text = gettext("There is another place of that name and town by now. Change its name first.")
        messages.error(request, text)
    else:
        messages.success(request, gettext("The two places are apart again."))
    return _to(record.kept)


@access(holder_of_the_link)
@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """Hand out the picture of a place. Its address cannot be guessed and never means another picture."""
    stored = f"places/{name}.jpg"
    for model in (Venue, Site):
        if found := model._default_manager.filter(picture=stored).first():
            try:
                file = found.picture.open("rb")
            except FileNotFoundError as error:
                raise Http404 from error
            response = FileResponse(file, content_type="image/jpeg")
            response["Cache-Control"] = "public, max-age=86400"
            response["X-Content-Type-Options"] = "nosniff"
            return response
    raise Http404


def _edit(request: HttpRequest, place: Venue | Site) -> HttpResponse:
    model = type(place)
    if request.method != "POST":
        return _form(request, place, FORMS[model](instance=place))
    try:
        with transaction.atomic():
            if place.pk is not None:
                # Whoever saves at the same moment waits, and is then told.
                place = model._default_manager.select_for_update().get(pk=place.pk)
            form = FORMS[model](request.POST, request.FILES, instance=place)
            if not form.is_valid():
                return _form(request, place, form, status=422)
            saved = form.save()
    except IntegrityError:
        form.add_error("name", gettext("Somebody else listed this place just now. Use that one."))
        return _form(request, place, form, status=422)
    messages.success(request, gettext("The place is saved."))
    if words := form.taken_over_in_words:
        messages.info(request, words)
    if back := way_back(request.GET.get("back", "")):
        return redirect(with_place(back, saved))
    return _to(saved)


def _form(request: HttpRequest, place: Venue | Site, form: Any, *, status: int = 200) -> HttpResponse:
    stored = type(place)._default_manager.filter(pk=place.pk).first()
    back = way_back(request.GET.get("back", ""))
    context = {"place": stored, "form": form, "is_site": isinstance(place, Site), "back": back}
    return render(request, "events/places/form.html", context, status=status)


def _merges(place: Venue | Site) -> Any:
    standing = place.merges.filter(undone_at__isnull=True)
    return standing.select_related("venue", "merged_venue", "site", "merged_site", "merged_by")


def _model(kind: str) -> type[Venue] | type[Site]:
    if kind not in place_list.MODELS:
        raise Http404
    return place_list.MODELS[kind]


def _place(kind: str, key: int) -> Any:
    return get_object_or_404(_model(kind)._default_manager.select_related("merged_into"), pk=key)


def _place_to_change(request: HttpRequest, kind: str, key: int) -> Any:
    place = _place(kind, key)
    if not place_list.can_be_changed_by(request.user, place):
        raise Http404
    return place


def _to(place: Venue | Site) -> HttpResponse:
    return redirect("events:place", place.address_word, place.pk)
