"""“Do you still come?” The links in the mail open a page; only its buttons answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from accounts.access import access, holder_of_the_link

from .. import reconfirming
from ..exceptions import NotAsked, NotRegistered, TooLate
from ..links import with_registration
from ..models import Registration


@access(holder_of_the_link)
@with_registration
def still_coming(request: HttpRequest, registration: Registration) -> HttpResponse:
    event = registration.event
    question = reconfirming.question_for(registration)
    # Nobody asked, or there is nothing left to say: how it stands is on the page of the registration.
    if question is None or not registration.can_be_given_up():
        return redirect(registration)
    if request.method == "POST" and (answer := request.POST.get("answer")) in ("yes", "no"):
        return _answer(request, registration, still_comes=answer == "yes")
    context = {
        "registration": registration,
        "event": event,
        "title": event.in_language("title", get_language() or "en"),
        "question": question,
        "plan_before": question.plan_change.plan_before,
        "cannot_come": request.GET.get("answer") == "no",
    }
    return render(request, "registrations/still_coming.html", context, status=422 if request.method == "POST" else 200)


def _answer(request: HttpRequest, registration: Registration, *, still_comes: bool) -> HttpResponse:
    try:
        reconfirming.answer(registration, still_comes=still_comes)
    except (NotAsked, NotRegistered, TooLate):
        messages.error(request, gettext("Your registration changed meanwhile. See below how it stands."))
    else:
        if still_comes:
            messages.success(request, gettext("Thank you. Your place stays yours."))
        else:
            messages.success(request, gettext("Thank you for telling us. Your place goes to somebody else."))
    return redirect(registration)
