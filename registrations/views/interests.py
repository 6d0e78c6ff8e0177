"""“Tell me when registration opens”: joining the interest list of an event, and leaving it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import http_date
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.access import access, everybody, holder_of_the_link
from events.event_page import event_page
from events.models import Event

from .. import interests, limits, places
from ..forms import InterestForm
from ..models import Interest
from ..models.registrations import could_be_code


@access(everybody)
@never_cache
def interest(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. Its answer never tells whether an address is on the list already."""
    page = event_page(slug, user=request.user)
    if page is None:
        raise Http404
    event = page.event
    if not interests.may_be_joined(event, places.availability(event)):
        return redirect(event)
    if request.method != "POST":
        return _form(request, event, InterestForm())
    form = InterestForm(request.POST)
    if not form.is_valid():
        return _form(request, event, form, status=422)
    email = form.cleaned_data["email"]
    if until := limits.closed_until(request, email):
        return _form(request, event, form, status=429, closed_until=until)
    limits.count(request, email)
    interests.join(event, email=email, language=get_language() or "en")
    messages.success(
        request,
        gettext("A mail goes to %(email)s now, and another one when registration opens.") % {"email": email},
    )
    return redirect(event)


def _form(request: HttpRequest, event: Event, form: InterestForm, *, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"event": event, "title": event.in_language("title", get_language() or "en"), "form": form}
    response = render(request, "registrations/interest.html", context, status=status)
    if until := context.get("closed_until"):
        response["Retry-After"] = http_date(until.timestamp())
    return response


# A mail program that leaves the list for its reader has no form of ours; the code in the address is the key.
@csrf_exempt
@access(holder_of_the_link)
@never_cache
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Opening the link changes nothing; its button deletes the address. Who has left finds a page that says so.

    The button of a mail program (List-Unsubscribe) posts to the same address, signed in nowhere (RFC 8058).
    """
    is_one_click = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    found = None
    if could_be_code(code):
        found = Interest.objects.filter(code=code).select_related("event__venue", "event__project").first()
    if is_one_click:
        if found is not None:
            found.delete()
        return HttpResponse(gettext("You have left the list."), content_type="text/plain; charset=utf-8")
    if found is None:
        return render(request, "registrations/interest_left.html", status=404)
    event = found.event
    if request.method != "POST":
        context = {"interest": found, "event": event, "title": event.in_language("title", get_language() or "en")}
        return render(request, "registrations/leave_interest_list.html", context)
    found.delete()
    messages.success(request, gettext("You have left the list, and your address is deleted."))
    return redirect(event)
