"""Assessments of regions: people with a role in the project read them, coordinators rate for their own partner.

The lead writes instruments, opens rounds, and writes for experts and for every partner.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access
from projects.access import people_with_a_role
from projects.models import Partner, Project

from ..assessment_forms import AssessmentForm, AssessmentRoundForm, DimensionForm, InstrumentForm, PartForm
from ..assessment_plots import plots_of
from ..assessments import gaps_of, gaps_of_region, profiles
from ..models import Assessment, AssessmentRound, Dimension, Instrument

Kind = Assessment.Kind


@access(people_with_a_role)
@never_cache
@require_safe
def assessments(request: HttpRequest, project: str) -> HttpResponse:
    """Show for each instrument who is rated when, what is missing first."""
    found = get_object_or_404(Project.objects.with_member(request.user), slug=project)
    partners = found.partners.select_related("organisation")
    today = timezone.now().date()
    context = {
        "project": found,
        "instruments": [
            (
                instrument,
                gaps_of(instrument, rows, on=today),
                [(one, [(round_, _counts(one, round_)) for round_ in one.rounds]) for one in rows],
            )
            for instrument, rows in profiles(Instrument.objects.filter(project=found), partners).items()
        ],
        "leads": Project.objects.led_by(request.user).filter(pk=found.pk).exists(),
    }
    return render(request, "learning/assessments/assessments.html", context)


def _counts(profile: Any, round_: AssessmentRound) -> dict[str, int]:
    return {str(kind): profile.number(round_, kind) for kind in Kind}


@access(people_with_a_role)
@never_cache
@require_safe
def region(request: HttpRequest, project: str, key: int, partner: str) -> HttpResponse:
    """Show how one region is seen by itself and by others, round by round."""
    readable = Instrument.objects.readable_by(request.user).filter(project__slug=project, pk=key)
    partners = Partner.objects.filter(project__slug=project, slug=partner).select_related("organisation")
    profile = next((one for rows in profiles(readable, partners).values() for one in rows), None)
    if profile is None:
        raise Http404
    raters = Partner.objects.spoken_for_by(request.user).filter(project__slug=project).select_related("organisation")
    context = {
        "project": profile.instrument.project,
        "profile": profile,
        "partner": profile.partner,
        "gaps": gaps_of_region(profile, on=timezone.now().date()),
        "plots": plots_of(profile),
        "rounds": [
            (round_, round_.is_closed(), profile.of_round(round_), profile.compared(round_))
            for round_ in profile.rounds
        ],
        "raters": raters,
        "leads": Project.objects.led_by(request.user).filter(slug=project).exists(),
    }
    return render(request, "learning/assessments/region.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, project: str, key: int, partner: str, rater: str) -> HttpResponse:
    """Rate a region in a round in the name of a partner that this user speaks for: of itself, or as a peer."""
    speaking = Partner.objects.spoken_for_by(request.user).select_related("organisation")
    return _rate(request, project, key, partner, rater=get_object_or_404(speaking, project__slug=project, slug=rater))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate_as_expert(request: HttpRequest, project: str, key: int, partner: str) -> HttpResponse:
    """Write down what an expert says of a region, which the lead does."""
    get_object_or_404(Project.objects.led_by(request.user), slug=project)
    return _rate(request, project, key, partner, rater=None)


def _rate(request: HttpRequest, project: str, key: int, partner: str, *, rater: Partner | None) -> HttpResponse:
    rounds = AssessmentRound.objects.select_related("instrument__project")
    round_ = get_object_or_404(rounds, instrument__project__slug=project, pk=key)
    partners = Partner.objects.select_related("organisation")
    rated = get_object_or_404(partners, project__slug=project, slug=partner)
    form = AssessmentForm(_sent(request), round_=round_, partner=rated, rater=rater)
    if request.method == "POST" and form.is_valid() and form.save(by=request.user):
        messages.success(request, gettext("Noted."))
        return redirect("learning:assessed_region", project, round_.instrument_id, rated.slug)
    said = Assessment.objects.filter(round=round_, partner=rated, rater=rater).order_by("-noted_at", "-pk")
    context = {
        "form": form,
        "project": round_.instrument.project,
        "round": round_,
        "is_closed": round_.is_closed(),
        "partner": rated,
        "rater": rater,
        "said": said.select_related("noted_by").prefetch_related("ratings__dimension"),
    }
    return render(request, "learning/assessments/rate.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_instrument(request: HttpRequest, project: str) -> HttpResponse:
    """Begin an instrument."""
    begun = Instrument(project=get_object_or_404(Project.objects.led_by(request.user), slug=project))
    told = gettext("The instrument is there. Add its dimensions and rounds.")
    return _form_page(request, InstrumentForm, begun, begun, gettext("Begin an instrument"), told=told)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_instrument(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Rename an instrument."""
    found = _instrument(request, project, key)
    return _form_page(request, InstrumentForm, found, found, gettext("Rename the instrument"))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_dimension(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Add a dimension with the words for its numbers."""
    found = _instrument(request, project, key)
    return _form_page(request, DimensionForm, Dimension(instrument=found), found, gettext("Add a dimension"))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_dimension(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Change a dimension as long as nobody rated by it."""
    found = _part(request, Dimension, project, key)
    return _form_page(request, DimensionForm, found, found.instrument, gettext("Change the dimension"))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_round(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Open a round of assessment."""
    found = _instrument(request, project, key)
    opened = AssessmentRound(instrument=found)
    return _form_page(request, AssessmentRoundForm, opened, found, gettext("Open a round of assessment"))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_round(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Change a round: its name, its day, and until when ratings are taken."""
    found = _part(request, AssessmentRound, project, key)
    return _form_page(request, AssessmentRoundForm, found, found.instrument, gettext("Change the round"))


def _form_page(
    request: HttpRequest,
    form_class: type[InstrumentForm | PartForm],
    written: Instrument | Dimension | AssessmentRound,
    instrument: Instrument,
    heading: str,
    *,
    told: str = "",
) -> HttpResponse:
    """Ask for what is written, store it, and lead to its instrument."""
    form = form_class(_sent(request), instance=written)
    if request.method == "POST" and form.is_valid() and form.store():
        messages.success(request, told or gettext("Saved."))
        return redirect(instrument)
    project = instrument.project
    context = {
        "form": form,
        "trail": [(gettext("Assessments"), reverse("learning:assessments", args=[project.slug]))],
        "heading": heading,
        "about": project.acronym if instrument is written else f"{project.acronym}: {instrument}",
        "button": gettext("Save"),
    }
    return render(request, "learning/form.html", context, status=422 if form.errors else 200)


def _instrument(request: HttpRequest, project: str, key: int) -> Instrument:
    written = Instrument.objects.written_by(request.user).select_related("project")
    return get_object_or_404(written, project__slug=project, pk=key)


def _part(request: HttpRequest, model: Any, project: str, key: int) -> Any:
    written = Instrument.objects.written_by(request.user).order_by().values("pk")
    parts = model.objects.filter(instrument__in=written).select_related("instrument__project")
    return get_object_or_404(parts, instrument__project__slug=project, pk=key)


def _sent(request: HttpRequest) -> Any:
    # What was sent may be empty, and is told so.
    return request.POST if request.method == "POST" else None
