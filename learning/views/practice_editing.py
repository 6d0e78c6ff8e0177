"""What partners write about good practices. Those of other projects, and drafts of others, are not found."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access
from projects.access import people_with_a_role
from projects.exceptions import OwnPractice, StepNotPossible
from projects.models import GoodPractice, Partner, Project

from ..models import ActionPlan, Transfer, Wish
from ..practice_forms import CriteriaForm, PracticeForm, RatingsForm, TransferForm, TranslationForm, WishForm
from ..translating import language_to_write, translations

STEPS = {
    "publish": GoodPractice.publish,
    "submit": GoodPractice.submit,
    "validate": GoodPractice.validate,
    "take-back": GoodPractice.take_back,
}


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, project: str) -> HttpResponse:
    """Write down a practice of a partner; it begins as a draft."""
    partners = Partner.objects.spoken_for_by(request.user).filter(project__slug=project)
    if not partners.exists():
        raise Http404
    practice = GoodPractice(project=Project.objects.get(slug=project), state=GoodPractice.State.DRAFT)
    form = PracticeForm(_sent(request), instance=practice, user=request.user)
    if request.method == "POST" and form.is_valid() and (stored := form.store()):
        messages.success(request, gettext("The draft is kept. Only people with a role in the project see it."))
        return redirect(stored)
    context = {"form": form, "project": practice.project, "practice": None}
    return render(request, "learning/practices/edit.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, project: str, slug: str) -> HttpResponse:
    """Change the words of a practice, and say in which sessions it is shown."""
    practice = _written(request, project, slug)
    form = PracticeForm(_sent(request), instance=practice, user=request.user)
    if request.method == "POST" and form.is_valid() and (stored := form.store()):
        messages.success(request, gettext("Saved."))
        return redirect(stored)
    kept = _written(request, project, slug)
    context = {"form": form, "project": kept.project, "practice": kept, "translations": translations([(kept, "name")])}
    return render(request, "learning/practices/edit.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def translation(request: HttpRequest, project: str, slug: str) -> HttpResponse:
    """Write a practice in another language, which the address names: `?language=it`."""
    practice = _written(request, project, slug)
    language = language_to_write(request)
    if language.code == practice.language:
        raise Http404
    form = TranslationForm(_sent(request), initial=practice.translations.get(language.code))
    if request.method == "POST" and form.is_valid():
        practice.translate(language.code, form.cleaned_data)
        practice.save()
        messages.success(request, gettext("Saved."))
        return redirect(practice)
    context = {"form": form, "practice": practice, "language_of_texts": language}
    return render(request, "learning/practices/translation.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
def step(request: HttpRequest, project: str, slug: str) -> HttpResponse:
    """Take a practice one step further, or one back."""
    act = STEPS.get(request.POST.get("step", ""))
    with transaction.atomic():
        practice = _written(request, project, slug, lock=True)
        if act is None:
            raise Http404
        # That the programme took it is not for its owner to say.
        if act is GoodPractice.validate and not Project.objects.led_by(request.user).filter(slug=project).exists():
            messages.error(request, gettext("That the programme validated it, the lead partner notes."))
            return redirect(practice)
        try:
            act(practice)
        except StepNotPossible as refusal:
            messages.error(
                request,
                gettext("This step is not possible any more. The state is: %(state)s") % {"state": refusal.state},
            )
        else:
            messages.success(
                request, gettext("The state of the practice is: %(state)s") % {"state": practice.get_state_display()}
            )
    return redirect(practice)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def at_partner(request: HttpRequest, project: str, slug: str, partner: str) -> HttpResponse:
    """Show and take what one partner does with a practice: why it is wanted, how it is rated, the transfer plan."""
    practice = get_object_or_404(
        GoodPractice.objects.visible_to(request.user).select_related("project", "owner__organisation"),
        project__slug=project,
        slug=slug,
    )
    spoken_for = get_object_or_404(
        Partner.objects.spoken_for_by(request.user).filter(project=practice.project).select_related("organisation"),
        slug=partner,
    )
    if practice.owner_id == spoken_for.pk and request.method != "POST":
        messages.error(request, _owned_by(spoken_for))
        return redirect(practice)
    return _at_partner(request, practice, spoken_for)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def criteria(request: HttpRequest, project: str) -> HttpResponse:
    """Say by which criteria the partners of a project rate practices, which the lead does."""
    led = get_object_or_404(Project.objects.led_by(request.user), slug=project)
    form = CriteriaForm(_sent(request), project=led)
    if request.method == "POST" and form.is_valid() and form.write():
        messages.success(request, gettext("Saved."))
        return redirect("learning:practices", project)
    context = {"form": form, "project": led}
    return render(request, "learning/practices/criteria.html", context, status=422 if form.errors else 200)


def _owned_by(partner: Partner) -> str:
    return gettext("%(partner)s owns this practice, so it cannot want, rate or import it.") % {"partner": partner}


def _at_partner(request: HttpRequest, practice: GoodPractice, partner: Partner) -> HttpResponse:
    wish = Wish.objects.filter(practice=practice, partner=partner).first()
    transfer = Transfer.objects.filter(practice=practice, partner=partner).first()
    sent = request.POST.get("about") if request.method == "POST" else None
    wish_form = WishForm(_if(sent == "wish", request), practice=practice, wish=wish, prefix="wish")
    transfer_form = TransferForm(
        _if(sent == "transfer", request), practice=practice, transfer=transfer, prefix="transfer"
    )
    ratings_form = RatingsForm(_if(sent == "ratings", request), practice=practice, partner=partner, prefix="ratings")
    bound: Any = next((form for form in (wish_form, transfer_form, ratings_form) if form.is_bound), None)
    if request.method == "POST" and bound is None:
        raise Http404
    if bound is not None and bound.is_valid():
        try:
            with transaction.atomic():
                if bound is ratings_form:
                    ratings_form.save()
                else:
                    bound.save(practice, partner, by=request.user)
        except OwnPractice:
            # It may have become theirs since they opened the form.
            bound.add_error(None, _owned_by(partner))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("learning:practice_at_partner", practice.project.slug, practice.slug, partner.slug)
    context = {
        "practice": practice,
        "partner": partner,
        "wish": wish,
        "transfer": transfer,
        "wish_form": wish_form,
        "transfer_form": transfer_form,
        "ratings_form": ratings_form,
        "form": bound or wish_form,
        "plans": ActionPlan.objects.filter(partner=partner),
    }
    return render(request, "learning/practices/at_partner.html", context, status=422 if bound is not None else 200)


def _if(is_sent: bool, request: HttpRequest) -> Any:
    return request.POST if is_sent else None


def _written(request: HttpRequest, project: str, slug: str, *, lock: bool = False) -> GoodPractice:
    practices = GoodPractice.objects.written_by(request.user)
    practices = practices.select_for_update(of=("self",)) if lock else practices.select_related("owner__organisation")
    return get_object_or_404(practices.select_related("project"), project__slug=project, slug=slug)


def _sent(request: HttpRequest) -> Any:
    # What was sent may be empty, and is told so.
    return request.POST if request.method == "POST" else None
