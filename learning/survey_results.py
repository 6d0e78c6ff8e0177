"""What the people said who answered a learning survey, for its lead. Nothing here names anybody."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from projects.models.languages import Text

from .models import LearningSurvey, LevelOfLearning, SurveyAnswer, SurveyInvitation, SurveyQuestion
from .plots import Cell, Numbers, Plot, Value, bar_plot, one_decimal
from .reports.rows import MINIMUM_ANSWERS

# Who chose one of these agrees with a statement.
AGREES = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and how often each rating was chosen, from 1 to 5."""

    text: Text
    level: LevelOfLearning | None
    ratings: tuple[int, ...]

    @property
    def n(self) -> int:
        return len(self.ratings)

    @property
    def agree(self) -> int:
        return sum(1 for rating in self.ratings if rating >= AGREES)

    @property
    def mean(self) -> str:
        """The mean with one decimal; a dash where too few rated."""
        return one_decimal(sum(self.ratings) / self.n) if self.n >= MINIMUM_ANSWERS else "–"


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """The answers to a survey at the instant `at`.

    `learned` counts the people whose answers show increased professional capacity. `said` holds each open question with
    its answers. `of` counts those who answered by what they are there as, and by their work.
    """

    at: datetime
    asked: int
    answered: int
    learned: int
    statements: tuple[Statement, ...]
    said: tuple[tuple[Text, tuple[str, ...]], ...]
    of: tuple[tuple[str, int], ...]

    @property
    def answer_rate(self) -> int | None:
        """Answers of a hundred people who were asked; None where nobody was."""
        return round(100 * self.answered / self.asked) if self.asked else None

    @property
    def are_withheld(self) -> bool:
        """Whether so few answered that what they said would lead to who said it."""
        return 0 < self.answered < MINIMUM_ANSWERS

    @property
    def plot(self) -> Plot | None:
        """How many agree with each statement, those of one level beside each other; None while that is withheld."""
        drawn = [statement for statement in self.statements if statement.n >= MINIMUM_ANSWERS]
        if self.answered < MINIMUM_ANSWERS or not drawn:
            return None
        best = max(drawn, key=lambda statement: statement.agree / statement.n)
        finding = ngettext(
            "%(agree)d of %(n)d person agrees: %(text)s", "%(agree)d of %(n)d people agree: %(text)s", best.n
        ) % {"agree": best.agree, "n": best.n, "text": best.text.text}
        return bar_plot(
            [
                (_label(statement), [Value(statement.agree, f"{statement.agree} / {statement.n}")])
                for statement in drawn
            ],
            slug="statements",
            finding=finding,
            measure=_("How many people chose 4 or 5, of those who rated"),
            n=self.answered,
            summary=finding,
            numbers=Numbers(
                (_("Statement"), _("Chose 4 or 5"), _("Rated"), _("Mean")),
                [
                    (
                        Cell(_label(statement)),
                        Cell(str(statement.agree)),
                        Cell(str(statement.n)),
                        Cell(statement.mean),
                    )
                    for statement in drawn
                ],
            ),
        )


def _label(statement: Statement) -> str:
    if statement.level is None:
        return statement.text.text
    return f"{statement.text.text} ({statement.level.name_in(get_language() or 'en')})"


def results_of_survey(survey: LearningSurvey, *, at: datetime | None = None) -> SurveyResults:
    """Return what was answered until now, in four queries."""
    language = get_language() or "en"
    invitations = list(survey.invitations.order_by().values_list("pk", "answered_at", "role", "work"))
    answered = [row for row in invitations if row[1] is not None]
    ratings: dict[int, list[int]] = {}
    texts: dict[int, list[str]] = {}
    learned = set()
    questions = list(survey.questions.select_related("level"))
    counts_from = {question.pk: question.counts_from for question in questions}
    for answer in SurveyAnswer.objects.filter(invitation__survey=survey):
        if answer.rating is not None:
            ratings.setdefault(answer.question_id, []).append(answer.rating)
            least = counts_from[answer.question_id]
            if least is not None and answer.rating >= least:
                learned.add(answer.invitation_id)
        elif answer.text:
            texts.setdefault(answer.question_id, []).append(answer.text)
    by_level = sorted(
        (question for question in questions if question.kind == SurveyQuestion.Kind.STATEMENT),
        key=lambda question: (question.level.position if question.level else 1_000, question.position),
    )
    return SurveyResults(
        at=at or timezone.now(),
        asked=len(invitations),
        answered=len(answered),
        learned=len(learned),
        statements=tuple(
            Statement(question.in_language("text", language), question.level, tuple(ratings.get(question.pk, ())))
            for question in by_level
        ),
        said=tuple(
            # In the order of the alphabet: the hour of sending would lead to who said it.
            (question.in_language("text", language), tuple(sorted(texts.get(question.pk, ()), key=str.casefold)))
            for question in questions
            if question.kind == SurveyQuestion.Kind.OPEN
        ),
        of=_of(answered),
    )


def _of(answered: list[tuple[int, datetime | None, str, str]]) -> tuple[tuple[str, int], ...]:
    roles, works = Counter(row[2] for row in answered), Counter(row[3] for row in answered)
    return (
        *((str(role.label), roles[role]) for role in SurveyInvitation.Role),
        *((str(work.label), works[work]) for work in SurveyInvitation.Work),
    )
