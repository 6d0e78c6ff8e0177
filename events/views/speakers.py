"""The speakers of an event: their list and form for organisers, and their photos."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, everybody
from projects.access import people_with_a_role

from ..models import Contribution, Session, Speaker
from ..organised import organised_event
from ..passes import held, visible_events
from ..programme import rows
from ..programme.documents import picture
from ..programme.rows import SPEAKERS
from ..programme.speaker_form import SpeakerForm


@access(everybody)
@require_safe
def photo(request: HttpRequest, key: int, version: str) -> HttpResponseBase:
    """Hand out the photo of a speaker to whoever sees them on the page of their event."""
    speaker = get_object_or_404(Speaker, pk=key)
    if not speaker.photo or version != speaker.photo_version:
        raise Http404
    for user, passes in ((None, ()), (request.user, held(request))):
        visible = visible_events(user, passes).filter(pk=speaker.event_id).exists()
        if visible and Speaker.objects.visible_to(user).filter(pk=key).exists():
            return picture(speaker.photo, is_public=user is None)
    raise Http404


@access(people_with_a_role)
@never_cache
@require_safe
def speakers(request: HttpRequest, slug: str) -> HttpResponse:
    event = organised_event(request, slug)
    sessions: dict[int, list[Session]] = {}
    contributions = Contribution.objects.filter(speaker__event=event, session__deleted_at__isnull=True)
    for contribution in contributions.select_related("session"):
        sessions.setdefault(contribution.speaker_id, []).append(contribution.session)
    there = rows.listed(request, Speaker.with_deleted.filter(event=event).order_by("position", "name"))
    context = {
        "event": event,
        "list": SPEAKERS,
        "listed": there,
        "rows": [(speaker, sessions.get(speaker.pk, []), focus) for speaker, focus in there.rows],
    }
    return render(request, "events/programme/speakers.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_speaker(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a speaker, with key None, or change one."""
    event = organised_event(request, slug)

    def form(speaker: Speaker | None, data: Any, files: Any, typed: dict[str, Any]) -> SpeakerForm:
        return SpeakerForm(data, files, initial=typed, event=event, speaker=speaker)

    return rows.edit(request, event, SPEAKERS, key, form=form)


@access(people_with_a_role)
@require_POST
def move_speaker(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    return rows.move(request, organised_event(request, slug), SPEAKERS, key)


@access(people_with_a_role)
@require_POST
def delete_speaker(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    return rows.delete(organised_event(request, slug), SPEAKERS, key)


@access(people_with_a_role)
@require_POST
def restore_speaker(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    return rows.restore(request, organised_event(request, slug), SPEAKERS, key)
