"""Registering for an event: the form, the page after it, and the link once more."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.http import http_date
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import access, everybody
from events.event_page import EventPage, event_page
from events.models import Event

from .. import emails, form_page, limits, places, receipts, steps
from ..addresses import likely_meant
from ..admission import Admission, admission_of, passes_of
from ..answers import answers_in_words, beside_in_words
from ..approval import Approval
from ..asking import asking_of
from ..exceptions import InvitationClosed, NoFreePlace, NotRegistered, RegistrationClosed
from ..forms import RegistrationForm, SendLinkForm
from ..interests import may_be_joined
from ..questions.answering import keep_answers
from ..receipts import Receipt


@access(everybody)
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, in one page or in several; `?correct` opens it again with what was typed here in the last half hour."""
    response = _register_page(request, slug)
    # A browser may keep a page of the long form for its back button; nobody else may keep any.
    if getattr(response, "may_go_back_to", False):
        response["Cache-Control"] = "private, no-cache"
    else:
        add_never_cache_headers(response)
    return response


def _register_page(request: HttpRequest, slug: str) -> HttpResponse:
    page = _page(request, slug)
    event = page.event
    admission = admission_of(request, event)
    asking = asking_of(page)
    receipt = receipts.recall(request, event) if "correct" in request.GET else None
    about: dict[str, Any] = {"event": event, "asking": asking, "is_correction": bool(receipt)}
    if admission.is_registered and receipts.recall(request, event):
        # The same form, sent twice.
        return redirect("registrations:registered", event.slug)
    may = admission.may_register or (receipt is not None and receipt.own_registration(event) is not None)
    if invitation := admission.invitation:
        about["participant_kind"] = invitation.participant_kind
    if request.method != "POST":
        availability = places.availability(event)
        if not availability.is_open or not may:
            return _closed(request, event, why_not=admission.why_not if availability.is_open else "")
        if (kept := form_page.empty_for_everybody(request, page, asking, admission, availability)) is not None:
            return HttpResponse(kept)
        form = _opened(receipt, event, about, admission)
        return _form(request, page, form, admission, availability=availability)
    before = receipts.recall(request, event)
    form = RegistrationForm(request.POST, request.FILES, sent_here=before.typed if before else None, **about)
    is_valid = form.is_valid()
    form.keep_files(may_send=partial(limits.may_send_a_file, request))
    step = steps.step_to_show(form) if asking.is_long(event) else None
    if step:
        return _form(request, page, form, admission, step=step, status=422 if form.errors else 200)
    if not is_valid or form.errors:
        return _form(request, page, form, admission, status=422)
    if before and not receipt and _is_done_already(event, form, before):
        return redirect("registrations:registered", event.slug)
    if not may:
        return _closed(request, event, status=403, why_not=admission.why_not)
    if until := limits.closed_until(request, form.cleaned_data["email"]):
        return _form(request, page, form, admission, status=429, closed_until=until)
    try:
        expected = None
        if not (receipt or _may_come_out_otherwise(admission)):
            expected = places.expected(event, counted=form.counted, waits_for=form.picked_and_full, **form.answers)
        # In one transaction: each that writes waits for all others, which is what takes longest in a rush.
        with transaction.atomic():
            limits.count(request, form.cleaned_data["email"])
            done = _register(event, form, receipt, expected, admission)
            kept = _keep_what_else_was_asked(event, form, done)
    except RegistrationClosed:
        return _closed(request, event, status=409)
    except InvitationClosed:
        return _closed(request, event, status=409, why_not=admission_of(request, event).why_not)
    except NoFreePlace:
        form.add_error("mode", gettext("All places in the room are taken. You keep your place online."))
        return _form(request, page, form, admission, status=422)
    response = redirect("registrations:registered", event.slug)
    mark = receipts.mark(done.registration if done.is_own else None)
    receipts.remember(response, event, Receipt(done.has_place, form.typed, mark, kept))
    return response


def _opened(receipt: Receipt | None, event: Event, about: dict[str, Any], admission: Admission) -> RegistrationForm:
    if receipt is None:
        return RegistrationForm(initial=admission.typed_before, **about)
    again = receipt.beside_the_core(event).again
    if not again:
        return RegistrationForm(initial=receipt.typed, **about)
    # As it was typed, with nothing to complain of before it is sent.
    data = QueryDict(mutable=True)
    for name, values in again.items():
        data.setlist(name, values)
    data["opened"] = RegistrationForm.opened_now()
    form = RegistrationForm(data, **about)
    form.errors.clear()
    return form


def _is_done_already(event: Event, form: RegistrationForm, before: Receipt) -> bool:
    """Whether this form was sent and taken in this browser before, and its reader went back and sent it again.

    Where the registration was not made here all takes its course: that it was there before must not show.
    """
    if not form.is_sent_again:
        return False
    if not form.asking.is_nothing and before.beside_the_core(event).again != steps.typed_again(form):
        return False
    own = before.own_registration(event)
    return own is not None and own.is_live


def _may_come_out_otherwise(admission: Admission) -> bool:
    return bool(admission.terms) or admission.approval != Approval.NONE


