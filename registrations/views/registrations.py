"""Registering, and what the holder of a registration's link may do with it."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, everybody, holder_of_the_link
from events.event_page import EventPage, event_page
from events.models import CalendarState, Event

from .. import calendar_mail, emails, limits, places, receipts
from ..addresses import likely_meant
from ..admission import passes_of
from ..answers import answers_in_words, answers_of, consents_of
from ..exceptions import NoFreePlace, NotRegistered, RegistrationClosed, UndoTooLate
from ..form_fields import fields_of, organisations_of
from ..forms import CONSENT_WORDING, CancelForm, ChangeForm, ConsentForm, RegistrationForm, SendLinkForm
from ..handing_over import may_hand_over
from ..links import with_registration
from ..models import Registration
from ..receipts import Receipt
from ..status import status_of

BY_PERSON = Registration.CancelledBy.PERSON


# One event, for whoever registers


@access(everybody)
@never_cache
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; `?correct` opens it again with what was typed in this browser in the last half hour."""
    page = _page(request, slug)
    event = page.event
    receipt = receipts.recall(request, event) if "correct" in request.GET else None
    if request.method != "POST":
        availability = places.availability(event)
        if not availability.is_open:
            return _closed(request, event)
        form = RegistrationForm(event=event, initial=receipt.typed if receipt else None, is_correction=bool(receipt))
        return _form(request, page, form, availability=availability)
    form = RegistrationForm(request.POST, event=event, is_correction=bool(receipt))
    if not form.is_valid():
        return _form(request, page, form, status=422)
    if until := limits.closed_until(request, form.cleaned_data["email"]):
        return _form(request, page, form, status=429, closed_until=until)
    try:
        expected = None if receipt else places.expected(event, **form.answers)
        # In one transaction: each that writes waits for all others, which is what takes longest in a rush.
        with transaction.atomic():
            limits.count(request, form.cleaned_data["email"])
            done = _register(event, form, receipt, expected)
    except RegistrationClosed:
        return _closed(request, event, status=409)
    except NoFreePlace:
        form.add_error("mode", gettext("All places in the room are taken. You keep your place online."))
        return _form(request, page, form, status=422)
    response = redirect("registrations:registered", event.slug)
    mark = receipts.mark(done.registration if done.is_own else None)
    receipts.remember(response, event, Receipt(done.has_place, form.typed, mark))
    return response


def _register(
    event: Event, form: RegistrationForm, receipt: Receipt | None, expected: places.Expected | None
) -> places.Registered:
    if receipt and (own := receipt.own_registration(event)):
        # Cancelled in the meantime, it cannot be corrected: then this is somebody who comes back.
        with suppress(NotRegistered):
            return places.correct(own, consents=form.consents, **form.answers)
    return places.register(event, consents=form.consents, opened_at=form.opened_at, expected=expected, **form.answers)


def _form(
    request: HttpRequest,
    page: EventPage,
    form: RegistrationForm,
    *,
    status: int = 200,
    availability: places.Availability | None = None,
    **context: Any,
) -> HttpResponse:
    context |= {
        "event": page.event,
        "title": page.title,
        "in_short": page.in_short,
        "form": form,
        "fields": fields_of(form),
        "organisations": organisations_of(page.event.project_id, CalendarState.current()),
        "availability": availability or places.availability(page.event),
    }
    response = render(request, "registrations/register.html", context, status=status)
    if until := context.get("closed_until"):
        response["Retry-After"] = http_date(until.timestamp())
    return response


def _closed(request: HttpRequest, event: Event, *, status: int = 200) -> HttpResponse:
    context = {"event": event, "title": event.in_language("title", get_language() or "en")}
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
        "event": event,
        "title": page.title,
        "in_short": page.in_short,
        "aside": page.aside,
        "receipt": receipt,
        "answers": answers_in_words(receipt.typed, event),
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
    """The event as its page shows it. It is shared with other requests: whoever changes something locks it first."""
    page = event_page(slug, user=request.user, passes=passes_of(request))
    if page is None:
        raise Http404
    return page


def _event(request: HttpRequest, slug: str) -> Event:
    return _page(request, slug).event


# One registration, for whoever holds its link


