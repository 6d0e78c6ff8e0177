"""Answering a learning survey by a personal link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import access, holder_of_the_link
from registrations.models.registrations import could_be_code

from ..exceptions import SurveyNotOpen
from ..models import SurveyInvitation
from ..survey_forms import AnswerForm
from ..surveys import answer
from ..translating import language_to_read, others_to_read, texts_of_survey

HEADINGS = {"given": _("Thank you for your answers"), "closed": _("This survey is closed")}


@access(holder_of_the_link)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_survey(request: HttpRequest, code: str) -> HttpResponse:
    """Ask somebody what they learned in a project, or say that it is too late; who has answered may change it."""
    invitation = _invitation(code)
    if invitation is None:
        return render(request, "learning/unknown_link.html", status=404)
    questions = list(invitation.survey.questions.all())
    language = language_to_read(request, texts_of_survey(invitation.survey, questions))
    if request.method == "POST":
        form = AnswerForm(request.POST, questions=questions, language=language)
        if form.is_valid():
            try:
                answer(invitation, form.said, role=form.cleaned_data["role"], work=form.cleaned_data["work"])
            except SurveyNotOpen:
                return _explain(request, invitation, "closed", too_late=form.texts)
            return redirect("learning:answer_survey", code)
        return _ask(request, invitation, form, status=422)
    if not invitation.survey.is_open(at=timezone.now()):
        return _explain(request, invitation, "closed")
    if invitation.answered_at is not None and "change" not in request.GET:
        return _explain(request, invitation, "given")
    form = AnswerForm(questions=questions, language=language, initial=AnswerForm.said_before(invitation))
    return _ask(request, invitation, form)


def _invitation(code: str) -> SurveyInvitation | None:
    if not could_be_code(code):
        return None
    return SurveyInvitation.objects.filter(code=code).select_related("survey__project", "person").first()


def _ask(request: HttpRequest, invitation: SurveyInvitation, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    survey = invitation.survey
    context = {
        "survey": survey,
        "project": survey.project,
        "form": form,
        "closes": survey.last_minute,
        "title": survey.in_language("title", form.language),
        "intro": survey.in_language("intro", form.language),
        "text_languages": others_to_read(texts_of_survey(survey, form.questions), language=form.language),
    }
    return render(request, "learning/surveys/answer.html", context, status=status)


def _explain(
    request: HttpRequest, invitation: SurveyInvitation, state: str, *, too_late: list[str] | None = None
) -> HttpResponse:
    survey = invitation.survey
    context = {
        "survey": survey,
        "project": survey.project,
        "state": state,
        "heading": HEADINGS[state],
        "closes": survey.last_minute,
        "has_answered": invitation.answered_at is not None,
        "too_late": too_late or [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "learning/surveys/state.html", context, status=status)
