"""The mails of a learning survey: the personal link, and one reminder."""

from django.conf import settings

from accounts import outbox
from accounts.letters import absolute_url, harmless, render_letter
from accounts.models import Mail
from events.times import instant_in_words

from .models import SurveyInvitation
from .models.surveys import ZONE


def ask(invitation: SurveyInvitation) -> Mail | None:
    """Send somebody their link; written once, however often it is asked for."""
    return _write("survey", invitation)


def remind(invitation: SurveyInvitation) -> Mail | None:
    """Send the link once more to somebody who has not answered."""
    return _write("survey_reminder", invitation)


def _write(name: str, invitation: SurveyInvitation) -> Mail | None:
    survey, language = invitation.survey, invitation.language
    until = survey.last_minute
    context = {
        "name": harmless(invitation.person.name),
        "title": survey.in_language("title", language).text,
        "is_follow_up": survey.follows_id is not None,
        "project": survey.project.acronym,
        "until": instant_in_words(until, ZONE, language) if until else "",
        "survey_url": absolute_url("learning:answer_survey", invitation.code, language=language),
    }
    letter = render_letter(name, context, language=language)
    return outbox.write(
        key=f"{name}:{invitation.pk}",
        to=invitation.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=language,
        reply_to=settings.CONTACT_EMAIL,
    )
