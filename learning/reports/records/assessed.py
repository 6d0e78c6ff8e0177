"""How the regions of a project were rated in the rounds that a report is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from projects.models import Partner

from ...assessments import Profile, Seen, profiles
from ...models import Assessment, AssessmentRound, Instrument
from ..rows import AssessedRow
from ..subject import Subject

# What one side says on a dimension.
Side = Callable[[Seen], float | None]


def assessed_in(subject: Subject, partners: Iterable[Partner], *, at: datetime) -> tuple[AssessedRow, ...]:
    """Return each region in each round of the semester, or of the project to date, as far as anybody had said by then.

    A round is of the day that its ratings are about, or else of the day on which the first of them was noted. Five
    queries, and one where the project has no instrument.
    """
    instruments = Instrument.objects.filter(project=subject.project).order_by("name", "pk")
    return tuple(
        _row(round_, profile)
        for found in profiles(instruments, partners, at=at).values()
        for round_ in (found[0].rounds if found else ())
        if _is_of(subject, _day_of(round_, found), at=at)
        for profile in found
    )


def _day_of(round_: AssessmentRound, found: Sequence[Profile]) -> date | None:
    if round_.held_on is not None:
        return round_.held_on
    noted = [one.noted_at for profile in found for one in profile.of_round(round_)]
    return min(noted).astimezone(UTC).date() if noted else None


def _is_of(subject: Subject, day: date | None, *, at: datetime) -> bool:
    if day is None or day > at.astimezone(UTC).date():
        return False
    semester = subject.semester
    return semester is None or semester.starts_on <= day <= semester.ends_on


def _row(round_: AssessmentRound, profile: Profile) -> AssessedRow:
    own, own_changed = _mean_and_change(round_, profile, lambda seen: seen.own)
    others, others_changed = _mean_and_change(round_, profile, lambda seen: seen.mean)
    raters = len(profile.of_round(round_)) - profile.number(round_, Assessment.Kind.SELF)
    return AssessedRow(round_, profile.partner, own, others, raters, own_changed, others_changed)


def _mean_and_change(round_: AssessmentRound, profile: Profile, side: Side) -> tuple[float | None, float | None]:
    now = _known(round_, profile, side)
    earlier = [_known(each, profile, side) for each in profile.rounds if each.position < round_.position]
    before = next((each for each in reversed(earlier) if each), {})
    return _mean(list(now.values())), _mean([value - before[key] for key, value in now.items() if key in before])


def _known(round_: AssessmentRound, profile: Profile, side: Side) -> Mapping[int, float]:
    """Return what a side says in a round, by the keys of dimensions."""
    said = {dimension.pk: side(profile.seen(round_, dimension)) for dimension in profile.dimensions}
    return {key: value for key, value in said.items() if value is not None}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
