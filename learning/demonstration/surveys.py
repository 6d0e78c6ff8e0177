"""The learning survey of a past semester, which some of those who were there have answered."""

import random
from datetime import datetime, timedelta

from ..models import LearningSurvey, SurveyAnswer, SurveyInvitation, SurveyQuestion
from ..surveys import active_people, questions_to_begin_with, write_questions
from .project import SOURCE_KEY, Setting

SEMESTER = 5
OPENED, OPEN_FOR = timedelta(days=20), timedelta(days=34)
# How many of a hundred answer, and how high they rate a statement of each level.
ANSWERED = 0.46
RATED = {"individual": 4.1, "organisational": 3.3, "stakeholder": 2.8, "external": 2.2}
SAID = (
    "Szelektív gyűjtés egy kis faluban, önkéntesekkel.",
    "How a counter works that has no queue.",
    "Che si può cominciare senza bando.",
    "The rules on data are the same everywhere; the courage is not.",
    "Wie man Nachbarn fragt, bevor man plant.",
)
KEEPS = ("Time.", "Our procurement takes a year.", "Nothing, we began in May.", "No hay presupuesto.")


def ask_what_was_learned(setting: Setting, chance: random.Random, *, at: datetime) -> None:
    """Store the survey of SEMESTER, whom it asked and what they answered until `at`. No mail is written."""
    opened_at = at - OPENED
    survey = LearningSurvey.objects.create(
        project=setting.project,
        semester=setting.semesters[SEMESTER],
        title="What did you learn with us this semester?",
        translations={"it": {"title": "Che cosa avete imparato con noi in questo semestre?"}},
    )
    write_questions(survey, questions_to_begin_with(is_follow_up=False))
    survey.opened_at, survey.closes_on = opened_at, (opened_at + OPEN_FOR).date()
    survey.save()
    questions = list(survey.questions.select_related("level"))
    for somebody in active_people(survey):
        invitation = SurveyInvitation(
            survey=survey,
            person_id=somebody.person_id,
            email=somebody.email,
            language=somebody.language,
            asked_at=opened_at,
        )
        if chance.random() < ANSWERED:
            invitation.answered_at = invitation.changed_at = opened_at + OPENED * chance.random()
            invitation.role = chance.choice(SurveyInvitation.Role.values)
            invitation.work = chance.choice(SurveyInvitation.Work.values)
        invitation.save()
        if invitation.answered_at is not None:
            SurveyAnswer.objects.bulk_create(_answers(invitation, questions, chance))


def _answers(
    invitation: SurveyInvitation, questions: list[SurveyQuestion], chance: random.Random
) -> list[SurveyAnswer]:
    found = []
    for question in questions:
        if question.kind == SurveyQuestion.Kind.STATEMENT:
            if chance.random() < 0.94:
                rating = round(chance.gauss(RATED[question.level.code if question.level else "individual"], 0.9))
                found.append(SurveyAnswer(invitation=invitation, question=question, rating=min(5, max(1, rating))))
        elif chance.random() < 0.2:
            text = chance.choice(KEEPS if "keeps" in question.text else SAID)
            found.append(SurveyAnswer(invitation=invitation, question=question, text=text))
    return found


def take_surveys_away() -> None:
    """Delete the surveys of the demonstration, with what people answered."""
    of_project = {"survey__project__source_key": SOURCE_KEY}
    SurveyAnswer.objects.filter(**{f"invitation__{name}": value for name, value in of_project.items()}).delete()
    SurveyInvitation.objects.filter(**of_project).delete()
    SurveyQuestion.objects.filter(**of_project).delete()
    surveys = LearningSurvey.objects.filter(project__source_key=SOURCE_KEY)
    surveys.exclude(follows=None).delete()
    surveys.delete()
