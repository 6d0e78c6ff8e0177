"""The pages of a partner's coordinator: what is due, and the people of each delegation."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import access
from projects.access import coordinates, people_with_a_role
from projects.models import Partner

from .. import delegations, naming
from ..exceptions import NotRegistered, RegistrationClosed, RegistrationRefused, TooLate
from ..models import Delegation, Registration
from ..naming_forms import CheckTable, ColleagueForm, GiveBackForm, PasteForm, TakeOutForm
from ..partner_pages import PAGE_SIZE, due, events_ahead

# --- What is due -------------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_safe
def partner(request: HttpRequest) -> HttpResponse:
    """The delegations of the partners that this user coordinates, and the events that are coming."""
    page = Paginator(due(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "partners": list(Partner.objects.coordinated_by(request.user).select_related("organisation", "project")[:20]),
        "page": page,
        "standings": delegations.standings(page.object_list),
        "events": events_ahead(request.user),
    }
    return render(request, "registrations/partner.html", context)


@access(people_with_a_role)
@never_cache
@require_safe
def delegations_to_choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to the delegation for an event; whoever coordinates several partners chooses."""
    found = list(due(request.user, ahead_only=False).filter(event__slug=slug))
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect("registrations:delegation", found[0].partner.slug, slug)
    context = {"event": found[0].event, "standings": delegations.standings(found)}
    return render(request, "registrations/delegations_to_choose.html", context)


# --- One delegation ----------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
@require_safe
def delegation(request: HttpRequest, partner: str, slug: str) -> HttpResponse:
    """The seats of one delegation with their people, and the forms to name more."""
    return _page(request, _delegation(request, partner, slug))


def _page(request: HttpRequest, delegation: Delegation, **bound: Any) -> HttpResponse:
    standing = delegations.standing(delegation)
    event = delegation.event
    may_name = naming.may_name(event)
    context = {
        "delegation": delegation,
        "event": event,
        "title": event.in_language("title", request.LANGUAGE_CODE),
        "standing": standing,
        "until": delegations.deadline(delegation),
        "people": naming.people_of(delegation),
        "left": delegation.registrations.filter(state=Registration.State.CANCELLED).order_by("cancelled_at"),
        "may_name": may_name,
        "colleague_form": ColleagueForm(delegation=delegation, auto_id="id_one_%s"),
        "paste_form": PasteForm(auto_id="id_rows_%s"),
        "give_back_form": GiveBackForm(standing=standing, auto_id="id_back_%s"),
        **bound,
    }
    context["wrong"] = next((form for form in bound.values() if form.errors), None)
    return render(request, "registrations/delegation.html", context, status=422 if context["wrong"] else 200)


@access(people_with_a_role)
@require_POST
def name_one(request: HttpRequest, partner: str, slug: str) -> HttpResponse:
    delegation = _delegation(request, partner, slug)
    form = ColleagueForm(request.POST, delegation=delegation, auto_id="id_one_%s")
    if not form.is_valid():
        return _page(request, delegation, colleague_form=form)
    return _name(request, delegation, [form.colleague]) or _back(delegation)


@access(people_with_a_role)
@never_cache
def paste(request: HttpRequest, partner: str, slug: str) -> HttpResponse:
    """The check table: rows that were pasted, then the same rows mended, until all are saved."""
    delegation = _delegation(request, partner, slug)
    if request.method != "POST":
        return _back(delegation)
    standing = delegations.standing(delegation)
    if "rows-total" not in request.POST:
        form = PasteForm(request.POST, auto_id="id_rows_%s")
        if not form.is_valid():
            return _page(request, delegation, paste_form=form)
        table = CheckTable.of_rows(form.cleaned_data["text"], delegation=delegation, standing=standing)
        return _check(request, delegation, table)
    table = CheckTable(request.POST, delegation=delegation, standing=standing)
    if request.POST.get("act") != "save":
        return _check(request, delegation, table)
    if table.colleagues and (refused := _name(request, delegation, table.colleagues)):
        return refused
    if not table.bad:
        return _back(delegation)
    table.keep_bad(delegations.standing(delegation))
    return _check(request, delegation, table, status=422)


