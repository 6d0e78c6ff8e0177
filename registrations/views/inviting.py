"""Inviting people, for organisers; and answering an invitation, for whoever holds its link."""

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access, holder_of_the_link
from events import passes
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role

from .. import inviting, places
from ..admission import PARAMETER, pass_of
from ..exceptions import InvitationClosed
from ..inviting_forms import DeclineForm, InviteForm
from ..models import Invitation
from ..models.registrations import could_be_code

PAGE_SIZE = 50


# --- For organisers ----------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who is invited and how each stands; a POST checks the people that were typed, then invites them."""
    event = organised_event(request, slug)
    form = InviteForm(request.POST if request.method == "POST" else None, event=event)
    if request.method != "POST" or not form.is_valid() or "invite" not in request.POST or not form.invitees:
        return _list(request, event, form)
    sends = form.cleaned_data["sends"]
    made = inviting.invite(event, form.invitees, by=request.user, expires_at=form.expires_at, sends=sends)
    messages.success(request, _invited_in_words(len(made), sends=sends))
    if form.wrong:
        # What would not do comes back to be mended; who is invited is not in it any more.
        rest = request.POST.copy()
        rest["people"] = form.text_of_wrong()
        form = InviteForm(rest, event=event)
        form.is_valid()
        return _list(request, event, form)
    return redirect("registrations:invitations", slug)


def _invited_in_words(number: int, *, sends: bool) -> str:
    if sends:
        words = ngettext(
            "%(number)s person is invited. The mail is on its way.",
            "%(number)s people are invited. The mails are on their way.",
            number,
        )
    else:
        words = ngettext(
            "%(number)s person is on the list. Nothing is sent yet.",
            "%(number)s people are on the list. Nothing is sent yet.",
            number,
        )
    return words % {"number": number}


def _list(request: HttpRequest, event: Event, form: InviteForm) -> HttpResponse:
    all_of_them = event.invitations.with_state()
    how = request.GET.get("state", "")
    how = how if how in Invitation.How.values else ""
    numbers = dict(all_of_them.order_by().values_list("how").annotate(Count("pk")))  # type: ignore[misc]
    shown = all_of_them.filter(how=how) if how else all_of_them  # type: ignore[misc]
    page = Paginator(shown.select_related("registration").order_by("name", "email", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    shown_here: list[Any] = list(page.object_list)
    refused = inviting.came_back(shown_here)
    context = {
        "event": event,
        "form": form,
        "checked": form.rows,
        "number": len(form.invitees),
        "page": page,
        "rows": [(one, Invitation.How(one.how), refused.get(one.pk, "")) for one in shown_here],
        "state": how,
        "states": [
            (value, label, numbers.get(value, 0)) for value, label in Invitation.How.choices if numbers.get(value)
        ],
        "total": sum(numbers.values()),
        "unsent": numbers.get(Invitation.How.NOT_SENT, 0),
        "unanswered": numbers.get(Invitation.How.SENT, 0),
        "query": f"state={how}&" if how else "",
    }
    return render(request, "registrations/invitations.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def send_all(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the invitations that were only written down."""
    event = organised_event(request, slug)
    number = inviting.send_all(event)
    words = ngettext("%(number)s invitation is on its way.", "%(number)s invitations are on their way.", number)
    messages.success(request, words % {"number": number})
    return redirect("registrations:invitations", slug)


@access(people_with_a_role)
@require_POST
def remind(request: HttpRequest, slug: str) -> HttpResponse:
    """Write once more to all who did not answer."""
    event = organised_event(request, slug)
    number = inviting.remind(event)
    if number:
        words = ngettext("%(number)s person is reminded.", "%(number)s people are reminded.", number)
        messages.success(request, words % {"number": number})
    else:
        messages.info(request, gettext("Nobody was reminded: all who did not answer got a mail within the last day."))
    return redirect("registrations:invitations", slug)


@access(people_with_a_role)
@require_POST
def send(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Send one invitation, again too."""
    try:
        sent = inviting.send(_of_organiser(request, slug, key))
    except InvitationClosed:
        words = gettext("This invitation is answered, or its time is over. It was not sent.")
        messages.error(request, words)
    else:
        messages.success(request, gettext("The invitation to %(email)s is on its way.") % {"email": sent.email})
    return redirect("registrations:invitations", slug)


@access(people_with_a_role)
@require_POST
def withdraw(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Let the link of one invitation open nothing any more."""
    try:
        withdrawn = inviting.withdraw(_of_organiser(request, slug, key))
    except InvitationClosed:
        messages.error(request, gettext("This person is registered. Cancel the registration instead."))
    else:
        words = gettext("The invitation to %(email)s is withdrawn. Its link opens nothing any more.")
        messages.success(request, words % {"email": withdrawn.email})
    return redirect("registrations:invitations", slug)


def _of_organiser(request: HttpRequest, slug: str, key: int) -> Invitation:
    event = organised_event(request, slug)
    return get_object_or_404(event.invitations.select_related("event"), pk=key)


# --- For whoever is invited --------------------------------------------------------------------------------------


def with_invitation(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call a view with the invitation of the code in its address, not with the code."""

    @functools.wraps(view)
    def opened(request: HttpRequest, code: str) -> HttpResponse:
        found = _found(code) if could_be_code(code) else None
        if found is None:
            return render(request, "registrations/unknown_invitation.html", status=404)
        if found.withdrawn_at is not None or (found.has_expired() and not found.is_in_use):
            return render(request, "registrations/invitation_gone.html", _about(found), status=410)
        response = view(request, found)
        passes.give(response, found.event, pass_of(found))
        return response

    return never_cache(opened)


def _found(code: str) -> Invitation | None:
    related = ("registration", "event__project", "event__kind", "event__venue", "event__host__organisation")
    published = Event.objects.published().order_by().values("pk")
    return Invitation.objects.select_related(*related).filter(code=code, event__in=published).first()


@access(holder_of_the_link)
@require_safe
@with_invitation
def invitation(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What somebody is invited to, and how to answer. Opening it changes nothing."""
    return render(request, "registrations/invitation.html", _about(invitation))


@access(holder_of_the_link)
@require_http_methods(["GET", "HEAD", "POST"])
@with_invitation
def decline(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Say that one does not come; the page asks, only its button declines."""
    back = redirect("registrations:invitation", invitation.code)
    if invitation.is_in_use:
        return back
    form = DeclineForm(
        request.POST if request.method == "POST" else None, initial={"reason": invitation.decline_reason}
    )
    if request.method == "POST" and form.is_valid():
        try:
            inviting.decline(invitation, reason=form.cleaned_data["reason"])
        except InvitationClosed:
            return back
        messages.success(request, gettext("Thank you for telling us. The host sees your answer."))
        return back
    context = {**_about(invitation), "form": form}
    return render(request, "registrations/decline_invitation.html", context, status=422 if form.errors else 200)


def _about(invitation: Invitation) -> dict[str, Any]:
    event = invitation.event
    register = reverse("registrations:register", args=[event.slug])
    return {
        "invitation": invitation,
        "event": event,
        "title": event.in_language("title", get_language() or "en"),
        "availability": places.availability(event),
        "may_be_used": invitation.may_be_used(),
        "register_address": f"{register}?{PARAMETER}={invitation.code}",
    }
