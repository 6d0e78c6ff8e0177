"""Persons of a project who are listed twice: finding, joining and taking it back, for whoever leads the project."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from projects.access import people_with_a_role
from projects.models import Project
from projects.search import fold, typed_words
from projects.typed import typed_key

from .. import merging
from ..exceptions import AlreadyMerged, MergeRefused, MergeUndone
from ..models import Person, PersonMerge

PAGE_SIZE = 50
MOST_FOUND = 50
LONGEST_SEARCH = 100


@access(people_with_a_role)
@never_cache
@require_safe
def persons(request: HttpRequest) -> HttpResponse:
    """Show who is likely listed twice, and what was merged; `?project=` names one of several projects."""
    led = Project.objects.led_by(request.user).order_by("acronym")
    projects = list(led)
    if not projects:
        raise Http404
    asked = request.GET.get("project", "")
    project = next((one for one in projects if one.slug == asked), projects[0])
    search = typed_words(request.GET.get("q", ""), longest=LONGEST_SEARCH)
    page = Paginator(merging.likely_duplicates(project), PAGE_SIZE).get_page(request.GET.get("page"))
    merges = PersonMerge.objects.filter(kept__project=project, undone_at__isnull=True)
    context = {
        "project": project,
        "projects": projects,
        "page": page,
        "search": search,
        "found": _found(project, search),
        "merges": merges.select_related("kept", "merged", "merged_by")[:PAGE_SIZE],
        "query": f"project={project.slug}&",
    }
    return render(request, "registrations/persons.html", context)


def _found(project: Project, search: str) -> list[Person]:
    if not search:
        return []
    found = project.persons.filter(merged_into=None)
    for word in fold(search).split():
        found = found.filter(name_key__contains=word) | found.filter(email__contains=word)
    return list(merging.with_numbers(found).order_by("name_key", "pk")[:MOST_FOUND])


@access(people_with_a_role)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Lead from two persons who were ticked to the page that joins them."""
    ticked = [key for typed in request.GET.getlist("person") if (key := typed_key(typed)) is not None]
    if len(ticked) == 2:
        return redirect("registrations:merge_persons", *ticked)
    messages.error(request, gettext("Tick two persons."))
    return redirect("registrations:persons")


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, kept: int, other: int) -> HttpResponse:
    """Show two persons beside each other; a POST makes them one."""
    both = [_person(request, key) for key in (kept, other)]
    if request.method == "POST":
        try:
            merging.merge(*both, by=request.user)
        except MergeRefused as refusal:
            messages.error(request, _in_words(refusal))
        else:
            messages.success(request, gettext("They are one person now. You can take it back on this page."))
        return _back(both[0])
    context = {
        "kept": both[0],
        "other": both[1],
        "persons": [
            (person, person.registrations.select_related("event").order_by("event__starts_on", "pk")) for person in both
        ],
        "staying": merging.cannot_move(*both),
    }
    return render(request, "registrations/merge_persons.html", context)


@access(people_with_a_role)
@require_POST
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """Let two persons be two again."""
    led = Project.objects.led_by(request.user).values("pk")
    record = get_object_or_404(
        PersonMerge.objects.select_related("kept__project", "merged"), pk=key, kept__project__in=led
    )
    try:
        staying = merging.undo(record)
    except MergeRefused as refusal:
        messages.info(request, _in_words(refusal))
    else:
        messages.success(request, gettext("They are two persons again."))
        if staying:
            words = ngettext(
                "%(number)s registration stays with the first: the second has another one for that event.",
                "%(number)s registrations stay with the first: the second has other ones for those events.",
                staying,
            )
            messages.info(request, words % {"number": staying})
    return _back(record.kept)


def _person(request: HttpRequest, key: int) -> Person:
    led = Project.objects.led_by(request.user).values("pk")
    return get_object_or_404(Person.objects.select_related("project"), pk=key, project__in=led)


def _back(person: Person) -> HttpResponse:
    response = redirect("registrations:persons")
    response["Location"] += f"?project={person.project.slug}"
    return response


def _in_words(refusal: MergeRefused) -> str:
    if isinstance(refusal, AlreadyMerged):
        return gettext("One of the two was merged before. Nothing was changed.")
    if isinstance(refusal, MergeUndone):
        return gettext("This was taken back before. Nothing was changed.")
    return gettext("Choose two persons of one project.")
