"""How the days of an event stand: what was there, what was frozen, and whether it still says what the records say."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from events.models import Event

from ..attendance import begun_days, day_list
from ..models import ScannedList, SignedList
from ..paper.heads import in_groups
from ..paper_forms import ScanForm
from .acts import digests
from .freezing import people_in, people_of
from .verifying import Verdict, verify_list
from .words import tone_of, word_of


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version of the list of a day, with what verifying it says now."""

    signed_list: SignedList
    verdict: Verdict

    @property
    def word(self) -> str:
        return word_of(self.verdict)

    @property
    def tone(self) -> str:
        return tone_of(self.verdict)

    @property
    def code(self) -> str:
        return in_groups(self.signed_list.code)


@dataclass(frozen=True, slots=True)
class ProofOfDay:
    """One day: how many are recorded as there, its frozen versions (the latest first) and its scans.

    `is_due` says that the records say something that no version holds, so that freezing would make one.
    """

    day: date
    is_of_the_event: bool
    has_begun: bool
    there: int
    versions: tuple[Frozen, ...]
    scans: tuple[ScannedList, ...]
    is_due: bool

    @property
    def form(self) -> ScanForm:
        """The form for a scan, empty."""
        return ScanForm(day=self.day)

    @property
    def unsigned(self) -> int:
        """How many signatures are due that neither the latest version nor a scan has; 0 before the day is frozen."""
        has_scan = any(scan.withdrawn_at is None for scan in self.scans)
        return 0 if has_scan or not self.versions else self.versions[0].signed_list.unsigned

    @property
    def is_corrected(self) -> bool:
        """Whether the records were corrected since the latest version."""
        return self.is_due and bool(self.versions)


def proof_of(event: Event, *, at: datetime | None = None) -> list[ProofOfDay]:
    """Return how each day of an event stands. As many queries as `day_list` takes for each day that began, two for
    the event, and one for each day that is frozen.
    """
    begun = set(begun_days(event, at=at))
    lists: dict[date, list[SignedList]] = defaultdict(list)
    for signed_list in event.signed_lists.select_related("frozen_by").order_by("version"):
        signed_list.event = event
        lists[signed_list.day].append(signed_list)
    scans: dict[date, list[ScannedList]] = defaultdict(list)
    for scan in event.scanned_lists.select_related("uploaded_by", "withdrawn_by"):
        scans[scan.day].append(scan)
    # A day that the event had before it moved keeps its proof.
    days = sorted({*event.days, *lists, *scans})
    found = []
    for day in days:
        people = people_of(day_list(event, day)) if day in begun else []
        versions = lists[day]
        acts = digests(event, day) if versions else {}
        found.append(
            ProofOfDay(
                day=day,
                is_of_the_event=day in event.days,
                has_begun=day in begun,
                there=len(people),
                versions=tuple(Frozen(one, verify_list(one, versions, acts)) for one in reversed(versions)),
                scans=tuple(scans[day]),
                is_due=bool(people) and (not versions or people_in(versions[-1]) != people),
            )
        )
    return found