def _name(request: HttpRequest, delegation: Delegation, colleagues: list[naming.Colleague]) -> HttpResponse | None:
    """Name people and say what came of it. Returns a page only when nobody can be named now."""
    try:
        outcomes = naming.name_all(delegation, colleagues, by=request.user)  # type: ignore[arg-type]
    except RegistrationClosed:
        messages.error(request, gettext("Nobody can be named any more. Ask the host."))
        return _back(delegation)
    for sentence in naming.done_in_words(colleagues, outcomes):
        messages.success(request, sentence)
    return None


def _check(request: HttpRequest, delegation: Delegation, table: CheckTable, *, status: int = 200) -> HttpResponse:
    event = delegation.event
    context = {
        "delegation": delegation,
        "event": event,
        "title": event.in_language("title", request.LANGUAGE_CODE),
        "table": table,
        "is_saved_partly": status == 422,
    }
    return render(request, "registrations/delegation_check.html", context, status=status)


@access(people_with_a_role)
@require_POST
def give_back(request: HttpRequest, partner: str, slug: str) -> HttpResponse:
    delegation = _delegation(request, partner, slug)
    form = GiveBackForm(request.POST, standing=delegations.standing(delegation), auto_id="id_back_%s")
    if not form.is_valid():
        return _page(request, delegation, give_back_form=form)
    given = delegations.give_back(delegation, form.cleaned_data["number"])
    said = ngettext("%(n)s seat is given back to the host.", "%(n)s seats are given back to the host.", given)
    messages.success(request, said % {"n": given})
    return _back(delegation)


# --- One person of it --------------------------------------------------------------------------------------------


@access(people_with_a_role)
@never_cache
def replace(request: HttpRequest, partner: str, slug: str, pk: int) -> HttpResponse:
    """Give the seat of one person to another; both are told."""
    delegation = _delegation(request, partner, slug)
    registration = _person(delegation, pk)
    if registration is None:
        return _back(delegation)
    form = ColleagueForm(
        request.POST if request.method == "POST" else None,
        delegation=delegation,
        initial={"participant_kind": registration.participant_kind},
    )
    if request.method == "POST" and form.is_valid():
        try:
            naming.replace(registration, form.colleague, by=request.user)  # type: ignore[arg-type]
        except (NotRegistered, TooLate):
            return _back(delegation)
        except RegistrationRefused:
            form.add_error(None, gettext("This person cannot take the seat. Name somebody else, or ask the host."))
        else:
            said = gettext("%(new)s has the seat of %(old)s. Both are told by mail.")
            messages.success(request, said % {"new": form.colleague.name, "old": registration.name})
            return _back(delegation)
    return _person_page(request, "registrations/delegation_replace.html", delegation, registration, form)


@access(people_with_a_role)
@never_cache
def take_out(request: HttpRequest, partner: str, slug: str, pk: int) -> HttpResponse:
    """Take one person out; they are told, and the seat is free for another name."""
    delegation = _delegation(request, partner, slug)
    registration = _person(delegation, pk)
    if registration is None:
        return _back(delegation)
    form = TakeOutForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            naming.take_out(registration, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        except (NotRegistered, TooLate):
            return _back(delegation)
        said = gettext("%(name)s is taken out and told by mail. The seat is free for another name.")
        messages.success(request, said % {"name": registration.name})
        return _back(delegation)
    return _person_page(request, "registrations/delegation_take_out.html", delegation, registration, form)


def _person_page(
    request: HttpRequest, template: str, delegation: Delegation, registration: Registration, form: Any
) -> HttpResponse:
    event = delegation.event
    context = {
        "delegation": delegation,
        "event": event,
        "title": event.in_language("title", request.LANGUAGE_CODE),
        "registration": registration,
        "form": form,
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _person(delegation: Delegation, pk: int) -> Registration | None:
    """Somebody of the delegation who can still be replaced or taken out; None for who left, 404 for anybody else."""
    people = delegation.registrations.select_related("person", "organisation")
    registration = get_object_or_404(people, pk=pk)
    registration.event, registration.delegation = delegation.event, delegation
    return registration if registration.can_be_given_up() else None


def _delegation(request: HttpRequest, partner: str, slug: str) -> Delegation:
    """The delegation of a partner that this user coordinates; that of any other partner is not found."""
    delegation = delegations.published(partner, slug)
    if delegation is None or not coordinates(request, delegation.partner):
        raise Http404
    return delegation


def _back(delegation: Delegation) -> HttpResponse:
    return redirect("registrations:delegation", delegation.partner.slug, delegation.event.slug)
