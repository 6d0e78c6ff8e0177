"""Sending a colleague instead: whoever holds the link of a registration gives its seat to somebody else."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import http_date
from django.utils.translation import get_language, gettext

from accounts.access import access, holder_of_the_link

from .. import handing_over, limits, places
from ..exceptions import NotRegistered, RegistrationRefused, TooLate
from ..hand_over_forms import HandOverForm
from ..links import with_registration
from ..models import Registration


@access(holder_of_the_link)
@with_registration
def hand_over(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The form; after it, the page of this registration says what happened."""
    if not handing_over.may_hand_over(registration):
        return redirect(registration)
    event = registration.event
    # The colleague is most often of the same organisation.
    own = {"organisation_name": registration.organisation_name, "country": str(registration.country)}
    form = HandOverForm(request.POST if request.method == "POST" else None, registration=registration, initial=own)
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {"registration": registration, "event": event, "form": form}
    context["title"] = event.in_language("title", get_language() or "en")
    if request.method == "POST" and form.is_valid():
        # The colleague gets mail, so this counts like registering them.
        email = form.cleaned_data["email"]
        if until := limits.closed_until(request, email):
            context["closed_until"], status = until, 429
        else:
            limits.count(request, email)
            try:
                places.hand_over(registration, language=registration.language, **form.answers)
            except (NotRegistered, TooLate):
                return redirect(registration)
            except RegistrationRefused:
                form.add_error(None, gettext("This person cannot take your seat. Name somebody else, or ask the host."))
            else:
                messages.success(request, gettext("Your seat goes to your colleague. Both of you are told by mail."))
                return redirect(registration)
    response = render(request, "registrations/hand_over.html", context, status=status)
    if until := context.get("closed_until"):
        response["Retry-After"] = http_date(until.timestamp())
    return response
