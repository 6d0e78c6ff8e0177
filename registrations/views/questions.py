"""The questions of an event, for its organisers."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import access
from events.editing.text_forms import AddLanguageForm
from events.models import Event
from events.organised import organised_event
from events.programme.order import button_to_press_again
from projects.access import people_with_a_role
from projects.languages import LANGUAGES

from .. import places
from ..models import Answer, Question
from ..questions import catalogue, editing, order, translating
from ..questions.asked import read_questions
from ..questions.files import hand_out
from ..taking_part import preview_of


@access(people_with_a_role)
@never_cache
@require_safe
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the questions in their order, those that are not asked any more, and the catalogue."""
    event = organised_event(request, slug)
    rows = order.listed(event, read_questions(event, retired_too=True), language=get_language() or "en")
    there = [row for row in rows if row.question.retired_at is None]
    used = {row.question.catalogue_key for row in there}
    asked = request.GET.get("focus", "")
    completeness = translating.completeness(event, [row.question for row in there])
    languages = AddLanguageForm(
        request.GET if "add" in request.GET else None, there={each.language.code for each in completeness}
    )
    if languages.is_valid():
        return redirect("registrations:questions_in_language", event.slug, languages.cleaned_data["add"])
    context = {
        "event": event,
        "rows": [
            (row, button_to_press_again(asked, row.question.pk, is_first=row == there[0], is_last=row == there[-1]))
            for row in there
        ],
        "retired": [row for row in rows if row.question.retired_at is not None],
        "ready": [one for one in catalogue.CATALOGUE if one.key not in used],
        "may_add": len(there) < order.MOST_QUESTIONS,
        "completeness": completeness,
        "languages_form": languages,
        "form": languages,
    }
    status = 422 if languages.errors else 200
    return render(request, "registrations/questions/questions.html", context, status=status)


@access(people_with_a_role)
@require_POST
def add_ready(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Add a question of the catalogue; one that is there already stays as it is."""
    event = organised_event(request, slug)
    if key not in catalogue.BY_KEY:
        raise Http404
    with transaction.atomic():
        places.lock(event)
        there = event.questions.asked()
        question = there.filter(catalogue_key=key).first()
        if question is None and there.count() < order.MOST_QUESTIONS:
            question = catalogue.add_ready(event, key)
    if question is None:
        messages.error(request, gettext("More questions than this nobody answers. Retire one first."))
        return redirect("registrations:questions", event.slug)
    words = gettext("“%(question)s” is added. Change it where your event is different.")
    messages.success(request, words % {"question": question})
    return redirect(f"{reverse('registrations:questions', args=[event.slug])}?focus=edit-{question.pk}")


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def edit(request: HttpRequest, slug: str, key: int | None = None) -> HttpResponse:
    """Add a question of one's own, with key None, or change one; after saving the page shows it as people see it."""
    event = organised_event(request, slug)
    if request.method == "POST":
        # What was typed is compared with what is stored, so nobody may store anything in between.
        places.lock(event)
    question = _question(event, key) if key is not None else None
    form = editing.QuestionForm(request.POST if request.method == "POST" else None, event=event, question=question)
    if request.method == "POST" and form.is_valid():
        question = form.save()
        messages.success(request, gettext("Saved. Below is how people see it."))
        if words := form.taken_over_in_words:
            messages.info(request, words)
        return redirect("registrations:edit_question", event.slug, question.pk)
    if question is not None and form.errors:
        # The page says what is stored, not what was refused.
        question.refresh_from_db()
    context: dict[str, Any] = {
        "event": event,
        "question": question,
        "form": form,
        "preview": preview_of(event, question) if question else None,
    }
    return render(request, "registrations/questions/question.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def in_language(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Show and change the questions in one language, beside how they were written first."""
    if language not in LANGUAGES:
        raise Http404
    event = organised_event(request, slug)
    if request.method == "POST":
        places.lock(event)
    chosen, asked = LANGUAGES[language], read_questions(event)
    form = translating.QuestionTextsForm(
        request.POST if request.method == "POST" else None, questions=asked, language=chosen
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        if words := form.taken_over_in_words:
            messages.info(request, words)
        messages.success(request, gettext("The questions in this language are saved."))
        return redirect("registrations:questions", event.slug)
    context = {"event": event, "form": form, "chosen": chosen}
    return render(request, "registrations/questions/translation.html", context, status=422 if form.errors else 200)


@access(people_with_a_role)
@require_POST
@transaction.atomic
def act(request: HttpRequest, slug: str, key: int) -> HttpResponse:
    """Move, retire or bring back a question, as the button says that was pressed."""
    event = organised_event(request, slug)
    places.lock(event)
    question = _question(event, key)
    focus = f"edit-{key}"
    match request.POST.get("act", ""):
        case "up" | "down" as where:
            if order.move(question, where):
                messages.success(request, gettext("“%(question)s” is moved.") % {"question": question})
            focus = f"{where}-{key}"
        case "retire":
            order.retire(question)
            words = gettext("“%(question)s” is not asked any more. What was answered stays until its day.")
            messages.success(request, words % {"question": question})
            focus = f"back-{key}"
        case "back":
            order.bring_back(question)
            messages.success(
                request, gettext("“%(question)s” is asked again, as the last one.") % {"question": question}
            )
        case _:
            raise Http404
    return redirect(f"{reverse('registrations:questions', args=[event.slug])}?focus={focus}")


@access(people_with_a_role)
@never_cache
@require_safe
def file(request: HttpRequest, slug: str, key: int) -> HttpResponseBase:
    """Hand out a file that somebody answered with."""
    answers = Answer.objects.filter(question__event__in=Event.objects.organised_by(request.user).filter(slug=slug))
    answer = get_object_or_404(answers.exclude(file=""), pk=key)
    try:
        return hand_out(answer)
    except FileNotFoundError:
        raise Http404 from None


def _question(event: Event, key: int) -> Question:
    question = get_object_or_404(event.questions, pk=key)
    question.event = event
    return question
