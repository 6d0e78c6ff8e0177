"""What the holder of a registration's link may do with it."""

from contextlib import suppress
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access, holder_of_the_link

from .. import calendar_mail, change_requests, limits, places
from ..answers import answers_in_words, answers_of, consents_of
from ..asking import asking_now
from ..choices import choices_of
from ..exceptions import NoFreePlace, NotRegistered, TooLate, UndoTooLate
from ..forms import CONSENT_WORDING, CancelForm, ChangeForm, ConsentForm
from ..handing_over import may_hand_over
from ..links import with_registration
from ..models import Registration
from ..online.joining import join_address
from ..questions import answering, files
from ..questions.answering import keep_answers
from ..status import status_of
from ..unanswered import still_to_answer

BY_PERSON = Registration.CancelledBy.PERSON


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
        "beside": answering.answers_of(registration),
        "choices": choices_of(registration),
        "unanswered": still_to_answer(registration),
        "request_for_change": change_requests.latest(registration),
        "asks_the_host": event.changes_are_asked_for(),
        "consents": consents_of(registration) if registration.is_live else [],
        "offer": registration.open_offer(),
        "can_undo": registration.can_undo_cancelling(),
        "can_hand_over": may_hand_over(registration),
        "can_cancel": registration.can_be_given_up(),
        "can_change": registration.can_be_changed(),
        "join_address": join_address(registration),
        "can_register_again": not registration.is_live
        and not registration.can_undo_cancelling()
        and not registration.was_followed_by_another()
        and event.takes_registrations(),
    }
    return render(request, "registrations/registration.html", context, status=status)


@access(holder_of_the_link)
@with_registration
def change(request: HttpRequest, registration: Registration) -> HttpResponse:
    if not registration.can_be_changed():
        return redirect(registration)
    asks_the_host = registration.event.changes_are_asked_for()
    form = _change_form_of(request, registration, asks_the_host=asks_the_host)
    if request.method == "POST":
        is_valid = form.is_valid()
        form.keep_files(may_send=partial(limits.may_send_a_file, request))
        if not is_valid or form.errors:
            return _change_form(request, registration, form, status=422)
        if asks_the_host:
            return _ask_the_host(request, registration, form)
        if not _keeps_its_address(form, registration) and (until := _closed_until(request, form)):
            return _change_form(request, registration, form, status=429, closed_until=until)
        try:
            changed = _changed(registration, form)
        except NoFreePlace:
            form.add_error("mode", gettext("All places in the room are taken. You keep your place online."))
            return _change_form(request, registration, form, status=422)
        except NotRegistered:
            return redirect(registration)
        except TooLate:
            # Between looking and changing: what was typed is there to be asked for.
            return _change_form(request, registration, form, status=409)
        messages.success(request, _what_changed(changed, registration))
        return redirect(changed)
    return _change_form(request, registration, form)


def _change_form_of(request: HttpRequest, registration: Registration, *, asks_the_host: bool) -> ChangeForm:
    asking = asking_now(registration.event)
    if asks_the_host:
        # A file that waits for a decision would be one more place where it lies.
        asking = asking.without_files()
    nothing = asking.is_nothing
    return ChangeForm(
        request.POST or None,
        request.FILES or None,
        event=registration.event,
        initial=answers_of(registration),
        asking=asking,
        participant_kind=registration.participant_kind,
        answered={} if nothing else answering.stored_values(registration),
        chosen=[] if nothing else registration.choices.filter(option=None).values_list("session", flat=True),
    )


@transaction.atomic
def _changed(registration: Registration, form: ChangeForm) -> Registration:
    changed = places.change(registration, **form.answers)
    if not form.asking.is_nothing:
        keep_answers(changed, form.questions, form.values)
        sessions, options = _still_chosen(registration, form)
        places.choose(changed, sessions=[*form.sessions, *sessions], options=[*form.options, *options])
    return changed


def _still_chosen(registration: Registration, form: ChangeForm) -> tuple[list[Any], list[Any]]:
    """What was chosen before and stands no more in the form: it stays as it is."""
    offered = {session.pk for group in form.asking.groups for session in group.sessions}
    asked = {question.pk for question in form.asking.questions}
    choices = list(registration.choices.select_related("session", "option"))
    return (
        [choice.session for choice in choices if choice.session and choice.session_id not in offered],
        [choice.option for choice in choices if choice.option and choice.option.question_id not in asked],
    )


def _ask_the_host(request: HttpRequest, registration: Registration, form: ChangeForm) -> HttpResponse:
    core = {name: value for name, value in form.answers.items() if name != "organisation"}
    wanted = change_requests.differences(
        registration, core=core, sessions=form.sessions, values=form.values, asking=form.asking
    )
    if not wanted:
        messages.info(request, gettext("Nothing is different from what we have, so we ask the host nothing."))
    else:
        with suppress(NotRegistered, TooLate):
            change_requests.ask(registration, wanted)
            messages.success(request, gettext("The host is asked. Until they decide, everything stays as it is."))
    return redirect(registration)


@access(holder_of_the_link)
@require_POST
@with_registration
def take_request_back(request: HttpRequest, registration: Registration) -> HttpResponse:
    if change_requests.take_back(registration):
        messages.success(request, gettext("The host is not asked any more. Everything stays as it is."))
    return redirect(registration)


@access(holder_of_the_link)
@require_safe
@with_registration
def file(request: HttpRequest, registration: Registration, key: int) -> HttpResponseBase:
    """Hand out a file that this person answered with."""
    answer = get_object_or_404(registration.question_answers.exclude(file=""), pk=key)
    try:
        return files.hand_out(answer)
    except FileNotFoundError:
        raise Http404 from None


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
    asks_the_host = registration.event.changes_are_asked_for()
    context |= {**_about(registration), "form": form, "asks_the_host": asks_the_host}
    return render(request, "registrations/change.html", context, status=status)


@access(holder_of_the_link)
@with_registration
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    if not registration.can_be_given_up():
        return redirect(registration)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # The same click, sent twice, finds it cancelled.
        with suppress(NotRegistered):
            try:
                places.cancel(registration, by=BY_PERSON, reason=form.cleaned_data["reason"])
            except TooLate:
                messages.error(request, gettext("It is too late to cancel by yourself. Tell the host."))
        return redirect(registration)
    is_of_delegation = registration.line().delegation is not None
    context = {**_about(registration), "form": form, "is_seat_of_delegation": is_of_delegation}
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
