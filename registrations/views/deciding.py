"""One registration as its organisers see it, what they decide about it, and those who wait for approval."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from accounts.models import User
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role
from projects.typed import typed_key

from .. import change_requests, event_mails, places
from ..answers import answers_in_words, answers_of, consents_of
from ..asking import asking_now
from ..deciding_forms import AddPersonForm, KeptReasonForm, KindForm, ToldReasonForm, WordsForm
from ..exceptions import (
    AlreadyRegistered,
    ChoicesClash,
    ChoicesDoNotFit,
    NoFreePlace,
    NotCancelled,
    NotForApproval,
    NotRegistered,
    NotWaiting,
    RegistrationClosed,
    RegistrationRefused,
    RequestDecided,
)
from ..forms import ChangeForm
from ..history import ahead_of, history_of
from ..models import Choice, Registration
from ..people import rows, with_status
from ..questions import answering
from ..unanswered import still_to_answer

MOST_AT_ONCE = 200


# --- One registration --------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_safe
def person(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Show everything about one registration, and what can be done with it."""
    return _page(request, _of_organiser(request, slug, key))


def _of_organiser(request: HttpRequest, slug: str, key: int) -> Registration:
    event = organised_event(request, slug)
    related = ("person", "organisation", "delegation__partner__organisation", "takes_over_from", "invitation")
    chosen = Choice.objects.select_related("session", "option__question").order_by("since", "pk")
    found = event.registrations.select_related(*related).prefetch_related(
        Prefetch("choices", chosen, "chosen"), "change_requests"
    )
    registration = get_object_or_404(with_status(found), pk=key)
    registration.event = event
    return registration


def _to_act_on(request: HttpRequest, slug: str, key: int) -> Registration:
    # Alone, without what its page shows: whatever is done with it reads it again under the lock of its event.
    event = organised_event(request, slug)
    registration = places.find(event, key)
    if registration is None:
        raise Http404
    return registration


def _page(request: HttpRequest, registration: Registration, wrong: dict[str, forms.Form] | None = None) -> HttpResponse:
    event = registration.event
    (row,) = rows(event, [registration])
    kept = {"participant_kind": registration.participant_kind}
    open_forms = {name: act.form(initial=kept, auto_id=_ids(name)) for name, act in ACTS.items()}
    context = {
        "event": event,
        "registration": registration,
        "row": row,
        "answers": answers_in_words(answers_of(registration), event),
        "chosen": registration.chosen,  # type: ignore[attr-defined]
        "consents": consents_of(registration),
        "steps": history_of(registration),
        "ahead": ahead_of(registration),
        "days": row.days,
        "mails": event_mails.mails_to(registration),
        "asked": change_requests.latest(registration),
        "beside": answering.answers_of(registration),
        "unanswered": still_to_answer(registration),
        "handed_to": registration.handed_to.first(),
        "forms": open_forms | (wrong or {}),
        "form": next(iter(wrong.values())) if wrong else None,
    }
    return render(request, "registrations/person.html", context, status=422 if wrong else 200)


def _ids(name: str) -> str:
    # Several forms with a reason are on one page.
    return f"{name}_%s"


@dataclass(frozen=True, slots=True)
class Act:
    """What can be done with a registration: the form with its words, what is done, and the words after it."""

    form: type[forms.Form]
    do: Callable[[Registration, Any, dict[str, Any]], object]
    done: Callable[[], str]


def _cancel(registration: Registration, by: Any, typed: dict[str, Any]) -> None:
    places.cancel(registration, by=Registration.CancelledBy.HOST, reason=typed["reason"], decided_by=by)


def _decide_request(registration: Registration, by: Any, *, is_granted: bool, text: str) -> None:
    asked = change_requests.latest(registration)
    if asked is None or not asked.is_open:
        raise RequestDecided(registration)
    change_requests.decide(asked.request, is_granted=is_granted, by=by, text=text)