def _register(
    event: Event,
    form: RegistrationForm,
    receipt: Receipt | None,
    expected: places.Expected | None,
    admission: Admission,
) -> places.Registered:
    if receipt and (own := receipt.own_registration(event)):
        # Cancelled in the meantime, it cannot be corrected: then this is somebody who comes back.
        with suppress(NotRegistered):
            return places.correct(own, consents=form.consents, **form.answers)
    chosen: dict[str, Any] = {}
    if not form.asking.is_nothing:
        chosen = {"sessions": form.sessions, "options": form.options, "choices_fit": True}
    return places.register_in_transaction(
        event,
        consents=form.consents,
        opened_at=form.opened_at,
        expected=expected,
        **form.answers,
        **chosen,
        **admission.terms,
    )


def _keep_what_else_was_asked(event: Event, form: RegistrationForm, done: places.Registered) -> str:
    """Store the answers beside the core with a registration that was made here; return the code for the receipt."""
    if form.asking.is_nothing:
        return ""
    beside = receipts.Beside(steps.typed_again(form), [[one.label, one.value] for one in beside_in_words(form)])
    if done.is_own:
        if not done.is_new:
            places.choose(done.registration, sessions=form.sessions, options=form.options)
        keep_answers(done.registration, form.questions, form.values, are_first=done.is_new)
    return receipts.keep_beside_the_core(event, beside)


def _form(
    request: HttpRequest,
    page: EventPage,
    form: RegistrationForm,
    admission: Admission,
    *,
    step: str = "",
    status: int = 200,
    availability: places.Availability | None = None,
    closed_until: datetime | None = None,
) -> HttpResponse:
    is_long = form.asking.is_long(page.event)
    if is_long and not step:
        # What could not be registered is sent once more from the last page.
        step = steps.DETAILS if status == 200 else steps.CHECK
    context = form_page.context_of(page, form, admission, availability or places.availability(page.event), step=step)
    response = render(request, form_page.TEMPLATE, context | {"closed_until": closed_until}, status=status)
    response.may_go_back_to = is_long  # type: ignore[attr-defined]
    if closed_until:
        response["Retry-After"] = http_date(closed_until.timestamp())
    return response


def _closed(request: HttpRequest, event: Event, *, status: int = 200, why_not: str = "") -> HttpResponse:
    context = {
        "event": event,
        "title": event.in_language("title", get_language() or "en"),
        "why_not": why_not,
        "keeps_interest_list": may_be_joined(event, places.availability(event)),
    }
    return render(request, "registrations/closed.html", context, status=status)


@access(everybody)
@never_cache
@require_safe
def registered(request: HttpRequest, slug: str) -> HttpResponse:
    """The confirmation, in the browser in which it was registered; elsewhere the way to the link."""
    page = _page(request, slug)
    event = page.event
    receipt = receipts.recall(request, event)
    if receipt is None:
        return redirect("registrations:send_link", event.slug)
    context = {
        "about_approval": admission_of(request, event).about_approval,
        "event": event,
        "title": page.title,
        "in_short": page.in_short,
        "aside": page.aside,
        "receipt": receipt,
        "answers": answers_in_words(receipt.typed, event),
        "beside": receipt.beside_the_core(event).shown,
        "likely_meant": likely_meant(receipt.typed["email"]),
    }
    return render(request, "registrations/registered.html", context)


@access(everybody)
@never_cache
def send_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Mail the links that belong to an address. The answer never tells whether there are any."""
    event = _event(request, slug)
    if request.method != "POST":
        receipt = receipts.recall(request, event)
        form = SendLinkForm(initial={"email": receipt.typed["email"]} if receipt else None)
        return _send_link_form(request, event, form)
    form = SendLinkForm(request.POST)
    if not form.is_valid():
        return _send_link_form(request, event, form, status=422)
    email = form.cleaned_data["email"]
    if until := limits.closed_until(request, email):
        return _send_link_form(request, event, form, status=429, closed_until=until)
    limits.count(request, email)
    for registration in event.registrations.live().with_page_data().filter(email__iexact=email):
        emails.link(registration)
    messages.success(
        request,
        gettext("If %(email)s is registered for this event, a mail with the link is on its way.") % {"email": email},
    )
    return redirect("registrations:send_link", event.slug)


def _send_link_form(
    request: HttpRequest, event: Event, form: SendLinkForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"event": event, "title": event.in_language("title", get_language() or "en"), "form": form}
    response = render(request, "registrations/send_link.html", context, status=status)
    if until := context.get("closed_until"):
        response["Retry-After"] = http_date(until.timestamp())
    return response


def _page(request: HttpRequest, slug: str) -> EventPage:
    """The event as its page shows it. It is shared with other requests: whoever changes something locks it first.

    Title, place and time are the same for everybody, so whoever signed in gets the page that is kept, if there is one.
    """
    page = event_page(slug, user=AnonymousUser())
    if page is None:
        page = event_page(slug, user=request.user, passes=passes_of(request))
    if page is None:
        raise Http404
    return page


def _event(request: HttpRequest, slug: str) -> Event:
    return _page(request, slug).event
