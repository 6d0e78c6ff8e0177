"""The public pages: what is next, which events there are, one event, one project."""

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.access import access, everybody
from projects.models import GoodPractice, Partner, Project

from .. import listing, lists
from ..event_page import event_page, whole_page
from ..models import Event
from ..passes import held, not_for_others


@access(everybody)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "events/home.html", {"shown": lists.on_home(request.user)})


@access(everybody)
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    asked = lists.asked_for(request.GET, user=request.user)
    found = lists.found(asked, page=request.GET.get("page", ""), user=request.user)
    return render(request, "events/events.html", {"listing": asked, "found": found})


@access(everybody)
@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    passes = held(request)
    page = event_page(slug, user=request.user, text_language=request.GET.get("text", ""), passes=passes)
    if page is None:
        raise Http404
    response = HttpResponse(whole_page(request, page))
    if page.event.visibility == Event.Visibility.UNLISTED:
        not_for_others(response)
    return response


@access(everybody)
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    partners = Partner.objects.select_related("organisation")
    practices = GoodPractice.objects.published().select_related("owner__organisation")
    project = get_object_or_404(
        Project.objects.select_related("programme").prefetch_related(
            "phases",
            "semesters",
            Prefetch("partners", partners),
            Prefetch("practices", practices),
        ),
        slug=slug,
    )
    language = get_language() or "en"
    visible = list(lists.readable_events(request.user).of_project(project).in_order())
    for event in visible:
        # The one that was read with its semesters; what another project shares keeps its own.
        if event.project_id == project.pk:
            event.project = project
    has_semesters = bool(project.semesters.all())
    return render(
        request,
        "events/project.html",
        {
            "project": project,
            "summary": project.in_language("summary", language),
            "groups": listing.by_semester(visible, project) if has_semesters else listing.by_year(visible),
            "count": len(visible),
            "practices": [
                (practice, practice.in_language("summary", language)) for practice in project.practices.all()
            ],
        },
    )
