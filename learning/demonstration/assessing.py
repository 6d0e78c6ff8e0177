"""How the made-up regions see themselves and each other, at the start, half-way and at the end of their learning.

What they say is in learning/data/demonstration_assessments.json.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from projects.models import Partner

from ..assessments import assess
from ..models import AssessmentRound, Dimension, Instrument
from .project import SOURCE_KEY, Setting

CONTENT = json.loads(
    (Path(__file__).resolve().parent.parent / "data" / "demonstration_assessments.json").read_text("utf-8")
)
# The rounds are about the ends of these semesters.
SEMESTERS = (1, 3, 5)
TAKEN_FOR = timedelta(days=20)


def assess_regions(setting: Setting, *, by: Any) -> None:
    """Store an instrument with three rounds, of which the last one still takes ratings. `by` noted them."""
    instrument = Instrument.objects.create(
        source_key=f"{SOURCE_KEY}:assessment", project=setting.project, name=CONTENT["name"]
    )
    dimensions = [
        Dimension.objects.create(instrument=instrument, position=position, **row)
        for position, row in enumerate(CONTENT["dimensions"], 1)
    ]
    rounds = []
    for position, (name, number) in enumerate(zip(CONTENT["rounds"], SEMESTERS, strict=True), 1):
        held_on = setting.semesters[number].ends_on
        closes_on = None if number == SEMESTERS[-1] else held_on + TAKEN_FOR
        rounds.append(instrument.rounds.create(position=position, name=name, held_on=held_on, closes_on=closes_on))
    partners = list(setting.partners.items())
    for place, (town, partner) in enumerate(partners):
        neighbours = [partners[(place + step) % len(partners)][1] for step in (1, 2)]
        for round_, said in zip(rounds, CONTENT["ratings"][town], strict=True):
            remark = CONTENT["remarks"].get(town, "") if round_ == rounds[-1] else ""
            _say(round_, partner, dimensions, said["own"], rater=partner, remark=remark, by=by)
            for rater, values in zip(neighbours, said["peers"], strict=True):
                _say(round_, partner, dimensions, values, rater=rater, by=by)
            _say(round_, partner, dimensions, said["expert"], expert=CONTENT["expert"], by=by)


def _say(
    round_: AssessmentRound,
    partner: Partner,
    dimensions: Sequence[Dimension],
    values: Sequence[int] | None,
    *,
    rater: Partner | None = None,
    expert: str = "",
    remark: str = "",
    by: Any,
) -> None:
    if values is None or round_.held_on is None:
        return
    highest = values.index(max(values))
    ratings = {
        dimension: (value, remark if place == highest else "")
        for place, (dimension, value) in enumerate(zip(dimensions, values, strict=True))
    }
    at = datetime.combine(round_.held_on + timedelta(days=4), time(12), UTC)
    assess(round_, partner, rater=rater, expert=expert, ratings=ratings, by=by, at=at)
