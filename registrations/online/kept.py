"""Who of a report was taken for whom, written down when it was confirmed, so that years later it still can be seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from ..models import OnlineReport, Registration
from .matching import How

if TYPE_CHECKING:
    from .counting import Checked, CheckedRow

# Somebody chose, against what the report itself says or because it says too little.
CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class KeptDay:
    day: date
    hours: str
    minutes: int


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One person of a confirmed report: what the file says, whose registration it was taken for, and how that came.

    `how` is one of matching.How or CHOSEN. `person` and `organisation` are as they were when it was confirmed, both ""
    for whoever did not count; `registration` is None then, and when that registration is there no more.
    """

    name: str
    other_names: tuple[str, ...]
    email: str
    days: tuple[KeptDay, ...]
    minutes: int
    how: str
    registration: int | None
    person: str
    organisation: str

    @property
    def counts(self) -> bool:
        return bool(self.person)

    @property
    def how_in_words(self) -> str:
        if not self.counts:
            return gettext("Does not count")
        words = {How.EMAIL.value: gettext("Same address"), How.NAME.value: gettext("Same name")}
        return words.get(self.how, gettext("Chosen by the organiser"))


def to_keep(checked: "Checked", chosen: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return what is kept of a report when it is confirmed, as plain data, in the order of its people.

    `chosen` says whose registration each person of it is, by their code; who is not in it does not count.
    """
    known = {one.pk: one for one in checked.registrations}
    rows = [_row(row, known.get(chosen.get(row.code, 0))) for row in checked.rows]
    return sorted(rows, key=lambda row: (not row["person"], row["names"], row["email"]))


def _row(row: "CheckedRow", registration: Registration | None) -> dict[str, Any]:
    found = row.match.registration
    how = row.match.how.value if registration and found and found.pk == registration.pk else CHOSEN
    return {
        "names": list(row.match.attendee.names),
        "email": row.email,
        "days": [[one.day.isoformat(), one.hours, one.minutes] for one in row.days],
        "minutes": row.minutes,
        "how": how if registration else "",
        "registration": registration.pk if registration else None,
        "person": registration.name if registration else "",
        "organisation": registration.organisation_name if registration else "",
    }


def kept_rows(report: OnlineReport) -> list[KeptRow]:
    """Return who was taken for whom in a report that was confirmed: those who count first. One query."""
    there = set(report.event.registrations.values_list("pk", flat=True))
    return [
        KeptRow(
            name=(row["names"] or [row["email"]])[0],
            other_names=tuple(row["names"][1:]),
            email=row["email"],
            days=tuple(KeptDay(date.fromisoformat(day), hours, minutes) for day, hours, minutes in row["days"]),
            minutes=row["minutes"],
            how=row["how"],
            registration=row["registration"] if row["registration"] in there else None,
            person=row["person"],
            organisation=row["organisation"],
        )
        for row in report.matches
    ]
