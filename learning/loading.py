"""The sets of indicators that are shipped, and giving them to a programme."""

import json
from pathlib import Path
from typing import Any

from projects.models import Programme

from .models import Indicator

FILE = Path(__file__).parent / "data" / "indicators.json"


def sets() -> dict[str, dict[str, Any]]:
    """Return the shipped sets of indicators by their short names."""
    return {each["slug"]: each for each in json.loads(FILE.read_text(encoding="utf-8"))["sets"]}


def load_indicators(programme: Programme, chosen: dict[str, Any]) -> list[Indicator]:
    """Give a programme the indicators of a set that it lacks, and return those; what is there stays as it is."""
    there = set(Indicator.objects.filter(programme=programme).values_list("code", flat=True))
    return Indicator.objects.bulk_create(
        Indicator(
            **{
                "programme": programme,
                "position": 10 * position,
                **row,
                # Where an indicator names no source of its own, that of the set stands for it.
                "sources": [*row.get("sources", []), *chosen["sources"]],
            }
        )
        for position, row in enumerate(chosen["indicators"], 1)
        if row["code"] not in there
    )


def load_known_indicators() -> list[Indicator]:
    """Give each programme that a set is meant for, and that has no indicator yet, those of the set; return them.

    What an administrator took out of a programme later stays out.
    """
    created = []
    for chosen in sets().values():
        for programme in Programme.objects.filter(slug__in=chosen["programmes"], indicators__isnull=True):
            created += load_indicators(programme, chosen)
    return created
