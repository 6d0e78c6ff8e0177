"""The rows that a report counts: events, people, what they said, and what is there as evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from events.models import Event, EventKind
from projects.models import GoodPractice, Partner, Semester
from projects.models.languages import Text
from projects.search import fold

from ..models import AssessmentRound

# A mean of fewer answers says more about who answered than about the event.
MINIMUM_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Guest:
    """One person at one event. Registered: had a place at the cut-off. Attended: seen on at least one day.

    Somebody who was joined with another person may have two registrations for one event: that is one guest, who came as
    the first of those registrations that was seen, or else as the first, and on the days of all of them.
    """

    registrations: tuple[int, ...]
    person_id: int
    event: Event
    name: str
    organisation: str
    # The organisation that the registration was matched with, else None: then the typed name stands for it.
    organisation_id: int | None
    country: str
    country_name: str
    # NUTS 2 and kind of the organisation that was matched; "" where that is not known.
    region: str
    organisation_kind: str
    # Of the delegation that they came with, else None. See also Report.partner_of.
    partner_id: int | None
    is_registered: bool
    days: tuple[date, ...]

    @property
    def has_attended(self) -> bool:
        return bool(self.days)

    @property
    def organisation_key(self) -> tuple[str, str]:
        """What makes two organisations the same: the match, else the typed name without case, accents and spaces."""
        if self.organisation_id is not None:
            return ("matched", str(self.organisation_id))
        return ("typed", " ".join(fold(self.organisation).split()))


@dataclass(frozen=True, slots=True)
class Answer:
    """One feedback, without a name. `ratings` are (outcome, before, after)."""

    feedback_id: int
    person_id: int
    event: Event
    has_attended: bool
    relevance: int | None
    satisfaction: int | None
    will_use: str
    remarks: str
    ratings: tuple[tuple[Text, int | None, int | None], ...]
    was_changed_later: bool

    @property
    def learned(self) -> tuple[tuple[Text, int, int], ...]:
        """The outcomes that were rated higher after the event than before."""
        return tuple(
            (outcome, before, after)
            for outcome, before, after in self.ratings
            if before is not None and after is not None and after > before
        )


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event that counts. `answers` are by people who attended; `has_records`: attendance was kept, whoever came.

    `invited` is to how many a personal link was sent.
    """

    event: Event
    invited: int
    registered: int
    attended: int
    answers: int
    outcomes: int
    has_records: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """An event that counts and whose kind asks for evidence: the names of what is due, and of what is missing of it."""

    event: Event
    due: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def there(self) -> int:
        return len(self.due) - len(self.missing)


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: EventKind
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class CountingRow:
    counts_as: str
    label: str
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One human, however many events they attended."""

    person_id: int
    name: str
    organisations: tuple[str, ...]
    countries: tuple[str, ...]
    events: tuple[Event, ...]
    is_matched: bool


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    # See Guest.organisation_key.
    key: tuple[str, str]
    name: str
    is_matched: bool
    countries: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountryRow:
    code: str
    name: str
    people: tuple[PersonRow, ...]
    participations: int


@dataclass(frozen=True, slots=True)
class OrganisationKindRow:
    """A kind of organisation that people came from; `kind` is "" for those whose organisation has none or no match."""

    kind: str
    name: str
    people: tuple[PersonRow, ...]
    participations: int

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.kind or "unknown"


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region by its NUTS 2 code. `people` is how many came from its organisations."""

    code: str
    organisations: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class SemesterRow:
    """The events of one semester, and the keys of who attended them: whoever had in no earlier one, and the others."""

    semester: Semester
    events: tuple[Event, ...]
    first_time: frozenset[int]
    returning: frozenset[int]

    @property
    def people(self) -> int:
        return len(self.first_time) + len(self.returning)


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """A published practice: shown or visited at an event, wanted or carried home, and in an action plan."""

    practice: GoodPractice
    is_seen: bool
    is_considered: bool
    is_taken_up: bool


@dataclass(frozen=True, slots=True)
class AssessedRow:
    """One region in one round of assessment: means over its dimensions, from 1 to 5; None where nobody said anything.

    `others` is of the peers and experts who rated it, `raters` their number. What changed is since the last round
    before in which the same side is known, on the dimensions that are known in both.
    """

    round: AssessmentRound
    partner: Partner
    own: float | None
    others: float | None
    raters: int
    own_changed: float | None
    others_changed: float | None

    @property
    def is_rated(self) -> bool:
        return self.own is not None or self.others is not None

    @property
    def is_complete(self) -> bool:
        return self.own is not None and self.others is not None


@dataclass(frozen=True, slots=True)
class ComingRow:
    """An event that is still ahead. `days` are those on which places were given or given back, with what was given."""

    event: Event
    days: tuple[tuple[date, int], ...]

    @property
    def places(self) -> int | None:
        """How many can be given, in the room and online; None where there is no limit."""
        limits = [self.event.places]
        if self.event.mode == Event.Mode.HYBRID:
            limits.append(self.event.online_places)
        return None if None in limits else sum(limit or 0 for limit in limits)

    @property
    def given(self) -> int:
        return self.days[-1][1] if self.days else 0


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner, and how many of its people attended each event that counts, by the event's key."""

    partner: Partner
    attended: dict[int, int]


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One person who says they learned, without a name: what they rated higher, event by event."""

    person_id: int
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What those who attended said about one outcome. The means are None below MINIMUM_ANSWERS."""

    outcome_id: int
    text: Text
    event: Event
    ratings: tuple[tuple[int, int], ...]

    @property
    def n(self) -> int:
        return len(self.ratings)

    @property
    def before(self) -> float | None:
        return self._mean(before for before, _after in self.ratings)

    @property
    def after(self) -> float | None:
        return self._mean(after for _before, after in self.ratings)

    def _mean(self, values: Iterable[int]) -> float | None:
        return None if self.n < MINIMUM_ANSWERS else sum(values) / self.n


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that are not empty, each once, in the order they first came."""
    return tuple(dict.fromkeys(value for value in values if value))
