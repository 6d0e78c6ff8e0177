"""The documents of an event: their list and form for organisers, and the files themselves."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, everybody
from projects.access import people_with_a_role

from ..models import Document
from ..organised import organised_event
from ..passes import held, visible_events
from ..programme import rows
from ..programme.document_form import DocumentForm
from ..programme.documents import ShownDocument, download, is_opened_by, renamed_in_words
from ..programme.evidence_kept import ReasonForm, keep_reason
from ..programme.rows import DOCUMENTS


@access(everybody)
@require_safe
def document(request: HttpRequest, key: int) -> HttpResponseBase:
    """Hand out a file to whoever may open it; for people who are registered, `?key=` from their own page does."""
    found = get_object_or_404(Document.objects.select_related("event"), pk=key)
    seen = (
        visible_events(request.user, held(request)).filter(pk=found.event_id).exists()
        and Document.objects.visible_to(request.user).filter(pk=key).exists()
    )
    if not seen:
        # A link of a registration also opens an event that only its people see.
        by_link = is_opened_by(found, request.GET.get("key", ""))
        seen = by_link and Document.objects.for_registered().filter(pk=key).exists()
    if not seen or not found.file:
        raise Http404
    try:
        return download(found)
    except FileNotFoundError:
        raise Http404 from None


@access(people_with_a_role)
@never_cache
@require_safe
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    event = organised_event(request, slug)
    deleted_too = Document.with_deleted.filter(event=event).select_related("event", "session")
    there = rows.listed(request, deleted_too.order_by("position", "pk"))
    context = {
        "event": event,
        "list": DOCUMENTS,
        "listed": there,
        "is_over": event.is_over(),
        "rows": [(document, ShownDocument.of(document), focus) for document, focus in there.rows],
    }
    return render(request, "events/programme/documents.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_document(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a document, with key None, or change one."""
    event = organised_event(request, slug)

    def form(document: Document | None, data: Any, files: Any, typed: dict[str, Any]) -> DocumentForm:
        return DocumentForm(data, files, initial=typed, event=event, document=document, by=request.user)

    def leave(document: Document) -> HttpResponse:
        upload = request.FILES.get("upload")
        if upload and (words := renamed_in_words(upload.name or "", document)):
            messages.warning(request, words)
        return redirect(DOCUMENTS.page(event))

    def context(document: Document | None) -> dict[str, Any]:
        return {"shown": ShownDocument.of(document) if document else None}

    return rows.edit(request, event, DOCUMENTS, key, form=form, context=context, leave=leave)


@access(people_with_a_role)
@require_POST
def move_document(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    return rows.move(request, organised_event(request, slug), DOCUMENTS, key)


@access(people_with_a_role)
@require_POST
def delete_document(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Delete a document; a piece of evidence that is kept goes only with a reason, which is asked for first."""
    event = organised_event(request, slug)
    found = rows.row_of(event, DOCUMENTS, key)
    about = {"event": event, "document": found}
    if found.is_kept_as_evidence():
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            status = 422 if form.is_bound else 200
            return render(request, "events/programme/remove_evidence.html", {**about, "form": form}, status=status)
        with transaction.atomic():
            keep_reason(found, form.cleaned_data["reason"], by=request.user)
            return rows.delete(event, DOCUMENTS, key)
    try:
        return rows.delete(event, DOCUMENTS, key)
    except IntegrityError:
        # It became a piece of evidence in this moment, and the database keeps it.
        return render(request, "events/programme/remove_evidence.html", {**about, "form": ReasonForm()})


@access(people_with_a_role)
@require_POST
def restore_document(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    return rows.restore(request, organised_event(request, slug), DOCUMENTS, key)
