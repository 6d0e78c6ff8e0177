"""Action plans: everybody with a role in the project reads them, coordinators write their own, the lead all of them."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access
from projects.access import people_with_a_role
from projects.models import Partner, Project
from projects.spreadsheets import CSV_TYPE, csv_bytes

from ..action_plans import as_table, gaps_in_common, gaps_of, standings
from ..models import Action, ActionPlan, MonitoringRound
from ..plan_forms import ActionForm, OnDayForm, PlanForm, ProgressForm, RoundForm
from ..plan_plot import carried_out_plot


@access(people_with_a_role)
@never_cache
@require_safe
def plans(request: HttpRequest, project: str) -> HttpResponse:
    """Show how much of each plan is carried out on a day: `on` of the address, else today."""
    found = get_object_or_404(Project.objects.with_member(request.user), slug=project)
    form, day = _day(request)
    rows = standings(ActionPlan.objects.filter(partner__project=found), on=day)
    context = {
        "project": found,
        "form": form,
        "day": day,
        "rows": rows,
        "gaps": gaps_in_common(rows),
        "plot": carried_out_plot(rows, on=day),
        "rounds": found.monitoring_rounds.all(),
        "may_add": Partner.objects.spoken_for_by(request.user).filter(project=found).exists(),
        "leads": Project.objects.led_by(request.user).filter(pk=found.pk).exists(),
    }
    return render(request, "learning/plans/plans.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_safe
def actions_table(request: HttpRequest, project: str) -> StreamingHttpResponse:
    """Give every action of a project's plans, and how far it is on a day, to take away."""
    found = get_object_or_404(Project.objects.with_member(request.user), slug=project)
    _form, day = _day(request)
    rows = standings(ActionPlan.objects.filter(partner__project=found), on=day)
    response = StreamingHttpResponse(csv_bytes(*as_table(rows)), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.slug}-actions-{day.isoformat()}.csv"'
    return response


