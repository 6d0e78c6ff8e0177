"""Folders for whoever holds an auditor's link, that of one event or those of a project: read only, until its day."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, holder_of_the_link
from events.models import Event
from registrations.people import with_gaps

from ..evidence import folder_of, links, packs
from ..evidence.handing_out import hand_out, hand_out_pack
from ..evidence.pieces import packs_of, since
from ..models import AuditorLink, EvidencePack

View = Callable[..., HttpResponseBase]


def with_link(view: View) -> View:
    """Call a view with the link of the code in its address; one that is over says so, an unknown one tells nothing."""

    @functools.wraps(view)
    def opened(request: HttpRequest, code: str, **options: Any) -> HttpResponseBase:
        link = links.find(code)
        if link is None:
            return render(request, "learning/evidence/audit_gone.html", {"link": None}, status=404)
        if not link.is_open():
            return render(request, "learning/evidence/audit_gone.html", {"link": link}, status=410)
        return view(request, link, code, **options)

    return never_cache(opened)


@access(holder_of_the_link)
@require_safe
@with_link
def audit(request: HttpRequest, link: AuditorLink, code: str) -> HttpResponse:
    """Show the folder of the link's event, or the events of its project with what each folder lacks."""
    if request.method == "GET":
        link.note_opened()
    if link.event is not None:
        return _folder(request, link, code, link.event)
    rows = with_gaps(list(link.events().with_page_data().in_order()))
    ready = packs_of([row.event for row in rows])
    context = {"link": link, "code": code, "rows": [(row, ready[row.event.pk]) for row in rows]}
    return render(request, "learning/evidence/audit_project.html", context)


@access(holder_of_the_link)
@require_safe
@with_link
def folder(request: HttpRequest, link: AuditorLink, code: str, slug: str) -> HttpResponse:
    """Show what is in the folder of one event, what is missing, and the folder as one file."""
    if request.method == "GET":
        link.note_opened()
    return _folder(request, link, code, _event(link, slug))


def _folder(request: HttpRequest, link: AuditorLink, code: str, event: Event) -> HttpResponse:
    folder, pack = folder_of(event), packs.latest(event)
    context = {
        "event": event,
        "link": link,
        "code": code,
        "folder": folder,
        "missing": folder.missing,
        "pack": pack,
        "since": since(pack, folder),
    }
    return render(request, "learning/evidence/audit.html", context)


def _event(link: AuditorLink, slug: str) -> Event:
    """Return an event that the link opens; any other one is not found."""
    return get_object_or_404(link.events().with_page_data(), slug=slug)


@access(holder_of_the_link)
@require_safe
@with_link
def file(request: HttpRequest, link: AuditorLink, code: str, slug: str, key: str) -> HttpResponseBase:
    return hand_out(folder_of(_event(link, slug)).item(key))


@access(holder_of_the_link)
@require_POST
@with_link
def ask_for_pack(request: HttpRequest, link: AuditorLink, code: str, slug: str) -> HttpResponse:
    """Ask for the folder as one file, as it is now. Nothing in the folder changes by it."""
    packs.ask_for(_event(link, slug), language=get_language() or "en")
    return redirect("learning:audit_folder", code, slug)


@access(holder_of_the_link)
@require_safe
@with_link
def pack(request: HttpRequest, link: AuditorLink, code: str, slug: str, pk: int) -> HttpResponseBase:
    return hand_out_pack(get_object_or_404(EvidencePack.objects.ready(), pk=pk, event=_event(link, slug)))
