"""The documents of an event: their list and form for organisers, and the files themselves."""

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
from ..models import Document, Event
from ..programme import order
from ..programme.changes import NoNeighbour, changing_programme
from ..programme.document_form import DocumentForm
from ..programme.documents import ShownDocument, download, is_opened_by


@access(everybody)
@require_safe
def document(request: HttpRequest, key: int) -> HttpResponseBase:
    """Hand out a file to whoever may open it; for people who are registered, `?key=` from their own page does."""
    found = get_object_or_404(Document.objects.select_related("event"), pk=key)
    seen = (
        Event.objects.visible_to(request.user).filter(pk=found.event_id).exists()
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
    event = get_object_or_404(Event.objects.organised_by(request.user).with_page_data(), slug=slug)
    deleted_too = Document.with_deleted.filter(event=event).select_related("event", "session")
    everything = list(deleted_too.order_by("position", "pk"))
    listed = [one for one in everything if one.deleted_at is None]
    context = {
        "event": event,
        "is_over": event.is_over(),
        "rows": [
            (
                one,
                ShownDocument.of(one),
                order.button_to_press_again(
                    request.GET.get("focus", ""), one.pk, is_first=one == listed[0], is_last=one == listed[-1]
                ),
            )
            for one in listed
        ],
        "deleted": [one for one in everything if one.deleted_at is not None],
        "just_deleted": next(
            (one for one in everything if one.deleted_at and str(one.pk) == request.GET.get("deleted")), None
        ),
    }
    return render(request, "events/programme/documents.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_document(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a document, with key None, or change one."""
    event = get_object_or_404(Event.objects.organised_by(request.user).with_page_data(), slug=slug)
    if request.method != "POST":
        return _document_page(request, event, key)
    # What was typed is compared with what is stored, so nobody may store anything in between.
    with changing_programme(event):
        return _document_page(request, event, key)


def _document_page(request: HttpRequest, event: Event, key: int | None) -> HttpResponse:
    found: Document | None = None
    if key is not None:
        found = get_object_or_404(Document, event=event, pk=key)
    name = f"document-{key or 'new'}"
    draft = None if request.method == "POST" else drafts.kept(user=request.user, event=event, form=name)
    form = DocumentForm(request.POST or None, request.FILES or None, event=event, document=found)
    if draft is not None and "draft" in request.GET:
        form = DocumentForm(initial=drafts.typed_in(form, draft), event=event, document=found)
        draft = None
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        drafts.discard(user=request.user, event=event, form=name)
        messages.success(request, gettext("“%(document)s” is saved.") % {"document": saved})
        if words := form.taken_over_in_words:
            messages.info(request, words)
        return redirect("events:organise_documents", event.slug)
    context = {
        "event": event,
        "document": found,
        "shown": ShownDocument.of(found) if found else None,
        "form": form,
        "draft": draft,
        "form_name": name,
    }
    return render(request, "events/programme/document.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def move_document(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Move one up or down in the list, as the button says that was pressed."""
    event = get_object_or_404(Event.objects.organised_by(request.user), slug=slug)
    found = get_object_or_404(Document, event=event, pk=key)
    where = request.POST.get("move", "")
    if where not in order.STEPS:
        raise Http404
    try:
        order.move(found, where)
    except NoNeighbour:
        messages.info(request, gettext("“%(document)s” cannot move further.") % {"document": found})
    else:
        messages.success(request, gettext("“%(document)s” is moved.") % {"document": found})
    return redirect(f"{reverse('events:organise_documents', args=[slug])}?focus={where}-{found.pk}")


@access(people_with_a_role)
@require_POST
def delete_document(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.organised_by(request.user), slug=slug)
    found: Document = get_object_or_404(event.documents, pk=key)
    found.put_away()
    return redirect(f"{reverse('events:organise_documents', args=[event.slug])}?deleted={found.pk}")


@access(people_with_a_role)
@require_POST
def restore_document(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.organised_by(request.user), slug=slug)
    found = get_object_or_404(Document.with_deleted, event=event, pk=key)
    found.bring_back()
    messages.success(request, gettext("“%(document)s” is back.") % {"document": found})
    return redirect("events:organise_documents", event.slug)
