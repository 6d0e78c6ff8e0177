"""Answering the offer of a place. The link in the mail opens a page; only its buttons accept or decline."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from accounts.access import access, holder_of_the_link

from .. import places
from ..exceptions import NoOpenOffer
from ..links import with_registration
from ..models import Registration


@access(holder_of_the_link)
@with_registration
def accept_offer(request: HttpRequest, registration: Registration) -> HttpResponse:
    if request.method != "POST":
        return _offer(request, registration)
    # The same click, sent twice, finds what it wanted.
    if registration.is_confirmed:
        return redirect(registration)
    return _answer(request, registration, places.accept_offer, gettext("Your place is confirmed."))


@access(holder_of_the_link)
@with_registration
def decline_offer(request: HttpRequest, registration: Registration) -> HttpResponse:
    if request.method != "POST":
        return _offer(request, registration)
    if not registration.is_live:
        return redirect(registration)
    return _answer(
        request, registration, places.decline_offer, gettext("Thank you. The place goes to the next person.")
    )


def _offer(request: HttpRequest, registration: Registration) -> HttpResponse:
    offer = registration.open_offer()
    if offer is None:
        return redirect(registration)
    event = registration.event
    title = event.in_language("title", get_language() or "en")
    context = {"registration": registration, "event": event, "title": title, "offer": offer}
    return render(request, "registrations/offer.html", context)


def _answer(
    request: HttpRequest, registration: Registration, act: Callable[[Registration], Registration], done: str
) -> HttpResponse:
    try:
        act(registration)
    except NoOpenOffer:
        messages.error(request, gettext("This offer is no longer open."))
    else:
        messages.success(request, done)
    return redirect(registration)
