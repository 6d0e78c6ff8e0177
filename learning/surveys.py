"""Learning surveys: who is active and asked, keeping what they answer, and whom it shows to have learned."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from accounts.periodic import every
from projects.models import Project, Semester
from projects.models.languages import Text
from registrations.models import AttendanceRecord, Person, Registration

from . import survey_mails
from .exceptions import SurveyClosesTooEarly, SurveyHasNoQuestions, SurveyIsOpened, SurveyNotOpen
from .models import LearningSurvey, LevelOfLearning, SurveyAnswer, SurveyInvitation, SurveyQuestion

# Each is one question, and people answer fifteen at most.
MOST_QUESTIONS = 15
# Whoever has not answered hears of it once more so long before the last day, unless they were asked a moment ago.
REMINDED_BEFORE, JUST_ASKED = timedelta(days=7), timedelta(days=3)


DATA = Path(__file__).parent / "data"


# --- Beginning one -----------------------------------------------------------------------------------------------


def questions_to_begin_with(*, is_follow_up: bool) -> list[SurveyQuestion]:
    """Return the questions that a new survey begins with, not saved."""
    shipped = json.loads((DATA / "survey_questions.json").read_text())["follow_up" if is_follow_up else "first"]
    levels = {level.code: level for level in levels_of_learning()}
    return [SurveyQuestion(**{**one, "level": levels.get(one.get("level", ""))}) for one in shipped]


def levels_of_learning() -> list[LevelOfLearning]:
    """Return the levels of learning; an installation that has none gets the usual four."""
    if not LevelOfLearning.objects.exists():
        shipped = json.loads((DATA / "levels_of_learning.json").read_text())
        LevelOfLearning.objects.bulk_create([LevelOfLearning(**one) for one in shipped], ignore_conflicts=True)
    return list(LevelOfLearning.objects.all())


# --- Who is asked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Active:
    """Somebody active in the exchange: the person that they were found to be, and where the last event reached them."""

    person_id: int
    email: str
    language: str


def active_people(survey: LearningSurvey) -> list[Active]:
    """Return whoever a survey is for, in two queries: those who attended enough, or who answered what it follows."""
    # Presence of a whole project is found once, rather than for each of its registrations.
    present = AttendanceRecord.objects.of_days().present().filter(registration__event__project=survey.project_id)
    came = Registration.objects.confirmed().filter(
        event__project=survey.project_id, pk__in=present.order_by().values("registration")
    )
    if survey.semester is not None:
        came = came.filter(event__starts_on__range=(survey.semester.starts_on, survey.semester.ends_on))
    events: dict[int, set[int]] = defaultdict(set)
    last: dict[int, Active] = {}
    rows = came.order_by("event__starts_on", "pk").values_list(
        "person_id", "person__merged_into", "event_id", "email", "language"
    )
    for person, merged_into, event, email, language in rows:
        somebody = merged_into or person
        events[somebody].add(event)
        last[somebody] = Active(somebody, email, language)
    if survey.follows_id is not None:
        return _who_answered(survey.follows_id, last)
    return [last[somebody] for somebody in sorted(last) if len(events[somebody]) >= survey.least_events]


def _who_answered(survey: int, last: Mapping[int, Active]) -> list[Active]:
    found: dict[int, Active] = {}
    for invitation in SurveyInvitation.objects.filter(survey=survey, answered_at__isnull=False).select_related(
        "person"
    ):
        somebody = invitation.person.merged_into_id or invitation.person_id
        found[somebody] = last.get(somebody) or Active(somebody, invitation.email, invitation.language)
    return [found[somebody] for somebody in sorted(found)]


def not_asked_yet(survey: LearningSurvey) -> list[Active]:
    """Return the active people who have no link yet: all of them for a draft."""
    asked = {
        merged_into or person
        for person, merged_into in survey.invitations.order_by().values_list("person_id", "person__merged_into")
    }
    return [somebody for somebody in active_people(survey) if somebody.person_id not in asked]


# --- Asking ------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_survey(survey: LearningSurvey, *, closes_on: date, at: datetime | None = None) -> int:
    """Open a survey until the end of a day, write to everybody it is for, and return how many that are.

    Raises SurveyIsOpened, SurveyHasNoQuestions or SurveyClosesTooEarly.
    """
    at = at or timezone.now()
    survey = _locked(survey)
    if not survey.is_draft:
        raise SurveyIsOpened(survey)
    if not survey.questions.exists():
        raise SurveyHasNoQuestions(survey)
    if closes_on <= at.date():
        raise SurveyClosesTooEarly(survey)
    survey.opened_at, survey.closes_on = at, closes_on
    survey.save(update_fields=["opened_at", "closes_on"])
    return _ask(survey, at=at)


@transaction.atomic
def ask_again(survey: LearningSurvey, *, closes_on: date | None = None, at: datetime | None = None) -> int:
    """Ask who became active since, until another last day if one is given; return how many.

    Raises SurveyNotOpen when it is a draft or its last day has passed, and SurveyClosesTooEarly.
    """
    at = at or timezone.now()
    survey = _locked(survey)
    if survey.is_draft:
        raise SurveyNotOpen(survey)
    if closes_on is not None and closes_on != survey.closes_on:
        if closes_on <= at.date():
            raise SurveyClosesTooEarly(survey)
        survey.closes_on = closes_on
        survey.save(update_fields=["closes_on"])
    if not survey.is_open(at=at):
        raise SurveyNotOpen(survey)
    return _ask(survey, at=at)


def _ask(survey: LearningSurvey, *, at: datetime) -> int:
    invitations = SurveyInvitation.objects.bulk_create(
        SurveyInvitation(
            survey=survey, person_id=somebody.person_id, email=somebody.email, language=somebody.language, asked_at=at
        )
        for somebody in not_asked_yet(survey)
    )
    names = Person.objects.in_bulk([invitation.person_id for invitation in invitations])
    for invitation in invitations:
        invitation.survey, invitation.person = survey, names[invitation.person_id]
        survey_mails.ask(invitation)
    return len(invitations)


@every(minutes=60)
def remind(*, at: datetime | None = None) -> int:
    """Write once more to those who have not answered, a week before the last day; return how many mails."""
    at = at or timezone.now()
    soon = LearningSurvey.objects.filter(
        opened_at__isnull=False, closes_on__range=(at.date(), at.date() + REMINDED_BEFORE)
    )
    silent = SurveyInvitation.objects.filter(
        survey__in=soon, answered_at=None, asked_at__lte=at - JUST_ASKED, reminded_at=None
    )
    written = 0
    for invitation in silent.select_related("survey__project", "person").order_by("pk"):
        with transaction.atomic():
            # Two processes may look at once: who marks it writes it.
            if SurveyInvitation.objects.filter(pk=invitation.pk, reminded_at=None).update(reminded_at=at):
                survey_mails.remind(invitation)
                written += 1
    return written


def _locked(survey: LearningSurvey) -> LearningSurvey:
    found = LearningSurvey.objects.select_for_update(of=("self",)).select_related("project", "semester")
    return found.get(pk=survey.pk)


# --- Questions ---------------------------------------------------------------------------------------------------


@transaction.atomic
def write_questions(survey: LearningSurvey, questions: Sequence[SurveyQuestion]) -> None:
    """Make these the questions of a draft, in this order. One whose text stays keeps its translations.

    Raises SurveyIsOpened.
    """
    if not _locked(survey).is_draft:
        raise SurveyIsOpened(survey)
    translated = {question.text: question.translations for question in survey.questions.all()}
    survey.questions.all().delete()
    for position, question in enumerate(questions, start=1):
        question.survey, question.position, question.language = survey, position, survey.language
        question.translations = translated.get(question.text, {})
    SurveyQuestion.objects.bulk_create(questions)


# --- Answering ---------------------------------------------------------------------------------------------------


@transaction.atomic
def answer(
    invitation: SurveyInvitation,
    said: Mapping[SurveyQuestion, int | str | None],
    *,
    role: str = "",
    work: str = "",
    at: datetime | None = None,
) -> None:
    """Keep what somebody answered: 1–5 to a statement, a text to an open question, None or empty where they skipped.

    Sent again, it replaces what they had answered before. Raises SurveyNotOpen.
    """
    at = at or timezone.now()
    invitation = SurveyInvitation.objects.select_for_update(of=("self",)).select_related("survey").get(pk=invitation.pk)
    if not invitation.survey.is_open(at=at):
        raise SurveyNotOpen(invitation.survey)
    invitation.role, invitation.work = role, work
    invitation.answered_at, invitation.changed_at = invitation.answered_at or at, at
    invitation.save(update_fields=["role", "work", "answered_at", "changed_at"])
    invitation.answers.all().delete()
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            invitation=invitation,
            question=question,
            rating=value if isinstance(value, int) else None,
            text=value if isinstance(value, str) else "",
        )
        for question, value in said.items()
        if value
    )


# --- Who learned -------------------------------------------------------------------------------------------------


def who_learned(project: Project, *, at: datetime) -> QuerySet[SurveyAnswer]:
    """Return the answers that show somebody's professional capacity to have increased, given until an instant.

    A person may have given several, in one survey or in several; see learners().
    """
    return (
        SurveyAnswer.objects.filter(
            invitation__survey__project=project,
            invitation__survey__follows=None,
            invitation__answered_at__lte=at,
            question__counts_from__isnull=False,
            rating__gte=F("question__counts_from"),
        )
        .select_related("invitation__person", "invitation__survey", "question")
        .order_by("invitation__answered_at", "invitation", "question__position")
    )


@dataclass(frozen=True, slots=True)
class SurveyLearner:
    """A person whose professional capacity increased, by the first answers that show it: the statements they chose."""

    person_id: int
    statements: tuple[Text, ...]


def learners(project: Project, *, semester: Semester | None = None, at: datetime) -> tuple[SurveyLearner, ...] | None:
    """Return those who say so, each once, whatever they were merged into; None where nobody was asked until then.

    Whoever says so again is counted the first time only. So with a `semester`, those whose first answers belong to it,
    and the semesters add up to the project: a survey of a semester belongs to that one, another to that of the answer.
    Two queries.
    """
    surveys = LearningSurvey.objects.filter(project=project, opened_at__lte=at, follows=None)
    if semester is not None:
        surveys = surveys.filter(Q(semester=semester) | Q(semester=None, opened_at__date__lte=semester.ends_on))
    if not surveys.exists():
        return None
    first: dict[int, SurveyInvitation] = {}
    said: dict[int, list[Text]] = defaultdict(list)
    language = get_language() or "en"
    for answer in who_learned(project, at=at):
        invitation = answer.invitation
        somebody = invitation.person.merged_into_id or invitation.person_id
        if first.setdefault(somebody, invitation) == invitation:
            said[somebody].append(answer.question.in_language("text", language))
    return tuple(
        SurveyLearner(somebody, tuple(said[somebody]))
        # In the order of what they said, so that a row leads to nobody.
        for somebody in sorted(first, key=lambda somebody: ([text.text for text in said[somebody]], somebody))
        if semester is None or _is_of(first[somebody], semester)
    )


def _is_of(invitation: SurveyInvitation, semester: Semester) -> bool:
    if invitation.survey.semester_id is not None:
        return invitation.survey.semester_id == semester.pk
    day = invitation.answered_at.date() if invitation.answered_at else None
    return day is not None and semester.starts_on <= day <= semester.ends_on
