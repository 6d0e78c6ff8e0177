"""How the partners of a project rate its practices by its criteria."""

from dataclasses import dataclass

from django.db.models import Avg, Count, QuerySet

from projects.models import Criterion, CriterionRating, GoodPractice, Project

from .plots import one_decimal


@dataclass(frozen=True, slots=True)
class Rated:
    """One criterion of one practice: the mean (1 to 5) in words, and of how many partners; empty where nobody rated."""

    criterion: Criterion
    mean: str
    partners: int


@dataclass(frozen=True, slots=True)
class RatedPractice:
    practice: GoodPractice
    ratings: list[Rated]


def by_criteria(project: Project, visible: QuerySet[GoodPractice]) -> list[RatedPractice]:
    """Return those of a project's practices that are in `visible`, each with its rating by every criterion.

    Three queries, however many practices there are.
    """
    practices = list(visible.filter(project=project).select_related("project", "owner__organisation"))
    means = _means(CriterionRating.objects.filter(practice__project=project))
    criteria = list(project.criteria.all())
    return [RatedPractice(practice, _rated(practice, criteria, means)) for practice in practices]


def ratings_of(practice: GoodPractice) -> list[Rated]:
    """Return how one practice is rated by each criterion of its project."""
    return _rated(practice, list(practice.project.criteria.all()), _means(practice.ratings.all()))


_Means = dict[tuple[int, int], tuple[float, int]]


def _means(ratings: QuerySet[CriterionRating]) -> _Means:
    rows = ratings.order_by().values_list("practice", "criterion").annotate(mean=Avg("value"), partners=Count("pk"))
    return {(practice, criterion): (mean, partners) for practice, criterion, mean, partners in rows}


def _rated(practice: GoodPractice, criteria: list[Criterion], means: _Means) -> list[Rated]:
    found = []
    for criterion in criteria:
        mean, partners = means.get((practice.pk, criterion.pk), (None, 0))
        found.append(Rated(criterion, "" if mean is None else one_decimal(mean), partners))
    return found
