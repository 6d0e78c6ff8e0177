"""The plots of one region: its radars, what moved from round to round, and where it and the others disagree."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from .assessments import Profile, Seen
from .models import Assessment, AssessmentRound
from .plots import (
    LEAST_SPOKES,
    MOST_SERIES,
    Cell,
    Numbers,
    Plot,
    Series,
    marks_plot,
    one_decimal,
    radar_plot,
)

Value = Callable[[Seen], float | None]


def plots_of(profile: Profile) -> list[Plot]:
    """Return the plots for which there is something to draw, those as the region sees itself first.

    Their n is the number of assessments that they rest on.
    """
    own = sum(one.kind == Assessment.Kind.SELF for one in profile.said)
    sides: list[tuple[str, Value, str, int]] = [
        ("own", lambda seen: seen.own, _("As the region sees itself"), own),
        ("others", lambda seen: seen.mean, _("As others see it (mean of peers and experts)"), len(profile.said) - own),
    ]
    found = []
    for slug, value, measure, n in sides:
        series = _series(profile, value)
        if not series:
            continue
        if len(profile.dimensions) >= LEAST_SPOKES:
            found.append(_plot(profile, series, slug=f"radar-{slug}", measure=measure, n=n, draw=radar_plot))
        found.append(_plot(profile, series, slug=f"rounds-{slug}", measure=measure, n=n, draw=marks_plot))
    disagreement = _disagreement(profile)
    return [*found, disagreement] if disagreement else found


def _series(profile: Profile, value: Value) -> list[tuple[AssessmentRound, Series]]:
    """One series for each round in which at least one dimension is known; of too many, the last ones."""
    series = [
        (round_, Series(round_.name, [value(profile.seen(round_, dimension)) for dimension in profile.dimensions]))
        for round_ in profile.rounds
    ]
    return [(round_, one) for round_, one in series if any(each is not None for each in one.values)][-MOST_SERIES:]


def _plot(
    profile: Profile,
    series: list[tuple[AssessmentRound, Series]],
    *,
    slug: str,
    measure: str,
    n: int,
    draw: Callable[..., Plot],
) -> Plot:
    names = [dimension.name for dimension in profile.dimensions]
    drawn = [one for _round, one in series]
    return draw(
        names,
        drawn,
        slug=slug,
        finding=_finding(names, drawn) if draw is marks_plot else measure,
        measure=measure if draw is marks_plot else _("Each dimension from 1 on the inner ring to 5 on the outer one"),
        n=n,
        summary="; ".join(
            f"{name}: " + ", ".join(f"{one.name} {_number(one.values[k])}" for one in drawn)
            for k, name in enumerate(names)
        ),
        numbers=Numbers(
            (_("Dimension"), *(one.name for one in drawn)),
            [(Cell(name), *(Cell(_number(one.values[k])) for one in drawn)) for k, name in enumerate(names)],
        ),
    )


def _finding(names: list[str], drawn: list[Series]) -> str:
    """Say what moved furthest between the first and the last round."""
    first, last = drawn[0], drawn[-1]
    moves = [
        (after - before, name)
        for name, before, after in zip(names, first.values, last.values, strict=True)
        if before is not None and after is not None
    ]
    if len(drawn) < 2 or not moves:
        return _("One round so far: %(round)s") % {"round": last.name}
    furthest = max(abs(move) for move, _name in moves)
    if furthest == 0:
        return _("Nothing moved from %(first)s to %(last)s") % {"first": first.name, "last": last.name}
    move, name = next(one for one in moves if abs(one[0]) == furthest)
    words = (
        _("“%(dimension)s” rose most from %(first)s to %(last)s: by %(move)s")
        if move > 0
        else _("“%(dimension)s” fell most from %(first)s to %(last)s: by %(move)s")
    )
    return words % {"dimension": name, "first": first.name, "last": last.name, "move": one_decimal(abs(move))}


def _disagreement(profile: Profile) -> Plot | None:
    """Draw the last round in which both sides said something of the same dimension."""
    for round_ in reversed(profile.rounds):
        both = [
            (dimension.name, seen)
            for dimension in profile.dimensions
            if (seen := profile.seen(round_, dimension)).disagreement is not None
        ]
        if both:
            break
    else:
        return None
    own, others = _("The region itself"), _("Others")
    furthest = max(both, key=lambda one: abs(one[1].disagreement or 0))
    return marks_plot(
        [name for name, _seen in both],
        [Series(own, [seen.own for _name, seen in both]), Series(others, [seen.mean for _name, seen in both])],
        slug="disagreement",
        finding=_disagreement_in_words(*furthest),
        measure=_("The region and the others in the round: %(round)s") % {"round": round_.name},
        n=max(1 + len(seen.others) for _name, seen in both),
        summary="; ".join(f"{name}: {own} {_number(seen.own)}, {others} {_number(seen.mean)}" for name, seen in both),
        numbers=Numbers(
            (_("Dimension"), own, others, _("Others who rated"), _("Disagreement")),
            [
                (
                    Cell(name),
                    Cell(_number(seen.own)),
                    Cell(_number(seen.mean)),
                    Cell(str(len(seen.others))),
                    Cell(_signed(seen.disagreement or 0)),
                )
                for name, seen in both
            ],
        ),
    )


def _disagreement_in_words(name: str, seen: Seen) -> str:
    distance = seen.disagreement or 0
    if distance == 0:
        return _("The region and the others agree")
    words = (
        _("On “%(dimension)s” the region sees itself %(distance)s higher than others do")
        if distance > 0
        else _("On “%(dimension)s” the region sees itself %(distance)s lower than others do")
    )
    return words % {"dimension": name, "distance": one_decimal(abs(distance))}


def _number(value: float | None) -> str:
    return _("not known") if value is None else one_decimal(value)


def _signed(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{one_decimal(abs(value))}"