@access(holder_of_the_link)
@with_registration
def registration(request: HttpRequest, registration: Registration) -> HttpResponse:
    """How it stands, with everything that can be done; a POST answers one question about consent."""
    status = 200
    if request.method == "POST":
        form = ConsentForm(request.POST)
        if form.is_valid() and registration.is_live:
            registration.answer_consent(
                form.cleaned_data["purpose"],
                form.cleaned_data["is_given"] == "yes",
                wording=CONSENT_WORDING,
                language=get_language() or "en",
            )
            messages.success(request, gettext("Your choice is kept."))
            return redirect(registration)
        messages.error(request, gettext("This choice could not be kept. Choose again from the list below."))
        status = 422
    event = registration.event
    context = {
        **_about(registration),
        "status": status_of(registration),
        "answers": answers_in_words(answers_of(registration), event),
        "consents": consents_of(registration) if registration.is_live else [],
        "offer": registration.open_offer(),
        "can_undo": registration.can_undo_cancelling(),
        "can_hand_over": may_hand_over(registration),
        "can_cancel": registration.is_live and _can_still_come(event),
        "can_change": registration.is_live and _can_be_changed(event),
        "can_register_again": not registration.is_live
        and not registration.can_undo_cancelling()
        and not registration.was_followed_by_another()
        and event.takes_registrations(),
    }
    return render(request, "registrations/registration.html", context, status=status)


@access(holder_of_the_link)
@with_registration
def change(request: HttpRequest, registration: Registration) -> HttpResponse:
    event = registration.event
    if not registration.is_live or not _can_be_changed(event):
        return redirect(registration)
    form = ChangeForm(request.POST or None, event=event, initial=answers_of(registration))
    if request.method == "POST" and form.is_valid():
        if _keeps_its_address(form, registration) or not (until := _closed_until(request, form)):
            try:
                changed = places.change(registration, **form.answers)
            except NoFreePlace:
                form.add_error("mode", gettext("All places in the room are taken. You keep your place online."))
            except NotRegistered:
                return redirect(registration)
            else:
                messages.success(request, _what_changed(changed, registration))
                return redirect(changed)
        else:
            return _change_form(request, registration, form, status=429, closed_until=until)
    return _change_form(request, registration, form, status=422 if request.method == "POST" else 200)


def _keeps_its_address(form: ChangeForm, registration: Registration) -> bool:
    return form.cleaned_data["email"].casefold() == registration.email.casefold()


def _closed_until(request: HttpRequest, form: ChangeForm) -> Any:
    """A new address gets mail, so changing it counts like registering."""
    email = form.cleaned_data["email"]
    until = limits.closed_until(request, email)
    if until is None:
        limits.count(request, email)
    return until


def _what_changed(changed: Registration, before: Registration) -> str:
    if changed.email.casefold() == before.email.casefold():
        return gettext("Your answers are changed.")
    return gettext("Your answers are changed. A mail with your link goes to %(email)s.") % {"email": changed.email}


def _change_form(
    request: HttpRequest, registration: Registration, form: ChangeForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {**_about(registration), "form": form}
    return render(request, "registrations/change.html", context, status=status)


@access(holder_of_the_link)
@with_registration
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    if not registration.is_live or not _can_still_come(registration.event):
        return redirect(registration)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # The same click, sent twice, finds it cancelled.
        with suppress(NotRegistered):
            places.cancel(registration, by=BY_PERSON, reason=form.cleaned_data["reason"])
        return redirect(registration)
    context = {**_about(registration), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "registrations/cancel.html", context, status=status)


@access(holder_of_the_link)
@require_POST
@with_registration
def undo_cancelling(request: HttpRequest, registration: Registration) -> HttpResponse:
    if registration.is_live:
        return redirect(registration)
    try:
        places.undo_cancelling(registration)
    except UndoTooLate:
        messages.error(request, gettext("Your seat is held no longer, so this cannot be undone."))
    else:
        messages.success(request, gettext("Your place is confirmed again."))
    return redirect(registration)


@access(holder_of_the_link)
@require_safe
@with_registration
def calendar(request: HttpRequest, registration: Registration) -> HttpResponse:
    content = calendar_mail.calendar_file(registration)
    if not content:
        raise Http404("The event has no date yet.")
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{registration.event.slug}.ics"'
    return response


def _about(registration: Registration) -> dict[str, Any]:
    event = registration.event
    return {
        "registration": registration,
        "event": event,
        "title": event.in_language("title", get_language() or "en"),
    }


def _can_be_changed(event: Event) -> bool:
    return not (event.is_cancelled or event.is_over())


def _can_still_come(event: Event) -> bool:
    """Whether the event is ahead: only then is there a seat to give back."""
    if event.is_cancelled or event.is_over():
        return False
    return event.starts_at is None or timezone.now() < event.starts_at
