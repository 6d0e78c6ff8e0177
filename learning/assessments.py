"""How the regions of a project are seen by themselves and by others, round by round, and who may say so when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from projects.models import Partner

from .exceptions import DimensionIsRated, NothingRated, RoundIsClosed
from .models import Assessment, AssessmentRound, Dimension, DimensionRating, Instrument

Kind = Assessment.Kind


@dataclass(frozen=True, slots=True)
class Seen:
    """How one dimension of one region is seen in one round: by itself (None: not said), and by each of the others."""

    own: int | None = None
    others: tuple[int, ...] = ()

    @property
    def mean(self) -> float | None:
        """The mean of what the others say, each of them once; None where nobody said anything."""
        return sum(self.others) / len(self.others) if self.others else None

    @property
    def disagreement(self) -> float | None:
        """How much better (above zero) the region sees itself than others do; None where one side is missing."""
        return None if self.own is None or self.mean is None else self.own - self.mean


NOT_SEEN = Seen()


@dataclass(frozen=True)
class Profile:
    """What was said of one region by one instrument. Of each who rated, only what they said last is in it."""

    instrument: Instrument
    partner: Partner
    rounds: list[AssessmentRound]
    dimensions: list[Dimension]
    said: Sequence[Assessment]

    def of_round(self, round_: AssessmentRound) -> list[Assessment]:
        return [one for one in self.said if one.round_id == round_.pk]

    def compared(
        self, round_: AssessmentRound
    ) -> list[tuple[Dimension, list[tuple[Assessment, DimensionRating | None]]]]:
        """Return the dimensions, each with what everybody says of it in a round; None where one skipped it."""
        said = [(one, {rating.dimension_id: rating for rating in one.ratings.all()}) for one in self.of_round(round_)]
        return [(dimension, [(one, by.get(dimension.pk)) for one, by in said]) for dimension in self.dimensions]

    def number(self, round_: AssessmentRound, kind: str) -> int:
        """How many of a kind rated the region in a round."""
        return sum(one.kind == kind for one in self.of_round(round_))

    @cached_property
    def _seen(self) -> Mapping[tuple[int, int], Seen]:
        own: dict[tuple[int, int], int] = {}
        others: dict[tuple[int, int], list[int]] = defaultdict(list)
        for one in self.said:
            for rating in one.ratings.all():
                key = (one.round_id, rating.dimension_id)
                if one.kind == Kind.SELF:
                    own[key] = rating.value
                else:
                    others[key].append(rating.value)
        return {key: Seen(own.get(key), tuple(others[key])) for key in own.keys() | set(others)}

    def seen(self, round_: AssessmentRound, dimension: Dimension) -> Seen:
        return self._seen.get((round_.pk, dimension.pk), NOT_SEEN)

    @property
    def is_known(self) -> bool:
        return bool(self._seen)


def profiles(
    instruments: QuerySet[Instrument], partners: Iterable[Partner], *, at: datetime | None = None
) -> dict[Instrument, list[Profile]]:
    """Return for each instrument what is said of each partner, in the order of the partners.

    Only what was said up to `at` (aware), where that is given. Five queries, however many instruments, rounds and
    partners there are, and one where there is no instrument.
    """
    partners = list(partners)
    found = list(instruments.select_related("project").prefetch_related("rounds", "dimensions"))
    ratings = DimensionRating.objects.select_related("dimension").order_by("dimension__position")
    assessments = (
        Assessment.objects.filter(round__instrument__in=[one.pk for one in found], partner__in=partners)
        .select_related("rater__organisation", "noted_by")
        .prefetch_related(Prefetch("ratings", ratings))
        .order_by("noted_at", "pk")
    )
    if at is not None:
        assessments = assessments.filter(noted_at__lte=at)
    last: dict[tuple[int, int], dict[tuple[str, object], Assessment]] = defaultdict(dict)
    for one in assessments:
        last[one.round_id, one.partner_id][_who(one)] = one
    return {
        instrument: [
            Profile(
                instrument,
                partner,
                rounds := list(instrument.rounds.all()),
                list(instrument.dimensions.all()),
                [one for round_ in rounds for one in last[round_.pk, partner.pk].values()],
            )
            for partner in partners
        ]
        for instrument in found
    }


def _who(assessment: Assessment) -> tuple[str, object]:
    return assessment.kind, assessment.rater_id or assessment.expert.casefold()


def last_of(round_: AssessmentRound, partner: Partner, *, rater: Partner | None, expert: str = "") -> Assessment | None:
    """Return what one of them said last of a region in a round, or None. `rater` None: the expert of that name."""
    said = Assessment.objects.filter(round=round_, partner=partner, rater=rater)
    if rater is None:
        said = said.filter(expert__iexact=expert)
    return said.prefetch_related("ratings").order_by("noted_at", "pk").last()


@transaction.atomic
def assess(
    round_: AssessmentRound,
    partner: Partner,
    *,
    rater: Partner | None,
    expert: str = "",
    ratings: Mapping[Dimension, tuple[int, str]],
    by: Any,
    at: datetime | None = None,
) -> Assessment:
    """Store what a partner (`rater`), or else an expert of a name, says of a region; it counts from then on.

    `ratings` has a number from 1 to 5 and a remark (may be empty) for each dimension that is rated. What the same one
    said before stays. `at` is an aware datetime and defaults to now. Raises RoundIsClosed and NothingRated.
    """
    at = at or timezone.now()
    # The last day may be changed at the same moment.
    locked = AssessmentRound.objects.select_for_update().get(pk=round_.pk)
    if locked.is_closed(on=at.date()):
        raise RoundIsClosed
    if not ratings:
        raise NothingRated
    kind = Kind.EXPERT if rater is None else Kind.SELF if rater == partner else Kind.PEER
    assessment = Assessment.objects.create(
        round=locked, partner=partner, kind=kind, rater=rater, expert=expert, noted_at=at, noted_by=by
    )
    DimensionRating.objects.bulk_create(
        DimensionRating(assessment=assessment, dimension=dimension, value=value, remark=remark)
        for dimension, (value, remark) in ratings.items()
    )
    return assessment


@transaction.atomic
def put_into_instrument(part: Dimension | AssessmentRound) -> None:
    """Store a dimension or a round; a new one becomes the last one of its instrument.

    Raises DimensionIsRated where somebody rated by it already.
    """
    # Two people could take the same position, or rate by a dimension while its words are changed.
    Instrument.objects.select_for_update().get(pk=part.instrument_id)
    if isinstance(part, Dimension) and part.pk and part.ratings.exists():
        raise DimensionIsRated
    if not part.position:
        others = type(part)._default_manager.filter(instrument=part.instrument_id)
        part.position = (others.aggregate(last=Max("position"))["last"] or 0) + 1
    part.save()


def gaps_of(instrument: Instrument, found: Sequence[Profile], *, on: date) -> list[str]:
    """Return in words what is not known of an instrument on a day. A round that is still ahead is no gap."""
    rounds, dimensions = list(instrument.rounds.all()), list(instrument.dimensions.all())
    gaps = []
    if not dimensions:
        gaps.append(gettext("By which dimensions the regions are rated is not known."))
    if not rounds:
        gaps.append(gettext("No round is known."))
    if undated := [round_ for round_ in rounds if round_.held_on is None]:
        gaps.append(gettext("When they took place is not known: %(rounds)s") % {"rounds": _named(undated)})
    due = _due(rounds, on=on)
    if empty := [round_ for round_ in due if not any(one.of_round(round_) for one in found)]:
        gaps.append(gettext("No rating of any region is known: %(rounds)s") % {"rounds": _named(empty)})
    for round_ in due:
        if round_ in empty:
            continue
        silent = [str(one.partner) for one in found if not one.number(round_, Kind.SELF)]
        unseen = [str(one.partner) for one in found if len(one.of_round(round_)) == one.number(round_, Kind.SELF)]
        if silent:
            gaps.append(
                gettext("%(round)s: how these rate themselves is not known: %(partners)s")
                % {"round": round_.name, "partners": ", ".join(silent)}
            )
        if unseen:
            gaps.append(
                gettext("%(round)s: how others rate these is not known: %(partners)s")
                % {"round": round_.name, "partners": ", ".join(unseen)}
            )
    return gaps


def gaps_of_region(profile: Profile, *, on: date) -> list[str]:
    """Return in words what is missing in the picture of one region on a day."""
    gaps = []
    if not profile.dimensions:
        gaps.append(gettext("By which dimensions the regions are rated is not known."))
    due = _due(profile.rounds, on=on)
    if empty := [round_ for round_ in due if not profile.of_round(round_)]:
        gaps.append(gettext("No rating of this region is known: %(rounds)s") % {"rounds": _named(empty)})
    for round_ in due:
        if round_ in empty:
            continue
        if not profile.number(round_, Kind.SELF):
            gaps.append(gettext("%(round)s: how the region rates itself is not known.") % {"round": round_.name})
        elif skipped := [d.name for d in profile.dimensions if profile.seen(round_, d).own is None]:
            gaps.append(
                gettext("%(round)s: how the region rates itself is not known on: %(dimensions)s")
                % {"round": round_.name, "dimensions": ", ".join(skipped)}
            )
        if not any(one.kind != Kind.SELF for one in profile.of_round(round_)):
            gaps.append(gettext("%(round)s: how others rate the region is not known.") % {"round": round_.name})
    return gaps


def _due(rounds: Iterable[AssessmentRound], *, on: date) -> list[AssessmentRound]:
    """Rounds that are not still ahead."""
    return [round_ for round_ in rounds if round_.held_on is None or round_.held_on <= on]


def _named(rounds: Iterable[AssessmentRound]) -> str:
    return ", ".join(round_.name for round_ in rounds)
