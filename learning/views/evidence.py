"""The evidence of an event, for its organisers: the folder, the ZIP, links for auditors, marks on photos."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access
from events.models import Document, Event, EvidenceKind
from events.organised import organised_event
from projects.access import people_with_a_role
from projects.models import Project

from ..evidence import folder_of, links, packs
from ..evidence.handing_out import hand_out, hand_out_pack
from ..evidence.pieces import since
from ..evidence_forms import AuditorLinkForm, KeptUntilForm, PhotoForm
from ..models import AuditorLink, EvidencePack, PhotoConsent


@access(people_with_a_role)
@never_cache
@require_safe
def evidence(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is in the folder of an event, and what is missing."""
    event = organised_event(request, slug)
    return _page(request, event, AuditorLinkForm(zone=event.zone))


def _page(request: HttpRequest, event: Event, form: AuditorLinkForm, *, status: int = 200, **more: Any) -> HttpResponse:
    folder, pack = folder_of(event), packs.latest(event)
    context = {
        "event": event,
        "folder": folder,
        "missing": folder.missing,
        "number": len(folder.items),
        "pack": pack,
        "since": since(pack, folder),
        "links": AuditorLink.objects.filter(event=event).select_related("event"),
        "form": form,
        "kept_form": KeptUntilForm(now=None, initial={"day": event.project.evidence_kept_until}, auto_id="id_kept_%s"),
        "leads": Project.objects.led_by(request.user).filter(pk=event.project_id).exists(),
        "choices": PhotoForm.base_fields["consent"].choices,  # type: ignore[attr-defined]
        **more,
    }
    return render(request, "learning/evidence/evidence.html", context, status=status)


@access(people_with_a_role)
@never_cache
@require_safe
def file(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """Hand out one file of the folder."""
    return hand_out(folder_of(organised_event(request, slug)).item(key))


@access(people_with_a_role)
@require_POST
def ask_for_pack(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the folder as one file; it is made in the background."""
    event = organised_event(request, slug)
    packs.ask_for(event, language=get_language() or "en", by=request.user)
    return redirect(f"{_address(event)}#pack")


def _address(event: Event) -> str:
    return redirect("learning:evidence", event.slug).url


@access(people_with_a_role)
@never_cache
@require_safe
def pack_state(request: HttpRequest, slug: str) -> HttpResponse:
    """How far the file is: what the page asks for again and again while it is made."""
    event = organised_event(request, slug)
    pack = packs.latest(event)
    context = {"event": event, "pack": pack, "since": since(pack, folder_of(event)) if pack and pack.is_ready else None}
    return render(request, "learning/evidence/includes/pack.html", context)


@access(people_with_a_role)
@require_safe
def pack(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand out the folder as one file."""
    found = get_object_or_404(EvidencePack.objects.ready(), pk=pk, event=organised_event(request, slug))
    return hand_out_pack(found)


@access(people_with_a_role)
@require_POST
def mark_photo(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Note whether a photo may be used."""
    event = organised_event(request, slug)
    photo = get_object_or_404(Document, pk=pk, event=event, evidence=EvidenceKind.PHOTOS)
    form = PhotoForm(request.POST, photo=photo.pk)
    if not form.is_valid():
        return _page(request, event, AuditorLinkForm(zone=event.zone), status=422, photo_form=form)
    if consent := form.cleaned_data["consent"]:
        PhotoConsent.objects.update_or_create(
            document=photo, defaults={"consent": consent, "checked_by_id": request.user.pk}
        )
    else:
        PhotoConsent.objects.filter(document=photo).delete()
    messages.success(request, gettext("“%(photo)s” is marked.") % {"photo": photo})
    return redirect("learning:evidence", slug)


@access(people_with_a_role)
@require_POST
def make_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for an auditor; its address is shown once."""
    event = organised_event(request, slug)
    form = AuditorLinkForm(request.POST, zone=event.zone)
    if not form.is_valid():
        return _page(request, event, form, status=422)
    _link, address = links.make(
        event, label=form.cleaned_data["label"], until=form.cleaned_data["until"], by=request.user
    )
    return _page(request, event, AuditorLinkForm(zone=event.zone), new_address=address)


@access(people_with_a_role)
@require_POST
def keep_until(request: HttpRequest, slug: str) -> HttpResponse:
    """Say until when the evidence of the event's project is kept; its lead does."""
    event = organised_event(request, slug)
    project = get_object_or_404(Project.objects.led_by(request.user), pk=event.project_id)
    form = KeptUntilForm(request.POST, now=project.evidence_kept_until)
    if not form.is_valid():
        return _page(request, event, AuditorLinkForm(zone=event.zone), status=422, kept_form=form)
    project.evidence_kept_until = form.cleaned_data["day"]
    project.save(update_fields=["evidence_kept_until"])
    messages.success(request, gettext("The evidence of %(project)s is kept until then.") % {"project": project})
    return redirect("learning:evidence", slug)


@access(people_with_a_role)
@require_POST
def revoke_link(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Close a link before its day."""
    link = get_object_or_404(AuditorLink, pk=pk, event=organised_event(request, slug))
    link.revoke()
    messages.success(request, gettext("The link for “%(label)s” opens nothing any more.") % {"label": link.label})
    return redirect("learning:evidence", slug)