ACTS = {
    "grant": Act(
        WordsForm,
        lambda registration, by, typed: _decide_request(registration, by, is_granted=True, text=typed["text"]),
        lambda: gettext("Changed. The person is told."),
    ),
    "refuse": Act(
        ToldReasonForm,
        lambda registration, by, typed: _decide_request(registration, by, is_granted=False, text=typed["reason"]),
        lambda: gettext("Refused. The person is told why."),
    ),
    "approve": Act(
        WordsForm,
        lambda registration, by, typed: places.approve(registration, by=by, text=typed["text"]),
        lambda: gettext("Approved. The mail says whether a place was free."),
    ),
    "reject": Act(
        ToldReasonForm,
        lambda registration, by, typed: places.reject(registration, by=by, text=typed["reason"]),
        lambda: gettext("Rejected. The person is told why."),
    ),
    "cancel": Act(ToldReasonForm, _cancel, lambda: gettext("The registration is cancelled, and the person is told.")),
    "restore": Act(
        KeptReasonForm,
        lambda registration, by, typed: places.restore(registration, by=by, reason=typed["reason"]),
        lambda: gettext("The registration is back. The person is told how it stands."),
    ),
    "move_ahead": Act(
        KeptReasonForm,
        lambda registration, by, typed: places.move_ahead(registration, by=by, reason=typed["reason"]),
        lambda: gettext("Moved to the front of the line."),
    ),
    "kind": Act(
        KindForm,
        lambda registration, by, typed: registration.come_as(typed["participant_kind"]),
        lambda: gettext("Saved."),
    ),
}


@access(people_with_a_role)
@require_POST
def act(request: HttpRequest, slug: str, key: int, name: str) -> HttpResponse:
    """Do one thing with a registration; what was typed wrong is shown on its page."""
    if name not in ACTS:
        raise Http404
    chosen = ACTS[name]
    form = chosen.form(request.POST, auto_id=_ids(name))
    if not form.is_valid():
        return _page(request, _of_organiser(request, slug, key), {name: form})
    registration = _to_act_on(request, slug, key)
    try:
        chosen.do(registration, request.user, form.cleaned_data)
    except RegistrationRefused as refusal:
        messages.error(request, refused_in_words(refusal))
    else:
        messages.success(request, chosen.done())
    return redirect("registrations:person", slug, key)


@access(people_with_a_role)
@require_POST
def send_mail_again(request: HttpRequest, slug: str, key: int, mail: int) -> HttpResponse:
    """Send a mail that did not arrive once more, to the address that the person has now."""
    registration = _of_organiser(request, slug, key)
    if sent := event_mails.send_to_new_address(registration, mail):
        messages.success(request, gettext("The mail is on its way to %(email)s.") % {"email": sent.to})
    else:
        messages.info(request, gettext("This mail was sent again before, or the person has no other address yet."))
    return redirect("registrations:person", slug, key)


def _organiser(request: HttpRequest) -> User:
    return cast(User, request.user)


