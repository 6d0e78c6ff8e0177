"""The speakers of an event: their list and form for organisers, and their photos."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, everybody
from projects.access import people_with_a_role

from ..editing import drafts
from ..models import Contribution, Event, Session, Speaker
from ..programme import order
from ..programme.changes import NoNeighbour, changing_programme
from ..programme.documents import picture
from ..programme.speaker_form import SpeakerForm


@access(everybody)
@require_safe
def photo(request: HttpRequest, key: int, version: str) -> HttpResponseBase:
    """Hand out the photo of a speaker to whoever sees them on the page of their event."""
    speaker = get_object_or_404(Speaker, pk=key)
    if not speaker.photo or version != speaker.photo_version:
        raise Http404
    for user in (None, request.user):
        visible = Event.objects.visible_to(user).filter(pk=speaker.event_id).exists()
        if visible and Speaker.objects.visible_to(user).filter(pk=key).exists():
            return picture(speaker.photo, is_public=user is None)
    raise Http404


@access(people_with_a_role)
@never_cache
@require_safe
def speakers(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.organised_by(request.user).with_page_data(), slug=slug)
    contributions = Contribution.objects.filter(speaker__event=event, session__deleted_at__isnull=True).select_related(
        "session"
    )
    sessions: dict[int, list[Session]] = {}
    for contribution in contributions:
        sessions.setdefault(contribution.speaker_id, []).append(contribution.session)
    everyone = list(Speaker.with_deleted.filter(event=event).order_by("position", "name"))
    listed = [one for one in everyone if one.deleted_at is None]
    context = {
        "event": event,
        "rows": [
            (
                one,
                sessions.get(one.pk, []),
                order.button_to_press_again(
                    request.GET.get("focus", ""), one.pk, is_first=one == listed[0], is_last=one == listed[-1]
                ),
            )
            for one in listed
        ],
        "deleted": [one for one in everyone if one.deleted_at is not None],
        "just_deleted": next(
            (one for one in everyone if one.deleted_at and str(one.pk) == request.GET.get("deleted")), None
        ),
    }
    return render(request, "events/programme/speakers.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_speaker(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a speaker, with key None, or change one."""
    event = get_object_or_404(Event.objects.organised_by(request.user).with_page_data(), slug=slug)
    if request.method != "POST":
        return _speaker_page(request, event, key)
    # What was typed is compared with what is stored, so nobody may store anything in between.
    with changing_programme(event):
        return _speaker_page(request, event, key)


def _speaker_page(request: HttpRequest, event: Event, key: int | None) -> HttpResponse:
    speaker: Speaker | None = None
    if key is not None:
        speaker = get_object_or_404(Speaker, event=event, pk=key)
    name = f"speaker-{key or 'new'}"
    draft = None if request.method == "POST" else drafts.kept(user=request.user, event=event, form=name)
    form = SpeakerForm(request.POST or None, request.FILES or None, event=event, speaker=speaker)
    if draft is not None and "draft" in request.GET:
        form = SpeakerForm(initial=drafts.typed_in(form, draft), event=event, speaker=speaker)
        draft = None
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        drafts.discard(user=request.user, event=event, form=name)
        messages.success(request, gettext("“%(speaker)s” is saved.") % {"speaker": saved})
        if words := form.taken_over_in_words:
            messages.info(request, words)
        return redirect("events:organise_speakers", event.slug)
    context = {"event": event, "speaker": speaker, "form": form, "draft": draft, "form_name": name}
    return render(request, "events/programme/speaker.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def move_speaker(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Move one up or down in the list, as the button says that was pressed."""
    event = get_object_or_404(Event.objects.organised_by(request.user), slug=slug)
    found = get_object_or_404(Speaker, event=event, pk=key)
    where = request.POST.get("move", "")
    if where not in order.STEPS:
        raise Http404
    try:
        order.move(found, where)
    except NoNeighbour:
        messages.info(request, gettext("“%(speaker)s” cannot move further.") % {"speaker": found})
    else:
        messages.success(request, gettext("“%(speaker)s” is moved.") % {"speaker": found})
    return redirect(f"{reverse('events:organise_speakers', args=[slug])}?focus={where}-{found.pk}")


@access(people_with_a_role)
@require_POST
def delete_speaker(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.organised_by(request.user), slug=slug)
    speaker: Speaker = get_object_or_404(event.speakers, pk=key)
    with changing_programme(event):
        speaker.put_away()
    return redirect(f"{reverse('events:organise_speakers', args=[event.slug])}?deleted={speaker.pk}")


@access(people_with_a_role)
@require_POST
def restore_speaker(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.organised_by(request.user), slug=slug)
    speaker = get_object_or_404(Speaker.with_deleted, event=event, pk=key)
    with changing_programme(event):
        if event.speakers.filter(name=speaker.name).exclude(pk=speaker.pk).exists():
            words = gettext("There is another “%(speaker)s” now. Rename that one first, then bring this one back.")
            messages.error(request, words % {"speaker": speaker})
        else:
            speaker.bring_back()
            messages.success(request, gettext("“%(speaker)s” is back.") % {"speaker": speaker})
    return redirect("events:organise_speakers", event.slug)
