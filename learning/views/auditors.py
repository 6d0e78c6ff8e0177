"""Links for auditors of a project or one of its semesters, for the lead."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access
from projects.access import people_with_a_role
from projects.models import Project

from ..evidence import links
from ..evidence_forms import ProjectLinkForm
from ..models import AuditorLink


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def auditors(request: HttpRequest, project: str) -> HttpResponse:
    """Show who may read the folders of a project; a POST makes another link, whose address is shown once."""
    led = _led_project(request, project)
    if request.method != "POST":
        return _page(request, led, ProjectLinkForm(project=led))
    form = ProjectLinkForm(request.POST, project=led)
    if not form.is_valid():
        return _page(request, led, form, status=422)
    about = form.cleaned_data["semester"] or led
    _link, address = links.make(
        about, label=form.cleaned_data["label"], until=form.cleaned_data["until"], by=request.user
    )
    return _page(request, led, ProjectLinkForm(project=led), new_address=address)


@access(people_with_a_role)
@require_POST
def revoke(request: HttpRequest, project: str, pk: int) -> HttpResponse:
    """Close a link before its day."""
    link = get_object_or_404(AuditorLink, pk=pk, project=_led_project(request, project))
    link.revoke()
    messages.success(request, gettext("The link for “%(label)s” opens nothing any more.") % {"label": link.label})
    return redirect("learning:auditors", project)


def _led_project(request: HttpRequest, slug: str) -> Project:
    return get_object_or_404(Project.objects.led_by(request.user), slug=slug)


def _page(
    request: HttpRequest, project: Project, form: ProjectLinkForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "project": project,
        "links": AuditorLink.objects.filter(project=project).select_related("semester"),
        "form": form,
        **more,
    }
    return render(request, "learning/evidence/auditors.html", context, status=status)
