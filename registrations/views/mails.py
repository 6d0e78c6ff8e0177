"""The mails of an event, for its organisers: how they stand, and what they say."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from accounts.letters import Letter
from events.editing import drafts
from events.models import Event
from events.organised import organised_event, organised_event_to_write
from projects.access import people_with_a_role
from projects.typed import asked_key

from .. import event_mails, mail_previews, wording
from ..mail_text_forms import MailTextForm, back_to_standard
from ..wording import KINDS, PLACEHOLDERS, Kind


@access(people_with_a_role)
@never_cache
@require_safe
def mails(request: HttpRequest, slug: str) -> HttpResponse:
    """List the mails of an event, those first that need somebody, and the kinds of mail that can be worded."""
    event = organised_event(request, slug)
    state = request.GET.get("state", "")
    found = event_mails.in_state(event_mails.mails_of(event), state)
    page = Paginator(found, event_mails.PAGE_SIZE).get_page(request.GET.get("page"))
    counts = event_mails.counts(event, state)
    context = {
        "event": event,
        "counts": counts,
        "failed": counts[0].number,
        "is_filtered": any(count.is_chosen for count in counts),
        "page": page,
        "query": f"state={state}&" if any(count.is_chosen for count in counts) else "",
        "rows": event_mails.rows(event, page.object_list),
        "kinds": wording.kinds_of(event),
    }
    return render(request, "registrations/mails/mails.html", context)


@access(people_with_a_role)
@require_POST
def try_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Queue one mail that could not be sent, or all of them."""
    event = organised_event(request, slug)
    queued = event_mails.try_again(event, asked_key(request.POST, "mail"))
    if queued:
        words = ngettext("%(count)s mail is tried again now.", "%(count)s mails are tried again now.", queued)
        messages.success(request, words % {"count": queued})
    else:
        messages.info(request, gettext("There is nothing to try again: it was sent meanwhile, or its address refuses."))
    return redirect("registrations:mails", event.slug)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def mail_text(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Word a kind of mail in one language; `preview` shows what was typed to a made-up person and stores nothing."""
    chosen = _kind(kind, language)
    event = organised_event_to_write(request, slug)
    name = f"mail-{kind}-{language}"
    window = drafts.Window.of(request, event=event, form=name)
    letter = None
    if request.method == "POST":
        form = MailTextForm(request.POST, event=event, kind=chosen, language=language)
        if form.is_valid():
            if "preview" not in request.POST:
                form.save(by=request.user)
                window.discard()
                messages.success(request, gettext("From now on this mail says it in your words."))
                return redirect("registrations:mails", event.slug)
            letter = mail_previews.preview(event, chosen, form.worded)
    else:
        form = MailTextForm(event=event, kind=chosen, language=language)
        if typed := window.typed_in(form):
            form = MailTextForm(event=event, kind=chosen, language=language, initial=typed)
        letter = mail_previews.preview(event, chosen, form.as_stored)
    return _text_page(request, event, chosen, language, form, letter=letter, window=window, form_name=name)


@access(people_with_a_role)
@require_POST
# Typed for views without arguments; it passes them on.
@csp_replace({"default-src": [NONE], "style-src": [SELF, UNSAFE_INLINE], "base-uri": [NONE], "sandbox": True})  # type: ignore[arg-type]
def mail_text_as_html(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Show what was typed as the HTML of the mail: a page of its own, whose styles stand in it as mails have them."""
    chosen, event = _kind(kind, language), organised_event(request, slug)
    form = MailTextForm(request.POST, event=event, kind=chosen, language=language)
    if not form.is_valid():
        errors = [error for errors in form.errors.values() for error in errors]
        context = {"event": event, "errors": errors}
        return render(request, "registrations/mails/no_preview.html", context, status=422)
    return HttpResponse(mail_previews.preview(event, chosen, form.worded).html)


@access(people_with_a_role)
@require_POST
def mail_text_standard(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Take the wording back, so that our own words count again."""
    chosen, event = _kind(kind, language), organised_event(request, slug)
    back_to_standard(event, chosen, language)
    messages.success(request, gettext("This mail says it in the standard words again."))
    return redirect("registrations:mails", event.slug)


def _kind(key: str, language: str) -> Kind:
    if key not in KINDS or language not in dict(settings.LANGUAGES):
        raise Http404
    return KINDS[key]


def _text_page(
    request: HttpRequest,
    event: Event,
    kind: Kind,
    language: str,
    form: MailTextForm,
    *,
    letter: Letter | None,
    **more: Any,
) -> HttpResponse:
    context = {
        **more,
        "event": event,
        "kind": kind,
        "language": language,
        "form": form,
        "letter": letter,
        "placeholders": [(f"{{{name}}}", meaning) for name, meaning in PLACEHOLDERS.items()],
        "is_worded": form.stored is not None,
        "is_preview": "preview" in request.POST,
    }
    return render(request, "registrations/mails/mail_text.html", context, status=422 if form.errors else 200)
