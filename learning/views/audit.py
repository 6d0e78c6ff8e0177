"""The folder of an event for whoever holds an auditor's link: read only, until its day."""

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

from ..evidence import folder_of, links, packs
from ..evidence.handing_out import hand_out, hand_out_pack
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
    """Show what is in the folder, what is missing, and the folder as one file."""
    if request.method == "GET":
        link.note_opened()
    folder = folder_of(link.event)
    context = {
        "event": link.event,
        "link": link,
        "code": code,
        "folder": folder,
        "missing": folder.missing,
        "pack": packs.latest(link.event),
    }
    return render(request, "learning/evidence/audit.html", context)


@access(holder_of_the_link)
@require_safe
@with_link
def file(request: HttpRequest, link: AuditorLink, code: str, key: str) -> HttpResponseBase:
    return hand_out(folder_of(link.event).item(key))


@access(holder_of_the_link)
@require_POST
@with_link
def ask_for_pack(request: HttpRequest, link: AuditorLink, code: str) -> HttpResponse:
    """Ask for the folder as one file, as it is now. Nothing in the folder changes by it."""
    packs.ask_for(link.event, language=get_language() or "en")
    return redirect("learning:audit", code)


@access(holder_of_the_link)
@require_safe
@with_link
def pack(request: HttpRequest, link: AuditorLink, code: str, pk: int) -> HttpResponseBase:
    return hand_out_pack(get_object_or_404(EvidencePack.objects.ready(), pk=pk, event=link.event))