@access(people_with_a_role)
@never_cache
@require_safe
def plan(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Show one plan with its actions, and how far each is on a day."""
    readable = ActionPlan.objects.readable_by(request.user).filter(partner__project__slug=project, pk=key)
    form, day = _day(request)
    standing = next(iter(standings(readable, on=day)), None)
    if standing is None:
        raise Http404
    context = {
        "plan": standing.plan,
        "project": standing.plan.partner.project,
        "standing": standing,
        "gaps": gaps_of(standing),
        "form": form,
        "day": day,
        "may_write": ActionPlan.objects.written_by(request.user).filter(pk=key).exists(),
        "has_rounds": standing.plan.partner.project.monitoring_rounds.exists(),
    }
    return render(request, "learning/plans/plan.html", context, status=422 if form.errors else 200)


def _day(request: HttpRequest) -> tuple[OnDayForm, date]:
    """Return the form that asks for a day, and the day: today where none was asked for, or none can be read."""
    today = timezone.now().date()
    is_asked = any(name.startswith("on_") for name in request.GET)
    form = OnDayForm(request.GET if is_asked else None, initial={"on": today})
    if is_asked and form.is_valid() and form.cleaned_data["on"]:
        return form, form.cleaned_data["on"]
    return form, today


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, project: str) -> HttpResponse:
    """Begin the plan of a partner."""
    found = _spoken_for(request, project)
    form = PlanForm(_sent(request), user=request.user, project=found)
    if request.method == "POST" and form.is_valid() and (plan := form.store()):
        messages.success(request, gettext("The plan is there. Add its actions."))
        return redirect(plan)
    heading, button = gettext("Begin an action plan"), gettext("Begin the plan")
    return _form_page(request, form, found, heading, about=f"{found.acronym}: {found.full_name}", button=button)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Change what a plan is about."""
    found = _plan(request, project, key)
    form = PlanForm(_sent(request), instance=found, user=request.user, project=found.partner.project)
    if request.method == "POST" and form.is_valid() and form.store():
        messages.success(request, gettext("Saved."))
        return redirect(found)
    # As it is stored: what was typed may be refused.
    plan = _plan(request, project, key)
    heading, button, about = gettext("Change the plan"), gettext("Save the plan"), plan.partner.organisation.name
    return _form_page(request, form, plan.partner.project, heading, about=about, button=button, plan=plan)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_action(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Add an action; `practice` of the address names the one it comes from."""
    found = _plan(request, project, key)
    action = Action(plan=found)
    practice = found.partner.project.practices.filter(slug=request.GET.get("practice", "")).first()
    transfer = found.partner.transfer_set.filter(practice=practice).first() if practice else None
    initial = {"practice": practice, "event": transfer and transfer.event_id, "ends_on": transfer and transfer.due_on}
    form = ActionForm(_sent(request), instance=action, initial=initial if practice else {})
    return _action_page(request, form, found, gettext("Add an action"), button=gettext("Add the action"))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_action(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Change an action."""
    action = _action(request, project, key)
    form = ActionForm(_sent(request), instance=action)
    return _action_page(request, form, action.plan, gettext("Change the action"), button=gettext("Save the action"))


def _action_page(
    request: HttpRequest, form: ActionForm, plan: ActionPlan, heading: str, *, button: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (stored := form.put_into_plan()):
        messages.success(request, gettext("Saved."))
        return redirect(stored)
    return _form_page(request, form, plan.partner.project, heading, about=str(plan), button=button, plan=plan)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Say how far an action is in a round. What was said before stays, and is shown."""
    action = _action(request, project, key)
    form = ProgressForm(_sent(request), action=action)
    if request.method == "POST" and form.is_valid():
        form.save(by=request.user)
        messages.success(request, gettext("Noted."))
        return redirect(action)
    context = {
        "action": action,
        "plan": action.plan,
        "project": action.plan.partner.project,
        "form": form,
        "said": action.progress.select_related("round", "noted_by"),
        "has_rounds": action.plan.partner.project.monitoring_rounds.exists(),
    }
    return render(request, "learning/plans/progress.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_round(request: HttpRequest, project: str) -> HttpResponse:
    """Open a round of monitoring, which the lead does."""
    found = get_object_or_404(Project.objects.led_by(request.user), slug=project)
    form = RoundForm(_sent(request), instance=MonitoringRound(project=found))
    if request.method == "POST" and form.is_valid() and form.store():
        messages.success(request, gettext("The round is open: partners say how far their actions are."))
        return redirect("learning:plans", project)
    heading, button = gettext("Open a monitoring round"), gettext("Open the round")
    return _form_page(request, form, found, heading, about=f"{found.acronym}: {found.full_name}", button=button)


def _form_page(
    request: HttpRequest,
    form: Any,
    project: Project,
    heading: str,
    *,
    about: str,
    button: str,
    plan: ActionPlan | None = None,
) -> HttpResponse:
    """Ask for what a form needs, under the plan that it is about, if there is one."""
    trail = [(gettext("Action plans"), reverse("learning:plans", args=[project.slug]))]
    if plan:
        trail.append((str(plan), plan.get_absolute_url()))
    context = {"form": form, "trail": trail, "heading": heading, "about": about, "button": button}
    return render(request, "learning/form.html", context, status=422 if form.errors else 200)


def _spoken_for(request: HttpRequest, project: str) -> Project:
    """Return the project in which this user writes for some partner; any other one is not found."""
    partners = Partner.objects.spoken_for_by(request.user).order_by().values("project")
    return get_object_or_404(Project.objects.filter(pk__in=partners), slug=project)


def _plan(request: HttpRequest, project: str, key: int) -> ActionPlan:
    plans = ActionPlan.objects.written_by(request.user).select_related("partner__organisation", "partner__project")
    return get_object_or_404(plans, partner__project__slug=project, pk=key)


def _action(request: HttpRequest, project: str, key: int) -> Action:
    written = ActionPlan.objects.written_by(request.user).order_by().values("pk")
    actions = Action.objects.filter(plan__in=written).select_related(
        "plan__partner__organisation", "plan__partner__project"
    )
    return get_object_or_404(actions, plan__partner__project__slug=project, pk=key)


def _sent(request: HttpRequest) -> Any:
    # What was sent may be empty, and is told so.
    return request.POST if request.method == "POST" else None
