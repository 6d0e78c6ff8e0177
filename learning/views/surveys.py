"""Learning surveys: the lead of a project writes and opens them, everybody with a role in it reads what people say."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import access
from projects.access import people_with_a_role
from projects.models import Project

from ..exceptions import SurveyClosesTooEarly, SurveyHasNoQuestions, SurveyIsOpened, SurveyNotOpen
from ..models import LearningSurvey
from ..reports.rows import MINIMUM_ANSWERS
from ..survey_forms import LastDayForm, SurveyForm, questions_form
from ..survey_results import results_of_survey
from ..surveys import active_people, ask_again, not_asked_yet, open_survey, questions_to_begin_with, write_questions
from ..translating import TextsForm, language_to_write, texts_of_survey, translations


@access(people_with_a_role)
@never_cache
@require_safe
def surveys(request: HttpRequest, project: str) -> HttpResponse:
    """List the surveys of a project, with those whose follow-up is due."""
    found = get_object_or_404(Project.objects.with_member(request.user), slug=project)
    today = timezone.now().date()
    rows = LearningSurvey.objects.filter(project=found).select_related("project", "semester", "follows")
    rows = rows.prefetch_related("follow_ups")
    context = {
        "project": found,
        "surveys": rows,
        "leads": _leads(request, found),
        "to_follow_up": [
            survey
            for survey in rows
            if survey.follow_up_due_on and survey.follow_up_due_on <= today and not survey.follow_ups.all()
        ],
    }
    return render(request, "learning/surveys/surveys.html", context)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, project: str) -> HttpResponse:
    """Begin a survey; `follows` of the address names the one whose people are asked what came of it."""
    found = _led(request, project)
    key = request.GET.get("follows", "")
    follows = None
    if key.isdecimal() and len(key) < 19:
        follows = get_object_or_404(LearningSurvey, project=found, pk=key, follows=None)
    survey = LearningSurvey(project=found, follows=follows, language=get_language() or "en")
    return _write(request, survey, questions_to_begin_with(is_follow_up=follows is not None))


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Change a draft."""
    survey = _survey(request, project, key)
    if not survey.is_draft:
        messages.info(request, gettext("People are asked already, so the questions stay as they are."))
        return redirect(survey)
    return _write(request, survey, list(survey.questions.all()))


def _write(request: HttpRequest, survey: LearningSurvey, begin_with: Any) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = SurveyForm(data, instance=survey, project=survey.project)
    questions = questions_form(data, begin_with)
    # Both are looked at, so that everything that is wrong is said at once.
    if data is not None and all([form.is_valid(), questions.is_valid()]):
        try:
            with transaction.atomic():
                stored = form.save()
                write_questions(stored, questions.questions)
        except SurveyIsOpened:
            messages.info(request, gettext("People are asked already, so the questions stay as they are."))
        else:
            messages.success(request, gettext("The draft is kept. Nobody is asked before you open it."))
        return redirect(survey)
    context = {"project": survey.project, "survey": survey, "form": form, "questions": questions}
    status = 422 if data is not None else 200
    return render(request, "learning/surveys/edit.html", context, status=status)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Show what people say; open a draft, or ask who became active since."""
    readable = LearningSurvey.objects.readable_by(request.user).select_related("project", "semester", "follows")
    found = get_object_or_404(readable, project__slug=project, pk=key)
    leads = _leads(request, found.project)
    if request.method == "POST" and not leads:
        raise Http404
    form = LastDayForm(request.POST if request.method == "POST" else None, initial={"closes_on": found.closes_on})
    if request.method == "POST" and form.is_valid() and _asked(request, found, form):
        return redirect(found)
    now = timezone.now()
    questions = found.questions.select_related("level")
    context = {
        "project": found.project,
        "survey": found,
        "leads": leads,
        "form": form,
        "is_open": found.is_open(at=now),
        "active": len(active_people(found)),
        "to_ask": 0 if found.is_draft else len(not_asked_yet(found)),
        "results": results_of_survey(found, at=now),
        "questions": questions,
        "translations": translations(texts_of_survey(found, questions)) if leads else {},
        "minimum": MINIMUM_ANSWERS,
        "follow_up": found.follow_ups.first(),
        "follow_up_is_due": found.follow_up_due_on is not None and found.follow_up_due_on <= now.date(),
    }
    return render(request, "learning/surveys/survey.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def translation(request: HttpRequest, project: str, key: int) -> HttpResponse:
    """Write a survey in another language, which the address names: `?language=it`. Open ones may be, too."""
    survey = _survey(request, project, key)
    pieces = texts_of_survey(survey, survey.questions.all())
    form = TextsForm(request.POST or None, pieces=pieces, language=language_to_write(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return redirect(survey)
    context = {"form": form, "about": survey.title, "back": survey.get_absolute_url()}
    return render(request, "learning/translation.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, survey: LearningSurvey, form: LastDayForm) -> bool:
    """Open it, or ask again, and say how many were asked; where that cannot be, say why at the form."""
    closes_on = form.cleaned_data["closes_on"]
    try:
        number = (open_survey if survey.is_draft else ask_again)(survey, closes_on=closes_on)
    except SurveyClosesTooEarly:
        form.add_error("closes_on", gettext("Enter a day after today."))
    except SurveyHasNoQuestions:
        form.add_error(None, gettext("Write at least one question first."))
    except SurveyNotOpen:
        form.add_error("closes_on", gettext("The last day has passed. Enter a later one."))
    except SurveyIsOpened:
        form.add_error(None, gettext("Somebody else has opened it just now."))
    else:
        words = ngettext("A mail with a link goes to %(n)d person.", "Mails with a link go to %(n)d people.", number)
        messages.success(request, words % {"n": number})
        return True
    return False


def _leads(request: HttpRequest, project: Project) -> bool:
    return Project.objects.led_by(request.user).filter(pk=project.pk).exists()


def _led(request: HttpRequest, project: str) -> Project:
    return get_object_or_404(Project.objects.led_by(request.user), slug=project)


def _survey(request: HttpRequest, project: str, key: int) -> LearningSurvey:
    surveys = LearningSurvey.objects.run_by(request.user).select_related("project", "semester", "follows")
    return get_object_or_404(surveys, project__slug=project, pk=key)