def refused_in_words(refusal: RegistrationRefused) -> str:
    """Return why something could not be done, and what to do."""
    words: dict[type[RegistrationRefused], str] = {
        AlreadyRegistered: gettext("This person is registered anew meanwhile. Open that registration."),
        NoFreePlace: gettext("There is no free place. Nothing was changed."),
        NotCancelled: gettext("This registration is not cancelled any more. Nothing was changed."),
        NotForApproval: gettext("This was decided before, or the person has cancelled. Nothing was changed."),
        NotRegistered: gettext("This registration is cancelled already. Nothing was changed."),
        NotWaiting: gettext("This person does not wait any more. Nothing was changed."),
        ChoicesClash: gettext("Two of the sessions take place at the same time. Nothing was changed."),
        ChoicesDoNotFit: gettext("That are too many or too few sessions of one group. Nothing was changed."),
        RequestDecided: gettext("This was decided before, or is not asked for any more. Nothing was changed."),
        RegistrationClosed: gettext("The event is over, cancelled or not announced: nobody can be registered for it."),
    }
    return words.get(type(refusal)) or gettext("That cannot be done with the registration as it is now.")


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Put right what a person typed, as they could themselves."""
    registration = _of_organiser(request, slug, key)
    event = registration.event
    if not registration.is_live:
        messages.error(request, gettext("This registration is cancelled. Restore it first."))
        return redirect("registrations:person", slug, key)
    form = ChangeForm(request.POST if request.method == "POST" else None, event=event, initial=answers_of(registration))
    if request.method == "POST" and form.is_valid():
        try:
            places.change(registration, by_host=True, **form.answers)
        except RegistrationRefused as refusal:
            form.add_error(None, refused_in_words(refusal))
        else:
            messages.success(request, gettext("The answers are corrected."))
            return redirect("registrations:person", slug, key)
    context = {"event": event, "registration": registration, "form": form}
    return render(request, "registrations/correct_person.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Register somebody by hand: they get their link, and a place if one is free."""
    event = organised_event(request, slug)
    form = AddPersonForm(request.POST if request.method == "POST" else None, event=event)
    if request.method == "POST" and form.is_valid():
        try:
            added = places.register(
                event, by=_organiser(request), is_approved=True, not_asked_yet=asking_now(event), **form.answers
            )
        except RegistrationRefused as refusal:
            form.add_error(None, refused_in_words(refusal))
        else:
            messages.success(request, _added_in_words(added))
            return redirect("registrations:person", slug, added.registration.pk)
    context = {"event": event, "form": form, "availability": places.availability(event)}
    return render(request, "registrations/add_person.html", context, status=422 if form.errors else 200)


def _added_in_words(added: places.Registered) -> str:
    name = {"name": added.registration.name}
    if not added.is_new:
        return gettext("%(name)s was registered already. Nothing was changed.") % name
    if added.registration.is_waiting:
        return gettext("No place is free: %(name)s is on the waiting list and gets a mail that says so.") % name
    return gettext("%(name)s is registered and gets a mail with the link.") % name


# --- Who waits for approval --------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approvals(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who waits for approval, longest first; a POST approves or rejects those who are ticked."""
    event = organised_event(request, slug)
    waiting = event.registrations.for_approval().order_by("joined_at", "pk")
    approves = "approve" in request.POST
    form = (WordsForm if approves else ToldReasonForm)(_typed(request), auto_id="words_%s")
    ticked: list[Registration] = []
    problem = ""
    if request.method == "POST":
        keys = [key for typed in request.POST.getlist("person") if (key := typed_key(typed)) is not None]
        ticked = list(event.registrations.filter(pk__in=keys[:MOST_AT_ONCE]).order_by("joined_at", "pk"))
        problem = "" if ticked else gettext("Tick at least one person.")
        if form.is_valid() and ticked:
            _decide(request, event, ticked, approves=approves, words=next(iter(form.cleaned_data.values())))
            return redirect("registrations:approvals", slug)
    people = list(waiting[:MOST_AT_ONCE])
    context = {
        "event": event,
        "people": people,
        "more": waiting.count() - len(people),
        "ticked": {registration.pk for registration in ticked},
        "problem": problem,
        "form": form,
        "typed": request.POST.get("text", ""),
        "availability": places.availability(event),
    }
    return render(request, "registrations/approvals.html", context, status=422 if problem or form.errors else 200)


def _typed(request: HttpRequest) -> dict[str, str] | None:
    # One field for both buttons; a rejection needs words, an approval does not.
    if request.method != "POST":
        return None
    text = request.POST.get("text", "")
    return {"text": text, "reason": text}


def _decide(request: HttpRequest, event: Event, people: list[Registration], *, approves: bool, words: str) -> None:
    act = places.approve if approves else places.reject
    decided = 0
    for registration in people:
        registration.event = event
        try:
            act(registration, by=_organiser(request), text=words)
        except RegistrationRefused as refusal:
            messages.error(request, f"{registration.name}: {refused_in_words(refusal)}")
        else:
            decided += 1
    if decided and approves:
        done = ngettext("%(number)s person is approved.", "%(number)s people are approved.", decided)
        messages.success(request, done % {"number": decided})
    elif decided:
        done = ngettext("%(number)s person is rejected.", "%(number)s people are rejected.", decided)
        messages.success(request, done % {"number": decided})
