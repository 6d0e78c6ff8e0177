"""The public pages: what is next, which events there are, one event, one project."""

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.access import access, everybody
from projects.models import GoodPractice, Partner, Project

from .. import listing
from ..event_page import event_page
from ..models import Event

UPCOMING_ON_HOME = 6


@access(everybody)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    upcoming = list(_readable_events(request).upcoming()[:UPCOMING_ON_HOME])
    following = next((event for event in upcoming if event.starts_on and not event.is_cancelled), None)
    projects = Project.objects.select_related("programme")
    language = get_language() or "en"
    return render(
        request,
        "events/home.html",
        {
            "next_event": following,
            "upcoming": [event for event in upcoming if event != following],
            "projects": [(project, project.in_language("summary", language)) for project in projects],
        },
    )


@access(everybody)
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    visible = Event.objects.visible_to(request.user)
    asked = listing.read(request.GET, visible)
    found = asked.events(visible.with_page_data().prefetch_related("project__phases", "project__semesters"))
    page = Paginator(found, listing.PAGE_SIZE).get_page(request.GET.get("page"))
    # What another project shares with the one asked for does not know its semesters.
    asked_for = asked.values.get("project")
    project = next((event.project for event in page.object_list if event.project.slug == asked_for), None)
    if asked.when.value == listing.UPCOMING:
        groups = listing.by_month(page.object_list)
    elif project and project.semesters.all():
        groups = listing.by_semester(page.object_list, project)
    else:
        groups = listing.by_year(page.object_list)
    return render(request, "events/events.html", {"listing": asked, "page": page, "groups": groups})


@access(everybody)
@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    page = event_page(slug, user=request.user, text_language=request.GET.get("text", ""))
    if page is None:
        raise Http404
    return render(request, "events/event.html", {"page": page})


@access(everybody)
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    partners = Partner.objects.select_related("organisation")
    practices = GoodPractice.objects.select_related("owner__organisation")
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
    visible = list(_readable_events(request).of_project(project).in_order())
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


def _readable_events(request: HttpRequest):
    return (
        Event.objects.visible_to(request.user)
        .with_page_data()
        .prefetch_related("project__phases", "project__semesters")
    )
