"""Good practices and their way, and the picture of who learnt what from whom, for everybody."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from accounts.access import access, everybody
from projects.models import GoodPractice, Partner, Project
from projects.spreadsheets import CSV_TYPE, csv_bytes

from ..arrows import picture, region_of
from ..criteria import by_criteria, ratings_of
from ..journeys import journey, who_learned_what


@access(everybody)
@require_safe
def practices(request: HttpRequest, project: str) -> HttpResponse:
    """List the practices of a project with how its partners rate them; best first by the criterion `by` of the address.

    What is not the key of one of its criteria is as if it was not there.
    """
    found = get_object_or_404(Project, slug=project)
    criteria = list(found.criteria.all())
    best_by = next((criterion for criterion in criteria if str(criterion.pk) == request.GET.get("by")), None)
    context = {
        "project": found,
        "criteria": criteria,
        "best_by": best_by,
        "rows": by_criteria(found, GoodPractice.objects.visible_to(request.user), best_by=best_by),
        "is_member": Project.objects.with_member(request.user).filter(pk=found.pk).exists(),
        "leads": Project.objects.led_by(request.user).filter(pk=found.pk).exists(),
        "may_add": Partner.objects.spoken_for_by(request.user).filter(project=found).exists(),
    }
    return render(request, "learning/practices/practices.html", context)


@access(everybody)
@require_safe
def practice(request: HttpRequest, project: str, slug: str) -> HttpResponse:
    """Show one practice and its way, with links to the events."""
    member_of = Project.objects.with_member(request.user).filter(pk=OuterRef("project"))
    written = GoodPractice.objects.written_by(request.user).filter(pk=OuterRef("pk"))
    visible = GoodPractice.objects.visible_to(request.user).select_related("project", "owner__organisation")
    found = get_object_or_404(
        visible.annotate(reads_words=Exists(member_of), may_write=Exists(written)), project__slug=project, slug=slug
    )
    language = get_language() or "en"
    context = {
        "practice": found,
        "summary": found.in_language("summary", language),
        "evidence": found.in_language("evidence", language),
        "journey": journey(found, user=request.user),
        "ratings": ratings_of(found),
        "reads_words": found.reads_words,  # type: ignore[attr-defined]
        "may_write": found.may_write,  # type: ignore[attr-defined]
        "partners": Partner.objects.spoken_for_by(request.user)
        .filter(project=found.project_id)
        .exclude(pk=found.owner_id or 0)
        .select_related("organisation"),
    }
    return render(request, "learning/practices/practice.html", context)


@access(everybody)
@require_safe
def who_learnt(request: HttpRequest, project: str) -> HttpResponse:
    """Draw who learnt what from whom in a project, with the table of it."""
    found = get_object_or_404(Project, slug=project)
    context = {"project": found, "picture": picture(who_learned_what(found))}
    return render(request, "learning/practices/who_learnt.html", context)


@access(everybody)
@require_safe
def who_learnt_table(request: HttpRequest, project: str) -> StreamingHttpResponse:
    """Give the table under the picture to take away."""
    found = get_object_or_404(Project, slug=project)
    header = [gettext("Good practice"), gettext("From"), gettext("Owner"), gettext("To"), gettext("Partner")]
    rows = (
        (
            one.practice.name,
            region_of(one.owner),
            str(one.owner or ""),
            region_of(one.partner),
            str(one.partner),
            str(one.reached.label),
        )
        for one in who_learned_what(found)
    )
    response = StreamingHttpResponse(csv_bytes([*header, gettext("How far it came")], rows), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.slug}-who-learnt-what.csv"'
    return response
