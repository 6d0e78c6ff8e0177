"""The made-up project: its partners in real towns, what they do well, and where they meet.

Every organisation, venue, plant and practice of it is invented; only the towns exist. What they are called and how they
are described is in learning/data/demonstration.json.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from learning.loading import load_indicators, sets
from projects.models import GoodPractice, Organisation, Partner, Phase, Programme, Project, Semester
from projects.search import fold
from venues.models import Room, Site, Venue

SOURCE_KEY = "demonstration"
PROGRAMME = "Demonstration programme (made up)"
TOWN_LEVEL = "city level, approximate"
# The running semester is the sixth of seven: five are over and can be reported on, one is still to come.
RUNNING = 6


@dataclass(frozen=True, slots=True)
class Town:
    region: str
    nuts: str
    country: str
    latitude: float
    longitude: float
    time_zone: str


CONTENT = json.loads((Path(__file__).resolve().parent.parent / "data" / "demonstration.json").read_text("utf-8"))
TOWNS = {name: Town(**town) for name, town in CONTENT["towns"].items()}


@dataclass(frozen=True, slots=True)
class Setting:
    """What the events of the project need: who, where, and in which half-year."""

    project: Project
    partners: dict[str, Partner]
    organisations: list[Organisation]
    practices: dict[str, GoodPractice]
    venues: dict[str, Venue]
    sites: dict[str, Site]
    semesters: dict[int, Semester]


def make_project(today: date) -> Setting:
    """Store the project with everything it needs before the first event."""
    programme, _created = Programme.objects.get_or_create(name=PROGRAMME, defaults={"slug": "demonstration-programme"})
    load_indicators(programme, sets()["interreg-2021-2027"])
    summaries = dict(CONTENT["summaries"])
    project = Project.objects.create(
        source_key=SOURCE_KEY,
        programme=programme,
        acronym="MEUSE",
        slug="meuse",
        full_name="Meeting Each Other to Use Shared Experience (made up for demonstration)",
        call="made up",
        theme="Digital and circular services of towns",
        summary=summaries.pop("en"),
        translations={language: {"summary": text} for language, text in summaries.items()},
        note=f"Made up on {today.isoformat()}. No organisation, person or practice of this project exists.",
        is_demonstration=True,
    )
    partners = {
        organisation.city: Partner.objects.create(
            source_key=f"{SOURCE_KEY}-p{number}",
            project=project,
            organisation=organisation,
            number=number,
            is_lead=number == 1,
            slug=f"meuse-{fold(organisation.city)}",
        )
        for number, organisation in enumerate((_organisation(**row) for row in CONTENT["partners"]), 1)
    }
    stakeholders = [_organisation(**row) for row in CONTENT["stakeholders"]]
    practices = {
        row["town"]: GoodPractice.objects.create(
            source_key=f"{SOURCE_KEY}:{number}",
            project=project,
            owner=partners[row["town"]],
            name=row["name"],
            summary=row["summary"],
        )
        for number, row in enumerate(CONTENT["practices"], 1)
    }
    return Setting(
        project=project,
        partners=partners,
        organisations=[*(partner.organisation for partner in partners.values()), *stakeholders],
        practices=practices,
        venues={row["city"]: _venue(**row) for row in CONTENT["venues"]},
        sites={row["name"]: _place(Site, **row) for row in CONTENT["sites"]},
        semesters=_semesters(project, today),
    )


def month(today: date, later: int) -> date:
    """The first day of the month that is `later` months after the one of `today`."""
    months = today.year * 12 + today.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _semesters(project: Project, today: date) -> dict[int, Semester]:
    # The running semester began three months ago, so that there is room in it before and after today.
    first = -3 - 6 * (RUNNING - 1)
    semesters = {
        number: Semester.objects.create(
            project=project,
            number=number,
            starts_on=month(today, first + 6 * (number - 1)),
            ends_on=month(today, first + 6 * number) - timedelta(days=1),
            theme=theme,
            basis="made up",
        )
        for number, theme in enumerate(CONTENT["themes"], 1)
    }
    for position, (name, begin, end) in enumerate([("phase 1 (learning)", 1, 6), ("phase 2 (carrying out)", 7, 7)], 1):
        Phase.objects.create(
            project=project,
            position=position,
            name=name,
            starts_on=semesters[begin].starts_on,
            ends_on=semesters[end].ends_on,
        )
    return semesters


def _organisation(*, name: str, city: str, **rest: Any) -> Organisation:
    town = TOWNS[city]
    known = {"region": town.region, "nuts": town.nuts, "latitude": town.latitude, "longitude": town.longitude}
    organisation, _created = Organisation.objects.get_or_create(
        name=name, city=city, country=town.country, defaults={**known, **rest}
    )
    return organisation


def _venue(*, rooms: dict[str, int], **row: Any) -> Venue:
    venue = _place(Venue, **row)
    for name, seats in rooms.items():
        Room.objects.get_or_create(venue=venue, name=name, defaults={"seats": seats})
    return venue


def town_only(city: str) -> Venue:
    """The venue that stands for a town of which no house is known yet."""
    return _place(Venue, name="", city=city)


def _place(model: type[Venue] | type[Site], *, name: str, city: str, **rest: Any) -> Any:
    town = TOWNS[city]
    # No house of these exists, so no coordinates may mark one.
    known = {"latitude": town.latitude, "longitude": town.longitude, "coordinates_note": TOWN_LEVEL}
    place, _created = model.objects.get_or_create(
        name=name, city=city, country=town.country, defaults={**known, **rest}
    )
    return place
