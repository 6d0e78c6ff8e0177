"""How the partners of a project rate its practices by its criteria."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Avg, Count, QuerySet

from projects.models import Criterion, CriterionRating, GoodPractice, Project

from .exceptions import CriterionIsUsed
from .plots import one_decimal

# Each is asked of every partner for every practice.
MOST_CRITERIA = 8


@dataclass(frozen=True, slots=True)
class Rated:
    """One criterion of one practice: the mean (1 to 5), and of how many partners; None and 0 where nobody rated."""

    criterion: Criterion
    value: float | None
    partners: int

    @property
    def mean(self) -> str:
        return "" if self.value is None else one_decimal(self.value)


@dataclass(frozen=True, slots=True)
class RatedPractice:
    practice: GoodPractice
    ratings: list[Rated]

    def mean_by(self, criterion: Criterion) -> float:
        """The mean by one criterion; 0, below the scale, where nobody rated."""
        return next((one.value for one in self.ratings if one.criterion == criterion and one.value), 0)


def by_criteria(
    project: Project, visible: QuerySet[GoodPractice], *, best_by: Criterion | None = None
) -> list[RatedPractice]:
    """Return those of a project's practices that are in `visible`, each with its rating by every criterion.

    They are in the order of their names, or the best rated by one criterion first, unrated ones last. Three queries,
    however many practices there are.
    """
    practices = list(visible.filter(project=project).select_related("project", "owner__organisation"))
    means = _means(CriterionRating.objects.filter(practice__project=project))
    criteria = list(project.criteria.all())
    rows = [RatedPractice(practice, _rated(practice, criteria, means)) for practice in practices]
    return sorted(rows, key=lambda row: -row.mean_by(best_by)) if best_by else rows


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
        found.append(Rated(criterion, mean, partners))
    return found


@transaction.atomic
def write_criteria(project: Project, texts: Sequence[str]) -> None:
    """Make these the criteria of a project, in this order; each text is there once.

    One whose text stays is the same criterion, with its ratings. Raises CriterionIsUsed where one is missing by which
    somebody rated.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    known = {criterion.text: criterion for criterion in project.criteria.all()}
    gone = [criterion for text, criterion in known.items() if text not in texts]
    if used := [criterion.text for criterion in gone if criterion.ratings.exists()]:
        raise CriterionIsUsed(used)
    for criterion in gone:
        criterion.delete()
    # No two may have one position, not even on the way.
    first_free = max((criterion.position for criterion in known.values()), default=0) + 1
    for offset in (first_free, 1):
        for position, text in enumerate(texts, start=offset):
            criterion = known.setdefault(text, Criterion(project=project, text=text))
            criterion.position = position
            criterion.save()
