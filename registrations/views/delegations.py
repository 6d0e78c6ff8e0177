"""The seats that an event holds for partners, as its host sees and promises them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.access import access
from events.models import Event
from events.organised import organised_event
from projects.access import people_with_a_role
from projects.models import Partner
from projects.typed import asked_key

from .. import delegations
from ..delegation_forms import DelegationsForm
from ..delegation_rows import bars_of, rows_of
from ..models import Delegation


@access(people_with_a_role)
@never_cache
def delegations_of_event(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of the partners, with the form that promises seats."""
    event = organised_event(request, slug)
    there = list(event.delegations.select_related("partner__organisation").order_by("partner__number"))
    for delegation in there:
        delegation.event = event
    partners = _partners(event, there)
    form = DelegationsForm(request.POST or None, event=event, partners=partners, delegations=there)
    if request.method == "POST" and form.is_valid():
        delegations.promise(event, form.promises, released_seats_go_to=form.cleaned_data["released_seats_go_to"])
        messages.success(request, gettext("The delegations are saved."))
        return redirect("registrations:delegations", event.slug)
    return _page(request, event, there, form)


def _page(request: HttpRequest, event: Event, there: list[Delegation], form: DelegationsForm) -> HttpResponse:
    standings = delegations.standings(there)
    people = delegations.coordinators(delegation.partner_id for delegation in there)
    context: dict[str, Any] = {
        "event": event,
        "form": form,
        "rows": rows_of(standings, people),
        "bars": bars_of(standings),
        "promised": delegations.promised(event, standings),
        "to_follow": sum(standing.to_follow for standing in standings),
    }
    return render(request, "registrations/delegations.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def remind(request: HttpRequest, slug: str) -> HttpResponse:
    """Write now to the coordinators of one delegation, or of all, with seats that nobody is named for."""
    event = organised_event(request, slug)
    which = event.delegations.with_page_data()
    if (pk := asked_key(request.POST, "delegation")) is not None:
        which = which.filter(pk=pk)
    written = delegations.remind(which)
    if written:
        said = ngettext(
            "%(n)s mail to a coordinator is on its way.", "%(n)s mails to coordinators are on their way.", written
        )
        messages.success(request, said % {"n": written})
    else:
        messages.info(request, gettext("No mail was written: no seat is to follow, or nobody coordinates the partner."))
    return redirect("registrations:delegations", event.slug)


@access(people_with_a_role)
@require_POST
def release(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give away now the seats of a delegation that nobody is named for."""
    event = organised_event(request, slug)
    delegation = get_object_or_404(event.delegations.with_page_data(), pk=pk)
    released = delegations.release(delegation)
    said = ngettext("%(n)s seat of %(partner)s is released.", "%(n)s seats of %(partner)s are released.", released)
    messages.success(request, said % {"n": released, "partner": delegation.partner})
    return redirect("registrations:delegations", event.slug)


def _partners(event: Event, there: list[Delegation]) -> list[Partner]:
    """The partners of the project, and whoever has a delegation although they left it."""
    partners = list(event.project.partners.select_related("organisation").order_by("number"))
    known = {partner.pk for partner in partners}
    return partners + [delegation.partner for delegation in there if delegation.partner_id not in known]
